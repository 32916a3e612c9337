package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/catalog"
	"admin-api/models"
	"admin-api/secret"
)

func TestKeysRotateBesideARunningServer(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	var ids []string
	for i := range 5 {
		res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts",
			telegram(fmt.Sprint("bot ", i), "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
		require.Equal(t, http.StatusCreated, res.StatusCode, body)
		ids = append(ids, filepath.Base(res.Header.Get("Location")))
	}
	_, before, _ := command(t, r.data, "keys", "status")
	require.Contains(t, before, "10 secrets (primary")
	code, out, errs := command(t, r.data, "keys", "rotate")
	require.Zero(t, code, errs)
	require.Contains(t, out, "10 secrets re-encrypted")
	_, after, _ := command(t, r.data, "keys", "status")
	require.Contains(t, after, "  0 secrets\n")
	require.Contains(t, after, "  10 secrets (primary")
	for _, id := range ids {
		res, body := r.do(t, http.MethodGet, "/api/v1/integration-accounts/"+id+"/credentials", "")
		require.Equal(t, http.StatusOK, res.StatusCode, body)
		require.Contains(t, body, "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi")
		res, body = r.do(t, http.MethodGet, "/api/v1/integration-accounts/"+id, "")
		require.Equal(t, `"1-0"`, res.Header.Get("ETag"), "a rotation changes no version")
		require.NotContains(t, body, "unreadable")
	}
	code, out, _ = command(t, r.data, "audit", "verify")
	require.Zero(t, code, out)
}

// keyPair makes a key pair of single sign-on and returns its id.
func (r *running) keyPair(t *testing.T) string {
	t.Helper()
	res, body := r.do(t, http.MethodPost, "/api/v1/sso/keys", "")
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	var key struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(body), &key), body)
	return key.ID
}

// keyPairs returns the key pairs of the contact center as they are stored.
func keyPairs(t *testing.T, h *house) []models.SSOKey {
	t.Helper()
	center, err := h.store.ContactCenterByDomain(t.Context(), "localhost")
	require.NoError(t, err)
	pairs, err := h.store.SSOKeys(t.Context(), center.ID)
	require.NoError(t, err)
	return pairs
}

// requireReadable says that the private keys of n key pairs can be read with the
// newest key, and are those of their certificates.
func requireReadable(t *testing.T, h *house, n int) {
	t.Helper()
	pairs := keyPairs(t, h)
	require.Len(t, pairs, n)
	for _, pair := range pairs {
		require.Equal(t, h.keys.Primary(), pair.KeyID)
		text, err := h.keys.Unseal(pair.Sealed, secret.Where{
			ContactCenter: pair.ContactCenterID, Account: pair.ID, Pointer: pair.Pointer,
		})
		require.NoError(t, err)
		der, err := base64.StdEncoding.DecodeString(text.Reveal())
		require.NoError(t, err)
		key, err := x509.ParsePKCS8PrivateKey(der)
		require.NoError(t, err)
		block, _ := pem.Decode([]byte(pair.Certificate))
		certificate, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		require.Equal(t, certificate.PublicKey, key.(*rsa.PrivateKey).Public())
	}
}

// Private keys of single sign-on are secrets as those of accounts are: counted,
// re-encrypted, and named where they cannot be read.
func TestKeysRotateWithKeyPairs(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	r.bots(t, 1)
	id := r.keyPair(t)
	_, status, _ := command(t, r.data, "keys", "status")
	require.Contains(t, status, "  3 secrets (primary")
	code, out, errs := command(t, r.data, "keys", "rotate")
	require.Zero(t, code, errs)
	require.Contains(t, out, "3 secrets re-encrypted")
	h := opened(t, r.data)
	requireReadable(t, h, 1)

	pair := keyPairs(t, h)[0]
	damaged := models.AccountSecret{
		ContactCenterID: pair.ContactCenterID, AccountID: pair.ID, Pointer: pair.Pointer, Sealed: pair.Sealed, KeyID: pair.KeyID,
	}
	spoilt := damaged
	spoilt.Sealed = bytes.Clone(pair.Sealed)
	spoilt.Sealed[len(spoilt.Sealed)-1] ^= 1
	replaced, err := h.store.ReplaceSealed(t.Context(), damaged, spoilt)
	require.NoError(t, err)
	require.True(t, replaced)
	code, out, _ = command(t, r.data, "keys", "rotate")
	require.Equal(t, 1, code)
	require.Contains(t, out, "2 secrets re-encrypted")
	require.Contains(t, out, "key pair of single sign-on "+id+": the secret "+models.SSOPrivateKey+" cannot be read: it is damaged")
}

// What keys rotate says of a secret follows from its place.
func TestPlacesOfSecretsAreApart(t *testing.T) {
	for _, d := range catalog.All() {
		for _, pointer := range d.SecretPointers() {
			require.Equal(t, "account", ownerOf(models.AccountSecret{Pointer: pointer}), d.Type)
		}
	}
}

