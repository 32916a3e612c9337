package setfile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"admin-api/integrations/catalog"
	"admin-api/setfile"
)

const heading = "apiVersion: admin-api/v1\nkind: AccountSet\n"

func read(t *testing.T, text string) *setfile.File {
	t.Helper()
	f, err := setfile.Read(strings.NewReader(text))
	require.NoError(t, err)
	return f
}

func TestReadKeepsValuesAsTheyAreWritten(t *testing.T) {
	for value, want := range map[string]string{
		`plain text`: `"plain text"`, `"quoted"`: `"quoted"`, `'0123'`: `"0123"`, `yes`: `"yes"`, `true`: `true`, `~`: `null`,
		`null`: `null`, `17`: `17`, `-1.50`: `-1.50`, `1e3`: `1e3`, `12345678901234567890123`: `12345678901234567890123`,
		`2026-01-02`: `"2026-01-02"`, `{a: [1, x, {}]}`: `{"a":[1,"x",{}]}`, `[]`: `[]`, "|\n      two\n      lines": `"two\nlines\n"`,
		`"<&>"`: `"\u003c\u0026\u003e"`, `!!str 17`: `"17"`, `{1: a, true: b}`: `{"1":"a","true":"b"}`,
	} {
		f := read(t, heading+"accounts:\n  - value: "+value+"\n")
		require.Equal(t, `{"value":`+want+`}`, string(f.Accounts[0]), value)
	}
}

func TestReadRefuses(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	bomb := "  - &a {x: [lol, lol, lol, lol, lol, lol, lol, lol, lol]}\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("  - &%c {x: [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]}\n", c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	tests := []struct{ name, text, want string }{
		{"nothing", "", "the set is empty"},
		{"a comment only", "# nothing\n", "the set is empty"},
		{"no YAML", heading + "accounts: [", "not YAML"},
		{"no mapping", "- 1\n", "a set is a mapping"},
		{"no heading", "accounts: []\n", "apiVersion must be admin-api/v1"},
		{"another heading", "apiVersion: v2\nkind: AccountSet\naccounts: []\n", "line 1: apiVersion must be admin-api/v1"},
		{"no accounts", heading, "accounts must be a list"},
		{"other members", heading + "accounts: []\nprune: true\n", `line 4: a set has no member "prune"`},
		{"a key twice", heading + "accounts:\n  - name: x\n    name: y\n", `line 5: the key "name" stands more than once`},
		{"octal", heading + "accounts:\n  - port: 0123\n", "line 4: write the number in plain decimal digits"},
		{"hexadecimal", heading + "accounts:\n  - port: 0x1F\n", "line 4: write the number"},
		{"underscores", heading + "accounts:\n  - port: 1_000\n", "line 4: write the number"},
		{"no number", heading + "accounts:\n  - port: .nan\n", "line 4: write the number"},
		{"merge keys", heading + "accounts:\n  - &a {x: 1}\n  - {<<: *a}\n", "merge keys"},
		{"a tag", heading + "accounts:\n  - x: !!binary aGk=\n", "tag !!binary"},
		{"an own tag", heading + "accounts:\n  - x: !env TOKEN\n", "tag !env"},
		{"a mapping as key", heading + "accounts:\n  - {a: 1}: x\n", "a key must be text"},
		{"two documents", heading + "accounts: []\n---\nx: 1\n", "one set"},
		{"too deep", heading + "accounts: " + deep + "\n", "levels of nesting"},
		{"an alias of itself", heading + "accounts: &a [*a]\n", "levels of nesting"},
		{"a bomb of aliases", heading + "accounts:\n" + bomb, "once its aliases are written out"},
		{"too large", heading + "accounts: [" + strings.Repeat(" ", setfile.Largest) + "]\n", "larger than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := setfile.Read(strings.NewReader(tt.text))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestAliasesAreWrittenOut(t *testing.T) {
	f := read(t, heading+"accounts:\n  - labels: &l {env: prod}\n  - labels: *l\n")
	require.JSONEq(t, `{"labels":{"env":"prod"}}`, string(f.Accounts[1]))
}

func TestLinesLeadToValues(t *testing.T) {
	f := read(t, heading+"accounts:\n  - type: zendesk\n    properties:\n      url: x\n      a/b: 1\n")
	require.Equal(t, 4, f.Line("/accounts/0"))
	require.Equal(t, 6, f.Line("/accounts/0/properties/url"))
	require.Equal(t, 7, f.Line("/accounts/0/properties/a~1b"))
	require.Equal(t, 5, f.Line("/accounts/0/properties/missing/deeper"), "what holds it")
	require.Equal(t, 0, f.Line("/prune"))
}

// source reads variables from a map and files from a folder.
func source(t *testing.T, env map[string]string) setfile.Source {
	return setfile.Source{Catalog: catalog.All(), Dir: t.TempDir(), Env: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}}
}

