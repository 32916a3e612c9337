package audit_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // a way into the file beside the store
	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
)

// newLog returns a log over a fresh store with one contact center.
func newLog(t *testing.T, s *store.Store) (*audit.Log, models.ContactCenter) {
	t.Helper()
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	center := models.ContactCenter{ID: models.NewID(now), Domain: "a.example", CreatedAt: models.NewTime(now)}
	require.NoError(t, s.CreateContactCenter(t.Context(), &center))
	return &audit.Log{Store: s, Keys: keys, Now: func() time.Time { return now }}, center
}

func event(center models.ContactCenter, n int) *models.AuditEvent {
	return &models.AuditEvent{
		ContactCenterID: center.ID, Actor: "token:1", ActorName: "test", Address: "192.0.2.1", RequestID: fmt.Sprint(n),
		Operation: "account.update", TargetType: "account", TargetID: models.NewID(time.UnixMilli(int64(n))),
		Detail: fmt.Sprint("detail ", n), Changes: models.JSON(fmt.Sprintf(`[{"pointer":"/name","new":"%d"}]`, n)),
	}
}

func record(t *testing.T, l *audit.Log, center models.ContactCenter, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, l.Record(t.Context(), event(center, i)))
	}
}

func verify(t *testing.T, l *audit.Log) audit.Report {
	t.Helper()
	reports, err := l.Verify(t.Context())
	require.NoError(t, err)
	require.Len(t, reports, 1)
	return reports[0]
}

func TestChainHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center := newLog(t, s)
		record(t, l, center, 20)
		r := verify(t, l)
		require.True(t, r.OK(), "%+v", r)
		require.EqualValues(t, 20, r.Records)
	})
}

func TestConcurrentRecordsFormOneChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center := newLog(t, s)
		var wg sync.WaitGroup
		errs := make(chan error, 64)
		for i := range 64 {
			wg.Go(func() { errs <- l.Record(t.Context(), event(center, i)) })
		}
		wg.Wait()
		close(errs)
		for err := range errs {
			require.NoError(t, err)
		}
		r := verify(t, l)
		require.True(t, r.OK(), "%+v", r)
		require.EqualValues(t, 64, r.Records)
	})
}

func TestRecordRollsBackWithItsChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center := newLog(t, s)
		record(t, l, center, 2)
		failed := fmt.Errorf("the change failed")
		err := s.Tx(t.Context(), func(tx *store.Store) error {
			if err := l.Append(t.Context(), tx, event(center, 3)); err != nil {
				return err
			}
			return failed
		})
		require.ErrorIs(t, err, failed)
		r := verify(t, l)
		require.True(t, r.OK(), "%+v", r)
		require.EqualValues(t, 2, r.Records)
	})
}

// tamper runs SQL on the database file behind the store's back.
func tamper(t *testing.T, s *store.Store, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+s.Path()+"?_busy_timeout=5000")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	tests := []struct {
		name   string
		sql    []string
		broken int64
	}{
		{"a record deleted", []string{`DELETE FROM audit_events WHERE sequence = 4`}, 4},
		{"the first record deleted", []string{`DELETE FROM audit_events WHERE sequence = 1`}, 1},
		{"actor altered", []string{`UPDATE audit_events SET actor = 'token:2' WHERE sequence = 5`}, 5},
		{"changes altered", []string{`UPDATE audit_events SET changes = '[]' WHERE sequence = 9`}, 9},
		{"time altered", []string{`UPDATE audit_events SET at = at + 1 WHERE sequence = 3`}, 3},
		{"outcome altered", []string{`UPDATE audit_events SET outcome = 'refused' WHERE sequence = 3`}, 3},
		{"address altered", []string{`UPDATE audit_events SET address = '' WHERE sequence = 3`}, 3},
		{"text moved between members", []string{
			`UPDATE audit_events SET actor = actor || 'x', actor_name = substr(actor_name, 2) WHERE sequence = 3`,
		}, 3},
		{"two records swapped", []string{
			`UPDATE audit_events SET sequence = 100 WHERE sequence = 6`,
			`UPDATE audit_events SET sequence = 6 WHERE sequence = 7`,
			`UPDATE audit_events SET sequence = 7 WHERE sequence = 100`,
		}, 6},
		{"the end cut off", []string{`DELETE FROM audit_events WHERE sequence > 7`}, 8},
		{"the end cut off and the head set back", []string{
			`DELETE FROM audit_events WHERE sequence > 7`,
			`UPDATE audit_heads SET sequence = 7, mac = (SELECT mac FROM audit_events WHERE sequence = 7)`,
		}, 7},
		{"a record put behind the end", []string{
			`INSERT INTO audit_events SELECT contact_center_id, 11, id, at, actor, actor_name, address, request_id,
				operation, target_type, target_id, outcome, detail, changes, mac FROM audit_events WHERE sequence = 10`,
		}, 11},
		{"everything deleted but the head", []string{`DELETE FROM audit_events`}, 1},
		{"the head deleted", []string{`DELETE FROM audit_heads`}, 1},
		{"the head set back", []string{`UPDATE audit_heads SET sequence = 7`}, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := storetest.SQLite(t)
			l, center := newLog(t, s)
			record(t, l, center, 10)
			tamper(t, s, tt.sql...)
			r := verify(t, l)
			require.False(t, r.OK())
			require.Equal(t, tt.broken, r.Broken, r.Reason)
		})
	}
}

// Whoever verifies beside a working server must not be alarmed by what is
// written meanwhile, with and without a file of heads.
func TestVerifyBesideWriters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center := newLog(t, s)
		heads := audit.KeepHeads(l, filepath.Join(t.TempDir(), "audit-heads.json"), time.Millisecond)
		record(t, l, center, 1)
		ctx, stop := context.WithCancel(t.Context())
		var working sync.WaitGroup
		defer working.Wait()
		defer stop()
		working.Go(func() { heads.Run(ctx) })
		for i := range 2 {
			working.Go(func() {
				for ctx.Err() == nil {
					if err := l.Record(context.WithoutCancel(ctx), event(center, i)); err != nil {
						t.Errorf("record: %v", err)
					}
				}
			})
		}
		for last := int64(0); last < 100; { // many verifications while the chain grows
			r := verify(t, l)
			require.True(t, r.OK(), "%+v", r)
			require.GreaterOrEqual(t, r.Records, last)
			last = r.Records
		}
	})
}
