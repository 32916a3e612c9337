package handlers_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/integrations"
	"admin-api/integrations/salesforce"
	"admin-api/integrations/salesforce/salesforcetest"
	"admin-api/integrations/zendesk"
	"admin-api/models"
	"admin-api/outbound"
)

const (
	callbackPath = "/admin/salesforcecallback.html"
	callbackURL  = "https://acme.example" + callbackPath
)

// sales is a stack with one Salesforce account, and the organization behind it.
type sales struct {
	*stack
	org salesforcetest.Organization
	// remote answers in the organization's place when set.
	remote http.HandlerFunc
	// forms are what the token endpoint was sent.
	mu    sync.Mutex
	forms []url.Values
	path  string // of the account
}

const salesforceBody = `{"type":"salesforce","name":"Sales <EU>","properties":{"url":"https://` + salesforcetest.Host +
	`","consumerKey":"` + salesforcetest.Key + `","consumerSecret":"` + salesforcetest.Secret + `"}}`

func newSales(t *testing.T, options ...option) *sales {
	t.Helper()
	s := &sales{org: salesforcetest.Organization{
		Host: salesforcetest.Host, Consent: &salesforcetest.Consent{Callbacks: []string{callbackURL}},
	}}
	addr, authority := salesforcetest.Serve(t, s)
	way, err := outbound.New(outbound.Config{
		ConnectTo: []string{"*:443=" + addr}, CAFile: authority, Timeout: time.Second,
	})
	require.NoError(t, err)
	s.stack = newStack(t, append([]option{func(c *handlers.Config) {
		c.Catalog = integrations.Catalog{salesforce.Definition, zendesk.Definition}
		c.Accounts.Catalog, c.Accounts.Outbound = c.Catalog, way
	}}, options...)...)
	s.path = s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: salesforceBody}).Header.Get("Location")
	return s
}

// ServeHTTP implements http.Handler.
func (s *sales) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if err := r.ParseForm(); err == nil && r.Method == http.MethodPost {
		s.forms = append(s.forms, r.PostForm)
	}
	remote := s.remote
	s.mu.Unlock()
	if remote != nil {
		remote(w, r)
		return
	}
	s.org.ServeHTTP(w, r)
}

// play lets another remote answer; nil is the organization.
func (s *sales) play(remote http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remote = remote
}

func (s *sales) sent() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]url.Values(nil), s.forms...)
}

func (s *sales) begin(t *testing.T) api.Authorization {
	t.Helper()
	return decode[api.Authorization](t, s.must(t, http.StatusOK, call{Method: "POST", Path: s.path + "/salesforce/authorize"}))
}

// visit plays a browser at Salesforce; it returns the query with which it is
// sent back.
func (s *sales) visit(t *testing.T, authorizationURL string) url.Values {
	t.Helper()
	w := httptest.NewRecorder()
	s.org.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, authorizationURL, http.NoBody))
	require.Equal(t, http.StatusFound, w.Code, w.Body.String())
	back, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	require.Equal(t, callbackURL, back.Scheme+"://"+back.Host+back.Path)
	return back.Query()
}

// arrive plays the browser that comes back.
func (s *sales) arrive(t *testing.T, query url.Values) *answer {
	t.Helper()
	return s.do(t, call{Method: "GET", Path: callbackPath + "?" + query.Encode(), Token: "-"})
}

// came is arrive, and fails the test unless the answer has the status and shows
// the code.
func (s *sales) came(t *testing.T, status int, code string, query url.Values) *answer {
	t.Helper()
	a := s.arrive(t, query)
	require.Equal(t, status, a.Status, a.Body)
	require.Contains(t, a.Body, "<code>"+code+"</code>")
	require.Contains(t, a.Body, "Salesforce is not connected")
	return a
}

func (s *sales) read(t *testing.T) api.Account {
	t.Helper()
	return decode[api.Account](t, s.must(t, http.StatusOK, call{Method: "GET", Path: s.path}))
}

