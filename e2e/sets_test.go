//go:build full

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
)

// TestGuideToSets executes the guide against the program. What it shows is what
// came, but for lines that are left out and fingerprints.
func TestGuideToSets(t *testing.T) {
	p := program.Start(t)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "examples", "set"), os.DirFS("../examples/set")))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "examples", "set", "secrets")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "bin"), 0o700))
	require.NoError(t, os.Symlink(p.Binary, filepath.Join(dir, "bin", "admin-api")))

	blocks := guide(t, "sets.md")
	var commands strings.Builder
	commands.WriteString("set -euo pipefail\n")
	for _, b := range blocks {
		if b.language == "sh" && b.terminal == "" {
			fmt.Fprintf(&commands, "%secho '%s'\n", b.text, endOfBlock)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", commands.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "ADMIN_API_SERVER="+p.URL, "ADMIN_API_TOKEN="+p.Token)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s\n%s", &out, &errs)

	fingerprint := regexp.MustCompile(`"fingerprint":"[0-9a-f]{8}"`)
	plain := func(text string) string { return fingerprint.ReplaceAllString(text, `"fingerprint":"…"`) }
	answers := strings.Split(plain(out.String()), endOfBlock+"\n")
	at, shown := -1, 0
	for _, b := range blocks {
		switch {
		case b.language == "sh" && b.terminal == "":
			at++
		case b.language == "text":
			shown++
			for line := range strings.Lines(plain(b.text)) {
				if strings.TrimSpace(line) != "…" {
					require.Contains(t, answers[at], line, "block %d", at)
				}
			}
		}
	}
	require.Equal(t, 5, shown)
	require.Equal(t, len(answers)-1, at+1, "every block was executed")
}
