//go:build full

// Package e2e_test drives the pages of admin-api in the system's Chromium.
package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/web"
)

// strictPolicy is the least that the API reference needs: nothing inline, no
// eval, nobody else's origin. Its images are data URLs in its own style sheet.
const strictPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func TestReferenceWorksUnderStrictPolicy(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/docs/", http.StripPrefix("/docs/", http.FileServerFS(web.Swagger())))
	mux.HandleFunc("/openapi.yaml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		http.ServeFile(w, r, "testdata/reference.yaml")
	})
	mux.HandleFunc("/api/v1/integration-types", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"items":[{"type":"telegram"}]}`)
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strictPolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	}))
	defer server.Close()

	openReference(t, server.URL, "not-a-real-token")
}

func TestReferenceOfTheProgram(t *testing.T) {
	p := program.Start(t)
	openReference(t, p.URL, p.Token)
}

// openReference runs docs.mjs against a server; the token never reaches the
// command line.
func openReference(t *testing.T, url, token string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "docs.mjs")
	cmd.Env = append(os.Environ(), "BASE_URL="+url, "TOKEN="+token)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), `"problems":[]`)
}
