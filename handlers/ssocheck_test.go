package handlers_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/validation"
)

const federation = "https://adfs.zendesk.com/adfs/ls/" // of which the remote has a certificate

// federated is an account whose provider is an AD FS, and its metadata, which are longer
// than the answer of other types may be.
func federated(t *testing.T) (body, metadata string) {
	t.Helper()
	p, ok := singlesignon.Definition.Decode(json.RawMessage(singlesignon.Definition.Example), nil,
		&validation.Context{Domain: "acme.example"}).(*singlesignon.Properties)
	require.True(t, ok)
	p.AgentDesktop.IdentityProviderSSOURL = federation
	p.AgentDesktop.IdentityProviderIssuer = "http://adfs.zendesk.com/adfs/services/trust"
	text, err := json.Marshal(map[string]any{"type": "sso", "name": "AD FS", "properties": p})
	require.NoError(t, err)
	return string(text), `<md:EntityDescriptor xmlns:md="` + saml.NamespaceMetadata +
		`" entityID="http://adfs.zendesk.com/adfs/services/trust">` + strings.Repeat(" ", 200<<10) +
		`<md:IDPSSODescriptor protocolSupportEnumeration="` + saml.NamespaceProtocol +
		`"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="` + saml.NamespaceSignature +
		`"><ds:X509Data><ds:X509Certificate>` +
		base64.StdEncoding.EncodeToString(p.AgentDesktop.SigningCertificates()[0].Raw) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="` +
		saml.BindingRedirect + `" Location="` + federation + `"/></md:IDPSSODescriptor></md:EntityDescriptor>`
}

// A probe of single sign-on names our addresses as browsers see them, and reads
// metadata of AD FS over the way out.
func TestTestOfSingleSignOn(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.PublicURL = "https://{domain}:8443" })
	body, metadata := federated(t)
	requests := make(chan *saml.Request, 1)
	s.Remote.play(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/adfs/ls/":
			request, err := saml.ReadRedirected(r.URL.Query().Get("SAMLRequest"))
			if err != nil {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			requests <- request
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!DOCTYPE html>"+strings.Repeat("<p>Sign in</p>", 20<<10))
		case "/FederationMetadata/2007-06/FederationMetadata.xml":
			_, _ = io.WriteString(w, metadata)
		}
	})
	check := decode[api.Check](t, s.must(t, http.StatusOK, call{Method: "POST", Path: accountsPath + "/test", Body: body}))
	require.Equal(t, models.CheckPartial, check.Status, check.Steps)
	steps := map[string]string{}
	for _, step := range check.Steps {
		steps[step.Name] = step.Status + step.Code
	}
	require.Equal(t, map[string]string{
		"agent_desktop_values": "passed", "resolve": "passed", "connect": "passed", "tls": "passed",
		"agent_desktop_request": "passed", "agent_desktop_certificates": "passed", "sign_in": "warningsign_in_not_proved",
	}, steps)
	request := <-requests
	require.Equal(t, "https://acme.example:8443/agentdesktop/sso/redirect", request.ReplyURL)
	require.Equal(t, "acme.example_sso", request.Issuer)
}