// events returns the audit records of an operation.
func (s *sales) events(t *testing.T, operation string) []models.AuditEvent {
	t.Helper()
	var out []models.AuditEvent
	require.NoError(t, s.Store.WalkAudit(t.Context(), s.center.ID, func(e *models.AuditEvent) error {
		if e.Operation == operation {
			out = append(out, *e)
		}
		return nil
	}))
	return out
}

// inspectOutcome judges a page after a callback: nothing runs in it, and its
// address goes nowhere.
func inspectOutcome(t testing.TB, resp *http.Response, body []byte) {
	t.Helper()
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	require.Equal(t, "no-referrer", resp.Header.Get("Referrer-Policy"))
	policy := resp.Header.Get("Content-Security-Policy")
	require.NotContains(t, policy, "script-src")
	require.NotContains(t, policy, "unsafe")
	require.NotRegexp(t, inline, string(body))
	require.Empty(t, resp.Header.Get("Location"))
	require.Empty(t, resp.Header.Get("Set-Cookie"))
	for name, values := range resp.Request.URL.Query() {
		for _, value := range values {
			if len(value) > 3 { // "api" may stand anywhere
				require.NotContains(t, string(body), value, "%s comes back", name)
			}
		}
	}
}

func TestSalesforceAuthorization(t *testing.T) {
	s := newSales(t)
	before := s.read(t)
	a := s.begin(t)
	require.Equal(t, callbackURL, a.RedirectURI)
	require.Equal(t, before.Computed["callbackUrl"], a.RedirectURI, "what the account shows is what the app must know")
	require.Equal(t, s.Clock.now().Add(10*time.Minute), a.ExpiresAt.Time)
	to, err := url.Parse(a.AuthorizationURL)
	require.NoError(t, err)
	require.Equal(t, salesforcetest.Host, to.Host)
	require.Equal(t, "S256", to.Query().Get("code_challenge_method"))
	require.Equal(t, before, s.read(t), "to begin changes nothing")

	page := s.arrive(t, s.visit(t, a.AuthorizationURL))
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	for _, want := range []string{"Salesforce is connected", "Sales &lt;EU&gt;", "acme.example", salesforcetest.Identity} {
		require.Contains(t, page.Body, want)
	}
	form := s.sent()[0]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	require.Equal(t, to.Query().Get("code_challenge"), base64.RawURLEncoding.EncodeToString(sum[:]))
	require.Equal(t, callbackURL, form.Get("redirect_uri"))

	after := s.read(t)
	require.True(t, after.Secrets["/refreshToken"].Set)
	require.EqualValues(t, 1, after.Secrets["/refreshToken"].Version)
	require.Equal(t, before.Version+1, after.Version)
	require.Equal(t, models.HealthUnknown, after.Health.Status)
	require.Equal(t, before.CreatedBy, after.UpdatedBy)
	check := decode[api.Check](t, s.must(t, http.StatusOK, call{Method: "POST", Path: s.path + "/test"}))
	require.Equal(t, models.CheckPassed, check.Status, "the account works with what was stored")

	events := s.events(t, "account.authorize")
	require.Len(t, events, 1)
	require.Equal(t, models.OutcomeSuccess, events[0].Outcome)
	require.Equal(t, before.CreatedBy, events[0].Actor)
	require.NotEmpty(t, events[0].ActorName)
	require.NotEmpty(t, events[0].Address)
	require.Equal(t, "/refreshToken came by authorization in a browser as "+salesforcetest.Identity, events[0].Detail)
	require.JSONEq(t, `[{"pointer":"/properties/refreshToken","new":"set"}]`, string(events[0].Changes))
	versions := decode[api.VersionPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: s.path + "/versions"}))
	require.Equal(t, "authorize", versions.Items[0].Operation)

	s.must(t, http.StatusOK, call{Method: "POST", Path: s.path + "/test"})
	again := s.arrive(t, s.visit(t, s.begin(t).AuthorizationURL))
	require.Equal(t, http.StatusOK, again.Status, "an account can be authorized anew")
	require.EqualValues(t, 2, s.read(t).Secrets["/refreshToken"].Version)
	require.Equal(t, models.HealthUnknown, s.read(t).Health.Status, "what was known of the old token is forgotten")
}

