package handlers_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
	"admin-api/sso/assertion/assertiontest"
)

const (
	testsPath      = "/api/v1/sso/test-sign-ins"
	keysPath       = "/api/v1/sso/keys"
	adminReplyPath = "/admin/sso/redirect"
)

func (s *signOn) startTest(t testing.TB, section string) (api.SSOTest, string) {
	t.Helper()
	a := s.must(t, http.StatusCreated, call{Method: "POST", Path: testsPath, Body: `{"section":"` + section + `"}`})
	test := decode[api.SSOTest](t, a)
	require.Equal(t, testsPath+"/"+test.ID, a.Header.Get("Location"))
	require.Equal(t, models.SSOTestPending, test.Status)
	begin, ok := strings.CutPrefix(test.StartURL, "https://acme.example")
	require.True(t, ok, test.StartURL)
	return test, begin
}

func (s *signOn) test(t testing.TB, id string) api.SSOTest {
	t.Helper()
	return decode[api.SSOTest](t, s.must(t, http.StatusOK, call{Method: "GET", Path: testsPath + "/" + id}))
}

// A section that is off can be tried: the browser sees step by step what arrived, and
// nobody is signed in.
func TestTestSignIn(t *testing.T) {
	s := newSignOn(t)
	boss := s.user(t, "boss", "Administrator")
	test, begin := s.startTest(t, models.SectionAdmin)
	b := s.browser()
	id := b.begin(t, begin)
	page := b.bring(t, adminReplyPath, s.response(t, adminReplyPath, id, func(r *assertiontest.Response) { r.NameID = "boss" }))
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	for _, want := range []string{
		"The test sign-in succeeded", "Administrator portal", s.idp.Issuer, "acme.example_sso", "<code>boss</code>", "FirstName", "Jane",
		"R&amp;D &lt;west&gt;", "<td>passed</td>", "<code>conditions</code>",
	} {
		require.Contains(t, page.Body, want)
	}
	requireNothingInline(t, page)
	require.Empty(t, b.cookies["__Host-session"])
	done := s.test(t, test.ID)
	require.Equal(t, models.SSOTestPassed, done.Status)
	require.Empty(t, done.StartURL, "shown once")
	require.Equal(t, "boss", done.Result.User.Username)
	require.True(t, strings.HasSuffix(boss, done.Result.User.ID))
	require.True(t, done.Result.Verified)
	require.NotNil(t, done.Result.Certificate)

	used := s.browser().open(t, begin)
	refusedPage(t, http.StatusForbidden, used)
	require.Contains(t, used.Body, "/docs/problems/sso-test-unknown", "no trace has the reference")
	require.NotContains(t, used.Body, "Try again")
	failed, begin := s.startTest(t, models.SectionAgentDesktop)
	id = b.begin(t, begin)
	page = b.bring(t, replyPath, s.response(t, replyPath, id, func(r *assertiontest.Response) { r.Audience = "acme_sso" }))
	require.Equal(t, http.StatusOK, page.Status)
	for _, want := range []string{"The test sign-in failed", "/docs/problems/sso-audience-wrong", "<td><strong>failed</strong></td>", "acme_sso"} {
		require.Contains(t, page.Body, want)
	}
	require.NotContains(t, page.Body, "<dt>AD FS</dt>")
	done = s.test(t, failed.ID)
	require.Equal(t, []string{models.SSOTestFailed, "sso-audience-wrong"}, []string{done.Status, done.Result.Code})
	require.NotEmpty(t, done.Result.Remedy)

	list := decode[api.SSOTestPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: testsPath + "?pageSize=1"}))
	require.Equal(t, failed.ID, list.Items[0].ID)
	list = decode[api.SSOTestPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: testsPath + "?cursor=" + list.NextCursor}))
	require.Equal(t, test.ID, list.Items[0].ID)
	for body, code := range map[string]string{
		`{"section":"other"}`: api.CodeValidationFailed, `{}`: api.CodeValidationFailed, "": api.CodeMalformedJSON,
	} {
		s.refused(t, code, call{Method: "POST", Path: testsPath, Body: body})
	}
	_, begin = s.startTest(t, models.SectionAdmin)
	s.Clock.move(15*time.Minute + time.Second)
	refusedPage(t, http.StatusForbidden, s.browser().open(t, begin))
}

