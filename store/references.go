package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// PutReference stores who uses an account, or replaces what is stored under the
// same key. An account that does not exist or is deleted is models.ErrNotFound;
// one that is being deleted is waited for.
func (s *Store) PutReference(ctx context.Context, r *models.Reference) error {
	err := s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockAccount(ctx, r.ContactCenterID, r.AccountID, "SHARE", "deleted_at IS NULL"); err != nil {
			return err
		}
		return tx.write.WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   keyColumns("reference_key"),
			DoUpdates: clause.AssignmentColumns([]string{"kind", "name", "url"}),
		}).Create(r).Error
	})
	if err != nil {
		return fmt.Errorf("put reference to account %s: %w", r.AccountID, translate(err))
	}
	return nil
}

// DeleteReference removes a reference; models.ErrNotFound means there was none.
func (s *Store) DeleteReference(ctx context.Context, contactCenter, account, key string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Where("contact_center_id = ? AND account_id = ? AND reference_key = ?",
			contactCenter, account, key).Delete(&models.Reference{}))
	})
	if err != nil {
		return fmt.Errorf("delete reference to account %s: %w", account, err)
	}
	return nil
}

// References returns a page of the references to an account in the order of their
// keys; page.Before is the last key seen.
func (s *Store) References(
	ctx context.Context, contactCenter, account string, page models.Page,
) ([]models.Reference, error) {
	db := s.query(ctx).Where("contact_center_id = ? AND account_id = ?", contactCenter, account)
	if page.Before != "" {
		db = db.Where("reference_key > ?", page.Before)
	}
	var refs []models.Reference
	if err := limited(db, page.Limit).Order("reference_key").Find(&refs).Error; err != nil {
		return nil, fmt.Errorf("list references to account %s: %w", account, translate(err))
	}
	return refs, nil
}

// CountReferences counts the references to an account. Within Tx it first locks
// the account, so that the number holds until the transaction ends.
func (s *Store) CountReferences(ctx context.Context, contactCenter, account string) (int, error) {
	if s.inTx {
		if err := s.LockAccount(ctx, contactCenter, account); err != nil {
			return 0, err
		}
	}
	n, err := s.countReferences(ctx, contactCenter, account)
	if err != nil {
		return 0, fmt.Errorf("count references to account %s: %w", account, translate(err))
	}
	return n, nil
}

// HasReference reports whether the account has a reference under the key.
func (s *Store) HasReference(ctx context.Context, contactCenter, account, key string) (bool, error) {
	var n int64
	err := s.query(ctx).Model(&models.Reference{}).
		Where("contact_center_id = ? AND account_id = ? AND reference_key = ?", contactCenter, account, key).
		Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for a reference to account %s: %w", account, translate(err))
	}
	return n > 0, nil
}

func (s *Store) countReferences(ctx context.Context, contactCenter, account string) (int, error) {
	var n int64
	err := s.query(ctx).Model(&models.Reference{}).
		Where("contact_center_id = ? AND account_id = ?", contactCenter, account).Count(&n).Error
	return int(n), err
}

// refuseInUse locks the account against new references and returns
// models.ErrInUse if it has some.
func (s *Store) refuseInUse(ctx context.Context, contactCenter, account string) error {
	n, err := s.CountReferences(ctx, contactCenter, account)
	if err != nil {
		return err
	}
	if n > 0 {
		return models.ErrInUse
	}
	return nil
}

// LockAccount keeps others from changing an account, deleted or not, and from
// adding references to it until the transaction ends. Without the account it
// returns models.ErrNotFound. Outside of Tx it only looks.
func (s *Store) LockAccount(ctx context.Context, contactCenter, id string) error {
	if err := s.lockAccount(ctx, contactCenter, id, "NO KEY UPDATE", ""); err != nil {
		return fmt.Errorf("lock account %s: %w", id, err)
	}
	return nil
}

// lockAccount makes sure that the account exists and, on PostgreSQL, keeps it as
// it is until the transaction ends. On SQLite the transaction is the only writer.
func (s *Store) lockAccount(ctx context.Context, contactCenter, id, strength, condition string) error {
	db := s.query(ctx).Model(&models.Account{}).Where("contact_center_id = ? AND id = ?", contactCenter, id)
	if condition != "" {
		db = db.Where(condition)
	}
	return s.lock(db, strength)
}

// keyColumns returns the primary key of a table that belongs to accounts.
func keyColumns(last string) []clause.Column {
	return []clause.Column{{Name: "contact_center_id"}, {Name: "account_id"}, {Name: last}}
}

// affected turns "no row" into models.ErrNotFound.
func affected(res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected == 0 {
		return models.ErrNotFound
	}
	return res.Error
}
