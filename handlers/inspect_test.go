package handlers_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	adminapi "admin-api"
	"admin-api/api"
	"admin-api/contract/contracttest"
)

// exchanged is one request and its answer, bodies read.
type exchanged struct {
	Request     *http.Request
	RequestBody []byte
	Response    *http.Response
	Body        []byte
}

// contract is read once for all tests.
var contract = sync.OnceValue(func() *contracttest.Validator {
	return contracttest.New(new(testing.T), adminapi.OpenAPI)
})

// typesOfTests are those that tests bring along; the contract lists only what
// is shipped.
var typesOfTests = regexp.MustCompile(`"type":"(courier|waiting)"`)

// inspectContract checks the exchange against openapi.yaml.
func inspectContract(t testing.TB, x exchanged) {
	t.Helper()
	path := x.Request.URL.Path
	if strings.HasPrefix(path, accountsPath) && typesOfTests.Match(x.Body) {
		return
	}
	if path == "/readyz" && x.Response.StatusCode == http.StatusInternalServerError { // a test breaks it on purpose
		return
	}
	contract().Check(t, x.Request, x.Response, x.Body)
}

// inspect judges an exchange by what holds for all of them. It is called for
// every request that a test of this package makes through its stack.
func inspect(t testing.TB, x exchanged) {
	t.Helper()
	req, resp, body := x.Request, x.Response, x.Body
	inspectContract(t, x)
	require.NotEmpty(t, resp.Header.Get("X-Request-Id"))
	require.Equal(t, "nosniff", resp.Header.Get("X-Content-Type-Options"))
	require.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'none'")
	if strings.HasPrefix(req.URL.Path, accountsPath) || resp.StatusCode >= 400 {
		require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	}
	if req.URL.Path == "/readyz" { // where tests let things fail
		return
	}
	require.NotEqual(t, http.StatusInternalServerError, resp.StatusCode, "%s %s: %s", req.Method, req.URL, body)
	if req.URL.Path == callbackPath && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
		inspectOutcome(t, resp, body)
		return
	}
	if req.URL.Path == tokenPath && req.Method == http.MethodPost {
		inspectOAuth(t, resp, body)
		return
	}
	if strings.HasPrefix(req.URL.Path, scimPrefix) {
		inspectSCIM(t, req, resp, body)
		return
	}
	if media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); resp.StatusCode >= 400 && media != "text/html" {
		inspectProblem(t, req, resp, body)
	}
}

// scimPrefix begins the paths that answer in the words of SCIM.
const scimPrefix = "/scim/v2/"

func inspectSCIM(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	if len(body) > 0 {
		require.Equal(t, api.SCIMMediaType, resp.Header.Get("Content-Type"))
	}
	if resp.StatusCode < 400 || req.Method == http.MethodHead {
		return
	}
	var e api.SCIMError
	require.NoError(t, json.Unmarshal(body, &e), string(body))
	require.Equal(t, api.NewSCIMError(strconv.Itoa(resp.StatusCode), e.SCIMType, e.Detail), e)
	require.True(t, strings.HasSuffix(e.Detail, "."), e.Detail)
	if resp.StatusCode == http.StatusUnauthorized {
		require.Contains(t, resp.Header.Get("WWW-Authenticate"), "Bearer ")
	}
}

// tokenPath answers in the words of OAuth.
const tokenPath = "/configapi/v2/oauth/token"

func inspectOAuth(t testing.TB, resp *http.Response, body []byte) {
	t.Helper()
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	require.Equal(t, "no-store", resp.Header.Get("Cache-Control"))
	if resp.StatusCode >= 400 {
		var e api.OAuthError
		require.NoError(t, json.Unmarshal(body, &e))
		require.NotEmpty(t, e.Error)
		require.NotEmpty(t, e.ErrorDescription)
	}
}

func inspectProblem(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	require.Equal(t, api.ProblemMediaType, resp.Header.Get("Content-Type"))
	if req.Method == http.MethodHead {
		require.Empty(t, body)
		return
	}
	var p api.Problem
	require.NoError(t, json.Unmarshal(body, &p), string(body))
	require.Equal(t, resp.StatusCode, p.Status)
	require.Equal(t, resp.Header.Get("X-Request-Id"), p.RequestID)
	require.Equal(t, req.URL.EscapedPath(), p.Instance)
	require.Equal(t, "/docs/problems/"+p.Code, p.Type)
	kind, ok := kinds()[p.Code]
	require.True(t, ok, "no kind %q", p.Code)
	require.Equal(t, kind.Status, p.Status)
	require.Equal(t, kind.Title, p.Title)
	require.True(t, strings.HasSuffix(p.Detail, "."), p.Detail)
	for name := range p.Extra {
		require.Contains(t, kind.Members, api.ProblemMember{Name: name, Description: description(kind, name)}, name)
	}
	waits := p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable
	if waits {
		require.NotEmpty(t, resp.Header.Get("Retry-After"))
	}
	if p.Status == http.StatusUnauthorized {
		require.Contains(t, resp.Header.Get("WWW-Authenticate"), "Bearer ")
	}
	if p.Status == http.StatusMethodNotAllowed {
		require.NotEmpty(t, resp.Header.Get("Allow"))
	}
}

// kinds maps each code to its kind.
func kinds() map[string]api.ProblemKind {
	m := map[string]api.ProblemKind{}
	for _, k := range api.ProblemKinds() {
		m[k.Code] = k
	}
	return m
}

// description returns what a kind says of one of its members, empty for none.
func description(k api.ProblemKind, name string) string {
	for _, m := range k.Members {
		if m.Name == name {
			return m.Description
		}
	}
	return ""
}
