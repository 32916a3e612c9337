package access_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

const issuer = "https://idp.example/metadata"

// federated is somebody for whom the identity provider of the house vouches.
func (h *house) federated(section, username string, change ...func(f *access.Federated)) *access.Federated {
	f := &access.Federated{Center: h.center, Section: section, Username: username, Issuer: issuer, From: h.from}
	for _, c := range change {
		c(f)
	}
	return f
}

// like has new users made in the likeness of a template.
func like(u *models.User) func(f *access.Federated) {
	return func(f *access.Federated) { f.TemplateID = u.ID }
}

// enter is a transaction of its own with EnterFederated.
func (h *house) enter(t *testing.T, f *access.Federated) (secret string, p *access.Principal, made bool, err error) {
	t.Helper()
	err = h.Store.Tx(t.Context(), func(tx *store.Store) error {
		secret, p, made, err = h.EnterFederated(t.Context(), tx, f)
		return err
	})
	return secret, p, made, err
}

func (h *house) entered(t *testing.T, f *access.Federated) (string, *access.Principal) {
	t.Helper()
	text, p, _, err := h.enter(t, f)
	require.NoError(t, err)
	return text, p
}

func (h *house) resume(t *testing.T, c *models.ContactCenter, id, section string, until time.Time) (
	text string, p *access.Principal, err error,
) {
	t.Helper()
	code := &models.SSOCode{UserID: id, Section: section, SessionEndsAt: models.Time{Time: until}}
	err = h.Store.Tx(t.Context(), func(tx *store.Store) error {
		text, p, err = h.Resume(t.Context(), tx, c, code, h.from)
		return err
	})
	return text, p, err
}

// rows counts those of a table.
func (h *house) rows(t *testing.T, table string) int {
	t.Helper()
	n := 0
	require.NoError(t, storetest.Raw(t, h.url).QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func (h *house) reload(t *testing.T, id string) *models.User {
	t.Helper()
	u, err := h.Store.User(t.Context(), h.center.ID, id)
	require.NoError(t, err)
	return u
}

// session is that of the principal as it is stored.
func (h *house) session(t *testing.T, p *access.Principal) *models.Session {
	t.Helper()
	who, err := h.WhoIs(t.Context(), p)
	require.NoError(t, err)
	return who.Session
}

// Users who are there already come in, and nothing of them changes.
func TestFederatedSignIn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		template := h.user(t, "template", func(u *models.User) { u.Roles = models.Strings{models.RoleAgent} })
		user := h.user(t, "Jörg", func(u *models.User) {
			u.Roles, u.PasswordHash, u.FirstName = models.Strings{models.RoleAdministrator}, "unreadable", "J"
		})
		h.clock.at = h.clock.at.Add(time.Hour)
		for _, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
			for _, name := range []string{"Jörg", " JO\u0308RG "} {
				f := h.federated(section, name, like(template))
				f.FirstName, f.LastName, f.Email = "Other", "Name", "other@example.com"
				if section == models.SectionAdmin {
					f.TemplateID = ""
				}
				text, p, made, err := h.enter(t, f)
				require.NoError(t, err)
				require.False(t, made)
				again, err := h.other.AuthenticateSession(t.Context(), text)
				require.NoError(t, err)
				require.Equal(t, user.ID, again.UserID)
				require.Equal(t, p.Scopes, again.Scopes)
				require.Equal(t, section == models.SectionAdmin, p.Can(models.ScopeUsersWrite))
				at := h.session(t, again)
				require.Equal(t, []string{models.SessionSSO, section, h.from.Address}, []string{at.Method, at.Portal, at.Address})
				record := h.records(t, "session.create")[0]
				require.Equal(t, []string{p.ID, at.ID}, []string{record.Actor, record.TargetID})
				require.Contains(t, record.Detail, section)
			}
		}
		want := *user
		want.LastSignInAt = models.NewTime(h.clock.at)
		require.Equal(t, &want, h.reload(t, user.ID))
		require.Zero(t, h.rows(t, "sign_in_attempts"), "no attempt with a password")
		require.Empty(t, h.records(t, "user.create"))
	})
}

// Names that only the comparison of user names takes for the same may be different
// people to the identity provider: nobody gets in as another, and nobody is made.
func TestFederatedNamesThatAreOnlyAlike(t *testing.T) {
	h := newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	template := h.template(t)
	for name, alike := range map[string]string{
		"kevin": "\u212aevin", "sara": "\u017fara", "strauss": "Strau\u00df", "office": "o\ufb03ce", "\u03a9mega": "\u2126mega",
	} {
		u := h.user(t, name, func(u *models.User) { u.Roles = models.Strings{models.RoleAdministrator} })
		require.Equal(t, u.UsernameKey, models.NameKey(alike), "else there is nothing to see")
		for _, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
			_, _, _, err := h.enter(t, h.federated(section, alike, like(template)))
			var refused *access.FederatedError
			require.ErrorAs(t, err, &refused, alike)
			require.Equal(t, []string{access.FederatedRefused, u.ID}, []string{refused.Reason, refused.UserID})
			_, _, err = h.PreviewFederated(t.Context(), h.Store, h.federated(section, alike, like(template)))
			require.ErrorAs(t, err, &refused, "told beforehand")
		}
		h.entered(t, h.federated(models.SectionAdmin, strings.ToUpper(name)))
	}
	require.Empty(t, h.records(t, "user.create"))
}

