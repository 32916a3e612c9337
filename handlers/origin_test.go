package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
)

// Pages of other sites change nothing, whatever credential the browser adds;
// programs, which say nothing of an origin, are not asked for one.
func TestOrigins(t *testing.T) {
	public := func(url string) option { return func(c *handlers.Config) { c.PublicURL = url } }
	for _, tt := range []struct {
		name   string
		public string
		header []string
		ok     bool
	}{
		{"a program", "", nil, true},
		{"our page", "", []string{"Sec-Fetch-Site", "same-origin"}, true},
		{"typed by hand", "", []string{"Sec-Fetch-Site", "none"}, true},
		{"another site", "", []string{"Sec-Fetch-Site", "cross-site"}, false},
		{"a sibling host", "", []string{"Sec-Fetch-Site", "same-site"}, false},
		{"another site that names us", "", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
		{"an old browser, our page", "", []string{"Host", "acme.example:8080", "Origin", "http://acme.example:8080"}, true},
		{"an old browser, another site", "", []string{"Host", "acme.example", "Origin", "https://evil.example"}, false},
		{"an old browser, another port", "", []string{"Host", "acme.example", "Origin", "https://acme.example:444"}, false},
		{"no origin at all", "", []string{"Host", "acme.example", "Origin", "null"}, false},
		{
			"a proxy that changes the port", "https://{domain}:8443",
			[]string{"Host", "acme.example", "Origin", "https://acme.example:8443"},
			true,
		},
		{
			"a proxy that changes the name", "https://admin.example",
			[]string{"Host", "127.0.0.1:8080", "Origin", "https://admin.example"},
			true,
		},
		{
			"another site behind that proxy", "https://admin.example",
			[]string{"Host", "127.0.0.1:8080", "Origin", "https://evil.example"},
			false,
		},
		{
			"another contact center", "https://{domain}",
			[]string{"Host", "acme.example", "Origin", "https://other.example"},
			false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStack(t, public(tt.public))
			in := call{
				Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-", Header: tt.header,
			}
			if tt.ok {
				s.must(t, http.StatusCreated, in)
				s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: zendeskBody("A"), Header: tt.header})
				return
			}
			s.refused(t, api.CodeCrossOrigin, in)
			s.refused(t, api.CodeCrossOrigin, call{Method: "POST", Path: accountsPath, Body: zendeskBody("A"), Header: tt.header})
			s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath, Header: tt.header})
		})
	}
}

// No operation that changes something is left out, but for the two to which browsers
// bring the answers of identity providers.
func TestOriginsOfEveryOperation(t *testing.T) {
	s := newStack(t)
	var open []string
	for _, r := range handlers.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		if r.Name == "sso.reply" {
			open = append(open, r.Path)
			continue
		}
		path := strings.NewReplacer("{id}", s.center.ID, "{key}", "k").Replace(r.Path)
		a := s.do(t, call{Method: r.Method, Path: path, Header: []string{"Sec-Fetch-Site", "cross-site"}})
		require.Equal(t, http.StatusForbidden, a.Status, r.Path)
	}
	require.Equal(t, []string{"/agentdesktop/sso/redirect", "/admin/sso/redirect"}, open)
	for _, path := range open {
		form := []string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "cross-site", "Origin", "https://idp.example"}
		a := s.do(t, call{Method: "POST", Path: path, Body: "SAMLResponse=PHNh", Token: "-", Header: form})
		require.NotContains(t, a.Body, api.CodeCrossOrigin)
		require.Contains(t, a.Body, api.CodeSSOHTTPSRequired, "judged by what it is")
	}
}
