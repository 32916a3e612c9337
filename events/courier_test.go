package events

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/paging"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
)

func (w *world) deliveries(t *testing.T, hook, status string) []models.WebhookDelivery {
	t.Helper()
	page, err := w.Deliveries(t.Context(), w.p, hook, status, paging.Query{Size: 100})
	require.NoError(t, err)
	return page.Items
}

func TestDeliveryIsSigned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, key := w.hook(t, `{"url":"`+hookURL+`"}`)
		w.happen(t, w.p, "one", 3)
		round(t, w.courier(nil))
		got := w.last(t)
		require.True(t, signed(t, got, key))
		require.Equal(t, began, timestamp(t, got))
		require.Equal(t, "application/json", got.header.Get("Content-Type"))
		done := w.deliveries(t, hook.ID, models.DeliveryDelivered)
		require.Len(t, done, 1)
		require.Equal(t, done[0].EventID, got.header.Get("Webhook-Id"))
		require.Equal(t, http.StatusNoContent, done[0].LastStatus)
		require.EqualValues(t, 1, done[0].Attempts)
		require.JSONEq(t, `{"id":"`+done[0].EventID+`","sequence":1,"type":"account.updated","time":"2026-03-01T12:00:00.000Z",
			"accountId":"one","accountType":"zendesk","accountVersion":3}`, string(got.body), "ids and types only")
		require.NotContains(t, w.log.String(), key)
	})
}

// For a day both keys sign, then the new one alone.
func TestRotatedSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, old := w.hook(t, `{"url":"`+hookURL+`"}`)
		_, fresh, err := w.RotateWebhookSecret(t.Context(), w.p, hook.ID)
		require.NoError(t, err)
		c := w.courier(nil)
		w.happen(t, w.p, "one", 1)
		round(t, c)
		require.True(t, signed(t, w.last(t), old))
		require.True(t, signed(t, w.last(t), fresh.Reveal()))
		w.pass(overlap)
		w.happen(t, w.p, "one", 2)
		round(t, c)
		require.False(t, signed(t, w.last(t), old))
		require.True(t, signed(t, w.last(t), fresh.Reveal()))

		_, err = w.Keys.Rotate()
		require.NoError(t, err)
		w.happen(t, w.p, "one", 3)
		round(t, c)
		require.True(t, signed(t, w.last(t), fresh.Reveal()), "the older wrapping key opens it still")
	})
}

// A delivery that fails holds up the later ones of its account and no others.
// A key that is made while keys are rotated is under the newest one: who waits for its
// turn to write seals only then, and the rotation waits for who has it.
func TestSecretsOfWebhooksMeetARotation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, _ := w.hook(t, `{"url":"`+hookURL+`"}`)
		path := filepath.Join(t.TempDir(), "keys.json")
		keys, err := secret.Create(path)
		require.NoError(t, err)
		rotating, err := secret.Open(path) // that of the command, another process
		require.NoError(t, err)
		w.Keys = keys
		ctx := context.WithoutCancel(t.Context())
		for range 5 {
			var writers sync.WaitGroup
			fresh := []string{hook.ID, ""}
			require.NoError(t, db.Tx(ctx, func(tx *store.Store) error {
				if _, err := tx.AuditHead(ctx, w.p.ContactCenter.ID); err != nil { // all wait for it
					return err
				}
				writers.Go(func() {
					if _, _, err := w.RotateWebhookSecret(ctx, w.p, hook.ID); err != nil {
						t.Errorf("rotate: %v", err)
					}
				})
				writers.Go(func() {
					made, _, err := w.CreateWebhook(ctx, w.p, []byte(`{"url":"`+hookURL+`"}`))
					if err != nil {
						t.Errorf("create: %v", err)
						return
					}
					fresh[1] = made.ID
				})
				_, err := rotating.Rotate()
				return err
			}))
			writers.Wait()
			require.NoError(t, db.AwaitSealing(ctx))
			rows, err := db.SecretsNotOnKey(ctx, rotating.Primary(), models.AccountSecret{}, 99)
			require.NoError(t, err)
			for _, row := range rows {
				isFresh := row.Pointer == models.WebhookKey && slices.Contains(fresh, row.AccountID)
				require.False(t, isFresh, "it was made after the key")
			}
		}
	})
}

func TestOrderOfAnAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, _ := w.hook(t, `{"url":"`+hookURL+`"}`)
		down := true
		w.answers(func(r received) int {
			if down && r.event.AccountID == "one" {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		w.happen(t, w.p, "one", 1, 2, 3)
		w.happen(t, w.p, "two", 1, 2)
		c := w.courier(nil)
		round(t, c)
		require.ElementsMatch(t, []string{"one 1", "two 1", "two 2"}, w.taken())
		pending := w.deliveries(t, hook.ID, models.DeliveryPending)
		require.Len(t, pending, 3)
		require.Equal(t, http.StatusServiceUnavailable, pending[2].LastStatus)
		require.Equal(t, wordStatus, pending[2].LastError)
		require.Equal(t, began.Add(10*time.Second), pending[2].NextAttemptAt.Time)
		require.Zero(t, pending[1].NextAttemptAt)
		w.pass(9 * time.Second)
		round(t, c)
		require.Empty(t, w.taken(), "not before the wait is over")
		w.pass(time.Second)
		round(t, c)
		require.Equal(t, []string{"one 1"}, w.taken())
		down = false
		w.pass(19 * time.Second)
		w.happen(t, w.p, "one", 4)
		round(t, c)
		require.Empty(t, w.taken(), "the wait has doubled")
		w.pass(time.Second)
		round(t, c)
		require.Equal(t, []string{"one 1", "one 2", "one 3", "one 4"}, w.taken())
		require.Empty(t, w.deliveries(t, hook.ID, models.DeliveryPending))
	})
}

func TestGivenUpAfterADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, _ := w.hook(t, `{"url":"`+hookURL+`"}`)
		w.answers(func(received) int { return http.StatusGone })
		w.happen(t, w.p, "one", 1)
		became := map[string]int{}
		c := w.courier(func(c *CourierConfig) { c.Observe = func(status string) { became[status]++ } })
		attempts := 0
		for {
			round(t, c)
			attempts += len(w.taken())
			pending := w.deliveries(t, hook.ID, models.DeliveryPending)
			if len(pending) == 0 {
				break
			}
			require.False(t, pending[0].NextAttemptAt.After(began.Add(models.DeliveryWindow)))
			require.LessOrEqual(t, pending[0].NextAttemptAt.Sub(w.clock()), longestWait)
			w.pass(pending[0].NextAttemptAt.Sub(w.clock()))
		}
		require.Equal(t, began.Add(models.DeliveryWindow), w.clock())
		require.Equal(t, 33, attempts)
		require.Equal(t, map[string]int{models.DeliveryPending: 32, models.DeliveryFailed: 1}, became)
		failed := w.deliveries(t, hook.ID, models.DeliveryFailed)
		require.Len(t, failed, 1)
		require.EqualValues(t, attempts, failed[0].Attempts)

		w.answers(nil)
		d, err := w.Redeliver(t.Context(), w.p, hook.ID, failed[0].ID)
		require.NoError(t, err)
		require.Equal(t, models.DeliveryPending, d.Status)
		w.happen(t, w.p, "one", 2)
		round(t, c)
		require.Equal(t, []string{"one 1", "one 2"}, w.taken())
	})
}

