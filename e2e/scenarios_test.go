//go:build full

package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
)

// People sign in from both sides, to both applications; the first time makes the
// user, the second one finds it.
func TestSignIn(t *testing.T) {
	o := openOffice(t)
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop"), "Admin": o.section("Admin")})
	for portal, at := range portals {
		for direction, start := range map[string]string{
			"begun here":  at.path + "/login",
			"begun there": o.idp.InitiatedURL(spName, "https://"+ourHost+at.path+"/redirect"),
		} {
			t.Run(portal+" "+direction, func(t *testing.T) {
				o.introduce(t, portal)
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
func TestSignInCookies(t *testing.T) {
	o := openOffice(t)
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "ann")
	modes := map[string]string{}
	for _, c := range got.Cookies {
		if c.Domain == ourHost {
			require.True(t, c.Secure && c.HTTPOnly && c.Path == "/", c.Name)
			modes[c.Name] = c.SameSite
		}
	}
	require.Equal(t, "Lax", modes["__Host-session"])
	if mode, kept := modes["__Host-sso"]; kept {
		require.Equal(t, "None", mode)
	}
	require.Len(t, modes, len(modes), "no other cookies")
	o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/signed-in", Name: "signed in"})
	out := o.visit(t, visit{Profile: "ann", Press: "Sign out", Name: "signed out"})
	require.NotContains(t, out.Text, "Ends at the latest")
}

// What goes wrong at the provider: the person sees a calm page with a reference, by
// which the administrator finds the reason; then it is mended.
func TestSignInInTrouble(t *testing.T) {
	o := openOffice(t)
	section := o.section("Agent Desktop")
	first, next, old := o.idp.Settings().Signer, identity.NewSigner(t, time.Hour), identity.NewSigner(t, -time.Hour)
	section["identityProviderCertificates"] = []string{first.PEM, old.PEM}
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "ann")
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
			got := o.visit(t, visit{Profile: tt.name, Open: "/agentdesktop/sso/login", Username: "ann", Name: "refused"})
			o.requireRefused(t, got, tt.code)
			if tt.mend == nil {
				o.idp.Set(t, func(s *identity.Settings) { *s = sound })
			} else {
				tt.mend(t)
			}
			// The provider remembers in the first browser when by its clock that was.
			again := o.visit(t, visit{Profile: tt.name + ", mended", Open: "/agentdesktop/sso/login", Username: "ann", Name: "mended"})
			o.requireSignedIn(t, again, tt.name+", mended", "Agent Desktop", "ann")
		})
	}
	t.Run("down", func(t *testing.T) {
		require.Equal(t, "ok", o.must(t, http.MethodPost, o.account+"/test", nil)["status"])
		o.idp.Down()
		defer o.idp.Up(t)
		require.Equal(t, "unreachable", o.must(t, http.MethodPost, o.account+"/test", nil)["code"])
	})
}

// An assertion that only the contact center can read, before, while and after its
// key is rolled over.
func TestSignInEncrypted(t *testing.T) {
	o := openOffice(t)
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "ann")
	o.idp.Set(t, func(s *identity.Settings) { s.Options = map[string]any{"assertion.encryption": true} })
	signIn := func(t *testing.T, profile string) view {
		return o.visit(t, visit{Profile: profile, Open: "/agentdesktop/sso/login", Username: "ann"})
	}
	first := o.must(t, http.MethodPost, "/sso/keys", nil)["id"].(string)
	require.Contains(t, o.introduce(t, "Agent Desktop"), "KeyDescriptor")
	o.requireSignedIn(t, signIn(t, "first key"), "first key", "Agent Desktop", "ann")

	o.must(t, http.MethodPost, "/sso/keys", nil)
	o.requireSignedIn(t, signIn(t, "the provider has the first"), "the provider has the first", "Agent Desktop", "ann")
	o.introduce(t, "Agent Desktop")
	o.must(t, http.MethodDelete, "/sso/keys/"+first, nil)
	o.requireSignedIn(t, signIn(t, "second key"), "second key", "Agent Desktop", "ann")
}

