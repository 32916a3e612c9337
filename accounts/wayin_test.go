package accounts_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// signOn is what tests vary in an sso account.
type signOn struct {
	off          bool // the account is switched off
	admin        bool
	url          string
	certificates []string
	template     string
}

func (s signOn) properties() map[string]any {
	if s.url == "" {
		s.url = "https://idp.example/saml"
	}
	section := map[string]any{
		"enabled": s.admin, "identityProviderSsoUrl": s.url, "identityProviderIssuer": "https://idp.example",
		"identityProviderCertificates": s.certificates,
	}
	desk := map[string]any{"templateUserId": s.template, "useTemplate": s.template != ""}
	return map[string]any{"admin": section, "agentDesktop": desk}
}

func (s signOn) document(t *testing.T, name string) string {
	return pretty(t, map[string]any{"type": "sso", "name": name, "enabled": !s.off, "properties": s.properties()})
}

// office is a world with people, in which single sign-on can be set up.
type office struct {
	*world
	people *access.Service
	// one and two are certificates.
	one, two string
	hash     string
	account  string // id of the sso account
	user     string // id of who can bypass, empty where nobody can
	tests    []string
}

func newOffice(t *testing.T, db *store.Store) *office {
	t.Helper()
	w := newWorld(t, db)
	o := &office{world: w, people: people(w), one: certificate(t, began.AddDate(1, 0, 0)), two: certificate(t, began.AddDate(1, 0, 0))}
	w.Catalog = append(w.Catalog, singlesignon.Definition)
	o.hash = access.NewPasswords(1).Hash("correct horse battery")
	_, err := o.people.CreateRole(t.Context(), w.p, []byte(`{"name":"Emergency","privileges":["sso:bypass","accounts:write"]}`))
	require.NoError(t, err)
	_, err = o.people.CreateRole(t.Context(), w.p, []byte(`{"name":"Weak","privileges":["sso:bypass"]}`))
	require.NoError(t, err)
	return o
}

// hire makes a user; the password is stored as it is hashed.
func (o *office) hire(t *testing.T, u models.User) string {
	t.Helper()
	u.ContactCenterID, u.ID, u.Version = o.p.ContactCenter.ID, models.NewID(o.now), 1
	u.UsernameKey = models.NameKey(u.Username)
	teams, err := o.db.Teams(t.Context(), u.ContactCenterID)
	require.NoError(t, err)
	if len(teams) == 0 {
		team, err := o.people.CreateTeam(t.Context(), o.p, []byte(`{"name":"Default"}`))
		require.NoError(t, err)
		teams = append(teams, *team)
	}
	u.TeamID = teams[0].ID
	require.NoError(t, o.db.CreateUser(t.Context(), &u))
	return u.ID
}

func (o *office) hireBypass(t *testing.T) {
	t.Helper()
	o.user = o.hire(t, models.User{Username: "emergency", Roles: models.Strings{"Emergency"}, PasswordHash: o.hash})
}

func (o *office) fireBypass(t *testing.T) {
	t.Helper()
	require.NoError(t, o.people.DeleteUser(t.Context(), o.p, o.user, access.Match{}))
	o.user = ""
}

// settle stores the account while somebody can get in anyway.
func (o *office) settle(t *testing.T, s signOn) {
	t.Helper()
	o.hireBypass(t)
	o.account = o.create(t, s.document(t, "IdP")).ID
	o.fireBypass(t)
}

// stored are all accounts, deleted ones too.
func (o *office) stored(t *testing.T) string {
	t.Helper()
	f := models.AccountFilter{ContactCenterID: o.p.ContactCenter.ID, Deleted: models.DeletedInclude}
	rows, err := o.db.ListAccounts(t.Context(), f)
	require.NoError(t, err)
	return pretty(t, rows)
}

func (o *office) patch(body any) func(t *testing.T) error {
	return func(t *testing.T) error {
		_, err := o.Patch(t.Context(), o.p, o.account, accounts.Match{Any: true}, []byte(pretty(t, body)))
		return err
	}
}

