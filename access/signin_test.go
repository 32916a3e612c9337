package access_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

const password = "correct horse battery"

// house is a contact center with people, and a service beside another one that
// stands for a second process on the same database.
type house struct {
	*access.Service
	other  *access.Service
	clock  *clock
	center *models.ContactCenter
	from   access.Client
	url    string
}

// eachHouse runs test on SQLite and PostgreSQL, as storetest.Each does.
func eachHouse(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachEmpty(t, func(t *testing.T, url string) { test(t, newHouse(t, url)) })
}

func newHouse(t *testing.T, url string) *house {
	t.Helper()
	s, c := newService(t, storetest.Open(t, store.Config{URL: url}))
	s.Passwords = access.NewPasswords(2)
	bootstrap(t, s, access.Bootstrap{Domain: "acme.example", Admin: "Ann", Password: password})
	center, err := s.Store.ContactCenterByDomain(t.Context(), "acme.example")
	require.NoError(t, err)
	second := storetest.Open(t, store.Config{URL: url})
	chain := *s.Audit
	chain.Store = second
	return &house{
		Service: s, other: &access.Service{Store: second, Audit: &chain, Now: c.now}, clock: c, center: center,
		from: access.Client{Address: "192.0.2.1", UserAgent: "test"}, url: url,
	}
}

// exec changes the database as another process would.
func (h *house) exec(t *testing.T, statement string) {
	t.Helper()
	_, err := storetest.Raw(t, h.url).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

func (h *house) user(t *testing.T, name string, change func(u *models.User)) *models.User {
	t.Helper()
	u := &models.User{
		ContactCenterID: h.center.ID, ID: models.NewID(h.clock.at), Username: name, UsernameKey: models.NameKey(name), Version: 1,
		Roles: models.Strings{models.RoleAdministrator},
	}
	if change != nil {
		change(u)
	}
	require.NoError(t, h.Store.CreateUser(t.Context(), u))
	return u
}

func (h *house) signIn(t *testing.T) (string, *access.Principal) {
	t.Helper()
	text, p, err := h.SignIn(t.Context(), h.center, "ann", password, h.from)
	require.NoError(t, err)
	return text, p
}

func (h *house) records(t *testing.T, operation string) []models.AuditEvent {
	t.Helper()
	events, err := h.Store.AuditEvents(t.Context(), models.AuditFilter{
		ContactCenterID: h.center.ID, Operation: operation, Page: models.Page{Limit: 100},
	})
	require.NoError(t, err)
	return events
}

func TestSignIn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, p := h.signIn(t)
		require.Equal(t, "Ann", p.Name, "the name as it is stored")
		require.True(t, p.Can(models.ScopeUsersWrite))
		again, err := h.other.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, p.ID, again.ID)
		require.Equal(t, p.SessionID, again.SessionID)
		require.Equal(t, p.Scopes, again.Scopes)
		u, err := h.Store.User(t.Context(), h.center.ID, p.UserID)
		require.NoError(t, err)
		require.Equal(t, models.NewTime(h.clock.at), u.LastSignInAt)
		require.Len(t, h.records(t, "session.create"), 1)
		require.Equal(t, p.ID, h.records(t, "session.create")[0].Actor)
		for _, garbage := range []string{"", "x", text + "x", text[1:], strings.Repeat("x", 43), strings.ToUpper(text)} {
			_, err := h.AuthenticateSession(t.Context(), garbage)
			require.ErrorIs(t, err, models.ErrUnauthenticated)
		}
		second, _ := h.signIn(t)
		require.NotEqual(t, text, second)
	})
}

