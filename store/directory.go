package store

import (
	"context"
	"fmt"
	"strings"

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
	if f.Offset > 0 { // the rows that are passed over need not be read
		start, _ := s.directoryOf(ctx, &f)
		if f.After != "" {
			start = start.Where("id > ?", f.After)
		}
		start = start.Model(&models.User{}).Select("id").Order("id").Offset(f.Offset).Limit(1)
		db = db.Where("id >= (?)", start)
	}
	var users []models.User
	if err := limited(db, f.Limit).Order("id").Find(&users).Error; err != nil {
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
	if !storable(f.ID + f.UsernameKey + f.ExternalKey + f.Email + f.After) {
		return nil, false
	}
	db = s.query(ctx).Where("contact_center_id = ?", f.ContactCenterID)
	if index := directoryIndex(f); index != "" && s.dialect == SQLite {
		// Left to itself SQLite reads everybody in the order of the ids.
		db = db.Table("users INDEXED BY " + index)
	}
	for _, exact := range []struct{ condition, value string }{
		{"id = ?", f.ID}, {"username_key = ?", f.UsernameKey}, {"external_key = ?", f.ExternalKey},
	} {
		if exact.value != "" {
			db = db.Where(exact.condition, exact.value)
		}
	}
	if f.Email != "" { // the first condition is that of the index
		db = db.Where("email <> '' AND lower(email) = ?", strings.ToLower(f.Email))
	}
	if !f.UpdatedSince.IsZero() {
		db = db.Where("updated_at >= ?", f.UpdatedSince)
	}
	if f.Disabled != nil {
		db = db.Where("disabled = ?", *f.Disabled)
	}
	return db, true
}

// directoryIndex is the index that finds the few users whom a filter means, empty
// where a primary key or a unique index does.
func directoryIndex(f *models.DirectoryFilter) string {
	switch {
	case f.ID != "" || f.UsernameKey != "":
		return ""
	case f.ExternalKey != "":
		return "users_external"
	case f.Email != "":
		return "users_email"
	}
	return ""
}

// Members returns the users of the teams by team, and in the order of their ids.
func (s *Store) Members(ctx context.Context, contactCenter string, teams []string) ([]models.Member, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	var members []models.Member
	err := s.query(ctx).Model(&models.User{}).Select("id", "username", "team_id").
		Where("contact_center_id = ? AND team_id IN ?", contactCenter, teams).Order("team_id, id").Find(&members).Error
	if err != nil {
		return nil, fmt.Errorf("list members: %w", translate(err))
	}
	return members, nil
}

// CountMembers returns how many users each of the teams has; one without users is
// missing.
func (s *Store) CountMembers(ctx context.Context, contactCenter string, teams []string) (map[string]int, error) {
	if len(teams) == 0 {
		return map[string]int{}, nil
	}
	var rows []struct {
		TeamID string
		N      int
	}
	err := s.query(ctx).Model(&models.User{}).Select("team_id", "count(*) AS n").
		Where("contact_center_id = ? AND team_id IN ?", contactCenter, teams).Group("team_id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count members: %w", translate(err))
	}
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.TeamID] = row.N
	}
	return counts, nil
}

// LockUsers returns those of the users that exist, in the order of their ids, and
// keeps others from changing or holding them until the transaction ends. Outside of
// Tx it only reads.
func (s *Store) LockUsers(ctx context.Context, contactCenter string, ids []string) ([]models.User, error) {
	var users []models.User
	db := s.query(ctx).Where("contact_center_id = ? AND id IN ?", contactCenter, ids).Order("id")
	if err := s.locking(db, "UPDATE").Find(&users).Error; err != nil {
		return nil, fmt.Errorf("lock users: %w", translate(err))
	}
	return users, nil
}

// MoveUsers puts users into a team. Their versions move on.
func (s *Store) MoveUsers(
	ctx context.Context, contactCenter string, ids []string, team string, at models.Time, by string,
) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.User{}).Where("contact_center_id = ? AND id IN ?", contactCenter, ids).
			UpdateColumns(map[string]any{
				"team_id": team, "version": gorm.Expr("version + 1"), "updated_at": at, "updated_by": by,
			}).Error
	})
	if err != nil {
		return fmt.Errorf("move users: %w", err)
	}
	return nil
}
