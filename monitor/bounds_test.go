package monitor

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// gadgets makes accounts that are due.
func (w *world) gadgets(t *testing.T, n int) []*models.AccountView {
	t.Helper()
	var made []*models.AccountView
	for i := range n {
		made = append(made, w.create(t, "gadget", fmt.Sprint("g", i), `{"word":"w"}`))
	}
	w.pass(time.Minute)
	return made
}

// crowd is a vendor that lets nobody go before the test says so.
type crowd struct {
	entered, release chan struct{}
	inside, most     atomic.Int64
}

func newCrowd(n int) *crowd {
	return &crowd{entered: make(chan struct{}, n), release: make(chan struct{})}
}

func (c *crowd) answer(ctx context.Context) error {
	inside := c.inside.Add(1)
	defer c.inside.Add(-1)
	for most := c.most.Load(); inside > most && !c.most.CompareAndSwap(most, inside); most = c.most.Load() {
	}
	c.entered <- struct{}{}
	select {
	case <-c.release:
	case <-ctx.Done():
	}
	return nil
}

// However much is due, no more probes of a contact center run at once than it may have
// workers, and no check is claimed that nobody could do.
func TestWorkers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		const workers, due = 3, 12
		w := newWorld(t, db)
		w.gadgets(t, due)
		m := w.monitor(func(c *Config) { c.Workers, c.PerMinute = 2*workers, 6000 })
		vendor := newCrowd(due)
		w.answers(vendor.answer)
		m.checks(t.Context())
		for range workers {
			<-vendor.entered
		}
		for left := due - workers; left >= 0; left-- {
			m.checks(t.Context())
			unclaimed, err := db.DueChecks(t.Context(), models.DueFilter{Now: models.NewTime(w.now()), Limit: due})
			require.NoError(t, err)
			require.Len(t, unclaimed, left)
			vendor.release <- struct{}{}
			<-m.woken
			m.checks(t.Context())
			if left > 0 {
				<-vendor.entered
			}
		}
		close(vendor.release)
		m.working.Wait()
		require.EqualValues(t, workers, vendor.most.Load())
		require.EqualValues(t, due, w.probes.Load())
	})
}

// Contact centers whose vendors all hang leave room for others, which get the next
// worker that becomes free.
func TestHangingVendorsHoldUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		hanging := newCrowd(100)
		w.answers(hanging.answer)
		first := w.p
		for _, domain := range []string{"b.example", "c.example"} {
			w.gadgets(t, 10)
			w.center(t, domain)
		}
		m := w.monitor(func(c *Config) { c.Workers, c.PerMinute = 8, 6000 })
		m.checks(t.Context())
		for range 4 + 2 { // half of all, half of what was left
			<-hanging.entered
		}
		require.Equal(t, 2, m.free, "for whoever comes")
		w.gadgets(t, 1)
		m.checks(t.Context())
		<-hanging.entered
		require.Equal(t, 1, m.active[w.p.ContactCenter.ID])
		w.center(t, "d.example")
		w.gadgets(t, 1)
		m.checks(t.Context())
		<-hanging.entered
		require.Zero(t, m.free)

		w.center(t, "e.example")
		w.gadgets(t, 1)
		hanging.release <- struct{}{}
		<-m.woken
		m.checks(t.Context())
		<-hanging.entered
		require.Equal(t, 1, m.active[w.p.ContactCenter.ID], "not to those who wait for longer and have more")
		require.LessOrEqual(t, m.active[first.ContactCenter.ID], 4)
		close(hanging.release)
		m.working.Wait()
	})
}
