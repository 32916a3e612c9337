package access_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// world is a contact center with its first administrator, "admin".
type world struct {
	*access.Service
	db *store.Store
	// boss may do and grant everything.
	boss  *access.Principal
	admin *models.User
}

func newWorld(t *testing.T, db *store.Store) *world {
	t.Helper()
	s, _ := newService(t, db)
	first := bootstrap(t, s, access.Bootstrap{})
	boss, err := s.Authenticate(t.Context(), first.Token)
	require.NoError(t, err)
	w := &world{Service: s, db: db, boss: boss}
	w.admin, err = db.UserByName(t.Context(), boss.ContactCenter.ID, "admin")
	require.NoError(t, err)
	return w
}

// who returns a principal with the grantable privileges, and users:write.
func (w *world) who(grantable ...string) *access.Principal {
	return &access.Principal{
		ID: "user:x", Name: "x", Scopes: models.AllScopes(), Grantable: grantable, ContactCenter: w.boss.ContactCenter,
	}
}

func (w *world) user(t *testing.T, body string) *models.User {
	t.Helper()
	u, err := w.CreateUser(t.Context(), w.boss, []byte(body))
	require.NoError(t, err)
	return u
}

func (w *world) role(t *testing.T, body string) *models.Role {
	t.Helper()
	r, err := w.CreateRole(t.Context(), w.boss, []byte(body))
	require.NoError(t, err)
	return r
}

func (w *world) patch(t *testing.T, u *models.User, body string) *models.User {
	t.Helper()
	u, err := w.UpdateUser(t.Context(), w.boss, u.ID, access.Match{}, []byte(body))
	require.NoError(t, err)
	return u
}

// last returns the newest audit record.
func (w *world) last(t *testing.T) models.AuditEvent {
	t.Helper()
	events, err := w.db.AuditEvents(t.Context(), models.AuditFilter{
		ContactCenterID: w.boss.ContactCenter.ID, Page: models.Page{Limit: 1},
	})
	require.NoError(t, err)
	return events[0]
}

// account stores an account with the properties.
func (w *world) account(t *testing.T, name, properties string) *models.Account {
	t.Helper()
	a := &models.Account{
		ContactCenterID: w.boss.ContactCenter.ID, ID: models.NewID(start), Type: "odd", Family: "Odd", Name: name,
		NameKey: models.NameKey(name), Properties: models.JSON(properties), Version: 1, HealthStatus: models.HealthUnknown,
	}
	require.NoError(t, w.db.InsertAccount(t.Context(), a))
	return a
}

// broken returns pointer and code of every violation.
func broken(t *testing.T, err error) []string {
	t.Helper()
	var errs validation.Errors
	require.ErrorAs(t, err, &errs)
	var out []string
	for _, v := range errs {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}

func TestCreateUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.role(t, `{"name":"Newcomer","assignToNewUsers":true}`)
		u := w.user(t, `{"username":" Ann ","firstName":"Ann","email":"ann@acme.test","skills":{"en":90,"de":0},"password":"correct horse"}`)
		require.Equal(t, "Ann", u.Username)
		require.Equal(t, models.Strings{"Newcomer"}, u.Roles, "the roles of new users")
		require.Equal(t, w.admin.TeamID, u.TeamID, "the first team")
		require.Equal(t, "1002", u.Extension, "the next free number")
		require.Equal(t, models.Skills{"en": 90, "de": 0}, u.Skills)
		ok, err := access.NewPasswords(1).Verify("correct horse", u.PasswordHash)
		require.NoError(t, err)
		require.True(t, ok)
		stored, err := w.User(t.Context(), w.boss, u.ID)
		require.NoError(t, err)
		require.Equal(t, u, stored)

		event := w.last(t)
		require.Equal(t, []string{"user.create", "user", u.ID}, []string{event.Operation, event.TargetType, event.TargetID})
		require.Contains(t, string(event.Changes), `{"pointer":"/password","new":"set"}`)
		require.Contains(t, string(event.Changes), `{"pointer":"/skills/en","new":90}`)
		require.NotContains(t, string(event.Changes), "horse")

		none := w.user(t, `{"username":"Bob","roles":[],"extension":"1003"}`)
		require.Empty(t, none.Roles)
		require.Empty(t, none.PasswordHash)
		require.Equal(t, "1004", w.user(t, `{"username":"Cid","roles":["supervisor","Agent","agent"]}`).Extension)

		var refused *models.RefusalError
		_, err = w.CreateUser(t.Context(), w.boss, []byte(`{"username":"ANN"}`))
		require.ErrorIs(t, err, models.ErrNameTaken)
		require.ErrorAs(t, err, &refused)
		require.Equal(t, u.ID, refused.Extra["existingId"])
		_, err = w.CreateUser(t.Context(), w.boss, []byte(`{"username":"Dan","extension":"1003"}`))
		require.ErrorIs(t, err, models.ErrExists)
	})
}

