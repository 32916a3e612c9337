package handlers_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/sso/assertion/assertiontest"
)

func TestSingleSignOn(t *testing.T) {
	s := newSignOn(t)
	b := s.browser()
	a := b.open(t, "/")
	require.Equal(t, agentDesktopPath, a.Header.Get("Location"))
	a = b.open(t, agentDesktopPath)
	require.Equal(t, http.StatusFound, a.Status)
	require.Regexp(t, `^__Host-sso=[A-Za-z0-9_-]{43}; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=None$`, a.Header.Get("Set-Cookie"))
	kept := b.cookies["__Host-sso"]

	id := b.begin(t, loginPath)
	require.Equal(t, kept, b.cookies["__Host-sso"], "tabs share the secret of the browser")
	answer := b.bring(t, replyPath, s.response(t, replyPath, id, nil))
	require.Equal(t, signedInPath, next(t, answer))
	require.Regexp(t, `^__Host-session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax$`, answer.Header.Get("Set-Cookie"))
	requireNothingInline(t, answer)
	require.NotContains(t, answer.Body, b.cookies["__Host-session"])

	page := b.ask(t, "GET", signedInPath, "", "same-origin")
	require.Equal(t, http.StatusOK, page.Status)
	for _, want := range []string{assertiontest.NameID, "acme.example", "Agent Desktop", "single sign-on, idp.example.net", "UTC"} {
		require.Contains(t, page.Body, want)
	}
	session := []string{
		"Cookie", "__Host-session=" + b.cookies["__Host-session"], "X-Forwarded-Proto", "https", "Sec-Fetch-Site", "same-origin",
	}
	doc := decode[api.SignedIn](t, s.must(t, http.StatusOK, call{Method: "GET", Path: sessionPath, Token: "-", Header: session}))
	require.Equal(t, []string{models.SessionSSO, models.SectionAgentDesktop, b.address}, []string{doc.Session.Method, doc.Session.Portal, doc.Session.Address})

	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: sessionPath, Token: "-", Header: session})
	page = b.ask(t, "GET", signedInPath, "", "same-origin")
	require.Equal(t, http.StatusForbidden, page.Status)
	require.Contains(t, page.Body, `<a href="`+loginPath+`">Sign in</a>`)
	for _, secret := range []string{kept, b.cookies["__Host-session"]} {
		require.NotContains(t, s.Printed.String(), secret)
	}
}

const agentDesktopPath = "/agentdesktop/"

// What answers a cross-site post is a page, so that what follows comes from us: as a
// redirect it would be of the provider's site, and our own page would not know the session.
func TestWhyThePageGoesOnByItself(t *testing.T) {
	s := newSignOn(t)
	b := s.browser()
	to := next(t, b.signIn(t, nil))
	require.Equal(t, http.StatusForbidden, b.ask(t, "GET", to, "", "cross-site").Status)
	require.Equal(t, http.StatusOK, b.ask(t, "GET", to, "", "same-origin").Status)
}

func TestSignInBegunAtTheProvider(t *testing.T) {
	s := newSignOn(t)
	b := s.browser()
	s.traced(t, "sso-idp-initiated-refused", b.bring(t, replyPath, s.response(t, replyPath, "", nil)))
	s.change(t, `{"agentDesktop":{"allowIdpInitiated":true}}`)
	response := s.response(t, replyPath, "", nil)
	require.Equal(t, signedInPath, next(t, b.bring(t, replyPath, response)))
	s.traced(t, "sso-replayed", s.browser().bring(t, replyPath, response))

	// RelayState leads to paths of ours, and nowhere else.
	for state, want := range map[string]string{
		"/agentdesktop/app?x=1": "/agentdesktop/app?x=1", "https://evil.example/": signedInPath, "//evil.example": signedInPath,
		`/\evil.example`: signedInPath, "javascript:alert(1)": signedInPath,
	} {
		form := url.Values{"SAMLResponse": {s.response(t, replyPath, "", nil)}, "RelayState": {state}}
		a := b.ask(t, "POST", replyPath, form.Encode(), "cross-site")
		require.Equal(t, want, next(t, a), state)
		requireNothingInline(t, a)
	}
	form := url.Values{"SAMLResponse": {s.response(t, replyPath, "", nil)}, "RelayState": {`/"><script>x</script>`}}
	requireNothingInline(t, b.ask(t, "POST", replyPath, form.Encode(), "cross-site"))
}

