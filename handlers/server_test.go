package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

func TestUnknownPaths(t *testing.T) {
	s := newStack(t)
	for _, path := range []string{
		"/api", "/api/v1", "/api/v1/", "/api/v2/integration-accounts", accountsPath + "/", "//" + accountsPath[1:],
		typesPath + "/zendesk/more", accountsPath + "/x/nope", "/docs/nope", "/docs/problems/nope", "/docs/../api", "/health",
	} {
		t.Run(path, func(t *testing.T) {
			s.refused(t, api.CodeNotFound, call{Method: "GET", Path: path})
		})
	}
}

// Every path knows its methods, whoever asks, and says 405 to all others, the
// made-up ones included.
func TestMethods(t *testing.T) {
	s := newStack(t)
	byPath := map[string][]string{}
	for _, r := range handlers.Routes() {
		byPath[r.Path] = append(byPath[r.Path], r.Method)
		if r.Method == http.MethodGet {
			byPath[r.Path] = append(byPath[r.Path], http.MethodHead)
		}
	}
	for pattern, methods := range byPath {
		t.Run(pattern, func(t *testing.T) {
			path := strings.NewReplacer("{id}", "x", "{type}", "zendesk", "{version}", "1", "{key}", "k", "*", "x").Replace(pattern)
			a := s.must(t, http.StatusNoContent, call{Method: "OPTIONS", Path: path, Token: "-"})
			allow := strings.Split(a.Header.Get("Allow"), ", ")
			require.ElementsMatch(t, append(methods, "OPTIONS"), allow)
			require.Empty(t, a.Body)
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"} {
				if slices.Contains(methods, method) {
					continue
				}
				a := s.must(t, http.StatusMethodNotAllowed, call{Method: method, Path: path, Token: "-"})
				require.Equal(t, strings.Join(allow, ", "), a.Header.Get("Allow"), method)
			}
		})
	}
}

func TestRequestIDs(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath, Header: []string{"X-Request-Id", "mine-1"}})
	require.Equal(t, "mine-1", a.Header.Get("X-Request-Id"))
	require.Contains(t, s.Printed.String(), `"requestId":"mine-1"`)
	a = s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath, Header: []string{"X-Request-Id", "no spaces please"}})
	require.NotContains(t, a.Header.Get("X-Request-Id"), " ")
	s.do(t, call{Method: "POST", Path: accountsPath, Body: zendeskBody("A"), Header: []string{"X-Request-Id", "mine-2"}})
	require.Equal(t, "mine-2", s.lastRecord(t).RequestID)
	require.Equal(t, "127.0.0.1", s.lastRecord(t).Address)
}

func TestLog(t *testing.T) {
	s := newStack(t)
	id := s.create(t, "Support").ID
	s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "?q=findme", Header: []string{"User-Agent", "agent-x", "Cookie", "c00kie"}})
	s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "/" + id})
	s.must(t, http.StatusMethodNotAllowed, call{Method: "MADEUP", Path: accountsPath})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: "/no/such%0Apath/" + strings.Repeat("x", 300) + "end?q=findme"})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: accountsPath + "/agent-x"})
	printed := s.Printed.String()
	for _, hidden := range []string{"findme", "agent-x", "c00kie", s.Token, "Support", "MADEUP"} {
		require.NotContains(t, printed, hidden)
	}
	var line struct {
		Msg, Method, Route, Path, Account, Principal, ContactCenter, Remote, RequestID string
		Status, Bytes                                                                  int
		Ms                                                                             *float64
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	require.Contains(t, lines[len(lines)-2], `"route":"unmatched"`)
	require.Regexp(t, `"path":"/no/such%0Apath/x{100,200}"`, lines[len(lines)-2])
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-4]), &line))
	require.Equal(t, id, line.Account)
	require.Empty(t, line.Path)
	require.Equal(t, "request", line.Msg)
	require.Equal(t, "GET", line.Method)
	require.Equal(t, accountsPath+"/{id}", line.Route)
	require.Equal(t, http.StatusOK, line.Status)
	require.Positive(t, line.Bytes)
	require.NotNil(t, line.Ms)
	require.True(t, strings.HasPrefix(line.Principal, "token:"))
	require.Equal(t, s.Domain, line.ContactCenter)
	require.Equal(t, "127.0.0.1", line.Remote)
	require.NotEmpty(t, line.RequestID)
}

func TestHealth(t *testing.T) {
	down := errors.New("dial postgres://ann:hidden@db failed")
	var state error
	s := newStack(t, func(c *handlers.Config) {
		c.Ready = []handlers.ReadyCheck{
			{Name: "keys", Check: func(context.Context) error { return nil }},
			{Name: "database", Check: func(ctx context.Context) error {
				_, bounded := ctx.Deadline()
				require.True(t, bounded)
				return state
			}},
		}
	})
	live := call{Method: "GET", Path: "/healthz", Token: "-"}
	ready := call{Method: "GET", Path: "/readyz?probe=1", Token: "-"}
	require.JSONEq(t, `{"status":"ok"}`, s.must(t, http.StatusOK, live).Body)
	require.JSONEq(t, `{"status":"ok","checks":[{"name":"keys","status":"ok"},{"name":"database","status":"ok"}]}`,
		s.must(t, http.StatusOK, ready).Body)

	state = down
	s.Clock.move(time.Second)
	a := s.must(t, http.StatusServiceUnavailable, ready)
	require.JSONEq(t, `{"status":"failing","checks":[{"name":"keys","status":"ok"},{"name":"database","status":"failing"}]}`, a.Body)
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.Contains(t, s.Printed.String(), down.Error(), "the reason is for the operator's log")
	s.must(t, http.StatusOK, live)
}

