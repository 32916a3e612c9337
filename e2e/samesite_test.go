//go:build full

package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
)

// The two hosts of the tests are different sites: what a browser keeps back from a
// post that comes from elsewhere, it keeps back here.
func TestProviderIsAnotherSite(t *testing.T) {
	authority := identity.NewAuthority(t)
	idp := identity.StartSimpleSAMLphp(t, authority, providerHost)
	const reply = "https://" + ourHost + "/reply"
	idp.Set(t, func(s *identity.Settings) {
		s.People = map[string]identity.Person{"ann": {Password: "p", Attributes: map[string][]string{"uid": {"ann"}}}}
		s.ServiceProviders = []string{`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="us">` +
			`<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
			`<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="` + reply +
			`" index="0"/></SPSSODescriptor></EntityDescriptor>`}
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/reply" {
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprintf(w, "came by %s with %s", r.Method, r.Header.Get("Cookie")) //nolint:gosec // plain text
			return
		}
		for name, mode := range map[string]http.SameSite{"lax": http.SameSiteLaxMode, "none": http.SameSiteNoneMode} {
			//nolint:gosec // that it differs is the point
			http.SetCookie(w, &http.Cookie{Name: "__Host-" + name, Value: "1", SameSite: mode, Path: "/", Secure: true, HttpOnly: true})
		}
		http.Redirect(w, r, idp.InitiatedURL("us", reply), http.StatusFound)
	}))
	t.Cleanup(server.Close)
	front := authority.NewFront(t, ourHost, strings.TrimPrefix(server.URL, "http://"))

	chromium := startBrowser(t, map[string]string{ourHost: front.Addr, providerHost: idp.Addr})
	got := chromium.do(t, visit{Profile: "ann", Open: "https://" + ourHost + "/", Username: "ann", Password: "p"})
	require.Empty(t, got.Failure, got.trail())
	require.Equal(t, reply, got.URL)
	require.Equal(t, "came by POST with __Host-none=1", got.Text)
}