func (o *office) applySet(prune bool, documents ...string) func(t *testing.T) error {
	return func(t *testing.T) error {
		body := setOf(prune, documents...)
		_, err := o.ApplySet(t.Context(), o.p, based(t, body, o.plan(t, body).Base))
		return err
	}
}

// door is one way to come to administrators who sign in at the identity provider.
// open prepares it and returns what goes through it.
type door func(t *testing.T, o *office) (through func(t *testing.T) error)

func doors() map[string]door {
	on := func(o *office) signOn { return signOn{admin: true, certificates: []string{o.one}} }
	off := func(o *office) signOn { return signOn{certificates: []string{o.one}} }
	switched := map[string]any{"properties": map[string]any{"admin": map[string]any{"enabled": true}}}
	elsewhere := map[string]any{"properties": map[string]any{"admin": map[string]any{"identityProviderSsoUrl": "https://other.example/saml"}}}
	return map[string]door{
		"create": func(_ *testing.T, o *office) func(t *testing.T) error {
			return func(t *testing.T) error {
				_, err := o.Create(t.Context(), o.p, []byte(on(o).document(t, "IdP")), accounts.Idempotency{Key: "k", Request: "r"})
				return err
			}
		},
		"replace": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, off(o))
			return func(t *testing.T) error {
				_, err := o.Replace(t.Context(), o.p, o.account, at(1), []byte(on(o).document(t, "IdP")))
				return err
			}
		},
		"patch the section": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, off(o))
			return o.patch(switched)
		},
		"patch the section while the feature is off": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, off(o))
			o.p.ContactCenter.Features = nil
			return o.patch(switched)
		},
		"switch the account on": func(t *testing.T, o *office) func(t *testing.T) error {
			s := on(o)
			s.off = true
			o.settle(t, s)
			return o.patch(map[string]any{"enabled": true})
		},
		"another address while it is on": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			return o.patch(elsewhere)
		},
		"another certificate while it is on": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			return func(t *testing.T) error {
				s := on(o)
				s.certificates = []string{o.two}
				_, err := o.Replace(t.Context(), o.p, o.account, at(1), []byte(s.document(t, "IdP")))
				return err
			}
		},
		"roll back": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			require.NoError(t, o.patch(map[string]any{"properties": map[string]any{"admin": map[string]any{"enabled": false}}})(t))
			return func(t *testing.T) error {
				_, err := o.Rollback(t.Context(), o.p, o.account, at(2), []byte(`{"version":1}`))
				return err
			}
		},
		"undelete": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			require.NoError(t, o.Delete(t.Context(), o.p, o.account, accounts.Match{Any: true}))
			return func(t *testing.T) error {
				_, err := o.Undelete(t.Context(), o.p, o.account)
				return err
			}
		},
		"apply a new one": func(t *testing.T, o *office) func(t *testing.T) error {
			return o.applySet(false, gadgetBody("other"), on(o).document(t, "IdP"))
		},
		"apply a change": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, off(o))
			return o.applySet(false, on(o).document(t, "IdP"), gadgetBody("other"))
		},
		"apply another in its place": func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			return o.applySet(true, on(o).document(t, "another"))
		},
	}
}

// situation is who could undo single sign-on.
type situation struct {
	prepare func(t *testing.T, o *office)
	passes  bool
}