func TestUserRules(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	long := strings.Repeat("x", 256)
	tests := map[string]struct {
		body string
		want []string
	}{
		"nothing":            {`{}`, []string{"/username required"}},
		"blank":              {"{\"username\":\" \u200b \"}", []string{"/username invisible"}},
		"control characters": {`{"username":"a\u0000b","firstName":"a\nb","lastName":"\u202e"}`, []string{"/username control_character", "/firstName control_character", "/lastName control_character"}},
		"too long":           {`{"username":"` + long + `","workPhone":"` + long + `"}`, []string{"/username max", "/workPhone max"}},
		"all at once": {
			`{"username":"a","email":"nobody","extension":"12a","teamId":"00000000-0000-7000-8000-00000000000f","roles":["Agent","Ghost"],"skills":{"en":101},"x":1}`,
			[]string{"/x unknown_member", "/email email", "/extension number", "/skills/en max", "/roles/1 unknown_role", "/teamId team_unknown"},
		},
		"types":                  {`{"username":7,"roles":"Agent","skills":[],"disabled":"no"}`, []string{"/username type", "/roles type", "/skills type", "/disabled type"}},
		"an id that is none":     {`{"username":"a","teamId":"../x"}`, []string{"/teamId team_unknown"}},
		"a role that is no text": {`{"username":"a","roles":["\u0000"]}`, []string{"/roles/0 unknown_role"}},
		"a skill without a name": {`{"username":"a","skills":{"":1}}`, []string{"/skills/ invisible"}},
		"negative skill":         {`{"username":"a","skills":{"en":-1}}`, []string{"/skills/en min"}},
		"a short password":       {`{"username":"a","password":"1234567"}`, []string{"/password min"}},
		"an empty password":      {`{"username":"a","password":""}`, []string{"/password min"}},
		"a long password":        {`{"username":"a","password":"` + strings.Repeat("x", 129) + `"}`, []string{"/password max"}},
		"the name as password":   {`{"username":"annabella","password":"Annabella"}`, []string{"/password password_is_username"}},
		"a blank password":       {`{"username":"a","password":"          "}`, []string{"/password invisible"}},
		"a masked password":      {`{"username":"a","password":"••••••••••"}`, []string{"/password secret_mask_submitted"}},
		"no password":            {`{"username":"a","password":7}`, []string{"/password type"}},
		"twice":                  {`{"username":"a","username":"b"}`, []string{"/username duplicate_member"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.CreateUser(t.Context(), w.boss, []byte(tt.body))
			require.Equal(t, tt.want, broken(t, err))
			require.NotContains(t, err.Error(), "1234567")
		})
	}
	users, err := w.db.Users(t.Context(), w.boss.ContactCenter.ID)
	require.NoError(t, err)
	require.Len(t, users, 1, "bad input changes nothing")

	c := &validation.Context{}
	access.CheckPassword("", strings.Repeat("ü", 128), "ann", c)
	require.Empty(t, c.Errors(), "characters count, not bytes")
}

func TestPatchUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		u := w.user(t, `{"username":"ann","firstName":"Ann","email":"ann@acme.test","roles":["Agent"],"skills":{"en":90,"de":10},"password":"correct horse"}`)
		now := w.patch(t, u, `{"id":"ignored","version":99,"etag":"x","firstName":null,"lastName":"Archer","skills":{"de":null,"fr":5},"roles":["Supervisor"]}`)
		require.Equal(t, []string{"", "Archer", "ann@acme.test"}, []string{now.FirstName, now.LastName, now.Email})
		require.Equal(t, models.Skills{"en": 90, "fr": 5}, now.Skills)
		require.Equal(t, models.Strings{"Supervisor"}, now.Roles)
		require.Equal(t, u.PasswordHash, now.PasswordHash, "a secret that is absent stays")
		require.EqualValues(t, 2, now.Version)
		var changes []models.FieldChange
		require.NoError(t, json.Unmarshal(w.last(t).Changes, &changes))
		var pointers []string
		for _, c := range changes {
			pointers = append(pointers, c.Pointer)
		}
		require.Equal(t, []string{"/firstName", "/lastName", "/roles", "/skills/de", "/skills/fr"}, pointers)

		before := w.last(t).Sequence
		same := w.patch(t, u, `{"lastName":"Archer"}`)
		require.EqualValues(t, 2, same.Version, "what changes nothing is no version")
		require.Equal(t, before, w.last(t).Sequence, "and no record")

		_, err := w.UpdateUser(ctx, w.boss, u.ID, access.Match{Given: true, Versions: []int64{1}}, []byte(`{"lastName":"B"}`))
		require.ErrorIs(t, err, models.ErrVersionMismatch)
		require.Equal(t, models.OutcomeRefused, w.last(t).Outcome)
		_, err = w.UpdateUser(ctx, w.boss, u.ID, access.Match{Given: true, Any: true}, []byte(`{"username":null,"teamId":null,"extension":null}`))
		require.Equal(t, []string{"/username required"}, broken(t, err))

		require.Contains(t, string(w.patchAndLast(t, u, `{"password":"another horse"}`).Changes), `"/password","new":"changed"`)
		cleared := w.patch(t, u, `{"password":null}`)
		require.Empty(t, cleared.PasswordHash)
		require.Contains(t, string(w.last(t).Changes), `"/password","new":"cleared"`)
		require.Contains(t, string(w.patchAndLast(t, u, `{"password":"a third horse"}`).Changes), `"/password","new":"set"`)

		other := w.user(t, `{"username":"bob"}`)
		_, err = w.UpdateUser(ctx, w.boss, other.ID, access.Match{}, []byte(`{"username":"Ann"}`))
		require.ErrorIs(t, err, models.ErrNameTaken)
		_, err = w.UpdateUser(ctx, w.boss, other.ID, access.Match{}, []byte(`{"extension":"`+now.Extension+`"}`))
		require.ErrorIs(t, err, models.ErrExists)
	})
}

func (w *world) patchAndLast(t *testing.T, u *models.User, body string) models.AuditEvent {
	t.Helper()
	w.patch(t, u, body)
	return w.last(t)
}

// Sessions end where the password changes or the user is disabled or deleted. Who
// changes the own password keeps the session that did it.
func TestSessionsEnd(t *testing.T) {
	tests := map[string]struct {
		body string
		left int
	}{
		"a new name": {`{"lastName":"B"}`, 2},
		"a new role": {`{"roles":["Agent"]}`, 2},
		"a password": {`{"password":"another horse"}`, 0},
		"disabled":   {`{"disabled":true}`, 0},
		"deleted":    {"", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			u := w.user(t, `{"username":"ann"}`)
			raw := storetest.Raw(t, "sqlite:"+w.db.Path())
			for i := range 2 {
				_, err := raw.ExecContext(t.Context(), `INSERT INTO sessions
					(contact_center_id, id, user_id, hash, method, address, user_agent, created_at, seen_at, expires_at)
					VALUES (?, ?, ?, ?, '', '', '', 1, 1, 9)`,
					u.ContactCenterID, fmt.Sprint(i), u.ID, []byte{byte(i)})
				require.NoError(t, err)
			}
			var err error
			if tt.body == "" {
				err = w.DeleteUser(t.Context(), w.boss, u.ID, access.Match{})
			} else {
				_, err = w.UpdateUser(t.Context(), w.boss, u.ID, access.Match{}, []byte(tt.body))
			}
			require.NoError(t, err)
			var n int
			require.NoError(t, raw.QueryRowContext(t.Context(), "SELECT count(*) FROM sessions").Scan(&n))
			require.Equal(t, tt.left, n)
		})
	}
}

