package main

import (
	"bytes"
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // a way into the file beside the store
	"github.com/stretchr/testify/require"
)

func TestAuditVerifyFindsTampering(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("bot", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	r.end(t)
	code, out, errs := command(t, data, "audit", "verify")
	require.Zero(t, code, errs)
	require.Contains(t, out, "all intact")
	db, err := sql.Open("sqlite3", filepath.Join(data, "admin-api.db"))
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), `UPDATE audit_events SET actor_name = 'somebody' WHERE operation = 'account.create'`)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	code, out, errs = command(t, data, "audit", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, out, "BROKEN at record 3")
	require.Contains(t, errs, "1 of 1 audit chains")
}

// An operator puts a backup of the database back: that cannot be told from an
// attack, so it takes a word of theirs.
func TestAuditAfterRestoringABackup(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(data, "admin-api.db")
	serve(t, data).end(t)
	backup, err := os.ReadFile(file)
	require.NoError(t, err)
	r := serve(t, data)
	res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("bot", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	r.end(t)
	require.NoError(t, os.WriteFile(file, backup, 0o600))

	r = serve(t, data)
	res, body = r.do(t, http.MethodGet, "/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	require.Contains(t, body, `{"name":"audit","status":"failing"}`)
	require.Equal(t, 1, strings.Count(r.stderr.String(), "audit chain cut off"))
	for range 3 { // ordinary work
		r.do(t, http.MethodGet, "/api/v1/integration-accounts/"+res.Header.Get("X-Request-Id")+"/credentials", "")
		r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram(res.Header.Get("X-Request-Id"), "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	}
	code, out, errs := command(t, data, "audit", "verify")
	require.Equal(t, 1, code)
	require.Contains(t, out, "BROKEN at record 3")
	require.Contains(t, out, "--accept-cut")
	require.Contains(t, errs, "1 of 1 audit chains")

	code, out, errs = command(t, data, "audit", "verify", "--accept-cut")
	require.Zero(t, code, errs)
	require.Contains(t, out, "cut accepted and recorded: the end that was kept, record 3")
	require.Contains(t, out, "all intact")
	for res.StatusCode != http.StatusOK { // the running server finds out by itself
		res, _ = r.do(t, http.MethodGet, "/readyz", "")
	}
	code, out, _ = command(t, data, "audit", "verify", "--accept-cut")
	require.Zero(t, code)
	require.Contains(t, out, "nothing to accept")
}

// On PostgreSQL these lines are the only copy outside the database: no level may
// silence them.
func TestAuditHeadsAreLoggedAtEveryLevel(t *testing.T) {
	for _, level := range []string{"debug", "info", "warn", "error"} {
		for format, head := range map[string]string{"json": `"level":"INFO","msg":"audit head"`, "text": `level=INFO msg="audit head"`} {
			r := serve(t, filepath.Join(t.TempDir(), "data"), "--log-level", level, "--log-format", format)
			r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
			r.end(t)
			log := r.stderr.String()
			require.Contains(t, log, head, level)
			if level == "warn" || level == "error" {
				require.Equal(t, strings.Count(log, "\n"), strings.Count(log, "audit head"), "nothing else of that level: %s", log)
			} else {
				require.Contains(t, log, "/api/v1/integration-accounts")
			}
		}
	}
}

func TestThreshold(t *testing.T) {
	var out bytes.Buffer
	settings := logSettings{LogLevel: "warn", LogFormat: "text"}
	log := settings.logger(&out).With("a", 1).WithGroup("g")
	log.Info("quiet")
	log.Warn("loud", "b", 2)
	require.Contains(t, out.String(), "loud a=1 g.b=2")
	require.NotContains(t, out.String(), "quiet")
	evidence(settings.logger(&out)).Info("kept")
	require.Contains(t, out.String(), "kept")
	require.Equal(t, quiet().Handler(), evidence(quiet()).Handler())
}
