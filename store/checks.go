package store

import (
	"context"
	"fmt"

	"admin-api/models"
)

// keptChecks is how many checks of an account are kept.
const keptChecks = 100

// InsertCheck records the result of a probe and drops all but the newest hundred
// of the account. Without the account it returns models.ErrNotFound.
func (s *Store) InsertCheck(ctx context.Context, c *models.Check) error {
	err := s.Tx(ctx, func(tx *Store) error {
		if err := tx.write.WithContext(ctx).Create(c).Error; err != nil {
			return err
		}
		return tx.write.WithContext(ctx).Exec(`DELETE FROM checks
			WHERE contact_center_id = ? AND account_id = ? AND id <= (
				SELECT id FROM checks WHERE contact_center_id = ? AND account_id = ?
				ORDER BY id DESC LIMIT 1 OFFSET ?)`,
			c.ContactCenterID, c.AccountID, c.ContactCenterID, c.AccountID, keptChecks).Error
	})
	if err != nil {
		return fmt.Errorf("insert check of account %s: %w", c.AccountID, translate(err))
	}
	return nil
}

// Checks returns a page of the checks of an account, newest first.
func (s *Store) Checks(ctx context.Context, contactCenter, account string, page models.Page) ([]models.Check, error) {
	db := s.query(ctx).Where("contact_center_id = ? AND account_id = ?", contactCenter, account)
	if page.Before != "" {
		db = db.Where("id < ?", page.Before)
	}
	var checks []models.Check
	if err := limited(db, page.Limit).Order("id DESC").Find(&checks).Error; err != nil {
		return nil, fmt.Errorf("list checks of account %s: %w", account, translate(err))
	}
	return checks, nil
}
