package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
)

// desk signs the first administrator in at Agent Desktop.
func (h *house) desk(t *testing.T) (string, *access.Principal) {
	t.Helper()
	return h.entered(t, h.federated(models.SectionAgentDesktop, "ann"))
}

// An administrator who signs in at Agent Desktop is there what a supervisor is, on
// whatever way the session is read.
func TestDeskSessionsAdministerNothing(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		text, p := h.desk(t)
		resumed, again, err := h.resume(t, h.center, p.UserID, models.SectionAgentDesktop, time.Time{})
		require.NoError(t, err)
		ways := map[string]*access.Principal{"sign-in": p, "one-time code": again}
		for name, secret := range map[string]string{"sign-in": text, "one-time code": resumed} {
			ways[name+", later"], err = h.other.AuthenticateSession(t.Context(), secret)
			require.NoError(t, err)
			ways[name+", going on"], err = h.other.RecallSession(t.Context(), secret)
			require.NoError(t, err)
		}
		for name, p := range ways {
			require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAccountsTest}, p.Scopes, name)
			require.Empty(t, p.Grantable, name)
			who, err := h.WhoIs(t.Context(), p)
			require.NoError(t, err)
			require.Equal(t, models.SectionAgentDesktop, who.Session.Portal, name)
		}
		_, whole := h.entered(t, h.federated(models.SectionAdmin, "ann"))
		require.True(t, whole.Can(models.ScopeAdmin))
		require.Empty(t, whole.MayGrant(models.ScopeAdmin))
		require.Equal(t, models.SectionAdmin, models.SectionOf(whole.Scopes), "beside it, Admin gives all")
	})
}

// Less than a supervisor has stays less, and what another role adds counts only as
// far as agents and supervisors have it.
func TestDeskSessionsGiveNoMoreThanTheRoles(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		all := models.AllScopes()
		require.NoError(t, h.Store.CreateRole(t.Context(), &models.Role{
			ContactCenterID: h.center.ID, ID: models.NewID(start), Name: "All", NameKey: "all", Version: 1,
			Privileges: all, Grantable: all,
		}))
		for name, tt := range map[string]struct{ roles, want models.Strings }{
			"nothing":   {nil, nil},
			"agent":     {models.Strings{"Agent"}, nil},
			"all there": {models.Strings{"Agent", "All"}, models.DeskPrivileges()},
		} {
			h.user(t, name, func(u *models.User) { u.Roles = tt.roles })
			text, _ := h.entered(t, h.federated(models.SectionAgentDesktop, name))
			p, err := h.AuthenticateSession(t.Context(), text)
			require.NoError(t, err)
			require.ElementsMatch(t, tt.want, p.Scopes, name)
			require.Empty(t, p.Grantable, name)
		}
		text, _ := h.desk(t)
		h.exec(t, "UPDATE sessions SET portal = 'another'")
		p, err := h.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.False(t, p.Can(models.ScopeAdmin), "a portal that this version does not know carries no more")
	})
}

// Nothing that such a session can do leads to more than it carries. The operations
// that need a privilege are refused before: see the routes. These are refused also
// here, where they are carried out.
func TestDeskSessionsLeadNowhere(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		_, p := h.desk(t)
		id := p.UserID
		none := access.Match{}
		for name, do := range map[string]func() error{
			"a token": func() error {
				_, _, err := h.IssueToken(t.Context(), p, []byte(`{"name":"x","scopes":["accounts:write"]}`))
				return err
			},
			"a token of what it carries": func() error {
				_, _, err := h.IssueToken(t.Context(), p, []byte(`{"name":"x","scopes":["accounts:read"]}`))
				return err
			},
			"the user's API secret": func() error {
				_, _, err := h.NewAPISecret(t.Context(), p, id, none)
				return err
			},
			"another administrator": func() error {
				_, err := h.CreateUser(t.Context(), p, []byte(`{"username":"eve","roles":["Administrator"]}`))
				return err
			},
			"another contact center":     func() error { return h.ActIn(t.Context(), p, h.center.Domain) },
			"forgetting failed attempts": func() error { return h.Unlock(t.Context(), p, id) },
		} {
			require.ErrorIs(t, do(), models.ErrForbidden, name)
		}
		_, err := h.UpdateUser(t.Context(), p, id, none, []byte(`{"password":"another quiet lake"}`))
		require.Error(t, err)
		_, err = h.ChangePassword(t.Context(), p, access.NewPassword{Current: "a guess", Fresh: "another quiet lake"})
		require.Error(t, err, "nobody gets a password who does not know the present one")

		// Who knows it needs no session to sign in; this one stays what it is.
		text, err := h.ChangePassword(t.Context(), p, access.NewPassword{Current: password, Fresh: "another quiet lake"})
		require.NoError(t, err)
		p, err = h.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.ElementsMatch(t, models.DeskPrivileges(), p.Scopes)
		require.Empty(t, p.Grantable)
	})
}

// Who has no password gets none by a session.
func TestDeskSessionsMakeNoPassword(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.user(t, "without", nil)
		for _, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
			_, p := h.entered(t, h.federated(section, "without"))
			for _, current := range []string{"", "x"} {
				_, err := h.ChangePassword(t.Context(), p, access.NewPassword{Current: current, Fresh: "another quiet lake"})
				require.Error(t, err)
			}
			require.Empty(t, h.reload(t, p.UserID).PasswordHash)
		}
	})
}
