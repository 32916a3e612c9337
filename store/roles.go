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
