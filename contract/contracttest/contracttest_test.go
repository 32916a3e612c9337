package contracttest_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/contract/contracttest"
)

func shop(t *testing.T) *contracttest.Validator {
	t.Helper()
	spec, err := os.ReadFile("testdata/shop.yaml")
	require.NoError(t, err)
	return contracttest.New(t, spec)
}

const (
	cup         = `{"type":"cup","volume":2,"labels":{"any":"name"},"maker":{"name":"ann"}}`
	jsonHeader  = "Content-Type: application/json"
	problemType = "Content-Type: application/problem+json"
	eventHeader = "Content-Type: text/event-stream"
	steps       = "event: step\ndata: {\"name\":\"a\"}\n\nevent: check\ndata: {\"status\":\"passed\"}\n\n"
)

// exchange is a request, "GET /things", and its answer. Header fields are
// separated by "|".
type exchange struct {
	name    string
	request string
	status  int
	header  string
	body    string
	// want is a part of what is found; empty where nothing is.
	want string
}

func TestProblems(t *testing.T) {
	v := shop(t)
	for _, tests := range [][]exchange{documents(), headers(), methods(), problems(), streams()} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				method, path, _ := strings.Cut(tt.request, " ")
				req, err := http.NewRequestWithContext(t.Context(), method, "http://shop.test"+path, http.NoBody)
				require.NoError(t, err)
				resp := &http.Response{StatusCode: tt.status, Header: http.Header{}}
				for field := range strings.SplitSeq(tt.header, "|") {
					name, value, _ := strings.Cut(field, ": ")
					resp.Header.Set(name, value)
				}
				found := strings.Join(v.Problems(req, resp, []byte(tt.body)), "\n")
				if tt.want == "" {
					require.Empty(t, found)
				}
				require.Contains(t, found, tt.want)
			})
		}
	}
}

func documents() []exchange {
	const tag = `|ETag: "7"`
	return []exchange{
		{"right", "GET /things/1", 200, jsonHeader + tag, cup, ""},
		{"right in a list", "GET /things", 200, jsonHeader, "[" + cup + "," + cup + "]", ""},
		{"right under a condition", "GET /things/1", 200, jsonHeader + tag, `{"type":"cup","volume":9,"lid":{"width":2}}`, ""},
		{"missing under a condition", "GET /things/1", 200, jsonHeader + tag, `{"type":"cup","volume":9}`, "'lid'"},
		{
			"unknown member under a condition", "GET /things/1", 200, jsonHeader + tag,
			`{"type":"cup","volume":9,"lid":{"age":2}}`, "'age'",
		},
		{"wrong type", "GET /things/1", 200, jsonHeader + tag, `{"type":"cup","volume":"2"}`, "$.volume breaks"},
		{"missing member", "GET /things/1", 200, jsonHeader + tag, `{"type":"cup"}`, "'volume'"},
		{"unknown member of a closed schema", "GET /things/1", 200, jsonHeader + tag, `{"type":"cup","volume":2,"x":1}`, "'x'"},
		{"unknown member of an open one", "GET /things/1", 200, jsonHeader + tag, `{"type":"key","x":1}`, "'x'"},
		{
			"unknown member inside", "GET /things/1", 200, jsonHeader + tag,
			`{"type":"cup","volume":2,"maker":{"age":1}}`, "'age'",
		},
		{"unknown member in a list", "GET /things", 200, jsonHeader, `[{"type":"key","x":1}]`, "'x'"},
		{"unknown variant", "GET /things/1", 200, jsonHeader + tag, `{"type":"pot"}`, "breaks"},
		{"only for requests", "GET /things/1", 200, jsonHeader + tag, `{"type":"key","code":"s3cr3t"}`, "writeOnly"},
		{"no JSON", "GET /things/1", 200, jsonHeader + tag, `{`, "cannot be decoded"},
		{"nothing", "GET /things/1", 200, jsonHeader + tag, ``, "body of 0 bytes"},
		{"one of two unions", "PUT /things/1", 200, jsonHeader, cup, ""},
		{"the other", "PUT /things/1", 200, jsonHeader, `{"valid":true}`, ""},
		{"neither", "PUT /things/1", 200, jsonHeader, `{"type":"key","x":1}`, "'x'"},
		{"neither, without type", "PUT /things/1", 200, jsonHeader, `{"valid":1}`, "$.valid breaks"},
		{"a body where there is none", "DELETE /things/1", 204, "Date: now", "x", "body of 1 bytes"},
		{"no body", "DELETE /things/1", 204, "Date: now", "", ""},
	}
}

func headers() []exchange {
	return []exchange{
		{"missing", "GET /things/1", 200, jsonHeader, cup, "ETag"},
		{"malformed", "GET /things/1", 200, jsonHeader + "|ETag: 7", cup, "etag breaks"},
		{"not listed", "GET /things", 200, jsonHeader + "|X-New: 1", "[]", "X-New"},
		{"HTTP's own", "GET /things", 200, jsonHeader + "|Date: now|Content-Length: 2", "[]", ""},
		{"other media type", "GET /things", 200, "Content-Type: text/plain", "[]", "text/plain"},
		{"none listed", "DELETE /things/1", 204, "X-Other: 1", "", "X-Other"},
	}
}

