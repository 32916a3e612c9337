//go:build full

package e2e_test

import (
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
)

// TestSingleSignOn is the proof that it works for people: a browser, a provider that
// we did not write, and hosts that are different sites, over TLS.
func TestSingleSignOn(t *testing.T) {
	o := openOffice(t)
	for _, scenario := range []struct {
		name string
		play func(*testing.T, *office)
	}{
		{"both directions, both applications", signInEverywhere},
		{"request by HTTP-POST", signInByPost},
		{"cookies", signInCookies},
		{"where it leads", signInLeads},
		{"trouble at the provider", signInInTrouble},
		{"the test of the account", testAccount},
		{"encrypted", signInEncrypted},
		{"test sign-in", testSignIn},
		{"a way back", keepWayBack},
		{"Agent Desktop elsewhere", signInElsewhere},
		{"metadata", exchangeMetadata},
		{"provisioned over SCIM", signInProvisioned},
		{"another provider", signInAtLasso},
		{"providers made of libraries", signInAtLibraries},
	} {
		t.Run(scenario.name, func(t *testing.T) { scenario.play(t, o) })
	}
}

// People sign in from both sides, to both applications; the first time makes the
// user, the second one finds it.
func signInEverywhere(t *testing.T, o *office) {
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop"), "Admin": o.section("Admin")})
	for portal, at := range portals {
		for direction, start := range map[string]string{
			"begun here":  at.path + "/login",
			"begun there": o.idp.InitiatedURL(spName, "https://"+ourHost+at.path+"/redirect"),
		} {
			t.Run(portal+" "+direction, func(t *testing.T) {
				o.change(t, portal, map[string]any{"allowIdpInitiated": direction == "begun there"})
				name := at.section + "." + direction[6:]
				o.people(t, name)
				first := o.visit(t, visit{Profile: name, Open: start, Username: name, Name: "first"})
				o.requireSignedIn(t, first, name, portal, name)
				made := o.user(t, name)
				require.Equal(t, "O'Hara "+name, made["lastName"])
				require.Equal(t, []any{at.role}, made["roles"])
				require.Equal(t, map[string]any{"English": 90.0}, made["skills"])

				second := o.visit(t, visit{Profile: name + " elsewhere", Open: start, Username: name, Name: "second"})
				o.requireSignedIn(t, second, name+" elsewhere", portal, name)
				require.Equal(t, made["id"], o.user(t, name)["id"])
			})
		}
	}
}

// A browser's secret travels with the post that comes from the provider's site; the
// session's stays within ours.
func signInCookies(t *testing.T, o *office) {
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "cookie.ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "cookie.ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "cookie.ann")
	modes := map[string]string{}
	for _, c := range got.Cookies {
		if c.Domain == ourHost {
			require.True(t, c.Secure && c.HTTPOnly && c.Path == "/", c.Name)
			modes[c.Name] = c.SameSite
		}
	}
	require.Equal(t, map[string]string{"__Host-session": "Lax", "__Host-sso": "None"}, modes, "and no other cookies")
	o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/signed-in", Name: "signed in"})
	out := o.visit(t, visit{Profile: "ann", Press: "Sign out", Name: "signed out"})
	require.NotContains(t, out.Text, "Ends at the latest")
}

// A sign-in leads to a page of ours, if anywhere, and begins at the provider only where
// that is allowed.
func signInLeads(t *testing.T, o *office) {
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "relay.ann")
	there := o.idp.InitiatedURL(spName, spReply)
	refused := o.visit(t, visit{Profile: "ann", Open: there, Username: "relay.ann"})
	o.requireRefused(t, refused, "sso-idp-initiated-refused")

	o.change(t, "Agent Desktop", map[string]any{"allowIdpInitiated": true})
	const signedIn, types = "/agentdesktop/sso/signed-in", "/docs/types/"
	for _, tt := range []struct{ start, relay, path string }{
		{there + "&", types, types},
		{there + "&", "https://evil.example.org/", signedIn},
		{"/agentdesktop/sso/login?", types, types},
		{"/agentdesktop/sso/login?", "//evil.example.org/", signedIn},
		{"/agentdesktop/sso/login?tenantUrl=" + ourHost + "&", "/\\evil.example.org", signedIn},
	} {
		got := o.visit(t, visit{Profile: "ann", Open: tt.start + url.Values{"RelayState": {tt.relay}}.Encode()})
		require.Equal(t, "https://"+ourHost+tt.path, got.path(), "%s%s: %s", tt.start, tt.relay, got.Text)
	}
}

