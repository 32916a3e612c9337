package store

import (
	"context"

	"admin-api/models"
)

// ListStatement lets tests outside of the package see the statement of a list.
func ListStatement(s *Store, f models.AccountFilter) (string, []any, error) {
	return s.listStatement(&f)
}

// InsertSession stores a session as a sign-in does.
func InsertSession(ctx context.Context, s *Store, session *models.Session) error {
	return s.create(ctx, "session", session)
}

// SessionIDs returns the ids of all sessions in order.
func SessionIDs(ctx context.Context, s *Store) ([]string, error) {
	var ids []string
	err := s.query(ctx).Model(&models.Session{}).Order("id").Pluck("id", &ids).Error
	return ids, err
}
