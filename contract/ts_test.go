//go:build full

// Package contract_test proves that openapi.yaml is enough to write clients:
// it runs clients generated from it against the real program.
package contract_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
)

func TestTypeScriptClient(t *testing.T) {
	compile := exec.CommandContext(t.Context(), "npm", "run", "--silent", "build")
	compile.Dir = "ts"
	out, err := compile.CombinedOutput()
	require.NoError(t, err, "%s", out)

	p := program.Start(t)
	client := exec.CommandContext(t.Context(), "node", "build/client.js")
	client.Dir = "ts"
	client.Env = append(os.Environ(), "BASE_URL="+p.URL, "TOKEN="+p.Token)
	out, err = client.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, "ok\n", string(out))
}