// Who is not there is answered as who is, after the same work.
func TestNobodyIsToldApart(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		hash := h.Passwords.Hash(password)
		h.user(t, "disabled", func(u *models.User) { u.PasswordHash, u.Disabled = hash, true })
		h.user(t, "without", nil)
		h.user(t, "damaged", func(u *models.User) { u.PasswordHash = "x" })
		late := models.ContactCenter{ID: models.NewID(start), Domain: "late.example", Suspended: true, CreatedAt: models.NewTime(start)}
		require.NoError(t, h.Store.CreateContactCenter(t.Context(), &late))
		require.NoError(t, h.Store.CreateUser(t.Context(), &models.User{
			ContactCenterID: late.ID, ID: models.NewID(start), Username: "bob", UsernameKey: "bob", PasswordHash: hash, Version: 1,
		}))
		for _, tt := range []struct {
			center         *models.ContactCenter
			name, password string
		}{
			{h.center, "ann", "wrong"},
			{h.center, "nobody", password},
			{h.center, "disabled", password},
			{h.center, "without", password},
			{h.center, "without", ""},
			{h.center, "damaged", password},
			{&late, "bob", password},
			{h.center, "nul\x00", password},
			{h.center, strings.Repeat("x", 256), password},
		} {
			before := h.Passwords.Derived()
			_, _, err := h.SignIn(t.Context(), tt.center, tt.name, tt.password, h.from)
			require.Equal(t, models.ErrSignInRefused, err, tt.name)
			require.Equal(t, int64(1), h.Passwords.Derived()-before, tt.name)
		}
		require.Empty(t, h.records(t, "session.create"))
	})
}

// After failures attempts must wait, whoever they are about; nothing is computed
// meanwhile. Right passwords get through as soon as the time is over.
func TestFailuresBlock(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		try := func(s *access.Service, name, word, address string) error {
			_, _, err := s.SignIn(t.Context(), h.center, name, word, access.Client{Address: address})
			return err
		}
		for _, name := range []string{"ann", "nobody"} {
			for i := range 5 {
				s := []*access.Service{h.Service, h.other}[i%2]
				require.ErrorIs(t, try(s, name, "wrong", "192.0.2.1"), models.ErrSignInRefused)
			}
			before := h.Passwords.Derived()
			for _, s := range []*access.Service{h.Service, h.other} {
				err := try(s, strings.ToUpper(name), password, "192.0.2.1")
				var refused *models.RefusalError
				require.ErrorAs(t, err, &refused)
				require.ErrorIs(t, err, models.ErrTooManyAttempts)
				require.Equal(t, time.Minute, refused.RetryAfter)
			}
			require.Equal(t, before, h.Passwords.Derived())
		}
		require.NoError(t, try(h.Service, "ann", password, "192.0.2.2"), "another address")
		h.clock.at = h.clock.at.Add(time.Minute)
		require.NoError(t, try(h.Service, "ann", password, "192.0.2.1"), "nobody is locked out for ever")
		require.ErrorIs(t, try(h.Service, "nobody", password, "192.0.2.1"), models.ErrSignInRefused)
	})
}

func TestUnlock(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		_, p := h.signIn(t)
		for range 6 {
			_, err := h.ClientToken(t.Context(), h.center, "ann", "wrong", h.from)
			require.Error(t, err)
		}
		_, err := h.ClientToken(t.Context(), h.center, "ann", "wrong", h.from)
		require.ErrorIs(t, err, models.ErrTooManyAttempts)
		_, err = h.AuthenticateSession(t.Context(), "x")
		require.Error(t, err)
		h.signIn(t) // machines do not block people
		require.NoError(t, h.Unlock(t.Context(), p, p.UserID))
		_, err = h.ClientToken(t.Context(), h.center, "ann", "wrong", h.from)
		require.ErrorIs(t, err, models.ErrSignInRefused)
		require.ErrorIs(t, h.Unlock(t.Context(), p, models.NewID(start)), models.ErrNotFound)
		require.Len(t, h.records(t, "user.unlock"), 1)
	})
}

// Guesses at the same moment, through several processes, do not outrun the
// counter.
func TestParallelGuesses(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		var mu sync.Mutex
		checked, refused := 0, 0
		var all sync.WaitGroup
		for i := range 40 {
			s := []*access.Service{h.Service, h.other}[i%2]
			all.Go(func() {
				_, err := s.ClientToken(t.Context(), h.center, "ann", "wrong", h.from)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case errors.Is(err, models.ErrSignInRefused):
					checked++
				case errors.Is(err, models.ErrTooManyAttempts):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		require.Equal(t, 5, checked)
		require.Equal(t, 35, refused)
	})
}

// Against guesses from many addresses, those that the user signed in from stay
// open.
func TestGuessesFromManyAddresses(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text := access.NewAPISecret()
		h.user(t, "bob", func(u *models.User) { u.APISecretHash = access.HashAPISecret(text) })
		try := func(secret, address string) error {
			_, err := h.ClientToken(t.Context(), h.center, "bob", secret, access.Client{Address: address})
			return err
		}
		require.NoError(t, try(text, "192.0.2.1"))
		for i := range 101 {
			require.ErrorIs(t, try("wrong", fmt.Sprintf("198.51.100.%d", i)), models.ErrSignInRefused)
		}
		require.ErrorIs(t, try(text, "203.0.113.2"), models.ErrTooManyAttempts)
		require.NoError(t, try(text, "192.0.2.1"))
		h.clock.at = h.clock.at.Add(time.Minute)
		require.NoError(t, try(text, "203.0.113.2"), "and others open again")
	})
}

