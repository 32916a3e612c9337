package access_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
)

// update changes a user as an administrator would, in another process.
func (h *house) update(t *testing.T, id, columns string) {
	t.Helper()
	h.exec(t, "UPDATE users SET "+columns+" WHERE id = '"+id+"'")
}

// What ends a session, or what its user may do, holds with the next request, in
// every process.
func TestEndedSessionsAreRefused(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, h *house, p *access.Principal){
		"signed out": func(t *testing.T, h *house, p *access.Principal) {
			require.NoError(t, h.SignOut(t.Context(), p))
			require.NoError(t, h.SignOut(t.Context(), p), "twice is no error")
			require.Len(t, h.records(t, "session.end"), 1)
		},
		"signed out everywhere": func(t *testing.T, h *house, p *access.Principal) {
			_, elsewhere := h.signIn(t)
			require.NoError(t, h.SignOutEverywhere(t.Context(), elsewhere))
			require.Len(t, h.records(t, "session.end-all"), 1)
		},
		"disabled": func(t *testing.T, h *house, p *access.Principal) {
			h.update(t, p.UserID, "disabled = true")
		},
		"suspended": func(t *testing.T, h *house, _ *access.Principal) {
			h.exec(t, "UPDATE contact_centers SET suspended = true")
		},
		"unused":  func(_ *testing.T, h *house, _ *access.Principal) { h.clock.at = h.clock.at.Add(30 * time.Minute) },
		"removed": func(t *testing.T, h *house, p *access.Principal) { h.exec(t, "DELETE FROM users") },
	} {
		t.Run(name, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				text, p := h.signIn(t)
				for _, s := range []*access.Service{h.Service, h.other} {
					_, err := s.AuthenticateSession(t.Context(), text)
					require.NoError(t, err)
				}
				end(t, h, p)
				for _, s := range []*access.Service{h.Service, h.other} {
					_, err := s.AuthenticateSession(t.Context(), text)
					require.ErrorIs(t, err, models.ErrUnauthenticated)
				}
			})
		})
	}
}

func TestRolesHoldInSessionsAtOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, p := h.signIn(t)
		require.True(t, p.Can(models.ScopeAccountsWrite))
		h.update(t, p.UserID, `roles = '["Supervisor"]'`)
		p, err := h.other.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAccountsTest}, p.Scopes)
	})
}

// A session lives as long as it is used, in whatever process, and not longer than
// it may.
func TestSessionsExpire(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, _ := h.signIn(t)
		ended, end := context.WithCancel(t.Context())
		end()
		used := 0
		for i := 0; ; i++ {
			h.clock.at = h.clock.at.Add(20 * time.Minute)
			s := []*access.Service{h.Service, h.other}[i%2]
			if _, err := s.AuthenticateSession(t.Context(), text); err != nil {
				require.ErrorIs(t, err, models.ErrUnauthenticated)
				break
			}
			s.RecordUses(ended)
			used++
		}
		require.Equal(t, 35, used, "12 hours")
		all, err := h.Store.Sessions(t.Context(), h.center.ID, userID(t, h))
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.NoError(t, h.Sweep(t.Context()))
		all, err = h.Store.Sessions(t.Context(), h.center.ID, userID(t, h))
		require.NoError(t, err)
		require.Empty(t, all, "and then it is removed")
	})
}

func userID(t *testing.T, h *house) string {
	t.Helper()
	u, err := h.Store.UserByName(t.Context(), h.center.ID, "ann")
	require.NoError(t, err)
	return u.ID
}

func TestSessionsAreListed(t *testing.T) {
	h := newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	_, first := h.signIn(t)
	h.clock.at = h.clock.at.Add(20 * time.Minute)
	_, second := h.signIn(t)
	ids := func() []string {
		all, err := h.Sessions(t.Context(), second)
		require.NoError(t, err)
		var list []string
		for i := range all {
			list = append(list, all[i].ID)
		}
		return list
	}
	require.Equal(t, []string{second.SessionID, first.SessionID}, ids())
	h.clock.at = h.clock.at.Add(15 * time.Minute)
	require.Equal(t, []string{second.SessionID}, ids(), "the other one was unused for too long")
}

// A password that was right a moment ago begins no session when it was changed
// meanwhile.
func TestSignInRacesPasswordChange(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		u, err := h.Store.UserByName(t.Context(), h.center.ID, "ann")
		require.NoError(t, err)
		require.NoError(t, h.Store.SignedIn(t.Context(), u, u.PasswordHash, models.NewTime(start)))
		h.update(t, u.ID, "password_hash = 'another'")
		require.ErrorIs(t, h.Store.SignedIn(t.Context(), u, u.PasswordHash, models.NewTime(start)), models.ErrNotFound)
		require.ErrorIs(t, h.Store.SetPassword(t.Context(), u, u.PasswordHash), models.ErrNotFound)
	})
}

