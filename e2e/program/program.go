// Package program builds admin-api and runs it for tests that talk to it from
// outside, as its users do: browsers, generated clients, command lines.
//
// It knows no other package of the module and no route but /readyz. Tests of a
// package's own behaviour do not need it.
package program

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// How long the program may take to become ready, on a machine that is busy with other
// tests, and to stop.
const (
	startTimeout = 3 * time.Minute
	stopTimeout  = 15 * time.Second
)

// Program is a running admin-api with an empty SQLite database.
type Program struct {
	// URL is where it listens, without a slash at the end.
	URL string
	// Username, Password and Token belong to the first administrator.
	Username, Password, Token string
	// Data is its data folder and Binary the file that runs.
	Data, Binary string

	output *output
	exited chan struct{}
}

// Start builds the program and runs "serve" on a free port of the loopback
// interface until the test ends; it returns when the program is ready. Settings
// are extra environment variables such as "ADMIN_API_LOG_LEVEL=debug" and win
// over those that Start chooses. What the program wrote is shown if the test
// fails.
func Start(t testing.TB, settings ...string) *Program {
	t.Helper()

	data := t.TempDir()
	p := &Program{
		Username: "admin",
		Password: rand.Text(),
		Token:    rand.Text() + rand.Text(),
		Data:     filepath.Join(data, "state"),
		Binary:   filepath.Join(data, "admin-api"),
	}
	p.build(t)
	p.run(t, settings)
	return p
}

// Beside runs another process of the program on the same data, as Start does. The
// settings should be those of Start.
func (p *Program) Beside(t testing.TB, settings ...string) *Program {
	t.Helper()
	other := &Program{Username: p.Username, Password: p.Password, Token: p.Token, Data: p.Data, Binary: p.Binary}
	other.run(t, settings)
	return other
}

// run starts the program on a free port, which the system chooses, and waits until it
// is ready.
func (p *Program) run(t testing.TB, settings []string) {
	t.Helper()
	p.output, p.exited = new(output), make(chan struct{})
	p.serve(t, append([]string{
		"ADMIN_API_ADDR=127.0.0.1:0",
		"ADMIN_API_DATA=" + p.Data,
		"ADMIN_API_BOOTSTRAP_ADMIN=" + p.Username,
		"ADMIN_API_BOOTSTRAP_PASSWORD=" + p.Password,
		"ADMIN_API_BOOTSTRAP_TOKEN=" + p.Token,
		"ADMIN_API_MONITOR_INTERVAL=off",
	}, settings...))
	p.waitReady(t)
}

func (p *Program) build(t testing.TB) {
	t.Helper()
	//nolint:gosec // the path is the test's own temporary folder
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", p.Binary, "admin-api/cmd/admin-api")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build admin-api: %v\n%s", err, out)
	}
}

// serve starts the program. The end of the test's context asks it to stop.
func (p *Program) serve(t testing.TB, settings []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), p.Binary, "serve") //nolint:gosec // built by this test
	cmd.Env = append(os.Environ(), settings...)
	cmd.Stdout, cmd.Stderr = p.output, p.output
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	if err := cmd.Start(); err != nil {
		t.Fatalf("start admin-api: %v", err)
	}
	go func() {
		defer close(p.exited)
		// How it ended is in its output; a stopped process is no error here.
		_ = cmd.Wait()
	}()
	t.Cleanup(func() {
		<-p.exited
		if t.Failed() {
			t.Logf("admin-api wrote:\n%s", p.output)
		}
	})
}

func (p *Program) waitReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !p.ready(ctx) {
		select {
		case <-p.exited:
			t.Fatal("admin-api ended before it was ready")
		case <-ctx.Done():
			t.Fatalf("admin-api was not ready after %s", startTimeout)
		case <-tick.C:
		}
	}
}

// greeting is the line in which the program says where its API is.
var greeting = regexp.MustCompile(`(?m)^ +API +(http\S+)/api/v1$`)

func (p *Program) ready(ctx context.Context) bool {
	said := greeting.FindStringSubmatch(p.output.String())
	if said == nil {
		return false
	}
	p.URL = said[1]
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/readyz", http.NoBody)
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

// output collects what a process writes while others read it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

// String returns everything written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
