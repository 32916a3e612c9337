package handlers_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/api"
	"admin-api/audit"
	"admin-api/events"
	"admin-api/handlers"
	"admin-api/integrations"
	"admin-api/integrations/remoteassistance"
	"admin-api/integrations/singlesignon"
	"admin-api/integrations/zendesk"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/scim"
	"admin-api/secret"
	"admin-api/sso"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/web"
)

// stack is the whole program but for its command line: services on an empty
// SQLite database behind a real HTTP server. Every exchange is judged by
// inspect, and everything that was answered or logged is kept.
type stack struct {
	URL string
	// Token carries every scope and acts in the contact center Domain.
	Token, Domain string
	Clock         *clock
	Store         *store.Store
	Access        *access.Service
	Accounts      *accounts.Service
	Events        *events.Service
	SSO           *sso.Service
	Server        *handlers.Server
	// Remote is where every outgoing connection ends.
	Remote *remote
	// Printed is the log, Answered every answer with its header fields.
	Printed, Answered *recorder

	client *http.Client
	close  func() // waits for the requests in flight
	// busy is held by each request until its handler has returned, which is
	// after the client has its answer: the log line comes in between.
	busy   sync.RWMutex
	center models.ContactCenter
}

// option changes how a stack is built.
type option func(*handlers.Config)

func newStack(t testing.TB, options ...option) *stack {
	t.Helper()
	s := &stack{
		Domain: "acme.example", Printed: &recorder{}, Answered: &recorder{}, Remote: newRemote(t),
		Clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
	}
	logger := slog.New(slog.NewJSONHandler(s.Printed, &slog.HandlerOptions{Level: slog.LevelDebug}))
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	s.Store = storetest.SQLite(t)
	chain := &audit.Log{Store: s.Store, Keys: keys, Logger: logger, Now: s.Clock.now}
	s.Access = &access.Service{Store: s.Store, Audit: chain, Now: s.Clock.now}
	way, err := outbound.New(outbound.Config{ConnectTo: []string{"*:443=" + s.Remote.Addr}, CAFile: s.Remote.CAFile})
	require.NoError(t, err)
	catalog := integrations.Catalog{zendesk.Definition, remoteassistance.Definition, singlesignon.Definition, waiting}
	s.Accounts = &accounts.Service{
		Store: s.Store, Catalog: catalog, Keys: keys, Audit: chain, Outbound: way, Logger: logger,
		Retention: 24 * time.Hour, ProbesUnlimited: true, Now: s.Clock.now,
	}
	s.Events = &events.Service{
		Store: s.Store, Keys: keys, Audit: chain, Outbound: way, Logger: logger, Poll: 20 * time.Millisecond, Now: s.Clock.now,
	}
	chain.OnCommit = s.Events.Committed
	s.SSO = &sso.Service{
		Store: s.Store, Access: s.Access, Audit: chain, Keys: keys, Outbound: way, Logger: logger, Now: s.Clock.now,
	}
	s.Accounts.SSOTestPassed, s.Access.SSOUnproven = s.SSO.AdminTestPassed, s.Accounts.SSOUnproven
	config := handlers.Config{
		Accounts: s.Accounts, Access: s.Access, Events: s.Events, SSO: s.SSO, SCIM: &scim.Service{Store: s.Store, Access: s.Access}, Catalog: catalog, Logger: logger, OpenAPI: []byte("openapi: 3.1.0\n"),
		Swagger: web.Swagger(), Registry: prometheus.NewRegistry(), Version: "test", Now: s.Clock.now,
	}
	for _, change := range options {
		change(&config)
	}
	s.Accounts.PublicURL, s.SSO.PublicURL = config.PublicURL, config.PublicURL
	s.Server, err = handlers.New(config)
	require.NoError(t, err)
	s.Accounts.Observe = s.Server.ObserveProbe
	s.bootstrap(t)
	s.serve(t)
	return s
}

func (s *stack) bootstrap(t testing.TB) {
	t.Helper()
	s.Token = strings.Repeat("all-scopes-", 4)
	_, err := s.Access.Bootstrap(t.Context(), access.Bootstrap{
		Domain: s.Domain, Admin: "admin", Password: "unused-in-these-tests", Token: s.Token, Features: []string{"all"},
	}, access.NewPasswords(1))
	require.NoError(t, err)
	center, err := s.Store.ContactCenterByDomain(t.Context(), s.Domain)
	require.NoError(t, err)
	s.center = *center
}

func (s *stack) serve(t testing.TB) {
	t.Helper()
	handler := s.Server.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == eventsPath { // may go on for ever
			handler.ServeHTTP(w, r)
			return
		}
		s.busy.RLock()
		defer s.busy.RUnlock()
		handler.ServeHTTP(w, r)
	}))
	s.URL, s.client, s.close = server.URL, server.Client(), server.Close
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(func() {
		s.Events.Close() // or the server waits for the streams
		server.Close()
	})
}

// token makes a token with the scopes in the first contact center.
func (s *stack) token(t testing.TB, scopes ...string) string {
	t.Helper()
	return s.tokenIn(t, s.center.ID, scopes...)
}

func (s *stack) tokenIn(t testing.TB, center string, scopes ...string) string {
	t.Helper()
	_, text, err := s.Access.CreateToken(t.Context(), access.Principal{ID: "system", Name: "test"}, access.NewTokenInput{
		ContactCenterID: center, Name: strings.Join(scopes, " "), Scopes: scopes,
	})
	require.NoError(t, err)
	return text
}

