package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// UserByID returns the user of whatever contact center, or models.ErrNotFound. It
// is for what is rarely asked: no index leads there.
func (s *Store) UserByID(ctx context.Context, id string) (*models.User, error) {
	u := &models.User{}
	return u, s.take(ctx, "user", u, "id = ?", id)
}

// SignedIn notes that u signed in, and replaces its password hash by a fresh one
// of the same password. It returns models.ErrNotFound where the user was disabled,
// removed, or given another password since u was read.
func (s *Store) SignedIn(ctx context.Context, u *models.User, fresh string, at models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.User{}).
			Where("contact_center_id = ? AND id = ?", u.ContactCenterID, u.ID).
			Where("password_hash = ? AND disabled = ?", u.PasswordHash, false).
			UpdateColumns(map[string]any{"last_sign_in_at": at, "password_hash": fresh}))
	})
	if err != nil {
		return fmt.Errorf("sign in user %s: %w", u.ID, err)
	}
	return nil
}

// SetPassword stores the password hash of u and what goes with it:
// ChangePassword, PasswordChangedAt, UpdatedAt and UpdatedBy; the version counts
// up. With an old hash it does so only where the user still has it, and returns
// models.ErrNotFound otherwise.
func (s *Store) SetPassword(ctx context.Context, u *models.User, old string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		db = db.Model(&models.User{}).Where("contact_center_id = ? AND id = ?", u.ContactCenterID, u.ID)
		if old != "" {
			db = db.Where("password_hash = ?", old)
		}
		return affected(db.UpdateColumns(map[string]any{
			"password_hash": u.PasswordHash, "change_password": u.ChangePassword,
			"password_changed_at": u.PasswordChangedAt, "updated_at": u.UpdatedAt, "updated_by": u.UpdatedBy,
			"version": gorm.Expr("version + 1"),
		}))
	})
	if err != nil {
		return fmt.Errorf("set password of user %s: %w", u.ID, err)
	}
	return nil
}
