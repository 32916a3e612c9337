package main

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/secret"
)

// adminSSO is the example of an sso account with its provider in the section Admin,
// which is switched off.
func adminSSO(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../examples/accounts/sso.json")
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(raw, &document))
	properties := document["properties"].(map[string]any)
	section := properties["agentDesktop"].(map[string]any)
	section["enabled"] = false
	document["properties"] = map[string]any{"admin": section}
	out, err := json.Marshal(document)
	require.NoError(t, err)
	return string(out)
}

// Whoever is shut out by an identity provider that is down gets in again: by a user
// for emergencies, and on the machine.
func TestGettingInWithoutTheProvider(t *testing.T) {
	const accounts, password = "/api/v1/integration-accounts", "correct horse"
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--login-rate-limit", "off", "--bootstrap-password", password)
	must := func(status int, method, path, body string, header ...string) map[string]any {
		t.Helper()
		res, text := r.do(t, method, path, body, header...)
		require.Equal(t, status, res.StatusCode, text)
		var document map[string]any
		if text != "" {
			require.NoError(t, json.Unmarshal([]byte(text), &document))
		}
		return document
	}
	signIn := func(status int, username, password string) map[string]any {
		t.Helper()
		return must(status, http.MethodPost, "/api/v1/session", `{"username":"`+username+`","password":"`+password+`"}`)
	}
	account := accounts + "/" + must(http.StatusCreated, http.MethodPost, accounts, adminSSO(t))["id"].(string)
	switchAdmin := func(status int, on string) map[string]any {
		t.Helper()
		return must(status, http.MethodPatch, account, `{"properties":{"admin":{"enabled":`+on+`}}}`,
			"Content-Type", "application/merge-patch+json", "If-Match", "*")
	}
	require.Equal(t, "would-lock-out", switchAdmin(http.StatusConflict, "true")["code"])

	must(http.StatusCreated, http.MethodPost, "/api/v1/roles", `{"name":"Emergency","privileges":["sso:bypass"]}`)
	emergency := must(http.StatusCreated, http.MethodPost, "/api/v1/users",
		`{"username":"emergency","roles":["Administrator","Emergency"],"password":"`+password+`"}`)["id"].(string)
	switchAdmin(http.StatusOK, "true")
	refused := signIn(http.StatusForbidden, "admin", password)
	require.Equal(t, "single-sign-on-required", refused["code"])
	require.Equal(t, "https://localhost/admin/sso/login", refused["signInUrl"])
	require.Equal(t, "sign-in-refused", signIn(http.StatusUnauthorized, "admin", "wrong")["code"])
	signIn(http.StatusCreated, "emergency", password)
	require.Equal(t, "would-lock-out", must(http.StatusConflict, http.MethodDelete, "/api/v1/users/"+emergency, "")["code"])

	code, out, errs := setPassword(t, r.data, "a quiet lake\n", "--contact-center", "localhost", "admin")
	require.Zero(t, code, errs)
	require.Contains(t, out, "single sign-on is on (section admin)")
	signIn(http.StatusForbidden, "admin", "a quiet lake")

	code, out, errs = command(t, r.data, "tokens", "create", "--contact-center", "localhost", "--name", "break glass",
		"--scopes", "accounts:read,accounts:write", "--expires", "1h")
	require.Zero(t, code, errs)
	all := r.token
	r.token = strings.TrimSpace(out)
	switchAdmin(http.StatusOK, "false")
	signIn(http.StatusCreated, "admin", "a quiet lake")
	code, out, errs = setPassword(t, r.data, "another lake\n", "--contact-center", "localhost", "admin")
	require.Zero(t, code, errs)
	require.NotContains(t, out, "single sign-on")
	r.token = all
	must(http.StatusNoContent, http.MethodDelete, "/api/v1/users/"+emergency, "")
}

// The private keys of key pairs are sealed under the keys of the key file, and
// rotated with all other secrets.
func TestKeysRotateKeyPairs(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	for range 2 {
		res, body := r.do(t, http.MethodPost, "/api/v1/sso/keys", "")
		require.Equal(t, http.StatusCreated, res.StatusCode, body)
		require.NotContains(t, body, "PRIVATE")
	}
	_, before, _ := command(t, r.data, "keys", "status")
	require.Contains(t, before, "2 secrets (primary")
	code, out, errs := command(t, r.data, "keys", "rotate")
	require.Zero(t, code, errs)
	require.Contains(t, out, "2 secrets re-encrypted")
	_, after, _ := command(t, r.data, "keys", "status")
	require.Contains(t, after, "  0 secrets\n")
	require.Contains(t, after, "  2 secrets (primary")

	h := opened(t, r.data)
	center, err := h.store.ContactCenterByDomain(t.Context(), "localhost")
	require.NoError(t, err)
	pairs, err := h.store.SSOKeys(t.Context(), center.ID)
	require.NoError(t, err)
	require.Len(t, pairs, 2)
	for _, pair := range pairs {
		text, err := h.keys.Unseal(pair.Sealed,
			secret.Where{ContactCenter: center.ID, Account: pair.ID, Pointer: models.SSOPrivateKey})
		require.NoError(t, err)
		der, err := base64.StdEncoding.DecodeString(text.Reveal())
		require.NoError(t, err)
		_, err = x509.ParsePKCS8PrivateKey(der)
		require.NoError(t, err)
	}
}
