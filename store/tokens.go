package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

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
		&t.ExpiresAt, &t.RevokedAt, &t.LastUsedAt, &t.Kind, &t.UserID,
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

// Token returns a token of a contact center, of whatever kind, or
// models.ErrNotFound. Within Tx it is locked until the transaction ends.
func (s *Store) Token(ctx context.Context, contactCenter, id string) (models.Token, error) {
	var t models.Token
	if !storable(id) {
		return models.Token{}, fmt.Errorf("read token: %w", models.ErrNotFound)
	}
	db := s.query(ctx).Where("contact_center_id = ? AND id = ?", contactCenter, id)
	if s.inTx && s.dialect == Postgres {
		db = db.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	if err := db.Take(&t).Error; err != nil {
		return models.Token{}, fmt.Errorf("read token: %w", translate(err))
	}
	return t, nil
}

// ListTokens returns a page of the tokens that match f, newest first.
func (s *Store) ListTokens(ctx context.Context, f models.TokenFilter) ([]models.Token, error) {
	if !storable(f.CreatedBy) {
		return nil, nil
	}
	db := s.query(ctx).Where("contact_center_id = ? AND kind = ?", f.ContactCenterID, f.Kind)
	switch f.State {
	case models.TokenActive:
		db = db.Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", f.At)
	case models.TokenExpired:
		db = db.Where("revoked_at IS NULL AND expires_at <= ?", f.At)
	case models.TokenRevoked:
		db = db.Where("revoked_at IS NOT NULL")
	}
	if f.CreatedBy != "" {
		db = db.Where("created_by = ?", f.CreatedBy)
	}
	if f.Page.Before != "" {
		db = db.Where("id < ?", f.Page.Before)
	}
	var page []models.Token
	if err := limited(db, f.Page.Limit).Order("id DESC").Find(&page).Error; err != nil {
		return nil, fmt.Errorf("list tokens: %w", translate(err))
	}
	return page, nil
}

// RenameToken gives a token another name, or returns models.ErrNotFound.
func (s *Store) RenameToken(ctx context.Context, contactCenter, id, name string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.Token{}).Where("contact_center_id = ? AND id = ?", contactCenter, id).
			UpdateColumn("name", name))
	})
	if err != nil {
		return fmt.Errorf("rename token %s: %w", id, err)
	}
	return nil
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
