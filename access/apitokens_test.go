package access_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

func issue(t *testing.T, s *access.Service, p *access.Principal, body string) *access.Principal {
	t.Helper()
	_, text, err := s.IssueToken(t.Context(), p, []byte(body))
	require.NoError(t, err)
	made, err := s.Authenticate(t.Context(), text.Reveal())
	require.NoError(t, err)
	return made
}

// A token gives no more than its maker may give, and ends no later than the token
// that made it; but it outlives the revocation of that one.
func TestTokensGiveNoMoreThanTheirMaker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, c := newService(t, db)
		first := provider(t, s)
		short := issue(t, s, first, `{"name":"short","scopes":["admin","accounts:read"],"expiresAt":"2026-11-24T12:00:00Z"}`)

		_, _, err := s.IssueToken(t.Context(), short, []byte(`{"name":"x","scopes":["accounts:read","accounts:write"]}`))
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, models.ErrForbidden)
		require.Equal(t, map[string]any{"scope": "accounts:write"}, refusal.Extra)

		heir := issue(t, s, short, `{"name":"heir","scopes":["accounts:read"]}`)
		require.Equal(t, models.NewTime(start.Add(24*time.Hour)), heir.ExpiresAt, "without a wish, as long as its maker")
		_, _, err = s.IssueToken(t.Context(), short, []byte(`{"name":"x","scopes":["accounts:read"],"expiresAt":"2026-11-24T12:00:01Z"}`))
		var broken validation.Errors
		require.ErrorAs(t, err, &broken)
		require.Equal(t, "outlives_maker", broken[0].Code)

		require.NoError(t, s.DropToken(t.Context(), first, short.ID[len(access.TokenPrincipal):]))
		_, err = s.Token(t.Context(), heir, heir.ID[len(access.TokenPrincipal):])
		require.NoError(t, err, "what a token made can replace it")
		c.at = start.Add(24 * time.Hour)
		views, _, err := s.Tokens(t.Context(), first, access.TokenQuery{
			Query: paging.Query{Size: 10}, State: models.TokenExpired, CreatedBy: short.ID,
		})
		require.NoError(t, err)
		require.Len(t, views, 1)
		require.Equal(t, "heir", views[0].Name)
	})
}

// The list shows what the maker's rights leave of a token.
func TestEffectiveScopes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, c := newService(t, db)
		p := provider(t, s)
		var makers []access.Principal
		for _, u := range []models.User{
			{Username: "ann", Roles: models.Strings{models.RoleSupervisor}},
			{Username: "bob", Roles: models.Strings{models.RoleAdministrator}, Disabled: true},
		} {
			u.ContactCenterID, u.ID, u.UsernameKey, u.Version = p.ContactCenter.ID, models.NewID(c.at), u.Username, 1
			require.NoError(t, db.CreateUser(t.Context(), &u))
			makers = append(makers, access.Principal{
				ID: access.UserPrincipal + u.ID, UserID: u.ID, ContactCenter: p.ContactCenter, Grantable: models.AllScopes(),
			})
		}
		makers = append(makers, access.Principal{
			ID: access.UserPrincipal + "gone", UserID: "gone", ContactCenter: p.ContactCenter, Grantable: models.AllScopes(),
		})
		for i, want := range []models.Strings{{models.ScopeAccountsRead}, {}, {}} {
			made, _, err := s.IssueToken(t.Context(), &makers[i], []byte(`{"name":"ci","scopes":["audit:read","accounts:read"]}`))
			require.NoError(t, err)
			require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAuditRead}, made.Scopes)
			require.ElementsMatch(t, want, made.Effective)
		}
	})
}

// In another contact center nobody makes tokens with the scope provider, and
// users, whose rights are not known there, make none at all.
func TestTokensOfAnotherContactCenter(t *testing.T) {
	s, _ := newService(t, storetest.SQLite(t))
	one := office{s, provider(t, s)}
	made := one.center(t, "b.example")
	there := *one.p
	require.NoError(t, s.ActIn(t.Context(), &there, "b.example"))
	require.Equal(t, one.p.ContactCenter.ID, there.Home())
	_, _, err := s.IssueToken(t.Context(), &there, []byte(`{"name":"x","scopes":["provider"]}`))
	var broken validation.Errors
	require.ErrorAs(t, err, &broken)
	require.Equal(t, "provider_elsewhere", broken[0].Code)

	token := issue(t, s, &there, `{"name":"x","scopes":["admin"]}`)
	require.Equal(t, made.ID, token.ContactCenter.ID)
	_, err = s.Token(t.Context(), one.p, token.ID[len(access.TokenPrincipal):])
	require.ErrorIs(t, err, models.ErrNotFound, "it is not among those of the service provider's own")

	there.UserID = "u"
	_, _, err = s.IssueToken(t.Context(), &there, []byte(`{"name":"x","scopes":["admin"]}`))
	require.ErrorIs(t, err, models.ErrForbidden)
}

func TestTokensOfClientsAreNotShown(t *testing.T) {
	s, c := newService(t, storetest.SQLite(t))
	p := provider(t, s)
	hidden := models.Token{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(c.at), Kind: models.TokenOAuth, Hash: []byte{1},
		Scopes: models.Strings{models.ScopeSCIM},
	}
	require.NoError(t, s.Store.CreateToken(t.Context(), &hidden))
	views, _, err := s.Tokens(t.Context(), p, access.TokenQuery{Query: paging.Query{Size: 10}})
	require.NoError(t, err)
	require.Len(t, views, 1)
	require.True(t, views[0].Current)
	_, err = s.Token(t.Context(), p, hidden.ID)
	require.ErrorIs(t, err, models.ErrNotFound)
	require.ErrorIs(t, s.DropToken(t.Context(), p, hidden.ID), models.ErrNotFound)
}

// Whoever revokes at the same moment, it is done and recorded once.
func TestRevokedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		p := provider(t, s)
		made, _, err := s.IssueToken(t.Context(), p, []byte(`{"name":"ci","scopes":["admin"]}`))
		require.NoError(t, err)
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = s.DropToken(t.Context(), p, made.ID) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
		events, err := db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: p.ContactCenter.ID, Operation: "token.revoke"})
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.JSONEq(t, fmt.Sprintf(`[{"pointer":"/revokedAt","new":%q}]`, models.NewTime(start).String()), string(events[0].Changes))
	})
}
