package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// ListContactCenters returns a page of the tenants that match f.
func (s *Store) ListContactCenters(
	ctx context.Context, f models.ContactCenterFilter,
) ([]models.ContactCenter, error) {
	db := limited(s.query(ctx), f.Limit).Order("domain")
	if f.After != "" {
		db = db.Where("domain > ?", f.After)
	}
	if f.Suspended != nil {
		db = db.Where("suspended = ?", *f.Suspended)
	}
	var page []models.ContactCenter
	if err := db.Find(&page).Error; err != nil {
		return nil, fmt.Errorf("list contact centers: %w", translate(err))
	}
	return page, nil
}

// LockContactCenters returns those of the tenants that exist, in the order of
// their ids. Within Tx nobody else changes them until the transaction ends.
func (s *Store) LockContactCenters(ctx context.Context, ids ...string) ([]models.ContactCenter, error) {
	db := s.query(ctx).Where("id IN ?", ids).Order("id")
	if s.inTx && s.dialect == Postgres {
		// Not UPDATE, for which every insert of a row with this foreign key would wait.
		db = db.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
	}
	var found []models.ContactCenter
	if err := db.Find(&found).Error; err != nil {
		return nil, fmt.Errorf("lock contact centers: %w", translate(err))
	}
	return found, nil
}

// UpdateContactCenter writes what can change of a tenant over version from. It
// returns models.ErrVersionMismatch where another version is stored, or none, and
// models.ErrExists where the domain is taken.
func (s *Store) UpdateContactCenter(ctx context.Context, c *models.ContactCenter, from int64) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.ContactCenter{}).Where("id = ? AND version = ?", c.ID, from).
			UpdateColumns(map[string]any{
				"domain": c.Domain, "name": c.Name, "features": c.Features, "suspended": c.Suspended,
				"version": c.Version, "updated_at": c.UpdatedAt,
			}))
	})
	if errors.Is(err, models.ErrNotFound) {
		err = models.ErrVersionMismatch
	}
	if err != nil {
		return fmt.Errorf("update contact center %s: %w", c.ID, err)
	}
	return nil
}