func TestSalesforceAuthorizationOnce(t *testing.T) {
	s := newSales(t)
	first, second := s.begin(t), s.begin(t)
	back := s.visit(t, first.AuthorizationURL)
	require.Equal(t, http.StatusOK, s.arrive(t, back).Status)
	s.came(t, http.StatusConflict, "state_used", back)
	s.came(t, http.StatusConflict, "state_used", s.visit(t, first.AuthorizationURL))
	s.came(t, http.StatusConflict, "state_used", s.visit(t, second.AuthorizationURL))
	require.Len(t, s.sent(), 1, "no code of a used state is handed in")
	require.EqualValues(t, 1, s.read(t).Secrets["/refreshToken"].Version)

	s.must(t, http.StatusOK, call{
		Method: "PATCH", Path: s.path, Body: `{"properties":{"refreshToken":null}}`, Header: []string{"If-Match", "*"},
	})
	s.came(t, http.StatusConflict, "state_used", s.visit(t, first.AuthorizationURL))
	require.False(t, s.read(t).Secrets["/refreshToken"].Set, "clearing the token does not bring a used state back")
	events := s.events(t, "account.authorize")
	require.Len(t, events, 5)
	require.Equal(t, models.OutcomeRefused, events[4].Outcome)
	require.Equal(t, "authorization: state_used", events[4].Detail)
}

func TestSalesforceCallbackWithoutAState(t *testing.T) {
	s := newSales(t)
	good := s.visit(t, s.begin(t).AuthorizationURL)
	with := func(name, value string) url.Values {
		q := url.Values{"state": {good.Get("state")}, "code": {good.Get("code")}}
		q.Set(name, value)
		return q
	}
	state := good.Get("state")
	tampered := []byte(state)
	tampered[len(tampered)/2] ^= 1
	tests := []struct {
		name  string
		query url.Values
	}{
		{"nothing", url.Values{}},
		{"no state", with("state", "")},
		{"no code", with("code", "")},
		{"a word", with("state", "xyzzy")},
		{"tampered", with("state", string(tampered))},
		{"cut short", with("state", state[:len(state)-9])},
		{"longer", with("state", state+"AAAA")},
		{"spelt otherwise", with("state", state+"=")},
		{"endless", with("state", strings.Repeat("A", 60<<10))},
		{"endless code", with("code", strings.Repeat("A", 60<<10))},
		{"two states", url.Values{"state": {state, "x"}, "code": {good.Get("code")}}},
		{"two codes", url.Values{"state": {state}, "code": {good.Get("code"), "x"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { s.came(t, http.StatusBadRequest, "state_invalid", tt.query) })
	}
	a := s.do(t, call{Method: "GET", Path: callbackPath + "?state=%zz&code=" + good.Get("code"), Token: "-"})
	require.Equal(t, http.StatusBadRequest, a.Status)
	other := newSales(t).begin(t).AuthorizationURL
	s.came(t, http.StatusBadRequest, "state_invalid", s.visit(t, other)) // sealed by another key file
	require.Empty(t, s.sent())
	require.Equal(t, http.StatusOK, s.arrive(t, good).Status, "the right one still works")
}

func TestSalesforceCallbackTooLate(t *testing.T) {
	s := newSales(t)
	back := s.visit(t, s.begin(t).AuthorizationURL)
	s.Clock.move(10*time.Minute - time.Millisecond)
	other := s.visit(t, s.begin(t).AuthorizationURL)
	s.Clock.move(time.Millisecond)
	s.came(t, http.StatusBadRequest, "state_expired", back)
	require.Equal(t, http.StatusOK, s.arrive(t, other).Status)
}

// TestSalesforceAccountChanged: what was agreed to in the browser is what is
// written to, or nothing is.
func TestSalesforceAccountChanged(t *testing.T) {
	const secrets = `,"consumerSecret":"` + salesforcetest.Secret + `"`
	tests := []struct {
		name, code string
		change     func(t *testing.T, s *sales)
	}{
		{"other address", "account_changed", func(t *testing.T, s *sales) {
			t.Helper()
			s.patch(t, `{"properties":{"url":"https://evil.my.salesforce.com"`+secrets+`}}`)
		}},
		{"sandbox", "account_changed", func(t *testing.T, s *sales) {
			t.Helper()
			s.patch(t, `{"properties":{"sandboxEnvironment":true`+secrets+`}}`)
		}},
		{"other app", "account_changed", func(t *testing.T, s *sales) {
			t.Helper()
			s.patch(t, `{"properties":{"consumerKey":"3MVG9.OTHER"`+secrets+`}}`)
		}},
		{"there and back", "account_changed", func(t *testing.T, s *sales) {
			t.Helper()
			s.patch(t, `{"properties":{"url":"https://evil.my.salesforce.com"`+secrets+`}}`)
			s.patch(t, `{"properties":{"url":"https://`+salesforcetest.Host+`"`+secrets+`}}`)
		}},
		{"deleted", "account_gone", func(t *testing.T, s *sales) {
			t.Helper()
			s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: s.path, Header: []string{"If-Match", "*"}})
		}},
		{"deleted and back", "account_changed", func(t *testing.T, s *sales) {
			t.Helper()
			s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: s.path, Header: []string{"If-Match", "*"}})
			s.must(t, http.StatusOK, call{Method: "POST", Path: s.path + "/undelete"})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSales(t)
			back := s.visit(t, s.begin(t).AuthorizationURL)
			tt.change(t, s)
			s.came(t, http.StatusConflict, tt.code, back)
			require.Empty(t, s.sent(), "the code goes nowhere")
		})
	}
}

