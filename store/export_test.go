package store

import (
	"context"

	"admin-api/models"
)

// ListStatement lets tests outside of the package see the statement of a list.
func ListStatement(s *Store, f models.AccountFilter) (string, []any, error) {
	return s.listStatement(&f)
}

// MigrateTo applies the migrations up to a version.
func MigrateTo(ctx context.Context, s *Store, version int64) error {
	db := s.migrator()
	defer db.Close()
	provider, err := s.provider(db)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
