package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// Directory returns a page of the users that match f, in the order of their ids.
// A limit of 0 means all. A text that no stored text can equal finds nothing.
func (s *Store) Directory(ctx context.Context, f models.DirectoryFilter) ([]models.User, error) {
	db, ok := s.directoryOf(ctx, &f)
	if !ok {
		return nil, nil
	}
	if f.After != "" {
		db = db.Where("id > ?", f.After)
	}
	var users []models.User
	if err := limited(db.Offset(f.Offset), f.Limit).Order("id").Find(&users).Error; err != nil {
		return nil, fmt.Errorf("list directory: %w", translate(err))
	}
	return users, nil
}

// CountDirectory counts the users that match f, whatever its page.
func (s *Store) CountDirectory(ctx context.Context, f models.DirectoryFilter) (int, error) {
	db, ok := s.directoryOf(ctx, &f)
	if !ok {
		return 0, nil
	}
	var n int64
	if err := db.Model(&models.User{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count directory: %w", translate(err))
	}
	return int(n), nil
}

func (s *Store) directoryOf(ctx context.Context, f *models.DirectoryFilter) (db *gorm.DB, ok bool) {
	if !storable(f.ID + f.UsernameKey + f.ExternalKey + f.After) {
		return nil, false
	}
	db = s.query(ctx).Where("contact_center_id = ?", f.ContactCenterID)
	for _, exact := range []struct{ condition, value string }{
		{"id = ?", f.ID}, {"username_key = ?", f.UsernameKey}, {"external_key = ?", f.ExternalKey},
	} {
		if exact.value != "" {
			db = db.Where(exact.condition, exact.value)
		}
	}
	return db, true
}

// Members returns the users of the teams in the order of their ids. Only id, user
// name and team are filled in.
func (s *Store) Members(ctx context.Context, contactCenter string, teams []string) ([]models.User, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	var users []models.User
	err := s.query(ctx).Select("id", "username", "team_id").
		Where("contact_center_id = ? AND team_id IN ?", contactCenter, teams).Order("id").Find(&users).Error
	if err != nil {
		return nil, fmt.Errorf("list members: %w", translate(err))
	}
	return users, nil
}
