package handlers_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

// audited are the operations that must not be done unless they are on record:
// what changes something, and what shows secrets. Each makes ready what it needs
// and returns its request.
func audited() map[string]func(t *testing.T, s *sales) call {
	account := func(method, below, body string, header ...string) func(*testing.T, *sales) call {
		return func(_ *testing.T, s *sales) call {
			return call{Method: method, Path: s.path + below, Body: body, Header: header}
		}
	}
	overwrite := []string{"If-Match", "*"}
	return map[string]func(*testing.T, *sales) call{
		"POST /api/v1/integration-accounts": func(*testing.T, *sales) call {
			return call{Method: "POST", Path: accountsPath, Body: zendeskBody("new"), Header: []string{"Idempotency-Key", "k1"}}
		},
		"PUT /api/v1/integration-accounts/{id}":    account("PUT", "", strings.Replace(salesforceBody, "EU", "US", 1), overwrite...),
		"PATCH /api/v1/integration-accounts/{id}":  account("PATCH", "", `{"default":true,"name":"other"}`, overwrite...),
		"DELETE /api/v1/integration-accounts/{id}": account("DELETE", "", "", overwrite...),
		"POST /api/v1/integration-accounts/{id}/undelete": func(t *testing.T, s *sales) call {
			s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: s.path, Header: overwrite})
			return call{Method: "POST", Path: s.path + "/undelete"}
		},
		"POST /api/v1/integration-accounts/{id}/rollback": func(t *testing.T, s *sales) call {
			s.must(t, http.StatusOK, call{Method: "PATCH", Path: s.path, Header: overwrite, Body: `{"name":"other"}`})
			return call{Method: "POST", Path: s.path + "/rollback", Header: overwrite, Body: `{"version":1}`}
		},
		"PUT /api/v1/integration-accounts/{id}/references/{key}": account("PUT", "/references/k", `{"kind":"scenario","name":"IVR"}`),
		"DELETE /api/v1/integration-accounts/{id}/references/{key}": func(t *testing.T, s *sales) call {
			path := s.path + "/references/k"
			s.must(t, http.StatusNoContent, call{Method: "PUT", Path: path, Body: `{"kind":"scenario","name":"IVR"}`})
			return call{Method: "DELETE", Path: path}
		},
		"GET /api/v1/integration-accounts/{id}/credentials": account("GET", "/credentials", ""),
		"GET /admin/salesforcecallback.html": func(t *testing.T, s *sales) call {
			back := s.visit(t, s.begin(t).AuthorizationURL)
			return call{Method: "GET", Path: callbackPath + "?" + back.Encode(), Token: "-"}
		},
	}
}

// unaudited are operations with other methods than GET that change nothing, or,
// like the result of a probe, nothing that somebody decided.
func unaudited() map[string]bool {
	return map[string]bool{
		"POST /api/v1/integration-accounts/validate":                  true,
		"POST /api/v1/integration-accounts/test":                      true,
		"POST /api/v1/integration-accounts/{id}/test":                 true,
		"POST /api/v1/integration-accounts/{id}/salesforce/authorize": true,
		"POST /api/v1/audit-events/verify":                            true,
		"POST /api/v1/webhooks/{id}/test":                             true,
		"POST /api/v1/integration-accounts/export":                    true,
		"POST /api/v1/integration-accounts/plan":                      true,
		"POST /api/v1/sso/import-metadata":                            true,
		"POST /scim/v2/Users/.search":                                 true,
		"POST /scim/v2/Groups/.search":                                true,
		"POST /scim/v2/Bulk":                                          true,
	}
}

// No audit record, no change: whatever changes something fails where it cannot
// be recorded, and leaves every table as it was.
func TestNoRecordNoChange(t *testing.T) {
	ready := audited()
	maps.Copy(ready, auditedAround())
	maps.Copy(ready, auditedSSO())
	maps.Copy(ready, auditedSCIM())
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		prepare, known := ready[name]
		delete(ready, name)
		if !known {
			require.True(t, r.Method == http.MethodGet || unaudited()[name],
				"%s: add the operation to audited, with a request, or to unaudited if it changes nothing", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := newSales(t, func(c *handlers.Config) {
				if strings.Contains(r.Path, "/sso/") { // which browsers need HTTPS for
					c.PublicURL = "https://{domain}"
				}
			})
			c := prepare(t, s)
			s.sql(t, `CREATE TRIGGER no_record BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no'); END`)
			before := s.dump(t)
			a := s.attempt(t, c)
			require.GreaterOrEqual(t, a.Status, 500, a.Body)
			require.NotContains(t, a.Body, "consumerSecret")
			after := s.dump(t)
			delete(before, "sign_in_attempts") // which count before anything else
			delete(after, "sign_in_attempts")
			require.Equal(t, before, after)

			s.sql(t, `DROP TRIGGER no_record`)
			if r.Path == callbackPath {
				c = prepare(t, s) // the code is spent
			}
			a = s.attempt(t, c)
			require.Less(t, a.Status, 300, "the request itself is in order: %s", a.Body)
			after = s.dump(t)
			delete(after, "sign_in_attempts")
			require.NotEqual(t, before, after)
		})
	}
	require.Empty(t, ready, "there are no such routes")
}