// An answer is good in the browser in which the sign-in began, once.
func TestAnswersBelongToBrowsers(t *testing.T) {
	s := newSignOn(t)
	b, other := s.browser(), s.browser()
	response := s.response(t, replyPath, b.begin(t, loginPath), nil)
	s.traced(t, "sso-browser-unknown", other.bring(t, replyPath, response))
	other.begin(t, loginPath)
	s.traced(t, "sso-request-unknown", other.bring(t, replyPath, response))
	require.Equal(t, signedInPath, next(t, b.bring(t, replyPath, response)))
	s.traced(t, "sso-replayed", b.bring(t, replyPath, response))

	id := b.begin(t, loginPath)
	s.Clock.move(15*time.Minute + time.Second)
	s.traced(t, "sso-request-unknown", b.bring(t, replyPath, s.response(t, replyPath, id, nil)))

	id = b.begin(t, loginPath) // several cookies of the name are none
	b.cookies["__Host-sso"] += "; __Host-sso=x"
	s.traced(t, "sso-browser-unknown", b.bring(t, replyPath, s.response(t, replyPath, id, nil)))
}

func TestRefusedSignInsSayNothing(t *testing.T) {
	s := newSignOn(t)
	s.user(t, "boss", "Administrator")
	s.must(t, http.StatusCreated, call{Method: "POST", Path: usersPath, Body: `{"username":"gone","roles":["Agent"],"disabled":true}`})
	shape := func(change func(*assertiontest.Response)) string {
		a := s.browser().signIn(t, change)
		refusedPage(t, http.StatusForbidden, a)
		requireNothingInline(t, a)
		return regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`).ReplaceAllString(a.Body, "REFERENCE")
	}
	want := shape(func(r *assertiontest.Response) { r.NameID = "nobody" })
	for _, change := range []func(*assertiontest.Response){
		func(r *assertiontest.Response) { r.NameID = "gone" },
		func(r *assertiontest.Response) { r.Audience = "other_sso" },
		func(r *assertiontest.Response) { r.NotOnOrAfter = r.Issued.Add(-time.Hour) },
		func(r *assertiontest.Response) { r.SignResponse, r.SignAssertion = false, false },
	} {
		require.Equal(t, want, shape(change))
	}
	require.NotContains(t, want, "nobody")
	require.NotContains(t, s.Printed.String(), "nobody", "the log has no names")
}

// Where nothing was judged there is no trace to look at, so the page has the code.
func TestSignInsThatAreNone(t *testing.T) {
	s := newSignOn(t)
	b := s.browser()
	post := func(form string) *answer { return b.ask(t, "POST", replyPath, form, "cross-site") }
	tests := []struct {
		name   string
		status int
		code   string
		answer *answer
	}{
		{"no field", 400, api.CodeSSOResponseMissing, post("RelayState=x")},
		{"twice", 400, api.CodeSSOResponseMissing, post("SAMLResponse=a&SAMLResponse=a")},
		{"a large one", 413, api.CodeSSOResponseTooLarge, post("SAMLResponse=" + strings.Repeat("A", 256<<10+1))},
		{"a huge one", 413, api.CodeSSOResponseTooLarge, post("SAMLResponse=" + strings.Repeat("A", 1<<20))},
		{"JSON", 415, api.CodeSSOResponseMissing, s.do(t, call{Method: "POST", Path: replyPath, Body: `{}`, Token: "-"})},
		{"plain HTTP", 403, api.CodeSSOHTTPSRequired, s.do(t, call{Method: "GET", Path: loginPath, Token: "-", Header: []string{"Host", "acme.example"}})},
		{"an unknown host", 404, api.CodeSSOContactCenterUnknown, s.do(t, call{Method: "GET", Path: loginPath, Token: "-", Header: []string{"Host", "evil.example", "X-Forwarded-Proto", "https"}})},
		{"an unknown contact center", 404, api.CodeSSOContactCenterUnknown, b.open(t, loginPath+"?tenantUrl=evil.example")},
		{"two contact centers", 404, api.CodeSSOContactCenterUnknown, b.open(t, loginPath+"?tenantUrl=acme.example&tenantUrl=b.example")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refusedPage(t, tt.status, tt.answer)
			require.Contains(t, tt.answer.Body, `<a href="/docs/problems/`+tt.code+`"><code>`+tt.code+`</code></a>`)
			requireNothingInline(t, tt.answer)
		})
	}
	a := s.must(t, http.StatusOK, call{Method: "GET", Path: replyPath, Token: "-"})
	require.Contains(t, a.Body, "the address is right")
	a = s.must(t, http.StatusOK, call{Method: "GET", Path: replyPath + "?SAMLResponse=PHNhbWw%2B", Token: "-"})
	require.Contains(t, a.Body, "/docs/problems/sso-response-missing")
	require.NotContains(t, a.Body, "the address is right")
	require.Empty(t, s.do(t, call{Method: "HEAD", Path: loginPath, Token: "-"}).Header.Get("Set-Cookie"))
}

func TestSingleSignOnThatIsOff(t *testing.T) {
	s := newStack(t)
	for _, host := range []string{"acme.example", "127.0.0.1", "nobody.example"} {
		a := s.must(t, http.StatusOK, call{Method: "GET", Path: agentDesktopPath, Token: "-", Header: []string{"Host", host}})
		require.Contains(t, a.Body, "not switched on")
		require.Contains(t, a.Body, `href="/docs/"`)
	}
	on := newSignOn(t)
	a := on.browser().open(t, "/admin/sso/login")
	on.traced(t, "sso-not-enabled", a)
}

// Where tenantUrl names another contact center, the browser goes to that one's own
// address before anything begins; nowhere else, and not round in circles.
func TestTenantURL(t *testing.T) {
	s := newSignOn(t)
	s.contactCenter(t, "other.example", models.AllFeatures()...)
	for _, named := range []string{"other.example", "https://other.example", "https://Other.example:443/agentdesktop/x?y", "OTHER.example/"} {
		b := s.browser()
		a := b.open(t, loginPath+"?tenantUrl="+url.QueryEscape(named)+"&RelayState=%2Fa&next=https://evil.example")
		require.Equal(t, http.StatusFound, a.Status, named)
		require.Equal(t, "https://other.example"+loginPath+"?RelayState=%2Fa", a.Header.Get("Location"))
		require.Empty(t, b.cookies, "a cookie of this host would not be there")
	}
	b := s.browser()
	b.host = "other.example"
	require.Equal(t, "https://acme.example"+loginPath, b.open(t, loginPath+"?tenantUrl=acme.example").Header.Get("Location"))
	b.host = "acme.example"
	b.begin(t, loginPath+"?tenantUrl="+url.QueryEscape("https://acme.example/"))
	a := b.ask(t, "POST", replyPath+"?tenantUrl=other.example", "SAMLResponse=PHNh", "cross-site")
	refusedPage(t, http.StatusNotFound, a)

	a = s.must(t, http.StatusOK, call{Method: "GET", Path: "/agentdesktop/sso/metadata?tenantUrl=other.example", Token: "-"})
	require.Contains(t, a.Body, `entityID="other.example_sso"`)
	require.Equal(t, `attachment; filename="other.example.xml"`, a.Header.Get("Content-Disposition"))
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: "/admin/sso/metadata?tenantUrl=evil.example", Token: "-"})
	s.contactCenter(t, "plain.example")
	s.refused(t, api.CodeFeatureNotEnabled, call{Method: "GET", Path: "/admin/sso/metadata?tenantUrl=plain.example", Token: "-"})
}

// With one address for all, nobody is sent elsewhere, and answers mean the one contact
// center that there is.
func TestTenantURLAtOneAddress(t *testing.T) {
	s := newSignOn(t, func(c *handlers.Config) { c.PublicURL = "https://admin.example"; c.SSO.PublicURL = c.PublicURL })
	b := s.browser()
	b.host = "admin.example"
	id := b.begin(t, loginPath+"?tenantUrl=acme.example")
	response := s.response(t, replyPath, id, func(r *assertiontest.Response) {
		r.Destination, r.Recipient = "https://admin.example"+replyPath, "https://admin.example"+replyPath
	})
	require.Equal(t, signedInPath, next(t, b.bring(t, replyPath, response)))
	s.contactCenter(t, "other.example", models.AllFeatures()...)
	b.begin(t, loginPath+"?tenantUrl=acme.example")
	refusedPage(t, http.StatusNotFound, b.open(t, loginPath))

	b.host = "127.0.0.1" // a proxy that does not keep the host
	a := b.open(t, loginPath+"?tenantUrl=acme.example")
	require.Equal(t, "https://admin.example"+loginPath, a.Header.Get("Location"))
}

// The page that posts the request runs our one script, posts to the address that is in
// it, and works without the script as well.
func TestRequestByPost(t *testing.T) {
	const address = "https://acme.onelogin.com/trust/saml2/http-post/sso/12345?a=1&b=2"
	s := newSignOn(t)
	s.change(t, `{"agentDesktop":{"identityProviderSsoUrl":"`+address+`"}}`)
	b := s.browser()
	a := b.open(t, loginPath)
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	require.Contains(t, a.Body, `action="`+strings.ReplaceAll(address, "&", "&amp;")+`"`)
	require.Contains(t, a.Body, `<button type="submit">`)
	requireScriptAllowed(t, a)
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "form-action https:;")
	value := regexp.MustCompile(`name="SAMLRequest" value="([^"]+)"`).FindStringSubmatch(a.Body)
	require.NotNil(t, value)
	id := requestIDOf(t, strings.ReplaceAll(value[1], "&#43;", "+"), false)
	require.Equal(t, signedInPath, next(t, b.bring(t, replyPath, s.response(t, replyPath, id, nil))))
	requireScriptAllowed(t, b.ask(t, "GET", signedInPath, "", "same-origin"))

	s.change(t, `{"agentDesktop":{"requestBinding":"redirect"}}`)
	require.Contains(t, b.open(t, loginPath).Header.Get("Location"), "/http-post/sso/12345?a=1&b=2&SAMLRequest=")
	s.change(t, `{"agentDesktop":{"identityProviderSsoUrl":"https://idp.example/sso","requestBinding":"post"}}`)
	require.Contains(t, b.open(t, loginPath).Body, `action="https://idp.example/sso"`)
}

