package monitor

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// twin is the service of another process: it shares the database, not the memory.
func (w *world) twin() *accounts.Service {
	return &accounts.Service{
		Store: w.Store, Catalog: w.Catalog, Keys: w.Keys, Audit: w.Audit, Outbound: w.Outbound, Retention: w.Retention, Now: w.now,
	}
}

// Two replicas that look at one moment share the work, and do none of it twice.
func TestReplicas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		const workers, due = 3, 12
		w := newWorld(t, db)
		made := w.gadgets(t, due)
		vendor := newCrowd(2 * due)
		w.answers(vendor.answer)
		var replicas sync.WaitGroup
		for range 2 {
			m := w.monitor(func(c *Config) { c.Accounts, c.Workers, c.PerMinute = w.twin(), 2*workers, 6000 })
			replicas.Go(func() {
				for range due / workers {
					m.checks(t.Context())
					m.working.Wait()
				}
			})
		}
		for range 2 * workers { // both are at work
			<-vendor.entered
		}
		close(vendor.release)
		replicas.Wait()
		require.EqualValues(t, due, w.probes.Load())
		for _, a := range made {
			checks, err := db.Checks(t.Context(), a.ContactCenterID, a.ID, models.Page{Limit: 10})
			require.NoError(t, err)
			require.Len(t, checks, 1)
		}
	})
}