const zendesk = heading + "accounts:\n  - type: zendesk\n    name: x\n    properties:\n      url: https://a.zendesk.com\n      apiToken: "

func TestSecretsComeFromVariablesAndFiles(t *testing.T) {
	from := source(t, map[string]string{"TOKEN": "from <env>", "EMPTY": ""})
	require.NoError(t, os.Mkdir(filepath.Join(from.Dir, "d"), 0o700))
	for name, text := range map[string]string{
		"one": "from file\n", "windows": "from file\r\n", "two": "from\nfile\n\n", "empty": "\n", "binary": "\xff",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(from.Dir, name), []byte(text), 0o600))
	}
	tests := []struct{ name, value, want, missing, err string }{
		{"a variable", "{fromEnv: TOKEN}", "from <env>", "", ""},
		{"a file", "{fromFile: one}", "from file", "", ""},
		{"an absolute path", "{fromFile: " + filepath.Join(from.Dir, "one") + "}", "from file", "", ""},
		{"a line end of Windows", "{fromFile: windows}", "from file", "", ""},
		{"one line end only", "{fromFile: two}", "from\nfile\n", "", ""},
		{"no variable", "{fromEnv: NOPE}", "", "set the variable NOPE", ""},
		{"an empty variable", "{fromEnv: EMPTY}", "", "set the variable EMPTY", ""},
		{"no file", "{fromFile: nope}", "", "write the file " + filepath.Join(from.Dir, "nope"), ""},
		{"a folder", "{fromFile: d}", "", "", "is no file with a secret"},
		{"a device", "{fromFile: /dev/zero}", "", "", "is no file with a secret"},
		{"an empty file", "{fromFile: empty}", "", "", "is empty"},
		{"no text", "{fromFile: binary}", "", "", "no UTF-8"},
		{"a literal", "hunter2hunter2", "", "", "line 8: accounts/0/properties/apiToken: a secret stands in the file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			accounts, missing, err := read(t, zendesk+tt.value+"\n").Resolve(from)
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				require.NotContains(t, err.Error(), "hunter2")
				return
			}
			require.NoError(t, err)
			var list []struct{ Properties map[string]any }
			require.NoError(t, json.Unmarshal(accounts, &list))
			require.Equal(t, "https://a.zendesk.com", list[0].Properties["url"])
			if tt.missing != "" {
				require.Equal(t, []setfile.Missing{{Pointer: "/accounts/0/properties/apiToken", Why: tt.missing}}, missing)
				require.IsType(t, map[string]any{}, list[0].Properties["apiToken"], "the reference stays")
				return
			}
			require.Equal(t, tt.want, list[0].Properties["apiToken"])
		})
	}
}

func TestResolveLeavesTheRestToTheServer(t *testing.T) {
	from := source(t, map[string]string{"X": "value"})
	accounts, missing, err := read(t, heading+`accounts:
  - 7
  - {type: zendesk, properties: [1]}
  - {type: zendesk, properties: {url: {fromEnv: X}, apiToken: null, mystery: 1}}
  - {type: of_tomorrow, properties: {deep: {key: {fromEnv: X}, other: {fromEnv: Y, more: 1}}}}
`).Resolve(from)
	require.NoError(t, err)
	require.Empty(t, missing)
	require.JSONEq(t, `[7, {"type":"zendesk","properties":[1]},
		{"type":"zendesk","properties":{"url":{"fromEnv":"X"},"apiToken":null,"mystery":1}},
		{"type":"of_tomorrow","properties":{"deep":{"key":"value","other":{"fromEnv":"Y","more":1}}}}]`, string(accounts))
	from.Literals = true
	_, _, err = read(t, zendesk+"literal\n").Resolve(from)
	require.NoError(t, err)
}

