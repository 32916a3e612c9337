//go:build full

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/integrations/salesforce/salesforcetest"
)

// guide returns the blocks of a guide.
func guide(t *testing.T, name string) []block {
	t.Helper()
	text, err := os.ReadFile("../docs/guides/" + name)
	require.NoError(t, err)
	var blocks []block
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)(?: terminal=(\\w+))?\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, block{m[1], m[2], m[3]})
	}
	return blocks
}

// TestGuideToSalesforce executes the guide against the program and a double of
// Salesforce. A browser is played where the guide wants one.
func TestGuideToSalesforce(t *testing.T) {
	const domain = "mycompany.example"
	org := salesforcetest.Organization{
		Host:    salesforcetest.Host,
		Consent: &salesforcetest.Consent{Callbacks: []string{"https://" + domain + "/admin/salesforcecallback.html"}},
	}
	addr, authority := salesforcetest.Serve(t, org)
	p := program.Start(t, "ADMIN_API_BOOTSTRAP_DOMAIN="+domain,
		"ADMIN_API_OUTBOUND_CONNECT_TO=*:443="+addr, "ADMIN_API_OUTBOUND_CA="+authority)

	dir := t.TempDir()
	blocks := guide(t, "salesforce.md")
	var commands strings.Builder
	commands.WriteString("set -euo pipefail\n")
	for _, b := range blocks {
		switch {
		case b.terminal == "browser":
			commands.WriteString("touch consent; until [ -e consented ]; do sleep 0.05; done\n")
		case b.language == "sh" && b.terminal == "":
			fmt.Fprintf(&commands, "%secho '%s'\n", b.text, endOfBlock)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", commands.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "API="+p.URL+"/api/v1", "TOKEN="+p.Token,
		"CONSUMER_KEY="+salesforcetest.Key, "CONSUMER_SECRET="+salesforcetest.Secret)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Start())
	eventually(t, "the guide comes to the browser", func(context.Context) bool {
		_, err := os.Stat(filepath.Join(dir, "consent"))
		return err == nil
	})
	page := browse(t, p, org, filepath.Join(dir, "authorization.json"))
	require.Contains(t, page, "Salesforce is connected")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "consented"), nil, 0o600))
	require.NoError(t, cmd.Wait(), errs.String())
	got := strings.Split(out.String(), endOfBlock+"\n")
	for i, want := range expected(blocks) {
		require.Equal(t, want, got[i], "block %d; errors: %s", i, errs.String())
	}
}

// browse plays a browser: to the double, and back to the program.
func browse(t *testing.T, p *program.Program, org salesforcetest.Organization, file string) string {
	t.Helper()
	var begun struct{ AuthorizationURL string }
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &begun))
	w := httptest.NewRecorder()
	org.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, begun.AuthorizationURL, http.NoBody))
	back, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+back.RequestURI(), http.NoBody)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	require.NoError(t, err)
	return body.String()
}
