//go:build long

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// acknowledged collects the changes that were answered with 200.
type acknowledged struct {
	mu sync.Mutex
	by map[int64]string // version, description
}

func (a *acknowledged) add(version int64, description string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if other, taken := a.by[version]; taken {
		return fmt.Errorf("version %d was answered to %q and to %q", version, other, description)
	}
	a.by[version] = description
	return nil
}

// 64 clients change one account at once, each based on what it saw last. Every
// change that is acknowledged is a version with that content, every refusal
// says what the account is by now, and nothing else happens.
func TestManyClientsPatchOneAccount(t *testing.T) {
	const clients = 64
	each := size(25, 3)
	h := newHouse(t, clients)
	first := h.create("Contended")
	acks := &acknowledged{by: map[int64]string{first.Version: first.Description}}
	path := accountsPath + "/" + first.ID

	err := together(clients, func(n int) error {
		etag := strconv.Quote(first.ETag)
		for done := 0; done < each; {
			description := fmt.Sprintf("client %d, change %d", n, done)
			patch := encode(object{"description": description, "labels": object{"writer": strconv.Itoa(n)}})
			a, err := h.client.do(t.Context(), patchRequest(first.ID, etag, patch))
			if err != nil {
				return err
			}
			if a.status == http.StatusOK {
				done++
				err = accepted(acks, a, description)
			} else {
				err = refused(a, etag)
			}
			if err != nil {
				return err
			}
			etag = a.etag()
		}
		return nil
	})
	require.NoError(t, err)

	last, err := h.client.get(t.Context(), path)
	require.NoError(t, err)
	now, err := last.account()
	require.NoError(t, err)
	require.EqualValues(t, 1+clients*each, now.Version)
	require.Equal(t, acks.by[now.Version], now.Description)
	require.Len(t, acks.by, 1+clients*each)
	versions, err := all[account](t.Context(), h.client, path+"/versions")
	require.NoError(t, err)
	require.Len(t, versions, 1+clients*each)
	for version, description := range acks.by {
		a, err := h.client.get(t.Context(), fmt.Sprintf("%s/versions/%d", path, version))
		require.NoError(t, err)
		then, err := a.account()
		require.NoError(t, err)
		require.Equal(t, version, then.Version)
		require.Equal(t, description, then.Description)
	}
	h.run("audit", "verify")
}

func accepted(acks *acknowledged, a *answer, description string) error {
	got, err := a.account()
	if err != nil {
		return err
	}
	if got.Description != description {
		return fmt.Errorf("changed to %q, answered %q", description, got.Description)
	}
	return acks.add(got.Version, description)
}

// refused checks that an answer is the refusal of a stale version, with a
// newer entity tag than the one that was sent.
func refused(a *answer, sent string) error {
	if a.status != http.StatusPreconditionFailed {
		return fmt.Errorf("status %d: %s", a.status, a.body)
	}
	stale, err := version(sent)
	if err != nil {
		return err
	}
	current, err := version(a.etag())
	if err != nil {
		return fmt.Errorf("ETag of a 412: %w", err)
	}
	if current <= stale {
		return fmt.Errorf("refused version %d and answered %d as the current one", stale, current)
	}
	return nil
}

// retriedKey is one create that is sent several times.
type retriedKey struct {
	request request
	first   *answer
	fresh   int // answers that do not say "replayed"
	broken  bool
}

// Every create is sent two or three times at once under one key, some break the
// connection off in between, and all try again until they are answered. Each
// key makes one account.
func TestRetriedCreatesMakeOneAccountEach(t *testing.T) {
	const workers = 24
	n := size(10_000, 1_000)
	h := newHouse(t, 3*workers)
	keys := make([]retriedKey, n)
	err := together(workers, func(worker int) error {
		for i := worker; i < n; i += workers {
			keys[i].request = createRequest(zendesk(fmt.Sprintf("Retried %d", i)), fmt.Sprintf("key-%d", i))
			if err := keys[i].send(t, h.client, 2+i%2, i%5 == 0); err != nil {
				return fmt.Errorf("key %d: %w", i, err)
			}
		}
		return nil
	})
	require.NoError(t, err)

	ids := map[string]bool{}
	for i, k := range keys {
		got, err := k.first.account()
		require.NoError(t, err)
		ids[got.ID] = true
		if k.broken {
			require.LessOrEqual(t, k.fresh, 1, "key %d", i)
		} else {
			require.Equal(t, 1, k.fresh, "key %d", i)
		}
	}
	require.Len(t, ids, n)
	list, err := all[account](t.Context(), h.client, accountsPath)
	require.NoError(t, err)
	require.Len(t, list, n)
	for _, a := range list {
		require.True(t, ids[a.ID], "account %s was acknowledged to nobody", a.Name)
	}

	require.NoError(t, h.server.stop())
	h.start() // what is remembered outlives the process
	for i := 0; i < n; i += 97 {
		a, err := h.client.expect(t.Context(), http.StatusCreated, keys[i].request)
		require.NoError(t, err)
		require.Equal(t, "true", a.header.Get("Idempotency-Replayed"))
		require.Equal(t, string(keys[i].first.body), string(a.body))
	}
	h.run("audit", "verify")
}

// send sends the request from several clients at once and compares what they
// are answered in the end. With broken, the first one breaks its first attempt off.
func (k *retriedKey) send(t *testing.T, c *client, senders int, broken bool) error {
	k.broken = broken
	answers := make([]*answer, senders)
	err := together(senders, func(n int) error {
		if n == 0 && broken {
			breakOff(t, c, k.request)
		}
		var err error
		answers[n], err = persist(t, c, k.request)
		return err
	})
	if err != nil {
		return err
	}
	k.first = answers[0]
	for _, a := range answers {
		if string(a.body) != string(k.first.body) || a.etag() != k.first.etag() {
			return fmt.Errorf("answered\n%s\nand\n%s", k.first.body, a.body)
		}
		if a.header.Get("Idempotency-Replayed") == "" {
			k.fresh++
		}
	}
	return nil
}

// breakOff sends the request and goes away before, while or after it is
// carried out.
func breakOff(t *testing.T, c *client, r request) {
	ctx, cancel := contextUpTo(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, _ = c.do(ctx, r)
}

// persist sends the request until it is answered. While another one with its
// key is being worked on, and where the connection broke, it tries again.
func persist(t *testing.T, c *client, r request) (*answer, error) {
	for {
		a, err := c.do(t.Context(), r)
		switch {
		case t.Context().Err() != nil:
			return nil, t.Context().Err()
		case err == nil && a.status == http.StatusCreated:
			return a, nil
		case err == nil && a.status != http.StatusConflict:
			return nil, fmt.Errorf("status %d: %s", a.status, a.body)
		case err == nil && a.header.Get("Retry-After") == "":
			return nil, fmt.Errorf("a conflict that does not say when to try again: %s", a.body)
		}
		pause(t.Context(), 10*time.Millisecond)
	}
}

// version returns the version in an entity tag.
func version(etag string) (int64, error) {
	number, _, _ := strings.Cut(strings.TrimPrefix(etag, `"`), "-")
	return strconv.ParseInt(number, 10, 64)
}

// contextUpTo returns a context that ends at a random time below limit.
func contextUpTo(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, rand.N(limit))
}
