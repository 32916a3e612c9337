package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// writing changes a server from several clients at once until stop.
type writing struct {
	stop    context.CancelFunc
	clients sync.WaitGroup
	errs    chan error
}

func write(t *testing.T, r *running, clients int) *writing {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &writing{stop: stop, errs: make(chan error, clients)}
	for n := range clients {
		w.clients.Go(func() { w.errs <- r.write(ctx, n) })
	}
	return w
}

func (w *writing) end(t *testing.T) {
	t.Helper()
	w.stop()
	w.clients.Wait()
	close(w.errs)
	for err := range w.errs {
		require.NoError(t, err)
	}
}

// write makes accounts and patches each twice.
func (r *running) write(ctx context.Context, client int) error {
	for n := 0; ctx.Err() == nil; n++ {
		path := "/api/v1/integration-accounts"
		location, err := r.send(ctx, http.MethodPost, path, telegram(fmt.Sprintf("client %d, %d", client, n), botToken))
		for i := range 2 {
			if err == nil && ctx.Err() == nil {
				_, err = r.send(ctx, http.MethodPatch, path+"/"+filepath.Base(location), fmt.Sprintf(`{"description":"%d"}`, i))
			}
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (r *running) send(ctx context.Context, method, path, body string) (location string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, r.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		req.Header.Set("Content-Type", "application/merge-patch+json")
		req.Header.Set("If-Match", "*")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode > 299 {
		err = fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	return res.Header.Get("Location"), err
}

// requireWhole says of a copy that it is the state of one moment: of each account
// every version is there, and each version and no other has its audit record.
func requireWhole(t *testing.T, h *house) (accounts int) {
	t.Helper()
	center, err := h.store.ContactCenterByDomain(t.Context(), "localhost")
	require.NoError(t, err)
	changes := map[string]int64{}
	require.NoError(t, h.store.WalkAudit(t.Context(), center.ID, func(e *models.AuditEvent) error {
		if strings.HasPrefix(e.Operation, "account.") {
			changes[e.TargetID]++
		}
		return nil
	}))
	list, err := h.store.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: center.ID})
	require.NoError(t, err)
	require.Len(t, changes, len(list))
	for _, a := range list {
		require.Equal(t, changes[a.ID], a.Version, "records and versions of %s", a.ID)
		last, err := h.store.Version(t.Context(), center.ID, a.ID, a.Version)
		require.NoError(t, err)
		var document struct{ Description string }
		require.NoError(t, json.Unmarshal(last.Document, &document))
		sealed, err := h.store.Secrets(t.Context(), center.ID, a.ID)
		require.NoError(t, err)
		require.Len(t, sealed, len(a.Secrets))
	}
	counts, err := h.store.RowCounts(t.Context())
	require.NoError(t, err)
	versions := int64(0)
	for _, a := range list {
		versions += a.Version
	}
	require.Equal(t, versions, counts["account_versions"])
	return len(list)
}

// backupUnderLoad takes backups of what several clients change at full speed,
// and restores each with the settings that are given.
func backupUnderLoad(t *testing.T, r *running, rounds int, from []string, to func(t *testing.T) []string) {
	t.Helper()
	w := write(t, r, 4)
	last := 0
	for i := range rounds {
		r.post(t, fmt.Sprint("round ", i)) // and whatever the clients make meanwhile
		file := filepath.Join(t.TempDir(), fmt.Sprint(i))
		code, out, errs := command(t, r.data, append([]string{"backup", file}, from...)...)
		require.Zero(t, code, out+errs)
		data := moved(t, r.data)
		settings := to(t)
		code, out, errs = command(t, data, append([]string{"restore", file}, settings...)...)
		require.Zero(t, code, out+errs)
		d := dataSettings{Data: data}
		if len(settings) > 1 {
			d.Database = settings[1]
		}
		h, err := openHouse(t.Context(), d, quiet(), false)
		require.NoError(t, err)
		n := requireWhole(t, h)
		require.Greater(t, n, last)
		last = n
		require.NoError(t, h.close(t.Context()))
	}
	w.end(t)
	code, out, errs := command(t, r.data, append([]string{"audit", "verify"}, from...)...)
	require.Zero(t, code, out+errs)
}

func TestBackupUnderLoad(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--log-level", "error")
	backupUnderLoad(t, r, 4, nil, func(*testing.T) []string { return nil })
}
