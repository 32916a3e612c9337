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

// However much is due, no more probes run at once than there are workers, and no
// check is claimed that nobody could do.
func TestWorkers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		const workers, due = 3, 12
		w := newWorld(t, db)
		w.gadgets(t, due)
		m := w.monitor(func(c *Config) { c.Workers, c.PerMinute = workers, 6000 })
		vendor := newCrowd(due)
		w.answers(vendor.answer)
		m.checks(t.Context())
		for range workers {
			<-vendor.entered
		}
		for left := due - workers; left >= 0; left-- {
			m.checks(t.Context())
			unclaimed, err := db.DueChecks(t.Context(), models.NewTime(w.now()), nil, due)
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