func (s *sales) patch(t *testing.T, body string) {
	t.Helper()
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: s.path, Body: body, Header: []string{"If-Match", "*"}})
}

// TestSalesforceChangedMeanwhile: the account changes while the code is handed in.
func TestSalesforceChangedMeanwhile(t *testing.T) {
	s := newSales(t)
	back := s.visit(t, s.begin(t).AuthorizationURL)
	s.play(func(w http.ResponseWriter, r *http.Request) {
		_, err := s.Accounts.Patch(r.Context(), s.principal(), strings.TrimPrefix(s.path, accountsPath+"/"),
			anyMatch, []byte(`{"description":"meanwhile"}`))
		if err != nil {
			t.Errorf("patch: %v", err)
		}
		s.org.ServeHTTP(w, r)
	})
	s.came(t, http.StatusConflict, "account_changed", back)
	require.False(t, s.read(t).Secrets["/refreshToken"].Set)
	require.Equal(t, "meanwhile", s.read(t).Description, "nobody's change is lost")
}

func TestSalesforceSaysNo(t *testing.T) {
	s := newSales(t)
	tests := map[string]string{
		"access_denied": "consent_denied", "redirect_uri_mismatch": "callback_unknown", "invalid_client_id": "client_rejected",
		"invalid_scope": "scope_refused", "OAUTH_APP_ACCESS_DENIED": "app_not_approved",
		`<img src=x onerror="alert(1)">`: "authorization_refused",
	}
	state := s.visit(t, s.begin(t).AuthorizationURL).Get("state")
	for said, want := range tests {
		s.came(t, http.StatusForbidden, want, url.Values{
			"state": {state}, "error": {said}, "error_description": {`Call <b>+1 555</b> "support" now`}, "code": {"c0de"},
		})
	}
	s.came(t, http.StatusBadRequest, "state_invalid", url.Values{"error": {"access_denied"}}) // anybody can say so
	require.Empty(t, s.sent())
	s.org.Consent.Denied = true
	s.came(t, http.StatusForbidden, "consent_denied", s.visit(t, s.begin(t).AuthorizationURL))
}

