package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// Account returns an account, deleted ones included. An id of another contact
// center is models.ErrNotFound, like one that does not exist.
func (s *Store) Account(ctx context.Context, contactCenter, id string) (*models.Account, error) {
	a := &models.Account{}
	if err := s.row(ctx, s.queries.account, []any{contactCenter, id}, accountFields(a)); err != nil {
		return nil, fmt.Errorf("read account %s: %w", id, err)
	}
	return a, nil
}

// InsertAccount stores a new account. It returns models.ErrNameTaken,
// models.ErrLimitReached or models.ErrDefaultTaken where a live account is in
// the way, models.ErrExists for an id in use and models.ErrNotFound without the
// contact center.
func (s *Store) InsertAccount(ctx context.Context, a *models.Account) error {
	err := s.exec(ctx, func(db *gorm.DB) error { return db.Create(a).Error })
	if err != nil {
		return fmt.Errorf("insert account %s: %w", a.ID, err)
	}
	return nil
}

// UpdateAccount writes a where the stored version is still from, and sets
// a.Version to the next one; check and write are one statement. Type, family and
// the members about creation stay as they are stored.
//
// Health belongs to the probes: it is written only where a.HealthReset says so;
// otherwise a receives what is stored. An
// account that a marks as deleted must have no references: the row is locked
// against new ones and models.ErrInUse returned if there are any.
//
// Further errors are models.ErrVersionMismatch, models.ErrNotFound and those of
// InsertAccount.
func (s *Store) UpdateAccount(ctx context.Context, a *models.Account, from int64) error {
	err := s.Tx(ctx, func(tx *Store) error {
		if !a.DeletedAt.IsZero() {
			if err := tx.refuseInUse(ctx, a.ContactCenterID, a.ID); err != nil {
				return err
			}
		}
		return tx.updateAccount(ctx, a, from)
	})
	if err != nil {
		return fmt.Errorf("update account %s: %w", a.ID, translate(err))
	}
	a.Version, a.HealthReset = from+1, false
	return nil
}

func (s *Store) updateAccount(ctx context.Context, a *models.Account, from int64) error {
	values := map[string]any{
		"name": a.Name, "name_key": a.NameKey, "description": a.Description, "labels": a.Labels,
		"enabled": a.Enabled, "is_default": a.IsDefault, "limit_key": a.LimitKey, "properties": a.Properties,
		"secrets": a.Secrets, "certificates": a.Certificates, "expires_at": a.ExpiresAt, "search_text": a.SearchText,
		"updated_at": a.UpdatedAt, "updated_by": a.UpdatedBy, "deleted_at": a.DeletedAt, "deleted_by": a.DeletedBy,
		"version": from + 1,
	}
	if a.HealthReset {
		values["health_status"], values["health_code"] = a.HealthStatus, a.HealthCode
		values["health_checked_at"], values["health_sequence"] = a.HealthCheckedAt, a.HealthSequence
	}
	stored := models.Account{}
	health := []clause.Column{
		{Name: "health_status"}, {Name: "health_code"}, {Name: "health_checked_at"}, {Name: "health_sequence"},
	}
	res := s.write.WithContext(ctx).Model(&stored).Clauses(clause.Returning{Columns: health}).
		Where("contact_center_id = ? AND id = ? AND version = ?", a.ContactCenterID, a.ID, from).
		UpdateColumns(values)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected == 0 {
		return s.missing(ctx, a.ContactCenterID, a.ID)
	}
	a.HealthStatus, a.HealthCode = stored.HealthStatus, stored.HealthCode
	a.HealthCheckedAt, a.HealthSequence = stored.HealthCheckedAt, stored.HealthSequence
	return nil
}

// missing says why an update found no row: another version, or no account.
func (s *Store) missing(ctx context.Context, contactCenter, id string) error {
	var n int64
	err := s.query(ctx).Model(&models.Account{}).
		Where("contact_center_id = ? AND id = ?", contactCenter, id).Count(&n).Error
	switch {
	case err != nil:
		return translate(err)
	case n == 0:
		return models.ErrNotFound
	}
	return models.ErrVersionMismatch
}