// attempt is do without judging the answer: what it provokes is a failure.
func (s *stack) attempt(t testing.TB, c call) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.Method, s.URL+c.Path, strings.NewReader(c.Body))
	require.NoError(t, err)
	if c.Token != "-" {
		r.Header.Set("Authorization", "Bearer "+s.Token)
	}
	if c.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.Method == http.MethodPatch && !strings.HasPrefix(c.Path, scimPrefix) {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	for i := 0; i < len(c.Header); i += 2 {
		r.Header.Set(c.Header[i], c.Header[i+1])
	}
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return &answer{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

// Every refusal that deserves a trace leaves one, and none of the others does.
func TestRefusalsOnRecord(t *testing.T) {
	s := newStack(t)
	account := s.create(t, "a")
	path := accountsPath + "/" + account.ID
	s.must(t, http.StatusNoContent, call{Method: "PUT", Path: path + "/references/k", Body: `{"kind":"scenario","name":"IVR"}`})
	overwrite := []string{"If-Match", "*"}
	elsewhere := `{"properties":{"url":"https://evil.zendesk.com"}}`
	for _, tt := range []struct {
		call      call
		status    int
		operation string // on record; empty for none
		detail    string
	}{
		{call{Method: "DELETE", Path: path, Header: overwrite}, 409, "account.delete", "in use"},
		{call{Method: "PATCH", Path: path, Header: []string{"If-Match", `"9-0"`}, Body: `{"name":"b"}`}, 412, "account.update", "stale If-Match"},
		{call{Method: "PUT", Path: path, Header: []string{"If-Match", `"9-0"`}, Body: zendeskBody("b")}, 412, "account.update", "stale If-Match"},
		{call{Method: "DELETE", Path: path, Header: []string{"If-Match", `"9-0"`}}, 412, "account.delete", "stale If-Match"},
		{
			call{Method: "POST", Path: path + "/rollback", Header: []string{"If-Match", `"9-0"`}, Body: `{"version":1}`},
			412, "account.rollback", "stale If-Match",
		},
		{call{Method: "PATCH", Path: path, Header: overwrite, Body: elsewhere}, 422, "account.update", "secret_reentry_required"},
		{call{Method: "POST", Path: path + "/test", Body: elsewhere}, 422, "account.test", "secret_reentry_required"},
		{
			call{Method: "PATCH", Path: path, Header: overwrite, Body: `{"properties":{"apiToken":"********"}}`},
			422, "account.update", "secret_mask_submitted",
		},
		{
			call{Method: "POST", Path: accountsPath, Body: strings.Replace(zendeskBody("c"), apiToken, "[REDACTED]", 1)},
			422, "account.create", "secret_mask_submitted",
		},
		{call{Method: "POST", Path: accountsPath, Body: zendeskBody("a")}, 409, "", ""},
		{call{Method: "POST", Path: accountsPath, Body: `{"type":"zendesk"}`}, 422, "", ""},
		{call{Method: "GET", Path: accountsPath + "/" + models.NewID(s.Clock.now())}, 404, "", ""},
		{call{Method: "DELETE", Path: path}, 428, "", ""},
		{call{Method: "GET", Path: path, Token: "wrong"}, 401, "", ""},
	} {
		before := s.events(t, "outcome=refused")
		s.must(t, tt.status, tt.call)
		after := s.events(t, "outcome=refused")
		if tt.operation == "" {
			require.Len(t, after, len(before), "%s %s", tt.call.Method, tt.call.Path)
			continue
		}
		require.Len(t, after, len(before)+1, "%s %s", tt.call.Method, tt.call.Path)
		require.Equal(t, tt.operation, after[0].Operation)
		require.Contains(t, after[0].Detail, tt.detail)
	}
	require.Equal(t, account.ETag, decode[api.Account](t, s.must(t, 200, call{Method: "GET", Path: path})).ETag)
	s.must(t, http.StatusOK, call{Method: "GET", Path: path + "/credentials"})
	read := s.events(t, "operation=credentials.read")
	require.Len(t, read, 1)
	require.Equal(t, account.ID, read[0].TargetID)
}

// Whoever lacks the scope of an operation leaves a trace, whatever the operation.
func TestMissingScopesOnRecord(t *testing.T) {
	s := newStack(t)
	narrow := map[bool]string{
		false: s.token(t, models.ScopeMetrics), true: s.token(t, models.ScopeAccountsRead), // one lacks what the other has
	}
	id := models.NewID(s.Clock.now())
	n := 0
	for _, r := range handlers.Routes() {
		if r.Scope == "" || r.Scope == handlers.SignedIn {
			continue
		}
		path := strings.NewReplacer("{id}", id, "{deliveryId}", id, "{domain}", "other.example", "{key}", "k", "{version}", "1", "{type}", "zendesk", "{uri}", "urn:x", "{name}", "User").Replace(r.Path)
		c := call{Method: r.Method, Path: path, Token: narrow[r.Scope == models.ScopeMetrics]}
		_, detail := s.turnedAway(t, api.CodeForbidden, c)
		require.Contains(t, detail, "scope "+r.Scope)
		n++
		refused := s.events(t, "outcome=refused")
		require.Len(t, refused, n, path)
		require.Equal(t, r.Name, refused[0].Operation)
		require.Equal(t, fmt.Sprint("needs the scope ", r.Scope), refused[0].Detail)
		if strings.Contains(r.Path, "{id}") {
			require.Equal(t, id, refused[0].TargetID)
		}
	}
}
