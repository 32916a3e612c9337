package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"admin-api/input"
	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// Operations on tokens, as records name them.
const (
	opTokenCreate = "token.create"
	opTokenRename = "token.update"
	opTokenRevoke = "token.revoke"
)

// RevokeToken makes a token of any kind worthless from now on, and records it.
// Tokens that it made live on, so that it can be replaced by one of them. It
// reports false for a token that was revoked before, and returns
// models.ErrNotFound for one that does not exist.
func (s *Service) RevokeToken(
	ctx context.Context, actor Principal, contactCenter, id string,
) (revoked bool, err error) {
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		old, err := tx.Token(ctx, contactCenter, id)
		if err != nil {
			return err
		}
		if revoked = old.RevokedAt.IsZero(); !revoked {
			return nil
		}
		now := old
		now.RevokedAt = models.NewTime(s.now())
		if err := tx.RevokeToken(ctx, contactCenter, id, now.RevokedAt); err != nil {
			return err
		}
		return s.recordToken(ctx, tx, &actor, &old, &now, opTokenRevoke)
	})
	if err != nil {
		return false, fmt.Errorf("revoke token: %w", err)
	}
	if revoked {
		s.Audit.Committed(contactCenter)
	}
	return revoked, nil
}

// recordToken records how a token came to be, or changed; old is the zero value
// for a new one. The detail names it where the changes do not.
func (s *Service) recordToken(
	ctx context.Context, tx *store.Store, actor *Principal, old, now *models.Token, operation string,
) error {
	state := func(t *models.Token) map[string]any {
		return present(map[string]any{
			"expiresAt": moment(t.ExpiresAt), "name": word(t.Name), "revokedAt": moment(t.RevokedAt), "scopes": words(t.Scopes),
		})
	}
	changes, err := differences(state(old), state(now), nil)
	if err != nil {
		return err
	}
	detail := "name: " + now.Name
	if old.ID == "" {
		detail = "scopes: " + strings.Join(now.Scopes, " ")
	}
	return s.recordChange(ctx, tx, actor, operation, target{now.ContactCenterID, "token", now.ID}, detail, changes)
}

// moment is the value of a time in a change; never is absent.
func moment(t models.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// RenameToken applies a merge patch to an API token, of which only the name can
// change. Errors are models.ErrNotFound, *strict.SyntaxError and
// validation.Errors.
func (s *Service) RenameToken(ctx context.Context, actor *Principal, id string, body []byte) (*TokenView, error) {
	renamed := false
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		old, err := apiToken(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		now := old
		if now.Name, err = patchedName(&old, body); err != nil || now.Name == old.Name {
			return err
		}
		renamed = true
		if err := tx.RenameToken(ctx, old.ContactCenterID, id, now.Name); err != nil {
			return err
		}
		return s.recordToken(ctx, tx, actor, &old, &now, opTokenRename)
	})
	if err != nil {
		return nil, err
	}
	if renamed {
		s.Audit.Committed(actor.ContactCenter.ID)
	}
	return s.Token(ctx, actor, id)
}

// patchedName is the name that a merge patch gives to a token. Other members may
// be sent back as they were read.
func patchedName(t *models.Token, body []byte) (string, error) {
	doc := struct {
		Name      string   `json:"name" validate:"required"`
		Scopes    []string `json:"scopes"`
		ExpiresAt string   `json:"expiresAt"`
	}{t.Name, t.Scopes, t.ExpiresAt.String()}
	c := &validation.Context{}
	_, err := input.Patch(body, &doc, c,
		"id", "effectiveScopes", "createdAt", "createdBy", "lastUsedAt", "revokedAt", "current", "token")
	if err != nil {
		return "", err
	}
	const fixed = "This cannot change; make another token and revoke this one."
	if !slices.Equal(doc.Scopes, t.Scopes) && !c.Broken("/scopes") {
		c.Violate("/scopes", "read_only", fixed)
	}
	if doc.ExpiresAt != t.ExpiresAt.String() && !c.Broken("/expiresAt") {
		c.Violate("/expiresAt", "read_only", fixed)
	}
	return checkTokenName(doc.Name, c), c.Err()
}

// DropToken revokes an API token of the actor's contact center; again, that does
// nothing. It returns models.ErrNotFound for one that does not exist.
func (s *Service) DropToken(ctx context.Context, actor *Principal, id string) error {
	if _, err := apiToken(ctx, s.Store, actor, id); err != nil {
		return err
	}
	_, err := s.RevokeToken(ctx, *actor, actor.ContactCenter.ID, id)
	return err
}