// SetHealth records what a probe of the given version found and increments the
// health sequence. An account that has another version by now stays as it is,
// with models.ErrVersionMismatch; one that is gone is models.ErrNotFound.
func (s *Store) SetHealth(
	ctx context.Context, contactCenter, id string, version int64, status, code string, at models.Time,
) error {
	err := s.Tx(ctx, func(tx *Store) error {
		res := tx.write.WithContext(ctx).Model(&models.Account{}).
			Where("contact_center_id = ? AND id = ? AND version = ?", contactCenter, id, version).
			UpdateColumns(map[string]any{
				"health_status": status, "health_code": code, "health_checked_at": at,
				"health_sequence": gorm.Expr("health_sequence + 1"),
			})
		if res.Error == nil && res.RowsAffected == 0 {
			return tx.missing(ctx, contactCenter, id)
		}
		return res.Error
	})
	if err != nil {
		return fmt.Errorf("set health of account %s: %w", id, translate(err))
	}
	return nil
}

// FindLimit returns the id of the live account that holds limitKey, or
// models.ErrNotFound.
func (s *Store) FindLimit(ctx context.Context, contactCenter, limitKey string) (id string, err error) {
	return s.holder(ctx, "limit_key", contactCenter, limitKey)
}

// NameHolder returns the id of the live account that has the name, or
// models.ErrNotFound.
func (s *Store) NameHolder(ctx context.Context, contactCenter, nameKey string) (id string, err error) {
	return s.holder(ctx, "name_key", contactCenter, nameKey)
}

func (s *Store) holder(ctx context.Context, column, contactCenter, key string) (string, error) {
	var ids []string
	err := s.query(ctx).Model(&models.Account{}).
		Where("contact_center_id = ? AND deleted_at IS NULL", contactCenter).
		Where(clause.Eq{Column: clause.Column{Name: column}, Value: key}).
		Limit(1).Pluck("id", &ids).Error
	if err == nil && len(ids) == 0 {
		err = models.ErrNotFound
	}
	if err != nil {
		return "", fmt.Errorf("find account by %s: %w", column, translate(err))
	}
	return ids[0], nil
}

// DefaultAccount returns the live account that is the default of its family, or
// models.ErrNotFound.
func (s *Store) DefaultAccount(ctx context.Context, contactCenter, family string) (*models.Account, error) {
	a := &models.Account{}
	// The literal lets both databases use the partial index.
	isDefault := "is_default"
	if s.dialect == SQLite {
		isDefault = "is_default = 1"
	}
	err := s.query(ctx).
		Where("contact_center_id = ? AND family = ? AND deleted_at IS NULL AND "+isDefault, contactCenter, family).
		Take(a).Error
	if err != nil {
		return nil, fmt.Errorf("read default account: %w", translate(err))
	}
	return a, nil
}

// CountAccounts counts live accounts by type and health, in one contact center
// or, if it is empty, in all.
func (s *Store) CountAccounts(ctx context.Context, contactCenter string) ([]models.AccountCount, error) {
	statement, args := s.queries.count, []any(nil)
	if contactCenter != "" {
		statement, args = s.queries.countOf, []any{contactCenter}
	}
	var counts []models.AccountCount
	err := s.query(ctx).Raw(statement, args...).Find(&counts).Error
	if err != nil {
		return nil, fmt.Errorf("count accounts: %w", translate(err))
	}
	return counts, nil
}

// PurgeDeleted removes for good at most limit accounts that were deleted before
// the given time, oldest first, with everything that belongs to them except
// audit events. It returns what it removed, in the order of contact centers.
// Of the accounts only the key, Type and Version are set.
func (s *Store) PurgeDeleted(ctx context.Context, before models.Time, limit int) ([]models.Account, error) {
	skip := ""
	if s.dialect == Postgres {
		skip = " FOR UPDATE SKIP LOCKED" // another process removes those
	}
	var purged []models.Account
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Raw(`DELETE FROM accounts WHERE (contact_center_id, id) IN (
			SELECT contact_center_id, id FROM accounts WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?`+skip+`)
			RETURNING contact_center_id, id, type, version`, before, limit).Find(&purged).Error
	})
	if err != nil {
		return nil, fmt.Errorf("purge deleted accounts: %w", err)
	}
	slices.SortFunc(purged, func(a, b models.Account) int {
		return cmp.Or(strings.Compare(a.ContactCenterID, b.ContactCenterID), strings.Compare(a.ID, b.ID))
	})
	return purged, nil
}
