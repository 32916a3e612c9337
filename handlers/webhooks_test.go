package handlers_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/models"
)

var noKey = accounts.Idempotency{}

const (
	webhooksPath = "/api/v1/webhooks"
	webhookBody  = `{"url":"https://hooks.zendesk.com/in","description":"ours","eventTypes":["account.created"]}`
)

func TestWebhooks(t *testing.T) {
	s := newStack(t)
	var status atomic.Int64
	status.Store(http.StatusNoContent)
	s.Remote.play(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	a := s.must(t, http.StatusCreated, call{Method: "POST", Path: webhooksPath, Body: webhookBody})
	made := decode[api.Webhook](t, a)
	at := webhooksPath + "/" + made.ID
	require.Equal(t, at, a.Header.Get("Location"))
	require.Equal(t, `"1"`, a.Header.Get("ETag"))
	require.True(t, strings.HasPrefix(made.Secret, "whsec_"))

	read := decode[api.Webhook](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at}))
	require.Empty(t, read.Secret)
	read.Secret = made.Secret
	require.Equal(t, made, read)
	list := decode[api.WebhookPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: webhooksPath}))
	require.Len(t, list.Items, 1)

	patched := s.must(t, http.StatusOK, call{
		Method: "PATCH", Path: at, Body: `{"eventTypes":null}`, Header: []string{"If-Match", `"1"`},
	})
	require.Equal(t, `"2"`, patched.Header.Get("ETag"))
	require.Empty(t, decode[api.Webhook](t, patched).EventTypes)
	stale, _ := s.refused(t, api.CodeVersionMismatch, call{
		Method: "PATCH", Path: at, Body: `{"enabled":false}`, Header: []string{"If-Match", `"1"`},
	})
	require.Equal(t, `"2"`, stale.Header.Get("ETag"))
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"description":"without a condition"}`})
	_, broken := s.refused(t, api.CodeValidationFailed, call{Method: "PATCH", Path: at, Body: `{"url":"http://a.test","x":1}`})
	require.Len(t, broken.Errors, 2)
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: webhooksPath, Body: `{`})
	s.refused(t, api.CodeUnsupportedMediaType, call{
		Method: "PATCH", Path: at, Body: `{}`, Header: []string{"Content-Type", "application/json"},
	})

	test := decode[api.WebhookTest](t, s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/test"}))
	require.Equal(t, models.DeliveryDelivered, test.Status)
	require.Equal(t, http.StatusNoContent, test.HTTPStatus)
	status.Store(http.StatusTeapot)
	test = decode[api.WebhookTest](t, s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/test"}))
	require.Equal(t, api.WebhookTest{Status: models.DeliveryFailed, HTTPStatus: 418, Error: "http_status", DurationMs: test.DurationMs}, test)

	s.create(t, "One")
	s.create(t, "Two")
	deliveries := at + "/deliveries"
	page := decode[api.WebhookDeliveryPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: deliveries + "?pageSize=1"}))
	require.Len(t, page.Items, 1)
	require.Equal(t, models.DeliveryPending, page.Items[0].Status)
	require.Equal(t, models.EventAccountCreated, page.Items[0].Event.Type)
	next := s.must(t, http.StatusOK, call{Method: "GET", Path: deliveries + "?pageSize=1&cursor=" + page.NextCursor})
	require.NotEqual(t, page.Items[0].ID, decode[api.WebhookDeliveryPage](t, next).Items[0].ID)
	s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: deliveries + "?status=failed&cursor=" + page.NextCursor})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: deliveries + "?status=lost"})
	s.must(t, http.StatusAccepted, call{Method: "POST", Path: deliveries + "/" + page.Items[0].ID + "/redeliver"})
	s.refused(t, api.CodeNotFound, call{Method: "POST", Path: deliveries + "/" + made.ID + "/redeliver"})

	rotated := decode[api.Webhook](t, s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/rotate-secret"}))
	require.NotEqual(t, made.Secret, rotated.Secret)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at})
	for _, key := range []string{made.Secret, rotated.Secret} {
		require.Equal(t, 1, strings.Count(s.Answered.String(), key), "shown once")
		require.NotContains(t, s.Printed.String(), key)
	}
}

func TestWebhooksNeedTheScopeAdmin(t *testing.T) {
	s := newStack(t)
	made := decode[api.Webhook](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: webhooksPath, Body: webhookBody}))
	at := webhooksPath + "/" + made.ID
	weak, stranger := s.token(t, models.ScopeEventsRead), s.contactCenter(t, "other.example")
	for _, c := range []call{
		{Method: "GET", Path: at},
		{Method: "PATCH", Path: at, Body: `{}`},
		{Method: "DELETE", Path: at},
		{Method: "POST", Path: at + "/test"},
		{Method: "POST", Path: at + "/rotate-secret"},
		{Method: "GET", Path: at + "/deliveries"},
		{Method: "POST", Path: at + "/deliveries/" + made.ID + "/redeliver"},
	} {
		c.Token = weak
		s.refused(t, api.CodeForbidden, c)
		c.Token = stranger
		foreign, _ := s.refused(t, api.CodeNotFound, c)
		c.Path = strings.Replace(c.Path, at, webhooksPath+"/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", 1)
		unknown, _ := s.refused(t, api.CodeNotFound, c)
		require.Equal(t, foreign.Status, unknown.Status)
	}
	require.Empty(t, decode[api.WebhookPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: webhooksPath, Token: stranger})).Items)
}
