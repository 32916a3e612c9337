package store

import (
	"context"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"admin-api/models"
)

// InsertVersion stores what an account looks like at one version. It returns
// models.ErrExists for a version that is stored and models.ErrNotFound without
// the account.
func (s *Store) InsertVersion(ctx context.Context, v *models.AccountVersion) error {
	err := s.exec(ctx, func(db *gorm.DB) error { return db.Create(v).Error })
	if err != nil {
		return fmt.Errorf("insert version %d of account %s: %w", v.Version, v.AccountID, err)
	}
	return nil
}

// Version returns one version of an account, or models.ErrNotFound.
func (s *Store) Version(ctx context.Context, contactCenter, account string, n int64) (*models.AccountVersion, error) {
	v := &models.AccountVersion{}
	err := s.query(ctx).Where("contact_center_id = ? AND account_id = ? AND version = ?", contactCenter, account, n).
		Take(v).Error
	if err != nil {
		return nil, fmt.Errorf("read version %d of account %s: %w", n, account, translate(err))
	}
	return v, nil
}

// Versions returns a page of the versions of an account, newest first. A
// position that is no number is models.ErrBadRequest.
func (s *Store) Versions(
	ctx context.Context, contactCenter, account string, page models.Page,
) ([]models.AccountVersion, error) {
	db := s.query(ctx).Where("contact_center_id = ? AND account_id = ?", contactCenter, account)
	if page.Before != "" {
		before, err := strconv.ParseInt(page.Before, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("list versions of account %s: %w", account, models.ErrBadRequest)
		}
		db = db.Where("version < ?", before)
	}
	var versions []models.AccountVersion
	if err := limited(db, page.Limit).Order("version DESC").Find(&versions).Error; err != nil {
		return nil, fmt.Errorf("list versions of account %s: %w", account, translate(err))
	}
	return versions, nil
}

// limited bounds the number of rows; 0 means all.
func limited(db *gorm.DB, limit int) *gorm.DB {
	if limit <= 0 {
		return db
	}
	return db.Limit(limit)
}
