package singlesignon

import (
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"admin-api/integrations/platform/saml"
)

// entra is Microsoft Entra ID with one directory and one enterprise application, as
// far as the request of a sign-in goes. Its error pages keep the code in a script, as
// the real ones do.
type entra struct {
	directory, identifier string
	replyURLs             []string
	// code is an error that it shows whatever comes, on a page with the status.
	code   string
	status int
}

func newEntra() *entra {
	return &entra{
		directory: directory, identifier: ownIssuer, replyURLs: []string{"https://" + domain + "/agentdesktop/sso/redirect"},
	}
}

func (e *entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(path) != 2 || path[1] != "saml2" || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	e.page(w, path[0], r.URL.Query())
}

func (e *entra) page(w http.ResponseWriter, tenant string, query url.Values) {
	request, err := saml.ReadRedirected(query.Get("SAMLRequest"))
	status := e.status
	var code string
	switch {
	case e.code != "":
		code = e.code
	case query.Get("SAMLRequest") == "":
		code = "AADSTS750054: SAMLRequest or SAMLResponse must be present"
	case err != nil:
		code = "AADSTS75005: not a valid SAML 2.0 protocol message"
	case tenant != e.directory:
		code = "AADSTS90002: Tenant '" + tenant + "' not found"
	case request.Issuer != e.identifier:
		code = "AADSTS700016: Application with identifier '" + request.Issuer + "' was not found in the directory"
	case !slices.Contains(e.replyURLs, request.ReplyURL):
		code = "AADSTS50011: The reply URL '" + request.ReplyURL + "' specified in the request does not match"
	case query.Has("RelayState"):
		code = "a relay state that nobody asked for"
	}
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	text := "Sign in to your account"
	if code != "" {
		text = `$Config={"strServiceExceptionMessage":"` + code + `"};`
	}
	text = "<!DOCTYPE html><html><head><script>" + text + "</script></head>"
	_, _ = io.WriteString(w, text+strings.Repeat("<p>long</p>\n", 9000)+"</html>") //nolint:gosec // as Microsoft does
}

const (
	oktaURL    = "https://acme.okta.com/app/acme_contactcenter_1/exk1a2b3c4D5e6F7g8h9/sso/saml"
	oktaIssuer = "http://www.okta.com/exk1a2b3c4D5e6F7g8h9"
)

// okta is an organization with one application. Its metadata is public.
type okta struct {
	issuer       string
	certificates []*x509.Certificate

	mu       sync.Mutex
	requests []*saml.Request
	asked    []string
}

func (o *okta) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, r.Method+" "+r.Host+r.URL.Path)
	switch r.URL.Path {
	case "/app/acme_contactcenter_1/exk1a2b3c4D5e6F7g8h9/sso/saml":
		request, err := saml.ReadRedirected(r.URL.Query().Get("SAMLRequest"))
		if err != nil {
			http.Error(w, "no request", http.StatusBadRequest)
			return
		}
		o.requests = append(o.requests, request)
		w.Header().Set("Content-Type", "text/html;charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>acme - Sign In</title>")
	case "/app/exk1a2b3c4D5e6F7g8h9/sso/saml/metadata":
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, metadataOf(o.issuer, o.certificates...))
	default:
		http.NotFound(w, r)
	}
}

// metadataOf is longer than a page may be.
func metadataOf(issuer string, certificates ...*x509.Certificate) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><md:EntityDescriptor xmlns:md="` + saml.NamespaceMetadata + `" entityID="` + issuer + `">` +
		strings.Repeat(" ", 100<<10) +
		`<md:IDPSSODescriptor protocolSupportEnumeration="` + saml.NamespaceProtocol + `">`)
	for _, x := range certificates {
		b.WriteString(`<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="` + saml.NamespaceSignature +
			`"><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(x.Raw) +
			`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`)
	}
	b.WriteString(`<md:SingleSignOnService Binding="` + saml.BindingRedirect + `" Location="` + oktaURL +
		`"/></md:IDPSSODescriptor></md:EntityDescriptor>`)
	return b.String()
}
