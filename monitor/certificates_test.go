package monitor

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func (w *world) withCertificate(t *testing.T, name string, notAfter time.Time) *models.AccountView {
	t.Helper()
	properties, err := json.Marshal(map[string]string{"certificate": certificate(t, notAfter)})
	require.NoError(t, err)
	return w.create(t, "gadget", name, string(properties))
}

func TestNoticeFor(t *testing.T) {
	tests := []struct {
		left time.Duration
		days int
		soon bool
	}{
		{61 * day, 0, false},
		{60*day + time.Second, 0, false},
		{60 * day, 60, true},
		{30*day + time.Second, 60, true},
		{30 * day, 30, true},
		{14 * day, 14, true},
		{7 * day, 7, true},
		{25 * time.Hour, 7, true},
		{day, 1, true},
		{time.Second, 1, true},
		{0, 0, true},
		{-day, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.left.String(), func(t *testing.T) {
			days, soon := noticeFor(began.Add(tt.left), began)
			require.Equal(t, tt.soon, soon)
			require.Equal(t, tt.days, days)
		})
	}
}

// Each notice is given once, whatever restarts and replicas there are, and a new
// certificate has notices of its own.
func TestCertificateWatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		a := w.withCertificate(t, "one", began.Add(62*day))
		w.withCertificate(t, "far", began.Add(400*day))
		for range 65 {
			w.monitor(nil).watch(t.Context()) // as after a restart
			w.monitor(nil).watch(t.Context()) // and another replica
			w.pass(day)
		}
		expiring, expired := models.EventCertificateExpiring, models.EventCertificateExpired
		want := []string{expiring, expiring, expiring, expiring, expiring, expired}
		require.Equal(t, want, w.events(t))
		days := []string{"60", "30", "14", "7", "1", "0"}
		require.Equal(t, days, w.told())
		require.Equal(t, 6, strings.Count(w.log.String(), "certificate expires"))
		require.NotContains(t, w.log.String(), "BEGIN CERTIFICATE")

		properties, err := json.Marshal(map[string]any{
			"properties": map[string]string{"certificate": certificate(t, w.now().Add(10*day))},
		})
		require.NoError(t, err)
		w.patch(t, a.ID, string(properties))
		m := w.monitor(nil)
		m.watch(t.Context())
		require.Equal(t, append(want, expiring), w.events(t))
		require.Equal(t, append(days, "14"), w.told(), "only the narrowest notice is given")
		require.Equal(t, Certificates{Within: map[int]int{14: 1}}, m.Certificates())

		w.patch(t, a.ID, `{"enabled":false}`)
		m.watch(t.Context())
		require.Equal(t, Certificates{Within: map[int]int{}}, m.Certificates(), "what is switched off does not count")
	})
}

func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		a := w.withCertificate(t, "one", began.Add(day))
		kept := w.create(t, "gadget", "two", `{"word":"w"}`)
		m.watch(t.Context())
		require.Len(t, w.events(t), 1)
		require.NoError(t, w.Delete(t.Context(), w.p, a.ID, anyVersion))
		m.sweep(t.Context())
		_, err := db.Account(t.Context(), a.ContactCenterID, a.ID)
		require.NoError(t, err, "it can be undeleted")

		w.pass(w.Retention + time.Second)
		m.sweep(t.Context())
		_, err = db.Account(t.Context(), a.ContactCenterID, a.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = db.Account(t.Context(), kept.ContactCenterID, kept.ID)
		require.NoError(t, err)
		var operations []string
		require.NoError(t, db.WalkAudit(t.Context(), a.ContactCenterID, func(e *models.AuditEvent) error {
			operations = append(operations, e.Operation+" "+e.TargetID)
			return nil
		}))
		require.Contains(t, operations, "account.purge "+a.ID)
		told, err := db.EventsAfter(t.Context(), models.EventFilter{
			ContactCenterID: a.ContactCenterID, Types: []string{models.EventAccountPurged},
		})
		require.NoError(t, err)
		require.Len(t, told, 1)
		require.Equal(t, a.ID, told[0].AccountID)
		require.Equal(t, "gadget", told[0].AccountType)
		require.EqualValues(t, 2, told[0].AccountVersion, "that of the deletion")

		w.pass(keptEvents)
		m.sweep(t.Context())
		require.Empty(t, w.events(t))
		require.NotContains(t, w.log.String(), "level=ERROR")
	})
}
