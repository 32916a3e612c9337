package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// aged returns a log whose records are a minute apart, and when they began.
func aged(t *testing.T, s *store.Store, n int) (l *audit.Log, center models.ContactCenter, begin time.Time) {
	t.Helper()
	l, center = newLog(t, s)
	begin = l.Now()
	now := begin.Add(-time.Minute)
	l.Now = func() time.Time { now = now.Add(time.Minute); return now }
	require.NoError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		for i := range n {
			if err := l.Append(t.Context(), tx, event(center, i)); err != nil {
				return err
			}
		}
		return nil
	}))
	return l, center, begin
}

func prune(t *testing.T, l *audit.Log, center models.ContactCenter, before time.Time) audit.Pruning {
	t.Helper()
	p, err := l.Prune(t.Context(), center.ID, models.NewTime(before), "system", "command line")
	require.NoError(t, err)
	return p
}

// What was pruned is gone, the rest still holds, and the pruning is on record.
func TestPrune(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center, begin := aged(t, s, 2500) // more than one transaction removes
		require.Equal(t, audit.Pruning{First: 1, Last: 2300}, prune(t, l, center, begin.Add(2300*time.Minute)))
		r := verify(t, l)
		require.True(t, r.OK(), "%+v", r)
		require.EqualValues(t, 2300, r.Pruned)
		require.EqualValues(t, 201, r.Records)
		e, err := s.AuditEvent(t.Context(), center.ID, 2501)
		require.NoError(t, err)
		require.Equal(t, "audit.prune", e.Operation)
		require.Regexp(t, `^records 1 to 2300 are removed; record 2300 had the MAC [0-9a-f]{64}$`, e.Detail)

		require.Zero(t, prune(t, l, center, begin.Add(2300*time.Minute)), "nothing is older any more")
		require.Equal(t, audit.Pruning{First: 2301, Last: 2400}, prune(t, l, center, begin.Add(2400*time.Minute)))
		require.True(t, verify(t, l).OK())
	})
}

// Everything is old: the newest record stays all the same, so that an end that
// is kept outside the database has something to go on from.
func TestPruneLeavesTheNewest(t *testing.T) {
	s := storetest.SQLite(t)
	l, center, begin := aged(t, s, 10)
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	heads := audit.KeepHeads(l, file, time.Millisecond)
	l.Committed(center.ID)
	require.NoError(t, heads.Flush(t.Context()))
	server := &audit.Log{Store: s, Keys: l.Keys, Now: l.Now} // another process than the command
	kept := audit.KeepHeads(server, file, time.Millisecond)

	require.Equal(t, audit.Pruning{First: 1, Last: 9}, prune(t, l, center, begin.Add(time.Hour)))
	require.NoError(t, heads.Flush(t.Context()))
	require.NoError(t, heads.Check(t.Context()))
	record(t, server, center, 3)
	require.NoError(t, kept.Flush(t.Context()))
	require.NoError(t, kept.Check(t.Context()))
	require.EqualValues(t, 14, keptIn(t, file)[center.ID].Sequence)
	require.True(t, verify(t, server).OK())
	require.Zero(t, prune(t, l, models.ContactCenter{ID: "nobody"}, begin.Add(time.Hour)), "a chain that has not begun")
}

