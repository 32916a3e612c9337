package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
)

// UserQuery selects a page of users.
type UserQuery struct {
	// Filter holds what the store can compare; ContactCenterID, UsernameKey, Query
	// and Page are set by Users.
	Filter models.UserFilter
	// Username is compared with NFC and case folded.
	Username string
	// Q holds words; each must be the prefix of a word of user name, names or
	// e-mail address.
	Q    string
	Page paging.Query
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T
	// NextCursor is empty on the last page.
	NextCursor string
}

// Users returns a page of the users of the contact center in the order of their
// names. It returns models.ErrBadCursor for a cursor of another list.
func (s *Service) Users(ctx context.Context, p *Principal, q UserQuery) (*Page[models.User], error) {
	f := q.Filter
	f.ContactCenterID = p.ContactCenter.ID
	f.UsernameKey, f.Query = models.NameKey(q.Username), strings.Fields(models.NameKey(q.Q))
	bound := paging.Bind("users", f)
	var err error
	if f.Role, err = s.roleName(ctx, f.ContactCenterID, f.Role); err != nil {
		return nil, err
	}
	if f.Page, err = paging.Start(s.Audit.Keys, q.Page, bound); err != nil {
		return nil, err
	}
	rows, err := s.Store.ListUsers(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	rows, next := paging.Cut(s.Audit.Keys, rows, f.Page, bound, func(u *models.User) string { return u.UsernameKey })
	return &Page[models.User]{Items: rows, NextCursor: next}, nil
}

// roleName returns a name as users have it, whatever its case; one that no role has
// stays as it is.
func (s *Service) roleName(ctx context.Context, center, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	all, err := rolesOf(ctx, s.Store, center, models.Page{})
	if err != nil {
		return "", fmt.Errorf("list users: %w", err)
	}
	for _, r := range all {
		if r.NameKey == models.NameKey(name) {
			return r.Name, nil
		}
	}
	return name, nil
}

// User returns one user. It returns models.ErrNotFound for an unknown id and for
// one of another contact center.
func (s *Service) User(ctx context.Context, p *Principal, id string) (*models.User, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	return s.Store.User(ctx, p.ContactCenter.ID, id)
}

// CreateUser adds a user. Errors: *strict.SyntaxError, validation.Errors,
// models.ErrForbidden for roles that p may not give, models.ErrNameTaken, and
// models.ErrExists where another user has the extension.
func (s *Service) CreateUser(ctx context.Context, p *Principal, body []byte) (*models.User, error) {
	return s.createUser(ctx, p, sayWhole(body))
}

func (s *Service) createUser(ctx context.Context, p *Principal, say saying) (*models.User, error) {
	d := &deed{p: p, op: "user.create", kind: "user"}
	c, err := s.draftUser(ctx, s.Store, p, say) // refused before time is spent on the password
	if err != nil {
		return nil, s.refusal(ctx, d, err)
	}
	hash, err := s.hash(ctx, c)
	if err != nil {
		return nil, err
	}
	err = s.carryOut(ctx, d, func(tx *store.Store) error {
		if c, err = s.draftUser(ctx, tx, p, say); err != nil {
			return err
		}
		now := s.now()
		c.now.ID, c.now.Version, c.now.CreatedAt, c.now.CreatedBy = models.NewID(now), 1, models.NewTime(now), p.ID
		c.now.PasswordHash = hash
		d.id = c.now.ID
		if err := s.assignExtension(ctx, tx, &c.now); err != nil {
			return err
		}
		if err := tx.CreateUser(ctx, &c.now); err != nil {
			return s.explainUser(err)
		}
		if err := s.rosterChanged(ctx, tx, nil, &c.now); err != nil {
			return err
		}
		return s.recordUser(ctx, tx, d, c)
	})
	if err != nil {
		return nil, s.withHolder(ctx, p, c, err)
	}
	return &c.now, nil
}

// UpdateUser applies a JSON merge patch to a user. Errors are those of CreateUser,
// models.ErrNotFound, models.ErrVersionMismatch where m asks for another version,
// models.ErrForbidden also where p may give less than the user may,
// models.ErrLastAdministrator, and models.ErrInUse where an account names the user.
func (s *Service) UpdateUser(ctx context.Context, p *Principal, id string, m Match, body []byte) (*models.User, error) {
	return s.updateUser(ctx, p, id, m, sayPatch(body))
}

func (s *Service) updateUser(ctx context.Context, p *Principal, id string, m Match, say saying) (*models.User, error) {
	d := &deed{p: p, op: "user.update", kind: "user", id: id}
	old, err := s.User(ctx, p, id)
	if err != nil {
		return nil, err
	}
	c, err := s.patchedUser(ctx, s.Store, p, old, m, say)
	if err != nil {
		return nil, s.refusal(ctx, d, err)
	}
	hash, err := s.hash(ctx, c)
	if err != nil {
		return nil, err
	}
	err = s.carryOut(ctx, d, func(tx *store.Store) error {
		if old, err = tx.LockUser(ctx, p.ContactCenter.ID, id); err != nil {
			return err
		}
		if c, err = s.patchedUser(ctx, tx, p, old, m, say); err != nil {
			return err
		}
		if c.words["/password"] != "" {
			c.now.PasswordHash = hash
		}
		return s.writeUser(ctx, tx, d, c)
	})
	if err != nil {
		return nil, s.withHolder(ctx, p, c, err)
	}
	return &c.now, nil
}

// DeleteUser removes a user for good and ends its sessions and tokens. Errors are those of
// UpdateUser.
func (s *Service) DeleteUser(ctx context.Context, p *Principal, id string, m Match) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	d := &deed{p: p, op: "user.delete", kind: "user", id: id}
	return s.carryOut(ctx, d, func(tx *store.Store) error {
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
		if err := s.keepUser(ctx, tx, old, nil); err != nil {
			return err
		}
		if err := tx.DeleteSessions(ctx, old.ContactCenterID, id, ""); err != nil {
			return err
		}
		if err := tx.DeleteUser(ctx, old.ContactCenterID, id); err != nil {
			return err
		}
		if err := s.rosterChanged(ctx, tx, old, nil); err != nil {
			return err
		}
		if err := tx.ReleaseExtension(ctx, old.ContactCenterID, old.Extension); err != nil {
			return err
		}
		if err := s.endTokens(ctx, tx, old); err != nil {
			return err
		}
		changes, err := differences(recordOf(old), nil, nil)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, d, "all sessions and tokens ended", changes)
	})
}

