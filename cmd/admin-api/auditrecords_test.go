package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// grown is a data folder whose one chain has records of a year ago and of today.
func grown(t *testing.T) (data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	for _, name := range []string{"a", "b", "c"} {
		res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram(name, "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
		require.Equal(t, http.StatusCreated, res.StatusCode, body)
	}
	r.end(t)
	return data
}

// alter runs a statement on the database of a data folder.
func alter(t *testing.T, data, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(data, "admin-api.db"))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func TestAuditExportCommand(t *testing.T) {
	data := grown(t)
	lines := func(args ...string) (all []api.AuditEvent) {
		code, out, errs := command(t, data, append([]string{"audit", "export"}, args...)...)
		require.Zero(t, code, errs)
		for line := range strings.Lines(out) {
			var e api.AuditEvent
			require.NoError(t, json.Unmarshal([]byte(line), &e))
			all = append(all, e)
		}
		return all
	}
	all := lines()
	require.Len(t, all, 5)
	for i, e := range all {
		require.EqualValues(t, i+1, e.Sequence)
	}
	require.Equal(t, all, lines("--contact-center", "localhost", "--from", "2020-01-01T00:00:00Z", "--to", "2199-01-01T00:00:00Z"))
	require.Empty(t, lines("--to", all[0].At.String()))
	for want, args := range map[string][]string{
		"--from": {"--from", "yesterday"}, "--to": {"--to", "2026-01-01"}, "nowhere.example": {"--contact-center", "nowhere.example"},
	} {
		code, _, errs := command(t, data, append([]string{"audit", "export"}, args...)...)
		require.NotZero(t, code)
		require.Contains(t, errs, want)
	}
}

func TestAuditCheckpointFiles(t *testing.T) {
	data := grown(t)
	kept := filepath.Join(t.TempDir(), "checkpoints.json")
	code, out, errs := command(t, data, "audit", "verify", "--write-checkpoint", kept)
	require.Zero(t, code, errs)
	require.Contains(t, out, "1 checkpoint written")
	code, out, errs = command(t, data, "audit", "verify", "--checkpoint", kept, "--write-checkpoint", kept)
	require.Zero(t, code, errs)
	require.Contains(t, out, "all intact")

	// Somebody replaces the database, and every file beside it but the keys.
	other := grown(t)
	for _, name := range []string{"keys.json"} {
		key, err := os.ReadFile(filepath.Join(data, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(other, name), key, 0o600))
	}
	code, out, _ = command(t, other, "audit", "verify", "--checkpoint", kept)
	require.Equal(t, 1, code)
	require.Contains(t, out, "the whole chain is missing")
	before, err := os.ReadFile(kept)
	require.NoError(t, err)
	code, _, _ = command(t, other, "audit", "verify", "--checkpoint", kept, "--write-checkpoint", kept)
	require.Equal(t, 1, code)
	after, err := os.ReadFile(kept)
	require.NoError(t, err)
	require.Equal(t, before, after, "what does not hold leaves the old one")

	for name, text := range map[string]string{
		"holds no checkpoints": "[]", "was altered": strings.Replace(string(before), `"sequence": 5`, `"sequence": 4`, 1),
	} {
		require.NoError(t, os.WriteFile(kept, []byte(text), 0o600))
		code, _, errs = command(t, data, "audit", "verify", "--checkpoint", kept)
		require.Equal(t, 1, code)
		require.Contains(t, errs, name)
	}
	code, _, errs = command(t, data, "audit", "verify", "--checkpoint", kept+".gone")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "--checkpoint")

	var list []json.RawMessage // what the API answers is one, not a list
	require.NoError(t, json.Unmarshal(before, &list))
	require.NoError(t, os.WriteFile(kept, list[0], 0o600))
	code, _, errs = command(t, data, "audit", "verify", "--checkpoint", kept)
	require.Zero(t, code, errs)
}

func TestAuditPruneCommand(t *testing.T) {
	data := grown(t)
	code, out, errs := command(t, data, "audit", "prune", "--older-than", "365d")
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  nothing older than 20")

	r := serve(t, data) // beside a running server
	code, out, errs = command(t, data, "audit", "prune", "--older-than", "1ns", "--contact-center", "localhost")
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  records 1 to 4 removed")
	res, body := r.do(t, http.MethodGet, "/api/v1/audit-events", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, `"operation":"audit.prune"`)
	require.Contains(t, body, "records 1 to 4 are removed; record 4 had the MAC")
	res, body = r.do(t, http.MethodPost, "/api/v1/audit-events/verify", "")
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, body, `"status":"intact","records":2,"prunedThrough":4`)
	res, body = r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("d", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	res, body = r.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	r.end(t)
	code, out, errs = command(t, data, "audit", "verify")
	require.Zero(t, code, errs)
	require.Contains(t, out, "localhost  3 records, all intact")

	alter(t, data, `UPDATE audit_checkpoints SET sequence = 3`)
	code, _, errs = command(t, data, "audit", "prune", "--older-than", "1ns")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "localhost: prune audit: the chain does not hold")
}