// What is refused leaves no trace in the transaction, and is told beforehand in the same words.
func TestFederatedRefusals(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		users := map[string]*models.User{}
		for name, roles := range map[string]models.Strings{
			"agent": {models.RoleAgent}, "nothing": nil, "bypass": {models.RoleAgent, "Bypass"}, "boss": {models.RoleAdministrator},
		} {
			users[name] = h.user(t, name, func(u *models.User) { u.Roles = roles })
		}
		require.NoError(t, h.Store.CreateRole(t.Context(), &models.Role{
			ContactCenterID: h.center.ID, ID: models.NewID(start), Name: "Bypass", NameKey: "bypass",
			Privileges: models.Strings{models.ScopeSSOBypass}, Version: 1,
		}))
		gone := h.user(t, "gone", func(u *models.User) { u.Disabled = true })
		suspended := *h.center
		suspended.Suspended = true
		const desk, admin = models.SectionAgentDesktop, models.SectionAdmin
		tests := map[string]struct {
			f      *access.Federated
			reason string
			user   string
		}{
			"nobody":            {h.federated(desk, "nobody"), access.FederatedUnknown, ""},
			"an e-mail address": {h.federated(desk, "agent@example.com"), access.FederatedUnknown, ""},
			"disabled":          {h.federated(desk, "gone"), access.FederatedDisabled, gone.ID},
			"disabled, but there is a template": {
				h.federated(desk, "gone", like(users["agent"])), access.FederatedDisabled, gone.ID,
			},
			"disabled, at Admin": {h.federated(admin, "gone"), access.FederatedDisabled, gone.ID},
			"agent at Admin":     {h.federated(admin, "agent"), access.FederatedNotAdministrator, users["agent"].ID},
			"nothing at Admin":   {h.federated(admin, "nothing"), access.FederatedNotAdministrator, users["nothing"].ID},
			"bypass at Admin":    {h.federated(admin, "bypass"), access.FederatedNotAdministrator, users["bypass"].ID},
			"agent at Admin, but there is a template": {
				h.federated(admin, "agent", like(users["boss"])), access.FederatedNotAdministrator, users["agent"].ID,
			},
			"no name":         {h.federated(desk, " \u200b"), access.FederatedRefused, ""},
			"a NUL":           {h.federated(desk, "ag\x00ent"), access.FederatedUnknown, ""},
			"a NUL, template": {h.federated(desk, "ag\x00ent", like(users["agent"])), access.FederatedRefused, ""},
			"not UTF-8":       {h.federated(desk, "ag\xffent"), access.FederatedRefused, ""},
			"far too long":    {h.federated(desk, strings.Repeat("a", 1<<20)), access.FederatedRefused, ""},
			"too long, template": {
				h.federated(desk, strings.Repeat("a", 256), like(users["agent"])), access.FederatedRefused, "",
			},
			"reordered, template": {
				h.federated(desk, "a\u202eb", like(users["agent"])), access.FederatedRefused, "",
			},
			"over already": {
				h.federated(desk, "agent", func(f *access.Federated) { f.Until = h.clock.at }), access.FederatedRefused, "",
			},
			"suspended": {
				h.federated(desk, "agent", func(f *access.Federated) { f.Center = &suspended }), access.FederatedRefused, "",
			},
		}
		before := h.rows(t, "audit_events") + h.rows(t, "sessions") + h.rows(t, "users")
		for name, tt := range tests {
			_, _, _, err := h.enter(t, tt.f)
			var refused *access.FederatedError
			require.ErrorAs(t, err, &refused, name)
			require.Equal(t, []string{tt.reason, tt.user}, []string{refused.Reason, refused.UserID}, name)
			require.NotEmpty(t, refused.Detail, name)
			require.NotEmpty(t, refused.Cure, name)
			require.Less(t, len(err.Error()), 1000, name)
			_, _, told := h.PreviewFederated(t.Context(), h.Store, tt.f)
			require.Equal(t, refused, told, name)
		}
		require.Equal(t, before, h.rows(t, "audit_events")+h.rows(t, "sessions")+h.rows(t, "users"))
		require.Zero(t, h.rows(t, "sign_in_attempts"))
		_, _, _, err := h.enter(t, h.federated("", "agent"))
		require.ErrorContains(t, err, "unknown section")
	})
}

