package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
)

// change runs do in one transaction with its audit record. The record comes first:
// who changes an account locks the end of the chain before it looks for webhooks.
func (s *Service) change(
	ctx context.Context, p *access.Principal, op, id string, changes []models.FieldChange, do func(tx *store.Store) error,
) error {
	e := auditEvent(p, op, id)
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

func auditEvent(p *access.Principal, op, id string) *models.AuditEvent {
	return &models.AuditEvent{
		ContactCenterID: p.ContactCenter.ID, Actor: p.ID, ActorName: p.Name, Address: p.Address, RequestID: p.RequestID,
		Operation: op, TargetType: "webhook", TargetID: id,
	}
}

// refused records a refusal that deserves a trace. It stands even where that fails.
func (s *Service) refused(ctx context.Context, p *access.Principal, op, id, detail string) {
	e := auditEvent(p, op, id)
	e.Outcome, e.Detail = models.OutcomeRefused, detail
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.Audit.Record(bounded, e); err != nil && s.Logger != nil {
		s.Logger.ErrorContext(ctx, "refusal not recorded", "operation", op, "error", err)
	}
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
