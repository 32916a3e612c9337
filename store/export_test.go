package store

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// ListStatement lets tests outside of the package see the statement of a list.
func ListStatement(s *Store, f models.AccountFilter) (string, []any, error) {
	return s.listStatement(&f)
}

// MigrateTo makes a database of an older schema.
func MigrateTo(t testing.TB, url string, version int64) {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url})
	require.NoError(t, err)
	db := s.migrator()
	p, err := s.provider(db)
	require.NoError(t, err)
	_, err = p.UpTo(t.Context(), version)
	require.NoError(t, errors.Join(err, db.Close(), s.Close()))
}
