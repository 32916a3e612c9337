package access_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
)

// team makes a team.
func (h *house) team(t *testing.T, name string, disabled bool) *models.Team {
	t.Helper()
	team := &models.Team{
		ContactCenterID: h.center.ID, ID: models.NewID(start), Name: name, NameKey: models.NameKey(name), Disabled: disabled,
		Version: 1,
	}
	require.NoError(t, h.Store.CreateTeam(t.Context(), team))
	return team
}

// template makes an agent in whose likeness others are made.
func (h *house) template(t *testing.T, change ...func(u *models.User)) *models.User {
	t.Helper()
	team := h.team(t, "Team "+strconv.Itoa(h.rows(t, "teams")), false)
	return h.user(t, "template"+strconv.Itoa(h.rows(t, "users")), func(u *models.User) {
		u.TeamID, u.Roles, u.Skills = team.ID, models.Strings{models.RoleAgent, models.RoleSupervisor}, models.Skills{"English": 80}
		u.FirstName, u.LastName, u.Email, u.WorkPhone, u.MobilePhone = "T", "Emplate", "t@example.com", "1", "2"
		u.PasswordHash, u.ChangePassword, u.APISecretHash = "x", true, []byte{1}
		for _, c := range change {
			c(u)
		}
	})
}

// A new user has the team, the roles and the skills of the template, and nothing
// else of it.
func TestProvision(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		template := h.template(t)
		f := h.federated(models.SectionAgentDesktop, " Zoë ", like(template))
		f.FirstName, f.LastName, f.Email = "Zoë", "Quill", "zoe@example.com"
		drawn, made, err := h.PreviewFederated(t.Context(), h.Store, f)
		require.NoError(t, err)
		require.True(t, made)
		require.Equal(t, 2, h.rows(t, "users"), "nothing was made yet")

		text, p, made, err := h.enter(t, f)
		require.NoError(t, err)
		require.True(t, made)
		again, err := h.other.AuthenticateSession(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, p.Scopes, again.Scopes)
		require.Equal(t, models.DeskPrivileges(), again.Scopes)
		u := h.reload(t, p.UserID)
		at := models.NewTime(h.clock.at)
		require.Equal(t, &models.User{
			ContactCenterID: h.center.ID, ID: p.UserID, Username: "Zoë", UsernameKey: models.NameKey("zoë"), FirstName: "Zoë",
			LastName: "Quill", Email: "zoe@example.com", Extension: u.Extension, TeamID: template.TeamID, Roles: template.Roles,
			Skills: template.Skills, LastSignInAt: at, Version: 1, CreatedAt: at, CreatedBy: "system", UpdatedAt: at,
			UpdatedBy: "system", SearchText: u.SearchText,
		}, u)
		require.NotEmpty(t, u.Extension)
		require.Equal(t, []any{drawn.Username, drawn.TeamID, drawn.Roles, drawn.Skills, drawn.Email},
			[]any{u.Username, u.TeamID, u.Roles, u.Skills, u.Email})

		record := h.records(t, "user.create")[0]
		require.Equal(t, []string{"system", "single sign-on", u.ID, h.from.Address},
			[]string{record.Actor, record.ActorName, record.TargetID, record.Address})
		require.Contains(t, record.Detail, issuer)
		require.Contains(t, record.Detail, template.ID)
		for _, value := range []string{"Zoë", "Quill", "zoe@example.com", u.Extension, template.TeamID, "English"} {
			require.Contains(t, string(record.Changes), value)
		}
		require.Equal(t, p.ID, h.records(t, "session.create")[0].Actor)

		_, _, made, err = h.enter(t, f)
		require.NoError(t, err)
		require.False(t, made, "the second time the user is there")
	})
}

