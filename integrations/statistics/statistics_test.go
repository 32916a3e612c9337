package statistics

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
	"admin-api/validation"
)

const (
	testToken   = "s3cr3t-token"
	testSigning = "s3cr3t-of-signatures"
	withToken   = `{"url":"https://wallboard.acme.example/in","updateIntervalSeconds":30,"authMethod":"bearer","token":"` + testToken + `"}`
)

// receiver is a wallboard that takes posts only. It asks for one header and, if
// signed, for a signature, before it looks at the method.
type receiver struct {
	header, value string
	signed        bool
}

// ServeHTTP implements http.Handler.
func (d receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	stamp := r.Header.Get("X-Timestamp")
	switch {
	case r.Host != "wallboard.acme.example" || r.URL.Path != "/in":
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPost: // it would stand on the wall
		w.WriteHeader(http.StatusTeapot)
	case d.header != "" && r.Header.Get(d.header) != d.value,
		d.signed && (stamp == "" || r.Header.Get("X-Signature") != signature(secret.New(testSigning), stamp, nil)):
		w.WriteHeader(http.StatusUnauthorized)
	default:
		w.Header().Set("Allow", "OPTIONS, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func answering(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// toKnown answers callers who show a token, and refuses others.
func toKnown(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(status)
	}
}

func allowing(methods ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Allow"] = methods
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// without are the misbehaviours that show in bodies, and heads have none; nor is
// it wrong of a receiver to offer nothing to read. To refuse those it knows is.
func without() map[string]integrationtest.Outcome {
	return map[string]integrationtest.Outcome{
		integrationtest.Forbidden: {}, integrationtest.NotFound: {},
		integrationtest.Truncated: {}, integrationtest.HTML: {}, integrationtest.Oversized: {},
		integrationtest.Later(integrationtest.Forbidden): {Cause: integrations.CausePermission, Code: "permission_denied"},
	}
}

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    withToken,
		Required: []string{"url", "token"},
		Invalid:  invalid(),
		Remote:   receiver{header: "Authorization", value: "Bearer " + testToken}.ServeHTTP,
		Hosts:    []string{"wallboard.acme.example"},
		Expect:   without(),
		Custom: []integrationtest.RemoteCase{
			{Name: "no posts", Handler: allowing("GET, HEAD"), Cause: integrations.CauseConfig, Code: "post_refused"},
			{Name: "posts among others", Handler: allowing("GET", "post")},
			{Name: "method not known", Handler: answering(501)},
			{Name: "another token", Handler: toKnown(401), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "known but not permitted", Handler: toKnown(403), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "known but limited", Handler: toKnown(429), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "out of order for the known", Handler: toKnown(500), Cause: integrations.CauseRemote, Code: "remote_error"},
			{Name: "moved for the known", Handler: toKnown(304), Cause: integrations.CauseConfig, Code: "redirected"},
		},
	})
}

func invalid() []integrationtest.Case {
	return []integrationtest.Case{
		{Name: "no https", Patch: `{"url":"http://wallboard.acme.example/in"}`, Pointer: "/url", Code: "https_url"},
		{Name: "too often", Patch: `{"updateIntervalSeconds":4}`, Pointer: "/updateIntervalSeconds", Code: "min"},
		{Name: "too rare", Patch: `{"updateIntervalSeconds":3601}`, Pointer: "/updateIntervalSeconds", Code: "max"},
		{Name: "another method", Patch: `{"authMethod":"digest"}`, Pointer: "/authMethod", Code: "enum"},
		{Name: "user not given", Patch: `{"authMethod":"basic","token":null}`, Pointer: "/username", Code: "required"},
		{Name: "password not given", Patch: `{"authMethod":"basic","token":null}`, Pointer: "/password", Code: "required"},
		{Name: "token not given", Patch: `{"authMethod":"header","token":null}`, Pointer: "/token", Code: "required"},
		{Name: "token with a blank", Patch: `{"token":"s3cr3t token"}`, Pointer: "/token", Code: "pattern"},
		{Name: "token without use", Patch: `{"authMethod":"none"}`, Pointer: "/token", Code: "not_applicable"},
		{
			Name: "colon in the user", Patch: `{"authMethod":"basic","token":null,"username":"a:b","password":"s3cr3t-word"}`,
			Pointer: "/username", Code: "pattern",
		},
		{
			Name: "header that HTTP needs", Patch: `{"authMethod":"header","headerName":"content-Length"}`,
			Pointer: "/headerName", Code: "header_name",
		},
		{
			Name: "header of the signature", Patch: `{"authMethod":"header","headerName":"x-signature"}`,
			Pointer: "/headerName", Code: "header_taken",
		},
		{Name: "short signing secret", Patch: `{"hmacSecret":"s3cr3t"}`, Pointer: "/hmacSecret", Code: "min"},
		{Name: "no id of a service", Patch: `{"serviceIds":["support"]}`, Pointer: "/serviceIds/0", Code: "uuid"},
		{Name: "unnamed statistic", Patch: `{"statistics":[" "]}`, Pointer: "/statistics/0", Code: "required"},
		{Name: "statistic twice", Patch: `{"statistics":["a","a"]}`, Pointer: "/statistics", Code: "unique"},
	}
}

