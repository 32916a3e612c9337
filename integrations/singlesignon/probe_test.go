package singlesignon

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

// outcome is how a probe ended, each step as "name status code".
type outcome struct {
	failure *integrations.Failure
	steps   []string
}

func probe(t *testing.T, document any, public string, remote http.HandlerFunc) outcome {
	t.Helper()
	raw, err := json.Marshal(document)
	require.NoError(t, err)
	p, ok := Definition.Decode(raw, nil, &validation.Context{Now: now, Domain: domain}).(*Properties)
	require.True(t, ok)
	s := integrationtest.Session(remote, now)
	s.Center = integrations.CenterAt(domain, public)
	var got outcome
	if err := p.Probe(t.Context(), s); err != nil {
		require.ErrorAs(t, err, &got.failure)
	}
	for _, step := range s.Steps() {
		line := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			line += " " + step.Failure.Code
			require.NotContains(t, step.Failure.Detail+step.Failure.Hint, foreign)
		}
		got.steps = append(got.steps, line)
	}
	return got
}

// foreign is what remote systems send, and nobody may pass on.
const foreign = "text of the provider"

func TestProbeOfAzure(t *testing.T) {
	tests := map[string]struct {
		change func(*entra)
		step   string // the last but the one that says that nothing is proved
		code   string // of the failure
	}{
		"in order":               {change: func(*entra) {}, step: "agent_desktop_request passed"},
		"unknown identifier":     {change: func(e *entra) { e.identifier = "acme_sso" }, code: "azure_identifier_not_found"},
		"unknown reply url":      {change: func(e *entra) { e.replyURLs = nil }, code: "azure_reply_url_unknown"},
		"unknown directory":      {change: func(e *entra) { e.directory = "another" }, code: "azure_directory_not_found"},
		"signed requests":        {change: func(e *entra) { e.code = "AADSTS76021: not signed" }, code: "azure_wants_signed_requests"},
		"message refused":        {change: func(e *entra) { e.code = "AADSTS75005: " + foreign }, code: "azure_request_refused"},
		"known, bad request":     {change: func(e *entra) { e.code, e.status = "AADSTS700016: x", 400 }, code: "azure_identifier_not_found"},
		"another, bad request":   {change: func(e *entra) { e.code, e.status = "AADSTS5000811: x", 400 }, code: "azure_error"},
		"another, on a page":     {change: func(e *entra) { e.code = "AADSTS50058: x" }, step: "agent_desktop_page warning azure_error"},
		"a number that is none":  {change: func(e *entra) { e.code = "AADSTS7000161234567" }, step: "agent_desktop_request passed"},
		"an error without code":  {change: func(e *entra) { e.code, e.status = "x", 400 }, code: "request_refused"},
		"out of order":           {change: func(e *entra) { e.status = 503 }, code: "remote_error"},
		"gone":                   {change: func(e *entra) { e.status = 410 }, code: "not_found"},
		"other binding demanded": {change: func(e *entra) { e.status = 405 }, code: "binding_not_allowed"},
	}
	section := azure(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			remote := newEntra()
			tt.change(remote)
			got := probe(t, members{"agentDesktop": section}, "", remote.ServeHTTP)
			if tt.code != "" {
				require.NotNil(t, got.failure)
				require.Equal(t, tt.code, got.failure.Code)
				require.Equal(t, "agent_desktop_request failed "+tt.code, got.steps[len(got.steps)-1])
				return
			}
			require.Nil(t, got.failure)
			require.Equal(t, []string{tt.step, "sign_in warning sign_in_not_proved"}, got.steps[len(got.steps)-2:])
		})
	}
}

