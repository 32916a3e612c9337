package store

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"admin-api/models"
)

// ListStatement lets tests outside of the package see the statement of a list.
func ListStatement(s *Store, f models.AccountFilter) (string, []any, error) {
	return s.listStatement(&f)
}

// AuditStatement lets tests see the statement of a page of the audit record.
func AuditStatement(s *Store, f models.AuditFilter) (string, error) {
	db, err := s.auditPage(s.read.Session(&gorm.Session{DryRun: true}), &f)
	if err != nil {
		return "", err
	}
	made := db.Find(&[]models.AuditEvent{}).Statement
	return s.read.Explain(made.SQL.String(), made.Vars...), nil
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

// MigrateTo makes the schema of a database an older one.
func MigrateTo(t testing.TB, s *Store, version int64) {
	t.Helper()
	db := s.migrator()
	p, err := s.provider(db)
	require.NoError(t, err)
	_, err = p.UpTo(t.Context(), version)
	require.NoError(t, errors.Join(err, db.Close()))
}
