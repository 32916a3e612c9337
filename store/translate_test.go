package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"admin-api/models"
)

func TestTranslate(t *testing.T) {
	other := errors.New("other")
	pg := func(code, constraint string) error {
		return fmt.Errorf("insert: %w", &pgconn.PgError{
			Code: code, ConstraintName: constraint, Message: "canary", Detail: "canary",
		})
	}
	tests := []struct {
		name string
		err  error
		want error
	}{
		{"nothing", nil, nil},
		{"no row", sql.ErrNoRows, models.ErrNotFound},
		{"no record", gorm.ErrRecordNotFound, models.ErrNotFound},
		{"canceled", context.Canceled, context.Canceled},
		{"out of time", context.DeadlineExceeded, models.ErrUnavailable},
		{"bad connection", driver.ErrBadConn, models.ErrUnavailable},
		{"connection given back", sql.ErrConnDone, models.ErrUnavailable},
		{"transaction ended", sql.ErrTxDone, models.ErrUnavailable},
		{"cut off", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), models.ErrUnavailable},
		{"network", &net.OpError{Op: "dial", Err: errors.New("refused")}, models.ErrUnavailable},
		{"translated", fmt.Errorf("x: %w", models.ErrInUse), models.ErrInUse},
		{"other", other, other},
		{"name", pg("23505", "accounts_name"), models.ErrNameTaken},
		{"limit", pg("23505", "accounts_limit"), models.ErrLimitReached},
		{"default", pg("23505", "accounts_default"), models.ErrDefaultTaken},
		{"primary key", pg("23505", "accounts_pkey"), models.ErrExists},
		{"foreign key", pg("23503", "checks_fkey"), models.ErrNotFound},
		{"zero byte", pg("22021", ""), models.ErrBadRequest},
		{"too long for an index", pg("54000", ""), models.ErrBadRequest},
		{"serialization", pg("40001", ""), models.ErrUnavailable},
		{"deadlock", pg("40P01", ""), models.ErrUnavailable},
		{"lock timeout", pg("55P03", ""), models.ErrUnavailable},
		{"shutdown", pg("57P01", ""), models.ErrUnavailable},
		{"standby", pg("25006", ""), models.ErrUnavailable},
		{"too many connections", pg("53300", ""), models.ErrUnavailable},
		{"disk full", pg("53100", ""), models.ErrUnavailable},
		{"password", pg("28P01", ""), models.ErrUnavailable},
		{"connection lost", pg("08006", ""), models.ErrUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := translate(tt.err)
			require.ErrorIs(t, got, tt.want)
			require.Equal(t, got, translate(got), "twice is once")
			if got != nil {
				require.NotContains(t, got.Error(), "canary")
			}
		})
	}
	got := translate(pg("42601", ""))
	require.EqualError(t, got, "SQLSTATE 42601", "a mistake of ours is shown without its values")
	require.False(t, isUnavailable(got))
}

// TestTranslateSQLite provokes errors, so that the codes of either driver are read.
func TestTranslateSQLite(t *testing.T) {
	s := migrated(t)
	run := func(statement string) error {
		return translate(s.write.WithContext(t.Context()).Exec(statement).Error)
	}
	insert := "INSERT INTO contact_centers (id, domain, name, features, suspended) VALUES "
	require.NoError(t, run(insert+"('a', 'a', '', '', 0)"))
	require.ErrorIs(t, run(insert+"('a', 'b', '', '', 0)"), models.ErrExists, "primary key")
	require.ErrorIs(t, run(insert+"('b', 'a', '', '', 0)"), models.ErrExists, "unique index")
	require.ErrorIs(t, run("INSERT INTO teams (contact_center_id, id, name, name_key, disabled) VALUES ('none', 't', '', '', 0)"), models.ErrNotFound, "foreign key")
	require.ErrorIs(t, run("SELECT zeroblob(2000000000)"), models.ErrBadRequest, "too big")
	err := run(insert + "('c', 'c', '', '', 'canary')")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "canary")
	for code, busy := range map[int]bool{5: true, 6: true, 261: true, 517: true, 13: true, 10: true, 778: true, 1: false, 11: false, 19: false} {
		require.Equal(t, busy, sqliteBusy(code), code)
	}
}
