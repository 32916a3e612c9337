//go:build long

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writer is a client that creates accounts and changes each once, and notes
// what it was told.
type writer struct {
	client *client
	number int
	made   int
	// told is the last answer about each account.
	told map[string]*answer
	// open is the request that got no answer, if any; description is what it
	// would change the account to, empty for a create.
	open        *request
	id          string
	description string
}

// run writes until the server is gone.
func (w *writer) run(t *testing.T) error {
	for {
		w.made++
		name := fmt.Sprintf("Writer %d, account %d", w.number, w.made)
		a, err := w.send(t, createRequest(zendesk(name), fmt.Sprintf("writer-%d-%d", w.number, w.made)), "", "")
		if a == nil || err != nil {
			return err
		}
		if w.made%2 == 0 {
			continue
		}
		id, err := a.id()
		if err != nil {
			return err
		}
		patch := encode(object{"description": name})
		a, err = w.send(t, patchRequest(id, a.etag(), patch), id, name)
		if a == nil || err != nil {
			return err
		}
	}
}

// send notes the request, then its answer. It returns no answer where there
// was none.
func (w *writer) send(t *testing.T, r request, id, description string) (*answer, error) {
	w.open, w.id, w.description = &r, id, description
	a, err := w.client.do(t.Context(), r)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // the server was killed: that is the point
	}
	if a.status != http.StatusCreated && a.status != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s", a.status, a.body)
	}
	w.open = nil
	id, err = a.id()
	w.told[id] = a
	return a, err
}

// check compares every account with what was said about it, and finishes what
// was left open: a create is sent again under its key, of a change it is found
// out whether it happened.
func (w *writer) check(t *testing.T) error {
	if w.open != nil && w.description == "" {
		a, err := w.client.expect(t.Context(), http.StatusCreated, *w.open)
		if err != nil {
			return err
		}
		id, err := a.id()
		if err != nil {
			return err
		}
		w.told[id], w.open = a, nil
	}
	for id, told := range w.told {
		now, err := w.client.get(t.Context(), accountsPath+"/"+id)
		if err != nil {
			return err
		}
		if string(now.body) == string(told.body) && now.etag() == told.etag() {
			continue
		}
		if err := w.explain(id, told, now); err != nil {
			return err
		}
		w.told[id] = now
	}
	w.open = nil
	return nil
}

// explain accepts a difference only where it is the whole change that got no
// answer.
func (w *writer) explain(id string, told, now *answer) error {
	before, err := told.account()
	if err != nil {
		return err
	}
	after, err := now.account()
	if err != nil {
		return err
	}
	if w.open == nil || w.id != id || after.Version != before.Version+1 || after.Description != w.description {
		return fmt.Errorf("acknowledged was\n%s\nstored is\n%s", told.body, now.body)
	}
	return nil
}

// The server is killed at random moments while it writes. Whatever it had
// acknowledged is there afterwards, byte for byte, and the audit chains hold.
//
// A killed process loses what it held, not what the kernel holds. That commits
// reach the disk is up to synchronous=FULL, which the tests of store see to.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	const clients = 16
	h := newHouse(t, clients)
	writers := make([]*writer, clients)
	for i := range writers {
		writers[i] = &writer{client: h.client, number: i, told: map[string]*answer{}}
	}
	for range size(20, 3) {
		require.NoError(t, together(clients+1, func(n int) error {
			if n < clients {
				return writers[n].run(t)
			}
			pause(t.Context(), 700*time.Millisecond)
			h.server.kill()
			return nil
		}))
		h.run("audit", "verify")
		h.start()
		require.NoError(t, together(clients, func(n int) error { return writers[n].check(t) }))
	}

	known := 0
	for _, w := range writers {
		known += len(w.told)
	}
	require.Greater(t, known, clients, "hardly anything was written")
	list, err := all[account](t.Context(), h.client, accountsPath)
	require.NoError(t, err)
	require.Len(t, list, known, "accounts that nobody asked for, or that are missing from the list")
	h.run("audit", "verify")
}

// holder is an account whose secret only one client changes.
type holder struct {
	id, etag, token string
}

// Keys are rotated beside a server that is read from and written to; the
// rotation is killed at random moments and started anew. No read fails, no
// secret is lost, and in the end nothing is left on an older key.
func TestRotationBesideTheServer(t *testing.T) {
	const clients = 8
	h := newHouse(t, clients)
	holders := make([]holder, size(480, 96))
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
		for range size(20, 3) {
			if err := rotateAndKill(t, h); err != nil {
				return err
			}
		}
		return nil
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

// rotateAndKill starts a rotation and kills it, if it is not done by then.
func rotateAndKill(t *testing.T, h *house) error {
	var output bytes.Buffer
	cmd := h.config.command(t.Context(), "keys", "rotate")
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := startProcess(cmd)
	if err != nil {
		return err
	}
	wait := time.NewTimer(rand.N(time.Second))
	defer wait.Stop()
	select {
	case <-p.exited:
		if p.err != nil {
			return fmt.Errorf("keys rotate: %w\n%s", p.err, &output)
		}
		return nil
	case <-wait.C:
		p.kill()
		t.Logf("killed after %q", output.String())
		return nil
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