// An end that was kept outside long ago lies in what was pruned since: the
// checkpoint vouches for that part, unless it tells another story.
func TestHeadsFromBeforeThePruning(t *testing.T) {
	for name, honest := range map[string]bool{"the same chain": true, "another chain": false} {
		t.Run(name, func(t *testing.T) {
			s := storetest.SQLite(t)
			l, center, begin := aged(t, s, 10)
			old, err := s.AuditHeads(t.Context())
			require.NoError(t, err)
			record(t, l, center, 5)
			prune(t, l, center, begin.Add(10*time.Minute)) // up to that very record
			if !honest {
				old[0].MAC[0] ^= 1
			}
			file := filepath.Join(t.TempDir(), "audit-heads.json")
			writeHeads(t, file, old[0])
			heads := audit.KeepHeads(l, file, time.Millisecond)
			heads.Examine(t.Context())
			require.Equal(t, honest, heads.Check(t.Context()) == nil)
			require.Equal(t, honest, keptIn(t, file)[center.ID].Sequence == 16)
			require.Equal(t, honest, verify(t, l).OK())

			prune(t, &audit.Log{Store: s, Keys: l.Keys, Now: l.Now}, center, begin.Add(12*time.Minute))
			writeHeads(t, file, old[0])
			heads.Examine(t.Context())
			require.NoError(t, heads.Check(t.Context()), "further back nothing can be compared")
			tamper(t, s, `UPDATE audit_checkpoints SET sequence = sequence - 1`)
			writeHeads(t, file, old[0])
			heads.Examine(t.Context())
			require.Error(t, heads.Check(t.Context()))
		})
	}
}

func TestPruneRefuses(t *testing.T) {
	t.Run("a chain that does not hold", func(t *testing.T) {
		s := storetest.SQLite(t)
		l, center, begin := aged(t, s, 10)
		tamper(t, s, `UPDATE audit_events SET actor = 'user:2' WHERE sequence = 3`)
		_, err := l.Prune(t.Context(), center.ID, models.NewTime(begin.Add(time.Hour)), "system", "")
		require.ErrorContains(t, err, "does not hold at record 3")
	})
	t.Run("a chain whose end cannot be kept", func(t *testing.T) {
		s := newScene(t)
		other := models.ContactCenter{ID: models.NewID(s.log.Now()), Domain: "b.example", CreatedAt: s.center.CreatedAt}
		require.NoError(t, s.store.CreateContactCenter(t.Context(), &other))
		setBack(t, s)
		record(t, s.log, other, 10)
		_, err := s.log.Prune(t.Context(), other.ID, models.NewTime(s.log.Now().Add(time.Hour)), "system", "")
		require.ErrorContains(t, err, "do not go on from the ends")
		e, err := s.store.AuditEnd(t.Context(), other.ID)
		require.NoError(t, err)
		require.False(t, e.Checkpointed)
	})
	t.Run("without its own record", func(t *testing.T) {
		s := storetest.SQLite(t)
		l, center, begin := aged(t, s, 10)
		tamper(t, s, `CREATE TRIGGER t BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no'); END`)
		_, err := l.Prune(t.Context(), center.ID, models.NewTime(begin.Add(time.Hour)), "system", "")
		require.Error(t, err)
		r := verify(t, l)
		require.True(t, r.OK())
		require.EqualValues(t, 10, r.Records)
	})
}

// Verifying and pruning at once alarms nobody.
func TestVerifyBesideAPruning(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center, begin := aged(t, s, 5000)
		ctx, stop := context.WithCancel(t.Context())
		var pruning sync.WaitGroup
		pruning.Go(func() {
			defer stop()
			for i := range 49 {
				before := models.NewTime(begin.Add(time.Duration(100*(i+1)) * time.Minute))
				if _, err := l.Prune(t.Context(), center.ID, before, "system", "command line"); err != nil {
					t.Errorf("prune: %v", err)
				}
			}
		})
		defer pruning.Wait()
		checker := &audit.Log{Store: s, Keys: l.Keys, Now: time.Now}
		for ctx.Err() == nil {
			r := verify(t, checker)
			require.True(t, r.OK(), "%+v", r)
		}
	})
}

