package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
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

// opened opens a data folder as a command does.
func opened(t *testing.T, data string) *house {
	t.Helper()
	h, err := openHouse(t.Context(), dataSettings{Data: data}, quiet(), false)
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
