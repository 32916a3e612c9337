package handlers_test

import (
	"bytes"
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"html"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
	"admin-api/models"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

const (
	loginPath    = "/agentdesktop/sso/login"
	tracesPath   = "/api/v1/sso/traces"
	replyPath    = "/agentdesktop/sso/redirect"
	signedInPath = "/agentdesktop/sso/signed-in"
	ssoAddress   = "https://idp.example.net/sso"
)

// signOn is a stack behind a proxy that ends HTTPS, with an identity provider.
type signOn struct {
	*stack
	idp *assertiontest.Provider
	// account is its path.
	account string
}

func newSignOn(t testing.TB, options ...option) *signOn {
	t.Helper()
	s := &signOn{idp: assertiontest.New(t, assertiontest.Okta())}
	s.stack = newStack(t, append([]option{func(c *handlers.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	}}, options...)...)
	s.account = s.must(t, http.StatusCreated, call{
		Method: "POST", Path: accountsPath, Body: signOnAccount(t, s.idp, models.SectionAgentDesktop),
	}).Header.Get("Location")
	s.user(t, assertiontest.NameID, "Agent")
	return s
}

// signOnAccount is the document of an account with the sections on.
func signOnAccount(t testing.TB, idp *assertiontest.Provider, on ...string) string {
	t.Helper()
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: idp.Certificate.Raw}))
	properties := map[string]any{}
	for _, name := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
		properties[name] = map[string]any{
			"enabled": slices.Contains(on, name), "identityProviderSsoUrl": ssoAddress, "identityProviderIssuer": idp.Issuer,
			"identityProviderCertificates": []string{certificate},
		}
	}
	b, err := json.Marshal(map[string]any{"type": "sso", "name": "IdP", "properties": properties})
	require.NoError(t, err)
	return string(b)
}

func (s *signOn) user(t testing.TB, name string, roles ...string) string {
	t.Helper()
	return s.must(t, http.StatusCreated, call{
		Method: "POST", Path: usersPath, Body: `{"username":"` + name + `","roles":["` + strings.Join(roles, `","`) + `"]}`,
	}).Header.Get("Location")
}

func (s *signOn) change(t testing.TB, properties string) {
	t.Helper()
	s.must(t, http.StatusOK, call{
		Method: "PATCH", Path: s.account, Body: `{"properties":` + properties + `}`, Header: []string{"If-Match", "*"},
	})
}

// browser keeps cookies, and goes where it is sent by hand.
type browser struct {
	s       *signOn
	host    string
	address string
	cookies map[string]string
	// origin is that of the page that sends, where the browser tells, and dest what the
	// answer is for; clicked: somebody clicked on it.
	origin, dest string
	clicked      bool
}

func (s *signOn) browser() *browser {
	return &browser{s: s, host: "acme.example", address: "203.0.113.7", cookies: map[string]string{}}
}

// ask sends a request of the browser; site is Sec-Fetch-Site.
func (b *browser) ask(t testing.TB, method, target, form, site string) *answer {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	header := []string{
		"Host", b.host, "X-Forwarded-Proto", "https", "X-Forwarded-For", b.address, "Sec-Fetch-Site", site, "Accept", "text/html,*/*;q=0.8",
	}
	var cookies []string
	for name, value := range b.cookies {
		cookies = append(cookies, name+"="+value)
	}
	slices.Sort(cookies)
	if cookies != nil {
		header = append(header, "Cookie", strings.Join(cookies, "; "))
	}
	if b.origin != "" {
		header = append(header, "Origin", b.origin)
	}
	if b.dest != "" {
		header = append(header, "Sec-Fetch-Dest", b.dest)
	}
	if b.clicked {
		header = append(header, "Sec-Fetch-User", "?1")
	}
	if form != "" {
		header = append(header, "Content-Type", "application/x-www-form-urlencoded")
	}
	a := b.s.do(t, call{Method: method, Path: u.RequestURI(), Body: form, Token: "-", Header: header})
	for _, line := range a.Header["Set-Cookie"] {
		c, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		require.True(t, c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "", line)
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return a
}

func (b *browser) open(t testing.TB, target string) *answer {
	t.Helper()
	return b.ask(t, "GET", target, "", "none")
}

// begin goes to a sign-in address and returns the id of the request.
func (b *browser) begin(t testing.TB, target string) string {
	t.Helper()
	a := b.open(t, target)
	require.Equal(t, http.StatusFound, a.Status, a.Body)
	to, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, ssoAddress, to.Scheme+"://"+to.Host+to.Path)
	return requestIDOf(t, to.Query().Get("SAMLRequest"), true)
}

var idAttribute = regexp.MustCompile(`\sID="([^"]+)"`)

func requestIDOf(t testing.TB, text string, deflated bool) string {
	t.Helper()
	xml, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	if deflated {
		xml, err = io.ReadAll(flate.NewReader(bytes.NewReader(xml)))
		require.NoError(t, err)
	}
	found := idAttribute.FindSubmatch(xml)
	require.NotNil(t, found, string(xml))
	return string(found[1])
}

// response is what the provider answers at a portal to a request.
func (s *signOn) response(t testing.TB, path, id string, change func(*assertiontest.Response)) string {
	t.Helper()
	return s.idp.Respond(t, assertion.Expectation{
		Issuer: s.idp.Issuer, Audience: "acme.example_sso", Recipient: "https://acme.example" + path,
		Certificates: []*x509.Certificate{s.idp.Certificate}, Now: s.Clock.now(),
	}, id, change)
}

// bring posts a response from the provider's site.
func (b *browser) bring(t testing.TB, path, response string) *answer {
	t.Helper()
	return b.ask(t, "POST", path, url.Values{"SAMLResponse": {response}}.Encode(), "cross-site")
}

// signIn goes all the way to Agent Desktop.
func (b *browser) signIn(t testing.TB, change func(*assertiontest.Response)) *answer {
	t.Helper()
	return b.bring(t, replyPath, b.s.response(t, replyPath, b.begin(t, loginPath), change))
}

var refresh = regexp.MustCompile(`<meta http-equiv="refresh" content="0; url=([^"]*)">`)

// next is where a page goes on to by itself.
func next(t testing.TB, a *answer) string {
	t.Helper()
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	found := refresh.FindStringSubmatch(a.Body)
	require.NotNil(t, found, a.Body)
	to := html.UnescapeString(found[1])
	require.Contains(t, html.UnescapeString(a.Body), `<a href="`+to+`"`, "for who has that switched off")
	return to
}

// refusedPage wants a page that says nothing of the reason, and returns the reference.
func refusedPage(t testing.TB, status int, a *answer) string {
	t.Helper()
	require.Equal(t, status, a.Status, a.Body)
	require.Contains(t, a.Body, "You are not signed in")
	found := regexp.MustCompile(`<dt>Reference</dt><dd><code>([^<]+)</code>`).FindStringSubmatch(a.Body)
	require.NotNil(t, found, a.Body)
	return found[1]
}

// traced wants the refusal to have a trace with the code.
func (s *signOn) traced(t testing.TB, code string, a *answer) {
	t.Helper()
	require.NotContains(t, a.Body, code, "the person is not told")
	reference := refusedPage(t, http.StatusForbidden, a)
	list := s.must(t, http.StatusOK, call{Method: "GET", Path: tracesPath + "?reference=" + reference})
	items := decode[struct{ Items []map[string]any }](t, list).Items
	require.Len(t, items, 1, list.Body)
	require.Equal(t, code, items[0]["code"], list.Body)
	require.Equal(t, models.OutcomeRefused, items[0]["outcome"])
}