// What goes wrong at the provider: the person sees a calm page with a reference, by
// which the administrator finds the reason, mends what is ours, and it works.
func signInInTrouble(t *testing.T, o *office) {
	section := o.section("Agent Desktop")
	first, next, old := o.idp.Settings().Signer, identity.NewSigner(t, time.Hour), identity.NewSigner(t, -time.Hour)
	section["identityProviderCertificates"] = []string{first.PEM, old.PEM}
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "trouble.ann")
	for _, tt := range []struct {
		name, code string
		provider   func(*identity.Settings)
		mend       func(t *testing.T)
	}{
		{
			name: "clock ten minutes behind", code: "sso-clock-skew",
			provider: func(s *identity.Settings) { s.ClockOff = -10 * time.Minute },
		},
		{
			name: "clock ten minutes ahead", code: "sso-clock-skew",
			provider: func(s *identity.Settings) { s.ClockOff = 10 * time.Minute },
		},
		{
			name: "certificate expired", code: "sso-certificate-expired",
			provider: func(s *identity.Settings) { s.Signer = old },
		},
		{
			name: "rolled over", code: "sso-certificate-unknown",
			provider: func(s *identity.Settings) { s.Signer = next },
			mend: func(t *testing.T) {
				o.change(t, "Agent Desktop", map[string]any{"identityProviderCertificates": []string{first.PEM, next.PEM}})
			},
		},
		{
			name: "signed with SHA-1", code: "sso-algorithm-weak",
			provider: func(s *identity.Settings) {
				s.Options = map[string]any{"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sound := o.idp.Settings()
			o.idp.Set(t, tt.provider)
			got := o.visit(t, visit{Profile: tt.name, Open: "/agentdesktop/sso/login", Username: "trouble.ann", Name: "refused"})
			o.requireRefused(t, got, tt.code)
			if tt.mend == nil {
				o.idp.Set(t, func(s *identity.Settings) { *s = sound })
				return
			}
			tt.mend(t)
			again := o.visit(t, visit{Profile: tt.name, Press: "Try again", Name: "mended"})
			o.requireSignedIn(t, again, tt.name, "Agent Desktop", "trouble.ann")
		})
	}
}

// The test of the account goes as far as it goes without a person. Who is sent to a
// provider that is down sees what browsers say then.
func testAccount(t *testing.T, o *office) {
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	check := func() string { return text(t, o.must(t, http.MethodPost, o.account+"/test", nil)) }
	require.Contains(t, check(), `"code":"sign_in_not_proved"`, "all that can be tried without a person")
	o.idp.Down()
	defer o.idp.Up(t)
	require.Contains(t, check(), `"code":"connection_refused"`)
	got := o.browser.do(t, visit{Profile: "nobody", Open: "https://" + ourHost + "/agentdesktop/sso/login"})
	require.Contains(t, got.Failure, "ERR_CONNECTION_REFUSED")
}

// An assertion that only the contact center can read, before, while and after its
// key is rolled over.
func signInEncrypted(t *testing.T, o *office) {
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "secret.ann")
	o.idp.Set(t, func(s *identity.Settings) { s.Options = map[string]any{"assertion.encryption": true} })
	signIn := func(t *testing.T, profile string) view {
		return o.visit(t, visit{Profile: profile, Open: "/agentdesktop/sso/login", Username: "secret.ann"})
	}
	first := o.must(t, http.MethodPost, "/sso/keys", nil)["id"].(string)
	metadata := o.introduce(t)
	require.Contains(t, metadata, "KeyDescriptor")
	identity.CheckSchema(t, metadata, identity.SchemaMetadata)
	o.requireSignedIn(t, signIn(t, "first key"), "first key", "Agent Desktop", "secret.ann")

	second := o.must(t, http.MethodPost, "/sso/keys", nil)["id"].(string)
	o.requireSignedIn(t, signIn(t, "the provider has the first"), "the provider has the first", "Agent Desktop", "secret.ann")
	require.Equal(t, first, o.lastKeyPair(t))
	o.introduce(t)
	o.must(t, http.MethodDelete, "/sso/keys/"+first, nil)
	o.requireSignedIn(t, signIn(t, "second key"), "second key", "Agent Desktop", "secret.ann")
	require.Equal(t, second, o.lastKeyPair(t))
}

