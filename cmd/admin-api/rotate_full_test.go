//go:build full

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reads asks for credentials until ctx ends; its error is that of a read that
// failed.
func (r *running) reads(ctx context.Context, ids []string) error {
	for n := 0; ctx.Err() == nil; n++ {
		path := r.url + "/api/v1/integration-accounts/" + ids[n%len(ids)] + "/credentials"
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, http.NoBody)
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+r.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			break // the end of ctx
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil && (res.StatusCode != http.StatusOK || !strings.Contains(string(text), botToken)) {
			return fmt.Errorf("%s: %d %s", path, res.StatusCode, text)
		}
	}
	return nil
}

// Replicas on PostgreSQL read and write while keys are rotated: no read fails,
// and no row stays on an older key.
func TestKeysRotateUnderLoadOnPostgres(t *testing.T) {
	r, settings := onPostgres(t)
	second := serve(t, r.data, append(settings, "--log-level", "error")...)
	ids := r.bots(t, 20)
	writers := write(t, second, 2)
	ctx, stop := context.WithCancel(t.Context())
	failed := make(chan error, 2)
	for _, server := range []*running{r, second} {
		go func() { failed <- server.reads(ctx, ids) }()
	}
	for range 4 {
		code, out, errs := command(t, r.data, append([]string{"keys", "rotate"}, settings...)...)
		require.Zero(t, code, out+errs)
	}
	writers.end(t)
	stop()
	for range 2 {
		require.NoError(t, <-failed)
	}
	code, status, errs := command(t, r.data, append([]string{"keys", "status"}, settings...)...)
	require.Zero(t, code, errs)
	require.Equal(t, 4, strings.Count(status, "  0 secrets\n"), status)
	r.requireSealed(t, ids)
	code, out, _ := command(t, r.data, append([]string{"audit", "verify"}, settings...)...)
	require.Zero(t, code, out)
}