// Claims are held against the rules of users: names are not needed, but what
// cannot be kept is refused; an e-mail address is not worth that.
func TestProvisionClaims(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		template := h.template(t)
		tests := map[string]struct {
			first, last, mail string
			want              []string // first name, last name, e-mail
			reason, says      string
		}{
			"all":             {"A", "B", "a@example.com", []string{"A", "B", "a@example.com"}, "", ""},
			"none":            {"", "", "", []string{"", "", ""}, "", ""},
			"around them":     {" A ", "\tB\n", " a@example.com ", []string{"A", "B", "a@example.com"}, "", ""},
			"no address":      {"A", "B", "somebody", []string{"A", "B", ""}, "", ""},
			"a long address":  {"A", "B", strings.Repeat("a", 1000) + "@example.com", []string{"A", "B", ""}, "", ""},
			"a broken one":    {"A", "B", "a\xff@example.com", []string{"A", "B", ""}, "", ""},
			"a NUL in it":     {"A", "B", "a\x00@example.com", []string{"A", "B", ""}, "", ""},
			"a long name":     {strings.Repeat("a", 256), "B", "", nil, access.FederatedIncomplete, "FirstName"},
			"a reordered one": {"A", "a\u202eb", "", nil, access.FederatedIncomplete, "LastName"},
			"a NUL":           {"A", "a\x00b", "", nil, access.FederatedIncomplete, "LastName"},
			"not UTF-8":       {"a\xff", "B", "", nil, access.FederatedIncomplete, "FirstName"},
		}
		for name, tt := range tests {
			f := h.federated(models.SectionAgentDesktop, name, like(template))
			f.FirstName, f.LastName, f.Email = tt.first, tt.last, tt.mail
			_, p, made, err := h.enter(t, f)
			if tt.reason != "" {
				var refused *access.FederatedError
				require.ErrorAs(t, err, &refused, name)
				require.Equal(t, tt.reason, refused.Reason, name)
				require.Contains(t, refused.Detail, tt.says, name)
				continue
			}
			require.NoError(t, err, name)
			require.True(t, made, name)
			u := h.reload(t, p.UserID)
			require.Equal(t, tt.want, []string{u.FirstName, u.LastName, u.Email}, name)
		}
	})
}

// Agent Desktop makes agents, and Admin makes administrators.
func TestTemplates(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		const desk, admin = models.SectionAgentDesktop, models.SectionAdmin
		for i, role := range []models.Role{
			{Name: "Auditor", Privileges: models.Strings{models.ScopeAuditRead}},
			{Name: "Emergency", Privileges: models.Strings{models.ScopeSSOBypass}},
			{Name: "Giver", Grantable: models.Strings{models.ScopeAccountsWrite}},
			{Name: "Viewer", Privileges: models.Strings{models.ScopeAccountsRead}},
		} {
			role.ContactCenterID, role.ID, role.NameKey, role.Version = h.center.ID, models.NewID(start), models.NameKey(role.Name), 1
			require.NoError(t, h.Store.CreateRole(t.Context(), &role), i)
		}
		shut := h.team(t, "Shut", true)
		tests := map[string]struct {
			section string
			roles   models.Strings
			change  func(u *models.User)
			says    string // empty: fits
		}{
			"agent":                   {desk, models.Strings{"Agent"}, nil, ""},
			"supervisor":              {desk, models.Strings{"Supervisor"}, nil, ""},
			"agent with little more":  {desk, models.Strings{"Agent", "Viewer"}, nil, ""},
			"viewer":                  {desk, models.Strings{"Viewer"}, nil, "Agent or Supervisor"},
			"nothing":                 {desk, nil, nil, "Agent or Supervisor"},
			"administrator":           {desk, models.Strings{"Administrator"}, nil, "Agent or Supervisor"},
			"agent and administrator": {desk, models.Strings{"Agent", "Administrator"}, nil, models.ScopeUsersWrite},
			"agent and auditor":       {desk, models.Strings{"Agent", "Auditor"}, nil, models.ScopeAuditRead},
			"agent with the bypass":   {desk, models.Strings{"Agent", "Emergency"}, nil, models.ScopeSSOBypass},
			"agent who gives":         {desk, models.Strings{"Agent", "Giver"}, nil, models.ScopeAccountsWrite},
			"disabled":                {desk, models.Strings{"Agent"}, func(u *models.User) { u.Disabled = true }, "disabled"},
			"team disabled":           {desk, models.Strings{"Agent"}, func(u *models.User) { u.TeamID = shut.ID }, "team"},
			"team gone":               {desk, models.Strings{"Agent"}, func(u *models.User) { u.TeamID = models.NewID(start) }, "team"},
			"admin":                   {admin, models.Strings{"Administrator", "Agent"}, nil, ""},
			"agent at Admin":          {admin, models.Strings{"Agent"}, nil, "Administrator"},
			"auditor at Admin":        {admin, models.Strings{"Auditor"}, nil, "Administrator"},
			"disabled at Admin":       {admin, models.Strings{"Administrator"}, func(u *models.User) { u.Disabled = true }, "disabled"},
		}
		for name, tt := range tests {
			template := h.template(t, func(u *models.User) { u.Roles = tt.roles }, func(u *models.User) {
				if tt.change != nil {
					tt.change(u)
				}
			})
			_, p, made, err := h.enter(t, h.federated(tt.section, "new "+name, like(template)))
			if tt.says == "" {
				require.NoError(t, err, name)
				require.True(t, made, name)
				require.Equal(t, tt.roles, h.reload(t, p.UserID).Roles, name)
				require.Equal(t, tt.section == admin, p.Can(models.ScopeUsersWrite), name)
				continue
			}
			h.requireUnfit(t, err, tt.says, name)
		}
		for name, id := range map[string]string{"no id": "x", "unknown": models.NewID(start), "NUL": "\x00"} {
			_, _, _, err := h.enter(t, h.federated(desk, "new", func(f *access.Federated) { f.TemplateID = id }))
			h.requireUnfit(t, err, "no user", name)
		}
	})
}

