package handlers_test

import (
	"crypto/sha256"
	"encoding/base64"
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
	"admin-api/integrations/singlesignon"
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
		ConnectTo: []string{"*:443=" + addr}, CAFile: authority, Timeout: time.Minute,
	})
	require.NoError(t, err)
	s.stack = newStack(t, append([]option{func(c *handlers.Config) {
		c.Catalog = integrations.Catalog{salesforce.Definition, singlesignon.Definition, zendesk.Definition}
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
			Header: []string{"X-Forwarded-Host", "evil.example", "Forwarded", "host=evil.example"},
		}))
		require.Equal(t, want, a.RedirectURI)
		require.Equal(t, want, s.read(t).Computed["callbackUrl"], "what the account shows is what the app must know")
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