func methods() []exchange {
	return []exchange{
		{"other status", "GET /things/1", 201, jsonHeader, cup, "201"},
		{"HEAD", "HEAD /things/1", 200, jsonHeader + `|ETag: "7"`, "", ""},
		{"HEAD with a body", "HEAD /things/1", 200, jsonHeader + `|ETag: "7"`, cup, "there is a body"},
		{"HEAD without what GET has", "HEAD /things/1", 200, jsonHeader, "", "ETag"},
		{"HEAD refused", "HEAD /things", 401, problemType, "", ""},
		{"OPTIONS", "OPTIONS /things/1", 204, "Allow: GET, HEAD, PUT, DELETE, OPTIONS", "", ""},
		{"OPTIONS without one", "OPTIONS /things/1", 204, "Allow: GET, HEAD, PUT, OPTIONS", "", "Allow"},
		{"OPTIONS with a body", "OPTIONS /things", 200, "Allow: GET, HEAD, OPTIONS", "x", "204"},
		{"literal before parameter", "POST /things/search", 200, eventHeader, steps, ""},
	}
}

func problems() []exchange {
	refused := `{"code":"method-not-allowed","status":405}`
	missing := `{"code":"not-found","status":404}`
	return []exchange{
		{"right", "GET /things", 401, problemType, `{"code":"unauthenticated","status":401}`, ""},
		{"kind of another status", "GET /things", 401, problemType, `{"code":"not-found","status":401}`, `"not-found"`},
		{"status of another", "GET /things", 401, problemType, `{"code":"unauthenticated","status":403}`, "403"},
		{"unknown path", "GET /nothing", 404, problemType, missing, ""},
		{"unknown path that answers", "GET /nothing", 200, jsonHeader, "{}", "404"},
		{"unknown path, other kind", "GET /nothing", 404, problemType, refused, `"method-not-allowed"`},
		{"unknown method", "POST /things", 405, problemType + "|Allow: GET, HEAD, OPTIONS", refused, ""},
		{"unknown method, HEAD", "HEAD /things/search", 405, problemType + "|Allow: POST, OPTIONS", "", ""},
		{"unknown method without Allow", "POST /things", 405, problemType, refused, "Allow"},
		{"unknown method as 404", "POST /things", 404, problemType, missing, "405"},
		{"a page", "GET /docs/index.html", 200, "Content-Type: text/html", "<html>", ""},
		{"a page that is data", "GET /docs/index.html", 200, jsonHeader, "{}", "no application/json"},
		{"a page that is written", "PUT /docs/index.html", 405, problemType + "|Allow: GET, HEAD, OPTIONS", refused, ""},
		{"methods of a page", "OPTIONS /docs/", 204, "Allow: GET, HEAD, OPTIONS", "", ""},
		{"method in lower case", "get /things", 405, problemType + "|Allow: GET, HEAD, OPTIONS", refused, ""},
		{"a page that fails", "GET /docs/index.html", 500, jsonHeader, "{}", "not answered so"},
	}
}

func streams() []exchange {
	const request = "POST /things/search"
	return []exchange{
		{"cut off", request, 200, eventHeader, steps[:len(steps)-1], "not complete"},
		{"without an end", request, 200, eventHeader, "event: step\ndata: {\"name\":\"a\"}\n\n", "event 1 of 1 is a step"},
		{"going on", request, 200, eventHeader, steps + steps, "event 2 of 4 is a check"},
		{"wrong data", request, 200, eventHeader, "event: check\ndata: {\"status\":\"x\"}\n\n", "$.status breaks"},
		{"no data", request, 200, eventHeader, "event: check\n\n", "not a name"},
		{"no JSON", request, 200, eventHeader, "event: check\ndata: {\n\n", "no JSON"},
		{"unknown event", request, 200, eventHeader, "event: x\ndata: {}\n\n", `no event "x"`},
	}
}

func TestCheckFailsTheTest(t *testing.T) {
	v := shop(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop.test/things", http.NoBody)
	require.NoError(t, err)
	probe := &recorder{TB: t}
	v.Check(probe, req, &http.Response{StatusCode: 418, Header: http.Header{}}, nil)
	require.Len(t, probe.said, 1)
	require.Contains(t, probe.said[0], "GET /things answered 418 against the contract: ")
}

// recorder is a test that fails without failing this one.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func TestOperations(t *testing.T) {
	list := shop(t).Operations()
	require.Len(t, list, 5)
	require.Equal(t, contracttest.Operation{
		Method: "GET", Path: "/things", ID: "listThings", Scope: "things:read", Roles: []string{"things:read"},
		Statuses: []string{"200", "401"},
	}, list[0])
	require.True(t, list[2].Body)
}

func TestNoValueIsTold(t *testing.T) {
	v := shop(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://shop.test/things/1", http.NoBody)
	require.NoError(t, err)
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
	for _, body := range []string{
		`{"type":"cup","volume":"s3cr3t"}`, `{"type":"s3cr3t"}`, `{"type":"key","code":"s3cr3t"}`,
		`{"type":"cup","volume":1,"labels":{"a":{"b":"s3cr3t"}}}`, `"s3cr3t"`, `s3cr3t`,
	} {
		found := v.Problems(req, resp, []byte(body))
		require.NotEmpty(t, found)
		require.NotContains(t, strings.Join(found, "\n"), "s3cr3t")
	}
}
