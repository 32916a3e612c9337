package audit_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// scene is a log whose chain of ten records was kept outside the database.
type scene struct {
	log    *audit.Log
	store  *store.Store
	center models.ContactCenter
	heads  *audit.Heads
	file   string
	logged *lines
	past   models.AuditHead // after five records
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{store: storetest.SQLite(t), file: filepath.Join(t.TempDir(), "audit-heads.json"), logged: &lines{}}
	s.log, s.center = newLog(t, s.store)
	s.log.Logger = s.logged.logger()
	s.start()
	record(t, s.log, s.center, 5)
	past, err := s.store.AuditHeads(t.Context())
	require.NoError(t, err)
	s.past = past[0]
	record(t, s.log, s.center, 5)
	require.NoError(t, s.heads.Flush(t.Context()))
	require.NoError(t, s.heads.Check(t.Context()))
	return s
}

// start is what a start of the program does.
func (s *scene) start() { s.heads = audit.KeepHeads(s.log, s.file, time.Millisecond) }

// setBack puts the database back to its state after five records.
func setBack(t *testing.T, s *scene) {
	t.Helper()
	tamper(t, s.store, `DELETE FROM audit_events WHERE sequence > 5`,
		fmt.Sprintf(`UPDATE audit_heads SET sequence = 5, mac = X'%x'`, s.past.MAC))
}

// requireCut asserts that the old end is kept and that all ways tell of it.
func (s *scene) requireCut(t *testing.T, kept models.AuditHead) {
	t.Helper()
	require.Error(t, s.heads.Check(t.Context()))
	require.Equal(t, kept, keptIn(t, s.file)[s.center.ID])
	require.False(t, verify(t, s.log).OK())
}

// Whatever is done to the end of a chain, ordinary records that follow must not
// make the file forget what was cut off, nor must a restart.
func TestACutDoesNotHeal(t *testing.T) {
	attacks := []struct {
		name   string
		attack func(t *testing.T, s *scene)
	}{
		{"the end cut off", func(t *testing.T, s *scene) {
			setBack(t, s)
			require.True(t, verify(t, s.log).Cut)
			record(t, s.log, s.center, 6)
		}},
		{"as many records as before", func(t *testing.T, s *scene) {
			setBack(t, s)
			record(t, s.log, s.center, 5)
		}},
		{"noticed while it is shorter", func(t *testing.T, s *scene) {
			setBack(t, s)
			record(t, s.log, s.center, 1)
			require.NoError(t, s.heads.Flush(t.Context()))
			record(t, s.log, s.center, 9)
		}},
		{"the old end put back for a moment", func(t *testing.T, s *scene) {
			tamper(t, s.store, `CREATE TABLE stash AS SELECT * FROM audit_events WHERE sequence = 10`)
			setBack(t, s)
			record(t, s.log, s.center, 6)
			tamper(t, s.store, `CREATE TABLE mine AS SELECT * FROM audit_events WHERE sequence = 10`,
				`DELETE FROM audit_events WHERE sequence = 10`, `INSERT INTO audit_events SELECT * FROM stash`)
			require.NoError(t, s.heads.Flush(t.Context()))
			tamper(t, s.store, `DELETE FROM audit_events WHERE sequence = 10`, `INSERT INTO audit_events SELECT * FROM mine`)
			record(t, s.log, s.center, 1)
		}},
		{"an end that no record has, then the cut", func(t *testing.T, s *scene) {
			tamper(t, s.store, `UPDATE audit_heads SET sequence = 11, mac = X'00'`)
			s.heads.Examine(t.Context())
			setBack(t, s)
			record(t, s.log, s.center, 7)
		}},
		{"everything deleted", func(t *testing.T, s *scene) {
			tamper(t, s.store, `DELETE FROM audit_events`, `DELETE FROM audit_heads`)
			record(t, s.log, s.center, 11)
		}},
	}
	for _, tt := range attacks {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t)
			kept := keptIn(t, s.file)[s.center.ID]
			require.EqualValues(t, 10, kept.Sequence)
			tt.attack(t, s)
			require.NoError(t, s.heads.Flush(t.Context()))
			s.requireCut(t, kept)
			record(t, s.log, s.center, 3)
			require.NoError(t, s.heads.Flush(t.Context()))
			s.requireCut(t, kept)
			require.Equal(t, 1, s.logged.count("audit chain cut off"), "said once, not at every interval")

			s.start()
			s.heads.Examine(t.Context())
			s.requireCut(t, kept)
			require.Equal(t, 2, s.logged.count("audit chain cut off"))
		})
	}
}