// TestSalesforceTokenEndpoint: the way to the token endpoint is guarded like any
// other, and what comes back is not trusted.
func TestSalesforceTokenEndpoint(t *testing.T) {
	granted := func(more string) string {
		return `{"access_token":"a","token_type":"Bearer","instance_url":"https://` + salesforcetest.Host + `"` + more + `}`
	}
	say := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { salesforcetest.Answer(w, status, body) }
	}
	done := make(chan struct{})
	defer close(done)
	tests := []struct {
		name, code string
		remote     http.HandlerFunc
	}{
		{"slow", "timeout", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-done:
			case <-r.Context().Done():
			}
		}},
		{"huge", "answer_too_large", say(200, granted(`,"x":"`+strings.Repeat("x", 80<<10)+`"`))},
		{"no refresh token", "no_refresh_token", say(200, granted(""))},
		{"empty refresh token", "no_refresh_token", say(200, granted(`,"refresh_token":""`))},
		{"refresh token that is none", "not_storable", say(200, granted(`,"refresh_token":"a b\n"`))},
		{"refresh token that is a mask", "not_storable", say(200, granted(`,"refresh_token":"********"`))},
		{"elsewhere", "instance_url_foreign", say(200, `{"access_token":"a","token_type":"Bearer","refresh_token":"r",`+
			`"instance_url":"https://evil.example"}`)},
		{"attacker's own organization", "other_organization", say(200, `{"access_token":"a","token_type":"Bearer",`+
			`"refresh_token":"r","instance_url":"https://evil.my.salesforce.com"}`)},
		{"redirect", "redirect_refused", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.my.salesforce.com/services/oauth2/token", http.StatusTemporaryRedirect)
		}},
		{"no JSON", "unexpected_answer", say(200, "<html>"+salesforcetest.Secret)},
		{"refused", "client_rejected", say(400, `{"error":"invalid_client","error_description":"`+salesforcetest.Secret+`"}`)},
		{"out of order", "remote_error", say(503, "")},
	}
	s := newSales(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			back := s.visit(t, s.begin(t).AuthorizationURL)
			s.play(tt.remote)
			defer s.play(nil)
			a := s.came(t, http.StatusBadGateway, tt.code, back)
			require.NotContains(t, a.Body, salesforcetest.Secret)
			require.False(t, s.read(t).Secrets["/refreshToken"].Set)
		})
	}
	require.Equal(t, http.StatusOK, s.arrive(t, s.visit(t, s.begin(t).AuthorizationURL)).Status)
	stolen := s.visit(t, s.begin(t).AuthorizationURL)
	mine := s.visit(t, s.begin(t).AuthorizationURL)
	stolen.Set("state", mine.Get("state"))
	s.came(t, http.StatusBadGateway, "code_rejected", stolen) // a code for another verifier
}

func TestSalesforceAuthorizeRefused(t *testing.T) {
	s := newSales(t)
	begin := func(path, token string) call {
		return call{Method: "POST", Path: path + "/salesforce/authorize", Token: token}
	}
	s.refused(t, api.CodeUnauthenticated, begin(s.path, "-"))
	s.refused(t, api.CodeForbidden, begin(s.path, s.token(t, models.ScopeAccountsRead, models.ScopeAccountsTest)))
	s.refused(t, api.CodeNotFound, begin(s.path, s.contactCenter(t, "other.example")))
	s.refused(t, api.CodeNotFound, begin(accountsPath+"/"+models.NewID(s.Clock.now()), ""))
	s.refused(t, api.CodeInvalidParameter, call{Method: "POST", Path: s.path + "/salesforce/authorize?x=1"})

	zendesk := accountsPath + "/" + s.create(t, "Support").ID
	_, p := s.refused(t, api.CodeValidationFailed, begin(zendesk, ""))
	require.Equal(t, "authorization_not_supported", p.Errors[0].Code)
	require.Equal(t, "#/type", p.Errors[0].Pointer)
	_, p = s.refused(t, api.CodeValidationFailed, call{Method: "GET", Path: zendesk + "/salesforce/limits"})
	require.Equal(t, "limits_not_supported", p.Errors[0].Code)

	bare := `{"type":"salesforce","name":"Bare","properties":{"url":"https://` + salesforcetest.Host + `"}}`
	at := s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: bare}).Header.Get("Location")
	_, p = s.refused(t, api.CodeValidationFailed, begin(at, ""))
	require.Equal(t, "#/properties/consumerKey", p.Errors[0].Pointer)
	require.Equal(t, "#/properties/consumerSecret", p.Errors[1].Pointer)

	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: s.path, Header: []string{"If-Match", "*"}})
	s.refused(t, api.CodeNotFound, begin(s.path, ""))
	s.refused(t, api.CodeMethodNotAllowed, call{Method: "GET", Path: s.path + "/salesforce/authorize"})
	s.refused(t, api.CodeMethodNotAllowed, call{Method: "POST", Path: callbackPath, Body: "{}"})
	require.Empty(t, s.sent())
}

