package handlers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// codesIn returns the texts of the constants of a folder that begin with "sso-".
func codesIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var codes []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(literal.Value); err == nil && strings.HasPrefix(text, "sso-") && !strings.HasSuffix(text, "-") {
				codes = append(codes, text)
			}
			return true
		})
	}
	return codes
}

// Each reason why a sign-in is refused is explained, and nothing else is.
func TestEverySignInCodeHasItsPage(t *testing.T) {
	used := map[string]bool{
		api.CodeSSOHTTPSRequired: true, api.CodeSSOTooMany: true, api.CodeSSOContactCenterUnknown: true,
	}
	for _, folder := range []string{"../sso", "../sso/assertion", "../integrations/platform/saml"} {
		for _, code := range codesIn(t, folder) {
			used[code] = true
		}
	}
	s := newStack(t)
	index := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/problems/", Token: "-"})
	symptoms := 0
	for _, k := range api.SSOKinds() {
		require.True(t, strings.HasPrefix(k.Code, "sso-"), k.Code)
		if k.Symptom() {
			symptoms++
		} else {
			require.True(t, used[k.Code], "nothing is refused as %s", k.Code)
			delete(used, k.Code)
		}
		a := s.must(t, http.StatusOK, call{Method: "GET", Path: "/docs/problems/" + k.Code, Token: "-"})
		text := html.UnescapeString(a.Body)
		for _, want := range []string{k.Title, k.Meaning, k.Where, k.Remedy} {
			require.NotEmpty(t, want, k.Code)
			require.Contains(t, text, want)
		}
		for _, hint := range k.Providers {
			require.Contains(t, text, "<dt>"+hint.Provider+"</dt><dd>"+hint.Text+"</dd>")
		}
		requireNothingInline(t, a)
		require.Contains(t, index.Body, `href="/docs/problems/`+k.Code+`"`)
	}
	require.Empty(t, used, "codes without a page")
	require.Equal(t, 3, symptoms, "the three errors that are documented for Azure")
}

func TestSignInKindsReadWell(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range api.SSOKinds() {
		require.False(t, seen[k.Code], k.Code)
		seen[k.Code] = true
		for _, text := range []string{k.Meaning, k.Where, k.Remedy} {
			require.True(t, strings.HasSuffix(text, "."), "%s: %s", k.Code, text)
		}
		_, problem := kinds()[k.Code]
		require.False(t, problem, "%s is a kind of problem, too", k.Code)
	}
}
