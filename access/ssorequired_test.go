package access_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
)

// requireSSO switches single sign-on on for the sections.
func requireSSO(s *access.Service, sections ...string) {
	s.SSORequired = func(_ context.Context, c *models.ContactCenter, section string) (string, error) {
		if !slices.Contains(sections, section) {
			return "", nil
		}
		return "https://" + c.Domain + "/" + section, nil
	}
}

func TestPasswordsWhereSingleSignOnIsOn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		hash := h.Passwords.Hash(password)
		require.NoError(t, h.Store.CreateRole(t.Context(), &models.Role{
			ContactCenterID: h.center.ID, ID: models.NewID(start), Name: "Emergency", NameKey: "emergency",
			Privileges: models.Strings{models.ScopeSSOBypass}, Version: 1,
		}))
		roles := map[string]models.Strings{
			"admin": {"Administrator", "Agent"}, "agent": {"Agent", "Supervisor"}, "nothing": nil,
			"admin-bypass": {"Administrator", "Emergency"}, "agent-bypass": {"Agent", "Emergency"},
		}
		ids := map[string]string{}
		for name, list := range roles {
			ids[name] = h.user(t, name, func(u *models.User) { u.PasswordHash, u.Roles = hash, list }).ID
		}
		tests := map[string]struct {
			on      []string
			refused map[string]string // section by user name
		}{
			"nothing":       {nil, nil},
			"agent desktop": {[]string{"agentDesktop"}, map[string]string{"agent": "agentDesktop", "nothing": "agentDesktop"}},
			"admin":         {[]string{"admin"}, map[string]string{"admin": "admin"}},
			"both": {
				[]string{"agentDesktop", "admin"},
				map[string]string{"agent": "agentDesktop", "nothing": "agentDesktop", "admin": "admin"},
			},
		}
		for name, tt := range tests {
			requireSSO(h.Service, tt.on...)
			for user := range roles {
				records := len(h.records(t, "session.create"))
				_, _, err := h.SignIn(t.Context(), h.center, user, password, h.from)
				newest := h.records(t, "session.create")[0]
				require.Len(t, h.records(t, "session.create"), records+1, "each is on record, once")
				section, refused := tt.refused[user]
				if !refused {
					require.NoError(t, err, "%s: %s", name, user)
					continue
				}
				require.ErrorIs(t, err, models.ErrSSORequired, "%s: %s", name, user)
				var refusal *models.RefusalError
				require.ErrorAs(t, err, &refusal)
				require.Equal(t, map[string]any{"signInUrl": "https://acme.example/" + section}, refusal.Extra)
				require.Equal(t, models.OutcomeRefused, newest.Outcome)
				require.Equal(t, access.UserPrincipal+ids[user], newest.Actor)
				require.Equal(t, ids[user], newest.TargetID)
				require.Equal(t, h.from.Address, newest.Address)
				sessions, err := h.Store.Sessions(t.Context(), h.center.ID, ids[user])
				require.NoError(t, err)
				require.LessOrEqual(t, len(sessions), len(tests), "none was made now")
			}
		}
	})
}

// Who does not have the password learns nothing of single sign-on, with the same
// work; nor does who may not sign in at all.
func TestSingleSignOnTellsNobodyApart(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		hash := h.Passwords.Hash(password)
		h.user(t, "disabled", func(u *models.User) { u.PasswordHash, u.Disabled = hash, true })
		h.user(t, "without", nil)
		h.SSORequired = func(context.Context, *models.ContactCenter, string) (string, error) {
			t.Error("asked before the password was found right")
			return "https://acme.example/", nil
		}
		for _, try := range [][2]string{{"ann", "wrong"}, {"nobody", password}, {"disabled", password}, {"without", password}} {
			before := h.Passwords.Derived()
			_, _, err := h.SignIn(t.Context(), h.center, try[0], try[1], h.from)
			require.Equal(t, models.ErrSignInRefused, err, try[0])
			require.Equal(t, int64(1), h.Passwords.Derived()-before, try[0])
		}
	})
}

// Settings that cannot be read do not open the door, except for who needs none; and
// the attempt was none.
func TestUnreadableSingleSignOn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		down := errors.New("down")
		h.SSORequired = func(context.Context, *models.ContactCenter, string) (string, error) { return "", down }
		for range 7 {
			_, _, err := h.SignIn(t.Context(), h.center, "ann", password, h.from)
			require.ErrorIs(t, err, down)
		}
		requireSSO(h.Service)
		h.signIn(t)
	})
}

// Machines are not people: an API secret works however people sign in, and a
// session that began with a password goes on.
func TestWhatSingleSignOnLeavesAlone(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		session, p := h.signIn(t)
		u, secret, err := h.NewAPISecret(t.Context(), p, p.UserID, access.Match{})
		require.NoError(t, err)
		requireSSO(h.Service, models.SectionAdmin, models.SectionAgentDesktop)
		text, err := h.ClientToken(t.Context(), h.center, u.Username, secret.Reveal(), h.from)
		require.NoError(t, err)
		_, err = h.Authenticate(t.Context(), text)
		require.NoError(t, err)
		_, err = h.AuthenticateSession(t.Context(), session)
		require.NoError(t, err)
	})
}

// The right password does not get around the counter: the attempt was refused.
func TestRefusedBySingleSignOnIsCounted(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		requireSSO(h.Service, models.SectionAdmin)
		for range 5 {
			_, _, err := h.SignIn(t.Context(), h.center, "ann", password, h.from)
			require.ErrorIs(t, err, models.ErrSSORequired)
		}
		_, _, err := h.SignIn(t.Context(), h.center, "ann", password, h.from)
		require.ErrorIs(t, err, models.ErrTooManyAttempts)
		require.Len(t, h.records(t, "session.create"), 5, "and so the record cannot be flooded")
	})
}
