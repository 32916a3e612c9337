package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/files"
	"admin-api/models"
	"admin-api/store/storetest"
)

// keptIn reads a file of heads.
func keptIn(t *testing.T, file string) map[string]models.AuditHead {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var heads map[string]models.AuditHead
	require.NoError(t, json.Unmarshal(data, &heads))
	return heads
}

func TestHeadsOutsideFindARestoredPast(t *testing.T) {
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	heads := audit.KeepHeads(l, file, time.Millisecond)
	record(t, l, center, 5)
	past, err := s.AuditHeads(t.Context())
	require.NoError(t, err)
	record(t, l, center, 5)
	require.NoError(t, heads.Flush(t.Context()))

	// The attacker puts the database back to an earlier, genuine state.
	tamper(t, s, `DELETE FROM audit_events WHERE sequence > 5`,
		fmt.Sprintf(`UPDATE audit_heads SET sequence = 5, mac = X'%x'`, past[0].MAC))
	r := verify(t, l)
	require.EqualValues(t, 6, r.Broken, r.Reason)

	tamper(t, s, `DELETE FROM audit_events`, `DELETE FROM audit_heads`)
	r = verify(t, l)
	require.EqualValues(t, 1, r.Broken, r.Reason)
}

func TestHeadsFile(t *testing.T) {
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	heads := audit.KeepHeads(l, file, time.Millisecond)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { heads.Run(ctx) })
	record(t, l, center, 3)
	stop()
	running.Wait() // what was left is written at the end

	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	r := verify(t, l)
	require.True(t, r.OK(), "%+v", r)

	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	_, err = l.Verify(t.Context())
	require.Error(t, err, "a damaged file must not pass for an empty one")
}

// Another process, such as a command beside the server, has written a later
// end while this one waited: it must not be overwritten by an earlier one.
func TestHeadsFileIsLocked(t *testing.T) {
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	command := &audit.Log{Store: s, Keys: l.Keys, Now: l.Now}
	server := audit.KeepHeads(l, file, time.Millisecond)
	record(t, l, center, 3)

	unlock, err := files.Lock(t.Context(), file+".lock")
	require.NoError(t, err)
	flushed := make(chan error, 1)
	go func() { flushed <- server.Flush(t.Context()) }()
	record(t, command, center, 2)
	heads, err := s.AuditHeads(t.Context())
	require.NoError(t, err)
	data, err := json.Marshal(map[string]models.AuditHead{center.ID: heads[0]})
	require.NoError(t, err)
	require.NoError(t, files.Replace(file, data, nil))
	unlock()
	require.NoError(t, <-flushed)
	require.EqualValues(t, 5, keptIn(t, file)[center.ID].Sequence)

	held, err := files.Lock(t.Context(), file+".lock")
	require.NoError(t, err)
	defer held()
	record(t, l, center, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, server.Flush(ctx), context.DeadlineExceeded, "nothing is written without the lock")
	require.EqualValues(t, 5, keptIn(t, file)[center.ID].Sequence)
}

func TestHeadsOfTwoProcesses(t *testing.T) {
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	var working sync.WaitGroup
	for range 2 {
		process := &audit.Log{Store: s, Keys: l.Keys, Now: l.Now}
		heads := audit.KeepHeads(process, file, time.Millisecond)
		working.Go(func() {
			for i := range 20 {
				if err := process.Record(t.Context(), event(center, i)); err != nil {
					t.Errorf("record: %v", err)
				}
				if err := heads.Flush(t.Context()); err != nil {
					t.Errorf("flush: %v", err)
				}
			}
		})
	}
	working.Wait()
	require.EqualValues(t, 40, keptIn(t, file)[center.ID].Sequence)
	audit.KeepHeads(l, file, time.Millisecond)
	require.True(t, verify(t, l).OK())
}

// Readiness tells of a file that cannot be written, until it can.
func TestHeadsThatCannotBeKept(t *testing.T) {
	s := storetest.SQLite(t)
	l, center := newLog(t, s)
	logged := &lines{}
	l.Logger = logged.logger()
	file := filepath.Join(t.TempDir(), "audit-heads.json")
	heads := audit.KeepHeads(l, file, time.Millisecond)
	record(t, l, center, 1)
	require.NoError(t, heads.Flush(t.Context()))
	require.NoError(t, heads.Check(t.Context()))

	require.NoError(t, os.Remove(file))
	require.NoError(t, os.MkdirAll(filepath.Join(file, "a folder in its place"), 0o700))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	running.Go(func() { heads.Run(ctx) })
	record(t, l, center, 1)
	logged.wait(t, "audit heads not written")
	require.Error(t, heads.Check(t.Context()))
	require.Equal(t, 2, logged.count("audit head\""), "the log has the head nevertheless")

	require.NoError(t, os.RemoveAll(file))
	for heads.Check(t.Context()) != nil { // no further record is needed
		require.NoError(t, heads.Flush(t.Context()))
	}
	require.EqualValues(t, 2, keptIn(t, file)[center.ID].Sequence)
	require.Equal(t, 1, logged.count("audit heads not written"), "said once, not at every attempt")
}
