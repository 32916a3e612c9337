package store

import "admin-api/models"

// ListStatement lets tests outside of the package see the statement of a list.
func ListStatement(s *Store, f models.AccountFilter) (string, []any, error) {
	return s.listStatement(&f)
}
