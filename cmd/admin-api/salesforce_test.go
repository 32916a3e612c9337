package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/salesforce/salesforcetest"
)

// Nothing of an authorization but the refresh token's sealed form stays
// anywhere: not in files, not in the log, not in answers.
func TestAuthorizationLeavesNothing(t *testing.T) {
	org := salesforcetest.Organization{
		Host:    salesforcetest.Host,
		Consent: &salesforcetest.Consent{Callbacks: []string{"https://localhost/admin/salesforcecallback.html"}},
	}
	var mu sync.Mutex
	var hidden []string
	addr, authority := salesforcetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if verifier := r.PostFormValue("code_verifier"); verifier != "" {
			mu.Lock()
			hidden = append(hidden, verifier)
			mu.Unlock()
		}
		org.ServeHTTP(w, r)
	}))
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--outbound-connect-to", "*:443="+addr, "--outbound-ca", authority)
	var seen bytes.Buffer
	send := func(method, path, body string, header ...string) (answer, string) {
		res, out := r.do(t, method, path, body, header...)
		fmt.Fprintf(&seen, "%v\n%s\n", res.Header, out)
		return res, out
	}
	res, out := send(http.MethodPost, "/api/v1/integration-accounts", `{"type":"salesforce","name":"Sales","properties":{"url":"https://`+
		salesforcetest.Host+`","consumerKey":"`+salesforcetest.Key+`","consumerSecret":"`+salesforcetest.Secret+`"}}`)
	require.Equal(t, http.StatusCreated, res.StatusCode, out)
	at := res.Header.Get("Location")
	for range 2 {
		back := consent(t, r, org, at)
		query, err := url.ParseQuery(back[strings.IndexByte(back, '?')+1:])
		require.NoError(t, err)
		hidden = append(hidden, query.Get("state"))
		for _, path := range []string{back + "&code=twice", back + "x", back, back, back + "&error=" + query.Get("code")} {
			send(http.MethodGet, path, "", "Authorization", "")
		}
	}
	res, out = send(http.MethodGet, at+"/salesforce/limits", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, out, "DailyApiRequests", "the account works")
	for _, path := range []string{"", "/versions", "/versions/2", "/versions/3", "/checks"} {
		send(http.MethodGet, at+path, "")
	}
	command(t, r.data, "keys", "rotate")
	r.end(t)
	seen.WriteString(r.stdout.String())
	seen.WriteString(r.stderr.String())
	readAll(t, r.data, &seen)
	hidden = append(hidden, org.Consent.Issued()...)
	hidden = append(hidden, salesforcetest.Secret, salesforcetest.Access)
	require.Greater(t, len(hidden), 8)
	text := seen.String()
	require.Contains(t, text, "account.authorize", "the database was searched")
	for _, secret := range hidden {
		for i, form := range forms(secret) {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("something to hide was seen (form %d) after: %q", i, text[max(0, at-300):at])
			}
		}
	}
}

// consent begins an authorization and plays the browser; it returns with which
// path and query that comes back.
func consent(t *testing.T, r *running, org salesforcetest.Organization, at string) string {
	t.Helper()
	res, out := r.do(t, http.MethodPost, at+"/salesforce/authorize", "")
	require.Equal(t, http.StatusOK, res.StatusCode, out)
	var begun struct{ AuthorizationURL string }
	require.NoError(t, json.Unmarshal([]byte(out), &begun))
	w := httptest.NewRecorder()
	org.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, begun.AuthorizationURL, http.NoBody))
	back, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	return back.RequestURI()
}
