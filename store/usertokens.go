package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// RevokeTokensOf makes the tokens of a kind that belong to a user worthless; those
// that were revoked before keep their time.
func (s *Store) RevokeTokensOf(ctx context.Context, contactCenter, userID, kind string, at models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.Token{}).
			Where("contact_center_id = ? AND user_id = ? AND kind = ? AND revoked_at IS NULL", contactCenter, userID, kind).
			UpdateColumn("revoked_at", at).Error
	})
	if err != nil {
		return fmt.Errorf("revoke tokens of user %s: %w", userID, err)
	}
	return nil
}