// Nobody inside the network is reached, and redirects lead nowhere.
func TestDeliveryIsGuarded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		strict, err := outbound.New(outbound.Config{})
		require.NoError(t, err)
		for _, url := range []string{"https://127.0.0.1/", "https://[::1]:8443/", "https://169.254.169.254/latest"} {
			hook, _ := w.hook(t, `{"url":"`+url+`"}`)
			guarded := w.replica(db, w.Keys, strict)
			out, err := guarded.TestWebhook(t.Context(), w.p, hook.ID)
			require.NoError(t, err)
			require.Equal(t, string(outbound.Blocked), out.Error)
			require.Zero(t, strict.Dials())
			require.NoError(t, w.DeleteWebhook(t.Context(), w.p, hook.ID, access.Match{}))
		}
		hook, _ := w.hook(t, `{"url":"`+hookURL+`"}`)
		w.answers(func(received) int { return http.StatusFound })
		w.happen(t, w.p, "one", 1)
		round(t, w.courier(nil))
		require.Len(t, w.taken(), 1)
		pending := w.deliveries(t, hook.ID, models.DeliveryPending)
		require.Equal(t, "redirect_refused", pending[0].LastError)
		require.NotContains(t, w.log.String(), "in-the-url")
	})
}

func TestNothingGoesToWhoIsSwitchedOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hook, _ := w.hook(t, `{"url":"`+hookURL+`","eventTypes":["account.updated"]}`)
		c := w.courier(nil)
		w.happen(t, w.p, "one", 1)
		_, err := w.UpdateWebhook(t.Context(), w.p, hook.ID, access.Match{}, []byte(`{"enabled":false}`))
		require.NoError(t, err)
		w.happen(t, w.p, "one", 2)
		round(t, c)
		require.Empty(t, w.taken())
		_, err = w.UpdateWebhook(t.Context(), w.p, hook.ID, access.Match{}, []byte(`{"enabled":true}`))
		require.NoError(t, err)
		round(t, c)
		require.Equal(t, []string{"one 1"}, w.taken(), "what was queued before goes on, what happened meanwhile does not")
		_, err = w.UpdateWebhook(t.Context(), w.p, hook.ID, access.Match{}, []byte(`{"eventTypes":["account.deleted"]}`))
		require.NoError(t, err)
		w.happen(t, w.p, "one", 3)
		round(t, c)
		require.Empty(t, w.taken(), "only the types that are asked for")
		suspended := models.ContactCenter{
			ID: models.NewID(began), Domain: "s.example", Suspended: true, CreatedAt: models.NewTime(began),
		}
		require.NoError(t, db.CreateContactCenter(t.Context(), &suspended))
		stopped := &access.Principal{ID: "token:1", ContactCenter: suspended}
		_, _, err = w.CreateWebhook(t.Context(), stopped, []byte(`{"url":"`+hookURL+`"}`))
		require.NoError(t, err)
		w.happen(t, stopped, "one", 9)
		round(t, c)
		require.Empty(t, w.taken(), "nor to a contact center that is suspended")
		out, err := w.TestWebhook(t.Context(), w.p, hook.ID)
		require.NoError(t, err)
		require.True(t, out.Delivered)
		require.Equal(t, EventPing, w.last(t).event.Type)
	})
}

// Several processes share the deliveries: each is made once, in the order of its
// account.
func TestReplicasShareDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.hook(t, `{"url":"`+hookURL+`"}`)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for range 3 {
			c := w.courier(func(c *CourierConfig) { c.Poll = time.Millisecond })
			running.Go(func() { c.Run(ctx) })
		}
		const accounts, versions = 5, 8
		all := make(chan struct{})
		var mu sync.Mutex
		seen, count := map[string]int64{}, 0
		w.answers(func(r received) int {
			mu.Lock()
			defer mu.Unlock()
			if r.event.AccountVersion != seen[r.event.AccountID]+1 {
				t.Errorf("version %d of %s came behind %d", r.event.AccountVersion, r.event.AccountID, seen[r.event.AccountID])
			}
			seen[r.event.AccountID] = r.event.AccountVersion
			if count++; count == accounts*versions {
				close(all)
			}
			return http.StatusOK
		})
		var writing sync.WaitGroup
		for n := range accounts {
			writing.Go(func() {
				for v := range versions {
					w.happen(t, w.p, string(rune('a'+n)), int64(v)+1)
				}
			})
		}
		writing.Wait()
		<-all
		stop()
		running.Wait()
	})
}

