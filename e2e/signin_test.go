//go:build full

package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
	"admin-api/e2e/program"
)

// The hosts of the tests of single sign-on: two sites.
const (
	ourHost      = "acme.example.test"
	providerHost = "idp.example.net"
)

// office is a contact center whose people sign in at SimpleSAMLphp, and a browser.
type office struct {
	*program.Program

	authority *identity.Authority
	idp       *identity.SimpleSAMLphp
	signer    *identity.Signer
	front     *identity.Front
	browser   *browser
	// account is the path of the integration account, templates the ids of the users
	// that just-in-time provisioning copies, team that of everybody.
	account   string
	templates map[string]string
	team      string
}

// portals are both applications: what their section is called, where their reply
// address is, and the role of who may sign in there.
var portals = map[string]struct{ section, path, role string }{
	"Agent Desktop": {"agentDesktop", "/agentdesktop/sso", "Agent"},
	"Admin":         {"admin", "/admin/sso", "Administrator"},
}

// openOffice has everything ready but the single sign-on.
func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{authority: identity.NewAuthority(t), templates: map[string]string{}}
	o.idp = identity.StartSimpleSAMLphp(t, o.authority, providerHost)
	o.signer = o.idp.Settings().Signer
	o.Program = program.Start(t, o.settings()...)
	o.front = o.authority.NewFront(t, ourHost, strings.TrimPrefix(o.URL, "http://"))
	o.browser = startBrowser(t, map[string]string{ourHost: o.front.Addr, providerHost: o.idp.Addr})
	for name, at := range portals {
		made := o.must(t, http.MethodPost, "/users", map[string]any{
			"username": "template of " + at.section, "roles": []string{at.role}, "skills": map[string]int{"English": 90},
		})
		o.templates[name], o.team = made["id"].(string), made["teamId"].(string)
	}
	o.must(t, http.MethodPost, "/roles", map[string]any{"name": "Key holder", "privileges": []string{"accounts:write", "sso:bypass"}})
	o.must(t, http.MethodPost, "/users", map[string]any{
		"username": "key holder", "password": passwordOfUsers, "roles": []string{"Key holder"},
	})
	return o
}

// settings are those with which the program finds the provider.
func (o *office) settings() []string {
	return []string{
		"ADMIN_API_BOOTSTRAP_DOMAIN=" + ourHost, "ADMIN_API_PUBLIC_URL=https://{domain}",
		"ADMIN_API_TRUSTED_PROXIES=127.0.0.1/32", "ADMIN_API_LOGIN_RATE_LIMIT=off", "ADMIN_API_RATE_LIMIT=off",
		"ADMIN_API_OUTBOUND_CONNECT_TO=" + providerHost + ":443=" + o.idp.Addr,
		"ADMIN_API_OUTBOUND_CA=" + o.authority.File,
	}
}

// must sends a request for a path of the API in the name of the first administrator,
// whatever the present version of what it changes is.
func (o *office) must(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	root := bearerOf(t, o.Token)
	if strings.HasPrefix(path, o.account) && o.account != "" {
		root.header.Set("If-Match", "*")
	}
	return root.must(o.Program, method, ourHost+"/api/v1"+path, text(t, body))
}

// text is the body of a request.
func text(t *testing.T, body any) string {
	t.Helper()
	if body == nil {
		return ""
	}
	b, err := json.Marshal(body)
	require.NoError(t, err)
	return string(b)
}

// people makes who can sign in at the provider, each with the password "p".
func (o *office) people(t *testing.T, names ...string) {
	t.Helper()
	o.idp.Set(t, func(s *identity.Settings) {
		if s.People == nil {
			s.People = map[string]identity.Person{}
		}
		for _, name := range names {
			s.People[name] = identity.Person{Password: "p", Attributes: map[string][]string{
				"uid": {name}, "FirstName": {"Ann"}, "LastName": {"O'Hara " + name}, "Email": {name + "@example.net"},
			}}
		}
	})
}

