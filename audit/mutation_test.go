package audit_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Whatever somebody with the database, but without the key file, does to the
// tables of the record: verify says so. What is restored as it was is no
// alteration, and not counted. All ten thousand are tried with the build tag long.
func TestVerifyFindsEveryMutation(t *testing.T) { mutateAll(t, 4, 500) }

// mutateAll is mutate for several seeds.
func mutateAll(t *testing.T, seeds uint64, n int) {
	t.Helper()
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			mutate(t, seed, n)
		})
	}
}

// mutate holds verify against n mutations, each of the same genuine chains.
func mutate(t *testing.T, seed uint64, n int) {
	t.Helper()
	m := newMutator(t, seed)
	require.True(t, m.intact(), "the chains hold before anything is done to them")
	for found := 0; found < n; {
		m.done = nil
		for range 1 + m.IntN(8)/6 { // mostly one, sometimes two at once
			m.mutation()()
		}
		if !m.intact() {
			found++
		} else {
			require.False(t, m.changed(), "seed %d, mutation %d not found:\n%s", seed, found, strings.Join(m.done, "\n"))
		}
		m.restore()
	}
}

// A column or a table of the record that comes to be is to be mutated as well.
func TestMutationsReachEveryColumn(t *testing.T) {
	m := newMutator(t, 0)
	var tables []string
	rows, err := m.db.QueryContext(t.Context(), `SELECT name || ': ' || (
		SELECT group_concat(name, ', ') FROM pragma_table_info(t.name)) FROM sqlite_schema t
		WHERE type = 'table' AND name LIKE 'audit%' ORDER BY name`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		tables = append(tables, line)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []string{
		"audit_checkpoints: " + checkpointColumns, "audit_events: " + recordColumns, "audit_heads: " + headColumns,
	}, tables)
}

// mutator is an attacker on the database, with what they saw of its past.
type mutator struct {
	*rand.Rand
	t       *testing.T
	log     *audit.Log
	db      *sql.DB
	centers []string
	last    map[string]int64
	// heads are all that the chains ever had; checkpoints those that were replaced.
	heads       []models.AuditHead
	checkpoints []models.AuditCheckpoint
	done        []string
}

// tables are those of the record.
func auditTables() []string { return []string{"audit_events", "audit_heads", "audit_checkpoints"} }

func newMutator(t *testing.T, seed uint64) *mutator {
	t.Helper()
	s := storetest.SQLite(t)
	l, _ := newLog(t, s)
	now := l.Now()
	l.Now = func() time.Time { now = now.Add(time.Minute); return now }
	heads := audit.KeepHeads(l, filepath.Join(t.TempDir(), "audit-heads.json"), time.Millisecond)
	m := &mutator{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, log: l, last: map[string]int64{}}
	for range 3 {
		m.centers = append(m.centers, models.NewID(now))
	}
	begin := now
	for i := range 75 {
		m.append(s, realistic(m.centers[i%3], i))
		if i == 30 || i == 60 { // the first chain was pruned twice, the others never
			m.prune(s, begin.Add(time.Duration(i/2)*time.Minute))
		}
	}
	require.NoError(t, heads.Flush(t.Context()))
	var err error
	m.db, err = sql.Open("sqlite3", "file:"+s.Path()+"?_busy_timeout=5000&_synchronous=OFF")
	require.NoError(t, err)
	m.db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, m.db.Close()) })
	for _, table := range auditTables() {
		m.exec("CREATE TEMP TABLE genuine_" + table + " AS SELECT * FROM " + table)
	}
	return m
}

// realistic are records as the program writes them.
func realistic(center string, i int) *models.AuditEvent {
	e := &models.AuditEvent{
		ContactCenterID: center, Actor: []string{"token:0198c0de", "user:0198c0df", "system"}[i%3],
		ActorName: []string{"ci", "Ann", "monitor"}[i%3], Address: []string{"192.0.2.1", "2001:db8::1", ""}[i%3],
		RequestID: models.NewID(time.UnixMilli(int64(i))), TargetType: "account", TargetID: fmt.Sprint("0198-", i%7),
		Operation: []string{"account.create", "account.update", "credentials.read", "account.delete"}[i%4],
	}
	switch i % 4 {
	case 1:
		e.Changes = models.JSON(fmt.Sprintf(`[{"pointer":"/name","old":"a","new":"b%d"},{"pointer":"/labels/env","new":"prod"}]`, i))
	case 3:
		e.Outcome, e.Detail = models.OutcomeRefused, "in use"
	}
	return e
}

// append records e and notes the head behind it, as a copy of the past has it.
func (m *mutator) append(s *store.Store, e *models.AuditEvent) {
	m.t.Helper()
	require.NoError(m.t, m.log.Record(m.t.Context(), e))
	m.note(s)
}

func (m *mutator) prune(s *store.Store, before time.Time) {
	m.t.Helper()
	p, err := m.log.Prune(m.t.Context(), m.centers[0], models.NewTime(before), "system", "command line")
	require.NoError(m.t, err)
	require.Positive(m.t, p.Last)
	m.note(s)
	old, err := s.AuditCheckpoints(m.t.Context())
	require.NoError(m.t, err)
	m.checkpoints = append(m.checkpoints, old[m.centers[0]])
}

func (m *mutator) note(s *store.Store) {
	heads, err := s.AuditHeads(m.t.Context())
	require.NoError(m.t, err)
	for _, h := range heads {
		if m.last[h.ContactCenterID] != h.Sequence {
			m.last[h.ContactCenterID] = h.Sequence
			m.heads = append(m.heads, h)
		}
	}
}

// intact is what verify says of all chains together.
func (m *mutator) intact() bool {
	reports, err := m.log.Verify(m.t.Context())
	require.NoError(m.t, err, strings.Join(m.done, "\n"))
	for _, r := range reports {
		if !r.OK() {
			return false
		}
	}
	return len(reports) == len(m.centers)
}

// changed reports whether the tables hold anything else than what is genuine.
func (m *mutator) changed() bool {
	for _, table := range auditTables() {
		for _, pair := range [][2]string{{table, "genuine_" + table}, {"genuine_" + table, table}} {
			var n int
			query := "SELECT count(*) FROM (SELECT * FROM " + pair[0] + " EXCEPT SELECT * FROM " + pair[1] + ")"
			require.NoError(m.t, m.db.QueryRowContext(m.t.Context(), query).Scan(&n))
			if n > 0 {
				return true
			}
		}
	}
	return false
}

func (m *mutator) restore() {
	m.exec("BEGIN")
	for _, table := range auditTables() {
		m.exec("DELETE FROM " + table)
		m.exec("INSERT INTO " + table + " SELECT * FROM genuine_" + table)
	}
	m.exec("COMMIT")
}

func (m *mutator) exec(statement string) {
	_, err := m.db.ExecContext(m.t.Context(), statement)
	require.NoError(m.t, err, statement)
}

// do is exec for a mutation. What the tables themselves refuse, such as a second
// record with one number, changes nothing.
func (m *mutator) do(statement string, args ...any) {
	m.done = append(m.done, fmt.Sprintf("%s %q", statement, args))
	_, _ = m.db.ExecContext(m.t.Context(), statement, args...)
}
