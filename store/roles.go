package store

import (
	"context"
	"fmt"

	"admin-api/models"
)

// RolesByName returns those of the custom roles that have one of the names, in
// the order of their names.
func (s *Store) RolesByName(ctx context.Context, contactCenter string, names []string) ([]models.Role, error) {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = models.NameKey(name)
	}
	var roles []models.Role
	err := s.query(ctx).Where("contact_center_id = ? AND name_key IN ?", contactCenter, keys).
		Order("name_key").Find(&roles).Error
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", translate(err))
	}
	return roles, nil
}

// ListRoles returns a page of the custom roles of a contact center in the order of
// their names; page.Before is the last NameKey seen. A limit of 0 means all.
func (s *Store) ListRoles(ctx context.Context, contactCenter string, page models.Page) ([]models.Role, error) {
	db := s.query(ctx).Where("contact_center_id = ?", contactCenter)
	if page.Before != "" {
		db = db.Where("name_key > ?", page.Before)
	}
	var all []models.Role
	if err := limited(db, page.Limit).Order("name_key").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list roles: %w", translate(err))
	}
	return all, nil
}

// RolesOfNewUsers returns the custom roles that users get who are made without any.
func (s *Store) RolesOfNewUsers(ctx context.Context, contactCenter string) ([]models.Role, error) {
	var all []models.Role
	err := s.query(ctx).Where("contact_center_id = ? AND assign_to_new_users = ?", contactCenter, true).
		Order("name_key").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("read roles of new users: %w", translate(err))
	}
	return all, nil
}

// CreateRole stores a custom role. models.ErrNameTaken means that its name is
// taken, models.ErrExists that its id is.
func (s *Store) CreateRole(ctx context.Context, r *models.Role) error {
	return s.create(ctx, "role", r)
}

// Role returns a custom role, or models.ErrNotFound.
func (s *Store) Role(ctx context.Context, contactCenter, id string) (*models.Role, error) {
	r := &models.Role{}
	return r, s.take(ctx, "role", r, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// UpdateRole writes r where the stored version is still from, and sets r.Version
// to the next one. Errors are models.ErrVersionMismatch, also where there is no
// such role, and models.ErrNameTaken.
func (s *Store) UpdateRole(ctx context.Context, r *models.Role, from int64) error {
	err := s.updateVersion(ctx, &models.Role{}, r.ContactCenterID, r.ID, from, map[string]any{
		"name": r.Name, "name_key": r.NameKey, "description": r.Description, "privileges": r.Privileges,
		"grantable": r.Grantable, "assign_to_new_users": r.AssignToNewUsers,
		"version": from + 1, "updated_at": r.UpdatedAt, "updated_by": r.UpdatedBy,
	})
	if err != nil {
		return fmt.Errorf("update role %s: %w", r.ID, err)
	}
	r.Version = from + 1
	return nil
}

// DeleteRole removes a custom role, or returns models.ErrNotFound. Whether
// somebody has it is for the caller to ask.
func (s *Store) DeleteRole(ctx context.Context, contactCenter, id string) error {
	return s.remove(ctx, "role", &models.Role{}, contactCenter, id)
}
