package main

import (
	"bytes"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
	"admin-api/models"
)

// help returns what a command line prints.
func help(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	code := run(&program{ctx: t.Context(), stdout: &out, stderr: &out}, args)
	require.Zero(t, code, out.String())
	return out.String()
}

// settingsIn lists the environment variables that a text names.
func settingsIn(text string) []string {
	names := regexp.MustCompile(`ADMIN_API_[A-Z_]+[A-Z]`).FindAllString(text, -1)
	slices.Sort(names)
	return slices.Compact(names)
}

func TestOperationsPageListsEverySetting(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `ADMIN_API_[A-Z_]+` ").FindAllString(string(page), -1)
	var documented []string
	for _, row := range rows {
		documented = append(documented, settingsIn(row)...)
	}
	slices.Sort(documented)
	require.Equal(t, settingsIn(help(t, "serve", "--help")), documented)
}

func TestOperationsPageListsEveryCommand(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	require.NoError(t, err)
	rows := strings.Join(regexp.MustCompile("(?m)^\\| `admin-api .*$").FindAllString(string(page), -1), "\n")
	commands := regexp.MustCompile(`(?m)^  ([a-z-]+(?: [a-z-]+)?)  +[A-Z]`).FindAllStringSubmatch(help(t, "--help"), -1)
	require.Greater(t, len(commands), 20)
	for _, command := range commands {
		require.Regexp(t, "`(admin-api )?"+command[1]+"[` ]", rows)
	}
}

func TestHelp(t *testing.T) {
	text := help(t, "--help")
	for _, command := range []string{
		"--version", "serve", "migrate", "tokens create", "tokens list", "tokens revoke", "contact-centers create",
		"users set-password", "keys rotate", "keys init", "keys status", "audit verify", "audit export", "audit prune",
		"export", "plan", "apply", "backup", "restore", "version",
	} {
		require.Contains(t, text, command)
	}
	require.Contains(t, help(t, "tokens", "create", "--help"), "accounts:read")
}

// A scope that no route needs would promise something. The scope provider lets a
// token act in other contact centers, sso:bypass lets it give the privilege to users.
func TestEveryScopeIsNeeded(t *testing.T) {
	used := models.Strings{models.ScopeProvider, models.ScopeSSOBypass}
	for _, r := range handlers.Routes() {
		used = append(used, r.Scope)
	}
	require.Subset(t, used, models.AllScopes())
}

