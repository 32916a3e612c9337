package knowledgebase

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/oauth"
	"admin-api/validation"
)

// document is valid with further members.
func document(members string) string {
	return `{"url":"https://kb.acme.example/api","searchUrlTemplate":"https://kb.acme.example/api/search?q={query}&limit=10",` +
		`"resultsPath":"data.articles","textPath":"/summary",` + members + `}`
}

var (
	withKey   = document(`"authenticationMethod":"apiKeyHeader","apiKey":"s3cr3t-key"`)
	withOAuth = document(`"authenticationMethod":"oauth2ClientCredentials","tokenUrl":"https://login.acme.example/token",` +
		`"clientId":"contact:center","clientSecret":"s3cr3t word","scope":"kb.read"`)
)

func TestDefinition(t *testing.T) {
	key := base{header: "X-API-Key", value: "s3cr3t-key"}
	answering := func(results string) func(http.ResponseWriter, *http.Request) {
		b := key
		b.results = results
		return b.ServeHTTP
	}
	refusing := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    withKey,
		Required: []string{"url", "searchUrlTemplate", "apiKey"},
		Invalid:  invalid(),
		Remote:   key.ServeHTTP,
		Hosts:    []string{"kb.acme.example"},
		Custom: []integrationtest.RemoteCase{
			{Name: "nothing found", Handler: answering(`{"data":{"articles":[]}}`)},
			{Name: "no title, which is no fault", Handler: answering(`{"data":{"articles":[{"id":"a","summary":""}]}}`)},
			{
				Name: "results elsewhere", Handler: answering(`{"articles":[{"id":"a"}]}`),
				Cause: integrations.CauseConfig, Code: "results_missing",
			},
			{
				Name: "no list", Handler: answering(`{"data":{"articles":{"id":"a"}}}`),
				Cause: integrations.CauseConfig, Code: "results_missing",
			},
			{
				Name: "id elsewhere", Handler: answering(`{"data":{"articles":[{"key":"a"}]}}`),
				Cause: integrations.CauseConfig, Code: "id_missing",
			},
			{
				Name: "id of no form", Handler: answering(`{"data":{"articles":[{"id":{"x":1}}]}}`),
				Cause: integrations.CauseConfig, Code: "id_missing",
			},
			{Name: "search not understood", Handler: refusing(400), Cause: integrations.CauseConfig, Code: "search_refused"},
			{Name: "other method", Handler: refusing(405), Cause: integrations.CauseConfig, Code: "search_refused"},
		},
	})
}

func TestOAuth(t *testing.T) {
	token := base{header: "Authorization", value: "Bearer s3cr3t-access"}
	endpoint := func(status int, text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "login.acme.example" {
				token.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(text))
		}
	}
	refused := func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "login.acme.example" {
			token.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    withOAuth,
		Required: []string{"tokenUrl", "clientId", "clientSecret"},
		Remote:   token.ServeHTTP,
		Hosts:    []string{"kb.acme.example", "login.acme.example"},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "client refused", Handler: endpoint(401, `{"error":"invalid_client"}`),
				Cause: oauth.ClientRejected.Cause, Code: oauth.ClientRejected.Code,
			},
			{
				Name: "scope refused", Handler: endpoint(400, `{"error":"invalid_scope"}`),
				Cause: oauth.ScopeRefused.Cause, Code: oauth.ScopeRefused.Code,
			},
			{
				Name: "no token", Handler: endpoint(200, `{"token_type":"bearer"}`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "token without access", Handler: refused,
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
		},
	})
}

func TestWaysToAuthenticate(t *testing.T) {
	tests := map[string]struct {
		members string
		remote  base
	}{
		"none": {`"authenticationMethod":"none","method":"POST"`, base{header: "Authorization", method: http.MethodPost}},
		"basic": {
			`"authenticationMethod":"basic","username":"ann","password":"s3cr3t-word"`,
			base{header: "Authorization", value: "Basic YW5uOnMzY3IzdC13b3Jk"},
		},
		"bearer": {
			`"authenticationMethod":"bearer","bearerToken":"s3cr3t-token"`,
			base{header: "Authorization", value: "Bearer s3cr3t-token"},
		},
		"key in another header": {
			`"authenticationMethod":"apiKeyHeader","apiKeyHeader":"authorization","apiKey":"ApiKey s3cr3t"`,
			base{header: "Authorization", value: "ApiKey s3cr3t"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid: document(tt.members), Remote: tt.remote.ServeHTTP, Hosts: []string{"kb.acme.example"},
			})
		})
	}
}