// TestSalesforceCallbackAddress: it follows from settings, not from the request.
func TestSalesforceCallbackAddress(t *testing.T) {
	tests := map[string]string{
		"":                            callbackURL,
		"https://{domain}":            callbackURL,
		"https://{domain}:8443/":      "https://acme.example:8443" + callbackPath,
		"https://admin.provider.test": "https://admin.provider.test" + callbackPath,
		"http://localhost:8080":       "http://localhost:8080" + callbackPath,
	}
	for public, want := range tests {
		s := newSales(t, func(c *handlers.Config) { c.PublicURL = public })
		a := decode[api.Authorization](t, s.must(t, http.StatusOK, call{
			Method: "POST", Path: s.path + "/salesforce/authorize",
			Header: []string{"X-Forwarded-Host", "evil.example", "Origin", "https://evil.example", "Forwarded", "host=evil.example"},
		}))
		require.Equal(t, want, a.RedirectURI)
		require.NotContains(t, a.AuthorizationURL, "evil")
	}
	s := newSales(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+s.path+"/salesforce/authorize", http.NoBody)
	require.NoError(t, err)
	r.Host = "evil.example"
	r.Header.Set("Authorization", "Bearer "+s.Token)
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NotContains(t, string(body), "evil")
}

// TestSalesforceCallbackLookedAt: who looks before loading spends nothing.
func TestSalesforceCallbackLookedAt(t *testing.T) {
	s := newSales(t)
	back := s.visit(t, s.begin(t).AuthorizationURL)
	head := call{Method: "HEAD", Path: callbackPath + "?" + back.Encode(), Token: "-"}
	require.Equal(t, http.StatusOK, s.do(t, head).Status)
	require.Empty(t, s.sent())
	require.Equal(t, http.StatusOK, s.arrive(t, back).Status)
}

func TestSalesforceCallbackRates(t *testing.T) {
	s := newSales(t, func(c *handlers.Config) { c.Accounts.ProbesUnlimited = false })
	state := s.visit(t, s.begin(t).AuthorizationURL).Get("state")
	guess := url.Values{"state": {state}, "code": {"gue55"}}
	for range 6 {
		s.came(t, http.StatusBadGateway, "code_rejected", guess)
	}
	require.Equal(t, "10", s.came(t, http.StatusTooManyRequests, "rate-limited", guess).Header.Get("Retry-After"))
	require.Len(t, s.sent(), 6)
	require.Len(t, s.events(t, "account.authorize"), 6, "nor does it fill the audit record")

	bounded := newSales(t, func(c *handlers.Config) { c.RateLimit = handlers.Rate{PerSecond: 0.1, Burst: 3} })
	for range 3 {
		bounded.came(t, http.StatusBadRequest, "state_invalid", url.Values{})
	}
	bounded.came(t, http.StatusTooManyRequests, "rate-limited", url.Values{})
}

// TestSalesforceCallbackBeingTested: the callback waits its turn, and can be
// loaded again.
func TestSalesforceCallbackBeingTested(t *testing.T) {
	s := newSales(t)
	back := s.visit(t, s.begin(t).AuthorizationURL)
	asked, release := make(chan struct{}), make(chan struct{})
	s.play(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-release
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := s.Accounts.Test(t.Context(), s.principal(), strings.TrimPrefix(s.path, accountsPath+"/"), nil, nil)
		if err != nil {
			t.Errorf("test: %v", err)
		}
	})
	<-asked
	s.came(t, http.StatusTooManyRequests, "probe-running", back)
	s.refused(t, api.CodeProbeRunning, call{Method: "GET", Path: s.path + "/salesforce/limits"})
	close(release)
	wg.Wait()
	s.play(nil)
	require.Equal(t, http.StatusOK, s.arrive(t, back).Status)
}

