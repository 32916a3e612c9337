package access

import (
	"context"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

// NewAPISecret gives a user a fresh API secret, which is shown this once; the one
// before, and the access tokens that were got by it, are worthless from now on.
// Errors: models.ErrNotFound, models.ErrVersionMismatch, and models.ErrForbidden
// where p may give less than the user may.
func (s *Service) NewAPISecret(
	ctx context.Context, p *Principal, id string, m Match,
) (*models.User, secret.Text, error) {
	text := NewAPISecret()
	u, err := s.setAPISecret(ctx, p, id, m, HashAPISecret(text))
	return u, secret.New(text), err
}

// DeleteAPISecret takes a user's API secret away; where there is none it does
// nothing. Errors are those of NewAPISecret.
func (s *Service) DeleteAPISecret(ctx context.Context, p *Principal, id string, m Match) error {
	_, err := s.setAPISecret(ctx, p, id, m, nil)
	return err
}

func (s *Service) setAPISecret(
	ctx context.Context, p *Principal, id string, m Match, hash []byte,
) (*models.User, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	d := &deed{p: p, op: "user.api-secret", kind: "user", id: id}
	var u *models.User
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		old, err := tx.LockUser(ctx, p.ContactCenter.ID, id)
		if err != nil {
			return err
		}
		if err := m.check(old.Version); err != nil {
			return err
		}
		if err := s.mayReach(ctx, tx, p, old); err != nil {
			return err
		}
		u = old
		if hash == nil && old.APISecretHash == nil {
			return nil
		}
		return s.writeAPISecret(ctx, tx, d, u, hash)
	})
	return u, err
}

// writeAPISecret stores the hash of an API secret, nil for none, and ends what the
// one before has opened.
func (s *Service) writeAPISecret(ctx context.Context, tx *store.Store, d *deed, u *models.User, hash []byte) error {
	word := "changed"
	switch {
	case hash == nil:
		word = "cleared"
	case u.APISecretHash == nil:
		word = "set"
	}
	now := models.NewTime(s.now())
	u.APISecretHash, u.APISecretAt, u.UpdatedAt, u.UpdatedBy = hash, now, now, d.p.ID
	if hash == nil {
		u.APISecretAt = models.Time{}
	}
	if err := tx.UpdateUser(ctx, u, u.Version); err != nil {
		return err
	}
	if err := tx.RevokeTokensOf(ctx, u.ContactCenterID, u.ID, models.TokenOAuth, now); err != nil {
		return err
	}
	changes, err := differences(nil, nil, map[string]string{"/apiSecret": word})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, d, "", changes)
}
