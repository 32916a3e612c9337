package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A first start that cannot write down what it generated makes nothing, so that
// the next one can.
func TestBootstrapFileThatCannotBeWritten(t *testing.T) {
	for _, taken := range []string{"bootstrap.txt", "bootstrap.txt.new"} {
		t.Run(taken, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			obstacle := filepath.Join(data, taken)
			require.NoError(t, os.MkdirAll(filepath.Join(obstacle, "something"), 0o700))
			var errs bytes.Buffer
			code := run(&program{ctx: t.Context(), stdout: io.Discard, stderr: &errs},
				[]string{"serve", "--addr", "127.0.0.1:0", "--data", data})
			require.Equal(t, 1, code)
			require.Contains(t, errs.String(), "bootstrap file")

			require.NoError(t, os.RemoveAll(obstacle))
			r := serve(t, data)
			text, err := os.ReadFile(filepath.Join(data, "bootstrap.txt"))
			require.NoError(t, err)
			require.Contains(t, string(text), "password: ")
			require.Contains(t, string(text), "POST /api/v1/session", "what the password is for")
			require.NoFileExists(t, filepath.Join(data, "bootstrap.txt.new"))
			require.Contains(t, r.stdout.String(), "First start")
		})
	}
}

// The power went between the commit and the renaming.
func TestBootstrapFileGetsItsNameLater(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(data, "bootstrap.txt")
	serve(t, data).end(t)
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Rename(file, file+".new"))
	r := serve(t, data)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	require.Contains(t, r.stdout.String(), "still in "+file)
}

// It was told to stop while it made its first rows: whatever came of them can be
// used by the next start.
func TestBootstrapWhileStopping(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	h, err := openHouse(t.Context(), dataSettings{Data: data}, quiet(), true)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	now := h.access.Audit.Now
	h.access.Audit.Now = func() (at time.Time) {
		stop()
		return time.Now()
	}
	c := serveCommand{dataSettings: dataSettings{Data: data}}
	c.BootstrapDomain, c.BootstrapAdmin, c.BootstrapFeatures = "localhost", "admin", []string{"all"}
	_, _ = c.bootstrap(ctx, h)
	h.access.Audit.Now = now
	require.NoError(t, h.close(t.Context()))

	r := serve(t, data, "--bootstrap-token", "")
	text, err := os.ReadFile(filepath.Join(data, "bootstrap.txt"))
	require.NoError(t, err)
	require.Regexp(t, `(?m)^token: \S+$`, string(text))
	r.token = regexp.MustCompile(`(?m)^token: (\S+)$`).FindStringSubmatch(string(text))[1]
	res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
}

// A token from a file brings the end of its line along.
func TestBootstrapTokenWithANewLine(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--bootstrap-token", testToken+"\r\n")
	res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
}
