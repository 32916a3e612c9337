package models

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestColumnsAreReadTheShortWay makes sure that what is usually stored needs no
// encoding/json, so that renaming a member does not make lists slow.
func TestColumnsAreReadTheShortWay(t *testing.T) {
	now := NewTime(time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC))
	labels := Labels{"env": "prod", "é": ""}
	text := written(t, labels)
	gotLabels, ok := readLabels(text)
	require.True(t, ok, text)
	require.Equal(t, labels, gotLabels)

	facts := SecretFacts{
		"/apiToken": {Version: 12, Fingerprint: "9f3ac210", KeyID: "k1", UpdatedAt: now, UpdatedBy: "token:1"},
		"/other":    {},
	}
	text = written(t, facts)
	gotFacts, ok := readSecretFacts(text)
	require.True(t, ok, text)
	require.Equal(t, facts, gotFacts)

	certificates := Certificates{{Pointer: "/a/0", Subject: "CN=acme,O=Acme", NotBefore: now, SHA256: "ab"}, {}}
	text = written(t, certificates)
	gotCertificates, ok := readCertificates(text)
	require.True(t, ok, text)
	require.Equal(t, certificates, gotCertificates)

	text = written(t, AllScopes())
	gotStrings, ok := readStrings(text)
	require.True(t, ok, text)
	require.Equal(t, AllScopes(), gotStrings)
}

func TestColumnsReadTheLongWay(t *testing.T) {
	var labels Labels
	require.NoError(t, labels.Scan([]byte(`{"a\"<":"\u00e9"}`)))
	require.Equal(t, Labels{`a"<`: "é"}, labels)
	var facts SecretFacts
	require.NoError(t, facts.Scan(`{"/p": {"keyId": "k", "version": 3}}`))
	require.Equal(t, SecretFacts{"/p": {Version: 3, KeyID: "k"}}, facts)
	require.NoError(t, labels.Scan(""))
	require.NoError(t, labels.Scan(nil))
	require.Error(t, labels.Scan(int64(1)))
	require.Error(t, labels.Scan(`{"a":1}`))
	require.Error(t, labels.Scan(`{"a":"b"} `+"x"))
}

func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// FuzzColumns compares the short way with encoding/json: what it reads must be the
// same, and it must not read what is no JSON.
func FuzzColumns(f *testing.F) {
	for _, text := range []string{
		`{}`, `[]`, `{"a":"b","c":"d"}`, `["a"]`, `{"a":"b",}`, `["a",]`, `{"":{"version":01}}`,
		`{"/p":{"version":1,"fingerprint":"f","keyId":"k","updatedAt":"2026-03-01T12:00:00.000Z","updatedBy":"u"}}`,
		`{"/p":{"version":1,"fingerprint":"f","keyId":"k","updatedAt":null,"updatedBy":"u"}}`,
		`[{"pointer":"p","subject":"s","notBefore":null,"notAfter":"2026-02-30T12:00:00.000Z","sha256":"x"}]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compare(t, text, readLabels)
		compare(t, text, readSecretFacts)
		compare(t, text, readCertificates)
		compare(t, text, readStrings)
	})
}

func compare[T any](t *testing.T, text string, read func(text string) (T, bool)) {
	t.Helper()
	got, ok := read(text)
	if !ok {
		return
	}
	var want T
	require.NoError(t, json.Unmarshal([]byte(text), &want), text)
	require.Equal(t, want, got, text)
}
