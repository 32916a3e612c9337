package handlers_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

// newSalesBehindAProxy is newSales where browsers come by HTTPS; it returns their
// header fields at the contact center's own domain as well.
func newSalesBehindAProxy(t *testing.T) (*sales, []string) {
	t.Helper()
	s := newSales(t, func(c *handlers.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	return s, []string{"Host", "acme.example", "X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.7"}
}

// signInAt signs the administrator in with the header fields, and returns those that
// the browser sends from then on.
func (s *stack) signInAt(t *testing.T, header []string) []string {
	t.Helper()
	c := cookieOf(t, s.must(t, http.StatusCreated, call{
		Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-", Header: header,
	}))
	return append(append([]string{}, header...), "Cookie", c.Name+"="+c.Value)
}

func (s *sales) beginIn(t *testing.T, browser []string) string {
	t.Helper()
	return decode[api.Authorization](t, s.must(t, http.StatusOK, call{
		Method: "POST", Path: s.path + "/salesforce/authorize", Token: "-", Header: browser,
	})).AuthorizationURL
}

// arriveIn plays the browser that Salesforce sends back.
func (s *sales) arriveIn(t *testing.T, browser []string, query url.Values) *answer {
	t.Helper()
	return s.do(t, call{
		Method: "GET", Path: callbackPath + "?" + query.Encode(), Token: "-",
		Header: append([]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, browser...),
	})
}

// TestSalesforceEndsInTheBrowserThatBegan: who is lured to consent to what somebody
// signed in elsewhere asked for, or comes by such an address, ends nothing.
func TestSalesforceEndsInTheBrowserThatBegan(t *testing.T) {
	s, stranger := newSalesBehindAProxy(t)
	browser, other := s.signInAt(t, stranger), s.signInAt(t, stranger)
	back := s.visit(t, s.beginIn(t, browser))
	for name, who := range map[string][]string{"nobody": stranger, "another session": other} {
		a := s.arriveIn(t, who, back)
		require.Equal(t, http.StatusBadRequest, a.Status, name)
		require.Contains(t, a.Body, "<code>other_browser</code>", name)
	}
	require.Empty(t, s.sent(), "no code is handed in")
	refused := s.events(t, "account.authorize")
	require.Len(t, refused, 2)
	require.Equal(t, models.OutcomeRefused, refused[0].Outcome)
	require.Equal(t, "authorization: other_browser", refused[0].Detail)

	require.Equal(t, http.StatusOK, s.arriveIn(t, browser, back).Status, "nothing was spent")
	require.True(t, s.read(t).Secrets["/refreshToken"].Set)
}

// TestSalesforceEndsWithTheSession: who signs out has begun nothing.
func TestSalesforceEndsWithTheSession(t *testing.T) {
	s, stranger := newSalesBehindAProxy(t)
	browser := s.signInAt(t, stranger)
	back := s.visit(t, s.beginIn(t, browser))
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: sessionPath, Token: "-", Header: browser})
	a := s.arriveIn(t, browser, back)
	require.Equal(t, http.StatusBadRequest, a.Status)
	require.Contains(t, a.Body, "<code>other_browser</code>")
	require.Empty(t, s.sent())
}

// TestSalesforceWithoutABrowser: a token has no browser to come back in, and a cookie
// of another host does not come along.
func TestSalesforceWithoutABrowser(t *testing.T) {
	s, stranger := newSalesBehindAProxy(t)
	require.Equal(t, http.StatusOK, s.arriveIn(t, stranger, s.visit(t, s.begin(t).AuthorizationURL)).Status)
	elsewhere := s.signInAt(t, nil)
	require.Equal(t, http.StatusOK, s.arriveIn(t, stranger, s.visit(t, s.beginIn(t, elsewhere))).Status)
}