// The text of a failure in a test that is not verified says so.
func TestTestSignInOfAForgery(t *testing.T) {
	s := newSignOn(t)
	_, begin := s.startTest(t, models.SectionAgentDesktop)
	b := s.browser()
	id := b.begin(t, begin)
	page := b.bring(t, replyPath, s.response(t, replyPath, id, func(r *assertiontest.Response) {
		r.SignResponse, r.SignAssertion, r.NameID = false, false, "<b>admin"
	}))
	require.Contains(t, page.Body, "anybody may have written this")
	require.Contains(t, page.Body, "sso-not-signed")
	require.NotContains(t, page.Body, "<b>admin")
}

func TestTraces(t *testing.T) {
	s := newSignOn(t)
	who := s.user(t, "ann", "Agent")
	who = who[strings.LastIndex(who, "/")+1:]
	as := func(name string) func(*assertiontest.Response) {
		return func(r *assertiontest.Response) { r.NameID = name }
	}
	next(t, s.browser().signIn(t, as("Ann")))
	s.Clock.move(time.Second)
	refused := s.browser().signIn(t, as("nobody"))
	s.Clock.move(time.Second)
	s.traced(t, "sso-not-enabled", s.browser().open(t, "/admin/sso/login"))

	list := func(query string) []api.SSOTrace {
		t.Helper()
		return decode[api.SSOTracePage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tracesPath + "?" + query})).Items
	}
	require.Len(t, list(""), 3)
	reference := refusedPage(t, http.StatusForbidden, refused)
	dictated := strings.NewReplacer("-", "+", "0", "o", "1", "l").Replace(reference)
	for query, want := range map[string]string{
		"outcome=success": "Ann", "user=" + who: "Ann", "username=ANN": "Ann", "code=sso-user-unknown": "nobody", "section=admin": "",
		"reference=" + reference: "nobody", "reference=" + strings.ToLower(dictated): "nobody",
	} {
		items := list(query)
		require.Len(t, items, 1, query)
		require.Equal(t, want, items[0].Username, query)
		require.Nil(t, items[0].Result)
	}
	require.Empty(t, list("section=agentDesktop&code=sso-not-enabled"))
	whole := decode[api.SSOTrace](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tracesPath + "/" + list("outcome=success")[0].ID}))
	require.Equal(t, "203.0.113.7", whole.Address)
	require.Equal(t, who, whole.UserID)
	require.Equal(t, "Ann", whole.Result.Seen.NameID)
	require.Contains(t, whole.Result.Seen.XML, "Jane")
	require.NotContains(t, whole.Result.Seen.XML, "MII", "certificates and signatures are left out")
	for query, parameter := range map[string]string{"outcome=odd": "outcome", "section=odd": "section", "odd=1": "odd", "code=": "code"} {
		_, p := s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: tracesPath + "?" + query})
		require.Equal(t, parameter, p.Extra["parameter"])
	}
	narrow := s.token(t, models.ScopeAccountsRead)
	s.refused(t, api.CodeForbidden, call{Method: "GET", Path: tracesPath, Token: narrow})
}

// The page of a test sign-in says what to do in the words of the section's provider.
func TestTestSignInKnowsTheProvider(t *testing.T) {
	s := newSignOn(t)
	_, begin := s.startTest(t, models.SectionAgentDesktop)
	b := s.browser()
	id := b.begin(t, begin)
	s.change(t, `{"agentDesktop":{"identityProviderSsoUrl":"https://fs.example.net/adfs/ls/"}}`)
	page := b.bring(t, replyPath, s.response(t, replyPath, id, func(r *assertiontest.Response) {
		r.EncryptTo, r.Cipher, r.SignResponse = &assertiontest.StrangerKey().PublicKey, assertiontest.AES256CBC, false
	}))
	for _, want := range []string{"/docs/problems/sso-encryption-weak", "<dt>AD FS</dt><dd>It knows AES-CBC only", "<dt>Encrypted</dt>"} {
		require.Contains(t, page.Body, want)
	}
	require.NotContains(t, page.Body, "<dt>Okta</dt>")
}

