package handlers

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

func TestRequestID(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, sane := range []string{"a", "0198c0de-7f3a", "A.b_c:9", strings.Repeat("x", 128)} {
		require.Equal(t, sane, requestID(sane, now))
	}
	for _, odd := range []string{"", strings.Repeat("x", 129), "a b", "a\nb", "a\"b", "é", "<script>", "a;b"} {
		made := requestID(odd, now)
		require.True(t, models.ValidID(made), "%q became %q", odd, made)
	}
}

func TestIsMedia(t *testing.T) {
	tests := []struct {
		field string
		want  bool
	}{
		{"application/json", true},
		{"Application/JSON; charset=UTF-8", true},
		{`application/json;charset="utf-8"`, true},
		{"application/json; profile=x", true},
		{"application/json; charset=latin1", false},
		{"application/json; charset", false},
		{"application/merge-patch+json", false},
		{"application/problem+json", false},
		{"text/json", false},
		{"text/plain", false},
		{"", false},
		{"application/json, application/json", false},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			require.Equal(t, tt.want, isMedia(tt.field, jsonType))
		})
	}
}

func TestReadBody(t *testing.T) {
	const jsonUTF8 = "application/json; charset=utf-8"
	atLimit := strings.Repeat(" ", maxBody-2) + "{}"
	tests := []struct {
		name   string
		kind   bodyKind
		body   string
		fields []string
		code   string
		want   map[string]string // header fields of the answer
	}{
		{name: "json", kind: jsonBody, body: "{}", fields: []string{"Content-Type", jsonUTF8}},
		{name: "patch", kind: patchBody, body: "{}", fields: []string{"Content-Type", patchType}},
		{name: "as large as may be", kind: jsonBody, body: atLimit, fields: []string{"Content-Type", jsonType}},
		{
			name: "too large", kind: jsonBody, body: atLimit + " ", fields: []string{"Content-Type", jsonType},
			code: api.CodeBodyTooLarge,
		},
		{
			name: "patch sent as json", kind: patchBody, body: "{}", fields: []string{"Content-Type", jsonType},
			code: api.CodeUnsupportedMediaType, want: map[string]string{"Accept-Patch": patchType},
		},
		{
			name: "json sent as patch", kind: jsonBody, body: "{}", fields: []string{"Content-Type", patchType},
			code: api.CodeUnsupportedMediaType, want: map[string]string{"Accept": jsonType},
		},
		{name: "no media type", kind: jsonBody, body: "{}", code: api.CodeUnsupportedMediaType},
		{
			name: "two media types", kind: jsonBody, body: "{}", code: api.CodeUnsupportedMediaType,
			fields: []string{"Content-Type", jsonType, "Content-Type", jsonType},
		},
		{
			name: "compressed", kind: jsonBody, body: "{}", code: api.CodeUnsupportedMediaType,
			fields: []string{"Content-Type", jsonType, "Content-Encoding", "gzip"},
		},
		{
			name: "identity coding", kind: jsonBody, body: "{}",
			fields: []string{"Content-Type", jsonType, "Content-Encoding", "identity"},
		},
		{name: "nothing at all", kind: optionalBody},
		{name: "nothing where something must be", kind: jsonBody},
		{name: "route without a body", kind: noBody, body: "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := asked(t, http.MethodPost, "/", tt.body, tt.fields...)
			err := x.readBody(tt.kind)
			for name, value := range tt.want {
				require.Equal(t, value, x.Response().Header().Get(name))
			}
			if tt.code != "" {
				requireCode(t, tt.code, err)
				require.Empty(t, x.body)
				return
			}
			require.NoError(t, err)
			if tt.kind != noBody {
				require.Equal(t, tt.body, string(x.body))
			}
		})
	}
}

func TestReadBodyOfUnknownLength(t *testing.T) {
	for name, body := range map[string]string{"fits": "{}", "does not": strings.Repeat(" ", maxBody+1)} {
		t.Run(name, func(t *testing.T) {
			x := asked(t, http.MethodPost, "/", body, "Content-Type", jsonType)
			x.Request().ContentLength = -1
			err := x.readBody(jsonBody)
			if name == "fits" {
				require.NoError(t, err)
				require.Equal(t, body, string(x.body))
				return
			}
			requireCode(t, api.CodeBodyTooLarge, err)
		})
	}
}