// endTokens ends the tokens of a user who is no more. They would give nothing any
// more, but lists would call them active.
func (s *Service) endTokens(ctx context.Context, tx *store.Store, u *models.User) error {
	now := models.NewTime(s.now())
	for _, kind := range []string{models.TokenAPI, models.TokenOAuth} {
		if err := tx.RevokeTokensOf(ctx, u.ContactCenterID, u.ID, kind, now); err != nil {
			return err
		}
	}
	return nil
}

// writeUser stores a change that was judged, if it is one. It writes within the
// transaction tx, in which the user is locked.
func (s *Service) writeUser(ctx context.Context, tx *store.Store, d *deed, c *userChange) error {
	if err := s.assignExtension(ctx, tx, &c.now); err != nil {
		return err
	}
	changes, err := differences(recordOf(c.old), recordOf(&c.now), c.words)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := s.keepUser(ctx, tx, c.old, &c.now); err != nil {
		return err
	}
	c.now.UpdatedAt, c.now.UpdatedBy = models.NewTime(s.now()), d.p.ID
	if err := tx.UpdateUser(ctx, &c.now, c.old.Version); err != nil {
		return s.explainUser(err)
	}
	if err := s.rosterChanged(ctx, tx, c.old, &c.now); err != nil {
		return err
	}
	if c.now.Extension != c.old.Extension {
		if err := tx.ReleaseExtension(ctx, c.old.ContactCenterID, c.old.Extension); err != nil {
			return err
		}
	}
	if err := s.endSessions(ctx, tx, c); err != nil {
		return err
	}
	return s.record(ctx, tx, d, "", changes)
}

// rosterChanged notes for the teams concerned that a user, who is nil before the
// creation and after the deletion, joined, left or was renamed.
func (s *Service) rosterChanged(ctx context.Context, tx *store.Store, old, now *models.User) error {
	switch {
	case old == nil:
		return tx.RosterChanged(ctx, now.ContactCenterID, now.CreatedAt, now.TeamID)
	case now == nil:
		return tx.RosterChanged(ctx, old.ContactCenterID, models.NewTime(s.now()), old.TeamID)
	case now.TeamID == old.TeamID && now.Username == old.Username:
		return nil
	}
	return tx.RosterChanged(ctx, now.ContactCenterID, now.UpdatedAt, old.TeamID, now.TeamID)
}

// endSessions ends those of a user whose password changed or who was disabled.
func (s *Service) endSessions(ctx context.Context, tx *store.Store, c *userChange) error {
	if disabled := c.now.Disabled && !c.old.Disabled; !disabled && c.words["/password"] == "" {
		return nil
	}
	return tx.DeleteSessions(ctx, c.now.ContactCenterID, c.now.ID, "")
}

func (s *Service) recordUser(ctx context.Context, tx *store.Store, d *deed, c *userChange) error {
	changes, err := differences(nil, recordOf(&c.now), c.words)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, d, "", changes)
}

// firstExtension is what the first user gets who asks for none.
const firstExtension = 1001

// assignExtension gives a user without extension the next free number. The people
// of the contact center are locked, so nobody takes it meanwhile.
func (s *Service) assignExtension(ctx context.Context, tx *store.Store, u *models.User) error {
	if u.Extension != "" {
		return nil
	}
	var err error
	u.Extension, err = tx.TakeExtension(ctx, u.ContactCenterID, firstExtension)
	return err
}

// explainUser adds to a refused write what the client needs to know.
func (s *Service) explainUser(err error) error {
	switch {
	case errors.Is(err, models.ErrNameTaken):
		return nameTaken("user", "")
	case errors.Is(err, models.ErrExists):
		return &models.RefusalError{
			Err: models.ErrExists, Detail: "Another user has this extension; choose another, or leave it out to get a free one.",
		}
	}
	return err
}

// withHolder says who has a user name that is taken. The transaction is over: on
// PostgreSQL nothing can be asked in one that failed.
func (s *Service) withHolder(ctx context.Context, p *Principal, c *userChange, err error) error {
	if !errors.Is(err, models.ErrNameTaken) || c == nil {
		return err
	}
	u, findErr := s.Store.UserByName(ctx, p.ContactCenter.ID, c.now.UsernameKey)
	if findErr != nil {
		return err
	}
	return nameTaken("user", u.ID)
}

func isNotFound(err error) bool { return errors.Is(err, models.ErrNotFound) }
