package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/strict"
	"admin-api/validation"
)

// Bounds of a reference.
const (
	maxReferenceKey  = 128
	maxReferenceText = 255
	maxReferenceURL  = 2048
	maxReferences    = 10000
)

// validKey reports whether a reference can be named so in a path and be found
// again.
func validKey(key string) bool {
	n := utf8.RuneCountInString(key)
	strange := func(r rune) bool { return !unicode.IsPrint(r) }
	return n > 0 && n <= maxReferenceKey && utf8.ValidString(key) && strings.TrimSpace(key) == key &&
		key != "." && key != ".." && !strings.ContainsFunc(key, strange)
}

// References lists who uses an account.
func (s *Service) References(
	ctx context.Context, p *access.Principal, id string, q paging.Query,
) (*ReferencePage, error) {
	page, bound, err := s.page(ctx, p, "references", id, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.References(ctx, p.ContactCenter.ID, id, page)
	if err != nil {
		return nil, fmt.Errorf("list references: %w", err)
	}
	rows, next := paging.Cut(s.Keys, rows, page, bound, func(r *models.Reference) string { return r.Key })
	return &ReferencePage{Items: rows, NextCursor: next}, nil
}

// PutReference registers, or describes anew, something that uses an account,
// which protects the account from deletion. The body has members kind, name
// and url (optional).
func (s *Service) PutReference(ctx context.Context, p *access.Principal, id, key string, body []byte) error {
	r, err := s.readReference(p, id, key, body)
	if err != nil {
		return err
	}
	return s.changeReference(ctx, p, id, "reference.put", key, func(tx *store.Store) error {
		n, known, err := countReferences(ctx, tx, r)
		if err != nil {
			return err
		}
		if n >= maxReferences && !known {
			return &models.RefusalError{
				Err: models.ErrLimitReached, Detail: fmt.Sprintf("An account can have at most %d references.", maxReferences),
			}
		}
		return tx.PutReference(ctx, r)
	})
}

// countReferences counts those of the account and tells whether r is one of them.
func countReferences(ctx context.Context, tx *store.Store, r *models.Reference) (n int, known bool, err error) {
	if n, err = tx.CountReferences(ctx, r.ContactCenterID, r.AccountID); err != nil {
		return 0, false, err
	}
	known, err = tx.HasReference(ctx, r.ContactCenterID, r.AccountID, r.Key)
	return n, known, err
}

// DeleteReference releases an account. It returns models.ErrNotFound where
// there is no such reference.
func (s *Service) DeleteReference(ctx context.Context, p *access.Principal, id, key string) error {
	if !validKey(key) { // which PutReference refuses
		return models.ErrNotFound
	}
	return s.changeReference(ctx, p, id, "reference.delete", key, func(tx *store.Store) error {
		return tx.DeleteReference(ctx, p.ContactCenter.ID, id, key)
	})
}

// changeReference runs do together with its audit record while the account
// stands and cannot be deleted.
func (s *Service) changeReference(
	ctx context.Context, p *access.Principal, id, op, key string, do func(tx *store.Store) error,
) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockAccount(ctx, p.ContactCenter.ID, id); err != nil {
			return err
		}
		if _, err := s.live(ctx, tx, p, id); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		event := p.Event(op, "account", id)
		event.Detail = "reference " + key
		return s.Audit.Append(ctx, tx, event)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return nil
}

func (s *Service) readReference(p *access.Principal, id, key string, body []byte) (*models.Reference, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	c := s.newContext(p)
	r := reader{in: in, c: c}
	ref := &models.Reference{
		ContactCenterID: p.ContactCenter.ID, AccountID: id, Key: key, Kind: r.text("kind"), Name: r.text("name"),
		URL: r.text("url"), CreatedAt: models.NewTime(s.now()), CreatedBy: p.ID,
	}
	delete(r.in, "key") // answers carry them; what counts is the path and the server
	delete(r.in, "createdAt")
	delete(r.in, "createdBy")
	checkReference(ref, c)
	for _, name := range slices.Sorted(maps.Keys(r.in)) {
		c.Violate(strict.Pointer(name), "unknown_member", "A reference has no such member.")
	}
	return ref, c.Err()
}

func checkReference(r *models.Reference, c *validation.Context) {
	if !validKey(r.Key) {
		c.Violate("", "reference_key",
			"A reference's key has 1 to 128 printable characters, no blank at its ends, and is neither . nor ..")
	}
	for pointer, text := range map[string]string{"/kind": r.Kind, "/name": r.Name} {
		if text == "" && !c.Broken(pointer) {
			c.Violate(pointer, "required", "Say what uses the account.")
		}
		input.Text(pointer, text, maxReferenceText, "", c)
	}
	if r.URL == "" {
		return
	}
	u, err := url.Parse(r.URL)
	web := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
	if !web || len(r.URL) > maxReferenceURL {
		c.Violate("/url", "url", "Give an absolute http or https address of at most 2048 characters, without user name.")
	}
}

// Credentials returns an account with its properties, secrets included, for
// the contact center's runtime. The reading is on record before it answers;
// where it cannot be recorded nothing is returned. An unreadable secret is
// models.ErrUnavailable.
func (s *Service) Credentials(
	ctx context.Context, p *access.Principal, id string,
) (*models.AccountView, json.RawMessage, error) {
	var t *trial
	err := steady(func() (err error) {
		t, err = s.storedTrial(ctx, p, id)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	a := t.account
	out, err := t.def.EncodeWithSecrets(t.properties)
	if err != nil {
		return nil, nil, fmt.Errorf("read credentials: %w", err)
	}
	event := p.Event("credentials.read", "account", a.ID)
	if err := s.Audit.Record(ctx, event); err != nil {
		return nil, nil, fmt.Errorf("read credentials: %w", err)
	}
	return s.view(p, a), out, nil
}