// lastKeyPair is the one that opened the assertion of the newest trace.
func (o *office) lastKeyPair(t *testing.T) any {
	t.Helper()
	newest := o.must(t, http.MethodGet, "/sso/traces?pageSize=1", nil)["items"].([]any)[0].(map[string]any)
	trace := o.must(t, http.MethodGet, "/sso/traces/"+newest["id"].(string), nil)
	return trace["result"].(map[string]any)["keyPairId"]
}

// On a section that is off, an administrator tries what would be.
func testSignIn(t *testing.T, o *office) {
	section := o.section("Admin")
	section["enabled"], section["jitProvisioningEnabled"] = false, false
	o.connect(t, map[string]map[string]any{"Admin": section})
	o.people(t, "test.ann")
	refused := o.visit(t, visit{Profile: "nobody", Open: "/admin/sso/login", Name: "off"})
	require.Contains(t, refused.Text, "Reference")

	begin := func() (id, address string) {
		made := o.must(t, http.MethodPost, "/sso/test-sign-ins", map[string]any{"section": "admin"})
		return "/sso/test-sign-ins/" + made["id"].(string), made["startUrl"].(string)
	}
	test, address := begin()
	got := o.visit(t, visit{Profile: "ann", Open: address, Username: "test.ann", Name: "failed"})
	require.Contains(t, got.Text, "sso-user-unknown")
	require.Equal(t, "failed", o.must(t, http.MethodGet, test, nil)["status"])

	o.change(t, "Admin", map[string]any{"jitProvisioningEnabled": true})
	test, address = begin()
	got = o.visit(t, visit{Profile: "ann", Open: address, Username: "test.ann", Name: "passed"})
	require.Contains(t, got.Text, "The test sign-in succeeded")
	result := o.must(t, http.MethodGet, test, nil)
	require.Equal(t, "passed", result["status"])
	require.Empty(t, o.users(t, "test.ann"), "a test makes nobody")
	me := o.visit(t, visit{Profile: "ann", Open: "/api/v1/me"})
	require.Contains(t, me.Text, "unauthenticated")
}

// Nobody could get in but through the provider: what a test sign-in proves may be
// switched on, and the key pair that it needed stays until another one is proved.
func keepWayBack(t *testing.T, o *office) {
	section := o.section("Admin")
	section["enabled"] = false
	section["identityProviderEntityId"] = o.idp.EntityID() // values that no other test sign-in has proved
	o.connect(t, map[string]map[string]any{"Admin": section})
	o.people(t, "way.ann")
	o.idp.Set(t, func(s *identity.Settings) { s.Options = map[string]any{"assertion.encryption": true} })
	holder := "/users/" + o.user(t, "key holder")["id"].(string)
	o.must(t, http.MethodPatch, holder, map[string]any{"roles": []string{"Agent"}})
	defer func() {
		o.change(t, "Admin", map[string]any{"enabled": false})
		o.must(t, http.MethodPatch, holder, map[string]any{"roles": []string{"Key holder"}})
	}()
	pass := func() {
		t.Helper()
		test := o.must(t, http.MethodPost, "/sso/test-sign-ins", map[string]any{"section": "admin"})
		got := o.visit(t, visit{Profile: "test", Open: test["startUrl"].(string), Username: "way.ann"})
		require.Contains(t, got.Text, "The test sign-in succeeded")
	}
	refused := func(method, path, body string) {
		t.Helper()
		root := bearerOf(t, o.Token)
		root.header.Set("If-Match", "*")
		got := root.ask(o.Program, method, ourHost+"/api/v1"+path, body)
		require.Equal(t, http.StatusConflict, got.status, got.text)
		require.Contains(t, got.text, "would-lock-out")
	}
	first := o.must(t, http.MethodPost, "/sso/keys", nil)["id"].(string)
	o.introduce(t)
	refused(http.MethodPatch, o.account, `{"properties":{"admin":{"enabled":true}}}`)
	pass()
	o.change(t, "Admin", map[string]any{"enabled": true})
	refused(http.MethodDelete, "/sso/keys/"+first, "")

	o.must(t, http.MethodPost, "/sso/keys", nil)
	o.introduce(t)
	refused(http.MethodDelete, "/sso/keys/"+first, "")
	pass()
	o.must(t, http.MethodDelete, "/sso/keys/"+first, nil)
	got := o.visit(t, visit{Profile: "ann", Open: "/admin/sso/login", Username: "way.ann"})
	o.requireSignedIn(t, got, "ann", "Admin", "way.ann")
}

