package access

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

// MaxPasswordLength is how many characters a password may have.
const MaxPasswordLength = 128

// CheckPassword reports at the pointer what is wrong with a new password of the
// user with the name.
func CheckPassword(pointer, password, username string, c *validation.Context) {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPasswordLength:
		c.Violate(pointer, "min", fmt.Sprintf("The password must have at least %d characters.", MinPasswordLength))
	case n > MaxPasswordLength:
		c.Violate(pointer, "max", fmt.Sprintf("The password must have at most %d characters.", MaxPasswordLength))
	case secret.Blank(password):
		c.Violate(pointer, "invisible", "The password must have characters that can be seen.")
	case models.NameKey(password) == models.NameKey(username):
		c.Violate(pointer, "password_is_username", "The password must not be the user name.")
	case secret.LooksMasked(password):
		c.Violate(pointer, "secret_mask_submitted", "This is a placeholder for a password; enter the password itself.")
	}
}

// ChangePassword replaces the password of the session's user by another, ends all
// other sessions and gives this one a new secret, which it returns. What is wrong
// with either password is validation.Errors; a wrong current one counts as a
// failed attempt to sign in, with models.ErrTooManyAttempts after some.
func (s *Service) ChangePassword(ctx context.Context, p *Principal, in NewPassword) (string, error) {
	c := &validation.Context{}
	if in.Fresh == in.Current {
		c.Violate("/newPassword", "password_unchanged", "The new password must be another one.")
	}
	CheckPassword("/newPassword", in.Fresh, p.Name, c)
	if err := c.Err(); err != nil {
		return "", err
	}
	home, err := s.Store.ContactCenter(ctx, p.Home())
	if err != nil {
		return "", gone(err)
	}
	a, err := s.newAttempt(ctx, byPassword, home, p.Name, p.Address)
	if err != nil {
		return "", err
	}
	ok, err := s.verify(ctx, a, in.Current)
	if err != nil {
		return "", err
	}
	if !ok || a.user.ID != p.UserID {
		if err := s.failed(ctx, a); !errors.Is(err, models.ErrSignInRefused) {
			return "", err
		}
		c.Violate("/currentPassword", "password_wrong", "This is not your current password.")
		return "", c.Err()
	}
	hash, err := s.passwords().HashWithin(ctx, in.Fresh)
	if err != nil {
		s.giveBack(ctx, a)
		return "", err
	}
	return s.replacePassword(ctx, p, a, hash)
}

func (s *Service) replacePassword(ctx context.Context, p *Principal, a *attempt, hash string) (string, error) {
	text, sessionHash := newSessionSecret()
	old, u := a.user.PasswordHash, *a.user
	s.setPassword(&u, hash, false, p.ID)
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		return firstError(
			func() error { return s.succeeded(ctx, tx, a) },
			func() error { return tx.SetPassword(ctx, &u, old) },
			func() error { return tx.DeleteSessions(ctx, p.Home(), p.UserID, p.SessionID) },
			func() error { return tx.RotateSession(ctx, p.Home(), p.SessionID, sessionHash) },
			func() error {
				self := target{p.Home(), "user", p.UserID}
				return s.recordChange(ctx, tx, p, "password.change", self, "other sessions ended", nil)
			},
		)
	})
	if err != nil {
		return "", gone(err)
	}
	s.Audit.Committed(p.Home())
	return text, nil
}

func (s *Service) setPassword(u *models.User, hash string, mustChange bool, by string) {
	now := models.NewTime(s.now())
	u.PasswordHash, u.ChangePassword, u.PasswordChangedAt, u.UpdatedAt, u.UpdatedBy = hash, mustChange, now, now, by
}

// PasswordReset says whose password is replaced, and by which.
type PasswordReset struct {
	// ContactCenter is the id of the user's.
	ContactCenter, Username string
	Password                secret.Text
	// MustChange: the user has to choose another one after signing in.
	MustChange bool
}

// ResetPassword gives the user with the name another password, ends all of their
// sessions and forgets failed attempts: it lets in who is locked out. It returns
// the user, models.ErrNotFound for a name that nobody has, and validation.Errors
// for a password that cannot be used.
func (s *Service) ResetPassword(ctx context.Context, actor *Principal, in PasswordReset) (*models.User, error) {
	u, err := s.Store.UserByName(ctx, in.ContactCenter, models.NameKey(in.Username))
	if err != nil {
		return nil, fmt.Errorf("set password: %w", err)
	}
	c := &validation.Context{}
	CheckPassword("/password", in.Password.Reveal(), u.Username, c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	hash, err := s.passwords().HashWithin(ctx, in.Password.Reveal())
	if err != nil {
		return nil, err
	}
	s.setPassword(u, hash, in.MustChange, actor.ID)
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return firstError(
			func() error { return s.forget(ctx, tx, u) },
			func() error { return tx.SetPassword(ctx, u, "") },
			func() error { return tx.DeleteSessions(ctx, u.ContactCenterID, u.ID, "") },
			func() error {
				detail := "user: " + u.Username + ", all sessions ended"
				return s.recordChange(ctx, tx, actor, "password.set", target{u.ContactCenterID, "user", u.ID}, detail, nil)
			},
		)
	})
	if err != nil {
		return nil, err
	}
	s.Audit.Committed(u.ContactCenterID)
	return u, nil
}
