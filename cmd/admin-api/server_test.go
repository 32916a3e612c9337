package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// locked is a buffer for several writers.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// running is a server that runs inside the test.
type running struct {
	url, token, data string
	stdout, stderr   locked
	stop             context.CancelFunc
	code             chan int
}

const testToken = "a-token-of-the-tests-0123456789-0123456789"

// serve starts the program's server on a free port; it is stopped by the end
// of the test at the latest.
func serve(t *testing.T, data string, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{token: testToken, data: data, stop: stop, code: make(chan int, 1)}
	ready := make(chan string, 1)
	p := &program{ctx: ctx, stdout: &r.stdout, stderr: &r.stderr, ready: func(addr string) { ready <- addr }}
	line := append([]string{
		"serve", "--addr", "127.0.0.1:0", "--data", data, "--bootstrap-token", testToken,
		"--log-level", "debug", "--rate-limit", "off",
	}, args...)
	go func() { r.code <- run(p, line) }()
	t.Cleanup(func() { r.end(t) })
	select {
	case addr := <-ready:
		r.url = "http://" + addr
	case code := <-r.code:
		t.Fatalf("the server ended with %d: %s", code, r.stderr.String())
	}
	return r
}

// end stops the server and waits for it.
func (r *running) end(t *testing.T) {
	t.Helper()
	if r.stop == nil {
		return
	}
	r.stop()
	r.stop = nil
	require.Zero(t, <-r.code, r.stderr.String())
}

// answer is the head of an answer.
type answer struct {
	StatusCode int
	Header     http.Header
}

// do sends a request with the token and returns the answer with its body.
// header holds alternating names and values.
func (r *running) do(t *testing.T, method, path, body string, header ...string) (answer, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+r.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return answer{res.StatusCode, res.Header}, string(out)
}

func TestServeFirstAndSecondStart(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data, "--bootstrap-admin", "ann")
	require.Contains(t, r.stdout.String(), r.url+"/docs")
	require.Contains(t, r.stdout.String(), "administrator ann")
	text, err := os.ReadFile(filepath.Join(data, "bootstrap.txt"))
	require.NoError(t, err)
	require.Regexp(t, `(?m)^domain: localhost\nusername: ann\npassword: \S{20}$`, string(text))
	require.NotContains(t, string(text), testToken, "the file holds generated values only")
	for name, mode := range map[string]os.FileMode{
		"": 0o700, "bootstrap.txt": 0o600, "keys.json": 0o600, "admin-api.db": 0o600,
	} {
		info, err := os.Stat(filepath.Join(data, name))
		require.NoError(t, err)
		require.Equal(t, mode, info.Mode().Perm(), name)
	}
	res, body := r.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	r.end(t)

	again := serve(t, data, "--bootstrap-admin", "bob")
	require.NotContains(t, again.stdout.String(), "bob", "the bootstrap settings count only on an empty database")
	require.Contains(t, again.stdout.String(), "bootstrap.txt")
}

// briefly serves until it is ready, and returns what was written meanwhile.
func briefly(t *testing.T, p program, args ...string) (stdout, stderr string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, errs locked
	p.ctx, p.stdout, p.stderr, p.ready = ctx, &out, &errs, func(string) { stop() }
	require.Zero(t, run(&p, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)), &errs)
	return out.String(), errs.String()
}

func TestCredentialsAreShownOnATerminalOnly(t *testing.T) {
	for terminal, times := range map[bool]int{true: 1, false: 0} {
		data := filepath.Join(t.TempDir(), "data")
		stdout, stderr := briefly(t, program{terminal: terminal}, "--data", data)
		file := filepath.Join(data, "bootstrap.txt")
		require.Contains(t, stdout, file)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		generated := regexp.MustCompile(`(?m)^(?:password|token): (\S+)$`).FindAllStringSubmatch(string(text), -1)
		require.Len(t, generated, 2)
		for _, g := range generated {
			require.Equal(t, times, strings.Count(stdout, g[1]))
			require.NotContains(t, stderr, g[1])
		}
	}
}

func TestServeLogsWhatItDoesAndWhatIsOdd(t *testing.T) {
	t.Setenv("ADMIN_API_LISTEN", "127.0.0.1:0")
	data := t.TempDir()
	require.NoError(t, os.Chmod(data, 0o750))
	_, log := briefly(t, program{}, "--data", data)
	for _, want := range []string{
		`"msg":"listening","addr":"127.0.0.1:`, `"msg":"stopped"`, `"variable":"ADMIN_API_LISTEN"`, `"mode":"0750"`,
	} {
		require.Contains(t, log, want)
	}
	require.NoError(t, os.Unsetenv("ADMIN_API_LISTEN"))
	require.NoError(t, os.Chmod(data, 0o700))
	_, log = briefly(t, program{}, "--data", data)
	require.NotContains(t, log, `"level":"WARN"`, "nothing is odd")
}

func TestServeAfterMigrate(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	code, _, errs := command(t, data, "migrate")
	require.Zero(t, code, errs)
	r := serve(t, data)
	res, body := r.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
}

func TestServeRefusesAForeignKeyFile(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	serve(t, data).end(t)
	require.NoError(t, os.Remove(filepath.Join(data, "keys.json")))
	var errs bytes.Buffer
	code := run(&program{ctx: t.Context(), stdout: io.Discard, stderr: &errs}, []string{"serve", "--addr", "127.0.0.1:0", "--data", data})
	require.Equal(t, 1, code)
	require.Contains(t, errs.String(), "missing but the database is in use")
}

func TestServeSaysThatTheKeyFileIsMadeWhenItIs(t *testing.T) {
	require.Contains(t, serve(t, filepath.Join(t.TempDir(), "data")).stderr.String(), "key file made")
	keys := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.Symlink("nowhere/keys.json", keys)) // looks like no file, and cannot be made
	code, errs, _ := refused(t, []string{"serve", "--keys", keys})
	require.Equal(t, 1, code)
	require.NotContains(t, errs, "key file made")
}

func TestServeStopsGracefully(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	body, writer := io.Pipe() // a request that is being sent when the stop comes
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/api/v1/integration-accounts", body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Expect", "100-continue") // the body is asked for when the request is being worked on
	type result struct {
		status int
		err    error
	}
	done := make(chan result, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			done <- result{err: err}
			return
		}
		_ = res.Body.Close()
		done <- result{status: res.StatusCode}
	}()
	document := telegram("in flight", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
	_, err = writer.Write([]byte(document[:20])) // returns when the transport has read it
	require.NoError(t, err)
	r.stop()
	_, err = writer.Write([]byte(document[20:]))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	got := <-done
	require.NoError(t, got.err)
	require.Equal(t, http.StatusCreated, got.status)
}

func telegram(name, token string) string {
	return `{"type":"telegram","name":"` + name + `","properties":{"token":"` + token + `"}}`
}

func TestMetricsNeedTheScope(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	res, body := r.do(t, http.MethodGet, "/metrics", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, "# TYPE admin_api_database_connections_open gauge")
	for _, name := range []string{"wait_seconds", "commits", "transactions"} {
		require.Contains(t, body, "# TYPE admin_api_database_"+name+"_total counter")
	}
	res, _ = r.do(t, http.MethodGet, "/metrics", "", "Authorization", "")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
}

// quiet is a logger that says nothing.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
