package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// AccountsNaming returns id, type and name of the live accounts whose properties
// hold an id as a value, at most limit, and how many there are. Ids of people are
// UUIDs: no other value looks the same by chance.
func (s *Store) AccountsNaming(
	ctx context.Context, contactCenter, id string, limit int,
) (some []models.Account, n int, err error) {
	var count int64
	query := func() *gorm.DB {
		return s.query(ctx).Model(&models.Account{}).
			Where("contact_center_id = ? AND deleted_at IS NULL AND "+s.find()+"(properties, ?) > 0", contactCenter, `"`+id+`"`)
	}
	if err = query().Count(&count).Error; err == nil {
		err = query().Select("id", "type", "name").Order("name_key").Limit(limit).Find(&some).Error
	}
	if err != nil {
		return nil, 0, fmt.Errorf("find accounts that name %s: %w", id, translate(err))
	}
	return some, int(count), nil
}
