package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// client runs a command line against a running server.
type client struct {
	*running
	// answers is what a person at the terminal types; nil for no person.
	answers *string
}

func (c client) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{ctx: t.Context(), stdout: &out, stderr: &errs, stdin: strings.NewReader("")}
	if c.answers != nil {
		p.asks, p.terminal, p.stdin = true, true, strings.NewReader(*c.answers)
	}
	code = run(p, append(args, "--server", c.url, "--token", c.token))
	return code, out.String(), errs.String()
}

// exampleSecrets are the variables of the example set; no output may hold them.
func exampleSecrets() map[string]string {
	return map[string]string{
		"SUPPORT_EU_API_TOKEN": "exampleApiTokenOfZendeskWith40Characters", "SERVICE_DESK_PASSWORD": "correct horse battery staple",
		"SERVICE_DESK_CLIENT_SECRET": "example-of-a-client-secret", "TELEGRAM_TOKEN": "123456789:AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7dG9hJ-k",
		"NEXT_CALLER_PASSWORD": "another battery staple",
	}
}

const exampleFileSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// exampleSet copies the example set to a folder of the test's own.
func exampleSet(t *testing.T) (file string) {
	t.Helper()
	text, err := os.ReadFile("../../examples/set/accounts.yaml")
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "accounts.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

func writeSecret(t *testing.T, set string) {
	t.Helper()
	dir := filepath.Join(filepath.Dir(set), "secrets")
	require.NoError(t, os.MkdirAll(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "recordings-secret-key"), []byte(exampleFileSecret+"\n"), 0o600))
}

func edit(t *testing.T, file, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600))
}

// The example set from an empty server to one without it, as the guide tells it.
func TestExampleSet(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--monitor-interval", "off")
	c := client{running: r}
	set := exampleSet(t)
	said := ""
	command := func(want int, args ...string) string {
		t.Helper()
		code, out, errs := c.run(t, args...)
		require.Equal(t, want, code, "%s\n%s", out, errs)
		said += out + errs
		return out + errs
	}

	out := command(0, "plan", set)
	require.Contains(t, out, "+ zendesk Support EU")
	require.Contains(t, out, "! /properties/apiToken: needed to apply: set the variable SUPPORT_EU_API_TOKEN")
	require.Contains(t, out, "plan: 5 to create, 0 to change, 0 to delete, 0 as they are")
	before := r.requests()
	require.Positive(t, before)
	out = command(1, "apply", "--yes", set)
	require.Contains(t, out, "6 secrets not at hand; nothing was sent")
	require.Contains(t, out, "accounts.yaml:17: accounts/0/properties/apiToken: set the variable SUPPORT_EU_API_TOKEN")
	require.Equal(t, before, r.requests(), "nothing was sent")

	for name, value := range exampleSecrets() {
		t.Setenv(name, value)
	}
	writeSecret(t, set)
	require.Contains(t, command(2, "apply", set), "apply with --yes", "nobody can be asked")
	command(2, "plan", "--exit-code", set)
	out = command(0, "apply", "--yes", set)
	require.Contains(t, out, "applied: 5 created")
	require.Contains(t, out, "Telegram: made the secret /webhookSecretToken, not shown, as this is no terminal")
	command(0, "plan", "--exit-code", set)
	require.Contains(t, command(0, "apply", "--yes", set), "applied: 0 created, 0 changed, 0 deleted, 5 as they were")

	t.Setenv("TELEGRAM_TOKEN", "")
	out = command(0, "plan", "--exit-code", set)
	require.Contains(t, out, "= telegram Telegram (version 1)\n  ! /properties/token: needed to apply: set the variable TELEGRAM_TOKEN",
		"drift can be looked for without secrets")
	t.Setenv("TELEGRAM_TOKEN", exampleSecrets()["TELEGRAM_TOKEN"])

	edit(t, set, "enabled: false", "enabled: true")
	t.Setenv("NEXT_CALLER_PASSWORD", "a new battery staple")
	out = command(2, "plan", "--exit-code", set)
	require.Contains(t, out, "~ next_caller Next Caller (version 1)\n    /enabled: false → true\n    /properties/password: secret changed\n")
	command(0, "apply", "-y", set)

	exported := filepath.Join(t.TempDir(), "exported.yaml")
	code, yaml, _ := c.run(t, "export")
	require.Zero(t, code)
	require.NoError(t, os.WriteFile(exported, []byte(yaml), 0o600))
	_, again, _ := c.run(t, "export")
	require.Equal(t, yaml, again, "the same accounts give the same bytes")
	require.Contains(t, yaml, "{fromEnv: SUPPORT_EU_API_TOKEN}")
	t.Setenv("RECORDINGS_SECRET_KEY", exampleFileSecret)
	command(0, "plan", "--exit-code", "--prune", exported)
	_, state, _ := c.run(t, "export", "--json", "--type", "next_caller", "--ids")
	require.Regexp(t, `"secrets":\{"/password":\{"fingerprint":"[0-9a-f]{8}","version":2\}\},"version":2`, state, "drift shows")

	edit(t, set, "  - type: telegram\n    name: Telegram\n", "  - type: telegram\n    name: Bot\n")
	require.NotContains(t, command(0, "plan", "--prune", "--type", "zendesk", "--label", "env=prod", set), "- telegram")
	out = command(0, "plan", "--prune", set)
	require.Contains(t, out, "+ telegram Bot\n")
	require.Contains(t, out, "- telegram Telegram (version 1)\n")
	require.Contains(t, command(0, "apply", "--prune", "--yes", set), "1 created, 0 changed, 1 deleted, 4 as they were")

	for _, text := range append([]string{exampleFileSecret, testToken, "a new battery staple"}, values(exampleSecrets())...) {
		require.NotContains(t, said+yaml+state, text)
		require.NotContains(t, r.stderr.String(), text, "in the server's log")
	}
}

