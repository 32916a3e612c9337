package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// CreateContactCenter stores a new tenant; models.ErrExists means that its id or
// domain is taken.
func (s *Store) CreateContactCenter(ctx context.Context, c *models.ContactCenter) error {
	return s.create(ctx, "contact center", c)
}

// ContactCenter returns a tenant by its id, or models.ErrNotFound.
func (s *Store) ContactCenter(ctx context.Context, id string) (*models.ContactCenter, error) {
	c := &models.ContactCenter{}
	return c, s.take(ctx, "contact center", c, "id = ?", id)
}

// ContactCenterByDomain returns a tenant by its domain in lower case, or
// models.ErrNotFound.
func (s *Store) ContactCenterByDomain(ctx context.Context, domain string) (*models.ContactCenter, error) {
	c := &models.ContactCenter{}
	if !storable(domain) {
		return nil, fmt.Errorf("read contact center: %w", models.ErrNotFound)
	}
	return c, s.take(ctx, "contact center", c, "domain = ?", domain)
}

// ContactCenters returns all tenants in the order of their domains.
func (s *Store) ContactCenters(ctx context.Context) ([]models.ContactCenter, error) {
	var all []models.ContactCenter
	if err := s.query(ctx).Order("domain").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list contact centers: %w", translate(err))
	}
	return all, nil
}

// CountContactCenters returns how many tenants there are.
func (s *Store) CountContactCenters(ctx context.Context) (int, error) {
	var n int64
	if err := s.query(ctx).Model(&models.ContactCenter{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count contact centers: %w", translate(err))
	}
	return int(n), nil
}

// OnlyContactCenter returns the one tenant of the database, or models.ErrNotFound
// where there is none or more than one.
func (s *Store) OnlyContactCenter(ctx context.Context) (*models.ContactCenter, error) {
	var some []models.ContactCenter
	if err := s.query(ctx).Limit(2).Find(&some).Error; err != nil {
		return nil, fmt.Errorf("read the only contact center: %w", translate(err))
	}
	if len(some) != 1 {
		return nil, fmt.Errorf("read the only contact center: %w", models.ErrNotFound)
	}
	return &some[0], nil
}

func (s *Store) create(ctx context.Context, what string, row any) error {
	err := s.exec(ctx, func(db *gorm.DB) error { return db.Create(row).Error })
	if err != nil {
		return fmt.Errorf("create %s: %w", what, err)
	}
	return nil
}

func (s *Store) take(ctx context.Context, what string, into any, condition string, args ...any) error {
	err := s.query(ctx).Where(condition, args...).Take(into).Error
	if err != nil {
		return fmt.Errorf("read %s: %w", what, translate(err))
	}
	return nil
}

// LockContactCenter keeps others who call it from going on until the transaction
// ends: who decides by looking at several people, such as whether an
// administrator is left, is alone with that. It is taken before any other lock.
// New rows of the contact center are not kept out. Outside of Tx it only looks.
func (s *Store) LockContactCenter(ctx context.Context, id string) error {
	db := s.query(ctx).Model(&models.ContactCenter{}).Where("id = ?", id)
	// Not UPDATE, for which every insert of a row with this foreign key would wait.
	if err := s.lock(db, "NO KEY UPDATE"); err != nil {
		return fmt.Errorf("lock contact center: %w", err)
	}
	return nil
}

// lock makes sure that a row exists and, within Tx on PostgreSQL, locks it. On
// SQLite the transaction is the only writer.
func (s *Store) lock(db *gorm.DB, strength string) error {
	var ids []string
	if err := s.locking(db, strength).Pluck("id", &ids).Error; err != nil {
		return translate(err)
	}
	if len(ids) == 0 {
		return models.ErrNotFound
	}
	return nil
}

func (s *Store) locking(db *gorm.DB, strength string) *gorm.DB {
	if s.inTx && s.dialect == Postgres {
		return db.Clauses(clause.Locking{Strength: strength})
	}
	return db
}
