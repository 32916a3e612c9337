package handlers

import (
	"net/http"

	"admin-api/api"
	"admin-api/models"
)

// testWebhook sends a ping.
//
//	@ID          testWebhook
//	@Summary     Send a ping to a webhook
//	@Description Needs the scope admin. Sends one event ping, signed as all are, and answers what became of it. A ping that is
//	@Description not taken is an answer, not an error. The webhook may be switched off.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.WebhookTest
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id}/test [post]
func (s *Server) testWebhook(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	out, err := s.events.TestWebhook(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	status := models.DeliveryFailed
	if out.Delivered {
		status = models.DeliveryDelivered
	}
	return x.json(http.StatusOK, api.WebhookTest{
		Status: status, HTTPStatus: out.Status, Error: out.Error, DurationMs: out.Took.Milliseconds(),
	})
}

// listDeliveries answers what was sent to a webhook.
//
//	@ID          listWebhookDeliveries
//	@Summary     List the deliveries to a webhook
//	@Description Needs the scope admin. Newest first. Deliveries are kept for 30 days.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       status         query  string false "Deliveries with this status" Enums(pending,delivered,failed)
//	@Param       pageSize       query  int    false "Deliveries per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.WebhookDeliveryPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id}/deliveries [get]
func (s *Server) listDeliveries(x *exchange) error {
	f := &filters{query: x.query}
	status := f.oneOf("status", "", models.DeliveryPending, models.DeliveryDelivered, models.DeliveryFailed)
	if f.err != nil {
		return f.err
	}
	q, err := pageQuery(x.query)
	if err != nil {
		return err
	}
	id, err := x.recordID()
	if err != nil {
		return err
	}
	page, err := s.events.Deliveries(x.Request().Context(), x.principal, id, status, q)
	if err != nil {
		return err
	}
	out := api.WebhookDeliveryPage{Items: make([]api.WebhookDelivery, len(page.Items)), NextCursor: page.NextCursor}
	for i := range page.Items {
		out.Items[i] = api.NewWebhookDelivery(&page.Items[i])
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, out)
}

// redeliver has a delivery made again.
//
//	@ID          redeliverWebhookDelivery
//	@Summary     Deliver an event to a webhook again
//	@Description Needs the scope admin. The event goes out once more, with the same id, behind those of its account that are
//	@Description pending. A delivery that is pending already is answered as it is.
//	@Tags        events
//	@Security    BearerAuth
//	@Param       id             path   string true  "Webhook id" Format(uuid)
//	@Param       deliveryId     path   string true  "Delivery id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     202 {object} api.WebhookDelivery
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /webhooks/{id}/deliveries/{deliveryId}/redeliver [post]
func (s *Server) redeliver(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	delivery, err := x.param("deliveryId")
	if err != nil {
		return err
	}
	d, err := s.events.Redeliver(x.Request().Context(), x.principal, id, delivery)
	if err != nil {
		return err
	}
	return x.json(http.StatusAccepted, api.NewWebhookDelivery(d))
}
