package handlers_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/store"
)

const auditPath = "/api/v1/audit-events"

var linesWanted = []string{"Accept", "application/x-ndjson"}

// events lists with a query, one page after the other.
func (s *stack) events(t *testing.T, query string) []api.AuditEvent {
	t.Helper()
	var all []api.AuditEvent
	next := auditPath + "?" + query
	for next != "" {
		a := s.must(t, http.StatusOK, call{Method: http.MethodGet, Path: next})
		page := decode[api.AuditEventPage](t, a)
		all = append(all, page.Items...)
		next = strings.TrimSuffix(strings.TrimPrefix(a.Header.Get("Link"), "<"), `>; rel="next"`)
		require.Equal(t, page.NextCursor == "", next == "")
	}
	return all
}

// export sends the same query for lines.
func (s *stack) export(t *testing.T, query string) (all []api.AuditEvent) {
	t.Helper()
	a := s.must(t, http.StatusOK, call{Method: http.MethodGet, Path: auditPath + "?" + query, Header: linesWanted})
	require.Equal(t, "application/x-ndjson", a.Header.Get("Content-Type"))
	for line := range strings.Lines(a.Body) {
		var e api.AuditEvent
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		all = append(all, e)
	}
	return all
}

// Everything that happened is in the list, with what changed of each member, and
// never a secret.
func TestAuditListShowsEachChange(t *testing.T) {
	s := newStack(t)
	account := s.create(t, "Support EU")
	s.must(t, http.StatusOK, call{
		Method: http.MethodPatch, Path: accountsPath + "/" + account.ID, Header: []string{"If-Match", "*"},
		Body: `{"name":"Support <US>","properties":{"apiToken":"` + newSecret + `"}}`,
	})
	s.refused(t, api.CodeVersionMismatch, call{
		Method: http.MethodDelete, Path: accountsPath + "/" + account.ID, Header: []string{"If-Match", `"1-0"`},
	})
	all := s.events(t, "pageSize=1")
	require.Len(t, all, 5)
	var operations []string
	for i, e := range all {
		require.EqualValues(t, 5-i, e.Sequence, "newest first, without gaps")
		operations = append(operations, e.Operation+" "+e.Outcome)
		require.Len(t, e.MAC, 64)
		require.NotNil(t, e.Changes)
	}
	require.Equal(t, []string{
		"account.delete refused", "account.update success", "account.create success", "token.create success",
		"contact-center.create success",
	}, operations)
	change := all[1]
	require.Equal(t, "account", change.TargetType)
	require.Equal(t, account.ID, change.TargetID)
	require.Equal(t, "127.0.0.1", change.Address)
	require.Equal(t, "bootstrap", change.ActorName)
	require.Contains(t, change.Changes, api.FieldChange{Pointer: "/name", Old: "Support EU", New: "Support <US>"})
	var pointers []string
	for _, c := range change.Changes {
		pointers = append(pointers, c.Pointer)
	}
	require.Contains(t, pointers, "/properties/apiToken")
	require.Equal(t, "stale If-Match", all[0].Detail)
	s.requireNoSecret(t)
	requireReversed(t, all, s.export(t, ""))
}

// requireReversed fails the test unless an export holds what the list does.
func requireReversed(t *testing.T, list, lines []api.AuditEvent) {
	t.Helper()
	require.Len(t, lines, len(list))
	for i := range list {
		require.Equal(t, list[i], lines[len(lines)-1-i])
	}
}

