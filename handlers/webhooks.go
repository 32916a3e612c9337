package handlers

import (
	"net/http"

	"admin-api/api"
	"admin-api/models"
)

const (
	webhooksPath  = "/api/v1/webhooks"
	webhookPath   = webhooksPath + "/{id}"
	deliveryPath  = webhookPath + "/deliveries"
	redeliverPath = deliveryPath + "/{deliveryId}/redeliver"
)

func webhookRoutes() []route {
	const admin = models.ScopeAdmin
	paging := single("pageSize", "cursor")
	return []route{
		{Route: Route{"webhook.list", http.MethodGet, webhooksPath, admin}, do: (*Server).listWebhooks, query: paging},
		{Route: Route{"webhook.create", http.MethodPost, webhooksPath, admin}, do: (*Server).createWebhook, body: jsonBody},
		{Route: Route{"webhook.read", http.MethodGet, webhookPath, admin}, do: (*Server).readWebhook},
		{Route: Route{"webhook.update", http.MethodPatch, webhookPath, admin}, do: (*Server).patchWebhook, body: patchBody},
		{Route: Route{"webhook.delete", http.MethodDelete, webhookPath, admin}, do: (*Server).deleteWebhook},
		{Route: Route{"webhook.test", http.MethodPost, webhookPath + "/test", admin}, do: (*Server).testWebhook},
		{
			Route: Route{"webhook.rotate-secret", http.MethodPost, webhookPath + "/rotate-secret", admin},
			do:    (*Server).rotateWebhookSecret,
		},
		{
			Route: Route{"webhook.deliveries", http.MethodGet, deliveryPath, admin},
			do:    (*Server).listDeliveries, query: single("pageSize", "cursor", "status"),
		},
		{Route: Route{"webhook.redeliver", http.MethodPost, redeliverPath, admin}, do: (*Server).redeliver},
	}
}

// webhook answers a webhook, with its key where one was made.
func (x *exchange) webhook(status int, w *models.Webhook, key string) error {
	out := api.NewWebhook(w)
	out.Secret = key
	x.set("ETag", quoted(out.ETag))
	return x.json(status, out)
}

// listWebhooks answers the webhooks of the contact center.
//
//	@ID          listWebhooks
//	@Summary     List webhooks
//	@Description Needs the scope admin. Newest first.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       pageSize       query  int    false "Webhooks per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.WebhookPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks [get]
func (s *Server) listWebhooks(x *exchange) error {
	q, err := pageQuery(x.query)
	if err != nil {
		return err
	}
	page, err := s.events.Webhooks(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	out := api.WebhookPage{Items: make([]api.Webhook, len(page.Items)), NextCursor: page.NextCursor}
	for i := range page.Items {
		out.Items[i] = api.NewWebhook(&page.Items[i])
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, out)
}

// createWebhook makes a webhook.
//
//	@ID          createWebhook
//	@Summary     Create a webhook
//	@Description Needs the scope admin. From now on, events are sent to the address, each signed (Standard Webhooks). The
//	@Description member secret of the answer is the key of the signatures; it is never shown again. A contact center can
//	@Description have 20 webhooks.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       webhook        body   api.WebhookCreate true "Webhook"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.Webhook
//	@Header      201 {string} ETag "Entity tag of the webhook"
//	@Header      201 {string} Location "Address of the webhook"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /webhooks [post]
func (s *Server) createWebhook(x *exchange) error {
	w, key, err := s.events.CreateWebhook(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	x.set("Location", webhooksPath+"/"+w.ID)
	return x.webhook(http.StatusCreated, w, key.Reveal())
}

// readWebhook answers one webhook.
//
//	@ID          getWebhook
//	@Summary     Read a webhook
//	@Description Needs the scope admin.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Webhook
//	@Header      200 {string} ETag "Entity tag of the webhook"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id} [get]
func (s *Server) readWebhook(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	w, err := s.events.Webhook(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.webhook(http.StatusOK, w, "")
}

// patchWebhook changes a webhook.
//
//	@ID          patchWebhook
//	@Summary     Change a webhook
//	@Description Needs the scope admin. A JSON merge patch (RFC 7396). While enabled is false, nothing is queued or sent; what was
//	@Description queued before waits.
//	@Tags        events
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       patch          body   api.WebhookPatch true "What changes"
//	@Param       If-Match       header string false "ETag of the webhook you read, so that nobody's change is lost"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Webhook
//	@Header      200 {string} ETag "Entity tag of the webhook"
//	@Failure     400,401,403,404,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id} [patch]
func (s *Server) patchWebhook(x *exchange) error {
	id, m, err := x.target()
	if err != nil {
		return err
	}
	w, err := s.events.UpdateWebhook(x.Request().Context(), x.principal, id, m, x.body)
	if err != nil {
		return err
	}
	return x.webhook(http.StatusOK, w, "")
}

// deleteWebhook removes a webhook.
//
//	@ID          deleteWebhook
//	@Summary     Delete a webhook
//	@Description Needs the scope admin. What was still to be delivered is dropped.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       If-Match       header string false "ETag of the webhook you read, so that nobody's change is lost"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,412,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id} [delete]
func (s *Server) deleteWebhook(x *exchange) error {
	id, m, err := x.target()
	if err != nil {
		return err
	}
	if err := s.events.DeleteWebhook(x.Request().Context(), x.principal, id, m); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// rotateWebhookSecret gives a webhook a new key.
//
//	@ID          rotateWebhookSecret
//	@Summary     Make a new secret for a webhook
//	@Description Needs the scope admin. The member secret of the answer is the new key; it is never shown again. For 24 hours
//	@Description deliveries carry a signature under the key before as well.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Webhook
//	@Header      200 {string} ETag "Entity tag of the webhook"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id}/rotate-secret [post]
func (s *Server) rotateWebhookSecret(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	w, key, err := s.events.RotateWebhookSecret(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.webhook(http.StatusOK, w, key.Reveal())
}
