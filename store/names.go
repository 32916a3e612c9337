package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// FreeName takes the name's place in the index of names from an account, so that
// another account of the same transaction can have it. The account keeps its
// version and must be written with UpdateAccount before the transaction ends.
// Without the account it returns models.ErrNotFound.
func (s *Store) FreeName(ctx context.Context, contactCenter, id string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		// No name begins so: names hold no control characters.
		return affected(db.Model(&models.Account{}).
			Where("contact_center_id = ? AND id = ?", contactCenter, id).
			UpdateColumn("name_key", "\x7f"+id))
	})
	if err != nil {
		return fmt.Errorf("free the name of account %s: %w", id, err)
	}
	return nil
}
