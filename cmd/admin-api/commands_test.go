package main

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/store"
)

// command runs a command line on a data folder.
func command(t *testing.T, data string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(&program{ctx: t.Context(), stdout: &out, stderr: &errs}, append(args, "--data", data))
	return code, out.String(), errs.String()
}

func TestTokensCreateBesideARunningServer(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	code, out, errs := command(t, r.data, "tokens", "create", "--contact-center", "LOCALHOST",
		"--scopes", "accounts:read", "--expires", "90d")
	require.Zero(t, code, errs)
	r.token = strings.TrimSpace(out)
	res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	res, body = r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("x", "1"))
	require.Equal(t, http.StatusForbidden, res.StatusCode, body)

	code, _, errs = command(t, r.data, "tokens", "create", "--contact-center", "nowhere.example", "--scopes", "accounts:read")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nowhere.example")
	code, _, errs = command(t, r.data, "tokens", "create", "--contact-center", "localhost", "--scopes", "accounts:fly")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "accounts:fly")
}

func TestTokensListAndRevokeBesideARunningServer(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	all := r.token
	code, text, errs := command(t, r.data, "tokens", "create", "--contact-center", "localhost",
		"--scopes", "accounts:read, accounts:test", "--expires", "90d", "--name", "night\twatch")
	require.Zero(t, code, errs)
	id := regexp.MustCompile(`made token (\S+),`).FindStringSubmatch(errs)
	require.NotNil(t, id, errs)
	require.NotContains(t, errs, strings.TrimSpace(text))

	list := func() string {
		code, out, errs := command(t, r.data, "tokens", "list", "--contact-center", "LocalHost")
		require.Zero(t, code, errs)
		require.NotContains(t, out, strings.TrimSpace(text))
		return out
	}
	const at = `\d{4}-\d\d-\d\dT\d\d:\d\dZ`
	line := func(revoked string) string {
		return id[1] + `  night watch +localhost +` + at + ` +` + at + ` +never +` + revoked + ` +accounts:read,accounts:test\n`
	}
	require.Regexp(t, line("never"), list())
	r.token = strings.TrimSpace(text)
	res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)

	for _, want := range []string{"revoked token " + id[1], "was revoked before"} {
		code, out, errs := command(t, r.data, "tokens", "revoke", id[1])
		require.Zero(t, code, errs)
		require.Contains(t, out, want)
	}
	res, _ = r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	require.Equal(t, http.StatusUnauthorized, res.StatusCode, "at once")
	require.Regexp(t, line(at), list())

	r.token = all
	r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
	r.end(t)
	require.Regexp(t, `bootstrap +localhost +`+at+` +never +`+at+` +never +accounts:read,`, list(), "the use was recorded")
	code, out, errs := command(t, r.data, "audit", "verify")
	require.Zero(t, code, errs)
	require.Contains(t, out, "4 records, all intact")

	code, _, errs = command(t, r.data, "tokens", "revoke", strings.TrimSpace(text))
	require.Equal(t, 1, code)
	require.Contains(t, errs, "no token with this id")
	require.NotContains(t, errs, strings.TrimSpace(text))
	code, _, errs = command(t, r.data, "tokens", "list", "--contact-center", "nowhere.example")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nowhere.example")
}

func TestMigrate(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	code, _, errs := command(t, data, "migrate", "--check")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "there is no database")
	code, out, _ := command(t, data, "migrate")
	require.Zero(t, code)
	require.Contains(t, out, "migrations applied")
	code, _, _ = command(t, data, "migrate", "--check")
	require.Zero(t, code)
	_, out, _ = command(t, data, "version")
	require.Contains(t, out, fmt.Sprintf("database schema: %d\n", store.LatestSchema()))
}

func TestKeysInit(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	code, _, errs := command(t, data, "keys", "init")
	require.Zero(t, code, errs)
	code, _, _ = command(t, data, "keys", "init")
	require.Equal(t, 1, code, "it never overwrites a key file")
	require.Contains(t, help(t, "keys", "--help"), "rotate")
}

func TestDurations(t *testing.T) {
	for word, want := range map[string]string{
		"0d": "longer than nothing", "-1h": "longer than nothing", "-3d": "longer than nothing",
		"36501d": "at most 36500 days", "999999999999d": "at most 36500 days", "3.5d": "such as 90d", "soon": "such as 90d",
	} {
		code, errs, _ := refused(t, []string{"tokens", "create", "--contact-center", "x", "--scopes", "y", "--expires", word})
		require.Equal(t, 2, code)
		require.Contains(t, errs, `--expires: "`+word+`" `, "the value is judged, not taken for a flag")
		require.Contains(t, errs, want)
		require.Contains(t, errs, "Try admin-api tokens create --help.")
	}
	var d days
	require.NoError(t, d.UnmarshalText([]byte("36500d")))
	require.NoError(t, d.UnmarshalText([]byte("90m")))
	require.Equal(t, 90*time.Minute, time.Duration(d))
}

func TestVersion(t *testing.T) {
	require.Regexp(t, `^admin-api \S+ \(commit \S+, go1\.\S+\)\n$`, help(t, "--version"))
	_, out, _ := command(t, filepath.Join(t.TempDir(), "data"), "version")
	require.Equal(t, help(t, "--version")+"database schema: no database\n", out)
}
