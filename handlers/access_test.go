package handlers_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

func TestUnauthenticated(t *testing.T) {
	s := newStack(t)
	tests := []struct {
		name, field, challenge string
	}{
		{"nothing", "", `Bearer realm="admin-api"`},
		{"another scheme", "Basic YTpi", `Bearer realm="admin-api"`},
		{"an empty token", "Bearer ", `Bearer realm="admin-api"`},
		{"an unknown token", "Bearer " + strings.Repeat("x", 40), `Bearer realm="admin-api", error="invalid_token"`},
		{"a doubled word", "Bearer bearer " + s.Token, `Bearer realm="admin-api", error="invalid_token"`},
		{"a huge token", "Bearer " + strings.Repeat("x", 4000), `Bearer realm="admin-api", error="invalid_token"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, p := s.refused(t, api.CodeUnauthenticated, call{
				Method: "GET", Path: accountsPath + "/nothing?odd=1", Token: "-", Header: []string{"Authorization", tt.field},
			})
			require.Equal(t, tt.challenge, a.Header.Get("WWW-Authenticate"))
			require.Equal(t, strings.Contains(tt.name, "doubled"), strings.Contains(p.Detail, "Bearer twice"), p.Detail)
		})
	}
}

// Every route refuses whoever lacks its scope, before it looks at anything
// else, and lets in whoever has just that.
func TestScopes(t *testing.T) {
	s := newStack(t)
	s.provision(t)
	id := s.create(t, "Support").ID
	for _, r := range handlers.Routes() {
		if r.Scope == "" || r.Scope == handlers.SignedIn {
			continue
		}
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			path := strings.NewReplacer("{id}", id, "{type}", "zendesk", "{version}", "1", "{key}", "k").Replace(r.Path)
			var others []string
			for _, scope := range models.AllScopes() {
				if scope != r.Scope {
					others = append(others, scope)
				}
			}
			a, detail := s.turnedAway(t, api.CodeForbidden, call{Method: r.Method, Path: path + "?odd=1", Token: s.token(t, others...)})
			require.Contains(t, detail, "needs the scope "+r.Scope)
			require.Equal(t, `Bearer realm="admin-api", error="insufficient_scope", scope="`+r.Scope+`"`, a.Header.Get("WWW-Authenticate"))
			require.Contains(t, s.lastRecord(t).Detail, r.Scope, "the refusal is on record")

			mine := s.do(t, call{Method: r.Method, Path: path, Token: s.token(t, r.Scope)})
			require.NotEqual(t, http.StatusForbidden, mine.Status, mine.Body)
			require.NotEqual(t, http.StatusUnauthorized, mine.Status, mine.Body)
		})
	}
}

func TestContactCenterHeader(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "other.example", models.AllFeatures()...)
	there := call{Method: "POST", Path: accountsPath, Body: zendeskBody("There"), Header: []string{"Contact-Center", "Other.Example"}}
	a := decode[api.Account](t, s.must(t, http.StatusCreated, there))
	at := accountsPath + "/" + a.ID
	require.Equal(t, "https://other.example/agentdesktop?zin=true", a.Computed["remoteLoginUrl"])

	s.must(t, http.StatusOK, call{Method: "GET", Path: at, Token: other})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at})
	_, p := s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at, Header: []string{"Contact-Center", "nowhere.example"}})
	require.Contains(t, p.Detail, "Contact-Center")
	s.refused(t, api.CodeForbidden, call{Method: "GET", Path: at, Token: other, Header: []string{"Contact-Center", s.Domain}})
	s.must(t, http.StatusOK, call{Method: "GET", Path: at, Token: other, Header: []string{"Contact-Center", "other.example"}})
}

// A suspended contact center can be looked at by the service provider, and that
// is all.
func TestSuspendedContactCenter(t *testing.T) {
	s := newStack(t)
	suspended := models.ContactCenter{
		ID: models.NewID(s.Clock.now()), Domain: "late.example", Features: models.AllFeatures(), Suspended: true,
		Version: 1, CreatedAt: models.NewTime(s.Clock.now()), UpdatedAt: models.NewTime(s.Clock.now()),
	}
	require.NoError(t, s.Store.CreateContactCenter(t.Context(), &suspended))
	own := s.tokenIn(t, suspended.ID, models.ScopeAccountsRead)
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: accountsPath, Token: own})

	looks := []string{models.ScopeAccountsRead, models.ScopeEventsRead, models.ScopeAuditRead, models.ScopeMetrics}
	for _, r := range handlers.Routes() {
		if slices.Contains([]string{"", handlers.SignedIn, models.ScopeProvider}, r.Scope) { // not about what is in it
			continue
		}
		path := strings.NewReplacer("{id}", suspended.ID, "{type}", "zendesk", "{version}", "1", "{key}", "k").Replace(r.Path)
		there := call{Method: r.Method, Path: path, Header: []string{"Contact-Center", suspended.Domain}}
		if slices.Contains(looks, r.Scope) {
			reads := r.Method == http.MethodGet || r.Name == "audit.verify" || r.Path == exportPath // which read a selection
			require.True(t, reads, "%s %s only looks", r.Method, r.Path)
			require.NotEqual(t, http.StatusForbidden, s.do(t, there).Status, r.Path)
			continue
		}
		_, detail := s.turnedAway(t, api.CodeForbidden, there)
		require.Contains(t, detail, "suspended")
	}
	events, err := s.Store.AuditEvents(t.Context(), models.AuditFilter{
		ContactCenterID: suspended.ID, Operation: "credentials.read", Page: models.Page{Limit: 9},
	})
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, models.OutcomeRefused, events[0].Outcome)
	require.Contains(t, events[0].Detail, "suspended")
}

func TestRateLimit(t *testing.T) {
	s := newStack(t, withRate(handlers.Rate{PerSecond: 1, Burst: 3}))
	get := call{Method: "GET", Path: typesPath}
	for left := range 3 {
		a := s.must(t, http.StatusOK, get)
		require.Equal(t, `"principal";q=3;w=3`, a.Header.Get("RateLimit-Policy"))
		require.Contains(t, a.Header.Get("RateLimit"), []string{"r=2", "r=1", "r=0"}[left])
	}
	a, _ := s.refused(t, api.CodeRateLimited, get)
	require.Equal(t, "1", a.Header.Get("Retry-After"))
	s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath, Token: s.token(t, models.ScopeAccountsRead)})
	s.must(t, http.StatusOK, call{Method: "GET", Path: "/healthz", Token: "-"})

	get.Token = "-"
	for range 3 {
		s.refused(t, api.CodeUnauthenticated, get)
	}
	a, _ = s.refused(t, api.CodeRateLimited, get)
	require.Equal(t, `"address";q=3;w=3`, a.Header.Get("RateLimit-Policy"))

	s.Clock.move(time.Second)
	s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath})
	s.refused(t, api.CodeUnauthenticated, get)
}

func TestRateLimitByForwardedAddress(t *testing.T) {
	s := newStack(t, withRate(handlers.Rate{PerSecond: 1, Burst: 1}), func(c *handlers.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	from := func(address string) call {
		return call{Method: "GET", Path: typesPath, Token: "-", Header: []string{"X-Forwarded-For", address}}
	}
	s.refused(t, api.CodeUnauthenticated, from("198.51.100.7"))
	s.refused(t, api.CodeRateLimited, from("198.51.100.7"))
	s.refused(t, api.CodeUnauthenticated, from("198.51.100.8"))
	require.Contains(t, s.Printed.String(), `"remote":"198.51.100.8"`)
}
