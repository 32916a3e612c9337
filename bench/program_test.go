package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// built is the program under test; TestMain builds it once for all tests.
var built string

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "admin-api-test-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built = filepath.Join(dir, "admin-api")
	if err := build(context.Background(), built); err != nil {
		fmt.Println(err)
		return 1
	}
	return m.Run()
}

// house is a data folder, and whatever serves it at the moment.
type house struct {
	t      *testing.T
	config serverConfig
	client *client
	server *server
}

// newHouse starts the program on an empty folder.
func newHouse(t *testing.T, connections int) *house {
	t.Helper()
	dir := t.TempDir()
	addr, err := freeAddr(t.Context())
	require.NoError(t, err)
	h := &house{t: t, config: serverConfig{
		binary: built, data: filepath.Join(dir, "data"), log: filepath.Join(dir, "log"), addr: addr,
		token: "a-token-of-this-test-and-nothing-else",
	}}
	h.client = newClient("http://"+addr, h.config.token, connections)
	t.Cleanup(func() {
		if h.server != nil {
			h.server.kill()
		}
		if t.Failed() {
			t.Logf("admin-api wrote at the end:\n%s", tail(h.config.log))
		}
	})
	h.start()
	return h
}

func (h *house) start() {
	h.t.Helper()
	var err error
	h.server, err = h.config.start(h.t.Context())
	require.NoError(h.t, err)
}

// run runs a command beside the server, or after it, and returns its output.
func (h *house) run(args ...string) string {
	h.t.Helper()
	out, err := h.config.command(h.t.Context(), args...).CombinedOutput()
	require.NoError(h.t, err, "admin-api %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

// create makes an account that must be accepted.
func (h *house) create(name string) account {
	h.t.Helper()
	a, err := h.client.expect(h.t.Context(), http.StatusCreated, createRequest(zendesk(name), ""))
	require.NoError(h.t, err)
	got, err := a.account()
	require.NoError(h.t, err)
	return got
}

// account is what tests look at in the document of an account.
type account struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Version     int64  `json:"version"`
	ETag        string `json:"etag"`
	Secrets     map[string]struct {
		Unreadable bool `json:"unreadable"`
	} `json:"secrets"`
}

// account reads the document and compares its entity tag with the header field.
func (a *answer) account() (account, error) {
	var got account
	if err := json.Unmarshal(a.body, &got); err != nil {
		return got, err
	}
	if a.etag() != strconv.Quote(got.ETag) {
		return got, fmt.Errorf("ETag %s beside a document with %q", a.etag(), got.ETag)
	}
	return got, nil
}

// together calls do for 0 to n-1 at once and returns every error.
func together(n int, do func(int) error) error {
	failed := make([]error, n)
	var clients sync.WaitGroup
	for i := range n {
		clients.Go(func() { failed[i] = do(i) })
	}
	clients.Wait()
	return errors.Join(failed...)
}

// size is how much a test does: less without the build tag long, and in short runs.
func size(whole, short int) int {
	if !long || testing.Short() {
		return short
	}
	return whole
}
