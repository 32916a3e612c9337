package store

import (
	"context"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

func pragma(ctx context.Context, t *testing.T, conn *sql.Conn, name string) string {
	t.Helper()
	var value string
	require.NoError(t, conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value), name)
	return value
}

// TestSettings asks every connection: a setting that holds on most of them is the
// kind of mistake that shows after a power cut.
func TestSettings(t *testing.T) {
	s, err := Open(t.Context(), Config{
		URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db"), Readers: 3, BusyTimeout: 1234 * time.Millisecond,
	})
	require.NoError(t, err)
	defer s.Close()
	want := map[string]string{
		"page_size": strconv.Itoa(pageSize), "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1",
		"busy_timeout": "1234", "trusted_schema": "0", "temp_store": "2",
	}
	for i := range 3 {
		conn, err := s.readerDB.Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close() // all are held at once, so each is another one
		for name, value := range want {
			require.Equal(t, value, pragma(t.Context(), t, conn, name), "reader %d: %s", i, name)
		}
		require.Equal(t, "1", pragma(t.Context(), t, conn, "query_only"))
	}
	require.Equal(t, 3, s.Stats().Readers.MaxOpenConnections)
	require.Equal(t, 1, s.Stats().Writer.MaxOpenConnections)

	writer := s.group.conn.preparer.(*sql.Conn)
	for name, value := range want {
		require.Equal(t, value, pragma(t.Context(), t, writer, name), "writer: %s", name)
	}
	require.Equal(t, "0", pragma(t.Context(), t, writer, "query_only"))
	require.Equal(t, "67108864", pragma(t.Context(), t, writer, "journal_size_limit"))
}

func TestReadersCannotWrite(t *testing.T) {
	s := migrated(t)
	_, err := s.readerDB.ExecContext(t.Context(), "DELETE FROM accounts")
	require.Error(t, err)
	conn, err := s.readerDB.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.ExecContext(t.Context(), "PRAGMA query_only = OFF")
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "DELETE FROM accounts")
	require.ErrorContains(t, err, "readonly", "the file itself is open for reading only")
}

// TestTables holds every table that belongs to contact centers to the layout that
// keeps their rows together.
func TestTables(t *testing.T) {
	s := migrated(t)
	var tables []struct{ Name, SQL string }
	require.NoError(t, s.read.Raw(
		"SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'").
		Scan(&tables).Error)
	require.GreaterOrEqual(t, len(tables), 12)
	for _, table := range tables {
		require.Regexp(t, `STRICT, WITHOUT ROWID$`, table.SQL, table.Name)
		var first string
		require.NoError(t, s.read.Raw("SELECT name FROM pragma_table_info(?) WHERE pk = 1", table.Name).Scan(&first).Error)
		if table.Name == "contact_centers" {
			continue
		}
		require.Equal(t, "contact_center_id", first, "the first column of the primary key of %s", table.Name)
	}
}

func TestFilesArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder with ?#% and é", "test.db")
	require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	s, err := Open(t.Context(), Config{URL: "sqlite:" + path})
	require.NoError(t, err)
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 4, "database, log, shared memory and migration lock")
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), e.Name())
	}
	require.NoError(t, s.Close())
	_, err = os.Stat(path + "-wal")
	require.ErrorIs(t, err, fs.ErrNotExist, "the log is folded in by Close")
	require.NoError(t, s.Close(), "twice is no harm")
	_, err = s.CountContactCenters(t.Context())
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.ErrorIs(t, s.Tx(t.Context(), func(*Store) error { return nil }), models.ErrUnavailable)
	require.ErrorIs(t, s.Ping(t.Context()), models.ErrUnavailable)
}

func TestOpenRefusals(t *testing.T) {
	folder := t.TempDir()
	for _, url := range []string{
		"", "sqlite:", "sqlite::memory:", "mysql://root:s3cr3t@localhost/db", "postgres://user:s3cr3t@host:port/db",
		"postgres://%zz:s3cr3t@/", "sqlite:" + filepath.Join(folder, "none", "s.db"), "sqlite:" + folder,
	} {
		_, err := Open(t.Context(), Config{URL: url})
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "s3cr3t")
	}
	_, err := Open(t.Context(), Config{URL: "postgres://user:s3cr3t@127.0.0.1:1/db?connect_timeout=1"})
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.NotContains(t, err.Error(), "s3cr3t")

	garbage := filepath.Join(folder, "garbage.db")
	require.NoError(t, os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 100)), 0o600))
	_, err = Open(t.Context(), Config{URL: "sqlite:" + garbage})
	require.Error(t, err)
}

// TestBusyWriter has another process's lock in the way.
func TestBusyWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s, err := Open(t.Context(), Config{URL: "sqlite:" + path, BusyTimeout: 10 * time.Millisecond})
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	other, _, err := sqliteHandles(path, time.Second)
	require.NoError(t, err)
	db := openPool(other, 1)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)

	require.ErrorIs(t, s.Tx(t.Context(), func(*Store) error { return nil }), models.ErrUnavailable)
	require.ErrorIs(t, s.Ping(t.Context()), models.ErrUnavailable)
	_, err = s.CountContactCenters(t.Context())
	require.NoError(t, err, "readers do not wait for writers")
	require.NoError(t, tx.Rollback())
	require.NoError(t, s.Ping(t.Context()))
}

// TestStatementsAreBounded sends more shapes of statements than are kept, while
// others use them.
func TestStatementsAreBounded(t *testing.T) {
	s := migrated(t)
	pool := pool(s.read).(*stmtPool)
	pool.limit = 5
	done := make(chan error, 4)
	for worker := range cap(done) {
		go func() {
			var err error
			for i := 0; i < 200 && err == nil; i++ {
				words := make([]string, (i+worker*5)%20+1)
				_, err = s.ListAccounts(t.Context(), models.AccountFilter{Query: words})
			}
			done <- err
		}()
	}
	for range cap(done) {
		require.NoError(t, <-done)
	}
	require.LessOrEqual(t, len(pool.stmts), pool.limit)
	for _, stmt := range pool.stmts {
		require.Zero(t, stmt.users)
	}
}
