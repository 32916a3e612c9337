package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"admin-api/models"
)

// InsertEvent puts an event into the outbox, numbers it and queues it for the
// webhooks that want it, together with the rest of the transaction or not at all.
// It sets Sequence. The counter of the contact center stays locked until the
// transaction ends, so events are numbered in the order of their commits; on
// PostgreSQL it comes last of what a transaction locks.
func (s *Store) InsertEvent(ctx context.Context, e *models.Event) error {
	err := s.Tx(ctx, func(tx *Store) error {
		err := tx.row(ctx, s.queries.nextEvent, []any{e.ContactCenterID}, []any{&e.Sequence})
		if err != nil {
			return err
		}
		// Whether there are webhooks is asked with the number in hand: who made one
		// before that hears of the event.
		heard := false
		err = tx.row(ctx, s.queries.insertEvent, []any{
			e.ContactCenterID, e.Sequence, e.ID, e.Type, e.AccountID, e.AccountType, e.AccountVersion, e.At,
		}, []any{&heard})
		if err != nil || !heard {
			return err
		}
		return tx.queueDeliveries(ctx, e)
	})
	if err != nil {
		return fmt.Errorf("insert event of account %s: %w", e.AccountID, translate(err))
	}
	return nil
}

// queueDeliveries queues an event for the webhooks of its contact center.
func (s *Store) queueDeliveries(ctx context.Context, e *models.Event) error {
	var hooks []models.Webhook
	err := s.write.WithContext(ctx).Select("id, event_types").
		Where("contact_center_id = ? AND enabled = ?", e.ContactCenterID, true).Order("id").Find(&hooks).Error
	if err != nil {
		return err
	}
	hooks = slices.DeleteFunc(hooks, func(h models.Webhook) bool {
		return len(h.EventTypes) > 0 && !slices.Contains(h.EventTypes, e.Type)
	})
	if len(hooks) == 0 {
		return nil
	}
	ids := make([]string, len(hooks))
	for i, h := range hooks {
		ids[i] = h.ID
	}
	waiting, err := s.waiting(ctx, e, ids)
	if err != nil {
		return err
	}
	deliveries := make([]models.WebhookDelivery, len(ids))
	for i, id := range ids {
		deliveries[i] = newDelivery(e, id, slices.Contains(waiting, id))
	}
	return s.write.WithContext(ctx).Create(&deliveries).Error
}

// waiting returns those of the webhooks to which a delivery of the event's account is
// still to be made.
func (s *Store) waiting(ctx context.Context, e *models.Event, webhooks []string) (ids []string, err error) {
	table := "webhook_deliveries"
	if s.dialect == SQLite {
		table += " INDEXED BY webhook_deliveries_account" // it would rather read all that a webhook ever got
	}
	err = s.write.WithContext(ctx).Table(table).Distinct("webhook_id").
		Where("contact_center_id = ? AND webhook_id IN ?", e.ContactCenterID, webhooks).
		Where("account_id = ? AND status = 'pending'", e.AccountID).Find(&ids).Error
	return ids, err
}

// newDelivery brings an event to a webhook, at once or behind those that wait.
func newDelivery(e *models.Event, webhook string, waits bool) models.WebhookDelivery {
	d := models.WebhookDelivery{
		ContactCenterID: e.ContactCenterID, WebhookID: webhook, ID: models.NewID(e.At.Time), EventSequence: e.Sequence,
		EventID: e.ID, EventType: e.Type, EventAt: e.At, AccountID: e.AccountID, AccountType: e.AccountType,
		AccountVersion: e.AccountVersion, Status: models.DeliveryPending, CreatedAt: e.At,
		GiveUpAt: models.NewTime(e.At.Add(models.DeliveryWindow)),
	}
	if !waits {
		d.NextAttemptAt = e.At
	}
	return d
}

// EventHead returns the sequence of the last event of a contact center; 0 before
// the first one.
func (s *Store) EventHead(ctx context.Context, contactCenter string) (int64, error) {
	var sequence int64
	err := s.row(ctx, s.queries.eventHead, []any{contactCenter}, []any{&sequence})
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return 0, fmt.Errorf("read event head: %w", err)
	}
	return sequence, nil
}

// EventsAfter returns the events that the filter selects, oldest first.
func (s *Store) EventsAfter(ctx context.Context, f models.EventFilter) ([]models.Event, error) {
	if !storable(f.AccountID) {
		return nil, nil
	}
	db := s.query(ctx).Where("contact_center_id = ? AND sequence > ?", f.ContactCenterID, f.After)
	if len(f.Types) > 0 {
		db = db.Where("type IN ?", f.Types)
	}
	if f.AccountID != "" {
		db = db.Where("account_id = ?", f.AccountID)
	}
	var events []models.Event
	if err := limited(db, f.Limit).Order("sequence").Find(&events).Error; err != nil {
		return nil, fmt.Errorf("list events: %w", translate(err))
	}
	return events, nil
}

// DeleteEvents removes at most limit events from before the given time, oldest
// first, and returns how many.
func (s *Store) DeleteEvents(ctx context.Context, before models.Time, limit int) (int, error) {
	return s.deleteSome(ctx, "events", `DELETE FROM events WHERE (contact_center_id, sequence) IN (
		SELECT contact_center_id, sequence FROM events WHERE at < ? ORDER BY at LIMIT ?)`, before, limit)
}

// lockEvents keeps events of the contact center from being numbered until the
// transaction ends.
func (s *Store) lockEvents(ctx context.Context, contactCenter string) error {
	if s.dialect == SQLite {
		return nil // one transaction at a time
	}
	var head []models.EventHead
	return s.write.WithContext(ctx).Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("contact_center_id = ?", contactCenter).Find(&head).Error
}
