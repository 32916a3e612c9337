//go:build long

package main

import (
	"fmt"
	"net/http"
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