// On a section that is off, an administrator tries what would be.
func TestTestSignIn(t *testing.T) {
	o := openOffice(t)
	section := o.section("Admin")
	section["enabled"], section["jitProvisioningEnabled"] = false, false
	o.connect(t, map[string]map[string]any{"Admin": section})
	o.introduce(t, "Admin")
	o.people(t, "ann")
	refused := o.visit(t, visit{Profile: "nobody", Open: "/admin/sso/login", Name: "off"})
	require.Contains(t, refused.Text, "Reference")

	begin := func() (id, address string) {
		made := o.must(t, http.MethodPost, "/sso/test-sign-ins", map[string]any{"section": "admin"})
		return "/sso/test-sign-ins/" + made["id"].(string), made["startUrl"].(string)
	}
	test, address := begin()
	got := o.visit(t, visit{Profile: "ann", Open: address, Username: "ann", Name: "failed"})
	require.Contains(t, got.Text, "sso-user-unknown")
	require.Equal(t, "failed", o.must(t, http.MethodGet, test, nil)["status"])

	o.change(t, "Admin", map[string]any{"jitProvisioningEnabled": true})
	test, address = begin()
	got = o.visit(t, visit{Profile: "ann", Open: address, Username: "ann", Name: "passed"})
	require.Contains(t, got.Text, "The test sign-in succeeded")
	result := o.must(t, http.MethodGet, test, nil)
	require.Equal(t, "passed", result["status"])
	require.Empty(t, o.users(t, "ann"), "a test makes nobody")
	me := o.visit(t, visit{Profile: "ann", Open: "/api/v1/me"})
	require.Contains(t, me.Text, "unauthenticated")
}

// Agent Desktop is elsewhere: it gets a code, which its server exchanges once.
func TestSignInToAgentDesktopElsewhere(t *testing.T) {
	const desktop = "desktop.example.org"
	o := openOffice(t, "ADMIN_API_AGENT_DESKTOP_URL=https://"+desktop+"/app?from={domain}")
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("Agent Desktop")) }))
	t.Cleanup(there.Close)
	front := o.authority.NewFront(t, desktop, strings.TrimPrefix(there.URL, "http://"))
	o.browser = startBrowser(t, map[string]string{ourHost: o.front.Addr, providerHost: o.idp.Addr, desktop: front.Addr})
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/", Username: "ann"})
	require.Equal(t, "https://"+desktop+"/app", got.path())
	u, err := url.Parse(got.URL)
	require.NoError(t, err)
	require.Equal(t, ourHost, u.Query().Get("from"))
	body := text(t, map[string]any{"code": u.Query().Get("code")})
	server := party{t, http.Header{}}
	session := server.ask(o.Program, http.MethodPost, ourHost+"/api/v1/sso/exchange", body)
	require.Less(t, session.status, 300, session.text)
	require.Contains(t, session.text, "ann")
	again := server.ask(o.Program, http.MethodPost, ourHost+"/api/v1/sso/exchange", body)
	require.Equal(t, http.StatusUnauthorized, again.status)
}

// What one says of itself in metadata, the other one reads.
func TestMetadataRoundTrip(t *testing.T) {
	o := openOffice(t)
	next := identity.NewSigner(t, time.Hour)
	o.idp.Set(t, func(s *identity.Settings) { s.Next = next })
	for name, body := range map[string]map[string]any{
		"document": {"xml": o.idp.Metadata(t)}, "address": {"url": o.idp.MetadataURL()},
	} {
		t.Run(name, func(t *testing.T) {
			proposal := text(t, o.must(t, http.MethodPost, "/sso/import-metadata", body))
			for _, want := range []string{o.idp.SignOnURL(), o.idp.EntityID()} {
				require.Contains(t, proposal, want)
			}
			for _, signer := range []*identity.Signer{o.idp.Settings().Signer, next} {
				require.Contains(t, proposal, text(t, signer.PEM))
			}
		})
	}
}

// A user whom the provider made over SCIM signs in; just-in-time provisioning has
// nothing to do.
func TestSignInOfProvisionedUser(t *testing.T) {
	o := openOffice(t)
	section := o.section("Agent Desktop")
	section["jitProvisioningEnabled"], section["useTemplate"] = false, false
	delete(section, "templateUserId")
	o.connect(t, map[string]map[string]any{"Agent Desktop": section})
	o.people(t, "ann")
	refused := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "ann"})
	o.requireRefused(t, refused, "sso-user-unknown")

	o.must(t, http.MethodPost, "/integration-accounts", map[string]any{"type": "scim", "name": "SCIM", "properties": map[string]any{}})
	token := o.must(t, http.MethodPost, "/tokens", map[string]any{"name": "scim", "scopes": []string{"scim"}})["token"].(string)
	provider := bearerOf(t, token)
	provider.must(o.Program, http.MethodPost, ourHost+"/scim/v2/Users", text(t, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "ann", "active": true,
		"name": map[string]string{"givenName": "Ann", "familyName": "Archer"},
	}))
	got := o.visit(t, visit{Profile: "ann", Press: "Try again", Username: "ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "ann")
	require.Equal(t, "Archer", o.user(t, "ann")["lastName"], "a sign-in changes nobody")
}
