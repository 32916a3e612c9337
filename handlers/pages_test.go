package handlers_test

import (
	"html"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/web"
)

func TestEveryProblemHasItsPage(t *testing.T) {
	s := newStack(t)
	index := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/problems/", Token: "-"})
	for _, k := range api.ProblemKinds() {
		t.Run(k.Code, func(t *testing.T) {
			a := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/problems/" + k.Code, Token: "-"})
			require.Equal(t, "text/html; charset=utf-8", a.Header.Get("Content-Type"))
			text := html.UnescapeString(a.Body)
			for _, want := range []string{k.Title, k.Meaning, k.Remedy, `"code": "` + k.Code + `"`} {
				require.Contains(t, text, want)
			}
			requireNothingInline(t, a)
			require.Contains(t, index.Body, `href="/docs/problems/`+k.Code+`"`)
		})
	}
	requireNothingInline(t, index)
	s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/problems/not-found/", Token: "-"})
	for _, path := range []string{"no-such", "/unknown", "%2Funknown"} {
		unknown := call{Method: "GET", Path: "/docs/problems/" + path, Token: "-"}
		s.refused(t, api.CodeNotFound, unknown)
		unknown.Header = []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"} // as browsers do
		a := s.must(t, http.StatusNotFound, unknown)
		require.Contains(t, a.Body, `<a href="/docs/problems/">list of problems</a>`)
		requireNothingInline(t, a)
	}
}

func TestIcon(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusFound, call{Method: "GET", Path: "/favicon.ico", Token: "-"})
	a = s.must(t, http.StatusOK, call{Method: "GET", Path: a.Header.Get("Location"), Token: "-"})
	require.Equal(t, "image/png", a.Header.Get("Content-Type"))
}

var inline = regexp.MustCompile(`(?i)<style|<script>|\sstyle=|\son[a-z]+=|javascript:`)

func requireNothingInline(t *testing.T, a *answer) {
	t.Helper()
	require.NotRegexp(t, inline, a.Body)
	policy := a.Header.Get("Content-Security-Policy")
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "frame-ancestors 'none'")
}

func TestEveryTypeHasItsPage(t *testing.T) {
	s := newStack(t)
	index := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/types/", Token: "-"})
	requireNothingInline(t, index)
	for _, item := range decode[api.TypePage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath})).Items {
		t.Run(item.Type, func(t *testing.T) {
			require.Equal(t, "/docs/types/"+item.Type, item.ReferenceURL)
			require.Contains(t, index.Body, `href="`+item.ReferenceURL+`"`)
			a := s.must(t, http.StatusOK, call{Method: "GET", Path: item.ReferenceURL, Token: "-"})
			require.Equal(t, "text/html; charset=utf-8", a.Header.Get("Content-Type"))
			requireNothingInline(t, a)
			text := html.UnescapeString(a.Body)
			wanted := []string{
				item.Label, item.Description, item.DocumentationURL, item.Capabilities.NoProbeReason,
				item.Capabilities.ProbeDoes, `"type": "` + item.Type + `"`,
			}
			for _, f := range item.Fields {
				wanted = append(wanted, f.Label, "<code>"+f.Pointer+"</code>", f.Help)
			}
			for _, want := range append(wanted, item.Notes...) {
				require.Contains(t, text, want)
			}
		})
	}
	failures := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/types/failures", Token: "-"})
	requireNothingInline(t, failures)
	for _, d := range accounts.Diagnoses() {
		require.Contains(t, failures.Body, `<div id="`+d.Code+`">`)
	}
	s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/types/zendesk/", Token: "-"})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: "/docs/types/no_such", Token: "-"})
}

func TestPagesLoadOnlyWhatIsThere(t *testing.T) {
	s := newStack(t)
	reference := regexp.MustCompile(`(?:src|href)="(/[^"]*)"`)
	for _, page := range []string{
		"/docs/", "/docs/problems/", "/docs/problems/in-use", "/docs/types/", "/docs/types/zendesk", "/docs/types/failures",
	} {
		a := s.must(t, http.StatusOK, call{Method: "GET", Path: page, Token: "-"})
		found := reference.FindAllStringSubmatch(a.Body, -1)
		require.NotEmpty(t, found)
		for _, match := range found {
			s.must(t, http.StatusOK, call{Method: "GET", Path: match[1], Token: "-"})
		}
	}
}

func TestReference(t *testing.T) {
	s := newStack(t)
	err := fs.WalkDir(web.Swagger(), ".", func(name string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		if entry.IsDir() {
			return nil
		}
		body, err := fs.ReadFile(web.Swagger(), name)
		require.NoError(t, err)
		a := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/" + name, Token: "-"})
		require.Equal(t, string(body), a.Body)
		require.NotEqual(t, "application/octet-stream", a.Header.Get("Content-Type"))
		s.must(t, http.StatusNotModified, call{
			Method: "GET", Path: "/docs/" + name, Token: "-", Header: []string{"If-None-Match", a.Header.Get("ETag")},
		})
		return nil
	})
	require.NoError(t, err)
	for path, to := range map[string]string{
		"/": "/agentdesktop/", "/agentdesktop": "/agentdesktop/", "/docs": "/docs/",
		"/?tenantUrl=https://acme.example": "/agentdesktop/?tenantUrl=https%3A%2F%2Facme.example",
		"/docs/problems":                   "/docs/problems/", "/docs/types": "/docs/types/",
	} {
		require.Equal(t, to, s.must(t, http.StatusFound, call{Method: "GET", Path: path, Token: "-"}).Header.Get("Location"))
	}
}

func TestContract(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusOK, call{Method: "GET", Path: "/openapi.yaml", Token: "-"})
	require.Equal(t, "application/yaml", a.Header.Get("Content-Type"))
	require.True(t, strings.HasPrefix(a.Body, "openapi: "))
	s.must(t, http.StatusNotModified, call{
		Method: "GET", Path: "/openapi.yaml", Token: "-", Header: []string{"If-None-Match", a.Header.Get("ETag")},
	})
}