func TestWaysToAuthenticate(t *testing.T) {
	const url = `{"url":"https://wallboard.acme.example/in",`
	tests := map[string]struct {
		document string
		remote   receiver
	}{
		"none": {url + `"authMethod":"none"}`, receiver{header: "Authorization"}},
		"basic": {
			url + `"authMethod":"basic","username":"ann","password":"s3cr3t-word"}`,
			receiver{header: "Authorization", value: "Basic YW5uOnMzY3IzdC13b3Jk"},
		},
		"header": {
			url + `"authMethod":"header","headerName":"X-Wallboard","token":"` + testToken + `"}`,
			receiver{header: "X-Wallboard", value: testToken},
		},
		"signed": {url + `"hmacSecret":"` + testSigning + `"}`, receiver{signed: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid: tt.document, Remote: tt.remote.ServeHTTP, Hosts: []string{"wallboard.acme.example"}, Expect: without(),
			})
		})
	}
}

// TestWhatIsFoundOut: what could not be tested is said.
func TestWhatIsFoundOut(t *testing.T) {
	const nobody = `{"url":"https://wallboard.acme.example/in","authMethod":"none"}`
	tests := []struct {
		name, document string
		remote         http.Handler
		steps          []string
	}{
		{"token", withToken, receiver{header: "Authorization", value: "Bearer " + testToken}, []string{"reach passed", "authenticate passed"}},
		{"open to all", withToken, receiver{}, []string{"reach passed", "authenticate warning credentials_not_verifiable"}},
		{"closed to all", withToken, answering(403), []string{"reach passed", "authenticate warning credentials_not_verifiable"}},
		{
			"nothing to read", withToken, answering(404),
			[]string{"reach passed", "reach warning nothing_to_read", "authenticate warning credentials_not_verifiable"},
		},
		{"no credentials", nobody, receiver{}, []string{"reach passed"}},
		{"no credentials, nothing to read", nobody, answering(410), []string{"reach passed", "reach warning nothing_to_read"}},
		{
			"no credentials where some are asked for", nobody,
			receiver{header: "Authorization", value: "x"},
			[]string{"reach failed credentials_rejected", "authenticate skipped"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := Definition.Decode(json.RawMessage(tt.document), nil, new(validation.Context)).(*Properties)
			require.True(t, ok)
			s := &integrations.Session{Transport: recorder{tt.remote}}
			_ = p.Probe(t.Context(), s) // the steps say how it ended
			var got []string
			for _, step := range s.Steps() {
				line := step.Name + " " + string(step.Status)
				if step.Failure != nil {
					line += " " + step.Failure.Code
				}
				got = append(got, line)
			}
			require.Equal(t, tt.steps, got)
		})
	}
}

// recorder is a transport that calls a handler.
type recorder struct{ handler http.Handler }

func (r recorder) Do(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header = req.Header
	r.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

func (recorder) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

// teams is a contact center with one team.
type teams struct{}

const team = "0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60"

func (teams) Roles(string) ([]string, bool) { return nil, false }
func (teams) TeamExists(id string) bool     { return id == team }
func (teams) Teams() map[string]string      { return map[string]string{team: "Support"} }

func TestRulesAcrossProperties(t *testing.T) {
	with := func(members string) string { return strings.TrimSuffix(withToken, "}") + "," + members + "}" }
	tests := []struct {
		name, document   string
		unchanged        bool
		errors, warnings []string
	}{
		{name: "nobody can tell", document: `{"url":"https://a.example"}`, warnings: []string{"/authMethod unauthenticated"}},
		{name: "signed only", document: `{"url":"https://a.example","hmacSecret":"` + testSigning + `"}`},
		{name: "known team", document: with(`"teamIds":["` + team + `"]`)},
		{
			name: "unknown team", document: with(`"teamIds":["` + team + `","0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c61"]`),
			errors: []string{"/teamIds/1 team_unknown"},
		},
		{
			name: "team that was deleted since", document: with(`"teamIds":["0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c61"]`), unchanged: true,
			warnings: []string{"/teamIds/0 team_unknown"},
		},
		{name: "no id", document: with(`"teamIds":["x"]`), errors: []string{"/teamIds/0 uuid"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{Directory: teams{}}
			if tt.unchanged {
				c.Changed = func(string) bool { return false }
			}
			require.NotNil(t, Definition.Decode(json.RawMessage(tt.document), nil, c))
			require.Equal(t, tt.errors, lines(c.Errors()))
			require.Equal(t, tt.warnings, lines(c.Warnings()))
		})
	}
}

func lines(found validation.Errors) []string {
	var out []string
	for _, v := range found {
		out = append(out, fmt.Sprint(v.Pointer, " ", v.Code))
	}
	return out
}

// TestSignature: a value that other programs computed (printf, openssl).
func TestSignature(t *testing.T) {
	require.Equal(t, "sha256=47523adf0d7a4582ed29b23c5da82307133f3f300d2d2253ac716853571b2806", signature(secret.New("key"), "1700000000", []byte(`{"event":"x"}`)))
}
