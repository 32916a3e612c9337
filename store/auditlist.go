package store

import (
	"context"
	"fmt"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// AuditEvents returns a page of the audit events that match f, newest first. A
// position that is no number is models.ErrBadRequest.
func (s *Store) AuditEvents(ctx context.Context, f models.AuditFilter) ([]models.AuditEvent, error) {
	if !auditStorable(&f) {
		return nil, nil
	}
	db := limited(s.auditQuery(s.query(ctx), &f), f.Page.Limit).Order("sequence DESC")
	if f.Page.Before != "" {
		before, err := strconv.ParseInt(f.Page.Before, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list audit events: %w", models.ErrBadRequest)
		}
		db = db.Where("sequence < ?", before)
	}
	var events []models.AuditEvent
	if err := db.Find(&events).Error; err != nil {
		return nil, fmt.Errorf("list audit events: %w", translate(err))
	}
	return events, nil
}

// WalkAuditEvents calls fn with each audit event that matches f, oldest first,
// from the sequence after to the sequence last, and stops at its first error,
// which it returns. It reads in batches and looks at no page of f.
func (s *Store) WalkAuditEvents(
	ctx context.Context, f models.AuditFilter, after, last int64, fn func(e *models.AuditEvent) error,
) error {
	if !auditStorable(&f) {
		return nil
	}
	for {
		var events []models.AuditEvent
		err := s.auditQuery(s.query(ctx), &f).Where("sequence > ? AND sequence <= ?", after, last).
			Order("sequence").Limit(auditBatch).Find(&events).Error
		if err != nil {
			return fmt.Errorf("read audit events: %w", translate(err))
		}
		for i := range events {
			if err := fn(&events[i]); err != nil {
				return err
			}
			after = events[i].Sequence
		}
		if len(events) < auditBatch {
			return nil
		}
	}
}

// auditStorable reports whether a stored text can equal those of f.
func auditStorable(f *models.AuditFilter) bool {
	for _, text := range []string{f.Actor, f.Operation, f.TargetType, f.TargetID, f.Outcome} {
		if !storable(text) {
			return false
		}
	}
	return true
}

func (s *Store) auditQuery(db *gorm.DB, f *models.AuditFilter) *gorm.DB {
	if f.TargetID != "" && s.dialect == SQLite {
		db = db.Table("audit_events INDEXED BY audit_events_target") // it would rather read the whole chain
	}
	db = db.Where("contact_center_id = ?", f.ContactCenterID)
	if !f.From.IsZero() {
		db = db.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		db = db.Where("at < ?", f.To)
	}
	for _, c := range []struct{ column, value string }{
		{"actor", f.Actor},
		{"operation", f.Operation},
		{"target_type", f.TargetType},
		{"target_id", f.TargetID},
		{"outcome", f.Outcome},
	} {
		if c.value != "" {
			db = db.Where(clause.Eq{Column: clause.Column{Name: c.column}, Value: c.value})
		}
	}
	return db
}