// contactCenter makes another contact center and returns a token in it that has
// every scope but provider.
func (s *stack) contactCenter(t testing.TB, domain string, features ...string) string {
	t.Helper()
	center := models.ContactCenter{
		ID: models.NewID(s.Clock.now()), Domain: domain, Name: domain, Features: features,
		Version: 1, CreatedAt: models.NewTime(s.Clock.now()), UpdatedAt: models.NewTime(s.Clock.now()),
	}
	require.NoError(t, s.Store.Tx(t.Context(), func(tx *store.Store) error {
		return tx.CreateContactCenter(t.Context(), &center)
	}))
	var scopes []string
	for _, scope := range models.AllScopes() {
		if scope != models.ScopeProvider {
			scopes = append(scopes, scope)
		}
	}
	return s.tokenIn(t, center.ID, scopes...)
}

// call is one request. Without a media type a body is sent as JSON, with PATCH
// as a merge patch.
type call struct {
	Method, Path, Body string
	// Token replaces that of the stack; "-" sends none.
	Token string
	// Header holds alternating names and values.
	Header []string
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// do sends a request and has the exchange judged.
func (s *stack) do(t testing.TB, c call) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.Method, s.URL+c.Path, strings.NewReader(c.Body))
	require.NoError(t, err)
	switch {
	case c.Body == "":
		r.Body, r.ContentLength = http.NoBody, 0
	case strings.HasPrefix(c.Path, "/scim/"):
		r.Header.Set("Content-Type", "application/scim+json")
	case c.Method == http.MethodPatch:
		r.Header.Set("Content-Type", "application/merge-patch+json")
	default:
		r.Header.Set("Content-Type", "application/json")
	}
	switch c.Token {
	case "":
		r.Header.Set("Authorization", "Bearer "+s.Token)
	case "-":
	default:
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if r.URL.Path == eventsPath { // else the answer goes on for ever
		r.Header.Set("Accept", "application/json")
	}
	for i := 0; i < len(c.Header); i += 2 {
		if c.Header[i] == "Host" {
			r.Host = c.Header[i+1]
			continue
		}
		if c.Header[i+1] == "" {
			r.Header.Del(c.Header[i])
			continue
		}
		r.Header.Set(c.Header[i], c.Header[i+1])
	}
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	s.busy.Lock()
	defer s.busy.Unlock()
	require.NoError(t, resp.Header.Write(s.Answered))
	_, err = s.Answered.Write(body)
	require.NoError(t, err)
	inspect(t, exchanged{Request: r, RequestBody: []byte(c.Body), Response: resp, Body: body})
	return &answer{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

// must is do, and fails the test unless the status is the one wanted.
func (s *stack) must(t testing.TB, status int, c call) *answer {
	t.Helper()
	a := s.do(t, c)
	require.Equal(t, status, a.Status, "%s %s: %s", c.Method, c.Path, a.Body)
	return a
}

// refused is do, and fails the test unless the answer is a problem of the kind.
func (s *stack) refused(t testing.TB, code string, c call) (*answer, api.Problem) {
	t.Helper()
	a := s.do(t, c)
	require.GreaterOrEqual(t, a.Status, 400, "%s %s: %s", c.Method, c.Path, a.Body)
	var p api.Problem
	require.NoError(t, json.Unmarshal([]byte(a.Body), &p))
	require.Equal(t, code, p.Code, "%s %s: %s", c.Method, c.Path, a.Body)
	return a, p
}

// turnedAway is refused in whatever form the route refuses, and returns the detail.
func (s *stack) turnedAway(t testing.TB, code string, c call) (*answer, string) {
	t.Helper()
	if !strings.HasPrefix(c.Path, scimPrefix) {
		a, p := s.refused(t, code, c)
		return a, p.Detail
	}
	a := s.must(t, kinds()[code].Status, c)
	return a, decode[api.SCIMError](t, a).Detail
}

// decode reads the answer into a value of the type.
func decode[T any](t testing.TB, a *answer) T {
	t.Helper()
	var v T
	require.NoError(t, json.Unmarshal([]byte(a.Body), &v), a.Body)
	return v
}

// Paths of the accounts.
const (
	accountsPath = "/api/v1/integration-accounts"
	typesPath    = "/api/v1/integration-types"
)

// Made-up secrets; no answer, log or record may hold them.
const (
	apiToken  = "k3Jd9sQ2mX7vB1nZ5tR8yW4cF6hL0pG3aE9uT2iK"
	newSecret = "Zz9YxWvUtSrQpOnMlKjIhGfEdCbA0987654321qwe"
)

// zendeskBody is a valid account of the type zendesk.
func zendeskBody(name string) string {
	return `{"type":"zendesk","name":"` + name + `","properties":{"url":"https://acme.zendesk.com",` +
		`"authorizationType":"apiToken","username":"ann@acme.com","apiToken":"` + apiToken + `"}}`
}

// create adds an account of the type zendesk.
func (s *stack) create(t testing.TB, name string) api.Account {
	t.Helper()
	return decode[api.Account](t, s.must(t, http.StatusCreated, call{
		Method: http.MethodPost, Path: accountsPath, Body: zendeskBody(name),
	}))
}

// requireNoSecret fails the test where something said holds a secret.
func (s *stack) requireNoSecret(t testing.TB) {
	t.Helper()
	for _, text := range []string{apiToken, newSecret} {
		require.NotContains(t, s.Printed.String(), text, "in the log")
		require.NotContains(t, s.Answered.String(), text, "in an answer")
	}
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// recorder keeps what is written to it.
type recorder struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (r *recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.Write(b)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buf.String()
}

// anyMatch overwrites whatever is stored.
var anyMatch = accounts.Match{Any: true}

// principal may do everything in the first contact center.
func (s *stack) principal() *access.Principal {
	return &access.Principal{ID: "system", Name: "test", Scopes: models.AllScopes(), ContactCenter: s.center}
}