// requireScriptAllowed wants the one script of a page to be named by its policy, and
// no other.
func requireScriptAllowed(t *testing.T, a *answer) {
	t.Helper()
	scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(a.Body, -1)
	require.Len(t, scripts, 1)
	require.Equal(t, 1, strings.Count(a.Body, "<script"))
	sum := sha256.Sum256([]byte(scripts[0][1]))
	policy := a.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "script-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';")
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotRegexp(t, `(?i)<style|\sstyle=|\son[a-z]+=|javascript:`, a.Body)
}

func TestOneTimeCode(t *testing.T) {
	const desk = "https://desk.example/{domain}/app?tab=1"
	s := newSignOn(t, func(c *handlers.Config) { c.SSO.AgentDesktopURL = desk })
	to, err := url.Parse(next(t, s.browser().signIn(t, nil)))
	require.NoError(t, err)
	require.Equal(t, "https://desk.example/acme.example/app", to.Scheme+"://"+to.Host+to.Path)
	require.Equal(t, "1", to.Query().Get("tab"))
	code := to.Query().Get("code")
	exchange := func(code, host string) call {
		return call{
			Method: "POST", Path: "/api/v1/sso/exchange", Body: `{"code":"` + code + `"}`, Token: "-",
			Header: []string{"Host", host, "X-Forwarded-Proto", "https", "X-Forwarded-For", "198.51.100.9"},
		}
	}
	s.contactCenter(t, "other.example", models.AllFeatures()...)
	s.refused(t, api.CodeUnauthenticated, exchange(code, "other.example"))
	s.refused(t, api.CodeUnauthenticated, exchange(strings.Repeat("x", 43), "acme.example"))
	a := s.must(t, http.StatusCreated, exchange(code, "acme.example"))
	doc := decode[api.SignedIn](t, a)
	require.Equal(t, assertiontest.NameID, doc.User.Username)
	require.Equal(t, models.SectionAgentDesktop, doc.Session.Portal)
	require.Equal(t, sessionPath, a.Header.Get("Location"))
	c := cookieOf(t, a)
	s.must(t, http.StatusOK, call{
		Method: "GET", Path: mePath, Token: "-", Header: []string{"Cookie", c.Name + "=" + c.Value, "X-Forwarded-Proto", "https"},
	})
	s.refused(t, api.CodeUnauthenticated, exchange(code, "acme.example"))

	late, err := url.Parse(next(t, s.browser().signIn(t, nil)))
	require.NoError(t, err)
	s.Clock.move(time.Minute + time.Second)
	s.refused(t, api.CodeUnauthenticated, exchange(late.Query().Get("code"), "acme.example"))
	s.refused(t, api.CodeValidationFailed, exchange("", "acme.example"))
	require.NotContains(t, s.Printed.String(), code)
}

// An office is one address: only what fails counts against it.
func TestOnlyFailedSignInsCount(t *testing.T) {
	s := newSignOn(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 10. / 60, Burst: 10} })
	for range 15 {
		require.Equal(t, signedInPath, next(t, s.browser().signIn(t, nil)))
	}
	ready := s.browser()
	response := s.response(t, replyPath, ready.begin(t, loginPath), nil)
	for range 10 {
		s.traced(t, "sso-user-unknown", s.browser().signIn(t, func(r *assertiontest.Response) { r.NameID = "nobody" }))
	}
	for _, a := range []*answer{ready.bring(t, replyPath, response), s.browser().open(t, loginPath)} {
		refusedPage(t, http.StatusTooManyRequests, a)
		require.Contains(t, a.Body, api.CodeSSOTooMany)
		require.Equal(t, "6", a.Header.Get("Retry-After"))
	}
	elsewhere := s.browser()
	elsewhere.address = "198.51.100.7"
	require.Equal(t, signedInPath, next(t, elsewhere.signIn(t, nil)))
	s.Clock.move(7 * time.Second)
	require.Equal(t, signedInPath, next(t, ready.bring(t, replyPath, response)), "an answer that had to wait is still good")
}