// A receiver that hangs occupies no more than its share.
func TestSlowReceiversHoldUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.hook(t, `{"url":"`+hookURL+`"}`)
		for n := range 6 {
			w.happen(t, w.p, "slow "+string(rune('a'+n)), 1)
		}
		other := w.center(t, "b.example")
		_, _, err := w.CreateWebhook(t.Context(), other, []byte(`{"url":"https://example.com/other"}`))
		require.NoError(t, err)
		w.happen(t, other, "quick", 1)
		entered, release, quick := make(chan struct{}, 10), make(chan struct{}), make(chan struct{})
		w.answers(func(r received) int {
			if r.event.AccountID == "quick" {
				close(quick)
				return http.StatusOK
			}
			entered <- struct{}{}
			<-release
			return http.StatusOK
		})
		c := w.courier(func(c *CourierConfig) { c.Workers, c.PerWebhook = 6, 3 })
		c.round(t.Context())
		<-quick
		for range 3 {
			<-entered
		}
		select {
		case <-entered:
			t.Error("more than its share")
		default:
		}
		close(release)
		c.working.Wait()
		round(t, c)
		require.Len(t, w.taken(), 7)
	})
}

// However many contact centers have receivers that hang, who comes next gets a worker:
// one that was left free, or the next that becomes so.
func TestHangingContactCentersHoldUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		entered, release := make(chan struct{}, 100), make(chan struct{})
		w.answers(func(received) int {
			entered <- struct{}{}
			<-release
			return http.StatusOK
		})
		send := func(name string, webhooks, accounts int) string {
			p := w.center(t, name+".example")
			for i := range webhooks {
				_, _, err := w.CreateWebhook(t.Context(), p, []byte(`{"url":"https://example.com/`+strconv.Itoa(i)+`"}`))
				require.NoError(t, err)
			}
			for i := range accounts {
				w.happen(t, p, name+" "+strconv.Itoa(i), 1)
			}
			return centerPrefix + p.ContactCenter.ID
		}
		c := w.courier(func(c *CourierConfig) { c.Workers = 8 })
		t.Cleanup(func() {
			close(release)
			c.working.Wait()
		})
		round := func(begun int) {
			c.round(t.Context())
			for range begun {
				<-entered
			}
		}
		one, two := send("one", 3, 10), send("two", 3, 10)
		round(4 + 2) // half of all, half of what was left
		require.Equal(t, []int{4, 2, 2}, []int{c.active[one], c.active[two], c.free})
		three, four := send("three", 1, 1), send("four", 1, 1)
		round(2)
		require.Equal(t, []int{1, 1, 0}, []int{c.active[three], c.active[four], c.free})

		five := send("five", 1, 1)
		release <- struct{}{}
		<-c.woken
		round(1)
		require.Equal(t, 1, c.active[five], "not those who wait for longer and have more")
	})
}

// What a process that died had claimed is made by another one.
func TestALeaseRunsOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.hook(t, `{"url":"`+hookURL+`"}`)
		w.happen(t, w.p, "one", 1)
		due, err := db.DueDeliveries(t.Context(), models.DueFilter{Now: models.NewTime(w.clock()), Limit: 1})
		require.NoError(t, err)
		claimed, err := db.ClaimDelivery(t.Context(), &due[0], models.NewTime(w.clock().Add(leaseTime)))
		require.NoError(t, err)
		require.True(t, claimed)
		round(t, w.courier(nil))
		require.Empty(t, w.taken())
		w.pass(leaseTime)
		round(t, w.courier(nil))
		require.Equal(t, []string{"one 1"}, w.taken())
	})
}