// section is one of the account as an administrator enters it who copies from the
// provider.
func (o *office) section(name string) map[string]any {
	return map[string]any{
		"enabled": true, "identityProviderSsoUrl": o.idp.SignOnURL(), "identityProviderIssuer": o.idp.EntityID(),
		"identityProviderCertificates": []string{o.signer.PEM},
		"jitProvisioningEnabled":       true, "useTemplate": true, "templateUserId": o.templates[name],
	}
}

// connect enters the provider here and the contact center there, in place of what was
// before.
func (o *office) connect(t *testing.T, sections map[string]map[string]any) {
	t.Helper()
	properties := map[string]any{}
	for name, section := range sections {
		properties[portals[name].section] = section
	}
	if o.account != "" {
		o.must(t, http.MethodDelete, o.account, nil)
	}
	made := o.must(t, http.MethodPost, "/integration-accounts", map[string]any{"type": "sso", "name": "SimpleSAMLphp", "properties": properties})
	o.account = "/integration-accounts/" + made["id"].(string)
	o.idp.Set(t, func(s *identity.Settings) { *s = identity.Settings{EntityID: s.EntityID, Signer: o.signer} })
	o.introduce(t)
}

// introduce gives the provider our metadata.
func (o *office) introduce(t *testing.T) string {
	t.Helper()
	got := party{t, http.Header{}}.ask(o.Program, http.MethodGet, ourHost+"/agentdesktop/sso/metadata", "")
	require.Equal(t, http.StatusOK, got.status, got.text)
	o.idp.Set(t, func(s *identity.Settings) { s.ServiceProviders = []string{got.text} })
	return got.text
}

// change edits one section of the account.
func (o *office) change(t *testing.T, portal string, members map[string]any) {
	t.Helper()
	o.must(t, http.MethodPatch, o.account, map[string]any{"properties": map[string]any{portals[portal].section: members}})
}

// visit opens an address of ours, or of the provider, with a browser.
func (o *office) visit(t *testing.T, v visit) view {
	t.Helper()
	v.Password = "p"
	if strings.HasPrefix(v.Open, "/") {
		v.Open = "https://" + ourHost + v.Open
	}
	v.Profile = t.Name() + " " + v.Profile // nobody else's cookies
	if v.Name != "" {
		v.Name = strings.NewReplacer("/", "-", " ", "_").Replace(t.Name()) + "-" + v.Name
	}
	got := o.browser.do(t, v)
	require.Empty(t, got.Failure, got.trail())
	return got
}

// requireSignedIn wants our page that says who is signed in, and a session that is
// good for the API.
func (o *office) requireSignedIn(t *testing.T, got view, profile, portal, username string) {
	t.Helper()
	require.Equal(t, "https://"+ourHost+portals[portal].path+"/signed-in", got.path(), "%s\n%s", got.trail(), got.Text)
	require.Contains(t, got.Text, username)
	me := o.visit(t, visit{Profile: profile, Open: "/api/v1/me"})
	require.Contains(t, me.Text, fmt.Sprintf(`"username":%q`, username))
}

// requireRefused wants our page that tells the person nothing but a reference, which
// leads the administrator to the code.
func (o *office) requireRefused(t *testing.T, got view, code string) {
	t.Helper()
	require.NotContains(t, got.Text, code)
	found := regexp.MustCompile(`Reference\s+(\S+)`).FindStringSubmatch(got.Text)
	require.NotNil(t, found, "%s\n%s", got.trail(), got.Text)
	trace := o.must(t, http.MethodGet, "/sso/traces?reference="+found[1], nil)
	items, _ := trace["items"].([]any)
	require.Len(t, items, 1)
	require.Contains(t, text(t, items[0]), `"`+code+`"`)
}

// user returns the one user with the name.
func (o *office) user(t *testing.T, name string) map[string]any {
	t.Helper()
	found := o.users(t, name)
	require.Len(t, found, 1)
	return found[0].(map[string]any)
}

func (o *office) users(t *testing.T, name string) []any {
	t.Helper()
	list, _ := o.must(t, http.MethodGet, "/users?q="+url.QueryEscape(name), nil)["items"].([]any)
	return list
}