func invalid() []integrationtest.Case {
	const search = "/searchUrlTemplate"
	return []integrationtest.Case{
		{Name: "no https", Patch: `{"url":"http://kb.acme.example"}`, Pointer: "/url", Code: "https_url"},
		{Name: "no words", Patch: `{"searchUrlTemplate":"https://kb.acme.example/search"}`, Pointer: search, Code: "pattern"},
		{
			Name: "words twice", Patch: `{"searchUrlTemplate":"https://kb.acme.example/{query}?q={query}"}`,
			Pointer: search, Code: "pattern",
		},
		{Name: "words as host", Patch: `{"searchUrlTemplate":"https://{query}.example/"}`, Pointer: search, Code: "pattern"},
		{
			Name: "search elsewhere", Patch: `{"searchUrlTemplate":"https://evil.example/?q={query}"}`,
			Pointer: search, Code: "other_host",
		},
		{
			Name: "search at another port", Patch: `{"searchUrlTemplate":"https://kb.acme.example:8443/?q={query}"}`,
			Pointer: search, Code: "other_host",
		},
		{
			Name: "unreadable search", Patch: `{"searchUrlTemplate":"https://kb.acme.example/%zz?q={query}"}`,
			Pointer: search, Code: "template_unreadable",
		},
		{
			Name: "article elsewhere", Patch: `{"articleUrlTemplate":"https://evil.example/{id}"}`,
			Pointer: "/articleUrlTemplate", Code: "other_host",
		},
		{Name: "article without id", Patch: `{"articleUrlTemplate":"https://kb.acme.example/"}`, Pointer: "/articleUrlTemplate", Code: "pattern"},
		{Name: "other method", Patch: `{"method":"PUT"}`, Pointer: "/method", Code: "enum"},
		{Name: "header that HTTP needs", Patch: `{"apiKeyHeader":"Host"}`, Pointer: "/apiKeyHeader", Code: "header_name"},
		{Name: "key without use", Patch: `{"authenticationMethod":"none"}`, Pointer: "/apiKey", Code: "not_applicable"},
		{Name: "key not given", Patch: `{"apiKey":null}`, Pointer: "/apiKey", Code: "required"},
		{Name: "path of no form", Patch: `{"resultsPath":"data..articles"}`, Pointer: "/resultsPath", Code: "pattern"},
		{Name: "bad pointer", Patch: `{"idPath":"/a~2b"}`, Pointer: "/idPath", Code: "pattern"},
		{Name: "the answer is no title", Patch: `{"titlePath":"$"}`, Pointer: "/titlePath", Code: "pattern"},
		{Name: "too many", Patch: `{"maxResults":101}`, Pointer: "/maxResults", Code: "max"},
		{Name: "too impatient", Patch: `{"timeoutMs":99}`, Pointer: "/timeoutMs", Code: "min"},
		{
			Name: "scope with two spaces", Document: withOAuth[:len(withOAuth)-len(`kb.read"}`)] + `kb.read  kb.write"}`,
			Pointer: "/scope", Code: "pattern",
		},
	}
}

func TestNormalize(t *testing.T) {
	tests := []struct{ url, template, wantURL, wantTemplate string }{
		{"https://kb.acme.example/api/", "/search?q={query}", "https://kb.acme.example/api", "https://kb.acme.example/api/search?q={query}"},
		{"HTTPS://KB.acme.example", "HTTPS://KB.acme.example/A?q={query}", "https://kb.acme.example", "https://kb.acme.example/A?q={query}"},
		{"https://kb.acme.example:443", "/{query}", "https://kb.acme.example:443", "https://kb.acme.example:443/{query}"},
		{"https://kb.acme.example/?tenant=1", "https://kb.acme.example/{query}", "https://kb.acme.example/?tenant=1", "https://kb.acme.example/{query}"},
	}
	for _, tt := range tests {
		text, err := json.Marshal(map[string]string{"url": tt.url, "searchUrlTemplate": tt.template})
		require.NoError(t, err)
		c := new(validation.Context)
		p, ok := Definition.Decode(text, nil, c).(*Properties)
		require.True(t, ok)
		require.NoError(t, c.Err())
		require.Equal(t, tt.wantURL, p.URL)
		require.Equal(t, tt.wantTemplate, p.SearchURLTemplate)
		require.Equal(t, "unauthenticated", c.Warnings()[0].Code)
		p.Normalize()
		require.Equal(t, tt.wantTemplate, p.SearchURLTemplate)
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

// TestWarnings: what need not be wrong is said and fails nothing. Each look at
// the clock takes a while.
func TestWarnings(t *testing.T) {
	article := func(members string) string { return `{"data":{"articles":[{"id":17` + members + `}]}}` }
	const title, text = `,"title":"Refunds"`, `,"summary":"How we refund."`
	tests := []struct {
		name, results string
		tick          time.Duration
		want          []string
	}{
		{"all", article(title + text), 0, nil},
		{"nothing found", `{"data":{"articles":[]}}`, 0, nil},
		{"no title", article(text), 0, []string{"read_results title_missing"}},
		{"no text", article(title), 0, []string{"read_results text_missing"}},
		{"in time", article(title + text), 500 * time.Millisecond, nil},
		{"slow", article(title + text), 4 * time.Second, []string{"search slower_than_timeout"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, ok := Definition.Decode(json.RawMessage(withKey), nil, new(validation.Context)).(*Properties)
			require.True(t, ok)
			var now time.Time
			s := &integrations.Session{
				Transport: recorder{base{header: "X-API-Key", value: "s3cr3t-key", results: tt.results}},
				Clock:     func() time.Time { now = now.Add(tt.tick); return now },
			}
			require.NoError(t, p.Probe(t.Context(), s))
			var got []string
			for _, step := range s.Steps() {
				if step.Status == integrations.StepWarning {
					got = append(got, step.Name+" "+step.Failure.Code)
				}
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestPaths(t *testing.T) {
	var answer any
	require.NoError(t, json.Unmarshal([]byte(`{"a":{"b.c":[{"d/e":1},2]},"~":null}`), &answer))
	tests := map[string]any{
		"a": map[string]any{"b.c": []any{map[string]any{"d/e": 1.0}, 2.0}}, "/a/b.c/0/d~1e": 1.0, "/a/b.c/1": 2.0,
		"a.b.c": nil, "/a/b.c/2": nil, "/a/b.c/-1": nil, "/a/b.c/x": nil, "/a/b.c/1/x": nil, "/~0": nil,
	}
	for path, want := range tests {
		require.Equal(t, want, at(answer, path), path)
	}
	require.Equal(t, answer, at(answer, "$"))
}

func TestFill(t *testing.T) {
	require.Equal(t, "https://a/?q=a%20b%26c%2F", fill("https://a/?q={query}", "{query}", "a b&c/"))
}