func TestFederatedSessionsEnd(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		agent := h.user(t, "agent", func(u *models.User) { u.Roles = models.Strings{models.RoleAgent} })
		for name, tt := range map[string]struct {
			until time.Time
			want  time.Duration
		}{
			"as the provider wants":  {h.clock.at.Add(time.Minute), time.Minute},
			"as the settings want":   {h.clock.at.Add(48 * time.Hour), access.DefaultSessionMax},
			"the provider is silent": {time.Time{}, access.DefaultSessionMax},
		} {
			text, p := h.entered(t, h.federated(models.SectionAgentDesktop, "agent", func(f *access.Federated) { f.Until = tt.until }))
			require.Equal(t, models.NewTime(h.clock.at.Add(tt.want)), h.session(t, p).ExpiresAt, name)
			resumed, p, err := h.resume(t, h.center, agent.ID, models.SectionAgentDesktop, tt.until)
			require.NoError(t, err)
			require.Equal(t, models.NewTime(h.clock.at.Add(tt.want)), h.session(t, p).ExpiresAt, name)
			if tt.want > time.Minute {
				continue
			}
			began := h.clock.at
			h.clock.at = began.Add(tt.want)
			for _, ended := range []string{text, resumed} {
				_, err := h.AuthenticateSession(t.Context(), ended)
				require.ErrorIs(t, err, models.ErrUnauthenticated, name)
			}
			h.clock.at = began
		}
	})
}

// A one-time code leads to the session that the sign-in would have led to, judged anew.
func TestResume(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		boss := h.user(t, "boss", nil)
		for _, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
			text, p, err := h.resume(t, h.center, boss.ID, section, time.Time{})
			require.NoError(t, err)
			again, err := h.other.AuthenticateSession(t.Context(), text)
			require.NoError(t, err)
			require.Equal(t, []any{boss.ID, p.Scopes}, []any{again.UserID, again.Scopes})
			at := h.session(t, p)
			require.Equal(t, []string{models.SessionSSO, section}, []string{at.Method, at.Portal})
			require.Contains(t, h.records(t, "session.create")[0].Detail, "one-time code")
		}
		refused := func(c *models.ContactCenter, id, section string, until time.Time, reason string) {
			t.Helper()
			_, _, err := h.resume(t, c, id, section, until)
			var why *access.FederatedError
			require.ErrorAs(t, err, &why)
			require.Equal(t, reason, why.Reason)
		}
		suspended := *h.center
		suspended.Suspended = true
		refused(&suspended, boss.ID, models.SectionAdmin, time.Time{}, access.FederatedRefused)
		refused(h.center, boss.ID, models.SectionAdmin, h.clock.at, access.FederatedRefused)
		refused(h.center, models.NewID(start), models.SectionAdmin, time.Time{}, access.FederatedUnknown)
		h.update(t, boss.ID, `roles = '["Agent"]'`)
		refused(h.center, boss.ID, models.SectionAdmin, time.Time{}, access.FederatedNotAdministrator)
		h.update(t, boss.ID, "disabled = true")
		refused(h.center, boss.ID, models.SectionAgentDesktop, time.Time{}, access.FederatedDisabled)
	})
}

// Who comes in without a password need not choose another one first.
func TestFederatedNeedsNoNewPassword(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		h.user(t, "agent", func(u *models.User) {
			u.Roles, u.ChangePassword, u.PasswordHash = models.Strings{models.RoleAgent}, true, h.Passwords.Hash(password)
		})
		text, p := h.entered(t, h.federated(models.SectionAgentDesktop, "agent"))
		require.False(t, p.MustChangePassword)
		p, err := h.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.False(t, p.MustChangePassword)
		require.True(t, h.reload(t, p.UserID).ChangePassword, "it stays so for the next sign-in with the password")
		_, p, err = h.SignIn(t.Context(), h.center, "agent", password, h.from)
		require.NoError(t, err)
		require.True(t, p.MustChangePassword)
	})
}

func TestFederatedFailuresGoOnRecord(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		a, b := h.user(t, "a", nil), h.user(t, "b", nil)
		record := func(id string) {
			h.RecordFederatedFailure(t.Context(), h.federated(models.SectionAgentDesktop, "a"), id, "sso-expired")
		}
		for range 5 {
			record(a.ID)
		}
		record(b.ID)
		record("")
		require.Len(t, h.records(t, "session.create"), 2)
		h.clock.at = h.clock.at.Add(time.Minute)
		record(a.ID)
		all := h.records(t, "session.create")
		require.Len(t, all, 3)
		require.Equal(t, []string{models.OutcomeRefused, access.UserPrincipal + a.ID, a.ID, h.from.Address},
			[]string{all[0].Outcome, all[0].Actor, all[0].TargetID, all[0].Address})
		require.Contains(t, all[0].Detail, "sso-expired")
		require.Zero(t, h.rows(t, "sign_in_attempts"))
	})
}