func TestAuditFilters(t *testing.T) {
	s := newStack(t)
	account := s.create(t, "a")
	s.Clock.move(time.Hour)
	other := s.create(t, "b")
	narrow := s.token(t, models.ScopeAccountsRead)
	s.refused(t, api.CodeForbidden, call{Method: http.MethodGet, Path: accountsPath + "/" + other.ID + "/credentials", Token: narrow})
	all := s.events(t, "")
	actor := all[0].Actor
	later := models.NewTime(s.Clock.now()).String()
	tests := map[string]func(e *api.AuditEvent) bool{
		"":                                   func(*api.AuditEvent) bool { return true },
		"from=" + later:                      func(e *api.AuditEvent) bool { return e.At.String() >= later },
		"to=" + later:                        func(e *api.AuditEvent) bool { return e.At.String() < later },
		"actor=" + actor:                     func(e *api.AuditEvent) bool { return e.Actor == actor },
		"operation=account.create":           func(e *api.AuditEvent) bool { return e.Operation == "account.create" },
		"target=" + account.ID:               func(e *api.AuditEvent) bool { return e.TargetID == account.ID },
		"targetType=token":                   func(e *api.AuditEvent) bool { return e.TargetType == "token" },
		"outcome=refused":                    func(e *api.AuditEvent) bool { return e.Outcome == "refused" },
		"actor=nobody":                       func(*api.AuditEvent) bool { return false },
		"target=" + strings.Repeat("x", 256): func(*api.AuditEvent) bool { return false },
		"operation=account.create&target=" + other.ID + "&outcome=success": func(e *api.AuditEvent) bool {
			return e.Operation == "account.create" && e.TargetID == other.ID
		},
		"from=" + url.QueryEscape("2026-03-01T13:00:00+00:00"): func(e *api.AuditEvent) bool { return e.At.String() >= later },
	}
	for query, keep := range tests {
		var want []api.AuditEvent
		for _, e := range all {
			if keep(&e) {
				want = append(want, e)
			}
		}
		for _, size := range []string{"&pageSize=1", "&pageSize=2", ""} {
			require.Equal(t, want, s.events(t, query+size), query)
		}
		requireReversed(t, want, s.export(t, query))
	}
}

// What cannot be meant is refused, and the answer names the parameter.
func TestAuditFiltersThatAreWrong(t *testing.T) {
	s := newStack(t)
	s.create(t, "a")
	tests := map[string]string{
		"from=yesterday": "from", "to=2026-13-01T00:00:00Z": "to", "from=": "from", "actor=": "actor", "operation=": "operation",
		"target=": "target", "targetType=": "targetType", "outcome=failed": "outcome", "outcome=": "outcome", "user=ann": "user",
		"targetId=x": "targetId", "actor=a&actor=b": "actor", "actor=%00": "actor", "operation=%ff": "operation",
		"target=" + strings.Repeat("x", 257): "target", "pageSize=0": "pageSize", "pageSize=201": "pageSize",
		"from=2026-03-01T12:00:00Z&to=2026-03-01T12:00:00Z": "to",
	}
	for query, parameter := range tests {
		for _, header := range [][]string{nil, linesWanted} {
			a, p := s.refused(t, api.CodeInvalidParameter, call{Method: http.MethodGet, Path: auditPath + "?" + query, Header: header})
			require.Equal(t, http.StatusBadRequest, a.Status)
			require.Equal(t, parameter, p.Extra["parameter"], query)
		}
	}
	for _, query := range []string{"pageSize=5", "cursor=x"} {
		_, p := s.refused(t, api.CodeInvalidParameter, call{Method: http.MethodGet, Path: auditPath + "?" + query, Header: linesWanted})
		require.Contains(t, p.Detail, "an export has no pages")
	}

	page := decode[api.AuditEventPage](t, s.must(t, http.StatusOK, call{Method: http.MethodGet, Path: auditPath + "?pageSize=1"}))
	foreign := s.contactCenter(t, "b.example")
	for query, token := range map[string]string{
		"cursor=" + page.NextCursor + "&outcome=success": "", "cursor=" + page.NextCursor + "x": "",
		"cursor=": "", "cursor=" + page.NextCursor: foreign,
	} {
		s.refused(t, api.CodeInvalidCursor, call{Method: http.MethodGet, Path: auditPath + "?" + query, Token: token})
	}
}

