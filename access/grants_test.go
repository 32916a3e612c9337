package access_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Nobody gives what he may not give, by any way.
func TestEscalation(t *testing.T) {
	const read, write, users, provider = models.ScopeAccountsRead, models.ScopeAccountsWrite, models.ScopeUsersWrite, models.ScopeProvider
	everything := slices.DeleteFunc(models.AllScopes(), func(s string) bool { return s == provider })
	type step func(ctx context.Context, w *world, p *access.Principal) error
	create := func(body string) step {
		return func(ctx context.Context, w *world, p *access.Principal) error {
			_, err := w.CreateUser(ctx, p, []byte(body))
			return err
		}
	}
	patch := func(name, body string) step {
		return func(ctx context.Context, w *world, p *access.Principal) error {
			u, err := w.db.UserByName(ctx, p.ContactCenter.ID, name)
			if err != nil {
				return err
			}
			_, err = w.UpdateUser(ctx, p, u.ID, access.Match{}, []byte(body))
			return err
		}
	}
	onUser := func(name string, do func(ctx context.Context, w *world, p *access.Principal, id string) error) step {
		return func(ctx context.Context, w *world, p *access.Principal) error {
			u, err := w.db.UserByName(ctx, p.ContactCenter.ID, name)
			if err != nil {
				return err
			}
			return do(ctx, w, p, u.ID)
		}
	}
	remove := func(ctx context.Context, w *world, p *access.Principal, id string) error {
		return w.DeleteUser(ctx, p, id, access.Match{})
	}
	apiSecret := func(ctx context.Context, w *world, p *access.Principal, id string) error {
		_, _, err := w.NewAPISecret(ctx, p, id, access.Match{})
		return err
	}
	unlock := func(ctx context.Context, w *world, p *access.Principal, id string) error { return w.Unlock(ctx, p, id) }
	noAPISecret := func(ctx context.Context, w *world, p *access.Principal, id string) error {
		return w.DeleteAPISecret(ctx, p, id, access.Match{})
	}
	newRole := func(body string) step {
		return func(ctx context.Context, w *world, p *access.Principal) error {
			_, err := w.CreateRole(ctx, p, []byte(body))
			return err
		}
	}
	patchRole := func(body string) step {
		return func(ctx context.Context, w *world, p *access.Principal) error {
			roles, err := w.db.RolesByName(ctx, p.ContactCenter.ID, []string{"Writer"})
			if err != nil {
				return err
			}
			_, err = w.UpdateRole(ctx, p, roles[0].ID, access.Match{}, []byte(body))
			return err
		}
	}
	tests := map[string]struct {
		grantable []string
		do        step
		lacking   string // empty: allowed
	}{
		"a role that gives nothing":                {nil, create(`{"username":"new","roles":["Agent"]}`), ""},
		"a role of what may be granted":            {[]string{write}, create(`{"username":"new","roles":["Writer"]}`), ""},
		"a role of more":                           {[]string{read}, create(`{"username":"new","roles":["Writer"]}`), write},
		"an administrator":                         {[]string{users}, create(`{"username":"new","roles":["Administrator"]}`), read},
		"an administrator, by one":                 {everything, create(`{"username":"new","roles":["Administrator"]}`), ""},
		"the roles of new users":                   {nil, create(`{"username":"new","password":"correct horse"}`), read},
		"give a role":                              {[]string{read}, patch("agent", `{"roles":["Agent","Writer"]}`), write},
		"take a role":                              {[]string{read}, patch("writer", `{"roles":[]}`), write},
		"exchange roles":                           {[]string{write}, patch("writer", `{"roles":["Reader"]}`), read},
		"keep a role":                              {nil, patch("writer", `{"roles":["writer"],"lastName":"B"}`), ""},
		"give oneself a role":                      {nil, patch("agent", `{"roles":["Administrator"]}`), read},
		"a password of one who may nothing":        {nil, patch("agent", `{"password":"correct horse"}`), ""},
		"a password of one who may more":           {[]string{read}, patch("writer", `{"password":"correct horse"}`), write},
		"no password of one who may more":          {[]string{read}, patch("secured", `{"password":null}`), write},
		"a password of an administrator, by one":   {everything, patch("admin", `{"password":"correct horse"}`), ""},
		"the user name of one who may more":        {[]string{read}, patch("writer", `{"username":"other"}`), write},
		"the e-mail address of one who may more":   {[]string{read}, patch("writer", `{"email":"x@evil.test"}`), write},
		"disable one who may more":                 {[]string{read}, patch("writer", `{"disabled":true}`), write},
		"enable one who may more":                  {[]string{read}, patch("off", `{"disabled":false}`), write},
		"bother one who may more":                  {[]string{read}, patch("writer", `{"changePassword":true}`), write},
		"the phone of one who may more":            {nil, patch("writer", `{"workPhone":"1","extension":"77","skills":{"en":1}}`), ""},
		"delete one who may more":                  {[]string{read}, onUser("writer", remove), write},
		"delete one who may as much":               {[]string{write}, onUser("writer", remove), ""},
		"more guesses for one who may more":        {[]string{read}, onUser("writer", unlock), write},
		"more guesses for one who may as much":     {[]string{write}, onUser("writer", unlock), ""},
		"the API secret of one who may more":       {[]string{read}, onUser("writer", apiSecret), write},
		"no API secret of one who may more":        {[]string{read}, onUser("writer", noAPISecret), write},
		"the API secret of one who may as much":    {[]string{write}, onUser("writer", apiSecret), ""},
		"a role with what may be granted":          {[]string{read}, newRole(`{"name":"New","privileges":["accounts:read"],"grantable":["accounts:read"]}`), ""},
		"a role with more":                         {[]string{read}, newRole(`{"name":"New","privileges":["accounts:read","accounts:write"]}`), write},
		"a role of the service provider":           {everything, newRole(`{"name":"New","privileges":["provider"]}`), provider},
		"a role of the service provider, by one":   {models.AllScopes(), newRole(`{"name":"New","privileges":["provider"]}`), ""},
		"the bypass of single sign-on":             {everything, newRole(`{"name":"New","privileges":["sso:bypass"],"grantable":["sso:bypass"]}`), ""},
		"the bypass, by who may not give it":       {[]string{write}, newRole(`{"name":"New","privileges":["accounts:write","sso:bypass"]}`), models.ScopeSSOBypass},
		"an administrator, without the bypass":     {without(everything, models.ScopeSSOBypass), create(`{"username":"new","roles":["Administrator"]}`), ""},
		"a privilege more":                         {[]string{write}, patchRole(`{"privileges":["accounts:write","audit:read"]}`), models.ScopeAuditRead},
		"a privilege less":                         {nil, patchRole(`{"privileges":[]}`), write},
		"a privilege that can be granted":          {nil, patchRole(`{"grantable":["accounts:write"]}`), write},
		"the role for everybody who is new":        {[]string{read}, patchRole(`{"assignToNewUsers":true}`), write},
		"the role for nobody any more, and a name": {nil, patchRole(`{"assignToNewUsers":false,"name":"Author","description":"x"}`), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.role(t, `{"name":"Writer","privileges":["accounts:write"]}`)
			w.role(t, `{"name":"Reader","privileges":["accounts:read"],"assignToNewUsers":true}`)
			for _, body := range []string{
				`{"username":"agent","roles":["Agent"]}`, `{"username":"writer","roles":["Writer"]}`,
				`{"username":"off","roles":["Writer"],"disabled":true}`,
				`{"username":"secured","roles":["Writer"],"password":"correct horse"}`,
			} {
				w.user(t, body)
			}
			before := w.last(t).Sequence
			err := tt.do(t.Context(), w, w.who(tt.grantable...))
			if tt.lacking == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, models.ErrForbidden)
			var refused *models.RefusalError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, map[string]any{"scope": tt.lacking}, refused.Extra)
			event := w.last(t)
			require.Equal(t, before+1, event.Sequence, "the refusal is on record, and nothing else is")
			require.Equal(t, models.OutcomeRefused, event.Outcome)
			require.Contains(t, event.Detail, tt.lacking)
		})
	}
}

