package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asProgram has the test binary be the program, for tests that kill it.
const asProgram = "RUN_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// reads asks for credentials until ctx ends; its error is that of a read that
// failed.
func (r *running) reads(ctx context.Context, ids []string) error {
	for n := 0; ctx.Err() == nil; n++ {
		path := r.url + "/api/v1/integration-accounts/" + ids[n%len(ids)] + "/credentials"
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			break // the end of ctx
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil && (res.StatusCode != http.StatusOK || !strings.Contains(string(text), botToken)) {
			return fmt.Errorf("%s: %d %s", path, res.StatusCode, text)
		}
	}
	return nil
}

// hooks makes webhooks, and gives each other keys, until ctx ends.
func (r *running) hooks(ctx context.Context) error {
	const path = "/api/v1/webhooks"
	for ctx.Err() == nil {
		location, err := r.send(ctx, http.MethodPost, path, `{"url":"https://example.com/","enabled":false}`)
		for range 3 {
			if err == nil {
				_, err = r.send(ctx, http.MethodPost, path+"/"+filepath.Base(location)+"/rotate-secret", "")
			}
		}
		if err == nil {
			_, err = r.send(ctx, http.MethodDelete, path+"/"+filepath.Base(location), "")
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// load has clients read, write, and change webhooks of the servers.
func (r *running) load(t *testing.T, ids []string, further ...*running) *writing {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	servers := append(further, r)
	w := &writing{stop: stop, errs: make(chan error, 3*len(servers))}
	for n, server := range servers {
		w.clients.Go(func() { w.errs <- server.reads(ctx, ids) })
		w.clients.Go(func() { w.errs <- server.write(ctx, n) })
		w.clients.Go(func() { w.errs <- server.hooks(ctx) })
	}
	return w
}

func rotate(t *testing.T, data string, settings []string) {
	t.Helper()
	code, out, errs := command(t, data, append([]string{"keys", "rotate"}, settings...)...)
	require.Zero(t, code, out+errs)
}

// requireOnOneKey says that of the keys, least of which there are, only the newest
// one is in use, and that the chains hold.
func (r *running) requireOnOneKey(t *testing.T, settings []string, least int) {
	t.Helper()
	code, status, errs := command(t, r.data, append([]string{"keys", "status"}, settings...)...)
	require.Zero(t, code, errs)
	keys := strings.Split(strings.TrimSpace(status), "\n")
	require.GreaterOrEqual(t, len(keys), least, status)
	require.Equal(t, len(keys)-1, strings.Count(status, "  0 secrets\n"), status)
	code, out, _ := command(t, r.data, append([]string{"audit", "verify"}, settings...)...)
	require.Zero(t, code, out)
}

// Beside a server that reads and writes, a rotation that is killed at any moment
// is finished by the next one: no read fails, and nothing is left on an older key.
func TestKeysRotateKilled(t *testing.T) {
	killed(t, serve(t, filepath.Join(t.TempDir(), "data"), "--log-level", "error"), nil)
}

func killed(t *testing.T, r *running, settings []string) {
	t.Helper()
	ids := r.bots(t, 40)
	_, body := r.do(t, http.MethodPost, "/api/v1/webhooks", `{"url":"https://127.0.0.1/"}`)
	var hook struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(body), &hook), body)
	line := append([]string{"keys", "rotate", "--data", r.data}, settings...)
	r.keyPair(t)
	random := rand.New(rand.NewPCG(1, 1))
	load := r.load(t, ids)
	ended := 0
	for range 10 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], line...) //nolint:gosec // this very binary
		cmd.Env = append(os.Environ(), asProgram+"=1")
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(random.IntN(400))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		if cmd.Wait() == nil {
			ended++
		}
		timer.Stop()
	}
	t.Logf("%d of 10 rotations ended before they were killed", ended)
	rotate(t, r.data, settings) // finishes what was begun, if anything was
	r.requireOnOneKey(t, settings, 2)
	load.end(t)
	rotate(t, r.data, settings)
	r.requireOnOneKey(t, settings, 2)
	r.requireSealed(t, ids)
	requireReadable(t, opened(t, r.data, settings...), 1)
	_, body = r.do(t, http.MethodPost, "/api/v1/webhooks/"+hook.ID+"/test", "")
	require.Contains(t, body, `"error":"blocked"`, "its key can be read")
}
