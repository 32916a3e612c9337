package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

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

// CreateTeam stores a team; models.ErrExists means that its name is taken.
func (s *Store) CreateTeam(ctx context.Context, t *models.Team) error {
	return s.create(ctx, "team", t)
}

// Team returns a team, or models.ErrNotFound.
func (s *Store) Team(ctx context.Context, contactCenter, id string) (*models.Team, error) {
	t := &models.Team{}
	return t, s.take(ctx, "team", t, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// Teams returns the teams of a contact center in the order of their names.
func (s *Store) Teams(ctx context.Context, contactCenter string) ([]models.Team, error) {
	var all []models.Team
	err := s.query(ctx).Where("contact_center_id = ?", contactCenter).Order("name_key").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", translate(err))
	}
	return all, nil
}

// CreateUser stores a user; models.ErrExists means that the user name is taken.
func (s *Store) CreateUser(ctx context.Context, u *models.User) error {
	return s.create(ctx, "user", u)
}

// User returns a user, or models.ErrNotFound.
func (s *Store) User(ctx context.Context, contactCenter, id string) (*models.User, error) {
	u := &models.User{}
	return u, s.take(ctx, "user", u, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// UserByName returns the user whose UsernameKey is key, or models.ErrNotFound.
func (s *Store) UserByName(ctx context.Context, contactCenter, key string) (*models.User, error) {
	u := &models.User{}
	if !storable(key) {
		return nil, fmt.Errorf("read user: %w", models.ErrNotFound)
	}
	return u, s.take(ctx, "user", u, "contact_center_id = ? AND username_key = ?", contactCenter, key)
}

// Users returns the users of a contact center in the order of their names.
func (s *Store) Users(ctx context.Context, contactCenter string) ([]models.User, error) {
	var all []models.User
	err := s.query(ctx).Where("contact_center_id = ?", contactCenter).Order("username_key").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list users: %w", translate(err))
	}
	return all, nil
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
