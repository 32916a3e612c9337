package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/sso/assertion/assertiontest"
)

const providerOrigin = "https://idp.example.net"

// from posts an answer as a page of the origin has the browser do.
func (b *browser) from(t testing.TB, origin, response string) *answer {
	t.Helper()
	b.origin = origin
	defer func() { b.origin = "" }()
	return b.bring(t, replyPath, response)
}

// A page that somebody in an office has open can have the browser send what it likes.
// That keeps nobody of the office from signing in: what browsers bring from the
// identity provider, and what people do, is counted by itself.
func TestPagesOfOthersShutNobodyOut(t *testing.T) {
	s := newSignOn(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 0.1, Burst: 3} })
	victim, colleague := s.browser(), s.browser()
	response := s.response(t, replyPath, colleague.begin(t, loginPath), nil)
	for _, origin := range []string{"https://evil.example", "null", "https://idp.example.net.evil.example"} {
		refusedPage(t, http.StatusBadRequest, victim.from(t, origin, "junk"))
	}
	a := victim.from(t, "null", "junk")
	refusedPage(t, http.StatusTooManyRequests, a)
	require.Contains(t, a.Body, api.CodeSSOTooMany)
	for range 3 { // and in a frame or an image
		a = victim.ask(t, "GET", loginPath+"?test=x", "", "cross-site")
		refusedPage(t, http.StatusTooManyRequests, a)
	}
	require.Equal(t, signedInPath, next(t, colleague.from(t, providerOrigin, response)))
	id := colleague.begin(t, loginPath)
	require.Equal(t, signedInPath, next(t, colleague.from(t, strings.ToUpper(providerOrigin), s.response(t, replyPath, id, nil))))
	victim.dest = "document" // nor is a provider kept away that does not let browsers tell whose page it is
	id = victim.begin(t, loginPath)
	require.Equal(t, signedInPath, next(t, victim.from(t, "null", s.response(t, replyPath, id, nil))))
	require.Equal(t, http.StatusFound, victim.ask(t, "GET", loginPath, "", "cross-site").Status)
	refusedPage(t, http.StatusTooManyRequests, victim.from(t, "https://evil.example", "junk"))
	victim.dest = ""
	followed := victim.follow(t, loginPath)
	require.Equal(t, http.StatusFound, followed.Status, "a link on another page")

	// Who fails at the provider's counts as before.
	for range 3 {
		s.traced(t, "sso-user-unknown", func() *answer {
			response := s.response(t, replyPath, victim.begin(t, loginPath), func(r *assertiontest.Response) { r.NameID = "nobody" })
			return victim.from(t, providerOrigin, response)
		}())
	}
	refusedPage(t, http.StatusTooManyRequests, victim.open(t, loginPath))
	refusedPage(t, http.StatusTooManyRequests, victim.from(t, providerOrigin, "junk"))
}

// follow goes to an address by a link on a page of another site.
func (b *browser) follow(t testing.TB, target string) *answer {
	t.Helper()
	b.clicked = true
	defer func() { b.clicked = false }()
	return b.ask(t, "GET", target, "", "cross-site")
}

// The page that goes on is of our origin, so it must not lead to the API: whoever wrote
// the link could otherwise have the browser ask what pages of other sites cannot.
func TestRelayStateLeadsToNoAPI(t *testing.T) {
	s := newSignOn(t)
	for _, path := range []string{
		"/api/v1/summary", "/API/v1/summary", "/./api/v1/summary", "/docs/../api/v1/summary", "/%61pi/v1/summary",
		"/docs/%2e%2e/api/v1/summary", "/api", "/scim/v2/Users", "/configapi/v2/scim/Users",
	} {
		b := s.browser()
		id := b.begin(t, loginPath+"?RelayState="+url.QueryEscape(path))
		require.Equal(t, signedInPath, next(t, b.bring(t, replyPath, s.response(t, replyPath, id, nil))), path)
	}
	b := s.browser()
	id := b.begin(t, loginPath+"?RelayState=/docs/problems/sso-expired%23x")
	require.Equal(t, "/docs/problems/sso-expired#x", next(t, b.bring(t, replyPath, s.response(t, replyPath, id, nil))))
}

// Whoever may test cannot fill the database with test sign-ins, nor keep others from them.
func TestTestSignInsAreBounded(t *testing.T) {
	s := newSignOn(t)
	start := call{Method: "POST", Path: testsPath, Body: `{"section":"agentDesktop"}`, Token: s.token(t, models.ScopeAccountsTest)}
	for range 30 {
		s.must(t, http.StatusCreated, start)
	}
	s.refused(t, api.CodeRateLimited, start)
	other := start
	other.Token = s.token(t, models.ScopeAccountsTest)
	s.must(t, http.StatusCreated, other)
	s.Clock.move(16 * 60e9)
	s.must(t, http.StatusCreated, start)
}

// What looks up whether single sign-on is on is counted, too.
func TestTheStartOfAgentDesktopIsCounted(t *testing.T) {
	s := newSignOn(t, func(c *handlers.Config) { c.RateLimit = handlers.Rate{PerSecond: 0.1, Burst: 2} })
	b := s.browser()
	for _, want := range []int{http.StatusFound, http.StatusFound, http.StatusTooManyRequests} {
		require.Equal(t, want, b.open(t, agentDesktopPath).Status)
	}
}

// The link of a test sign-in that was mangled does not sign in for real.
func TestMangledTestSignIns(t *testing.T) {
	s := newSignOn(t)
	for _, query := range []string{"?test=", "?test", "?test=%00", "?test=a&test=b", "?test=%ff"} {
		a := s.browser().open(t, loginPath+query)
		refusedPage(t, http.StatusForbidden, a)
		require.Contains(t, a.Body, "sso-test-unknown", query)
	}
}
