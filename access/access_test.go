package access_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newService(t *testing.T, s *store.Store) (*access.Service, *clock) {
	t.Helper()
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	c := &clock{at: start}
	log := &audit.Log{Store: s, Keys: keys, Now: c.now}
	return &access.Service{Store: s, Audit: log, Now: c.now}, c
}

func bootstrap(t *testing.T, s *access.Service, in access.Bootstrap) *access.Bootstrapped {
	t.Helper()
	if in.Domain == "" {
		in.Domain, in.Admin, in.Features = "LocalHost", "admin", []string{"all"}
	}
	out, err := s.Bootstrap(t.Context(), in, access.NewPasswords(2))
	require.NoError(t, err)
	return out
}

func TestBootstrap(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		first := bootstrap(t, s, access.Bootstrap{})
		require.Equal(t, "localhost", first.Domain)
		require.GreaterOrEqual(t, len(first.Password), 20)

		p, err := s.Authenticate(t.Context(), first.Token)
		require.NoError(t, err)
		require.Equal(t, models.AllScopes(), p.Scopes)
		require.Equal(t, models.AllFeatures(), p.ContactCenter.Features)

		user, err := db.UserByName(t.Context(), p.ContactCenter.ID, models.NameKey("ADMIN"))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(user.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$"), user.PasswordHash)
		ok, err := access.NewPasswords(1).Verify(first.Password, user.PasswordHash)
		require.NoError(t, err)
		require.True(t, ok)

		require.Nil(t, bootstrap(t, s, access.Bootstrap{}), "a second start makes nothing")
	})
}

func TestBootstrapTakesWhatIsGiven(t *testing.T) {
	for _, token := range []string{
		strings.Repeat("t", access.MinTokenLength), strings.Repeat("t", access.MaxTokenLength), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
	} {
		s, _ := newService(t, storetest.SQLite(t))
		first := bootstrap(t, s, access.Bootstrap{
			Domain: "a.example", Admin: "ann", Password: "correct horse", Token: token, Features: []string{"aws"},
		})
		require.Empty(t, first.Password)
		require.Empty(t, first.Token)
		p, err := s.Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.Equal(t, models.Strings{"aws"}, p.ContactCenter.Features)
	}
}

func TestBootstrapFeatures(t *testing.T) {
	for words, want := range map[string]models.Strings{
		"all": models.AllFeatures(), "aws,all": models.AllFeatures(), " aws,,aws": {"aws"}, "": nil,
	} {
		s, _ := newService(t, storetest.SQLite(t))
		token := strings.Repeat("t", access.MinTokenLength)
		bootstrap(t, s, access.Bootstrap{Domain: "a.example", Admin: "ann", Token: token, Features: strings.Split(words, ",")})
		p, err := s.Authenticate(t.Context(), token)
		require.NoError(t, err)
		require.ElementsMatch(t, want, p.ContactCenter.Features, words)
	}
}

// What was generated is handed over before anything is stored, and is returned
// even if the caller's time ends in the meantime: a second start makes nothing.
func TestBootstrapKeepsWhatItGenerates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		in := access.Bootstrap{Domain: "a.example", Admin: "ann", Features: []string{"all"}}
		full := errors.New("no space left")
		in.Keep = func(access.Bootstrapped) error { return full }
		_, err := s.Bootstrap(t.Context(), in, access.NewPasswords(1))
		require.ErrorIs(t, err, full)
		n, err := db.CountContactCenters(t.Context())
		require.NoError(t, err)
		require.Zero(t, n, "nothing is stored that nobody can sign in to")

		ctx, cancel := context.WithCancel(t.Context())
		var kept access.Bootstrapped
		in.Keep = func(made access.Bootstrapped) error {
			kept = made
			cancel()
			return nil
		}
		first, err := s.Bootstrap(ctx, in, access.NewPasswords(1))
		n, errCount := db.CountContactCenters(t.Context())
		require.NoError(t, errCount)
		if err != nil { // PostgreSQL does not commit for who has gone
			require.Zero(t, n)
			return
		}
		require.Equal(t, 1, n)
		require.Equal(t, kept, *first)
		_, err = s.Authenticate(t.Context(), kept.Token)
		require.NoError(t, err)
	})
}