// A user who was given a role may use it with the next request, and not any more
// after it was taken or changed.
func TestRolesHoldAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		r := w.role(t, `{"name":"Reader","privileges":["accounts:read"]}`)
		u := w.user(t, `{"username":"ann","roles":["Reader"]}`)
		maker := access.Principal{ID: access.UserPrincipal + u.ID, UserID: u.ID, ContactCenter: w.boss.ContactCenter}
		_, text, err := w.CreateToken(ctx, maker, access.NewTokenInput{
			ContactCenterID: u.ContactCenterID, Name: "t", Scopes: models.AllScopes(),
		})
		require.NoError(t, err)
		may := func() models.Strings {
			p, err := w.Authenticate(ctx, text)
			require.NoError(t, err)
			return p.Scopes
		}
		require.Equal(t, models.Strings{models.ScopeAccountsRead}, may())
		same, err := w.UpdateRole(ctx, w.boss, r.ID, access.Match{}, []byte(`{"grantable":[],"privileges":["accounts:read"]}`))
		require.NoError(t, err)
		require.EqualValues(t, 1, same.Version, "nothing changed")
		_, err = w.UpdateRole(ctx, w.boss, r.ID, access.Match{}, []byte(`{"name":"Auditor","privileges":["audit:read"]}`))
		require.NoError(t, err)
		require.Equal(t, models.Strings{models.ScopeAuditRead}, may(), "also under its new name")
		w.patch(t, u, `{"roles":[]}`)
		require.Empty(t, may())
		w.patch(t, u, `{"disabled":true}`)
		_, err = w.Authenticate(ctx, text)
		require.ErrorIs(t, err, models.ErrUnauthenticated)
	})
}