// Agent Desktop is elsewhere: it gets a code, which its server exchanges once.
func signInElsewhere(t *testing.T, o *office) {
	const desktop = "desktop.example.org"
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("Agent Desktop")) }))
	t.Cleanup(there.Close)
	other := o.Beside(t, append(o.settings(), "ADMIN_API_AGENT_DESKTOP_URL=https://"+desktop+"/app?from={domain}")...)
	front := func(host, url string) string {
		return o.authority.NewFront(t, host, strings.TrimPrefix(url, "http://")).Addr
	}
	here := o.browser
	defer func() { o.browser = here }()
	o.browser = startBrowser(t, map[string]string{
		ourHost: front(ourHost, other.URL), providerHost: o.idp.Addr, desktop: front(desktop, there.URL),
	})
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "desktop.ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/", Username: "desktop.ann"})
	require.Equal(t, "https://"+desktop+"/app", got.path())
	u, err := url.Parse(got.URL)
	require.NoError(t, err)
	require.Equal(t, ourHost, u.Query().Get("from"))
	body := text(t, map[string]any{"code": u.Query().Get("code")})
	server := party{t, http.Header{}}
	session := server.ask(o.Program, http.MethodPost, ourHost+"/api/v1/sso/exchange", body)
	require.Less(t, session.status, 300, session.text)
	require.Contains(t, session.text, "desktop.ann")
	again := server.ask(o.Program, http.MethodPost, ourHost+"/api/v1/sso/exchange", body)
	require.Equal(t, http.StatusUnauthorized, again.status)
}

// What the provider says of itself in its metadata is all that an administrator needs,
// also for the certificate to which it rolls over next.
func exchangeMetadata(t *testing.T, o *office) {
	next := identity.NewSigner(t, time.Hour)
	o.idp.Set(t, func(s *identity.Settings) { s.Signer, s.Next = o.signer, next })
	var proposals []any
	for _, body := range []map[string]any{{"xml": o.idp.Metadata(t)}, {"url": o.idp.MetadataURL()}} {
		body["section"] = "agentDesktop"
		proposals = append(proposals, o.must(t, http.MethodPost, "/sso/import-metadata", body)["proposal"])
	}
	require.Equal(t, proposals[0], proposals[1], "document and address")
	section := o.section("Agent Desktop")
	for _, name := range []string{"identityProviderSsoUrl", "identityProviderIssuer", "identityProviderCertificates"} {
		delete(section, name)
	}
	maps.Copy(section, proposals[0].(map[string]any))
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "metadata.ann")
	for profile, signer := range map[string]*identity.Signer{"before": o.signer, "rolled over": next} {
		o.idp.Set(t, func(s *identity.Settings) { s.Signer = signer })
		got := o.visit(t, visit{Profile: profile, Open: "/agentdesktop/sso/login", Username: "metadata.ann"})
		o.requireSignedIn(t, got, profile, "Agent Desktop", "metadata.ann")
	}
}