// Whoever kept a checkpoint finds out that the database was put back, without
// any file beside it.
func TestCheckpoints(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, center, begin := aged(t, s, 10)
		kept := verify(t, l).Checkpoint
		require.EqualValues(t, 10, kept.Sequence)
		record(t, l, center, 5)
		r, err := l.VerifyChain(t.Context(), center.ID, kept)
		require.NoError(t, err)
		require.True(t, r.OK(), "%+v", r)
		require.EqualValues(t, 15, r.Checkpoint.Sequence)

		wrong := func(change func(c *audit.Checkpoint)) {
			t.Helper()
			c := *kept
			change(&c)
			_, err := l.VerifyChain(t.Context(), center.ID, &c)
			require.ErrorAs(t, err, new(*audit.CheckpointError))
		}
		wrong(func(c *audit.Checkpoint) { c.Sequence = 9 })
		wrong(func(c *audit.Checkpoint) { c.Sequence = -1 })
		wrong(func(c *audit.Checkpoint) { c.ContactCenterID = "another" })
		wrong(func(c *audit.Checkpoint) { c.At = models.NewTime(c.At.Add(time.Millisecond)) })
		wrong(func(c *audit.Checkpoint) { c.MAC = "" })
		wrong(func(c *audit.Checkpoint) { c.MAC = "no hex" })
		wrong(func(c *audit.Checkpoint) { c.MAC = c.MAC[:64] })
		wrong(func(c *audit.Checkpoint) { c.MAC = c.MAC[2:] + c.MAC[:2] })

		prune(t, l, center, begin.Add(10*time.Minute))
		r, err = l.VerifyChain(t.Context(), center.ID, kept)
		require.NoError(t, err, "it is the very end of what was pruned")
		require.True(t, r.OK(), "%+v", r)
		prune(t, l, center, begin.Add(12*time.Minute))
		_, err = l.VerifyChain(t.Context(), center.ID, kept)
		require.ErrorContains(t, err, "older than what was pruned")
	})
}

// An older copy of the database, alone or with new records since, is not what
// the checkpoint was made of.
func TestCheckpointsFindAnotherPast(t *testing.T) {
	for more, broken := range map[int]int64{0: 6, 3: 9, 5: 10, 9: 10} {
		t.Run(fmt.Sprint(more, " records since"), func(t *testing.T) {
			s := storetest.SQLite(t)
			l, center := newLog(t, s)
			record(t, l, center, 5)
			past, err := s.AuditHeads(t.Context())
			require.NoError(t, err)
			record(t, l, center, 5)
			kept := verify(t, l).Checkpoint
			tamper(t, s, `DELETE FROM audit_events WHERE sequence > 5`,
				fmt.Sprintf(`UPDATE audit_heads SET sequence = 5, mac = X'%x'`, past[0].MAC))
			record(t, l, center, more)
			require.True(t, verify(t, l).OK(), "by itself it holds")
			reports, err := l.Verify(t.Context(), *kept)
			require.NoError(t, err)
			require.Len(t, reports, 1)
			require.Equal(t, broken, reports[0].Broken, reports[0].Reason)
			require.Nil(t, reports[0].Checkpoint)
			require.False(t, reports[0].Cut, "no file knows of it")
		})
	}
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	record(t, l, center, 5)
	kept := verify(t, l).Checkpoint
	tamper(t, s, `DELETE FROM audit_events`, `DELETE FROM audit_heads`)
	require.Equal(t, "the whole chain is missing", verifyKept(t, l, *kept).Reason)
}

func verifyKept(t *testing.T, l *audit.Log, kept audit.Checkpoint) audit.Report {
	t.Helper()
	r, err := l.VerifyChain(t.Context(), kept.ContactCenterID, &kept)
	require.NoError(t, err)
	return r
}

func TestExportHoldsWhatStoodThere(t *testing.T) {
	s := storetest.SQLite(t)
	l, center, _ := aged(t, s, 1200)
	n := int64(0)
	f := models.AuditFilter{ContactCenterID: center.ID}
	require.NoError(t, l.Export(t.Context(), f, func(e *models.AuditEvent) error {
		n++
		require.Equal(t, n, e.Sequence)
		if n == 1 { // what comes later is not part of it
			record(t, l, center, 1)
		}
		return nil
	}))
	require.EqualValues(t, 1200, n)
	stop := errors.New("stop")
	require.ErrorIs(t, l.Export(t.Context(), f, func(*models.AuditEvent) error { return stop }), stop)
}

func writeHeads(t *testing.T, file string, head models.AuditHead) {
	t.Helper()
	data, err := json.Marshal(map[string]models.AuditHead{head.ContactCenterID: head})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o600))
}