func TestLastAdministrator(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.user(t, `{"username":"off","roles":["Administrator"],"disabled":true}`)
		attempts := func() []error {
			var errs []error
			for _, body := range []string{`{"disabled":true}`, `{"roles":["Agent","Supervisor"]}`, `{"roles":null}`} {
				_, err := w.UpdateUser(ctx, w.boss, w.admin.ID, access.Match{}, []byte(body))
				errs = append(errs, err)
			}
			return append(errs, w.DeleteUser(ctx, w.boss, w.admin.ID, access.Match{}))
		}
		for _, err := range attempts() {
			require.ErrorIs(t, err, models.ErrLastAdministrator)
			require.Equal(t, models.OutcomeRefused, w.last(t).Outcome)
		}
		w.patch(t, w.admin, `{"firstName":"Still","roles":["Administrator"]}`)
		second := w.user(t, `{"username":"second","roles":["Administrator"],"password":"correct horse"}`)
		w.patch(t, w.admin, `{"disabled":true}`)
		require.ErrorIs(t, w.DeleteUser(ctx, w.boss, second.ID, access.Match{}), models.ErrLastAdministrator)
		require.NoError(t, w.DeleteUser(ctx, w.boss, w.admin.ID, access.Match{}), "one who is disabled is not needed")
	})
}

// An administrator who cannot sign in administers nothing: the last one with a password
// keeps it, and stays, unless administrators sign in elsewhere.
func TestLastAdministratorWhoCanSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		without := w.user(t, `{"username":"without","roles":["Administrator"]}`)
		w.user(t, `{"username":"off","roles":["Administrator"],"password":"correct horse","disabled":true}`)
		w.user(t, `{"username":"agent","roles":["Agent"],"password":"correct horse"}`)
		change := func(body string) error {
			_, err := w.UpdateUser(ctx, w.boss, w.admin.ID, access.Match{}, []byte(body))
			return err
		}
		for _, err := range []error{
			change(`{"password":null}`), change(`{"disabled":true}`), change(`{"roles":["Agent"]}`),
			w.DeleteUser(ctx, w.boss, w.admin.ID, access.Match{}),
		} {
			require.ErrorIs(t, err, models.ErrLastAdministrator)
			require.ErrorContains(t, err, "has a password")
			require.Equal(t, models.OutcomeRefused, w.last(t).Outcome)
		}
		require.NoError(t, change(`{"firstName":"Still","password":"another horse"}`))
		require.NoError(t, w.DeleteUser(ctx, w.boss, without.ID, access.Match{}), "nobody signed in so")

		on := false
		w.SSOOn = func(context.Context, *store.Store, string) (bool, error) { return on, nil }
		w.user(t, `{"username":"provided","roles":["Administrator"]}`)
		require.ErrorIs(t, change(`{"password":null}`), models.ErrLastAdministrator)
		on = true
		require.NoError(t, change(`{"password":null}`))
		on = false
		require.NoError(t, change(`{"disabled":true}`), "nobody could sign in before")
	})
}

// However many administrators remove each other at once, one is left.
func TestAdministratorsRemoveEachOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		for round := range 8 {
			ids := []string{w.admin.ID}
			for i := range 4 {
				name := "admin" + strconv.Itoa(round) + strconv.Itoa(i)
				ids = append(ids, w.user(t, `{"username":"`+name+`","roles":["Administrator"]}`).ID)
			}
			var wg sync.WaitGroup
			refused := make(chan error, len(ids))
			for i, id := range ids {
				wg.Go(func() {
					var err error
					switch i % 3 {
					case 0:
						err = w.DeleteUser(ctx, w.boss, id, access.Match{})
					case 1:
						_, err = w.UpdateUser(ctx, w.boss, id, access.Match{}, []byte(`{"disabled":true}`))
					default:
						_, err = w.UpdateUser(ctx, w.boss, id, access.Match{}, []byte(`{"roles":["Agent"]}`))
					}
					if err != nil {
						refused <- err
					}
				})
			}
			wg.Wait()
			close(refused)
			n := 0
			for err := range refused {
				require.ErrorIs(t, err, models.ErrLastAdministrator)
				n++
			}
			require.Equal(t, 1, n)
			no := false
			left, err := db.ListUsers(ctx, models.UserFilter{
				ContactCenterID: w.boss.ContactCenter.ID, Role: models.RoleAdministrator, Disabled: &no,
			})
			require.NoError(t, err)
			require.Len(t, left, 1)
			w.admin = &left[0]
		}
	})
}

