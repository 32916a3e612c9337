//go:build full

package e2e_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// walkThrough returns the blocks of the section "Walk-through".
func walkThrough(t *testing.T) []block {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(readme), "\n## Walk-through\n")
	require.True(t, found)
	section, _, found = strings.Cut(section, "\n## ")
	require.True(t, found)
	blocks := blocksOf(section)
	require.Greater(t, len(blocks), 10)
	return blocks
}

// cleanCopy copies what git knows of the project, as a newcomer would have it.
func cleanCopy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := `cd .. && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"`
	out, err := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script, "copy", dir).CombinedOutput()
	require.NoError(t, err, string(out))
	return dir
}

// terminal runs commands in a terminal of their own until the test ends.
func terminal(t *testing.T, dir, commands string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "bash", "-c", commands)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // make and go run have children
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // it ends by the signal
	}()
	t.Cleanup(func() {
		<-done
		if t.Failed() {
			t.Logf("%s wrote:\n%s", commands, credentials.ReplaceAllString(out.String(), "$1 …"))
		}
	})
}

// credentials are the lines in which the first start shows how to get in.
var credentials = regexp.MustCompile(`(password|token|TOKEN=)\s*\S+`)

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func(ctx context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok(ctx) {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: did not happen", what)
		case <-tick.C:
		}
	}
}

func answers(url string) func(context.Context) bool {
	return func(ctx context.Context) bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return false
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	}
}

func TestWalkThroughOfTheREADME(t *testing.T) {
	blocks := walkThrough(t)
	dir := cleanCopy(t)
	for _, x := range blocks {
		switch x.terminal {
		case "doubles":
			terminal(t, dir, x.text)
			eventually(t, "the doubles write their authority", func(context.Context) bool {
				_, err := os.Stat(filepath.Join(dir, "data", "double-ca.pem"))
				return err == nil
			})
		case "server":
			terminal(t, dir, x.text)
			eventually(t, "the server is ready", answers("http://127.0.0.1:8080/readyz"))
		}
	}
	reader{dir: dir}.follow(t, blocks)
}