func (h *house) requireUnfit(t *testing.T, err error, says, name string) {
	t.Helper()
	var refused *access.FederatedError
	require.ErrorAs(t, err, &refused, name)
	require.Equal(t, access.FederatedTemplateUnfit, refused.Reason, name)
	require.Contains(t, refused.Detail, says, name)
}

// First sign-ins at the same time, in two processes, make one user and as many
// sessions; so do they beside somebody who makes the user by hand.
func TestFirstSignInsAtOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		template := h.template(t)
		boss := access.Principal{ID: "token:x", Name: "x", Grantable: models.AllScopes(), ContactCenter: *h.center}
		for round := range 8 {
			name := "agent" + strconv.Itoa(round)
			var wg sync.WaitGroup
			var mu sync.Mutex
			made, byHand := 0, 0
			for i := range 6 {
				process := []*access.Service{h.Service, h.other}[i%2]
				wg.Go(func() {
					err := process.Store.Tx(t.Context(), func(tx *store.Store) error {
						_, _, new, err := process.EnterFederated(t.Context(), tx,
							h.federated(models.SectionAgentDesktop, name, like(template)))
						mu.Lock()
						defer mu.Unlock()
						if new {
							made++
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			if round%2 == 1 {
				wg.Go(func() {
					_, err := h.CreateUser(t.Context(), &boss, []byte(`{"username":"`+strings.ToUpper(name)+`"}`))
					if err == nil {
						byHand++
					}
				})
			}
			wg.Wait()
			require.Equal(t, 1, made+byHand)
			u, err := h.Store.UserByName(t.Context(), h.center.ID, name)
			require.NoError(t, err)
			sessions, err := h.Store.Sessions(t.Context(), h.center.ID, u.ID)
			require.NoError(t, err)
			require.Len(t, sessions, 6)
		}
		all, err := h.Store.Users(t.Context(), h.center.ID)
		require.NoError(t, err)
		require.Len(t, all, 2+8)
	})
}

// Who is disabled while signing in has no session afterwards.
func TestFederatedRacesDisabling(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		boss := access.Principal{ID: "token:x", Name: "x", Grantable: models.AllScopes(), ContactCenter: *h.center}
		for round := range 8 {
			u := h.user(t, "agent"+strconv.Itoa(round), func(u *models.User) {
				u.TeamID, u.Roles = h.team(t, "T"+strconv.Itoa(round), false).ID, models.Strings{models.RoleAgent}
			})
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					err := h.other.Store.Tx(t.Context(), func(tx *store.Store) error {
						_, _, _, err := h.other.EnterFederated(t.Context(), tx, h.federated(models.SectionAgentDesktop, u.Username))
						return err
					})
					refused, ok := errors.AsType[*access.FederatedError](err)
					if err != nil && (!ok || refused.Reason != access.FederatedDisabled) {
						t.Error(err)
					}
				})
			}
			_, err := h.UpdateUser(t.Context(), &boss, u.ID, access.Match{}, []byte(`{"disabled":true}`))
			require.NoError(t, err)
			wg.Wait()
			sessions, err := h.Store.Sessions(t.Context(), h.center.ID, u.ID)
			require.NoError(t, err)
			require.Empty(t, sessions)
		}
	})
}

// A password that changes at that moment keeps nobody out who needs none.
func TestFederatedBesideNewPasswords(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		u := h.user(t, "agent", func(u *models.User) { u.PasswordHash = "0" })
		for round := range 20 {
			next := *u
			next.PasswordHash = strconv.Itoa(round + 1)
			entered := make(chan error, 1)
			require.NoError(t, h.other.Store.Tx(t.Context(), func(tx *store.Store) error {
				err := tx.SetPassword(t.Context(), &next, "")
				go func() {
					entered <- h.Store.Tx(t.Context(), func(tx *store.Store) error {
						_, _, _, err := h.EnterFederated(t.Context(), tx, h.federated(models.SectionAgentDesktop, "agent"))
						return err
					})
				}()
				return err
			}))
			require.NoError(t, <-entered)
			require.Equal(t, next.PasswordHash, h.reload(t, u.ID).PasswordHash)
		}
	})
}
