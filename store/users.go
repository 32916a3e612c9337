package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"admin-api/models"
)

// CreateUser stores a user. models.ErrNameTaken means that the user name is taken,
// models.ErrExists that the extension or the id is.
func (s *Store) CreateUser(ctx context.Context, u *models.User) error {
	index(u)
	return s.create(ctx, "user", u)
}

// index sets what a user is found by.
func index(u *models.User) {
	u.SearchText = models.SearchWords(u.Username, u.FirstName, u.LastName, u.Email)
	u.ExternalKey = models.NameKey(u.ExternalID)
}

// User returns a user, or models.ErrNotFound.
func (s *Store) User(ctx context.Context, contactCenter, id string) (*models.User, error) {
	u := &models.User{}
	return u, s.take(ctx, "user", u, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// LockUser returns a user, or models.ErrNotFound, and keeps others from changing
// or holding it until the transaction ends. Outside of Tx it only reads.
func (s *Store) LockUser(ctx context.Context, contactCenter, id string) (*models.User, error) {
	return s.lockedUser(ctx, contactCenter, id, "UPDATE")
}

// HoldUser is LockUser for who needs the user to stay as it is while a row that
// names it is written: several may hold a user at once.
func (s *Store) HoldUser(ctx context.Context, contactCenter, id string) (*models.User, error) {
	return s.lockedUser(ctx, contactCenter, id, "SHARE")
}

func (s *Store) lockedUser(ctx context.Context, contactCenter, id, strength string) (*models.User, error) {
	u := &models.User{}
	db := s.query(ctx).Where("contact_center_id = ? AND id = ?", contactCenter, id)
	if err := s.locking(db, strength).Take(u).Error; err != nil {
		return nil, fmt.Errorf("lock user: %w", translate(err))
	}
	return u, nil
}

// UserByName returns the user whose UsernameKey is key, or models.ErrNotFound.
func (s *Store) UserByName(ctx context.Context, contactCenter, key string) (*models.User, error) {
	u := &models.User{}
	if !storable(key) {
		return nil, fmt.Errorf("read user: %w", models.ErrNotFound)
	}
	return u, s.take(ctx, "user", u, "contact_center_id = ? AND username_key = ?", contactCenter, key)
}

// Users returns the users of a contact center in the order of their names.
func (s *Store) Users(ctx context.Context, contactCenter string) ([]models.User, error) {
	return s.ListUsers(ctx, models.UserFilter{ContactCenterID: contactCenter})
}

// ListUsers returns a page of the users that match f. A limit of 0 means all.
// Texts of a filter are only ever bound, and one that no stored text can equal
// finds nothing.
func (s *Store) ListUsers(ctx context.Context, f models.UserFilter) ([]models.User, error) {
	texts := append([]string{f.UsernameKey, f.Role, f.TeamID, f.Page.Before}, f.Query...)
	if !storable(strings.Join(texts, "")) {
		return nil, nil
	}
	var users []models.User
	db := limited(s.usersOf(ctx, &f), f.Page.Limit).Order("username_key")
	if err := db.Find(&users).Error; err != nil {
		return nil, fmt.Errorf("list users: %w", translate(err))
	}
	return users, nil
}

// CountUsers counts the users that match f, whatever its page.
func (s *Store) CountUsers(ctx context.Context, f models.UserFilter) (int, error) {
	f.Page = models.Page{}
	var n int64
	if err := s.usersOf(ctx, &f).Model(&models.User{}).Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count users: %w", translate(err))
	}
	return int(n), nil
}

func (s *Store) usersOf(ctx context.Context, f *models.UserFilter) *gorm.DB {
	db := s.query(ctx).Where("contact_center_id = ?", f.ContactCenterID)
	for _, exact := range []struct{ condition, value string }{
		{"username_key = ?", f.UsernameKey}, {"team_id = ?", f.TeamID}, {"username_key > ?", f.Page.Before},
	} {
		if exact.value != "" {
			db = db.Where(exact.condition, exact.value)
		}
	}
	for _, word := range f.Query {
		db = db.Where(s.find()+"(search_text, ?) > 0", " "+word)
	}
	if f.Role != "" {
		db = db.Where(s.find()+"("+rolesText+", ?) > 0", roleNeedle(f.Role))
	}
	if f.Disabled != nil {
		db = db.Where("disabled = ?", *f.Disabled)
	}
	return db
}

// find is the function that finds bytes in a text.
func (s *Store) find() string {
	if s.dialect == Postgres {
		return "strpos"
	}
	return "instr"
}

// Roles are stored as the JSON list that models.Strings writes. In rolesText a
// comma and a quote stand before each, and in no name does a comma, so that the
// needle of a role is found only where that very role is.
const rolesText = "',' || substr(roles, 2)"

func roleNeedle(role string) string {
	quoted, _ := json.Marshal(role) //nolint:errchkjson // a string can always be encoded
	return "," + string(quoted)
}

// UpdateUser writes u where the stored version is still from, and sets u.Version
// to the next one; what belongs to sign-ins and to creation stays as stored.
// Errors are models.ErrVersionMismatch, also where there is no such user, and
// those of CreateUser.
func (s *Store) UpdateUser(ctx context.Context, u *models.User, from int64) error {
	index(u)
	values := map[string]any{
		"username": u.Username, "username_key": u.UsernameKey, "first_name": u.FirstName, "last_name": u.LastName,
		"display_name": u.DisplayName, "email": u.Email, "extension": u.Extension,
		"work_phone": u.WorkPhone, "mobile_phone": u.MobilePhone,
		"external_id": u.ExternalID, "external_key": u.ExternalKey,
		"team_id": u.TeamID, "roles": u.Roles, "skills": u.Skills, "disabled": u.Disabled,
		"password_hash": u.PasswordHash, "password_changed_at": u.PasswordChangedAt,
		"change_password": u.ChangePassword, "api_secret_hash": u.APISecretHash, "api_secret_at": u.APISecretAt,
		"search_text": u.SearchText, "version": from + 1, "updated_at": u.UpdatedAt, "updated_by": u.UpdatedBy,
	}
	err := s.updateVersion(ctx, &models.User{}, u.ContactCenterID, u.ID, from, values)
	if err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	u.Version = from + 1
	return nil
}

// updateVersion writes values to one row while it has the version.
func (s *Store) updateVersion(
	ctx context.Context, model any, contactCenter, id string, from int64, values map[string]any,
) error {
	return s.exec(ctx, func(db *gorm.DB) error {
		res := db.Model(model).Where("contact_center_id = ? AND id = ? AND version = ?", contactCenter, id, from).
			UpdateColumns(values)
		if res.Error == nil && res.RowsAffected == 0 {
			return models.ErrVersionMismatch
		}
		return res.Error
	})
}

// DeleteUser removes a user with its sessions, or returns models.ErrNotFound.
func (s *Store) DeleteUser(ctx context.Context, contactCenter, id string) error {
	return s.remove(ctx, "user", &models.User{}, contactCenter, id)
}

func (s *Store) remove(ctx context.Context, what string, model any, contactCenter, id string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Where("contact_center_id = ? AND id = ?", contactCenter, id).Delete(model))
	})
	if err != nil {
		return fmt.Errorf("delete %s %s: %w", what, id, err)
	}
	return nil
}

