package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// ScheduleCheck sets when an account is checked next. Without the account it
// returns models.ErrNotFound.
func (s *Store) ScheduleCheck(ctx context.Context, c *models.ScheduledCheck) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "contact_center_id"}, {Name: "account_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"due_at", "failures"}),
		}).Create(c).Error
	})
	if err != nil {
		return fmt.Errorf("schedule check of account %s: %w", c.AccountID, err)
	}
	return nil
}

// UnscheduleCheck takes an account out of the schedule, unless its check is no
// longer due at claimed: then it was changed meanwhile and is to be checked soon.
func (s *Store) UnscheduleCheck(ctx context.Context, c models.ScheduledCheck, claimed models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Where("contact_center_id = ? AND account_id = ? AND due_at = ?", c.ContactCenterID, c.AccountID, claimed).
			Delete(&models.ScheduledCheck{}).Error
	})
	if err != nil {
		return fmt.Errorf("unschedule check of account %s: %w", c.AccountID, err)
	}
	return nil
}

// DueChecks returns checks of all contact centers that are due.
func (s *Store) DueChecks(ctx context.Context, f models.DueFilter) ([]models.ScheduledCheck, error) {
	db := s.query(ctx).Where("due_at <= ?", f.Now)
	if len(f.ExceptTypes) > 0 {
		db = db.Where("account_type NOT IN ?", f.ExceptTypes)
	}
	if len(f.ExceptCenters) > 0 {
		db = db.Where("contact_center_id NOT IN ?", f.ExceptCenters)
	}
	var due []models.ScheduledCheck
	if err := limited(db, f.Limit).Order("due_at").Find(&due).Error; err != nil {
		return nil, fmt.Errorf("list due checks: %w", translate(err))
	}
	return due, nil
}

// ClaimCheck puts a check off until the given time, unless somebody else has
// changed when it is due, and reports whether it did. Whoever claims a check does
// it; a process that dies leaves it to the next after that time.
func (s *Store) ClaimCheck(ctx context.Context, c models.ScheduledCheck, until models.Time) (bool, error) {
	claimed := false
	err := s.exec(ctx, func(db *gorm.DB) error {
		res := db.Model(&models.ScheduledCheck{}).
			Where("contact_center_id = ? AND account_id = ? AND due_at = ?", c.ContactCenterID, c.AccountID, c.DueAt).
			UpdateColumn("due_at", until)
		claimed = res.RowsAffected > 0
		return res.Error
	})
	if err != nil {
		return false, fmt.Errorf("claim check of account %s: %w", c.AccountID, err)
	}
	return claimed, nil
}

// RescheduleCheck is ScheduleCheck for a claimed check: it does nothing where the
// check is no longer due at claimed, because the account was changed meanwhile
// and is to be checked soon, or is gone.
func (s *Store) RescheduleCheck(ctx context.Context, c *models.ScheduledCheck, claimed models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.ScheduledCheck{}).
			Where("contact_center_id = ? AND account_id = ? AND due_at = ?", c.ContactCenterID, c.AccountID, claimed).
			UpdateColumns(map[string]any{"due_at": c.DueAt, "failures": c.Failures}).Error
	})
	if err != nil {
		return fmt.Errorf("reschedule check of account %s: %w", c.AccountID, err)
	}
	return nil
}

// ExpiringAccounts returns at most limit accounts with a certificate that expires
// before the given time, in the order of contact center and expiry, behind after;
// the zero ExpiringAccount starts from the beginning. Contact centers that are
// suspended have none.
func (s *Store) ExpiringAccounts(
	ctx context.Context, before models.Time, after models.ExpiringAccount, limit int,
) ([]models.ExpiringAccount, error) {
	var found []models.ExpiringAccount
	if err := limited(s.expiringQuery(s.query(ctx), before, after), limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list expiring accounts: %w", translate(err))
	}
	return found, nil
}

func (s *Store) expiringQuery(db *gorm.DB, before models.Time, after models.ExpiringAccount) *gorm.DB {
	table := "accounts"
	if s.dialect == SQLite {
		table += " INDEXED BY accounts_expires" // it would rather read every row
	}
	db = db.Table(table).Select("contact_center_id, id, expires_at").
		Where("expires_at IS NOT NULL AND expires_at < ? AND deleted_at IS NULL AND enabled = ?", before, true).
		Where("contact_center_id NOT IN (SELECT id FROM contact_centers WHERE suspended = ?)", true)
	if after.ID != "" {
		db = db.Where("(contact_center_id, expires_at, id) > (?, ?, ?)", after.ContactCenterID, after.ExpiresAt, after.ID)
	}
	return db.Order("contact_center_id, expires_at, id")
}

// NoticeCertificate remembers a notice and reports whether it is a new one. An
// account that is gone has none.
func (s *Store) NoticeCertificate(ctx context.Context, n *models.CertificateNotice) (fresh bool, err error) {
	err = s.exec(ctx, func(db *gorm.DB) error {
		res := db.Clauses(clause.OnConflict{DoNothing: true}).Create(n)
		fresh = res.RowsAffected > 0
		return res.Error
	})
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("notice certificate of account %s: %w", n.AccountID, err)
	}
	return fresh, nil
}