// What failed under the name of a user goes on record with a count; what somebody
// typed in the place of a name goes nowhere.
func TestFailuresGoOnRecord(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		for _, name := range []string{"ann", "My-Own-Pass-Phrase"} {
			for range 7 {
				_, err := h.ClientToken(t.Context(), h.center, name, "wrong", h.from)
				require.Error(t, err)
			}
		}
		_, _, err := h.SignIn(t.Context(), h.center, "ann", "wrong", h.from)
		require.ErrorIs(t, err, models.ErrSignInRefused)
		_, p := h.signIn(t)
		for range 3 {
			require.NoError(t, h.Sweep(t.Context()))
			require.NoError(t, h.other.Sweep(t.Context()))
		}
		failed := h.records(t, "token.issue")
		require.Len(t, failed, 1)
		require.Equal(t, models.OutcomeRefused, failed[0].Outcome)
		require.Equal(t, p.UserID, failed[0].TargetID)
		require.Equal(t, "192.0.2.1", failed[0].Address)
		require.Equal(t, "failed attempts: 5, refused while blocked: 2", failed[0].Detail)
		signIns := h.records(t, "session.create")
		require.Len(t, signIns, 2)
		require.Equal(t, "failed attempts: 1, refused while blocked: 0", signIns[0].Detail)
		reports, err := h.Audit.Verify(t.Context())
		require.NoError(t, err)
		require.True(t, reports[0].OK())
	})
}

// A weaker hash of earlier times is replaced when the password is at hand.
func TestOldHashesAreRenewed(t *testing.T) {
	h := newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	const old = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$" // of "old password"
	u := h.user(t, "bob", func(u *models.User) { u.PasswordHash = old + "Fm+3j4RUM63qknuUZa8IL2kfdlVuHQzQpxQcG+bJw0g" })
	_, _, err := h.SignIn(t.Context(), h.center, "bob", "old password", h.from)
	require.NoError(t, err)
	now, err := h.Store.User(t.Context(), h.center.ID, u.ID)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(now.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$"))
	_, _, err = h.SignIn(t.Context(), h.center, "bob", "old password", h.from)
	require.NoError(t, err)
}

func TestAttemptsWithoutATurnDoNotCount(t *testing.T) {
	h := newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	h.Passwords = access.NewPasswords(0) // nobody ever gets a turn
	for range 9 {
		_, _, err := h.SignIn(t.Context(), h.center, "ann", password, h.from)
		require.ErrorIs(t, err, models.ErrUnavailable)
	}
}

func TestHere(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		for host, found := range map[string]bool{
			"acme.example": true, "ACME.example:8443": true, "localhost:8080": true, "127.0.0.1": true, "[::1]:80": true,
			"public.example": true, "other.example": false, "": false, "acme.example.evil": false, "nul\x00": false,
		} {
			c, err := h.Here(t.Context(), host, "public.example:443")
			if !found {
				require.ErrorIs(t, err, models.ErrNotFound, host)
				continue
			}
			require.NoError(t, err, host)
			require.Equal(t, h.center.ID, c.ID)
		}
		other := models.ContactCenter{ID: models.NewID(start), Domain: "b.example", CreatedAt: models.NewTime(start)}
		require.NoError(t, h.Store.CreateContactCenter(t.Context(), &other))
		_, err := h.Here(t.Context(), "localhost")
		require.ErrorIs(t, err, models.ErrNotFound, "which of two?")
		c, err := h.Here(t.Context(), "b.example")
		require.NoError(t, err)
		require.Equal(t, other.ID, c.ID)
	})
}