// A user whom an account names, whatever its type, can neither go nor lose what
// may have made it fit.
func TestNamedUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		u := w.user(t, `{"username":"template","roles":["Agent"]}`)
		w.role(t, `{"name":"Extra"}`)
		a := w.account(t, "Azure", `{"agentDesktop":{"templateUserId":"`+u.ID+`"}}`)
		for _, err := range []error{
			w.DeleteUser(ctx, w.boss, u.ID, access.Match{}),
			second(w.UpdateUser(ctx, w.boss, u.ID, access.Match{}, []byte(`{"disabled":true}`))),
			second(w.UpdateUser(ctx, w.boss, u.ID, access.Match{}, []byte(`{"roles":["Supervisor"]}`))),
		} {
			require.ErrorIs(t, err, models.ErrInUse)
			var refused *models.RefusalError
			require.True(t, errors.As(err, &refused))
			require.Equal(t, []map[string]string{{"key": a.ID, "kind": "account", "name": "Azure"}}, refused.Extra["references"])
			require.Equal(t, models.OutcomeRefused, w.last(t).Outcome)
		}
		w.patch(t, u, `{"username":"renamed","roles":["Extra","Agent","Supervisor"],"password":"correct horse"}`)
		w.patch(t, u, `{"roles":["Agent","Supervisor"]}`)

		a.DeletedAt = models.NewTime(start)
		require.NoError(t, db.UpdateAccount(ctx, a, 1))
		require.NoError(t, w.DeleteUser(ctx, w.boss, u.ID, access.Match{}), "an account that is deleted names nobody")
	})
}

func without(list models.Strings, word string) models.Strings {
	return slices.DeleteFunc(slices.Clone(list), func(w string) bool { return w == word })
}