func TestWrongCommandLines(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown command", []string{"fly"}, 2, "fly"},
		{"unknown flag", []string{"serve", "--fly"}, 2, "--fly"},
		{"bad rate", []string{"serve", "--rate-limit", "many"}, 2, `"many" is no rate`},
		{"bad sign-in rate", []string{"serve", "--login-rate-limit", "0/s"}, 2, `"0/s" is no rate`},
		{"short session", []string{"serve", "--session-idle", "1m"}, 2, `"1m" is no life of a session`},
		{"endless session", []string{"serve", "--session-max", "9999h"}, 2, `"9999h" is no life`},
		{"idle beyond its life", []string{"serve", "--session-idle", "2h", "--session-max", "1h"}, 2, "ADMIN_API_SESSION_IDLE: "},
		{"bad level", []string{"serve", "--log-level", "loud"}, 2, "loud"},
		{"bad address", []string{"serve", "--addr", "here"}, 2, "ADMIN_API_ADDR"},
		{"bad metrics address", []string{"serve", "--metrics-addr", "127.0.0.1:http"}, 2, "ADMIN_API_METRICS_ADDR"},
		{"half of TLS", []string{"serve", "--tls-cert", "x.pem"}, 2, "ADMIN_API_TLS_KEY"},
		{"no certificate", []string{"serve", "--tls-cert", "none.pem", "--tls-key", "settings.go"}, 2, "ADMIN_API_TLS_CERT: "},
		{"no private key", []string{"serve", "--tls-cert", "settings.go", "--tls-key", "none.pem"}, 2, "ADMIN_API_TLS_KEY: "},
		{"no PEM", []string{"serve", "--tls-cert", "settings.go", "--tls-key", "main.go"}, 2, "ADMIN_API_TLS_CERT settings.go"},
		{"bad proxy", []string{"serve", "--trusted-proxies", "here"}, 2, "ADMIN_API_TRUSTED_PROXIES"},
		{"bad outbound network", []string{"serve", "--outbound-allow", "10.0.0.0/99"}, 2, "ADMIN_API_OUTBOUND_ALLOW: "},
		{"bad connect-to", []string{"serve", "--outbound-connect-to", "x"}, 2, "ADMIN_API_OUTBOUND_CONNECT_TO: "},
		{"no outbound CA", []string{"serve", "--outbound-ca", "none.pem"}, 2, "ADMIN_API_OUTBOUND_CA: "},
		{"unreachable PostgreSQL", []string{"migrate", "--database", "postgres://127.0.0.1:1/x"}, 1, "ADMIN_API_DATABASE: "},
		{"malformed PostgreSQL", []string{"serve", "--database", "postgres://a:b#c@d/x"}, 2, "percent-encoding"},
		{"short bootstrap token", []string{"serve", "--bootstrap-token", "short"}, 2, "ADMIN_API_BOOTSTRAP_TOKEN"},
		{"endless bootstrap token", []string{"serve", "--bootstrap-token", strings.Repeat("t", 513)}, 2, "ADMIN_API_BOOTSTRAP_TOKEN"},
		{"blank bootstrap token", []string{"serve", "--bootstrap-token", " " + testToken}, 2, "ADMIN_API_BOOTSTRAP_TOKEN"},
		{"foreign database", []string{"serve", "--database", "mysql://x"}, 2, "ADMIN_API_DATABASE"},
		{"no public URL", []string{"serve", "--public-url", "foo"}, 2, "ADMIN_API_PUBLIC_URL"},
		{"no Agent Desktop", []string{"serve", "--agent-desktop-url", "desk.example"}, 2, "ADMIN_API_AGENT_DESKTOP_URL: "},
		{"Agent Desktop without HTTPS", []string{"serve", "--agent-desktop-url", "http://{domain}/app"}, 2, "ADMIN_API_AGENT_DESKTOP_URL: "},
		{"Agent Desktop with a user", []string{"serve", "--agent-desktop-url", "https://a:b@desk.example"}, 2, "ADMIN_API_AGENT_DESKTOP_URL: "},
		{"Agent Desktop with a fragment", []string{"serve", "--agent-desktop-url", "https://desk.example/#/app"}, 2, "ADMIN_API_AGENT_DESKTOP_URL: "},
		{"no traces", []string{"serve", "--sso-traces", "0"}, 2, `"0" is no number from 10 to 10000`},
		{"no time for traces", []string{"serve", "--sso-trace-retention", "0d"}, 2, "must be longer than nothing"},
		{"no domain", []string{"serve", "--bootstrap-domain", "a b"}, 2, "ADMIN_API_BOOTSTRAP_DOMAIN"},
		{"wrong folder", []string{"keys", "status"}, 1, "there is no database"},
		{"wrong folder to verify", []string{"audit", "verify"}, 1, "there is no database"},
		{"unknown feature", []string{"serve", "--bootstrap-features", "all,teleport"}, 2, `"teleport"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, errs, data := refused(t, tt.args)
			require.Equal(t, tt.code, code)
			require.Contains(t, errs, tt.want)
			require.NoDirExists(t, data, "nothing was made")
		})
	}
}

// refused runs a command line that is wrong, on a folder that is not there. No
// server of this test listens where another program might.
func refused(t *testing.T, args []string) (code int, errs, data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), args[0])
	if args[0] != "fly" {
		args = append(slices.Clone(args), "--data", data)
	}
	if args[0] == "serve" && !slices.Contains(args, "--addr") {
		args = append(args, "--addr", "127.0.0.1:0")
	}
	var out bytes.Buffer
	code = run(&program{ctx: t.Context(), stdout: &out, stderr: &out}, args)
	return code, out.String(), data
}

func TestSettingsAreJudgedBeforeAddresses(t *testing.T) {
	var config net.ListenConfig
	other, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer other.Close()
	addr := other.Addr().String()

	code, errs, _ := refused(t, []string{"serve", "--addr", addr, "--outbound-allow", "10.0.0.0/99"})
	require.Equal(t, 2, code)
	require.Contains(t, errs, "ADMIN_API_OUTBOUND_ALLOW")
	for _, line := range [][]string{
		{"serve", "--addr", addr}, {"serve", "--addr", "127.0.0.1:0", "--metrics-addr", addr},
	} {
		code, errs, data := refused(t, line)
		require.Equal(t, 1, code)
		require.Regexp(t, `ADMIN_API_(METRICS_)?ADDR: another program listens on `+addr, errs)
		require.NoDirExists(t, data)
	}
}

func TestJunkDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "junk.db")
	require.NoError(t, os.WriteFile(file, []byte("certainly no database"), 0o600))
	code, errs, _ := refused(t, []string{"migrate", "--database", "sqlite:" + file})
	require.Equal(t, 1, code)
	require.Equal(t, "admin-api: ADMIN_API_DATABASE: open database: "+file+" is no SQLite database\n", errs)
}

func TestAnotherUsersDatabase(t *testing.T) {
	require.NoError(t, absent("x.db", nil))
	require.ErrorContains(t, absent("x.db", &fs.PathError{Err: syscall.EACCES}), "this user may not look at the database x.db")
	require.ErrorContains(t, absent("x.db", &fs.PathError{Err: syscall.ENOENT}), "there is no database x.db")
}
