package events

import (
	"context"
	"errors"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
)

// EventPing is the type of what TestWebhook sends.
const EventPing = "ping"

// DeliveryPage is a page of deliveries, newest first.
type DeliveryPage struct {
	Items      []models.WebhookDelivery
	NextCursor string
}

// Deliveries lists the deliveries to a webhook, of one status or all.
func (s *Service) Deliveries(
	ctx context.Context, p *access.Principal, id, status string, q paging.Query,
) (*DeliveryPage, error) {
	if _, err := s.Webhook(ctx, p, id); err != nil {
		return nil, err
	}
	bound := paging.Bind("deliveries", p.ContactCenter.ID, id, status)
	page, err := paging.Start(s.Keys, q, bound)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Deliveries(ctx, models.DeliveryFilter{
		ContactCenterID: p.ContactCenter.ID, WebhookID: id, Status: status, Page: page,
	})
	if err != nil {
		return nil, err
	}
	rows, next := paging.Cut(s.Keys, rows, page, bound, func(d *models.WebhookDelivery) string { return d.ID })
	return &DeliveryPage{Items: rows, NextCursor: next}, nil
}

// Redeliver has a delivery that has ended made again, for another day at most. One
// that has not ended is answered as it is. It returns models.ErrNotFound where
// there is no such webhook or delivery.
func (s *Service) Redeliver(
	ctx context.Context, p *access.Principal, id, delivery string,
) (*models.WebhookDelivery, error) {
	if _, err := s.Webhook(ctx, p, id); err != nil {
		return nil, err
	}
	if !models.ValidID(delivery) {
		return nil, models.ErrNotFound
	}
	var d *models.WebhookDelivery
	changes := []models.FieldChange{{Pointer: "/deliveries/" + delivery, New: models.JSON(`"pending"`)}}
	err := s.change(ctx, p, "webhook.redeliver", id, changes, func(tx *store.Store) (err error) {
		now := s.now()
		until := models.NewTime(now.Add(models.DeliveryWindow))
		d, err = tx.RepeatDelivery(ctx, p.ContactCenter.ID, id, delivery, models.NewTime(now), until)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Outcome is how an attempt to deliver went.
type Outcome struct {
	Delivered bool
	// Status is the HTTP status of the answer; 0 without one.
	Status int
	// Error is a word for what went wrong.
	Error string
	Took  time.Duration
}

// TestWebhook sends a ping and returns what became of it. The webhook may be
// switched off.
func (s *Service) TestWebhook(ctx context.Context, p *access.Principal, id string) (*Outcome, error) {
	w, err := s.Webhook(ctx, p, id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	ping := &models.Event{ID: models.NewID(now), Type: EventPing, At: models.NewTime(now)}
	out, err := s.send(ctx, w, ping)
	if errors.Is(err, errUnreadable) {
		return &Outcome{Error: wordUnreadable}, nil
	}
	return out, err
}
