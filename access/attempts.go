package access

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"admin-api/models"
	"admin-api/store"
)

// What attempts are made with. Their counters are apart: a machine with an old
// secret does not keep a person at the same address from signing in.
const (
	byPassword = "password:"
	bySecret   = "secret:"
)

// attempt is one attempt to sign in under a name, which was counted.
type attempt struct {
	center  *models.ContactCenter
	nameKey string
	network string
	// user is nil where nobody has the name.
	user *models.User
}

// nameKey returns the key under which attempts are counted: the name itself is
// not stored, because people type passwords into the wrong field.
func (s *Service) nameKey(by, usernameKey string) string {
	return by + hex.EncodeToString(s.Audit.Keys.MAC("sign-in-name", []byte(usernameKey)))
}

// newAttempt counts an attempt before anything is checked, so that parallel guesses
// cannot outrun the counter. It does the same work for names that exist and for
// others. The error is models.ErrTooManyAttempts where attempts must wait.
func (s *Service) newAttempt(
	ctx context.Context, by string, c *models.ContactCenter, name, address string,
) (*attempt, error) {
	key := models.NameKey(name)
	a := &attempt{center: c, nameKey: s.nameKey(by, key), network: Network(address)}
	if a.network == "" || a.network == models.EveryAddress {
		a.network = "unknown"
	}
	var err error
	if a.user, err = s.Store.UserByName(ctx, c.ID, key); errors.Is(err, models.ErrNotFound) {
		a.user, err = nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	var wait time.Duration
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return s.counted(ctx, tx, a, func(one, all *models.SignInAttempts) {
			if wait = count(one, all, s.now()); wait > 0 {
				one.Blocked++
			}
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	if wait > 0 {
		return nil, blocked(wait)
	}
	return a, nil
}

// blocked is the refusal of who must wait.
func blocked(wait time.Duration) error {
	minutes := int(math.Ceil(wait.Minutes()))
	unit := " minutes"
	if minutes == 1 {
		unit = " minute"
	}
	return &models.RefusalError{
		Err: models.ErrTooManyAttempts, RetryAfter: wait,
		Detail: "There were too many failed attempts under this name; try again in " + strconv.Itoa(minutes) + unit +
			". An administrator can lift this with POST /api/v1/users/{id}/unlock.",
	}
}

// counted changes what is known of the attempts under the name.
func (s *Service) counted(
	ctx context.Context, tx *store.Store, a *attempt, change func(one, all *models.SignInAttempts),
) error {
	addresses := []string{models.EveryAddress, a.network} // "*" sorts before anything in an address
	rows, err := tx.LockSignInAttempts(ctx, a.center.ID, a.nameKey, addresses, models.NewTime(s.now()))
	if err != nil {
		return err
	}
	change(&rows[1], &rows[0])
	if a.user != nil {
		rows[1].UserID = a.user.ID
	}
	return tx.SaveSignInAttempts(ctx, rows...)
}

// verify reports whether the password is that of a user who may sign in. It
// computes one Argon2id whoever it is about. An attempt that got no turn was none.
func (s *Service) verify(ctx context.Context, a *attempt, password string) (bool, error) {
	hash := dummyHash
	if a.user != nil && a.user.PasswordHash != "" {
		hash = a.user.PasswordHash
	}
	ok, err := s.passwords().VerifyWithin(ctx, password, hash)
	if errors.Is(err, ErrPasswordHash) {
		s.warn(ctx, "password hash of a user cannot be read; set the password anew", "user", a.user.ID)
		_, err = s.passwords().VerifyWithin(ctx, password, dummyHash)
		ok = false
	}
	if err != nil {
		s.giveBack(ctx, a)
		return false, err
	}
	return ok && a.usable() && hash != dummyHash, nil
}

// usable reports whether there is somebody who may sign in at all.
func (a *attempt) usable() bool { return a.user != nil && !a.user.Disabled && !a.center.Suspended }

// giveBack undoes what newAttempt counted.
func (s *Service) giveBack(ctx context.Context, a *attempt) {
	ctx, cancel := lasting(ctx)
	defer cancel()
	err := s.Store.Tx(ctx, func(tx *store.Store) error { return s.counted(ctx, tx, a, takeBack) })
	if err != nil {
		s.warn(ctx, "attempt to sign in stays counted", "error", err)
	}
}

// succeeded notes in the transaction of a sign-in that it succeeded.
func (s *Service) succeeded(ctx context.Context, tx *store.Store, a *attempt) error {
	return s.counted(ctx, tx, a, func(one, all *models.SignInAttempts) { succeed(one, all, s.now()) })
}

// failed notes that an attempt is to go on record, and returns
// models.ErrSignInRefused. A client that has gone does not undo it.
func (s *Service) failed(ctx context.Context, a *attempt) error {
	ctx, cancel := lasting(ctx)
	defer cancel()
	if err := s.Store.NoteFailedSignIn(ctx, a.center.ID, a.nameKey, a.network); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	return models.ErrSignInRefused
}

// lasting returns a context that outlives the client's.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}

func (s *Service) passwords() *Passwords {
	s.own.Do(func() {
		if s.Passwords == nil {
			s.Passwords = NewPasswords(defaultAtOnce)
		}
	})
	return s.Passwords
}

// defaultAtOnce is how many passwords are worked on at once.
const defaultAtOnce = 4

func (s *Service) warn(ctx context.Context, message string, args ...any) {
	if s.Logger != nil {
		s.Logger.WarnContext(ctx, message, args...) //nolint:sloglint // the callers' messages are literals
	}
}

// Unlock forgets the failed attempts under the name of a user of the principal's
// contact center, and records it. It returns models.ErrNotFound for a user who
// does not exist there, and models.ErrForbidden where p may give less than the user
// may: who forgets the failures can guess on.
func (s *Service) Unlock(ctx context.Context, p *Principal, userID string) error {
	const operation = "user.unlock"
	u, err := s.Store.User(ctx, p.ContactCenter.ID, userID)
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	if err := s.mayReach(ctx, s.Store, p, u); err != nil {
		return s.refusal(ctx, &deed{p: p, op: operation, kind: "user", id: u.ID}, err)
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := s.forget(ctx, tx, u); err != nil {
			return err
		}
		return s.recordChange(ctx, tx, p, operation, target{p.ContactCenter.ID, "user", u.ID}, "user: "+u.Username, nil)
	})
	if err == nil {
		s.Audit.Committed(p.ContactCenter.ID)
	}
	return err
}

// forget removes what is known of attempts under the user's name.
func (s *Service) forget(ctx context.Context, tx *store.Store, u *models.User) error {
	return tx.DeleteSignInAttempts(ctx, u.ContactCenterID,
		s.nameKey(byPassword, u.UsernameKey), s.nameKey(bySecret, u.UsernameKey))
}
