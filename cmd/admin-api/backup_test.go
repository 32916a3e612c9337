package main

import (
	"bytes"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// moved is a data folder with the key file of another one and nothing else.
func moved(t *testing.T, from string) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.Mkdir(data, 0o700))
	copyOver(t, filepath.Join(from, "keys.json"), filepath.Join(data, "keys.json"))
	return data
}

func copyOver(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(to, text, 0o600))
}

// requireSealed says that the bots of a running server have their token.
func (r *running) requireSealed(t *testing.T, ids []string) {
	t.Helper()
	for _, id := range ids {
		res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts/"+id+"/credentials", "")
		require.Equal(t, http.StatusOK, res.StatusCode, body)
		require.Contains(t, body, botToken)
	}
}

func TestBackupAndRestore(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	ids := r.bots(t, 3)
	file := filepath.Join(t.TempDir(), "backup.db")
	code, out, errs := command(t, r.data, "backup", file)
	require.Zero(t, code, errs)
	require.Equal(t, strings.Count(errs, "\n"), strings.Count(errs, "audit head"), "a short one is quiet: %s", errs)
	require.Contains(t, out, "1 contact center, 3 accounts, 6 secrets, 5 audit records\n")
	require.Contains(t, out, "localhost  5 records, all intact\n")
	require.Regexp(t, `6 secrets under the key [0-9a-f]{8}\n`, out)
	require.Contains(t, out, "The key file is not in it: keep a copy of "+filepath.Join(r.data, "keys.json"))
	made := records(t, r.data, "backup.create")
	require.Len(t, made, 1)
	require.Equal(t, "backup.db", made[0].TargetID)
	require.Contains(t, made[0].Detail, "5 records")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(text), "abcdefghijklmnopqrstuvwxyz", "secrets are sealed in it")

	code, _, errs = command(t, r.data, "backup", file)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "exists, and a backup replaces nothing")
	require.Len(t, records(t, r.data, "backup.create"), 1)
	code, _, errs = command(t, r.data, "restore", file)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "not empty, and a restore replaces nothing: ")

	data := moved(t, r.data)
	code, out, errs = command(t, data, "restore", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  6 records, all intact")
	require.Contains(t, out, "tokens that were revoked")
	require.NotContains(t, out, "lost")
	require.FileExists(t, filepath.Join(data, "audit-heads.json"), "the ends are kept from now on")
	require.Len(t, records(t, data, "backup.restore"), 1)
	again := serve(t, data)
	again.requireSealed(t, ids)
	res, body := again.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.NoFileExists(t, filepath.Join(data, "bootstrap.txt"))
	again.bots(t, 0)
	code, out, _ = command(t, data, "audit", "verify")
	require.Zero(t, code, out)
}

// The ends of the chains that are kept beside the database may be ahead of the
// backup. To restore is to accept that, which is on record.
func TestRestoreWhereTheKeptEndsAreAhead(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	ids := r.bots(t, 2)
	file := filepath.Join(t.TempDir(), "backup.db")
	code, _, errs := command(t, data, "backup", file)
	require.Zero(t, code, errs)
	lost := r.post(t, "written after the backup")
	r.end(t)
	removeDatabase(t, data)
	code, out, errs := command(t, data, "restore", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  the end that was kept, record 6, is not in the backup, which ends with record 4: "+
		"what followed is lost, and that is on record")
	require.Contains(t, out, "localhost  6 records, all intact")
	accepted := records(t, data, "audit.accept-cut")
	require.Len(t, accepted, 1)
	require.Contains(t, accepted[0].Detail, "record 6 with MAC")

	r = serve(t, data)
	res, body := r.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	r.requireSealed(t, ids)
	res, _ = r.do(t, http.MethodGet, "/api/v1/integration-accounts/"+lost, "")
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	code, out, _ = command(t, data, "audit", "verify")
	require.Zero(t, code, out)

	r.end(t) // and a cut that nobody restored is still found
	removeDatabase(t, data)
	copyOver(t, file, filepath.Join(data, "admin-api.db"))
	code, out, _ = command(t, data, "audit", "verify")
	require.Equal(t, 1, code, out)
	require.Contains(t, out, "BROKEN at record 5")
}