func situations() map[string]situation {
	user := func(u models.User) func(t *testing.T, o *office) {
		return func(t *testing.T, o *office) {
			u := u
			if u.PasswordHash == "right" {
				u.PasswordHash = o.hash
			}
			u.Username = "somebody"
			o.hire(t, u)
		}
	}
	return map[string]situation{
		"nobody":              {func(*testing.T, *office) {}, false},
		"an emergency user":   {func(t *testing.T, o *office) { o.hireBypass(t) }, true},
		"who must change it":  {user(models.User{Roles: models.Strings{"Agent", "Emergency"}, PasswordHash: "right", ChangePassword: true}), true},
		"by two roles":        {user(models.User{Roles: models.Strings{"Administrator", "Weak"}, PasswordHash: "right"}), true},
		"one without bypass":  {user(models.User{Roles: models.Strings{"Administrator"}, PasswordHash: "right"}), false},
		"one who cannot undo": {user(models.User{Roles: models.Strings{"Weak", "Supervisor"}, PasswordHash: "right"}), false},
		"one without password": {
			user(models.User{Roles: models.Strings{"Emergency"}}), false,
		},
		"one with a damaged password": {user(models.User{Roles: models.Strings{"Emergency"}, PasswordHash: "x"}), false},
		"one who is disabled": {
			user(models.User{Roles: models.Strings{"Emergency"}, PasswordHash: "right", Disabled: true}), false,
		},
		"one in another contact center": {func(t *testing.T, o *office) {
			here := o.p
			o.p = o.center(t, "b.example", models.AllFeatures()...)
			o.p.Grantable = models.AllScopes()
			_, err := o.people.CreateRole(t.Context(), o.p, []byte(`{"name":"Emergency","privileges":["sso:bypass","accounts:write"]}`))
			require.NoError(t, err)
			o.hireBypass(t)
			o.p = here
		}, false},
		"a test sign-in": {func(t *testing.T, o *office) {
			o.SSOTestPassed = func(_ context.Context, _ *store.Store, center, fingerprint string, since models.Time) (bool, error) {
				require.Equal(t, o.p.ContactCenter.ID, center)
				require.Equal(t, models.NewTime(o.now.Add(-24*time.Hour)), since)
				o.tests = append(o.tests, fingerprint)
				return true, nil
			}
		}, true},
		"no test sign-in": {func(_ *testing.T, o *office) {
			o.SSOTestPassed = func(context.Context, *store.Store, string, string, models.Time) (bool, error) { return false, nil }
		}, false},
	}
}

// Whichever way administrators come to depend on an identity provider, somebody can
// undo it or it was proved to work; else nothing changes, and the attempt is on
// record.
func TestEveryDoorIsGuarded(t *testing.T) {
	for name, open := range doors() {
		t.Run(name, func(t *testing.T) {
			for who, s := range situations() {
				t.Run(who, func(t *testing.T) {
					o := newOffice(t, storetest.SQLite(t))
					through := open(t, o)
					s.prepare(t, o)
					before, records := o.stored(t), len(o.operations(t))
					err := through(t)
					if s.passes {
						require.NoError(t, err)
						require.NotEqual(t, before, o.stored(t))
						return
					}
					require.ErrorIs(t, err, models.ErrLockOut)
					var refused *models.RefusalError
					require.ErrorAs(t, err, &refused)
					require.Contains(t, refused.Detail, "test sign-in")
					require.Equal(t, before, o.stored(t))
					log := o.operations(t)
					require.Len(t, log, records+1)
					require.Regexp(t, `^account\.[a-z]+ refused$`, log[records])
				})
			}
		})
	}
}

// The guard takes the same locks and reads the same on both databases.
func TestTheGuardOnBothDatabases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		o := newOffice(t, db)
		on := signOn{admin: true, certificates: []string{o.one}}
		_, err := o.Create(t.Context(), o.p, []byte(on.document(t, "IdP")), accounts.Idempotency{})
		require.ErrorIs(t, err, models.ErrLockOut)
		require.ErrorIs(t, o.applySet(false, on.document(t, "IdP"))(t), models.ErrLockOut)
		o.hireBypass(t)
		o.create(t, on.document(t, "IdP"))
	})
}

// A test sign-in speaks for the values with which it was made and no others.
func TestATestSignInSpeaksForItsValues(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	situations()["a test sign-in"].prepare(t, o)
	for i, s := range []signOn{
		{admin: true, certificates: []string{o.one}},
		{admin: true, certificates: []string{o.two}},
		{admin: true, certificates: []string{o.one}, url: "https://other.example/saml"},
		{admin: true, certificates: []string{o.one}},
	} {
		if i == 0 {
			o.account = o.create(t, s.document(t, "IdP")).ID
			continue
		}
		require.NoError(t, o.patch(map[string]any{"properties": s.properties()})(t))
	}
	require.Len(t, o.tests, 4)
	require.Equal(t, o.tests[0], o.tests[3])
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(o.tests))), 3)
}

