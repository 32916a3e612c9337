//go:build full

package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/store/storetest"
)

// onPostgres serves a PostgreSQL database of its own.
func onPostgres(t *testing.T) (r *running, settings []string) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	code, _, errs := command(t, data, "keys", "init")
	require.Zero(t, code, errs)
	settings = []string{"--database", storetest.PostgresURL(t)}
	return serve(t, data, append(settings, "--log-level", "error")...), settings
}

func TestBackupUnderLoadOnPostgres(t *testing.T) {
	r, from := onPostgres(t)
	backupUnderLoad(t, r, 3, from, func(t *testing.T) []string {
		return []string{"--database", storetest.EmptyPostgresURL(t)}
	})
}

// A backup is also the way from one database to the other: what is restored is
// served, and the secrets in it can be read.
func TestMoveBetweenDatabases(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	ids := r.bots(t, 3)
	file := filepath.Join(t.TempDir(), "from-sqlite.db")
	code, _, errs := command(t, r.data, "backup", file)
	require.Zero(t, code, errs)

	data, settings := moved(t, r.data), []string{"--database", storetest.EmptyPostgresURL(t)}
	code, out, errs := command(t, data, append([]string{"restore", file}, settings...)...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  6 records, all intact")
	r = serve(t, data, settings...)
	r.requireSealed(t, ids)
	code, _, errs = command(t, data, append([]string{"restore", file}, settings...)...)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "not empty")

	file = filepath.Join(t.TempDir(), "from-postgres.db")
	code, out, errs = command(t, data, append([]string{"backup", file}, settings...)...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "3 accounts, 6 secrets, 9 audit records")
	back := moved(t, data)
	code, out, errs = command(t, back, "restore", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  10 records, all intact")
	serve(t, back).requireSealed(t, ids)
}