// post makes one account and returns its id.
func (r *running) post(t *testing.T, name string) string {
	t.Helper()
	res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram(name, botToken))
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	return filepath.Base(res.Header.Get("Location"))
}

func removeDatabase(t *testing.T, data string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(data, "admin-api.db"+suffix)); !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
	}
}

func TestRestoreNeedsTheKeysOfTheBackup(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	r.bots(t, 1)
	early := moved(t, r.data) // its key file is older than the rotation
	code, _, errs := command(t, r.data, "keys", "rotate")
	require.Zero(t, code, errs)
	file := filepath.Join(t.TempDir(), "backup.db")
	code, out, errs := command(t, r.data, "backup", file)
	require.Zero(t, code, errs)
	require.Contains(t, out, "2 secrets under the key "+records(t, r.data, "keys.create")[0].TargetID)

	none := filepath.Join(t.TempDir(), "data")
	code, _, errs = command(t, none, "restore", file)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "bring the copy of the key file that belongs to it")
	require.NoDirExists(t, none)

	code, out, errs = command(t, early, "restore", file)
	require.Equal(t, 1, code)
	require.Regexp(t, `2 secrets under the key [0-9a-f]{8}, which is not in `, out)
	require.Contains(t, errs, "nothing is restored")
	require.NoFileExists(t, filepath.Join(early, "admin-api.db"))

	foreign := filepath.Join(t.TempDir(), "data")
	code, _, errs = command(t, foreign, "keys", "init")
	require.Zero(t, code, errs)
	code, out, _ = command(t, foreign, "restore", file)
	require.Equal(t, 1, code)
	require.Contains(t, out, "does not seem to be the key file of this backup")
	require.NoFileExists(t, filepath.Join(foreign, "admin-api.db"))

	code, out, errs = command(t, early, "restore", file, "--accept-damage")
	require.Zero(t, code, errs)
	require.Contains(t, out, "NOT IN THE KEY FILE")
	restored := records(t, early, "backup.restore")
	require.Len(t, restored, 1)
	require.Contains(t, restored[0].Detail, "accepted: 2 secrets under the key")
}

// Damage that a database has is no reason to have no copy of it; it is named, and
// restored only on request.
func TestBackupOfABrokenChain(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	ids := r.bots(t, 3)
	r.end(t)
	tamper(t, data, "UPDATE audit_events SET actor = 'somebody else' WHERE sequence = 2")
	file := filepath.Join(t.TempDir(), "backup.db")
	code, out, errs := command(t, data, "backup", file)
	require.Equal(t, 1, code)
	require.Contains(t, out, "localhost  BROKEN at record 2")
	require.Contains(t, out, "is complete")
	require.Contains(t, errs, "1 of 1 audit chains do not hold, in the copy as in the database")

	to := moved(t, data)
	code, out, errs = command(t, to, "restore", file)
	require.Equal(t, 1, code)
	require.Contains(t, out, "BROKEN at record 2")
	require.Contains(t, errs, "--accept-damage")
	require.NoFileExists(t, filepath.Join(to, "admin-api.db"))
	code, out, errs = command(t, to, "restore", file, "--accept-damage")
	require.Zero(t, code, errs)
	require.Contains(t, out, "BROKEN at record 2")
	require.Contains(t, records(t, to, "backup.restore")[0].Detail, "accepted: localhost  BROKEN at record 2")
	serve(t, to).requireSealed(t, ids)
}

func tamper(t *testing.T, data, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(data, "admin-api.db"))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, errors.Join(err, db.Close()))
}

func TestProgressIsSparse(t *testing.T) {
	var out bytes.Buffer
	say := progress(&out)
	for range 1000 {
		say("x")
	}
	require.Empty(t, out.String())
}