// What shuts nobody out is never refused, whoever is there.
func TestWhatTheGuardLeavesAlone(t *testing.T) {
	section := func(member string, v any) map[string]any {
		return map[string]any{"properties": map[string]any{"admin": map[string]any{member: v}}}
	}
	tests := map[string]func(t *testing.T, o *office) error{
		"switch the section off": func(t *testing.T, o *office) error { return o.patch(section("enabled", false))(t) },
		"switch the account off": func(t *testing.T, o *office) error { return o.patch(map[string]any{"enabled": false})(t) },
		"delete": func(t *testing.T, o *office) error {
			return o.Delete(t.Context(), o.p, o.account, accounts.Match{Any: true})
		},
		"another name": func(t *testing.T, o *office) error { return o.patch(map[string]any{"name": "Other"})(t) },
		"one more certificate": func(t *testing.T, o *office) error {
			return o.patch(section("identityProviderCertificates", []string{o.two, o.one}))(t)
		},
		"sign-in that starts at the provider": func(t *testing.T, o *office) error {
			return o.patch(section("allowIdpInitiated", true))(t)
		},
		"Agent Desktop": func(t *testing.T, o *office) error {
			return o.patch(map[string]any{"properties": map[string]any{"agentDesktop": map[string]any{
				"enabled": true, "identityProviderSsoUrl": "https://other.example/saml", "identityProviderIssuer": "https://other.example",
				"identityProviderCertificates": []string{o.two},
			}}})(t)
		},
		"the same set again": func(t *testing.T, o *office) error {
			return o.applySet(false, signOn{admin: true, certificates: []string{o.one}}.document(t, "IdP"))(t)
		},
		"other values while it is off": func(t *testing.T, o *office) error {
			require.NoError(t, o.patch(section("enabled", false))(t))
			return o.patch(section("identityProviderSsoUrl", "https://other.example/saml"))(t)
		},
		"an account that is off": func(t *testing.T, o *office) error {
			require.NoError(t, o.patch(map[string]any{"enabled": false})(t))
			return o.patch(section("identityProviderSsoUrl", "https://other.example/saml"))(t)
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, storetest.SQLite(t))
			o.settle(t, signOn{admin: true, certificates: []string{o.one}})
			require.NoError(t, do(t, o))
		})
	}
}

// Validation and plans say beforehand what would be refused.
func TestReportsTellOfTheGuard(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	o.settle(t, signOn{certificates: []string{o.one}})
	on := signOn{admin: true, certificates: []string{o.one}}
	ask := map[string]func(body string) (*accounts.Report, error){
		"replace": func(body string) (*accounts.Report, error) {
			return o.ValidateReplace(t.Context(), o.p, o.account, at(1), []byte(body))
		},
		"patch": func(body string) (*accounts.Report, error) {
			return o.ValidatePatch(t.Context(), o.p, o.account, at(1), []byte(body))
		},
		"edits": func(body string) (*accounts.Report, error) {
			var in map[string]any
			require.NoError(t, json.Unmarshal([]byte(body), &in))
			in["id"] = o.account
			return o.Validate(t.Context(), o.p, []byte(pretty(t, in)))
		},
	}
	set := setOf(false, on.document(t, "IdP"))
	const want = "/properties/admin/enabled would_lock_out"
	for _, name := range slices.Sorted(maps.Keys(ask)) {
		report, err := ask[name](on.document(t, "IdP"))
		require.NoError(t, err)
		require.Equal(t, []string{want}, codes(report.Errors), name)
	}
	plan := o.plan(t, set)
	require.Equal(t, []string{"/accounts/0" + want}, codes(plan.Errors))
	require.NoError(t, o.Delete(t.Context(), o.p, o.account, at(1)))
	report, err := o.ValidateCreate(t.Context(), o.p, []byte(on.document(t, "IdP")))
	require.NoError(t, err)
	require.Equal(t, []string{want}, codes(report.Errors))

	o.hireBypass(t)
	report, err = o.ValidateCreate(t.Context(), o.p, []byte(on.document(t, "IdP")))
	require.NoError(t, err)
	require.True(t, report.Valid)
	require.Equal(t, validation.Errors(nil), o.plan(t, set).Errors)
}
