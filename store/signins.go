package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// LockSignInAttempts returns the rows of a name for the addresses, made where
// they are missing, in the order of the addresses, and keeps others from them
// until the transaction ends. The addresses must be in their order. It is for Tx.
func (s *Store) LockSignInAttempts(
	ctx context.Context, contactCenter, nameKey string, addresses []string, now models.Time,
) ([]models.SignInAttempts, error) {
	rows := make([]models.SignInAttempts, len(addresses))
	for i, address := range addresses {
		rows[i] = models.SignInAttempts{ContactCenterID: contactCenter, NameKey: nameKey, Address: address, LastAt: now}
	}
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("count sign-ins: %w", err)
	}
	db := s.query(ctx).Where("contact_center_id = ? AND name_key = ? AND address IN ?", contactCenter, nameKey, addresses)
	if s.inTx && s.dialect == Postgres {
		db = db.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	rows = nil
	if err := db.Order("address").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("count sign-ins: %w", translate(err))
	}
	if len(rows) != len(addresses) { // removed in between; the next attempt finds them again
		return nil, fmt.Errorf("count sign-ins: %w", models.ErrUnavailable)
	}
	return rows, nil
}

// SaveSignInAttempts writes rows that LockSignInAttempts returned in the same
// transaction.
func (s *Store) SaveSignInAttempts(ctx context.Context, rows ...models.SignInAttempts) error {
	for i := range rows {
		r := &rows[i]
		err := s.exec(ctx, func(db *gorm.DB) error {
			return db.Model(r).Select("*").UpdateColumns(r).Error
		})
		if err != nil {
			return fmt.Errorf("count sign-ins: %w", err)
		}
	}
	return nil
}

// NoteFailedSignIn counts a failure that is to go on the audit record.
func (s *Store) NoteFailedSignIn(ctx context.Context, contactCenter, nameKey, address string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.SignInAttempts{}).
			Where("contact_center_id = ? AND name_key = ? AND address = ?", contactCenter, nameKey, address).
			UpdateColumn("failed", gorm.Expr("failed + 1")).Error
	})
	if err != nil {
		return fmt.Errorf("count failed sign-in: %w", err)
	}
	return nil
}

// UnrecordedSignIns returns at most limit rows of users whose failures are not on
// the audit record yet, the oldest first.
func (s *Store) UnrecordedSignIns(ctx context.Context, limit int) ([]models.SignInAttempts, error) {
	var rows []models.SignInAttempts
	err := s.query(ctx).Where("user_id <> '' AND failed + blocked > 0").Order("last_at").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list failed sign-ins: %w", translate(err))
	}
	return rows, nil
}

// TakeUnrecorded takes the failures that the row tells from what is to be
// recorded, and reports false where somebody else did.
func (s *Store) TakeUnrecorded(ctx context.Context, r *models.SignInAttempts) (bool, error) {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.SignInAttempts{}).
			Where("contact_center_id = ? AND name_key = ? AND address = ?", r.ContactCenterID, r.NameKey, r.Address).
			Where("failed >= ? AND blocked >= ?", r.Failed, r.Blocked).
			UpdateColumns(map[string]any{
				"failed": gorm.Expr("failed - ?", r.Failed), "blocked": gorm.Expr("blocked - ?", r.Blocked),
			}))
	})
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("record failed sign-ins: %w", err)
	}
	return true, nil
}

// DeleteSignInAttempts forgets what is known of the names, from any address.
func (s *Store) DeleteSignInAttempts(ctx context.Context, contactCenter string, nameKeys ...string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Where("contact_center_id = ? AND name_key IN ?", contactCenter, nameKeys).
			Delete(&models.SignInAttempts{}).Error
	})
	if err != nil {
		return fmt.Errorf("forget sign-ins: %w", err)
	}
	return nil
}

// PurgeSignInAttempts removes at most limit rows that nobody used since before,
// or, where somebody signed in from there, since knownBefore.
func (s *Store) PurgeSignInAttempts(ctx context.Context, before, knownBefore models.Time, limit int) (int, error) {
	return s.deleteSome(ctx, "old sign-ins", `DELETE FROM sign_in_attempts
		WHERE (contact_center_id, name_key, address) IN (
		SELECT contact_center_id, name_key, address FROM sign_in_attempts
		WHERE last_at < ? AND (succeeded_at IS NULL OR last_at < ?) ORDER BY last_at LIMIT ?)`, before, knownBefore, limit)
}

// TrimSignInAttempts removes the oldest rows from which nobody signed in, so that
// at most most of them are left, and returns how many.
func (s *Store) TrimSignInAttempts(ctx context.Context, most int) (int, error) {
	end := " LIMIT -1 OFFSET ?"
	if s.dialect == Postgres {
		end = " OFFSET ?"
	}
	return s.deleteSome(ctx, "sign-ins beyond their bound", `DELETE FROM sign_in_attempts
		WHERE (contact_center_id, name_key, address) IN (
		SELECT contact_center_id, name_key, address FROM sign_in_attempts
		WHERE (contact_center_id, name_key, address) IN (
			SELECT contact_center_id, name_key, address FROM sign_in_attempts
			WHERE succeeded_at IS NULL ORDER BY last_at DESC`+end+`))`, most)
}