// Anybody may ask as often as they like: the checks run once a second.
func TestReadinessIsLookedUpOnceASecond(t *testing.T) {
	looks := 0 // never two at a time, or the race detector tells
	asked, answer := make(chan struct{}), make(chan struct{})
	s := newStack(t, func(c *handlers.Config) {
		c.Ready = []handlers.ReadyCheck{{Name: "database", Check: func(ctx context.Context) error {
			looks++
			asked <- struct{}{}
			<-answer
			return ctx.Err()
		}}}
	})
	ready := call{Method: "GET", Path: "/readyz", Token: "-"}
	crowd := func() {
		var waiting sync.WaitGroup
		for range 8 {
			waiting.Go(func() {
				if res := s.do(t, ready); res.Status != http.StatusOK {
					t.Errorf("got %d: %s", res.Status, res.Body)
				}
			})
		}
		<-asked
		answer <- struct{}{}
		waiting.Wait()
	}
	crowd()
	require.Equal(t, 1, looks)
	s.Clock.move(999 * time.Millisecond)
	s.must(t, http.StatusOK, ready)
	require.Equal(t, 1, looks)
	s.Clock.move(time.Millisecond)
	crowd()
	require.Equal(t, 2, looks)

	// Who asked first has gone: the others get the truth nevertheless.
	s.Clock.move(time.Second)
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", http.NoBody)
		if err == nil {
			_, err = http.DefaultTransport.RoundTrip(req) //nolint:bodyclose // there is no answer
		}
		first <- err
	}()
	<-asked
	leave()
	require.ErrorIs(t, <-first, context.Canceled)
	answer <- struct{}{}
	s.must(t, http.StatusOK, ready)
	require.Equal(t, 3, looks)
}

func TestPanic(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) {
		c.Ready = []handlers.ReadyCheck{{Name: "odd", Check: func(context.Context) error { panic("boom inside") }}}
	})
	a := s.must(t, http.StatusInternalServerError, call{Method: "GET", Path: "/readyz", Token: "-"})
	require.Contains(t, a.Body, `"code":"internal-error"`)
	require.NotContains(t, a.Body, "boom")
	require.Contains(t, s.Printed.String(), "boom inside")
	require.Contains(t, s.Printed.String(), "health.go", "the stack is in the log")
	s.must(t, http.StatusOK, call{Method: "GET", Path: "/healthz"})
}

func TestMetrics(t *testing.T) {
	s := newStack(t)
	id := s.create(t, "Support").ID
	s.must(t, http.StatusOK, call{Method: "POST", Path: accountsPath + "/" + id + "/test"})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: "/made/up"})
	s.must(t, http.StatusMethodNotAllowed, call{Method: "MADEUP", Path: accountsPath})
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: "/metrics", Token: "-"})
	s.Server.ObserveDelivery(models.DeliveryDelivered)
	a := s.must(t, http.StatusOK, call{Method: "GET", Path: "/metrics"})
	for _, line := range []string{
		`admin_api_http_requests_total{method="POST",route="/api/v1/integration-accounts",status="201"} 1`,
		`admin_api_http_requests_total{method="GET",route="unmatched",status="404"} 1`,
		`admin_api_http_requests_total{method="OTHER",route="/api/v1/integration-accounts",status="405"} 1`,
		`admin_api_http_request_duration_seconds_count{method="POST",route="/api/v1/integration-accounts/{id}/test"} 1`,
		`admin_api_http_requests_in_flight 1`,
		`admin_api_probes_total{cause="",status="passed",type="zendesk"} 1`,
		`admin_api_webhook_attempts_total{status="delivered"} 1`,
		`admin_api_event_streams 0`,
		`admin_api_build_info{`,
	} {
		require.Contains(t, a.Body, line)
	}
	require.NotContains(t, a.Body, id)

	w := httptest.NewRecorder()
	s.Server.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	for _, path := range []string{"/", "/metrics/", "/healthz", typesPath} {
		w := httptest.NewRecorder()
		s.Server.MetricsHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, http.StatusNotFound, w.Code, path)
	}
}

func TestStrictTransportSecurity(t *testing.T) {
	const field = "Strict-Transport-Security"
	plain := newStack(t)
	spoofed := call{Method: "GET", Path: "/healthz", Header: []string{"X-Forwarded-Proto", "https"}}
	require.Empty(t, plain.must(t, http.StatusOK, spoofed).Header.Get(field))

	proxied := newStack(t, func(c *handlers.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	require.NotEmpty(t, proxied.must(t, http.StatusOK, spoofed).Header.Get(field))
	require.Empty(t, proxied.must(t, http.StatusOK, call{Method: "GET", Path: "/healthz"}).Header.Get(field))

	public := newStack(t, func(c *handlers.Config) { c.PublicURL = "https://acme.example" })
	require.NotEmpty(t, public.must(t, http.StatusOK, call{Method: "GET", Path: "/healthz"}).Header.Get(field))
}

// A client that sends a large body before it listens still gets the answer.
func TestBodyTooLargeIsAnswered(t *testing.T) {
	s := newStack(t)
	pipe, feed := io.Pipe()
	go func() {
		chunk := []byte(strings.Repeat(" ", 64<<10))
		for range 32 { // 2 MiB, of unknown length
			if _, err := feed.Write(chunk); err != nil {
				return
			}
		}
		feed.Close()
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+accountsPath, pipe)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)
}

func TestNewRefuses(t *testing.T) {
	_, err := handlers.New(handlers.Config{})
	require.Error(t, err)
}
