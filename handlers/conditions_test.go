package handlers

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/api"
)

// asked returns an exchange for a request with header fields, given as
// alternating names and values.
func asked(t *testing.T, method, target, body string, fields ...string) *exchange {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for pair := range slices.Chunk(fields, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	return &exchange{Context: echo.New().NewContext(r, httptest.NewRecorder()), server: &Server{}}
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	var refused *api.RequestError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code)
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name   string
		fields []string
		want   accounts.Match
		bad    bool
	}{
		{name: "missing", want: accounts.Match{Missing: true}},
		{name: "our tag", fields: []string{`"7-3"`}, want: accounts.Match{Versions: []int64{7}}},
		{name: "tag of an account with an unreadable secret", fields: []string{`"7-3u"`}, want: accounts.Match{Versions: []int64{7}}},
		{name: "as the member etag stands in the body", fields: []string{`7-3`}, want: accounts.Match{Versions: []int64{7}}},
		{name: "weak tags match nothing", fields: []string{`W/"7-3"`}},
		{name: "a weak tag among strong ones", fields: []string{`W/"7-3", "8-0"`}, want: accounts.Match{Versions: []int64{8}}},
		{name: "foreign tags match nothing", fields: []string{`"abc", "7", "07-3", "-7-3", "7-x", "", "0-0", "7-3uu"`}},
		{name: "a list", fields: []string{` "7-3" ,, "9-1",`}, want: accounts.Match{Versions: []int64{7, 9}}},
		{name: "two fields", fields: []string{`"7-3"`, `"9-1"`}, want: accounts.Match{Versions: []int64{7, 9}}},
		{name: "a comma inside a tag", fields: []string{`"a,b", "9-1"`}, want: accounts.Match{Versions: []int64{9}}},
		{name: "any", fields: []string{" * "}, want: accounts.Match{Any: true}},
		{name: "any among tags", fields: []string{`*, "7-3"`}, bad: true},
		{name: "empty", fields: []string{""}, bad: true},
		{name: "only commas", fields: []string{" , ,"}, bad: true},
		{name: "not closed", fields: []string{`"7-3`}, bad: true},
		{name: "no quotes", fields: []string{`seven`}, bad: true},
		{name: "weak without quotes", fields: []string{`W/7-3`}, bad: true},
		{name: "no comma", fields: []string{`"7-3" "8-1"`}, bad: true},
		{name: "space in a tag", fields: []string{`"7 3"`}, bad: true},
		{name: "lower-case weakness", fields: []string{`w/"7-3"`}, bad: true},
		{name: "a number that is too large", fields: []string{`"99999999999999999999-0"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := asked(t, http.MethodPut, "/", "")
			for _, field := range tt.fields {
				x.Request().Header.Add(headerIfMatch, field)
			}
			got, err := x.match()
			if tt.bad {
				requireCode(t, api.CodeInvalidParameter, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestNotModified(t *testing.T) {
	tests := []struct {
		field string
		want  bool
	}{
		{`"7-3"`, true},
		{`W/"7-3"`, true},
		{`"1-1", "7-3"`, true},
		{`*`, true},
		{`"7-4"`, false},
		{`"7-3u"`, false},
		{`7-3`, true},
		{`"7-3`, false},
		{``, false},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			require.Equal(t, tt.want, notModified(http.Header{"If-None-Match": {tt.field}}, "7-3"))
		})
	}
	require.False(t, notModified(http.Header{}, "7-3"), "no field")
}

func TestIdempotency(t *testing.T) {
	tests := []struct {
		name   string
		fields []string
		want   string
		bad    bool
	}{
		{name: "none"},
		{name: "uuid", fields: []string{"8e03978e-40d5-43e8-bc93-6894a57f9324"}, want: "8e03978e-40d5-43e8-bc93-6894a57f9324"},
		{name: "quotes belong to the key", fields: []string{`"a"`}, want: `"a"`},
		{name: "longest", fields: []string{strings.Repeat("k", 255)}, want: strings.Repeat("k", 255)},
		{name: "too long", fields: []string{strings.Repeat("k", 256)}, bad: true},
		{name: "empty", fields: []string{""}, bad: true},
		{name: "space", fields: []string{"a b"}, bad: true},
		{name: "not ascii", fields: []string{"schlüssel"}, bad: true},
		{name: "control character", fields: []string{"a\x7f"}, bad: true},
		{name: "twice", fields: []string{"a", "a"}, bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := asked(t, http.MethodPost, "/api/v1/integration-accounts?validateOnly=false", "")
			if tt.fields != nil {
				x.Request().Header[headerIdempotencyKey] = tt.fields
			}
			got, err := x.idempotency()
			if tt.bad {
				requireCode(t, api.CodeInvalidParameter, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.Key)
			if tt.want != "" {
				require.Equal(t, "POST /api/v1/integration-accounts", got.Request)
			}
		})
	}
}

func FuzzParseTags(f *testing.F) {
	for _, seed := range []string{`"7-3"`, `W/"a", "b"`, `*`, `7-3,`, `"`, `W/`, ", ,", "\"\x00\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, field string) {
		tags, star, err := parseTags(field)
		if err != nil {
			require.Empty(t, tags)
			return
		}
		require.True(t, star != (len(tags) > 0), "either a star or tags")
		// What was read, written again in its canonical form, reads the same.
		var canonical []string
		for _, tag := range tags {
			text := quoted(tag.opaque)
			if tag.weak {
				text = "W/" + text
			}
			canonical = append(canonical, text)
		}
		if star {
			return
		}
		again, _, err := parseTags(strings.Join(canonical, ", "))
		require.NoError(t, err)
		require.Equal(t, tags, again)
	})
}