// Nobody sees the record of another contact center, nor anybody without the scope.
func TestAuditIsOfOneContactCenter(t *testing.T) {
	s := newStack(t)
	account := s.create(t, "a")
	foreign := s.contactCenter(t, "b.example")
	for _, header := range [][]string{nil, linesWanted} {
		a := s.must(t, http.StatusOK, call{Method: http.MethodGet, Path: auditPath, Token: foreign, Header: header})
		require.NotContains(t, a.Body, account.ID)
		require.NotContains(t, a.Body, s.center.ID)
		a = s.must(t, http.StatusOK, call{
			Method: http.MethodGet, Path: auditPath + "?target=" + account.ID, Token: foreign, Header: header,
		})
		require.NotContains(t, a.Body, account.ID)
	}
	none := s.token(t, models.ScopeAccountsRead)
	s.refused(t, api.CodeForbidden, call{Method: http.MethodGet, Path: auditPath, Token: none})
	s.refused(t, api.CodeForbidden, call{Method: http.MethodPost, Path: auditPath + "/verify", Token: none})
	report := decode[api.AuditReport](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: auditPath + "/verify", Token: foreign}))
	require.EqualValues(t, 1, report.Records)
}

// long fills the chain of the first contact center with 4 KiB per record.
func (s *stack) long(t *testing.T, n int) {
	t.Helper()
	require.NoError(t, s.Store.Tx(t.Context(), func(tx *store.Store) error {
		for i := range n {
			err := s.Accounts.Audit.Append(t.Context(), tx, &models.AuditEvent{
				ContactCenterID: s.center.ID, Actor: "user:" + fmt.Sprint(i%50), Operation: "account.update", TargetType: "account",
				TargetID: fmt.Sprint("account ", i), Detail: strings.Repeat("detail ", 600), Changes: models.JSON(`[{"pointer":"/name","old":"a","new":"b"}]`),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// An export that fails on its way does not look complete: the connection is cut.
func TestAuditExportThatFails(t *testing.T) {
	s := newStack(t)
	s.long(t, 4_000) // more than the network holds
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+auditPath, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Accept", "application/x-ndjson")
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	in := bufio.NewReader(resp.Body)
	_, err = in.ReadString('\n')
	require.NoError(t, err)
	s.breakTable(t, "audit_events")
	_, err = io.Copy(io.Discard, in)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// One that fails at once is an ordinary problem.
func TestAuditExportThatCannotBegin(t *testing.T) {
	s := newStack(t)
	s.breakTable(t, "audit_heads")
	a := s.do(t, call{Method: http.MethodHead, Path: auditPath, Header: linesWanted})
	require.Equal(t, http.StatusOK, a.Status)
	resp := s.raw(t, http.MethodGet, auditPath, linesWanted...)
	require.GreaterOrEqual(t, resp.Status, 500)
	require.Equal(t, api.ProblemMediaType, resp.Header.Get("Content-Type"))
}

// moment is longer than a busy machine takes for a request that is no long one.
const moment = time.Second

// hasty is a server whose requests must be done in a moment.
func hasty(t *testing.T) *stack {
	t.Helper()
	s := newStack(t, func(c *handlers.Config) { c.RequestTimeout = moment })
	server := httptest.NewUnstartedServer(s.Server.Handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = moment, moment
	server.Start()
	t.Cleanup(server.Close)
	s.URL, s.client = server.URL, server.Client()
	return s
}

// An export may take longer than other requests; it ends with its client.
// Meanwhile the same credential begins no other one.
func TestAuditExportTakesItsTime(t *testing.T) {
	s := hasty(t)
	s.long(t, 4_000) // more than the network holds
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+auditPath, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Accept", "application/x-ndjson")
	begin := time.Now()
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	for time.Since(begin) < 2*moment {
		_, p := s.refusedRaw(t, http.MethodGet, auditPath, linesWanted...)
		require.Equal(t, api.CodeRateLimited, p.Code)
		require.Contains(t, p.Detail, "export of this credential is running")
	}
	n := 0
	for in := bufio.NewScanner(resp.Body); in.Scan(); n++ {
		var e api.AuditEvent
		require.NoError(t, json.Unmarshal(in.Bytes(), &e))
		require.EqualValues(t, n+1, e.Sequence)
	}
	require.Equal(t, 4_002, n)
	require.NoError(t, resp.Body.Close())
	for s.raw(t, http.MethodGet, auditPath+"?outcome=refused", linesWanted...).Status != http.StatusOK { // it has left
	}
}

func TestAuditVerify(t *testing.T) {
	s := newStack(t)
	s.create(t, "a")
	verify := func(body string) api.AuditReport {
		t.Helper()
		return decode[api.AuditReport](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: auditPath + "/verify", Body: body}))
	}
	first := verify("")
	require.Equal(t, "intact", first.Status)
	require.EqualValues(t, 3, first.Records)
	require.EqualValues(t, 3, first.Checkpoint.Sequence)
	require.Equal(t, s.center.ID, first.Checkpoint.ContactCenterID)
	require.Equal(t, s.Clock.now(), first.Checkpoint.At.Time)
	kept, err := json.Marshal(api.AuditVerifyInput{Checkpoint: first.Checkpoint})
	require.NoError(t, err)
	s.create(t, "b")
	require.Equal(t, "intact", verify(string(kept)).Status)
	require.Equal(t, "intact", verify(`{}`).Status)
	require.Equal(t, "intact", verify(`{"checkpoint":null}`).Status)

	s.sql(t, `DELETE FROM audit_events WHERE sequence > 2`,
		`UPDATE audit_heads SET sequence = 2`)
	broken := verify("")
	require.Equal(t, api.AuditReport{
		Status: "broken", Records: 2, BrokenSequence: 2, Reason: "the recorded end was altered",
	}, broken)
}

// A checkpoint that was altered is refused, whatever the chain.
func TestAuditVerifyWithAWrongCheckpoint(t *testing.T) {
	s := newStack(t)
	report := decode[api.AuditReport](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: auditPath + "/verify"}))
	foreign := s.contactCenter(t, "b.example")
	with := func(change func(c *api.AuditCheckpoint)) string {
		c := *report.Checkpoint
		change(&c)
		b, err := json.Marshal(api.AuditVerifyInput{Checkpoint: &c})
		require.NoError(t, err)
		return string(b)
	}
	genuine := with(func(*api.AuditCheckpoint) {})
	for _, tt := range []struct{ name, body, pointer, token string }{
		{"a later record", with(func(c *api.AuditCheckpoint) { c.Sequence++ }), "#/checkpoint", ""},
		{"another time", with(func(c *api.AuditCheckpoint) { c.At.Time = c.At.Add(time.Second) }), "#/checkpoint", ""},
		{"another MAC", with(func(c *api.AuditCheckpoint) { c.MAC = strings.Repeat("ab", 64) }), "#/checkpoint", ""},
		{"of another contact center", genuine, "#/checkpoint", foreign},
		{"without a MAC", with(func(c *api.AuditCheckpoint) { c.MAC = "" }), "#/checkpoint/mac", ""},
		{"a number as MAC", `{"checkpoint":{"sequence":1,"at":"2026-03-01T12:00:00Z","mac":1}}`, "#/checkpoint/mac", ""},
		{"a text as number", `{"checkpoint":{"sequence":"1","at":"2026-03-01T12:00:00Z","mac":"a"}}`, "#/checkpoint/sequence", ""},
		{"no time", `{"checkpoint":{"sequence":1,"at":"then","mac":"a"}}`, "#/checkpoint/at", ""},
		{"a list", `{"checkpoint":[]}`, "#/checkpoint", ""},
		{"an unknown member", `{"since":1}`, "#/since", ""},
		{"a member twice", `{"checkpoint":null,"checkpoint":null}`, "#/checkpoint", ""},
	} {
		a, p := s.refused(t, api.CodeValidationFailed, call{
			Method: http.MethodPost, Path: auditPath + "/verify", Body: tt.body, Token: tt.token,
		})
		require.Equal(t, http.StatusUnprocessableEntity, a.Status, tt.name)
		require.Equal(t, tt.pointer, p.Errors[0].Pointer, tt.name)
	}
	s.refused(t, api.CodeMalformedJSON, call{Method: http.MethodPost, Path: auditPath + "/verify", Body: `{`})
}