func TestBootstrapRefuses(t *testing.T) {
	tests := map[string]access.Bootstrap{
		"a short token": {Domain: "a.example", Admin: "ann", Token: "short", Features: []string{"all"}},
		"a long token":  {Domain: "a.example", Admin: "ann", Token: strings.Repeat("t", 513), Features: []string{"all"}},
		"a token with a blank at its end": {
			Domain: "a.example", Admin: "ann", Token: strings.Repeat("t", 32) + " ", Features: []string{"all"},
		},
		"a token with a blank inside": {
			Domain: "a.example", Admin: "ann", Token: strings.Repeat("t t", 32), Features: []string{"all"},
		},
		"a token in another script": {
			Domain: "a.example", Admin: "ann", Token: strings.Repeat("ü", 32), Features: []string{"all"},
		},
		"an unknown feature": {Domain: "a.example", Admin: "ann", Features: []string{"teleport"}},
		"one more than all":  {Domain: "a.example", Admin: "ann", Features: []string{"all", "teleport"}},
		"no domain":          {Domain: "a b", Admin: "ann", Features: []string{"all"}},
		"no administrator":   {Domain: "a.example", Admin: " ", Features: []string{"all"}},
		"an address":         {Domain: "192.0.2.1", Admin: "ann", Features: []string{"all"}},
		"a short password":   {Domain: "a.example", Admin: "ann", Password: "hunter2", Features: []string{"all"}},
		"a long password": {
			Domain: "a.example", Admin: "ann", Password: strings.Repeat("p", access.MaxPasswordLength+1), Features: []string{"all"},
		},
		"the name as password": {Domain: "a.example", Admin: "annabelle", Password: "Annabelle", Features: []string{"all"}},
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			db := storetest.SQLite(t)
			s, _ := newService(t, db)
			_, err := s.Bootstrap(t.Context(), in, access.NewPasswords(1))
			require.Error(t, err)
			n, err := db.CountContactCenters(t.Context())
			require.NoError(t, err)
			require.Zero(t, n)
		})
	}
}

func TestAuthenticate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, c := newService(t, db)
		first := bootstrap(t, s, access.Bootstrap{})
		p, err := s.Authenticate(t.Context(), first.Token)
		require.NoError(t, err)
		center := p.ContactCenter.ID
		_, text, err := s.CreateToken(t.Context(), *p, access.NewTokenInput{
			ContactCenterID: center, Name: "ci", Scopes: models.Strings{models.ScopeAccountsRead}, Expires: time.Hour,
		})
		require.NoError(t, err)
		require.Regexp(t, `^aat_[A-Za-z0-9_-]{43}[0-9a-f]{8}$`, text)

		p, err = s.Authenticate(t.Context(), text)
		require.NoError(t, err)
		require.True(t, p.Can(models.ScopeAccountsRead))
		require.False(t, p.Can(models.ScopeAccountsWrite), "a scope is never implied by another")

		for _, wrong := range []string{"", text + "x", text[1:], strings.ToUpper(text), strings.Repeat("x", 1000), "'; --"} {
			_, err = s.Authenticate(t.Context(), wrong)
			require.ErrorIs(t, err, models.ErrUnauthenticated)
		}

		c.at = start.Add(time.Hour)
		_, err = s.Authenticate(t.Context(), text)
		require.ErrorIs(t, err, models.ErrUnauthenticated, "expired")

		require.NoError(t, db.RevokeToken(t.Context(), center, tokenID(t, s, first.Token), models.NewTime(c.at)))
		_, err = s.Authenticate(t.Context(), first.Token)
		require.ErrorIs(t, err, models.ErrUnauthenticated, "revoked")
	})
}

func tokenID(t *testing.T, s *access.Service, text string) string {
	t.Helper()
	p, err := s.Authenticate(t.Context(), text)
	require.NoError(t, err)
	return strings.TrimPrefix(p.ID, "token:")
}

func TestCreateTokenRefusesScopes(t *testing.T) {
	s, _ := newService(t, storetest.SQLite(t))
	first := bootstrap(t, s, access.Bootstrap{})
	p, err := s.Authenticate(t.Context(), first.Token)
	require.NoError(t, err)
	for _, scopes := range []models.Strings{nil, {"accounts:destroy"}, {"accounts:read", ""}} {
		_, _, err := s.CreateToken(t.Context(), *p, access.NewTokenInput{ContactCenterID: p.ContactCenter.ID, Scopes: scopes})
		require.Error(t, err)
	}
}