// Each section asks for its own reply address, by the public address of the server.
func TestProbeAsksForEachSection(t *testing.T) {
	x := issued{}.pem(t)
	section := azure(t).provider(oktaURL, oktaIssuer).with("identityProviderCertificates", []string{x})
	remote := &okta{issuer: oktaIssuer, certificates: (&Section{IdentityProviderCertificates: []string{x}}).SigningCertificates()}
	got := probe(t, members{"agentDesktop": section, "admin": section}, "https://{domain}:8443", remote.ServeHTTP)
	require.Nil(t, got.failure)
	require.Equal(t, []string{
		"agent_desktop_values passed", "agent_desktop_request passed", "agent_desktop_certificates passed",
		"admin_values passed", "admin_request passed", "admin_certificates passed", "sign_in warning sign_in_not_proved",
	}, got.steps)
	require.Len(t, remote.requests, 2)
	for i, path := range []string{"/agentdesktop/sso/redirect", "/admin/sso/redirect"} {
		require.Equal(t, "https://"+domain+":8443"+path, remote.requests[i].ReplyURL)
		require.Equal(t, ownIssuer, remote.requests[i].Issuer)
		require.Equal(t, oktaURL, remote.requests[i].Destination)
		require.Equal(t, now, remote.requests[i].IssuedAt)
	}
	require.NotEqual(t, remote.requests[0].ID, remote.requests[1].ID)

	off := probe(t, members{"agentDesktop": section.with("enabled", false), "admin": section}, "", remote.ServeHTTP)
	require.Equal(t, "admin_values passed", off.steps[0], "only what is on")
	both := probe(t, members{"agentDesktop": section.with("enabled", false)}, "", remote.ServeHTTP)
	require.Equal(t, "agent_desktop_values passed", both.steps[0], "what could be switched on, if nothing is")
}

func TestProbeComparesCertificates(t *testing.T) {
	x, next, old := issued{}.pem(t), issued{}.pem(t), issued{from: -2 * year, to: -hour}.pem(t)
	at := func(texts ...string) *okta {
		return &okta{issuer: oktaIssuer, certificates: (&Section{IdentityProviderCertificates: texts}).SigningCertificates()}
	}
	tests := map[string]struct {
		remote *okta
		steps  []string
	}{
		"the same":         {at(x), []string{"agent_desktop_certificates passed"}},
		"rolled over":      {at(next), []string{"agent_desktop_certificates warning certificate_rolled_over"}},
		"about to":         {at(x, next), []string{"agent_desktop_certificates warning certificate_not_here"}},
		"an old one there": {at(x, old), []string{"agent_desktop_certificates passed"}},
		"another issuer": {
			&okta{issuer: "http://www.okta.com/other", certificates: at(x).certificates},
			[]string{"agent_desktop_certificates passed", "agent_desktop_issuer warning issuer_differs"},
		},
	}
	section := azure(t).provider(oktaURL, oktaIssuer).with("identityProviderCertificates", []string{x})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := probe(t, members{"agentDesktop": section}, "", tt.remote.ServeHTTP)
			require.Nil(t, got.failure)
			require.Equal(t, append([]string{"agent_desktop_values passed", "agent_desktop_request passed"}, tt.steps...),
				got.steps[:len(got.steps)-1])
			require.Contains(t, tt.remote.asked, "GET acme.okta.com/app/exk1a2b3c4D5e6F7g8h9/sso/saml/metadata")
		})
	}
}

func TestProbeOfOtherPages(t *testing.T) {
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			if kind == "Negotiate" {
				w.Header().Set("WWW-Authenticate", kind)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	const page = "<!DOCTYPE html><title>" + foreign + "</title>"
	tests := map[string]struct {
		url    string
		remote http.HandlerFunc
		code   string
		hint   string
	}{
		"a page":             {remote: answer(200, "text/html", page)},
		"a page, unlabelled": {remote: answer(200, "", page)},
		"windows asks":       {url: "https://adfs.acme.com/adfs/ls/", remote: answer(401, "Negotiate", page)},
		"metadata":           {remote: answer(200, "text/xml", metadataOf("x")[:900]), code: "metadata_address"},
		"json":               {remote: answer(200, "application/json", `{"x":"`+foreign+`"}`), code: "no_sign_in_page"},
		"nothing":            {remote: answer(204, "", ""), code: "no_sign_in_page"},
		"a challenge":        {remote: answer(401, "text/html", page), code: "credentials_rejected", hint: "networks"},
		"okta, inactive":     {url: oktaURL, remote: answer(404, "text/html", page), code: "not_found", hint: "inactive"},
		"okta, forbidden":    {url: oktaURL, remote: answer(403, "text/html", page), code: "permission_denied", hint: "inactive"},
		"google": {
			url: "https://accounts.google.com/o/saml2/idp?idpid=C01", remote: answer(403, "text/html", page),
			code: "permission_denied", hint: "User access",
		},
		"down":          {remote: answer(502, "text/html", page), code: "remote_error", hint: "Try again later"},
		"not an azure":  {remote: answer(200, "text/html", page+"AADSTS700016")},
		"unknown to it": {remote: answer(400, "text/html", page), code: "request_refused", hint: "entity id"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.url == "" {
				tt.url = "https://idp.acme.com/sso"
			}
			got := probe(t, members{"agentDesktop": azure(t).provider(tt.url, "https://idp.acme.com/")}, "", tt.remote)
			if tt.code == "" {
				require.Nil(t, got.failure)
				return
			}
			require.NotNil(t, got.failure)
			require.Equal(t, tt.code, got.failure.Code)
			require.Contains(t, got.failure.Hint, tt.hint)
		})
	}
}