// One chain that was cut off does not keep the ends of others from being kept.
func TestACutConcernsItsChainOnly(t *testing.T) {
	s := newScene(t)
	other := models.ContactCenter{ID: models.NewID(s.log.Now()), Domain: "b.example", CreatedAt: s.center.CreatedAt}
	require.NoError(t, s.store.CreateContactCenter(t.Context(), &other))
	setBack(t, s)
	for range 3 {
		require.NoError(t, s.store.Tx(t.Context(), func(tx *store.Store) error {
			for i := range 600 { // more than are read at a time
				if err := s.log.Append(t.Context(), tx, event(other, i)); err != nil {
					return err
				}
			}
			return nil
		}))
		s.log.Committed(other.ID)
		require.NoError(t, s.heads.Flush(t.Context()))
	}
	require.EqualValues(t, 1800, keptIn(t, s.file)[other.ID].Sequence)
	require.EqualValues(t, 10, keptIn(t, s.file)[s.center.ID].Sequence)
	require.Error(t, s.heads.Check(t.Context()))
}

func TestAcceptCuts(t *testing.T) {
	for name, cut := range map[string]func(*testing.T, *scene){
		"an older copy": setBack,
		"an older copy with records since": func(t *testing.T, s *scene) {
			setBack(t, s)
			record(t, s.log, s.center, 6)
		},
		"a copy from before the chain": func(t *testing.T, s *scene) {
			tamper(t, s.store, `DELETE FROM audit_events`, `DELETE FROM audit_heads`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			cut(t, s)
			s.heads.Examine(t.Context())
			require.Error(t, s.heads.Check(t.Context()))

			// The operator's command is another process than the server.
			command := &audit.Log{Store: s.store, Keys: s.log.Keys, Now: s.log.Now}
			audit.KeepHeads(command, s.file, time.Millisecond)
			cuts, err := command.AcceptCuts(t.Context(), "system", "command line")
			require.NoError(t, err)
			require.Len(t, cuts, 1)
			require.EqualValues(t, 10, cuts[0].Kept.Sequence)
			require.True(t, verify(t, command).OK())
			again, err := command.AcceptCuts(t.Context(), "system", "command line")
			require.NoError(t, err)
			require.Empty(t, again)

			records, err := s.store.AuditEvents(t.Context(), models.AuditFilter{
				ContactCenterID: s.center.ID, Operation: "audit.accept-cut", Page: models.Page{Limit: 9},
			})
			require.NoError(t, err)
			require.Len(t, records, 1)
			require.Equal(t, "command line", records[0].ActorName)
			require.Contains(t, records[0].Detail, "record 10 with MAC")

			record(t, s.log, s.center, 1)
			require.NoError(t, s.heads.Flush(t.Context()))
			require.NoError(t, s.heads.Check(t.Context()), "the server goes on by itself")
			require.Equal(t, records[0].Sequence+1, keptIn(t, s.file)[s.center.ID].Sequence)
		})
	}
}

// To accept a cut does not make an altered record right.
func TestAcceptCutsHidesNothingElse(t *testing.T) {
	s := newScene(t)
	setBack(t, s)
	tamper(t, s.store, `UPDATE audit_events SET actor = 'token:2' WHERE sequence = 3`)
	_, err := s.log.AcceptCuts(t.Context(), "system", "command line")
	require.NoError(t, err)
	require.EqualValues(t, 3, verify(t, s.log).Broken)
}

func TestAcceptCutsNeedsAFile(t *testing.T) {
	l, center := newLog(t, storetest.SQLite(t))
	audit.KeepHeads(l, "", time.Millisecond)
	record(t, l, center, 1)
	_, err := l.AcceptCuts(t.Context(), "system", "command line")
	require.ErrorContains(t, err, "no ends of audit chains are kept")
}
