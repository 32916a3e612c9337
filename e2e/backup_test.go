//go:build full

package e2e_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/store/storetest"
)

// TestGuideToBackups executes the guide beside a running program, and moves its
// data to a PostgreSQL of the test's own.
func TestGuideToBackups(t *testing.T) {
	p := program.Start(t, "ADMIN_API_BOOTSTRAP_DOMAIN=mycompany.example")
	for _, name := range []string{"one", "two"} {
		makeAccount(t, p, name)
	}
	var commands strings.Builder
	commands.WriteString("set -euo pipefail\n")
	blocks := guide(t, "backup.md")
	for _, b := range blocks {
		if b.language == "sh" {
			commands.WriteString(b.text + "echo '" + endOfBlock + "'\n")
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", commands.String())
	cmd.Dir = filepath.Dir(p.Data)
	cmd.Env = append(os.Environ(), "ADMIN_API_DATA="+filepath.Base(p.Data), "POSTGRES="+storetest.EmptyPostgresURL(t),
		"PATH="+filepath.Dir(p.Binary)+":"+os.Getenv("PATH"))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s%s", &out, &errs)
	got := strings.Split(out.String(), endOfBlock+"\n")
	for i, want := range expected(blocks) {
		require.Equal(t, masked(want), masked(got[i]), "block %d", i)
	}
}

// masked hides what differs each time.
func masked(text string) string {
	text = regexp.MustCompile(`\b[0-9a-f]{8}\b`).ReplaceAllString(text, "KEY")
	return regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\dZ`).ReplaceAllString(text, "TIME")
}

func makeAccount(t *testing.T, p *program.Program, name string) {
	t.Helper()
	body := `{"type":"zendesk","name":"` + name + `","properties":{"url":"https://acme.zendesk.com",` +
		`"authorizationType":"apiToken","username":"a@acme.example","apiToken":"0123456789abcdef0123456789abcdef"}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/api/v1/integration-accounts", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusCreated, res.StatusCode)
}
