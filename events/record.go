package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
)

// targetWebhook is what audit records call a webhook.
const targetWebhook = "webhook"

// change runs do in one transaction with its audit record. The record comes first:
// who changes an account locks the end of the chain before it looks for webhooks.
func (s *Service) change(
	ctx context.Context, p *access.Principal, op, id string, changes []models.FieldChange, do func(tx *store.Store) error,
) error {
	e := p.Event(op, targetWebhook, id)
	if len(changes) > 0 {
		text, err := json.Marshal(changes)
		if err != nil {
			return fmt.Errorf("encode changes: %w", err)
		}
		e.Changes = text
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := s.Audit.Append(ctx, tx, e); err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return nil
}

// refused records a refusal that deserves a trace. It stands even where that fails.
func (s *Service) refused(ctx context.Context, p *access.Principal, op, id, detail string) {
	s.Audit.Refuse(ctx, p.Event(op, targetWebhook, id), detail)
}

// differences lists the members that differ, with the values that they have where
// there is a webhook.
func differences(old, now *models.Webhook) []models.FieldChange {
	var changes []models.FieldChange
	before, after := shown(old), shown(now)
	for i := range before {
		if bytes.Equal(before[i].New, after[i].New) {
			continue
		}
		changes = append(changes, models.FieldChange{Pointer: before[i].Pointer, Old: before[i].New, New: after[i].New})
	}
	return changes
}

// shown lists the members of a webhook that people set; all are empty where there
// is no webhook.
func shown(w *models.Webhook) []models.FieldChange {
	member := func(pointer string, value any) models.FieldChange {
		text, err := json.Marshal(value)
		if err != nil || w.ID == "" {
			text = nil
		}
		return models.FieldChange{Pointer: pointer, New: text}
	}
	return []models.FieldChange{
		member("/url", w.URL), member("/description", w.Description), member("/eventTypes", w.EventTypes),
		member("/enabled", w.Enabled),
	}
}
