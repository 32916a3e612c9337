package handlers_test

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/sso"
	"admin-api/sso/assertion"
)

// Each reason why a sign-in is refused is explained, and nothing else is.
func TestEverySignInCodeHasItsPage(t *testing.T) {
	used := map[string]bool{}
	for _, code := range slices.Concat(sso.Codes(), assertion.Codes(), []string{api.CodeSSOHTTPSRequired, api.CodeSSOTooMany}) {
		used[code] = true
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

// Providers have one name for who sets them up and another on pages.
func TestHintsOfProviders(t *testing.T) {
	kind, ok := api.SSOKindOf(assertion.CodeAudienceWrong)
	require.True(t, ok)
	for _, name := range sso.SetupProviders() {
		require.Equal(t, name == sso.SetupGeneric, kind.HintOf(name) == nil, name)
	}
	require.Nil(t, kind.HintOf(""))
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