// Who is deleted leaves nothing behind that works, or that a list calls active.
func TestDeletedUsersLeaveNoTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		u := w.user(t, `{"username":"ann","roles":["Administrator"]}`)
		own := *w.boss
		own.ID, own.UserID, own.Grantable = access.UserPrincipal+u.ID, u.ID, models.Strings{models.ScopeAccountsRead}
		made, text, err := w.IssueToken(t.Context(), &own, []byte(`{"name":"ci","scopes":["accounts:read"]}`))
		require.NoError(t, err)
		oauth := models.Token{ContactCenterID: u.ContactCenterID, ID: "o", Kind: models.TokenOAuth, UserID: u.ID, Hash: access.HashToken("o")}
		require.NoError(t, db.CreateToken(t.Context(), &oauth))
		for _, working := range []string{text.Reveal(), "o"} {
			_, err := w.Authenticate(t.Context(), working)
			require.NoError(t, err)
		}
		require.NoError(t, w.DeleteUser(t.Context(), w.boss, u.ID, access.Match{}))
		require.Equal(t, "all sessions and tokens ended", w.last(t).Detail)
		for _, gone := range []string{text.Reveal(), "o"} {
			_, err := w.Authenticate(t.Context(), gone)
			require.ErrorIs(t, err, models.ErrUnauthenticated)
		}
		view, err := w.Token(t.Context(), w.boss, made.ID)
		require.NoError(t, err)
		require.False(t, view.RevokedAt.IsZero())
	})
}

// A role that lets its users act in every contact center is made at home only.
func TestProviderRolesStayAtHome(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	_, err := w.CreateContactCenter(t.Context(), w.boss, []byte(`{"domain":"other.example"}`))
	require.NoError(t, err)
	there := *w.boss
	require.NoError(t, w.ActIn(t.Context(), &there, "other.example"))
	_, err = w.CreateRole(t.Context(), &there, []byte(`{"name":"P","privileges":["metrics","provider"]}`))
	require.Equal(t, []string{"/privileges/1 provider_elsewhere"}, broken(t, err))
	r, err := w.CreateRole(t.Context(), &there, []byte(`{"name":"P","privileges":["metrics"]}`))
	require.NoError(t, err)
	_, err = w.UpdateRole(t.Context(), &there, r.ID, access.Match{}, []byte(`{"privileges":["provider"]}`))
	require.Equal(t, []string{"/privileges/0 provider_elsewhere"}, broken(t, err))
	w.role(t, `{"name":"P","privileges":["provider"]}`)
}

func TestAPISecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		u := w.user(t, `{"username":"ann","roles":["Supervisor"]}`)
		oauth := models.Token{ContactCenterID: u.ContactCenterID, ID: "o", Kind: models.TokenOAuth, UserID: u.ID, Hash: []byte("o")}
		require.NoError(t, db.CreateToken(ctx, &oauth))
		made, text, err := w.NewAPISecret(ctx, w.boss, u.ID, access.Match{})
		require.NoError(t, err)
		require.Regexp(t, `^aas_[A-Za-z0-9_-]{43}[0-9a-f]{8}$`, text.Reveal())
		require.Equal(t, access.HashToken(text.Reveal()), made.APISecretHash)
		require.EqualValues(t, 2, made.Version)
		require.Contains(t, string(w.last(t).Changes), `"/apiSecret","new":"set"`)
		token, err := db.TokenByID(ctx, "o")
		require.NoError(t, err)
		require.False(t, token.RevokedAt.IsZero(), "what the secret before opened is closed")

		again, second, err := w.NewAPISecret(ctx, w.boss, u.ID, access.Match{})
		require.NoError(t, err)
		require.NotEqual(t, text.Reveal(), second.Reveal())
		require.NotEqual(t, made.APISecretHash, again.APISecretHash, "the old one is worthless")
		_, _, err = w.NewAPISecret(ctx, w.boss, u.ID, access.Match{Given: true, Versions: []int64{1}})
		require.ErrorIs(t, err, models.ErrVersionMismatch)

		require.NoError(t, w.DeleteAPISecret(ctx, w.boss, u.ID, access.Match{}))
		event := w.last(t)
		require.Equal(t, "user.api-secret", event.Operation)
		require.Contains(t, string(event.Changes), `"cleared"`)
		require.NoError(t, w.DeleteAPISecret(ctx, w.boss, u.ID, access.Match{}), "it can be repeated")
		require.Equal(t, event.Sequence, w.last(t).Sequence)
		_, _, err = w.NewAPISecret(ctx, w.boss, "none", access.Match{})
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

