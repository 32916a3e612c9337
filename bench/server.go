package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	random "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// startTimeout is longer than a start takes on a machine that is busy with tests.
const startTimeout = 3 * time.Minute

// server is a running admin-api on the loopback interface.
type server struct {
	*process
	url, token string
}

// serverConfig says how to start the program.
type serverConfig struct {
	// binary is the program, data its folder and log the file that gets what it
	// writes.
	binary, data, log string
	// addr is where it listens, token what has every right on an empty database.
	addr, token string
}

// newServerConfig builds the program into dir and returns how to start it there.
func newServerConfig(ctx context.Context, dir string) (serverConfig, error) {
	c := serverConfig{
		binary: filepath.Join(dir, "admin-api"), data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log"),
		token: rand.Text() + rand.Text(),
	}
	var err error
	if c.addr, err = freeAddr(ctx); err != nil {
		return c, err
	}
	return c, build(ctx, c.binary)
}

// startOurs builds and starts the program that is measured.
func startOurs(ctx context.Context, dir string) (*server, error) {
	c, err := newServerConfig(ctx, dir)
	if err != nil {
		return nil, err
	}
	return c.start(ctx)
}

func build(ctx context.Context, binary string) error {
	//nolint:gosec // the path is in our own temporary folder
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "admin-api/cmd/admin-api")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build admin-api: %w\n%s", err, out)
	}
	return nil
}

// command returns the program with arguments, in the same setting as the
// server: defaults, but no rate limit and no schedule that runs beside it.
func (c *serverConfig) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.binary, args...) //nolint:gosec // built above
	cmd.Env = append(foreign(os.Environ()),
		"ADMIN_API_ADDR="+c.addr,
		"ADMIN_API_DATA="+c.data,
		"ADMIN_API_BOOTSTRAP_PASSWORD="+rand.Text(),
		"ADMIN_API_BOOTSTRAP_TOKEN="+c.token,
		"ADMIN_API_RATE_LIMIT=off",
		"ADMIN_API_MONITOR_INTERVAL=off",
	)
	return cmd
}

// foreign returns the variables that are not the program's own: a database that
// somebody works with must not be measured by accident.
func foreign(environment []string) []string {
	return slices.DeleteFunc(environment, func(v string) bool { return strings.HasPrefix(v, "ADMIN_API_") })
}

// start serves and returns when the program is ready. The end of ctx kills it.
func (c *serverConfig) start(ctx context.Context) (*server, error) {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the child has its own handle
	cmd := c.command(ctx, "serve")
	cmd.Stdout, cmd.Stderr = log, log
	p, err := startProcess(cmd)
	if err != nil {
		return nil, fmt.Errorf("start admin-api: %w", err)
	}
	s := &server{process: p, url: "http://" + c.addr, token: c.token}
	if err := s.waitReady(ctx); err != nil {
		s.kill()
		return nil, fmt.Errorf("admin-api %w; it wrote:\n%s", err, tail(c.log))
	}
	return s, nil
}

func (s *server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !s.ready(ctx) {
		select {
		case <-s.exited:
			return s.gone()
		case <-ctx.Done():
			return errors.New("was not ready in time")
		case <-tick.C:
		}
	}
	return nil
}

func (s *server) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", http.NoBody)
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

// tail returns the end of a file, as far as it can be read.
func tail(path string) []byte {
	const most = 4096
	text, _ := os.ReadFile(path) //nolint:gosec // our own file
	return text[max(0, len(text)-most):]
}

// freeAddr returns an address that nobody listens on at the moment, and nobody will
// by chance while a server starts, or starts anew: systems choose ports from 32768
// with Linux, from 49152 elsewhere.
func freeAddr(ctx context.Context) (string, error) {
	const first, most = 20_000, 12_000
	var config net.ListenConfig
	var failed error
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", first+random.N(most)) //nolint:gosec // a port is no secret
		l, err := config.Listen(ctx, "tcp", addr)
		if err == nil {
			return addr, l.Close()
		}
		failed = err
	}
	return "", failed
}
