package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// AuditCheckpoints returns where the pruned chains begin, by contact center.
func (s *Store) AuditCheckpoints(ctx context.Context) (map[string]models.AuditCheckpoint, error) {
	var rows []models.AuditCheckpoint
	if err := s.query(ctx).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read audit checkpoints: %w", translate(err))
	}
	byID := map[string]models.AuditCheckpoint{}
	for _, row := range rows {
		byID[row.ContactCenterID] = row
	}
	return byID, nil
}

// AuditEvent returns one event, or models.ErrNotFound.
func (s *Store) AuditEvent(ctx context.Context, contactCenter string, sequence int64) (*models.AuditEvent, error) {
	var e models.AuditEvent
	err := s.query(ctx).Where("contact_center_id = ? AND sequence = ?", contactCenter, sequence).Take(&e).Error
	if err != nil {
		return nil, fmt.Errorf("read audit event: %w", translate(err))
	}
	return &e, nil
}

// AuditSince returns the sequence of the first event of a chain that is not older
// than at, or 0 where there is none.
func (s *Store) AuditSince(ctx context.Context, contactCenter string, at models.Time) (int64, error) {
	var e models.AuditEvent
	err := s.query(ctx).Select("sequence").Where("contact_center_id = ? AND at >= ?", contactCenter, at).
		Order("sequence").Take(&e).Error
	if err = translate(err); errors.Is(err, models.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read audit event: %w", err)
	}
	return e.Sequence, nil
}

// PruneAudit moves the beginning of a chain forward to the checkpoint and deletes
// the events up to it. A checkpoint that lies behind the present one is left.
func (s *Store) PruneAudit(ctx context.Context, c *models.AuditCheckpoint) error {
	err := s.Tx(ctx, func(tx *Store) error {
		res := tx.write.WithContext(ctx).Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "contact_center_id"}},
			Where: clause.Where{Exprs: []clause.Expression{
				gorm.Expr("audit_checkpoints.sequence < excluded.sequence"),
			}},
			DoUpdates: clause.AssignmentColumns([]string{"sequence", "head_mac", "at", "mac"}),
		}).Create(c)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		return tx.write.WithContext(ctx).Where("contact_center_id = ? AND sequence <= ?", c.ContactCenterID, c.Sequence).
			Delete(&models.AuditEvent{}).Error
	})
	if err != nil {
		return fmt.Errorf("prune audit events: %w", translate(err))
	}
	return nil
}
