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

// CreateToken stores a token; models.ErrExists means that its hash or id is known.
func (s *Store) CreateToken(ctx context.Context, t *models.Token) error {
	return s.create(ctx, "token", t)
}

// Tokens returns the tokens of a contact center, oldest first, expired and
// revoked ones included.
func (s *Store) Tokens(ctx context.Context, contactCenter string) ([]models.Token, error) {
	var all []models.Token
	err := s.query(ctx).Where("contact_center_id = ?", contactCenter).Order("id").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", translate(err))
	}
	return all, nil
}

// TokenByHash returns the token with the hash and its contact center, in one
// statement, or models.ErrNotFound. Whether it has expired, is revoked or belongs
// to a suspended contact center is for the caller to judge.
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (models.Token, models.ContactCenter, error) {
	var t models.Token
	var c models.ContactCenter
	err := s.row(ctx, s.queries.tokenByHash, []any{hash}, []any{
		&t.ContactCenterID, &t.ID, &t.Name, &t.Scopes, &t.CreatedAt, &t.CreatedBy,
		&t.ExpiresAt, &t.RevokedAt, &t.LastUsedAt,
		&c.Domain, &c.Name, &c.Features, &c.Suspended, &c.CreatedAt,
	})
	if err != nil {
		return models.Token{}, models.ContactCenter{}, fmt.Errorf("read token: %w", err)
	}
	t.Hash, c.ID = hash, t.ContactCenterID
	return t, c, nil
}

// TokenByID returns the token of whatever contact center, or models.ErrNotFound.
// It is for what is rarely asked: no index leads there.
func (s *Store) TokenByID(ctx context.Context, id string) (models.Token, error) {
	var t models.Token
	if err := s.query(ctx).Where("id = ?", id).Take(&t).Error; err != nil {
		return models.Token{}, fmt.Errorf("read token %s: %w", id, translate(err))
	}
	return t, nil
}

// TouchToken notes when a token was last used; an earlier time changes nothing.
func (s *Store) TouchToken(ctx context.Context, contactCenter, id string, at models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.Token{}).Where("contact_center_id = ? AND id = ?", contactCenter, id).
			Where("last_used_at IS NULL OR last_used_at < ?", at).UpdateColumn("last_used_at", at).Error
	})
	if err != nil {
		return fmt.Errorf("touch token %s: %w", id, err)
	}
	return nil
}

// RevokeToken marks a token as revoked; the first time stays. It returns
// models.ErrNotFound for a token that does not exist.
func (s *Store) RevokeToken(ctx context.Context, contactCenter, id string, at models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.Token{}).Where("contact_center_id = ? AND id = ?", contactCenter, id).
			UpdateColumn("revoked_at", gorm.Expr("coalesce(revoked_at, ?)", at)))
	})
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	return nil
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