// Administrators give the bypass of single sign-on, which their role does not have,
// in their session and by tokens that carry it; a token has no use of it itself.
func TestAdministratorsGiveTheBypass(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := t.Context()
	maker := access.Principal{ID: access.UserPrincipal + w.admin.ID, UserID: w.admin.ID, ContactCenter: w.boss.ContactCenter}
	carries := map[string]bool{"with it": true, "without it": false}
	for name, carried := range carries {
		t.Run(name, func(t *testing.T) {
			scopes := models.Strings{models.ScopeUsersWrite}
			if carried {
				scopes = append(scopes, models.ScopeSSOBypass)
			}
			_, text, err := w.CreateToken(ctx, maker, access.NewTokenInput{
				ContactCenterID: w.admin.ContactCenterID, Name: "t", Scopes: scopes,
			})
			require.NoError(t, err)
			p, err := w.Authenticate(ctx, text)
			require.NoError(t, err)
			require.Equal(t, models.Strings{models.ScopeUsersWrite}, p.Scopes, "what its maker has")
			_, err = w.CreateRole(ctx, p, []byte(`{"name":"Emergency `+name+`","privileges":["sso:bypass"]}`))
			if carried {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, models.ErrForbidden)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

func TestTeams(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		team, err := w.CreateTeam(ctx, w.boss, []byte(`{"name":" Support "}`))
		require.NoError(t, err)
		require.Equal(t, "Support", team.Name)
		require.Equal(t, "team.create", w.last(t).Operation)
		_, err = w.CreateTeam(ctx, w.boss, []byte(`{"name":"SUPPORT"}`))
		require.ErrorIs(t, err, models.ErrNameTaken)
		_, err = w.CreateTeam(ctx, w.boss, []byte(`{"name":" ","disabled":7,"x":1}`))
		require.Equal(t, []string{"/disabled type", "/x unknown_member", "/name invisible"}, broken(t, err))

		u := w.user(t, `{"username":"ann","teamId":"`+team.ID+`"}`)
		blocked := func() {
			for _, err := range []error{
				w.DeleteTeam(ctx, w.boss, team.ID, access.Match{}),
				second(w.UpdateTeam(ctx, w.boss, team.ID, access.Match{}, []byte(`{"disabled":true}`))),
			} {
				require.ErrorIs(t, err, models.ErrInUse)
			}
		}
		blocked()
		now, err := w.UpdateTeam(ctx, w.boss, team.ID, access.Match{Given: true, Versions: []int64{1}}, []byte(`{"name":"Care"}`))
		require.NoError(t, err)
		require.EqualValues(t, 2, now.Version)
		require.ErrorIs(t, w.DeleteTeam(ctx, w.boss, team.ID, access.Match{Given: true, Versions: []int64{1}}), models.ErrVersionMismatch)

		w.patch(t, u, `{"teamId":null}`)
		a := w.account(t, "SCIM", `{"defaultTeamId":"`+team.ID+`"}`)
		blocked()
		a.DeletedAt = models.NewTime(start)
		require.NoError(t, db.UpdateAccount(ctx, a, 1))
		_, err = w.UpdateTeam(ctx, w.boss, team.ID, access.Match{}, []byte(`{"disabled":true}`))
		require.NoError(t, err)
		_, err = w.UpdateUser(ctx, w.boss, u.ID, access.Match{}, []byte(`{"teamId":"`+team.ID+`"}`))
		require.Equal(t, []string{"/teamId team_unknown"}, broken(t, err), "nobody is put into a disabled team")
		require.NoError(t, w.DeleteTeam(ctx, w.boss, team.ID, access.Match{}))
		require.Equal(t, "team.delete", w.last(t).Operation)
	})
}

func TestRoles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		r := w.role(t, `{"name":"Lead","privileges":["audit:read","accounts:read","audit:read"],"grantable":["accounts:read"]}`)
		require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAuditRead}, r.Privileges, "in order, each once")
		for body, want := range map[string][]string{
			`{"name":"x","privileges":["root","accounts:read"],"grantable":["accounts:write"]}`: {"/privileges/0 enum", "/grantable/0 not_a_privilege"},
			`{"name":"a,b","description":"\u0007"}`:                                             {"/name comma", "/description control_character"},
			`{"privileges":"all"}`:                                                              {"/privileges type", "/name required"},
		} {
			_, err := w.CreateRole(ctx, w.boss, []byte(body))
			require.ElementsMatch(t, want, broken(t, err), body)
		}
		for _, name := range []string{"LEAD", "agent", " Administrator"} {
			_, err := w.CreateRole(ctx, w.boss, []byte(`{"name":"`+name+`"}`))
			require.ErrorIs(t, err, models.ErrNameTaken, name)
		}
		builtIn := models.BuiltInRoles()[0]
		got, err := w.Role(ctx, w.boss, builtIn.ID)
		require.NoError(t, err)
		require.Equal(t, builtIn.Name, got.Name)
		require.ErrorIs(t, w.DeleteRole(ctx, w.boss, builtIn.ID, access.Match{}), models.ErrBuiltIn)
		require.ErrorIs(t, second(w.UpdateRole(ctx, w.boss, builtIn.ID, access.Match{}, []byte(`{"description":"x"}`))), models.ErrBuiltIn)

		u := w.user(t, `{"username":"ann","roles":["Agent","Lead"]}`)
		err = w.DeleteRole(ctx, w.boss, r.ID, access.Match{})
		require.ErrorIs(t, err, models.ErrInUse)
		var refused *models.RefusalError
		require.ErrorAs(t, err, &refused)
		require.Equal(t, []map[string]string{{"key": u.ID, "kind": "user", "name": "ann"}}, refused.Extra["references"])
		require.Contains(t, refused.Detail, "1 in all")

		_, err = w.UpdateRole(ctx, w.boss, r.ID, access.Match{}, []byte(`{"name":"Supervisor"}`))
		require.ErrorIs(t, err, models.ErrNameTaken)
		now, err := w.UpdateRole(ctx, w.boss, r.ID, access.Match{}, []byte(`{"name":"Chief"}`))
		require.NoError(t, err)
		require.EqualValues(t, 2, now.Version)
		require.Equal(t, "renamed in 1 users", w.last(t).Detail)
		renamed, err := w.User(ctx, w.boss, u.ID)
		require.NoError(t, err)
		require.Equal(t, models.Strings{"Agent", "Chief"}, renamed.Roles)
		w.patch(t, u, `{"roles":[]}`)
		require.NoError(t, w.DeleteRole(ctx, w.boss, r.ID, access.Match{}))
		require.ErrorIs(t, second(w.Role(ctx, w.boss, r.ID)), models.ErrNotFound)
	})
}
