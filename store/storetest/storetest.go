// Package storetest opens empty stores for tests: SQLite in a temporary folder,
// and PostgreSQL in a cluster of the test's own.
//
// It is for tests only and is no fake: what runs is what production runs.
package storetest

import (
	"cmp"
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/store"
)

// SQLite returns an empty, migrated store on a new file. It is closed at the end
// of the test.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db")})
}

// Postgres returns an empty, migrated store in a database of its own. The first
// call of a test process starts a cluster, which ends with the last test that
// uses it. Where PostgreSQL is not installed the test fails and names the package.
func Postgres(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, store.Config{URL: PostgresURL(t), MaxConns: 16})
}

// Each runs test on an empty SQLite store and, with the build tag full, on an
// empty PostgreSQL one.
func Each(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run(store.SQLite, func(t *testing.T) { test(t, SQLite(t)) })
	if full {
		t.Run(store.Postgres, func(t *testing.T) { test(t, Postgres(t)) })
	}
}

// EachEmpty is Each for tests that begin without any table: they get the URL.
func EachEmpty(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run(store.SQLite, func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db")) })
	if full {
		t.Run(store.Postgres, func(t *testing.T) { test(t, EmptyPostgresURL(t)) })
	}
}

// Raw opens the database behind a URL without a store, for tests that look at or
// break what a store cannot.
func Raw(t testing.TB, url string) *sql.DB {
	t.Helper()
	name, source := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		name, source = sqliteDriver, path
	}
	db, err := sql.Open(name, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// patience is how long stores wait for locks unless a test wants otherwise: what many
// do at once on a busy machine takes longer than people would wait.
const patience = time.Minute

// Open opens and migrates a store and closes it at the end of the test.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	cfg.BusyTimeout = cmp.Or(cfg.BusyTimeout, patience)
	s, err := store.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	_, err = s.Migrate(context.WithoutCancel(t.Context()))
	require.NoError(t, err)
	return s
}
