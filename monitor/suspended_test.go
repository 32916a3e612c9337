package monitor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// suspend changes whether the contact center is suspended.
func (w *world) suspend(t *testing.T, suspended bool) {
	t.Helper()
	c, err := w.Store.ContactCenter(t.Context(), w.p.ContactCenter.ID)
	require.NoError(t, err)
	from := c.Version
	c.Suspended, c.Version, c.UpdatedAt = suspended, from+1, models.NewTime(w.now())
	require.NoError(t, w.Store.UpdateContactCenter(t.Context(), c, from))
}

// Nothing runs for a contact center that is suspended; everything goes on when it
// no longer is.
func TestSuspendedContactCenters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		w.create(t, "gadget", "one", `{"word":"w"}`)
		w.withCertificate(t, "two", began.Add(7*day))
		w.suspend(t, true)
		for range 4 {
			w.pass(15 * time.Minute)
			round(t, m)
			m.watch(t.Context())
		}
		require.Zero(t, w.probes.Load())
		require.Empty(t, w.events(t))
		require.Equal(t, Certificates{Within: map[int]int{}}, m.Certificates())
		require.NotContains(t, w.log.String(), "level=ERROR")

		w.suspend(t, false)
		w.pass(15 * time.Minute)
		round(t, m)
		m.watch(t.Context())
		require.EqualValues(t, 2, w.probes.Load())
		require.Contains(t, w.events(t), models.EventCertificateExpiring)
	})
}