// An id of another contact center is one that does not exist, for everything.
func TestPeopleOfOthersDoNotExist(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		u, r := w.user(t, `{"username":"ann"}`), w.role(t, `{"name":"Lead"}`)
		team, err := w.CreateTeam(ctx, w.boss, []byte(`{"name":"Support"}`))
		require.NoError(t, err)
		far := *w.boss
		far.ContactCenter = models.ContactCenter{ID: models.NewID(start), Domain: "far.example", Name: "far", CreatedAt: models.NewTime(start)}
		require.NoError(t, db.CreateContactCenter(ctx, &far.ContactCenter))

		calls := map[string]func(id string) error{
			"user":              func(id string) error { _, err := w.User(ctx, &far, id); return err },
			"update user":       func(id string) error { _, err := w.UpdateUser(ctx, &far, id, access.Match{}, []byte(`{}`)); return err },
			"delete user":       func(id string) error { return w.DeleteUser(ctx, &far, id, access.Match{}) },
			"API secret":        func(id string) error { _, _, err := w.NewAPISecret(ctx, &far, id, access.Match{}); return err },
			"delete API secret": func(id string) error { return w.DeleteAPISecret(ctx, &far, id, access.Match{}) },
			"team":              func(id string) error { _, err := w.Team(ctx, &far, id); return err },
			"update team":       func(id string) error { _, err := w.UpdateTeam(ctx, &far, id, access.Match{}, []byte(`{}`)); return err },
			"delete team":       func(id string) error { return w.DeleteTeam(ctx, &far, id, access.Match{}) },
			"role":              func(id string) error { _, err := w.Role(ctx, &far, id); return err },
			"update role":       func(id string) error { _, err := w.UpdateRole(ctx, &far, id, access.Match{}, []byte(`{}`)); return err },
			"delete role":       func(id string) error { return w.DeleteRole(ctx, &far, id, access.Match{}) },
		}
		for name, call := range calls {
			for _, id := range []string{u.ID, r.ID, team.ID, models.NewID(start), "x", ""} {
				require.ErrorIs(t, call(id), models.ErrNotFound, "%s %s", name, id)
			}
		}
		_, err = w.CreateUser(ctx, &far, []byte(`{"username":"bob","teamId":"`+team.ID+`","roles":["Lead"]}`))
		require.Equal(t, []string{"/roles/0 unknown_role", "/teamId team_unknown"}, broken(t, err))
		users, err := w.Users(ctx, &far, access.UserQuery{Page: paging.Query{Size: 10}})
		require.NoError(t, err)
		require.Empty(t, users.Items)
	})
}

func TestPagesOfPeople(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := t.Context()
	for _, name := range []string{"Beta", "gamma", "Alpha"} {
		w.user(t, `{"username":"`+name+`","roles":["Agent"]}`)
		w.role(t, `{"name":"`+name+`"}`)
	}
	var users, roles []string
	q := access.UserQuery{Filter: models.UserFilter{Role: "AGENT"}, Page: paging.Query{Size: 2}}
	for {
		page, err := w.Users(ctx, w.boss, q)
		require.NoError(t, err)
		for _, u := range page.Items {
			users = append(users, u.Username)
		}
		if q.Page.Cursor = page.NextCursor; page.NextCursor == "" {
			break
		}
		_, err = w.Users(ctx, w.boss, access.UserQuery{Page: q.Page})
		require.ErrorIs(t, err, models.ErrBadCursor, "a cursor belongs to its filters")
	}
	require.Equal(t, []string{"admin", "Alpha", "Beta", "gamma"}, users)
	p := paging.Query{Size: 2}
	for {
		page, err := w.Roles(ctx, w.boss, p)
		require.NoError(t, err)
		for _, r := range page.Items {
			roles = append(roles, r.Name)
		}
		if p.Cursor = page.NextCursor; page.NextCursor == "" {
			break
		}
	}
	require.Equal(t, []string{"Administrator", "Agent", "Alpha", "Beta", "gamma", "Supervisor"}, roles)
}

// Whoever gets hold of a credential of a user cannot lock that user out with it.
func TestOwnPasswordAsksForThePresentOne(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	u := w.user(t, `{"username":"ann","roles":["Administrator"],"password":"correct horse"}`)
	ann := *w.boss
	ann.ID, ann.UserID = access.UserPrincipal+u.ID, u.ID
	for _, body := range []string{`{"password":"battery staple"}`, `{"password":null}`} {
		_, err := w.UpdateUser(t.Context(), &ann, u.ID, access.Match{}, []byte(body))
		require.Equal(t, []string{"/password own_password"}, broken(t, err))
	}
	_, err := w.UpdateUser(t.Context(), &ann, u.ID, access.Match{}, []byte(`{"lastName":"Archer"}`))
	require.NoError(t, err)
}
