package store_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func openEmpty(t *testing.T, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestMigrate(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := openEmpty(t, url)
		pending, err := s.Pending(ctx)
		require.NoError(t, err)
		require.Positive(t, pending)
		version, err := s.SchemaVersion(ctx)
		require.NoError(t, err)
		require.Zero(t, version, "looking changes nothing")

		applied, err := s.Migrate(ctx)
		require.NoError(t, err)
		require.Equal(t, pending, applied)
		applied, err = s.Migrate(ctx)
		require.NoError(t, err)
		require.Zero(t, applied, "the second time")
		pending, err = s.Pending(ctx)
		require.NoError(t, err)
		require.Zero(t, pending)
		version, err = s.SchemaVersion(ctx)
		require.NoError(t, err)
		require.Equal(t, store.LatestSchema(), version)
		require.NoError(t, s.Ping(ctx))
	})
}

// TestMigrateTogether lets processes and stores of this process race.
func TestMigrateTogether(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		program, err := os.Executable()
		require.NoError(t, err)
		results := make([]string, 3)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				cmd := exec.CommandContext(t.Context(), program)
				cmd.Env = append(os.Environ(), migrateURL+"="+url)
				out, err := cmd.CombinedOutput()
				if err != nil {
					out = append(out, err.Error()...)
				}
				results[i] = string(out)
			})
		}
		s := openEmpty(t, url)
		_, err = s.Migrate(t.Context())
		require.NoError(t, err)
		wg.Wait()
		for _, result := range results {
			require.Regexp(t, `^\d+ <nil>\n$`, result)
		}
		pending, err := s.Pending(t.Context())
		require.NoError(t, err)
		require.Zero(t, pending)
		require.NoError(t, s.CreateContactCenter(t.Context(), &models.ContactCenter{ID: "a", Domain: "a.test"}))
	})
}

func TestMigrateWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := openEmpty(t, "sqlite:"+path)
	release := lock(t, path+".lock")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.Migrate(ctx)
	require.ErrorIs(t, err, models.ErrUnavailable)
	release()
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
}

func TestMigrateRefusesNewerSchema(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := openEmpty(t, url)
		_, err := s.Migrate(t.Context())
		require.NoError(t, err)
		db := storetest.Raw(t, url)
		mark := "INSERT INTO goose_db_version (version_id, is_applied) VALUES (90001, 1)"
		if s.Dialect() == store.Postgres {
			mark = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (90001, true)"
		}
		_, err = db.ExecContext(t.Context(), mark)
		require.NoError(t, err)
		_, err = s.Migrate(t.Context())
		require.ErrorContains(t, err, "90001")
		_, err = s.Pending(t.Context())
		require.ErrorContains(t, err, "90001")
	})
}

// lock holds the lock that a migrating process takes.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	return func() { require.NoError(t, f.Close()) }
}

// TestSameColumns compares the two schemas, so that no migration is written for
// one database only.
func TestSameColumns(t *testing.T) {
	columns := map[string][]string{}
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := openEmpty(t, url)
		_, err := s.Migrate(t.Context())
		require.NoError(t, err)
		query := `SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' ORDER BY 1`
		if s.Dialect() == store.Postgres {
			query = `SELECT table_name || '.' || column_name FROM information_schema.columns
				WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%' ORDER BY (table_name || '.' || column_name) COLLATE "C"`
		}
		columns[s.Dialect()] = texts(t, storetest.Raw(t, url), query)
	})
	require.Contains(t, columns[store.SQLite], "accounts.search_text")
	if both := columns[store.Postgres]; both != nil {
		require.Equal(t, columns[store.SQLite], both)
	}
}

// Who is signed in while an update is made goes on with the session: it is one that
// began with a password.
func TestMigrateKeepsSessions(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := openEmpty(t, url)
		store.MigrateTo(t, s, 5)
		db := storetest.Raw(t, url)
		disabled := map[string]string{store.SQLite: "0", store.Postgres: "false"}[s.Dialect()]
		for _, statement := range []string{
			`INSERT INTO contact_centers (id, domain, name, features, suspended, created_at)
				VALUES ('c', 'a.test', 'A', '[]', ` + disabled + `, 5)`,
			emptyRow(t, db, s, "users", map[string]string{"contact_center_id": "'c'", "id": "'u'", "username_key": "'ann'"}),
			emptyRow(t, db, s, "sessions", map[string]string{
				"contact_center_id": "'c'", "id": "'s'", "user_id": "'u'", "method": "'password'",
			}),
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err, statement)
		}
		_, err := s.Migrate(t.Context())
		require.NoError(t, err)
		sessions, err := s.Sessions(t.Context(), "c", "u")
		require.NoError(t, err)
		require.Len(t, sessions, 1)
		require.Equal(t, "password", sessions[0].Method)
		require.Empty(t, sessions[0].Portal)
	})
}

// emptyRow is a statement that inserts a row with the given values, and nothing in
// the other columns.
func emptyRow(t *testing.T, db *sql.DB, s *store.Store, table string, values map[string]string) string {
	t.Helper()
	query := "SELECT name || ' ' || type FROM pragma_table_info('" + table + "')"
	if s.Dialect() == store.Postgres {
		query = "SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = '" + table + "'"
	}
	var names, all []string
	for _, column := range texts(t, db, query) {
		name, kind, _ := strings.Cut(column, " ")
		value, ok := values[name]
		switch {
		case ok:
		case kind == "boolean":
			value = "false"
		case kind == "INTEGER", kind == "bigint":
			value = "0"
		default:
			value = "''"
			if kind == "BLOB" {
				value = "x''"
			}
		}
		names, all = append(names, name), append(all, value)
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(all, ", ") + ")"
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		all = append(all, text)
	}
	require.NoError(t, rows.Err())
	return all
}