func TestChangePassword(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, p := h.signIn(t)
		elsewhere, _ := h.signIn(t)
		p.Address = h.from.Address
		for fresh, code := range map[string]string{
			"short": "min", strings.Repeat("ü", 129): "max", password: "password_unchanged",
		} {
			_, err := h.ChangePassword(t.Context(), p, access.NewPassword{Current: password, Fresh: fresh})
			var broken validation.Errors
			require.ErrorAs(t, err, &broken)
			require.Equal(t, code, broken[0].Code)
		}
		const fresh = "a quiet lake in October"
		_, err := h.ChangePassword(t.Context(), p, access.NewPassword{Current: "wrong", Fresh: fresh})
		var broken validation.Errors
		require.ErrorAs(t, err, &broken)
		require.Equal(t, "/currentPassword", broken[0].Pointer)

		renewed, err := h.ChangePassword(t.Context(), p, access.NewPassword{Current: password, Fresh: fresh})
		require.NoError(t, err)
		for _, ended := range []string{text, elsewhere} {
			_, err = h.other.AuthenticateSession(t.Context(), ended)
			require.ErrorIs(t, err, models.ErrUnauthenticated)
		}
		again, err := h.other.AuthenticateSession(t.Context(), renewed)
		require.NoError(t, err)
		require.Equal(t, p.SessionID, again.SessionID)
		_, _, err = h.SignIn(t.Context(), h.center, "ann", password, h.from)
		require.ErrorIs(t, err, models.ErrSignInRefused)
		_, _, err = h.SignIn(t.Context(), h.center, "ann", fresh, h.from)
		require.NoError(t, err)
		require.Len(t, h.records(t, "password.change"), 1)

		for range 5 {
			_, err = h.ChangePassword(t.Context(), again, access.NewPassword{Current: "wrong", Fresh: password})
			require.Error(t, err)
		}
		_, err = h.ChangePassword(t.Context(), again, access.NewPassword{Current: fresh, Fresh: password})
		require.ErrorIs(t, err, models.ErrTooManyAttempts, "a stolen session is no way around the counter")
	})
}

func TestPasswordsAreNotTheUserName(t *testing.T) {
	c := &validation.Context{}
	access.CheckPassword("/p", "ANNABELLE ", "annabelle", c)
	require.Equal(t, "password_is_username", c.Errors()[0].Code)
}

func TestResetPassword(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, _ := h.signIn(t)
		for range 6 {
			_, _, err := h.SignIn(t.Context(), h.center, "ann", "wrong", h.from)
			require.Error(t, err)
		}
		system := &access.Principal{ID: "system", Name: "command line"}
		_, err := h.ResetPassword(t.Context(), system, access.PasswordReset{
			ContactCenter: h.center.ID, Username: "nobody", Password: secret.New(password + "2"),
		})
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = h.ResetPassword(t.Context(), system, access.PasswordReset{
			ContactCenter: h.center.ID, Username: "ann", Password: secret.New("short"),
		})
		require.Error(t, err)
		_, err = h.ResetPassword(t.Context(), system, access.PasswordReset{
			ContactCenter: h.center.ID, Username: "ANN", Password: secret.New(password + "2"), MustChange: true,
		})
		require.NoError(t, err)
		_, err = h.other.AuthenticateSession(t.Context(), text)
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		_, p, err := h.SignIn(t.Context(), h.center, "ann", password+"2", h.from)
		require.NoError(t, err, "no waiting either")
		require.True(t, p.MustChangePassword)
	})
}

// Sessions outlive the process.
func TestSessionsSurviveRestarts(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "a.db")
	h := newHouse(t, path)
	text, p := h.signIn(t)
	require.NoError(t, h.Store.Close())
	require.NoError(t, h.other.Store.Close())
	db := storetest.Open(t, store.Config{URL: path})
	fresh := &access.Service{Store: db, Audit: h.Audit, Now: h.clock.now}
	again, err := fresh.AuthenticateSession(t.Context(), text)
	require.NoError(t, err)
	require.Equal(t, p.SessionID, again.SessionID)
}

func TestAPISecretsLookLikeOurs(t *testing.T) {
	require.Regexp(t, `^aas_[A-Za-z0-9_-]{43}[0-9a-f]{8}$`, access.NewAPISecret())
	require.NotEqual(t, access.NewAPISecret(), access.NewAPISecret())
}
