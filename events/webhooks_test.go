package events

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/strict"
	"admin-api/validation"
)

func TestWebhookDocuments(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for body, want := range map[string]string{
		`{}`:                               "/url required",
		`{"url":"http://a.test/"}`:         "/url https_url",
		`{"url":"https://ann:pw@a.test/"}`: "/url https_url",
		`{"url":"https://a.test/#x"}`:      "/url https_url",
		`{"url":7}`:                        "/url type",
		`{"url":"https://a.test/","eventTypes":["account.moved"]}`:                     "/eventTypes/0 enum",
		`{"url":"https://a.test/","eventTypes":["account.created","ping"]}`:            "/eventTypes/1 enum",
		`{"url":"https://a.test/","description":"` + long(1025) + `"}`:                 "/description max",
		`{"url":"https://a.test/","mystery":1}`:                                        "/mystery unknown_member",
		`{"url":"https://a.test/","url":"https://b.test/"}`:                            "/url duplicate_member",
		`{"url":"https://a.test/","eventTypes":["account.created","account.created"]}`: "/eventTypes/1 unique",
	} {
		_, _, err := w.CreateWebhook(t.Context(), w.p, []byte(body))
		var broken validation.Errors
		require.ErrorAs(t, err, &broken, body)
		require.Equal(t, "invalid: "+want, broken.Error())
	}
	_, _, err := w.CreateWebhook(t.Context(), w.p, []byte(`{`))
	var syntax *strict.SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.Empty(t, w.operations(t), "what is refused leaves nothing")
}

func long(n int) string { return strings.Repeat("x", n) }

func TestWebhookLifeIsOnRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		hook, key := w.hook(t, `{"url":"`+hookURL+`","description":"d","id":"ignored"}`)
		changed, err := w.UpdateWebhook(ctx, w.p, hook.ID, access.Match{Given: true, Versions: []int64{1}}, []byte(`{"description":null}`))
		require.NoError(t, err)
		require.Empty(t, changed.Description)
		require.Equal(t, "2", changed.ETag())
		same, err := w.UpdateWebhook(ctx, w.p, hook.ID, access.Match{}, []byte(`{"eventTypes":[],"enabled":true}`))
		require.NoError(t, err)
		require.Equal(t, "2", same.ETag(), "nothing changed")
		for _, types := range []string{`["account.updated"]`, `["account.deleted"]`, `[]`} {
			same, err = w.UpdateWebhook(ctx, w.p, hook.ID, access.Match{}, []byte(`{"eventTypes":`+types+`}`))
			require.NoError(t, err)
		}
		require.Equal(t, "5", same.ETag())
		replaced := false
		require.NoError(t, db.WalkAudit(ctx, w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
			replaced = replaced || strings.Contains(string(e.Changes), `"old":["account.updated"],"new":["account.deleted"]`)
			return nil
		}))
		require.True(t, replaced, "types in the place of others are on record with both")
		_, err = w.UpdateWebhook(ctx, w.p, hook.ID, access.Match{Given: true, Versions: []int64{1}}, []byte(`{"enabled":false}`))
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, models.ErrVersionMismatch)
		require.Equal(t, "5", refusal.ETag)
		_, fresh, err := w.RotateWebhookSecret(ctx, w.p, hook.ID)
		require.NoError(t, err)
		require.NotEqual(t, key, fresh.Reveal())
		w.happen(t, w.p, "one", 1)
		round(t, w.courier(nil))
		_, err = w.Redeliver(ctx, w.p, hook.ID, w.deliveries(t, hook.ID, "")[0].ID)
		require.NoError(t, err)
		require.NoError(t, w.DeleteWebhook(ctx, w.p, hook.ID, access.Match{Given: true, Any: true}))
		require.Equal(t, []string{
			"webhook.create webhook success", "webhook.update webhook success", "webhook.update webhook success",
			"webhook.update webhook success", "webhook.update webhook success", "webhook.update webhook refused",
			"webhook.rotate-secret webhook success", "webhook.redeliver webhook success", "webhook.delete webhook success",
		}, w.operations(t))
		require.NoError(t, db.WalkAudit(ctx, w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
			require.NotContains(t, string(e.Changes)+e.Detail, "whsec")
			return nil
		}))
		reports, err := w.Audit.Verify(ctx)
		require.NoError(t, err)
		require.Len(t, reports, 1)
	})
}

// An id of another contact center is as good as none.
func TestWebhooksAreIsolated(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	ctx := t.Context()
	hook, _ := w.hook(t, `{"url":"`+hookURL+`"}`)
	w.happen(t, w.p, "one", 1)
	delivery := w.deliveries(t, hook.ID, "")[0].ID
	stranger := w.center(t, "b.example")
	for what, do := range map[string]func(id string) error{
		"read":   func(id string) error { _, err := w.Webhook(ctx, stranger, id); return err },
		"delete": func(id string) error { return w.DeleteWebhook(ctx, stranger, id, access.Match{Given: true, Any: true}) },
		"update": func(id string) error {
			_, err := w.UpdateWebhook(ctx, stranger, id, access.Match{Given: true, Any: true}, []byte(`{}`))
			return err
		},
		"rotate": func(id string) error { _, _, err := w.RotateWebhookSecret(ctx, stranger, id); return err },
		"test":   func(id string) error { _, err := w.TestWebhook(ctx, stranger, id); return err },
		"deliveries": func(id string) error {
			_, err := w.Deliveries(ctx, stranger, id, "", paging.Query{Size: 5})
			return err
		},
		"redeliver": func(id string) error { _, err := w.Redeliver(ctx, stranger, id, delivery); return err },
	} {
		for _, id := range []string{hook.ID, models.NewID(began), "none"} {
			require.ErrorIs(t, do(id), models.ErrNotFound, what)
		}
	}
	page, err := w.Webhooks(ctx, stranger, paging.Query{Size: 5})
	require.NoError(t, err)
	require.Empty(t, page.Items)
	require.Empty(t, w.taken())
}

func TestWebhookLimit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		var wg sync.WaitGroup
		var mu sync.Mutex
		made, refused := 0, 0
		for i := range mostWebhooks + 6 {
			wg.Go(func() {
				_, _, err := w.CreateWebhook(t.Context(), w.p, fmt.Appendf(nil, `{"url":"https://example.com/%d"}`, i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					made++
				case errors.Is(err, models.ErrLimitReached):
					refused++
				default:
					t.Errorf("create: %v", err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, mostWebhooks, made)
		require.Equal(t, 6, refused)
		page, err := w.Webhooks(t.Context(), w.p, paging.Query{Size: 15})
		require.NoError(t, err)
		rest, err := w.Webhooks(t.Context(), w.p, paging.Query{Size: 15, Cursor: page.NextCursor})
		require.NoError(t, err)
		require.Len(t, rest.Items, 5)
		require.Empty(t, rest.NextCursor)
	})
}
