package contract_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	adminapi "admin-api"
	"admin-api/access"
	"admin-api/accounts"
	"admin-api/audit"
	"admin-api/contract/contracttest"
	"admin-api/events"
	"admin-api/handlers"
	"admin-api/integrations/catalog"
	"admin-api/outbound"
	"admin-api/scim"
	"admin-api/secret"
	"admin-api/sso"
	"admin-api/store"
	"admin-api/store/storetest"
)

// validator reads the contract once for all tests.
var validator = sync.OnceValue(func() *contracttest.Validator {
	return contracttest.New(new(testing.T), adminapi.OpenAPI)
})

// stack is the whole server on an empty SQLite database.
type stack struct {
	URL, Token string
	Store      *store.Store
	// Client checks every answer against the contract.
	Client *http.Client
}

// newStack starts a server. Its way out is strict and leads nowhere in these
// tests, unless one is given.
func newStack(t *testing.T, ways ...*outbound.Client) *stack {
	t.Helper()
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	db := storetest.SQLite(t)
	chain := &audit.Log{Store: db, Keys: keys}
	people := &access.Service{Store: db, Audit: chain}
	way, err := outbound.New(outbound.Config{})
	require.NoError(t, err)
	for _, given := range ways {
		way = given
	}
	types := catalog.All()
	server, err := handlers.New(handlers.Config{
		SCIM: &scim.Service{Store: db, Access: people},
		Accounts: &accounts.Service{
			Store: db, Catalog: types, Keys: keys, Audit: chain, Outbound: way, Retention: time.Hour,
			ProbesUnlimited: true,
		},
		Access: people, Events: &events.Service{Store: db, Keys: keys, Audit: chain, Outbound: way},
		SSO:     &sso.Service{Store: db, Access: people, Keys: keys, Audit: chain, Outbound: way},
		Catalog: types, OpenAPI: adminapi.OpenAPI,
		RateLimit: handlers.Rate{PerSecond: 1e6, Burst: 1e6},
	})
	require.NoError(t, err)
	s := &stack{Token: strings.Repeat("all-scopes-", 4), Store: db}
	_, err = people.Bootstrap(t.Context(), access.Bootstrap{
		Domain: "acme.example", Admin: "admin", Password: "unused-in-these-tests", Token: s.Token, Features: []string{"all"},
	}, access.NewPasswords(1))
	require.NoError(t, err)
	listener := httptest.NewServer(server.Handler())
	t.Cleanup(listener.Close)
	s.URL = listener.URL
	s.Client = &http.Client{
		Transport:     &checked{t: t, next: listener.Client().Transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

// authorize adds the token to a request; it is what the generated client calls
// an editor.
func (s *stack) authorize(r *http.Request) {
	r.Header.Set("Authorization", "Bearer "+s.Token)
}

// send sends one request, JSON where it has a body, and on the condition that
// whatever is stored is current.
func (s *stack) send(t *testing.T, method, path, body string) (status int, answer []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	s.authorize(r)
	r.Header.Set("If-Match", "*")
	switch {
	case body == "":
		r.Body, r.ContentLength = http.NoBody, 0
	case method == http.MethodPatch:
		r.Header.Set("Content-Type", "application/merge-patch+json")
	default:
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost || method == http.MethodGet {
		r.Header.Del("If-Match")
	}
	if strings.HasSuffix(path, "/rollback") {
		r.Header.Set("If-Match", "*")
	}
	resp, err := s.Client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, answer
}

// checked fails the test for every answer that the contract does not allow.
type checked struct {
	t    *testing.T
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (c *checked) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	validator().Check(c.t, r, resp, body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