func TestWriteNamesVariables(t *testing.T) {
	account := func(name string) setfile.Account {
		return setfile.Account{
			Type: "zendesk", Name: name, Enabled: true, Properties: json.RawMessage(`{"url":"https://a.zendesk.com"}`),
			Secrets: map[string]json.RawMessage{"/apiToken": nil},
		}
	}
	var out bytes.Buffer
	require.NoError(t, setfile.Write(&out, []setfile.Account{
		account("Support EU"), account("support-eu"), account("ЦРМ"), account("24/7"), account("Admin API"), account("oauthClientID"),
	}, catalog.All()))
	for _, name := range []string{
		"SUPPORT_EU_API_TOKEN", "SUPPORT_EU_API_TOKEN_2", "ACCOUNT_API_TOKEN", "ACCOUNT_24_7_API_TOKEN",
		"ACCOUNT_ADMIN_API_API_TOKEN", "OAUTH_CLIENT_ID_API_TOKEN",
	} {
		require.Contains(t, out.String(), "{fromEnv: "+name+"}\n")
	}
}

// Whatever an account holds, what is written is read back as it was.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "yes", "null", "~", "0123", "1e3", "2026-01-01", "- x", "a: b", "#x", "two\nlines\n", "two\n\n", " lead", "trail ",
		"\ttab", "'", `"`, "<<", "=", "a\r\nb", "\u2028", "\u0085", "&a", "*a", "!t", "%", "@", "`", "{", "[", "|", ">", "\ufeffx",
	}))
	rapid.Check(t, func(r *rapid.T) {
		properties := map[string]any{"url": text.Draw(r, "url"), "n": rapid.IntRange(-9, 99).Draw(r, "n"), "list": []any{
			map[string]any{"k": text.Draw(r, "element")}, true, nil, []any{}, map[string]any{},
		}}
		properties[text.Draw(r, "key")] = text.Draw(r, "value")
		raw, err := json.Marshal(properties)
		require.NoError(r, err)
		in := setfile.Account{
			Type: "zendesk", Name: text.Draw(r, "name"), Description: text.Draw(r, "description"),
			Labels: map[string]string{"l": text.Draw(r, "label")}, Enabled: rapid.Bool().Draw(r, "enabled"), Properties: raw,
		}
		var first, second bytes.Buffer
		require.NoError(r, setfile.Write(&first, []setfile.Account{in}, catalog.All()))
		require.NoError(r, setfile.Write(&second, []setfile.Account{in}, catalog.All()))
		require.Equal(r, first.String(), second.String(), "the same bytes")
		f, err := setfile.Read(&first)
		require.NoError(r, err, second.String())
		var out setfile.Account
		require.NoError(r, json.Unmarshal(f.Accounts[0], &out))
		require.Equal(r, in.Name, out.Name)
		require.Equal(r, in.Description, out.Description)
		require.Equal(r, in.Labels, out.Labels)
		require.Equal(r, in.Enabled, out.Enabled)
		require.JSONEq(r, string(in.Properties), string(out.Properties), second.String())
	})
}

// Read never panics, and what it returns are JSON documents.
func FuzzRead(f *testing.F) {
	f.Add(heading + "accounts: [{name: x, properties: {apiToken: {fromEnv: X}}}]")
	f.Add("a: &a [*a, {<<: *a}]")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := setfile.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		from := source(t, nil)
		_, _, err = file.Resolve(from)
		require.NotErrorIs(t, err, os.ErrInvalid)
		for _, a := range file.Accounts {
			require.True(t, json.Valid(a))
		}
	})
}