func TestRevokeToken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		first := bootstrap(t, s, access.Bootstrap{})
		p, err := s.Authenticate(t.Context(), first.Token)
		require.NoError(t, err)
		center := p.ContactCenter.ID
		id, text, err := s.CreateToken(t.Context(), *p, access.NewTokenInput{
			ContactCenterID: center, Name: "ci", Scopes: models.Strings{models.ScopeAccountsRead},
		})
		require.NoError(t, err)
		for _, first := range []bool{true, false} {
			revoked, err := s.RevokeToken(t.Context(), *p, center, id)
			require.NoError(t, err)
			require.Equal(t, first, revoked)
		}
		_, err = s.Authenticate(t.Context(), text)
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		for _, unknown := range [][2]string{{center, "x"}, {"x", id}} {
			_, err = s.RevokeToken(t.Context(), *p, unknown[0], unknown[1])
			require.ErrorIs(t, err, models.ErrNotFound)
		}
		events, err := db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: center})
		require.NoError(t, err)
		var operations []string
		for _, e := range events {
			operations = append(operations, e.Operation)
		}
		require.ElementsMatch(t,
			[]string{"contact-center.create", "token.create", "token.create", "token.revoke"}, operations, "once each")
	})
}

func TestRecordUses(t *testing.T) {
	s, c := newService(t, storetest.SQLite(t))
	first := bootstrap(t, s, access.Bootstrap{})
	var center string
	use := func(at time.Time) {
		c.at = at
		p, err := s.Authenticate(t.Context(), first.Token)
		require.NoError(t, err)
		center = p.ContactCenter.ID
	}
	ended, end := context.WithCancel(t.Context())
	end()
	lastUsed := func() models.Time {
		s.RecordUses(ended) // writes once and returns
		all, err := s.Store.Tokens(t.Context(), center)
		require.NoError(t, err)
		return all[0].LastUsedAt
	}
	use(start)
	use(start.Add(time.Hour))
	require.Equal(t, models.NewTime(start.Add(time.Hour)), lastUsed())
	use(start.Add(time.Hour + 59*time.Second))
	require.Equal(t, models.NewTime(start.Add(time.Hour)), lastUsed(), "not every request is worth a write")
	use(start.Add(2 * time.Hour))
	require.Equal(t, models.NewTime(start.Add(2*time.Hour)), lastUsed())
}

func TestActIn(t *testing.T) {
	db := storetest.SQLite(t)
	s, _ := newService(t, db)
	first := bootstrap(t, s, access.Bootstrap{})
	other := models.ContactCenter{ID: models.NewID(start), Domain: "b.example", CreatedAt: models.NewTime(start)}
	require.NoError(t, db.CreateContactCenter(t.Context(), &other))
	p, err := s.Authenticate(t.Context(), first.Token)
	require.NoError(t, err)

	require.NoError(t, s.ActIn(t.Context(), p, "B.example"))
	require.Equal(t, other.ID, p.ContactCenter.ID)
	require.ErrorIs(t, s.ActIn(t.Context(), p, "c.example"), models.ErrNotFound)
	p.Scopes = models.Strings{models.ScopeAdmin}
	require.ErrorIs(t, s.ActIn(t.Context(), p, "b.example"), models.ErrForbidden)
}

func TestPasswords(t *testing.T) {
	p := access.NewPasswords(1)
	hash := p.Hash("correct horse")
	require.NotEqual(t, hash, p.Hash("correct horse"), "each hash has a salt of its own")
	for word, want := range map[string]bool{"correct horse": true, "correct horse ": false, "": false} {
		ok, err := p.Verify(word, hash)
		require.NoError(t, err)
		require.Equal(t, want, ok, word)
	}
	for _, damaged := range []string{
		"", "x", strings.Replace(hash, "argon2id", "argon2i", 1), strings.Replace(hash, "m=19456", "m=99999999", 1),
		strings.Replace(hash, "t=2", "t=0", 1), hash[:len(hash)-4],
	} {
		_, err := p.Verify("correct horse", damaged)
		require.ErrorIs(t, err, access.ErrPasswordHash, damaged)
	}
}
