package web_test

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/web"
)

var reference = regexp.MustCompile(`(?:src|href)="/docs/([^"]+)"`)

var navigation = regexp.MustCompile(`(?s)<nav.*</nav>`)

func TestSwaggerHoldsWhatItsPageLoads(t *testing.T) {
	page, err := fs.ReadFile(web.Swagger(), "index.html")
	require.NoError(t, err)

	page = bytes.ReplaceAll(page, navigation.Find(page), nil) // leads to pages that are not files
	found := reference.FindAllStringSubmatch(string(page), -1)
	require.Len(t, found, 5)
	for _, match := range found {
		info, err := fs.Stat(web.Swagger(), match[1])
		require.NoError(t, err)
		require.Positive(t, info.Size(), match[1])
	}
}

// A strict Content-Security-Policy blocks inline code without a word to the
// reader, so the page must not grow any.
func TestSwaggerPageHasNothingInline(t *testing.T) {
	page, err := fs.ReadFile(web.Swagger(), "index.html")
	require.NoError(t, err)

	for _, inline := range []string{"<style", " style=", "<script>", " onload=", "javascript:", "http:", "https:"} {
		require.NotContains(t, string(page), inline)
	}
}

func TestSwaggerCarriesLicencesAndNoSourceMaps(t *testing.T) {
	for _, name := range []string{"LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"} {
		_, err := fs.Stat(web.Swagger(), name)
		require.NoError(t, err)
	}
	err := fs.WalkDir(web.Swagger(), ".", func(name string, _ fs.DirEntry, err error) error {
		require.NoError(t, err)
		require.NotEqual(t, ".map", path.Ext(name), name)
		return nil
	})
	require.NoError(t, err)
}

func TestSwaggerForgetsTokens(t *testing.T) {
	script, err := fs.ReadFile(web.Swagger(), "initializer.js")
	require.NoError(t, err)

	text := strings.Join(strings.Fields(string(script)), " ")
	require.Contains(t, text, `url: "/openapi.yaml"`)
	require.Contains(t, text, "persistAuthorization: false")
	require.Contains(t, text, "queryConfigEnabled: false")
	require.Contains(t, text, "validatorUrl: null")
}
