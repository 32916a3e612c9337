package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/integrations/salesforce/salesforcetest"
)

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

	require.Regexp(t, `"level":"INFO","msg":"request","method":"GET","route":"`+callbackPath+`"`, s.Printed.String())
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
