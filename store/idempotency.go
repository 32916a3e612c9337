package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// Idempotency returns the record of a request that succeeded, expired or not, or
// models.ErrNotFound.
func (s *Store) Idempotency(
	ctx context.Context, contactCenter, principal, key string,
) (*models.IdempotencyRecord, error) {
	r := &models.IdempotencyRecord{}
	err := s.query(ctx).
		Where("contact_center_id = ? AND principal = ? AND idempotency_key = ?", contactCenter, principal, key).
		Take(r).Error
	if err != nil {
		return nil, fmt.Errorf("read idempotency record: %w", translate(err))
	}
	return r, nil
}

// InsertIdempotency stores a record. One under the same key that expired at now or
// before gives way; otherwise models.ErrExists means that the principal has used
// the key already.
func (s *Store) InsertIdempotency(ctx context.Context, r *models.IdempotencyRecord, now models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		res := db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "contact_center_id"}, {Name: "principal"}, {Name: "idempotency_key"}},
			Where:     clause.Where{Exprs: []clause.Expression{gorm.Expr("idempotency_records.expires_at <= ?", now)}},
			UpdateAll: true,
		}).Create(r)
		if res.Error == nil && res.RowsAffected == 0 {
			return models.ErrExists
		}
		return res.Error
	})
	if err != nil {
		return fmt.Errorf("insert idempotency record: %w", err)
	}
	return nil
}

// DeleteExpiredIdempotency removes at most limit records that expired at now or
// before, oldest first. On PostgreSQL it leaves those that another transaction is
// removing, rather than wait for it.
func (s *Store) DeleteExpiredIdempotency(ctx context.Context, now models.Time, limit int) error {
	skip := ""
	if s.dialect == Postgres {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Exec(`DELETE FROM idempotency_records WHERE (contact_center_id, principal, idempotency_key) IN (
			SELECT contact_center_id, principal, idempotency_key FROM idempotency_records
			WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`+skip+`)`, now, limit).Error
	})
	if err != nil {
		return fmt.Errorf("delete expired idempotency records: %w", err)
	}
	return nil
}
