package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
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

func TestHelp(t *testing.T) {
	text := help(t, "--help")
	for _, command := range []string{"serve", "migrate", "tokens create", "keys rotate", "keys init", "keys status", "audit verify", "version"} {
		require.Contains(t, text, command)
	}
	require.Contains(t, help(t, "tokens", "create", "--help"), "accounts:read")
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
		{"bad level", []string{"serve", "--log-level", "loud"}, 2, "loud"},
		{"half of TLS", []string{"serve", "--tls-cert", "x.pem", "--data", "DATA"}, 1, "ADMIN_API_TLS_KEY"},
		{"bad proxy", []string{"serve", "--trusted-proxies", "here", "--data", "DATA"}, 1, "ADMIN_API_TRUSTED_PROXIES"},
		{"bad outbound network", []string{"serve", "--outbound-allow", "10.0.0.0/99", "--data", "DATA"}, 1, "10.0.0.0/99"},
		{"bad connect-to", []string{"serve", "--outbound-connect-to", "x", "--data", "DATA"}, 1, "x"},
		{"no PostgreSQL keys", []string{"migrate", "--database", "postgres://127.0.0.1:1/x", "--data", "DATA"}, 1, ""},
		{"short bootstrap token", []string{"serve", "--bootstrap-token", "short", "--data", "DATA"}, 1, "ADMIN_API_BOOTSTRAP_TOKEN"},
		{"foreign database", []string{"serve", "--database", "mysql://x", "--data", "DATA"}, 1, "ADMIN_API_DATABASE"},
		{"no public URL", []string{"serve", "--public-url", "foo", "--data", "DATA"}, 1, "ADMIN_API_PUBLIC_URL"},
		{"no domain", []string{"serve", "--bootstrap-domain", "a b", "--data", "DATA"}, 1, "ADMIN_API_BOOTSTRAP_DOMAIN"},
		{"wrong folder", []string{"keys", "status", "--data", "DATA"}, 1, "there is no database"},
		{"wrong folder to verify", []string{"audit", "verify", "--data", "DATA"}, 1, "there is no database"},
		{"unknown feature", []string{"serve", "--bootstrap-features", "teleport", "--data", "DATA"}, 1, "teleport"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := slices.Clone(tt.args)
			for i, a := range args {
				if a == "DATA" {
					args[i] = t.TempDir() + "/data"
				}
			}
			var out, errs bytes.Buffer
			require.Equal(t, tt.code, run(&program{ctx: t.Context(), stdout: &out, stderr: &errs}, args))
			require.Contains(t, errs.String(), tt.want)
			for i, a := range tt.args {
				if a == "DATA" {
					require.NoDirExists(t, args[i], "nothing was made")
				}
			}
		})
	}
}
