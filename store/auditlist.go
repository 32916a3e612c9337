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
	db, err := s.auditPage(s.query(ctx), &f)
	if err != nil {
		return nil, err
	}
	var events []models.AuditEvent
	if err := db.Find(&events).Error; err != nil {
		return nil, fmt.Errorf("list audit events: %w", translate(err))
	}
	return events, nil
}

func (s *Store) auditPage(db *gorm.DB, f *models.AuditFilter) (*gorm.DB, error) {
	db = limited(s.auditQuery(db, f), f.Page.Limit).Order("sequence DESC")
	if f.Page.Before == "" {
		return db, nil
	}
	before, err := strconv.ParseInt(f.Page.Before, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("list audit events: %w", models.ErrBadRequest)
	}
	return db.Where("sequence < ?", before), nil
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
		err := s.auditRange(s.query(ctx), &f, after, last).Find(&events).Error
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

func (s *Store) auditRange(db *gorm.DB, f *models.AuditFilter, after, last int64) *gorm.DB {
	return s.auditQuery(db, f).Where("sequence > ? AND sequence <= ?", after, last).Order("sequence").Limit(auditBatch)
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
	if index := auditIndex(f); index != "" && s.dialect == SQLite {
		db = db.Table("audit_events INDEXED BY " + index) // it would rather read the whole chain
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
	} {
		if c.value != "" {
			db = db.Where(clause.Eq{Column: clause.Column{Name: c.column}, Value: c.value})
		}
	}
	switch f.Outcome {
	case "":
	case models.OutcomeRefused:
		db = db.Where("outcome = 'refused'") // as the index has it
	default:
		db = db.Where("outcome = ?", f.Outcome)
	}
	return db
}

// auditIndex is the index that leaves least to read, as far as that can be told: few
// records are about one target, and most by what machines do all day. Nearly all are
// successes, so there is no index of these. Times have none: records are read in the
// order in which they were made, in which clocks of several replicas need not go.
func auditIndex(f *models.AuditFilter) string {
	switch {
	case f.TargetID != "":
		return "audit_events_target"
	case f.Outcome == models.OutcomeRefused:
		return "audit_events_refused"
	case f.Actor != "":
		return "audit_events_actor"
	case f.Operation != "":
		return "audit_events_operation"
	case f.TargetType != "":
		return "audit_events_type"
	}
	return ""
}