func TestSalesforceLimits(t *testing.T) {
	s := newSales(t)
	limits := call{Method: "GET", Path: s.path + "/salesforce/limits"}
	got := decode[api.Limits](t, s.must(t, http.StatusOK, limits))
	require.Equal(t, models.CheckFailed, got.Status)
	require.Equal(t, "config", *got.Cause)
	require.Equal(t, "not_authorized", got.Steps[0].Code)
	require.NotNil(t, got.Limits)
	require.Empty(t, s.sent(), "there was nothing to ask with")

	require.Equal(t, http.StatusOK, s.arrive(t, s.visit(t, s.begin(t).AuthorizationURL)).Status)
	before := s.read(t)
	got = decode[api.Limits](t, s.must(t, http.StatusOK, limits))
	require.Equal(t, models.CheckPassed, got.Status)
	require.Nil(t, got.Cause)
	require.Contains(t, got.Limits, models.Usage{Name: "DailyApiRequests", Max: 15000, Remaining: 14982})
	require.Equal(t, salesforcetest.Identity, got.Identity)
	require.Equal(t, before.Version, got.AccountVersion)
	require.Equal(t, before, s.read(t), "nothing goes on record")

	s.org.Refused = "invalid_grant expired"
	got = decode[api.Limits](t, s.must(t, http.StatusOK, limits))
	require.Equal(t, "credentials", *got.Cause)
	require.Empty(t, got.Limits)

	limits.Token = s.token(t, models.ScopeAccountsRead, models.ScopeAccountsWrite)
	s.refused(t, api.CodeForbidden, limits)
	limits.Token = s.contactCenter(t, "other.example")
	s.refused(t, api.CodeNotFound, limits)
}

// TestSalesforceShowsNothing looks for what must not show wherever it could.
func TestSalesforceShowsNothing(t *testing.T) {
	s := newSales(t)
	var states []string
	var pages strings.Builder
	arrive := func(query url.Values) {
		states = append(states, query.Get("state"))
		a := s.arrive(t, query)
		pages.WriteString(a.Body)
		require.NoError(t, a.Header.Write(&pages))
	}
	first := s.visit(t, s.begin(t).AuthorizationURL)
	s.play(func(w http.ResponseWriter, r *http.Request) {
		salesforcetest.Answer(w, http.StatusBadRequest,
			`{"error":"invalid_grant","error_description":"`+r.PostForm.Encode()+`"}`)
	})
	arrive(first)
	s.play(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://evil.example/?"+r.PostForm.Encode())
		w.WriteHeader(http.StatusFound)
	})
	arrive(first)
	s.play(nil)
	arrive(first)
	arrive(first)
	arrive(url.Values{"state": first["state"], "error": {first.Get("code")}})
	answers := s.must(t, http.StatusOK, call{Method: "GET", Path: s.path + "/salesforce/limits"}).Body
	for _, path := range []string{"", "/versions", "/versions/1", "/versions/2", "/checks"} {
		answers += s.must(t, http.StatusOK, call{Method: "GET", Path: s.path + path}).Body
	}
	audit, err := json.Marshal(append(s.events(t, "account.authorize"), s.events(t, "account.create")...))
	require.NoError(t, err)

	hidden := append(s.org.Consent.Issued(), salesforcetest.Secret, salesforcetest.Access)
	for _, form := range s.sent() {
		if verifier := form.Get("code_verifier"); verifier != "" {
			hidden = append(hidden, verifier)
		}
	}
	hidden = append(hidden, states...)
	require.Greater(t, len(hidden), 8)
	for place, text := range map[string]string{
		"log": s.Printed.String(), "pages": pages.String(), "answers": answers, "audit": string(audit),
	} {
		require.NotEmpty(t, text)
		for _, word := range hidden {
			require.NotContains(t, text, word, place)
			require.NotContains(t, text, url.QueryEscape(word), place)
		}
	}
}