func values(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// requests counts the requests that the server logged.
func (r *running) requests() int { return strings.Count(r.stderr.String(), `"msg":"request"`) }

func writeSet(t *testing.T, accounts string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "set.yaml")
	text := "apiVersion: admin-api/v1\nkind: AccountSet\naccounts:\n" + accounts
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

const botSet = "  - type: telegram\n    name: Bot\n    properties: {token: {fromEnv: BOT_TOKEN}}\n"

func TestApplyAsksAPerson(t *testing.T) {
	t.Setenv("BOT_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	set := writeSet(t, botSet)
	for _, answer := range []string{"", "no\n", "y\n"} {
		code, _, errs := client{r, &answer}.run(t, "apply", set)
		require.Equal(t, 1, code)
		require.Contains(t, errs, "not confirmed; nothing was changed")
	}
	yes := "yes\n"
	code, out, errs := client{r, &yes}.run(t, "apply", set)
	require.Zero(t, code, errs)
	require.Contains(t, out, "applied: 1 created")
	require.Regexp(t, `Bot: made the secret /webhookSecretToken, shown this once: [A-Z2-7]{26}\n`, out)
	no := ""
	code, out, _ = client{r, &no}.run(t, "apply", set)
	require.Zero(t, code, "nothing to do needs no word")
	require.Contains(t, out, "0 created, 0 changed, 0 deleted, 1 as they were")
}

func TestSetCommandsExplainRefusals(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	c := client{running: r}
	tests := []struct {
		name, set string
		args      []string
		code      int
		want      []string
	}{
		{"rules", "  - type: zendesk\n    name: x\n    properties:\n      url: http://acme.zendesk.com\n", []string{"plan"}, 1, []string{
			"set.yaml:7: error: accounts/0/properties/url: ", "(https_url)", "the set breaks",
		}},
		{"rules at apply", "  - type: toaster\n    name: x\n", []string{"apply", "--yes"}, 1, []string{
			"set.yaml:4: error: accounts/0/type: ", "cannot be applied; nothing was changed",
		}},
		{"no set", "  - 7\n", []string{"plan"}, 1, []string{"set.yaml:4: error: accounts/0: An account must be an object. (type)", "Request id: ", "What to do: "}},
		{"a literal secret", "  - type: telegram\n    name: x\n    properties: {token: '123:literal'}\n", []string{"plan"}, 1, []string{
			"set.yaml: line 6: accounts/0/properties/token: a secret stands in the file",
		}},
		{"another contact center", botSet, []string{"plan", "--contact-center", "nowhere.example"}, 1, []string{"404 not-found", "Contact-Center"}},
		{"bounds of nothing", botSet, []string{"plan", "--label", "a=b"}, 2, []string{"--prune deletes, which is not given"}},
		{"no file", "", []string{"plan", "--json"}, 1, []string{"accounts must be a list"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errs := c.run(t, append(tt.args, writeSet(t, tt.set))...)
			require.Equal(t, tt.code, code)
			for _, want := range tt.want {
				require.Contains(t, out+errs, want)
			}
			require.NotContains(t, out+errs, "123:literal")
		})
	}
	code, _, errs := c.run(t, "plan", "nowhere.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nowhere.yaml")
	c.token = "a-token-that-nobody-made-0123456789"
	code, _, errs = c.run(t, "export")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "401 unauthenticated")
	require.NotContains(t, errs, c.token)
}

func TestSetFromTheStandardInput(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	var out, errs bytes.Buffer
	p := &program{ctx: t.Context(), stdout: &out, stderr: &errs, stdin: strings.NewReader("apiVersion: admin-api/v1\nkind: AccountSet\naccounts: []\n")}
	require.Zero(t, run(p, []string{"plan", "-", "--json", "--server", r.url, "--token", r.token}), errs.String())
	var plan api.Plan
	require.NoError(t, json.Unmarshal(out.Bytes(), &plan))
	require.True(t, plan.Valid)
}

func TestExportFollowsPages(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	for i := range 3 {
		name := strings.Repeat("x", i+1)
		res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram(name, "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
		require.Equal(t, http.StatusCreated, res.StatusCode, body)
	}
	pages := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var in api.ExportInput
		_ = json.NewDecoder(req.Body).Decode(&in)
		in.PageSize = 1 // a server with shorter pages
		body, _ := api.Encode(in)
		pages++
		res, text := r.do(t, http.MethodPost, req.URL.Path, string(body))
		w.WriteHeader(res.StatusCode)
		_, _ = io.WriteString(w, text) //nolint:gosec // the answer of the test's own server
	}))
	defer proxy.Close()
	code, out, errs := client{running: &running{url: proxy.URL, token: r.token}}.run(t, "export", "--label", "a=b")
	require.Zero(t, code, errs)
	require.Contains(t, out, "accounts: []\n")
	code, out, errs = client{running: &running{url: proxy.URL, token: r.token}}.run(t, "export")
	require.Zero(t, code, errs)
	require.Equal(t, 4, pages)
	require.Equal(t, 3, strings.Count(out, "- type: telegram"))
	require.Equal(t, 1, strings.Count(out, "fromEnv: X_TOKEN}"))
}

