package integrations

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"admin-api/strict"
	"admin-api/validation"
)

// choices are, for each member of the sample, values that fit and do not.
var choices = map[string][]string{
	"url":      {`"https://acme.example"`, `"https://b.example:8443"`, `"http://acme.example"`, `"https://acme.example/x"`, `1`, `null`},
	"mode":     {`"none"`, `"token"`, `"user"`, `"other"`, `null`, `[]`},
	"token":    {`"abcd1234"`, `"abc"`, `"ABCD"`, `"aaaaaaaaaaaaaaaaaaaaaaaaa"`, `null`, `{}`},
	"scheme":   {`"plain"`, `"strong"`, `"other"`, `null`, `1`},
	"user":     {`"ann@acme.example"`, `"ann"`, `null`, `true`},
	"verified": {`true`, `false`, `null`, `"true"`, `0`},
	"password": {`"pw"`, `null`, `5`},
	"key":      {`"k\ney"`, `null`},
	"port":     {`1`, `65535`, `0`, `65536`, `443.0`, `1.5`, `"443"`, `null`},
	"retries":  {`0`, `1`, `5`, `2`, `null`},
	"note":     {`"a\nb"`, `"` + strings.Repeat("é", 50) + `"`, `"` + strings.Repeat("e", 51) + `"`, `null`},
	"owner":    {`"0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60"`, `"x"`, `null`},
	"hosts":    {`["a.example","b.example"]`, `["a.example",""]`, `["a","a"]`, `["a"]`, `["a","b","c","d"]`, `["a",1]`, `null`, `{}`},
	"tags":     {`["a","b"]`, `["d"]`, `null`},
	"headers":  {`{"k":"x"}`, `{"k":"y"}`, `{"a":"x","b":"x","c":"x"}`, `{"k":1}`, `{"":"x"}`, `null`, `[]`},
	"feed": {
		`{}`, `{"enabled":true}`, `{"enabled":true,"host":"a.example","secret":"s"}`, `{"host":"a.example"}`,
		`{"enabled":null,"host":null}`, `{"enabled":true,"host":"a b"}`, `{"x":1}`, `null`, `[]`,
	},
	"proxy":  {`{"enabled":false}`, `{"enabled":true,"host":"a.example"}`, `{"enabled":true}`, `null`, `1`},
	"routes": {`[{"name":"r","weight":1}]`, `[{"weight":1}]`, `[{"name":"r","weight":10}]`, `[{"name":"toolong"}]`, `[{"name":"\n"}]`, `[1]`, `null`},
	"other":  {`1`},
}

// bases are valid documents, one for each mode.
var bases = []map[string]string{
	{"url": `"https://acme.example"`},
	{
		"url": `"https://acme.example"`, "mode": `"token"`, "token": `"abcd1234"`, "verified": `true`, "proxy": `{"enabled":true,"host":"a"}`,
		"hosts": `["a","b"]`, "headers": `{"k":"x"}`, "retries": `5`, "routes": `[{"name":"r","weight":1}]`,
	},
	{
		"url": `"https://acme.example"`, "mode": `"user"`, "user": `"ann@acme.example"`, "password": `"pw"`, "key": `"k"`,
		"feed": `{"enabled":true,"host":"a.example","secret":"s"}`, "note": `"a\nb"`, "port": `1`, "tags": `["a"]`,
	},
}

// document draws a valid document and changes some of its members.
func document(t *rapid.T) string {
	members := maps.Clone(rapid.SampledFrom(bases).Draw(t, "base"))
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		name := rapid.SampledFrom(keys(choices)).Draw(t, "member")
		if delete(members, name); rapid.IntRange(0, 3).Draw(t, "stays") > 0 {
			members[name] = rapid.SampledFrom(choices[name]).Draw(t, name)
		}
	}
	var list []string
	for _, name := range keys(members) {
		list = append(list, fmt.Sprintf("%q:%s", name, members[name]))
	}
	return "{" + strings.Join(list, ",") + "}"
}