// A user whom the provider made over SCIM signs in; just-in-time provisioning has
// nothing to do.
func signInProvisioned(t *testing.T, o *office) {
	section := o.section("Agent Desktop")
	section["jitProvisioningEnabled"], section["useTemplate"] = false, false
	delete(section, "templateUserId")
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "scim.ann")
	refused := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "scim.ann"})
	o.requireRefused(t, refused, "sso-user-unknown")

	o.must(t, http.MethodPost, "/integration-accounts", map[string]any{"type": "scim", "name": "SCIM", "properties": map[string]any{"defaultTeamId": o.team}})
	token := o.must(t, http.MethodPost, "/tokens", map[string]any{"name": "scim", "scopes": []string{"scim"}})["token"].(string)
	provider := bearerOf(t, token)
	provider.must(o.Program, http.MethodPost, ourHost+"/scim/v2/Users", text(t, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "scim.ann", "active": true,
		"name": map[string]string{"givenName": "Ann", "familyName": "Archer"},
	}))
	got := o.visit(t, visit{Profile: "ann", Press: "Try again", Username: "scim.ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "scim.ann")
	require.Equal(t, "Archer", o.user(t, "scim.ann")["lastName"], "a sign-in changes nobody")
}

// A provider that is to have requests by HTTP-POST, because the administrator says so.
func signInByPost(t *testing.T, o *office) {
	section := o.section("Agent Desktop")
	section["requestBinding"] = "post"
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "post.ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "post.ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "post.ann")
	require.Contains(t, o.visit(t, visit{Profile: "another", Open: "/agentdesktop/sso/login"}).trail(), "POST "+o.idp.SignOnURL())
}

// The same server reads what other software writes, and that reads our metadata.
func signInAtLasso(t *testing.T, o *office) {
	lasso := &identity.Lasso{
		EntityID: "https://idp.example.org/", URL: "https://idp.example.org/sso", Signer: o.signer, Audience: spName,
	}
	section := o.section("Agent Desktop")
	section["identityProviderSsoUrl"], section["identityProviderIssuer"] = lasso.URL, lasso.EntityID
	section["allowIdpInitiated"] = true
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	lasso.ServiceProvider = o.introduce(t)
	// asked has a browser sent to the provider and returns what that has it post.
	asked := func(browser *http.Client, name string) identity.Post {
		status, address := open(t, browser, http.MethodGet, "/agentdesktop/sso/login", nil)
		require.Equal(t, http.StatusFound, status)
		return lasso.SignIn(t, address, name, bob)
	}
	reply := func(browser *http.Client, form identity.Post) int {
		require.Equal(t, spReply, form.Action)
		status, _ := open(t, browser, http.MethodPost, "/agentdesktop/sso/redirect", form.Fields)
		return status
	}
	begunHere, begunThere := o.plainBrowser(t), o.plainBrowser(t)
	for name, tt := range map[string]struct {
		browser *http.Client
		form    identity.Post
	}{
		"lasso.here": {begunHere, asked(begunHere, "lasso.here")}, "lasso.there": {begunThere, lasso.SignIn(t, "", "lasso.there", bob)},
	} {
		require.Equal(t, http.StatusOK, reply(tt.browser, tt.form), name)
		status, _ := open(t, tt.browser, http.MethodGet, "/api/v1/me", nil)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, bob["urn:example:LASTNAME"][0], o.user(t, name)["lastName"])
		require.Equal(t, http.StatusForbidden, reply(tt.browser, tt.form), "once is enough")
		require.Equal(t, "sso-replayed", o.lastRefusal(t))
	}
	require.Equal(t, http.StatusForbidden, reply(o.plainBrowser(t), asked(begunHere, "lasso.here")), "another browser")
	require.Equal(t, "sso-browser-unknown", o.lastRefusal(t))
}

// bob is somebody at a provider that names attributes its own way.
var bob = map[string][]string{"firstname": {"Bob"}, "urn:example:LASTNAME": {"Søn <&>"}}

// lastRefusal is the code of the newest sign-in that was refused.
func (o *office) lastRefusal(t *testing.T) string {
	t.Helper()
	items, _ := o.must(t, http.MethodGet, "/sso/traces?outcome=refused&pageSize=1", nil)["items"].([]any)
	require.Len(t, items, 1)
	return items[0].(map[string]any)["code"].(string)
}

// plainBrowser is one without scripts and without cookies.
func (o *office) plainBrowser(t *testing.T) *http.Client {
	t.Helper()
	browser := o.authority.Client(map[string]string{ourHost: o.front.Addr})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser.Jar = jar
	return browser
}

// open plays a browser without scripts at our host. It returns the status and where
// that leads.
func open(t *testing.T, browser *http.Client, method, path string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://"+ourHost+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := browser.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res.StatusCode, res.Header.Get("Location")
}
