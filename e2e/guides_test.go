//go:build full

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
)

// TestGuides executes the guides that need nothing but the program.
func TestGuides(t *testing.T) {
	for _, name := range []string{"contact-centers.md", "tokens.md"} {
		t.Run(name, func(t *testing.T) {
			p := program.Start(t)
			blocks := guide(t, name)
			var commands strings.Builder
			commands.WriteString("set -euo pipefail\n")
			for _, b := range blocks {
				if b.language == "sh" && b.terminal == "" {
					fmt.Fprintf(&commands, "%secho '%s'\n", b.text, endOfBlock)
				}
			}
			cmd := exec.CommandContext(t.Context(), "bash", "-c", commands.String())
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "API="+p.URL+"/api/v1", "TOKEN="+p.Token)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			require.NoError(t, cmd.Run(), errs.String())
			got := strings.Split(out.String(), endOfBlock+"\n")
			for i, want := range expected(blocks) {
				require.Equal(t, want, got[i], "block %d; errors: %s", i, errs.String())
			}
		})
	}
}
