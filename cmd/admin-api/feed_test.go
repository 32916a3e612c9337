package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A stream that is open does not hold up the end of the server.
func TestStoppingEndsStreams(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v1/events", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	req.Header.Set("Accept", "text/event-stream")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	require.True(t, lines.Scan())
	require.Equal(t, "id: 0", lines.Text())
	answer, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", telegram("bot", botToken))
	require.Equal(t, http.StatusCreated, answer.StatusCode, body)
	for lines.Text() != "event: account.created" {
		require.True(t, lines.Scan())
	}
	r.end(t)
	for lines.Scan() {
	}
	require.NoError(t, lines.Err(), "it ends in order")
	require.NotContains(t, r.stderr.String(), "level=ERROR")
}

// Keys of webhooks go along when keys are rotated, and sign as before.
func TestKeysRotateWithWebhooks(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	res, body := r.do(t, http.MethodPost, "/api/v1/webhooks", `{"url":"https://127.0.0.1/"}`)
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	var hook struct{ ID, Secret string }
	require.NoError(t, json.Unmarshal([]byte(body), &hook))
	res, body = r.do(t, http.MethodPost, "/api/v1/webhooks/"+hook.ID+"/rotate-secret", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	code, out, errs := command(t, r.data, "keys", "rotate")
	require.Zero(t, code, errs)
	require.Contains(t, out, "2 secrets re-encrypted", "the key in use and the one before")
	_, out, _ = command(t, r.data, "keys", "status")
	require.Contains(t, out, "  2 secrets (primary")
	res, body = r.do(t, http.MethodPost, "/api/v1/webhooks/"+hook.ID+"/test", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	require.Contains(t, body, `"error":"blocked"`, "it could be signed, and the guard refused the address")
	r.end(t)
	var seen bytes.Buffer
	readAll(t, r.data, &seen)
	for i, form := range forms(strings.TrimPrefix(hook.Secret, "whsec_")) {
		require.NotContains(t, r.stderr.String(), form)
		require.False(t, bytes.Contains(seen.Bytes(), []byte(form)), "form %d stands in a file", i)
	}
}