// RenameRoleOfUsers gives the users who have the role from the role to instead,
// and counts them. Their versions move on. They are locked in the order of their
// ids, like by everybody who holds several.
func (s *Store) RenameRoleOfUsers(
	ctx context.Context, contactCenter, from, to string, at models.Time, by string,
) (int, error) {
	n := 0
	err := s.Tx(ctx, func(tx *Store) error {
		var ids []string
		err := tx.locking(tx.usersOf(ctx, &models.UserFilter{ContactCenterID: contactCenter, Role: from}), "NO KEY UPDATE").
			Model(&models.User{}).Order("id").Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		res := tx.write.WithContext(ctx).Model(&models.User{}).
			Where("contact_center_id = ? AND "+s.find()+"("+rolesText+", ?) > 0", contactCenter, roleNeedle(from)).
			UpdateColumns(map[string]any{
				"roles":   gorm.Expr("'[' || substr(replace("+rolesText+", ?, ?), 2)", roleNeedle(from), roleNeedle(to)),
				"version": gorm.Expr("version + 1"), "updated_at": at, "updated_by": by,
			})
		n = int(res.RowsAffected)
		return res.Error
	})
	if err != nil {
		return 0, fmt.Errorf("rename role of users: %w", translate(err))
	}
	return n, nil
}
