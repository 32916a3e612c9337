package main

import (
	"bytes"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/catalog"
)

// canary returns a value like the given one in length and kinds of characters,
// which occurs nowhere else. The beginning stays, because vendors' prefixes are
// part of some patterns; hexadecimal digits stay such, and a key becomes another
// key.
func canary(t *testing.T, like string) string {
	t.Helper()
	if block, _ := pem.Decode([]byte(like)); block != nil {
		return privateKey(t)
	}
	if file := map[string]any{}; json.Unmarshal([]byte(like), &file) == nil { // the key file of a service account
		file["private_key"] = privateKey(t)
		return jsonText(t, file)
	}
	letters := 26
	if strings.Trim(like, "0123456789abcdef-") == "" {
		letters = 6
	}
	out := []byte(like)
	for i := range out {
		if i < 3 {
			continue
		}
		switch c := out[i]; {
		case c >= '0' && c <= '9':
			out[i] = '0' + byte(rand.IntN(10))
		case c >= 'a' && c <= 'z':
			out[i] = 'a' + byte(rand.IntN(letters))
		case c >= 'A' && c <= 'Z':
			out[i] = 'A' + byte(rand.IntN(26))
		}
	}
	return string(out)
}

func privateKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(cryptorand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return strings.TrimSpace(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// plant puts fresh canaries at the secrets of a type's example.
func plant(t *testing.T, def *integrations.Definition) (properties map[string]any, canaries []string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(def.Example), &properties))
	for _, pointer := range def.SecretPointers() {
		at := properties
		parts := strings.Split(pointer[1:], "/")
		for _, part := range parts[:len(parts)-1] {
			at, _ = at[part].(map[string]any)
		}
		last := parts[len(parts)-1]
		if like, ok := at[last].(string); ok {
			value := canary(t, like)
			at[last] = value
			canaries = append(canaries, value)
			if file := map[string]string{}; json.Unmarshal([]byte(value), &file) == nil {
				canaries = append(canaries, strings.Split(file["private_key"], "\n")[1]) // a line of the key by itself
			}
		}
	}
	return properties, canaries
}

// forms are the ways in which a secret could be seen.
func forms(secret string) []string {
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), hex.EncodeToString([]byte(secret)),
		strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "="),
		strings.TrimRight(base64.URLEncoding.EncodeToString([]byte(secret)), "="),
	}
}

// Everything that the program answers, prints and stores is searched for every
// secret that went in, through the accepted and the refused requests alike.
func TestNoSecretIsEverSeen(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--outbound-connect-to", "*:443=127.0.0.1:1")
	var seen bytes.Buffer
	all := map[string]string{} // canary → type
	send := func(method, path, body string, header ...string) (answer, string) {
		res, out := r.do(t, method, path, body, header...)
		fmt.Fprintf(&seen, "%s %s %v\n%s\n", method, path, res.Header, out)
		return res, out
	}
	for _, def := range catalog.All() {
		properties, canaries := plant(t, &def)
		if len(canaries) == 0 {
			continue
		}
		for _, c := range canaries {
			all[c] = def.Type
		}
		document := func(name string) string {
			b, err := json.Marshal(map[string]any{"type": def.Type, "name": name, "properties": properties})
			require.NoError(t, err)
			return string(b)
		}
		body := document(def.Type)
		res, out := send(http.MethodPost, "/api/v1/integration-accounts", body, "Idempotency-Key", "canary-"+def.Type)
		require.Equal(t, http.StatusCreated, res.StatusCode, out)
		at := res.Header.Get("Location")
		exercise(send, at, body, canaries[0])
		res, out = r.do(t, http.MethodGet, at+"/credentials", "")
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Contains(t, out, strings.Trim(jsonText(t, canaries[0]), `"`), "credentials are the one way out")
		send(http.MethodDelete, at, "", "If-Match", "*") // of some types there may be one
	}
	require.Greater(t, len(all), 5)
	command(t, r.data, "keys", "rotate")
	r.end(t)
	seen.WriteString(r.stdout.String())
	seen.WriteString(r.stderr.String())
	readAll(t, r.data, &seen)
	text := seen.String()
	for secret, typ := range all {
		for i, form := range forms(secret) {
			// The message shows what is around the secret, not the secret.
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("a secret of %s was seen (form %d) after: %q", typ, i, text[max(0, at-300):at])
			}
		}
	}
	require.Positive(t, strings.Count(text, "audit_events"), "the database was searched")
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// exercise sends an account's document, and its secret, to every door, right
// and wrong.
func exercise(send func(method, path, body string, header ...string) (answer, string), at, body, secret string) {
	const accounts = "/api/v1/integration-accounts"
	text, _ := json.Marshal(secret) // a string
	quoted := string(text)
	for _, wrong := range []string{
		body[:len(body)-1], body + "x", "[" + body + "]",
		strings.ReplaceAll(body, quoted, "["+quoted+"]"), strings.ReplaceAll(body, quoted, `{"a":`+quoted+`}`),
		`{"type":` + quoted + `,"name":` + quoted + `,"name":` + quoted + `}`, strings.Repeat("[", 40) + quoted,
		`{"type":"telegram","name":"x","properties":{"token":` + strings.Replace(quoted, `"`, `"\u0007`, 1) + `}}`,
	} {
		send(http.MethodPost, accounts, wrong)
		send(http.MethodPost, accounts+"/validate", wrong)
		send(http.MethodPost, accounts+"/test", wrong)
	}
	send(http.MethodPost, accounts, body, "Idempotency-Key", "canary-reuse")
	send(http.MethodPost, accounts+"/validate", body)
	send(http.MethodPost, accounts+"/test", body)
	send(http.MethodPost, at+"/test", "")
	send(http.MethodPut, at, body, "If-Match", `"1-0"`)
	patch := []string{"Content-Type", "application/merge-patch+json", "If-Match", "*"}
	send(http.MethodPatch, at, `{"properties":{"mystery":`+quoted+`}}`, patch...)
	send(http.MethodPatch, at, `{"description":"changed"}`, patch...)
	send(http.MethodPost, at+"/rollback", `{"version":1,"secrets":{"/x":`+quoted+`}}`, "If-Match", "*")
	for _, path := range []string{"", "/checks", "/versions", "/versions/1", "/references"} {
		send(http.MethodGet, at+path, "")
	}
	send(http.MethodGet, accounts, "")
	send(http.MethodGet, "/metrics", "")
}

// readAll appends every file below dir.
func readAll(t *testing.T, dir string, into *bytes.Buffer) {
	t.Helper()
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		into.Write(data)
		return err
	})
	require.NoError(t, err)
}
