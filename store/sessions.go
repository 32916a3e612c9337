package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// DeleteSessions ends the sessions of a user but for the one with the id exceptID,
// which may be empty. None is fine.
func (s *Store) DeleteSessions(ctx context.Context, contactCenter, userID, exceptID string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Where("contact_center_id = ? AND user_id = ? AND id <> ?", contactCenter, userID, exceptID).
			Delete(&models.Session{}).Error
	})
	if err != nil {
		return fmt.Errorf("end sessions of user %s: %w", userID, err)
	}
	return nil
}