// TestSchemaAgrees: rules and schemas come to the same verdict on documents
// without placeholders for what is unset, and on all that is encoded.
func TestSchemaAgrees(t *testing.T) {
	create, replace := compile(t, sample.Schema()), compile(t, sample.SchemaFor(SchemaReplace))
	read, credentials := compile(t, sample.SchemaFor(SchemaRead)), compile(t, sample.SchemaFor(SchemaCredentials))
	var accepted int
	rapid.Check(t, func(rt *rapid.T) {
		text := document(rt)
		c := new(validation.Context)
		p := sample.Decode(json.RawMessage(text), nil, c)
		require.NotNil(rt, p)
		fits := create.Validate(parsed(t, text))
		require.Equal(rt, fits == nil, c.Err() == nil, "%s\nrules: %v\nschema: %v", text, c.Err(), fits)
		if c.Err() != nil {
			return
		}
		accepted++
		shown, err := sample.Encode(p)
		require.NoError(rt, err)
		full, err := sample.EncodeWithSecrets(p)
		require.NoError(rt, err)
		require.NoError(rt, create.Validate(parsed(t, string(full))))
		require.NoError(rt, replace.Validate(parsed(t, string(full))))
		require.NoError(rt, replace.Validate(parsed(t, string(shown))))
		require.NoError(rt, read.Validate(parsed(t, string(shown))))
		require.NoError(rt, credentials.Validate(parsed(t, string(full))))

		again := new(validation.Context)
		require.Equal(rt, p, sample.Decode(full, nil, again))
		require.Empty(rt, again.Errors())
		stays := new(validation.Context)
		kept := sample.Decode(shown, sample.SecretPointers(), stays)
		require.Empty(rt, stays.Errors())
		require.Empty(rt, stays.Warnings())
		for pointer := range sample.Secrets(p) {
			require.Contains(rt, sample.KeptSecrets(kept), pointer)
		}
	})
	require.Positive(t, accepted, "no document was valid")
}

// FuzzDecode: no document stops the decoder; each violation has a valid
// pointer, a code and a sentence; no text holds a secret; and what is accepted
// survives a round trip.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(sampleDocument), true)
	f.Add([]byte(`{"url":"https://acme.example","mode":"","hosts":[]}`), true)
	f.Add([]byte(`{"token":"h1dden\u0000","password":["h1dden"],"key":{"h1dden":"h1dden"},"feed":{"secret":"h1dden"},"~/":1}`), false)
	for name, values := range choices {
		for _, value := range values {
			f.Add([]byte(fmt.Sprintf(`{%q:%s}`, name, value)), false)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte, changed bool) {
		c := &validation.Context{Changed: func(string) bool { return changed }}
		p := sample.Decode(raw, []string{"/token", "/feed/secret"}, c)
		for _, v := range append(slices.Clone(c.Errors()), c.Warnings()...) {
			require.Regexp(t, `^(/([^~/]|~[01])*)*$`, v.Pointer)
			require.Regexp(t, `^[a-z][a-z0-9_]*$`, v.Code)
			require.Regexp(t, `^[A-Z].*\.$`, v.Detail)
			requireHidden(t, p, fmt.Sprint(v.Detail, v.Params))
		}
		if p == nil {
			require.Error(t, c.Err())
			return
		}
		shown, err := sample.Encode(p)
		require.NoError(t, err)
		require.NoError(t, strict.Check(shown, strict.Limits{}))
		if c.Err() != nil {
			return
		}
		again := new(validation.Context)
		kept := sample.Decode(shown, append(sample.KeptSecrets(p), keys(sample.Secrets(p))...), again)
		require.Empty(t, again.Errors(), "%s", shown)
		require.Empty(t, again.Warnings(), "%s", shown)
		second, err := sample.Encode(kept)
		require.NoError(t, err)
		require.Equal(t, string(shown), string(second))
	})
}

// requireHidden looks for secrets of p that are long enough not to be part of
// a sentence by chance.
func requireHidden(t *testing.T, p Properties, text string) {
	t.Helper()
	require.NotContains(t, text, "h1dden")
	if p == nil {
		return
	}
	for _, value := range sample.Secrets(p) {
		if plain := value.Reveal(); len(plain) > 12 {
			require.NotContains(t, text, plain)
		}
	}
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
