package handlers_test

import (
	"html"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: "/docs/problems/no-such", Token: "-"})
}

var inline = regexp.MustCompile(`(?i)<style|<script>|\sstyle=|\son[a-z]+=|javascript:`)

func requireNothingInline(t *testing.T, a *answer) {
	t.Helper()
	require.NotRegexp(t, inline, a.Body)
	policy := a.Header.Get("Content-Security-Policy")
	require.NotContains(t, policy, "unsafe")
	require.Contains(t, policy, "frame-ancestors 'none'")
}

func TestPagesLoadOnlyWhatIsThere(t *testing.T) {
	s := newStack(t)
	reference := regexp.MustCompile(`(?:src|href)="(/[^"]*)"`)
	for _, page := range []string{"/docs/", "/docs/problems/", "/docs/problems/in-use"} {
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
	for path, to := range map[string]string{"/": "/docs/", "/docs": "/docs/", "/docs/problems": "/docs/problems/"} {
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