// Some addresses are for HTTP-POST only.
func TestProbePosts(t *testing.T) {
	var form string
	remote := func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "acme.onelogin.com" {
			form = r.Method + " " + r.URL.RawQuery + r.PostFormValue("SAMLRequest")
		}
		w.Header().Set("Content-Type", "text/html")
	}
	section := azure(t).provider("https://acme.onelogin.com/trust/saml2/http-post/sso/123456", "https://app.onelogin.com/saml/metadata/123456")
	got := probe(t, members{"agentDesktop": section}, "", remote)
	require.Nil(t, got.failure)
	require.True(t, strings.HasPrefix(form, "POST P"), form)
	require.Contains(t, got.steps, "agent_desktop_metadata warning metadata_unreadable")
}

func TestProbeOfValues(t *testing.T) {
	nobody := func(http.ResponseWriter, *http.Request) { require.Fail(t, "nobody is asked") }
	tests := map[string]struct {
		document members
		code     string
	}{
		"nothing":   {members{}, "nothing_configured"},
		"no values": {members{"admin": members{"identityProviderSsoUrl": azureURL}}, "values_missing"},
		"expired": {
			members{"admin": azure(t).with("identityProviderCertificates", []string{issued{from: -year, to: -hour}.pem(t)})},
			"certificate_expired",
		},
	}
	for name, tt := range tests {
		got := probe(t, tt.document, "", nobody)
		require.NotNil(t, got.failure, name)
		require.Equal(t, tt.code, got.failure.Code, name)
	}
}

// Where one section cannot reach its provider, the other's turn is a waste of time; a
// wrong value says nothing of the other one's.
func TestProbeGoesOn(t *testing.T) {
	for status, steps := range map[int][]string{
		400: {"admin_values passed", "admin_request failed request_refused"},
		503: {"admin_values skipped", "admin_request skipped"},
	} {
		section := azure(t).provider("https://idp.acme.com/sso", "https://idp.acme.com/")
		got := probe(t, members{"agentDesktop": section, "admin": section}, "", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
		})
		require.Equal(t, steps, got.steps[2:], strconv.Itoa(status))
		require.NotNil(t, got.failure)
	}
}

func TestMetadataURL(t *testing.T) {
	for url, want := range map[string]string{
		azureURL: "", oktaURL: "https://acme.okta.com/app/exk1a2b3c4D5e6F7g8h9/sso/saml/metadata",
		"https://adfs.acme.com:8443/adfs/ls/":                         "https://adfs.acme.com:8443/FederationMetadata/2007-06/FederationMetadata.xml",
		"https://accounts.google.com/o/saml2/idp?idpid=C01":           "",
		"https://acme.onelogin.com/trust/saml2/http-redirect/sso/123": "https://app.onelogin.com/saml/metadata/123",
		"https://idp.acme.com/sso":                                    "",
		"https://acme.okta.com/":                                      "",
		"%":                                                           "",
	} {
		v := visit{Section: &Section{IdentityProviderSSOURL: url, IdentityProviderIssuer: "https://app.onelogin.com/saml/metadata/123"}}
		require.Equal(t, want, v.metadataURL(), url)
	}
}
