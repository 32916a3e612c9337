package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/strict"
	"admin-api/validation"
)

// Rollback brings the account back to what it was at a version, as a new
// version. Secrets are not kept per version: the present ones stay, unless
// given, and must be given where the destination differs. The body is
// {"version":3,"secrets":{"/apiToken":"…"}}. Errors as Replace; an unknown
// version is a violation.
func (s *Service) Rollback(ctx context.Context, p *access.Principal, id string, m Match, body []byte) (*Result, error) {
	return s.update(ctx, p, id, m, opRollback, func(a *models.Account) (*edit, error) {
		return s.rolledBack(ctx, p, a, body)
	})
}

func (s *Service) rolledBack(ctx context.Context, p *access.Principal, a *models.Account, body []byte) (*edit, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	e, err := s.newEdit(p, a)
	if err != nil {
		return nil, err
	}
	number, secrets := readRollback(in, e.def.SecretPointers(), e.c)
	if e.c.Broken("/version") {
		return nil, e.c.Err()
	}
	then, err := s.versionRow(ctx, p, a.ID, number)
	if errors.Is(err, models.ErrNotFound) {
		e.c.Violate("/version", "unknown_version", "The account has no such version; list its versions.")
		return nil, e.c.Err()
	}
	if err != nil {
		return nil, err
	}
	e.detail = fmt.Sprintf("back to version %d", number)
	e.doc = document{
		Type: a.Type, Name: then.Name, Description: then.Description, Labels: then.Labels,
		Enabled: then.Enabled, Default: then.IsDefault,
	}
	e.doc.Properties, err = withSecrets(json.RawMessage(then.Properties), secrets)
	if err != nil {
		return nil, err
	}
	e.given = func(pointer string) presence {
		text, ok := secrets[pointer]
		switch {
		case !ok:
			return absent
		case string(text) == "null":
			return null
		default:
			return value
		}
	}
	return e, s.judge(ctx, e)
}

// readRollback reads the members of a rollback.
func readRollback(
	in map[string]json.RawMessage, pointers []string, c *validation.Context,
) (number int64, secrets map[string]json.RawMessage) {
	r := reader{in: maps.Clone(in), c: c}
	switch text, ok := r.take("version"); {
	case !ok:
		c.Violate("/version", "required", "Say to which version.")
	case json.Unmarshal(text, &number) != nil || number < 1:
		c.Violate("/version", "type", "The version must be a whole number from 1.")
	}
	if text, ok := r.take("secrets"); ok {
		var err error
		if secrets, _, err = strict.Object(text); err != nil {
			c.Violate("/secrets", "type", "The secrets must be an object keyed by JSON Pointers into the properties.")
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(secrets)) {
		if !slices.Contains(pointers, pointer) {
			c.Violate(strict.Pointer("secrets", pointer), "unknown_member", "The type has no secret at this pointer.")
			delete(secrets, pointer)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.in)) {
		c.Violate(strict.Pointer(name), "unknown_member", "A rollback has no such member.")
	}
	return number, secrets
}

// withSecrets puts values at pointers into properties. The objects above each
// pointer are made where they are missing.
func withSecrets(properties json.RawMessage, secrets map[string]json.RawMessage) (json.RawMessage, error) {
	for _, pointer := range slices.Sorted(maps.Keys(secrets)) {
		patch := secrets[pointer]
		parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		for _, name := range slices.Backward(parts) {
			wrapped, err := json.Marshal(map[string]json.RawMessage{name: patch})
			if err != nil {
				return nil, fmt.Errorf("secrets: %w", err)
			}
			patch = wrapped
		}
		merged, err := strict.MergePatch(properties, patch)
		if err != nil {
			return nil, fmt.Errorf("secrets: %w", err)
		}
		properties = merged
	}
	return properties, nil
}
