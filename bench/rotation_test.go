package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// holder is an account whose secret only one client changes.
type holder struct {
	id, etag, token string
}

// Keys are rotated beside a server that is read from and written to, first in
// peace, then killed at random moments and started anew. No read fails, no secret
// is lost, the key file holds, and in the end nothing is left on an older key.
func TestRotationBesideTheServer(t *testing.T) {
	const clients = 8
	h := newHouse(t, clients+1)
	holders := make([]holder, size(480, 64))
	for i := range holders {
		a := h.create(fmt.Sprintf("Sealed %d", i))
		holders[i] = holder{id: a.ID, etag: strconv.Quote(a.ETag)}
	}
	done := make(chan struct{})
	require.NoError(t, together(clients+1, func(n int) error {
		if n < clients {
			return useSecrets(t, h.client, holders[n*len(holders)/clients:(n+1)*len(holders)/clients], done)
		}
		defer close(done)
		return rotateOften(t, h)
	}))
	h.run("keys", "rotate")
	requireOneKeyInUse(t, h)

	require.NoError(t, h.server.stop())
	h.start()
	for _, s := range holders {
		require.NoError(t, s.read(t, h.client))
	}
	h.run("audit", "verify")
}

// rotateOften rotates to the end some times, and then is killed many times.
func rotateOften(t *testing.T, h *house) error {
	var took time.Duration
	for range size(10, 3) {
		start := time.Now()
		if out, err := h.config.command(t.Context(), "keys", "rotate").CombinedOutput(); err != nil {
			return fmt.Errorf("keys rotate: %w\n%s", err, out)
		}
		took = time.Since(start)
	}
	killed := 0
	for i := range size(300, 8) {
		limit := took
		if i%2 == 0 { // every other one early, where the key file is written
			limit /= 4
		}
		early, err := rotateAndKill(t, h, rand.N(limit))
		if err != nil {
			return err
		}
		if early {
			killed++
		}
		if err := h.server.waitReady(t.Context()); err != nil { // which looks at the key file, too
			return fmt.Errorf("the server %w", err)
		}
	}
	t.Logf("a rotation takes %s; %d were killed before their end", took, killed)
	return nil
}

// useSecrets reads the accounts and gives them new secrets until done.
func useSecrets(t *testing.T, c *client, mine []holder, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		default:
		}
		s := &mine[rand.N(len(mine))]
		if err := s.read(t, c); err != nil {
			return err
		}
		if rand.N(4) == 0 {
			if err := s.change(t, c); err != nil {
				return err
			}
		}
	}
}

// read reads the account and its credentials.
func (s *holder) read(t *testing.T, c *client) error {
	a, err := c.get(t.Context(), accountsPath+"/"+s.id)
	if err != nil {
		return err
	}
	got, err := a.account()
	if err != nil {
		return err
	}
	for pointer, state := range got.Secrets {
		if state.Unreadable {
			return fmt.Errorf("secret %s of %s is unreadable", pointer, s.id)
		}
	}
	if a, err = c.get(t.Context(), accountsPath+"/"+s.id+"/credentials"); err != nil {
		return err
	}
	var credentials struct{ Properties struct{ APIToken string } }
	if err := json.Unmarshal(a.body, &credentials); err != nil {
		return err
	}
	token := credentials.Properties.APIToken
	if token == "" || s.token != "" && token != s.token {
		return fmt.Errorf("the secret of %s is not the one that was entered last", s.id)
	}
	return nil
}

// change enters a new secret.
func (s *holder) change(t *testing.T, c *client) error {
	token := fmt.Sprintf("%032d", rand.Uint64())
	patch := encode(object{"properties": object{"apiToken": token}})
	a, err := c.expect(t.Context(), http.StatusOK, patchRequest(s.id, s.etag, patch))
	if err == nil {
		s.etag, s.token = a.etag(), token
	}
	return err
}

// rotateAndKill starts a rotation and kills it after a while, if it is not done
// by then.
func rotateAndKill(t *testing.T, h *house, after time.Duration) (killed bool, err error) {
	var output bytes.Buffer
	p, err := startProcess(withOutput(h.config.command(t.Context(), "keys", "rotate"), &output))
	if err != nil {
		return false, err
	}
	if killed = killAfter(p, after); !killed && p.err != nil {
		return false, fmt.Errorf("keys rotate: %w\n%s", p.err, &output)
	}
	return killed, nil
}

func withOutput(cmd *exec.Cmd, output *bytes.Buffer) *exec.Cmd {
	cmd.Stdout, cmd.Stderr = output, output
	return cmd
}

// killAfter kills a process that does not end before, and reports whether it did.
func killAfter(p *process, after time.Duration) bool {
	wait := time.NewTimer(after)
	defer wait.Stop()
	select {
	case <-p.exited:
		return false
	case <-wait.C:
		p.kill()
		return true
	}
}

// requireOneKeyInUse reads the lines of keys status: a key, and how many
// secrets are on it.
func requireOneKeyInUse(t *testing.T, h *house) {
	t.Helper()
	status := h.run("keys", "status")
	inUse := 0
	for line := range strings.Lines(status) {
		var key string
		var secrets int
		_, err := fmt.Sscanf(line, "%s %d secrets", &key, &secrets)
		require.NoError(t, err, "%s", line)
		require.NotContains(t, line, "NOT IN THE KEY FILE")
		if secrets > 0 {
			inUse++
			require.Contains(t, line, "primary")
		}
	}
	require.Equal(t, 1, inUse, "%s", status)
}
