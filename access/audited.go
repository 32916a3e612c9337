package access

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"admin-api/models"
	"admin-api/store"
)

// target is what an audit record is about.
type target struct {
	contactCenter string // whose chain has the record
	kind, id      string
}

// auditEvent is the record of what the actor does to the target.
func auditEvent(actor *Principal, operation string, at target) *models.AuditEvent {
	event := actor.Event(operation, at.kind, at.id)
	event.ContactCenterID = at.contactCenter
	return event
}

// recordChange appends what was changed to the chain of the target's contact center.
func (s *Service) recordChange(
	ctx context.Context, tx *store.Store, actor *Principal, operation string, at target, detail string,
	changes []models.FieldChange,
) error {
	event, err := changeEvent(actor, operation, at, detail, changes)
	if err != nil {
		return err
	}
	return s.Audit.Append(ctx, tx, event)
}

// changeEvent is the record of what was changed.
func changeEvent(
	actor *Principal, operation string, at target, detail string, changes []models.FieldChange,
) (*models.AuditEvent, error) {
	event := auditEvent(actor, operation, at)
	event.Detail = detail
	if len(changes) > 0 {
		text, err := json.Marshal(changes)
		if err != nil {
			return nil, fmt.Errorf("encode changes: %w", err)
		}
		event.Changes = text
	}
	return event, nil
}

// recordRefusal puts a refusal on record, in a transaction of its own.
func (s *Service) recordRefusal(ctx context.Context, actor *Principal, operation string, at target, why string) {
	s.Audit.Refuse(ctx, auditEvent(actor, operation, at), why)
}

// present returns the members of a state that have a value.
func present(state map[string]any) map[string]any {
	maps.DeleteFunc(state, func(_ string, v any) bool { return v == nil })
	return state
}