func TestReadBodyThatEndsEarly(t *testing.T) {
	x := asked(t, http.MethodPost, "/", "", "Content-Type", jsonType)
	x.Request().ContentLength = 10
	x.Request().Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), failing{}))
	requireCode(t, api.CodeMalformedJSON, x.readBody(jsonBody))
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestReadQuery(t *testing.T) {
	known := single("deleted", "pageSize")
	known.names["type"] = true
	labelled := known
	labelled.labels = true
	tests := []struct {
		name, query string
		known       params
		parameter   string // that is refused
	}{
		{name: "none", known: known},
		{name: "known", query: "deleted=include&pageSize=3", known: known},
		{name: "repeated where it may", query: "type=a&type=b", known: known},
		{name: "repeated where it may not", query: "deleted=a&deleted=a", known: known, parameter: "deleted"},
		{name: "unknown", query: "page=3", known: known, parameter: "page"},
		{name: "upper case is another name", query: "Deleted=include", known: known, parameter: "Deleted"},
		{name: "label", query: "label.env=prod&label.a.b%2Fc=", known: labelled},
		{name: "label twice", query: "label.env=a&label.env=b", known: labelled, parameter: "label.env"},
		{name: "label without key", query: "label.=a", known: labelled, parameter: "label."},
		{name: "label where there are none", query: "label.env=a", known: known, parameter: "label.env"},
		{name: "the first in order is named", query: "zz=1&aa=1", known: known, parameter: "aa"},
		{name: "a very long name is cut", query: strings.Repeat("n", 80) + "=1", known: known, parameter: strings.Repeat("n", 64) + "…"},
		{name: "no UTF-8", query: "deleted=%ff", known: known, parameter: "deleted"},
		{name: "NUL", query: "label.a=%00", known: labelled, parameter: "label.a"},
		{name: "anything goes", query: "utm=1&%zz", known: anyParams},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := asked(t, http.MethodGet, "/", "")
			x.Request().URL.RawQuery = tt.query
			err := x.readQuery(tt.known)
			if tt.parameter == "" {
				require.NoError(t, err)
				return
			}
			requireCode(t, api.CodeInvalidParameter, err)
			require.Equal(t, map[string]any{"parameter": tt.parameter}, api.NewProblem(err).Extra)
		})
	}
	for _, broken := range []string{"deleted=%zz", "deleted=a;pageSize=1", "%"} {
		x := asked(t, http.MethodGet, "/", "")
		x.Request().URL.RawQuery = broken
		requireCode(t, api.CodeInvalidParameter, x.readQuery(known))
	}
}

func TestBearer(t *testing.T) {
	tests := []struct {
		fields []string
		want   string
	}{
		{[]string{"Bearer abc"}, "abc"},
		{[]string{"bearer  abc "}, "abc"},
		{[]string{"Bearer a b"}, "a b"},
		{[]string{"Bearer"}, ""},
		{[]string{"Bearer "}, ""},
		{[]string{"Basic YTpi"}, ""},
		{[]string{"abc"}, ""},
		{[]string{"Bearer a", "Bearer b"}, ""},
		{nil, ""},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.fields, "+"), func(t *testing.T) {
			require.Equal(t, tt.want, bearer(tt.fields))
		})
	}
}

func TestWantsEvents(t *testing.T) {
	tests := []struct {
		accept []string
		want   bool
	}{
		{nil, false},
		{[]string{"*/*"}, false},
		{[]string{"application/json"}, false},
		{[]string{"text/event-stream"}, true},
		{[]string{"Text/Event-Stream; charset=utf-8"}, true},
		{[]string{"text/event-stream, */*"}, true},
		{[]string{"text/event-stream, application/json"}, false},
		{[]string{"application/json;q=0.5, text/event-stream;q=0.9"}, true},
		{[]string{"application/json", "text/event-stream;q=0.9"}, false},
		{[]string{"text/event-stream;q=0"}, false},
		{[]string{"text/event-stream;q=2"}, false},
		{[]string{"text/*"}, false},
		{[]string{";;;"}, false},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.accept, "+"), func(t *testing.T) {
			require.Equal(t, tt.want, wantsEvents(http.Header{"Accept": tt.accept}))
		})
	}
}

func TestWantsPage(t *testing.T) {
	browser := "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
	for accept, want := range map[string]bool{browser: true, "": false, "*/*": false, "application/json, text/html": false} {
		require.Equal(t, want, wantsPage(http.Header{"Accept": {accept}}), accept)
	}
}

func TestExtractor(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.1.2.3/8"), netip.MustParsePrefix("fd00::/8")}
	tests := []struct {
		name, peer, forwarded, want string
		proxies                     []netip.Prefix
	}{
		{name: "no proxies", peer: "192.0.2.1:5", forwarded: "198.51.100.7", want: "192.0.2.1"},
		{name: "loopback is no proxy by itself", peer: "127.0.0.1:5", forwarded: "198.51.100.7", want: "127.0.0.1", proxies: proxies},
		{name: "trusted", peer: "10.9.9.9:5", forwarded: "198.51.100.7", want: "198.51.100.7", proxies: proxies},
		{name: "trusted over IPv6", peer: "[fd00::1]:5", forwarded: "2001:db8::7", want: "2001:db8::7", proxies: proxies},
		{name: "the nearest that is not ours counts", peer: "10.9.9.9:5", forwarded: "1.1.1.1, 198.51.100.7, 10.1.1.1", want: "198.51.100.7", proxies: proxies},
		{name: "not trusted", peer: "192.0.2.1:5", forwarded: "198.51.100.7", want: "192.0.2.1", proxies: proxies},
		{name: "nothing forwarded", peer: "10.9.9.9:5", want: "10.9.9.9", proxies: proxies},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = tt.peer
			if tt.forwarded != "" {
				r.Header.Set(echo.HeaderXForwardedFor, tt.forwarded)
			}
			require.Equal(t, tt.want, extractor(tt.proxies)(r))
		})
	}
}
