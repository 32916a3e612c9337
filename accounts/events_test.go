package accounts_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/events"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// events lists types and versions of the events about an account, in their order.
func (w *world) events(t *testing.T, id string) []string {
	t.Helper()
	list, err := w.db.EventsAfter(t.Context(), models.EventFilter{ContactCenterID: w.p.ContactCenter.ID, AccountID: id})
	require.NoError(t, err)
	var out []string
	for _, e := range list {
		require.True(t, models.ValidID(e.ID))
		out = append(out, fmt.Sprint(e.Type, " ", e.AccountVersion))
	}
	return out
}

func TestEveryVersionHasItsEvent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		made := w.create(t, `{"type":"gadget","name":"x","default":true,"properties":{"url":"https://example.com","token":"right"}}`)
		_, err := w.Patch(ctx, w.p, made.ID, at(1), []byte(`{"description":"d"}`))
		require.NoError(t, err)
		_, err = w.Rollback(ctx, w.p, made.ID, at(2), []byte(`{"version":1}`))
		require.NoError(t, err)
		other := w.create(t, `{"type":"gadget","name":"y","default":true,"properties":{"url":"https://example.com","token":"right"}}`)
		require.NoError(t, w.Delete(ctx, w.p, made.ID, at(4)))
		_, err = w.Undelete(ctx, w.p, made.ID)
		require.NoError(t, err)
		_, err = w.Test(ctx, w.p, made.ID, nil, nil)
		require.NoError(t, err)
		require.Equal(t, []string{
			"account.created 1", "account.updated 2", "account.rolled_back 3", "account.default_moved 4", "account.deleted 5",
			"account.undeleted 6", "account.health_changed 6",
		}, w.events(t, made.ID))
		require.Equal(t, []string{"account.created 1"}, w.events(t, other.ID))
	})
}

// What another process found while this one was probing counts: it is from there that
// the health changes.
func TestHealthThatChangedDuringACheck(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		a := w.create(t, `{"type":"gadget","name":"x","properties":{"url":"https://example.com","token":"right"}}`)
		_, err := w.Test(t.Context(), w.p, a.ID, nil, nil)
		require.NoError(t, err)
		elsewhere := func(models.CheckStep) {
			require.NoError(t, db.SetHealth(t.Context(), w.p.ContactCenter.ID, a.ID, 1, models.HealthFailing, "timeout",
				models.NewTime(w.Now())))
		}
		_, err = w.Test(t.Context(), w.p, a.ID, nil, elsewhere)
		require.NoError(t, err)
		require.Equal(t, []string{"account.created 1", "account.health_changed 1", "account.health_changed 1"},
			w.events(t, a.ID))
	})
}

// What is refused or rolled back leaves no event, and no number is lost by it.
func TestNoEventWithoutItsChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("x"))
		_, err := w.Create(t.Context(), w.p, []byte(gadgetBody("x")), accounts.Idempotency{})
		require.ErrorIs(t, err, models.ErrNameTaken)
		_, err = w.Patch(t.Context(), w.p, made.ID, at(7), []byte(`{"description":"d"}`))
		require.ErrorIs(t, err, models.ErrVersionMismatch)
		head, err := db.EventHead(t.Context(), w.p.ContactCenter.ID)
		require.NoError(t, err)
		require.EqualValues(t, 1, head)
	})
}

// The default moves, accounts are changed and tested, and webhooks come and go at
// once: nobody waits for somebody who waits, and each account's versions are told
// in their order.
func TestEventsOfConcurrentWriters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hooks := &events.Service{Store: db, Keys: w.Keys, Audit: w.Audit, Outbound: w.way}
		_, _, err := hooks.CreateWebhook(t.Context(), w.p, []byte(`{"url":"https://example.com/all"}`))
		require.NoError(t, err)
		var ids []string
		for i := range 4 {
			ids = append(ids, w.create(t, gadgetBody(fmt.Sprint("a", i))).ID)
		}
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				for n := range 10 {
					body := fmt.Appendf(nil, `{"default":%v,"description":"%d %d"}`, i%2 == 0, i, n)
					if _, err := w.Patch(t.Context(), w.p, ids[(i+n)%4], accounts.Match{Any: true}, body); err != nil {
						t.Errorf("patch: %v", err)
					}
				}
			})
		}
		wg.Go(func() {
			for n := range 10 {
				_, err := w.Test(t.Context(), w.p, ids[n%4], nil, nil)
				if err != nil && !errors.Is(err, models.ErrProbeRunning) {
					t.Errorf("test: %v", err)
				}
			}
		})
		wg.Go(func() {
			for n := range 10 {
				hook, _, err := hooks.CreateWebhook(t.Context(), w.p, fmt.Appendf(nil, `{"url":"https://example.com/%d"}`, n))
				if err == nil {
					_, _, err = hooks.RotateWebhookSecret(t.Context(), w.p, hook.ID)
				}
				if err == nil {
					err = hooks.DeleteWebhook(t.Context(), w.p, hook.ID, access.Match{})
				}
				if err != nil {
					t.Errorf("webhook: %v", err)
				}
			}
		})
		wg.Wait()
		list, err := db.EventsAfter(t.Context(), models.EventFilter{ContactCenterID: w.p.ContactCenter.ID})
		require.NoError(t, err)
		versions := map[string]int64{}
		for i, e := range list {
			require.EqualValues(t, i+1, e.Sequence)
			if e.Type == models.EventHealthChanged {
				require.Equal(t, versions[e.AccountID], e.AccountVersion)
				continue
			}
			require.Equal(t, versions[e.AccountID]+1, e.AccountVersion)
			versions[e.AccountID] = e.AccountVersion
		}
		for _, id := range ids {
			a, err := w.Get(t.Context(), w.p, id, false)
			require.NoError(t, err)
			require.Equal(t, a.Version, versions[id])
		}
	})
}
