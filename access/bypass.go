package access

import (
	"context"
	"fmt"
	"slices"

	"admin-api/models"
	"admin-api/store"
)

// Where administrators sign in through an identity provider, somebody should be
// able to get in without it and switch it off: an enabled user with a password and
// the privileges of emergencies.

// emergencies are the privileges with which somebody can undo single sign-on while
// the identity provider is down.
func emergencies() []string { return []string{models.ScopeSSOBypass, models.ScopeAccountsWrite} }

// CanUndo reports whether the user, who may be a draft, could switch single sign-on off
// once inside.
func CanUndo(ctx context.Context, from *store.Store, u *models.User) (bool, error) {
	may, err := rightsOf(ctx, from, u)
	return err == nil && slices.Contains(may.has, models.ScopeAccountsWrite), err
}

// HoldBypass reports whether somebody can sign in with a password and undo single
// sign-on however administrators sign in otherwise. In a transaction whoever that
// is stays so until it ends: it takes the lock of the contact center, before any
// other lock is taken, under which people change.
func HoldBypass(ctx context.Context, tx *store.Store, center string) (bool, error) {
	if err := tx.LockContactCenter(ctx, center); err != nil {
		return false, err
	}
	return whoBypasses(ctx, tx, center, func(u *models.User) (*models.User, error) {
		return tx.HoldUser(ctx, center, u.ID)
	})
}

// canBypass is HoldBypass for who has that lock already and changes people.
func canBypass(ctx context.Context, tx *store.Store, center string) (bool, error) {
	return whoBypasses(ctx, tx, center, func(u *models.User) (*models.User, error) { return u, nil })
}

// whoBypasses looks for one who can and whom keep returns as such again.
func whoBypasses(
	ctx context.Context, from *store.Store, center string, keep func(*models.User) (*models.User, error),
) (bool, error) {
	candidates, err := withBypass(ctx, from, center)
	if err != nil {
		return false, err
	}
	for i := range candidates {
		can, err := bypasses(ctx, from, &candidates[i])
		if err != nil {
			return false, err
		}
		if !can {
			continue
		}
		u, err := keep(&candidates[i])
		if isNotFound(err) { // who removes people has the lock, too; so nobody does
			continue
		}
		if err != nil {
			return false, err
		}
		if can, err = bypasses(ctx, from, u); err != nil || can {
			return can, err
		}
	}
	return false, nil
}

// withBypass returns the enabled users who have a role with the privilege
// sso:bypass. No built-in role has it.
func withBypass(ctx context.Context, from *store.Store, center string) ([]models.User, error) {
	roles, err := from.ListRoles(ctx, center, models.Page{})
	if err != nil {
		return nil, err
	}
	var all []models.User
	enabled := false
	for i := range roles {
		if !slices.Contains(roles[i].Privileges, models.ScopeSSOBypass) {
			continue
		}
		some, err := from.ListUsers(ctx, models.UserFilter{ContactCenterID: center, Role: roles[i].Name, Disabled: &enabled})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// bypasses reports whether the user can sign in with a password and undo single
// sign-on.
func bypasses(ctx context.Context, from *store.Store, u *models.User) (bool, error) {
	if _, err := parseHash(u.PasswordHash); err != nil || u.Disabled {
		return false, nil //nolint:nilerr // no password, or one that nobody can sign in with
	}
	may, err := rightsOf(ctx, from, u)
	return err == nil && len(without(emergencies(), may.has)) == 0, err
}

// Stranded reports whether administrators sign in through an identity provider for
// which no test sign-in speaks, and nobody can get in without it. It takes the locks of
// HoldBypass.
func (s *Service) Stranded(ctx context.Context, tx *store.Store, center string) (bool, error) {
	return s.stranded(ctx, tx, center, HoldBypass)
}

func (s *Service) stranded(
	ctx context.Context, tx *store.Store, center string, can func(context.Context, *store.Store, string) (bool, error),
) (bool, error) {
	if s.SSOUnproven == nil {
		return false, nil
	}
	held, err := can(ctx, tx, center)
	if err != nil {
		return false, fmt.Errorf("who can bypass single sign-on: %w", err)
	}
	if held {
		return false, nil
	}
	return s.SSOUnproven(ctx, tx, center)
}

// keepBypass lets do change people, and refuses what takes away the last one who can
// get in while single sign-on is down, where that matters. The people of the
// contact center are locked.
func (s *Service) keepBypass(ctx context.Context, tx *store.Store, center string, do func() error) error {
	if s.SSOUnproven == nil {
		return do()
	}
	before, err := canBypass(ctx, tx, center)
	if err != nil {
		return fmt.Errorf("who can bypass single sign-on: %w", err)
	}
	if err := do(); err != nil || !before {
		return err
	}
	stranded, err := s.stranded(ctx, tx, center, canBypass)
	if err != nil || !stranded {
		return err
	}
	return &models.RefusalError{
		Err: models.ErrLockOut,
		Detail: "Administrators sign in through the identity provider, and nobody could switch that off any more when it " +
			"is down: this is about the last enabled user with a password and the privileges sso:bypass and accounts:write. " +
			"Give them to somebody else first, or run a test sign-in to Admin.",
	}
}