func TestKeysRotateGoesOnWhereItStopped(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	for i := range 3 {
		r.do(t, http.MethodPost, "/api/v1/integration-accounts",
			telegram(fmt.Sprint("bot ", i), "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	}
	r.end(t)
	settings := dataSettings{Data: data}
	h, err := openHouse(t.Context(), settings, quiet(), false)
	require.NoError(t, err)
	_, err = h.keys.Rotate() // and there the power went
	require.NoError(t, err)
	require.NoError(t, h.close(t.Context()))
	code, out, errs := command(t, data, "keys", "rotate")
	require.Zero(t, code, errs)
	require.Contains(t, out, "interrupted with 6 secrets to go")
	_, status, _ := command(t, data, "keys", "status")
	require.Equal(t, 2, strings.Count(status, "\n"), "no further key was made: %s", status)
}

const botToken = "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"

// bots makes accounts with a secret each and returns their ids.
func (r *running) bots(t *testing.T, n int) (ids []string) {
	t.Helper()
	for i := range n {
		res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram(fmt.Sprint("bot ", i), botToken))
		require.Equal(t, http.StatusCreated, res.StatusCode, body)
		ids = append(ids, filepath.Base(res.Header.Get("Location")))
	}
	return ids
}

// opened opens a data folder, or the database that settings name, as a command does.
func opened(t *testing.T, data string, settings ...string) *house {
	t.Helper()
	from := dataSettings{Data: data}
	if len(settings) > 0 {
		require.Equal(t, "--database", settings[0])
		from.Database = settings[1]
	}
	h, err := openHouse(t.Context(), from, quiet(), false)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.close(context.WithoutCancel(t.Context()))) })
	return h
}

// spoil alters the sealed token of an account, and not the other secret it has.
func spoil(t *testing.T, data, id string, alter func(sealed []byte)) {
	t.Helper()
	h := opened(t, data)
	center, err := h.store.ContactCenterByDomain(t.Context(), "localhost")
	require.NoError(t, err)
	rows, err := h.store.Secrets(t.Context(), center.ID, id)
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Equal(t, "/token", rows[0].Pointer)
	alter(rows[0].Sealed)
	require.NoError(t, h.store.PutSecrets(t.Context(), rows))
}

// records lists the audit records with an operation, the newest first.
func records(t *testing.T, data, operation string) []models.AuditEvent {
	t.Helper()
	h := opened(t, data)
	center, err := h.store.ContactCenterByDomain(t.Context(), "localhost")
	require.NoError(t, err)
	events, err := h.store.AuditEvents(t.Context(), models.AuditFilter{
		ContactCenterID: center.ID, Operation: operation, Page: models.Page{Limit: 99},
	})
	require.NoError(t, err)
	return events
}

// A secret that cannot be read must not keep the keys of all others from being
// rotated, now or ever.
func TestKeysRotatePastUnreadableSecrets(t *testing.T) {
	for why, alter := range map[string]func([]byte){
		"it is damaged":          func(sealed []byte) { sealed[len(sealed)-1] ^= 1 },
		"is not in the key file": func(sealed []byte) { sealed[6] ^= 1 }, // the first byte of the key's id
	} {
		t.Run(why, func(t *testing.T) {
			r := serve(t, filepath.Join(t.TempDir(), "data"))
			ids := r.bots(t, 3)
			spoil(t, r.data, ids[1], alter)
			for n := range 2 {
				code, out, errs := command(t, r.data, "keys", "rotate")
				require.Equal(t, 1, code)
				require.Contains(t, out, "new key", "nothing was interrupted")
				require.Contains(t, out, "5 secrets re-encrypted")
				require.Regexp(t, "account "+ids[1]+": the secret /token cannot be read: .*"+why, out)
				require.NotContains(t, out, ids[0])
				require.Contains(t, errs, "the rotation is complete, but 1 secrets cannot be read")
				made, done := records(t, r.data, "keys.create"), records(t, r.data, "keys.rotate")
				require.Len(t, made, n+1)
				require.Len(t, done, n+1)
				require.Equal(t, made[0].TargetID, done[0].TargetID)
				require.Contains(t, done[0].Detail, "5 secrets of all contact centers re-encrypted, 1 cannot be read")
			}
			res, body := r.do(t, http.MethodPatch, "/api/v1/integration-accounts/"+ids[1],
				`{"properties":{"token":"`+botToken+`"}}`, "Content-Type", "application/merge-patch+json", "If-Match", "*")
			require.Equal(t, http.StatusOK, res.StatusCode, body)
			code, out, errs := command(t, r.data, "keys", "rotate")
			require.Zero(t, code, errs)
			require.Contains(t, out, "6 secrets re-encrypted")
			code, out, _ = command(t, r.data, "audit", "verify")
			require.Zero(t, code, out)
		})
	}
}

// The making of a key is on record also where the rest does not come to pass,
// and an interruption with nothing but unreadable secrets left is none.
func TestKeysRotateInterrupted(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	ids := r.bots(t, 2)
	r.end(t)
	spoil(t, data, ids[0], func(sealed []byte) { sealed[len(sealed)-1] ^= 1 })
	ctx, interrupt := context.WithCancel(t.Context())
	var said bytes.Buffer
	h := opened(t, data)
	rotate := rotation{house: h, say: func(format string, args ...any) {
		fmt.Fprintf(&said, format, args...)
		if strings.HasPrefix(format, "new key") {
			interrupt()
		}
	}}
	require.ErrorIs(t, rotate.run(ctx), context.Canceled)
	made := records(t, data, "keys.create")
	require.Len(t, made, 1)
	require.Contains(t, said.String(), "new key "+made[0].TargetID)
	require.Empty(t, records(t, data, "keys.rotate"))

	_, out, _ := command(t, data, "keys", "rotate")
	require.Contains(t, out, "interrupted with 3 secrets to go")
	require.NotContains(t, out, "new key")
}