// A token of the client-credentials call is the user, for an hour, and no more
// than that user may now.
func TestClientTokens(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		secret := access.NewAPISecret()
		u := h.user(t, "crm", func(u *models.User) {
			u.APISecretHash, u.Roles = access.HashAPISecret(secret), models.Strings{models.RoleSupervisor}
		})
		text, err := h.ClientToken(t.Context(), h.center, "CRM", secret, h.from)
		require.NoError(t, err)
		require.Regexp(t, `^[0-9a-f]{64}$`, text)
		p, err := h.other.Authenticate(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, access.UserPrincipal+u.ID, p.ID)
		require.Equal(t, "crm", p.Name)
		require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAccountsTest}, p.Scopes)
		require.Empty(t, p.SessionID)
		listed, err := h.Store.Tokens(t.Context(), h.center.ID)
		require.NoError(t, err)
		require.Len(t, listed, 1, "only the one of the first start")
		require.Len(t, h.records(t, "token.issue"), 1)

		h.update(t, u.ID, "disabled = true")
		_, err = h.other.Authenticate(t.Context(), text)
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		_, err = h.ClientToken(t.Context(), h.center, "crm", secret, h.from)
		require.ErrorIs(t, err, models.ErrSignInRefused)
		h.update(t, u.ID, "disabled = false")
		h.clock.at = h.clock.at.Add(access.ClientTokenLife)
		_, err = h.Authenticate(t.Context(), text)
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		h.clock.at = h.clock.at.Add(time.Second)
		require.NoError(t, h.Sweep(t.Context()))
		_, _, err = h.Store.TokenByHash(t.Context(), access.HashToken(text))
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

// A secret that is replaced between its check and the token that it is good for
// opens nothing: who replaced it has ended what it opened, and would miss the token.
func TestReplacedSecretsOpenNothing(t *testing.T) {
	for what, statement := range map[string]string{
		"replaced": "UPDATE users SET api_secret_hash = NULL WHERE username = 'crm'",
		"disabled": "UPDATE users SET disabled = true WHERE username = 'crm'",
		"deleted":  "DELETE FROM users WHERE username = 'crm'",
	} {
		t.Run(what, func(t *testing.T) {
			eachHouse(t, func(t *testing.T, h *house) {
				secret := access.NewAPISecret()
				h.user(t, "crm", func(u *models.User) { u.APISecretHash = access.HashAPISecret(secret) })
				asked := 0
				h.Now = func() time.Time {
					if asked++; asked == 3 { // the secret was found to be right, nothing is written yet
						h.exec(t, statement)
					}
					return h.clock.now()
				}
				_, err := h.ClientToken(t.Context(), h.center, "crm", secret, h.from)
				require.ErrorIs(t, err, models.ErrSignInRefused)
				require.GreaterOrEqual(t, asked, 3)
				require.Empty(t, h.records(t, "token.issue"))
			})
		})
	}
}

// What was begun under a credential goes on only while that may still do it.
func TestStillMay(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		_, p := h.signIn(t)
		may := func(id, center, scope string) bool {
			ok, err := access.StillMay(t.Context(), h.Store, id, center, scope, h.clock.at)
			require.NoError(t, err)
			return ok
		}
		id, _, err := h.CreateToken(t.Context(), *p, access.NewTokenInput{
			ContactCenterID: h.center.ID, Name: "ci", Scopes: models.AllScopes(), Expires: time.Hour,
		})
		require.NoError(t, err)
		for _, who := range []string{p.ID, access.TokenPrincipal + id} {
			require.True(t, may(who, h.center.ID, models.ScopeAccountsWrite))
			require.False(t, may(who, "elsewhere", models.ScopeAccountsWrite))
			require.False(t, may(who, h.center.ID, models.ScopeProvider))
		}
		require.False(t, may("system", h.center.ID, models.ScopeAccountsWrite))
		h.exec(t, "UPDATE contact_centers SET suspended = true")
		require.False(t, may(p.ID, h.center.ID, models.ScopeAccountsWrite))
		require.False(t, may(access.TokenPrincipal+id, h.center.ID, models.ScopeAccountsWrite))
		h.exec(t, "UPDATE contact_centers SET suspended = false")
		h.update(t, p.UserID, `roles = '["Agent"]'`)
		require.False(t, may(p.ID, h.center.ID, models.ScopeAccountsWrite))
		require.False(t, may(access.TokenPrincipal+id, h.center.ID, models.ScopeAccountsWrite))
		h.update(t, p.UserID, `roles = '["Administrator"]', disabled = true`)
		require.False(t, may(p.ID, h.center.ID, models.ScopeAccountsWrite))
		require.False(t, may(access.UserPrincipal+models.NewID(start), h.center.ID, models.ScopeAccountsWrite))
		h.clock.at = h.clock.at.Add(time.Hour)
		require.False(t, may(access.TokenPrincipal+id, h.center.ID, models.ScopeAccountsWrite))
	})
}