// Assertions can be encrypted for a key pair of ours, and the key pair be rolled.
func TestKeyPairs(t *testing.T) {
	s := newSignOn(t)
	encrypted := func(to *rsa.PublicKey) func(*assertiontest.Response) {
		return func(r *assertiontest.Response) { r.EncryptTo = to }
	}
	public := func(k api.SSOKey) *rsa.PublicKey {
		block, _ := pem.Decode([]byte(k.Certificate))
		x, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		key, ok := x.PublicKey.(*rsa.PublicKey)
		require.True(t, ok)
		return key
	}
	s.traced(t, "sso-encrypted-no-key", s.browser().signIn(t, encrypted(&assertiontest.StrangerKey().PublicKey)))
	first := decode[api.SSOKey](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: keysPath}))
	require.Equal(t, signedInPath, next(t, s.browser().signIn(t, encrypted(public(first)))))
	s.Clock.move(time.Second)
	second := decode[api.SSOKey](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: keysPath}))
	for _, k := range []api.SSOKey{first, second} {
		require.Equal(t, signedInPath, next(t, s.browser().signIn(t, encrypted(public(k)))))
	}
	list := decode[api.SSOKeyList](t, s.must(t, http.StatusOK, call{Method: "GET", Path: keysPath}))
	require.Equal(t, []api.SSOKey{second, first}, list.Items)
	metadata := s.must(t, http.StatusOK, call{Method: "GET", Path: "/agentdesktop/sso/metadata", Token: "-"})
	block, _ := pem.Decode([]byte(second.Certificate))
	require.Equal(t, 1, strings.Count(metadata.Body, "<ds:X509Certificate>"), metadata.Body)
	require.Contains(t, metadata.Body, base64.StdEncoding.EncodeToString(block.Bytes), "the newest, which is to be used from now on")
	require.NotContains(t, s.Answered.String(), "PRIVATE KEY")

	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: keysPath + "/" + first.ID})
	s.traced(t, "sso-decryption-failed", s.browser().signIn(t, encrypted(public(first))))
	s.refused(t, api.CodeNotFound, call{Method: "DELETE", Path: keysPath + "/" + first.ID})
	for range 3 {
		s.must(t, http.StatusCreated, call{Method: "POST", Path: keysPath})
	}
	s.refused(t, api.CodeLimitReached, call{Method: "POST", Path: keysPath})
}

// The administrator portal has addresses of its own, and wants somebody who
// administers something.
func TestSingleSignOnOfAdministrators(t *testing.T) {
	s := newSignOn(t)
	s.user(t, "boss", "Administrator")
	as := func(begin, name string) *answer {
		b := s.browser()
		id := b.begin(t, begin)
		return b.bring(t, adminReplyPath, s.response(t, adminReplyPath, id, func(r *assertiontest.Response) { r.NameID = name }))
	}
	on := call{
		Method: "PATCH", Path: s.account, Body: `{"properties":{"admin":{"enabled":true}}}`, Header: []string{"If-Match", "*"},
	}
	s.refused(t, api.CodeWouldLockOut, on)
	_, begin := s.startTest(t, models.SectionAdmin)
	require.Contains(t, as(begin, "boss").Body, "The test sign-in succeeded")
	s.must(t, http.StatusOK, on)
	const login = "/admin/sso/login"
	s.traced(t, "sso-not-an-administrator", as(login, assertiontest.NameID))
	require.Equal(t, "/admin/sso/signed-in", next(t, as(login, "boss")))

	b := s.browser() // what is made out to one portal does not do at the other
	id := b.begin(t, loginPath)
	form := url.Values{"SAMLResponse": {s.response(t, replyPath, id, nil)}}
	s.traced(t, "sso-destination-wrong", b.ask(t, "POST", adminReplyPath, form.Encode(), "cross-site"))
	s.traced(t, "sso-request-unknown", b.bring(t, adminReplyPath, s.response(t, adminReplyPath, id, nil)))
}