func TestWhereSetsAreNotSent(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/evil" {
			t.Error("the redirect was followed")
		}
		if strings.HasPrefix(r.URL.Path, "/text") {
			_, _ = w.Write([]byte("<html>"))
			return
		}
		http.Redirect(w, r, "/evil", http.StatusTemporaryRedirect)
	}))
	defer elsewhere.Close()
	for server, want := range map[string]string{
		"http://admin.example.com": "in clear", "ftp://x": "write an address", "https://a:b@c": "write an address", "x": "write an address",
		elsewhere.URL: "sends elsewhere", elsewhere.URL + "/text": "is not that of admin-api", "http://127.0.0.1:1": "ask the server",
	} {
		code, _, errs := client{running: &running{url: server, token: testToken}}.run(t, "export")
		require.NotZero(t, code, server)
		require.Contains(t, errs, want, server)
	}
	for token, want := range map[string]string{"": "ADMIN_API_TOKEN", "a\nb": "visible ASCII"} {
		code, _, errs := client{running: &running{url: elsewhere.URL, token: token}}.run(t, "export")
		require.Equal(t, 2, code)
		require.Contains(t, errs, want)
	}
}

func TestApplyIsRefusedWhereAnAccountMovedMeanwhile(t *testing.T) {
	t.Setenv("BOT_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	meanwhile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/apply") {
			r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("bot", "123456789:zyxwvutsrqponmlkjihgfedcbazyxwvutsr"))
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(req.Body)
		res, text := r.do(t, req.Method, req.URL.Path, body.String())
		w.WriteHeader(res.StatusCode)
		_, _ = io.WriteString(w, text) //nolint:gosec // the answer of the test's own server
	}))
	defer meanwhile.Close()
	code, _, errs := client{running: &running{url: meanwhile.URL, token: r.token}}.run(t, "apply", "--yes", writeSet(t, botSet))
	require.Equal(t, 1, code)
	require.NotContains(t, errs, "is not known")
	require.Contains(t, errs, "“bot” appeared")
	require.Contains(t, errs, "412 version-mismatch")
}

func TestApplySaysWhereNothingIsKnown(t *testing.T) {
	t.Setenv("BOT_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var body bytes.Buffer
		_, _ = body.ReadFrom(req.Body)
		_, text := r.do(t, req.Method, req.URL.Path, body.String())
		if strings.HasSuffix(req.URL.Path, "/apply") {
			panic(http.ErrAbortHandler) // it was applied, but nobody hears of it
		}
		_, _ = io.WriteString(w, text) //nolint:gosec // the answer of the test's own server
	}))
	defer broken.Close()
	set := writeSet(t, botSet)
	code, _, errs := client{running: &running{url: broken.URL, token: r.token}}.run(t, "apply", "--yes", set)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "whether the set was applied is not known; apply it again")
	code, out, errs := client{running: r}.run(t, "apply", "--yes", set)
	require.Zero(t, code, errs)
	require.Contains(t, out, "1 as they were")
}
