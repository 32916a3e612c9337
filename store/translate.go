package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"admin-api/models"
)

// Result codes of SQLite that mean something here (sqlite.org/rescode.html).
const (
	sqliteConstraintForeignKey = 787
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
	sqliteTooBig               = 18
)

// sqliteBusy lists the primary codes behind which the database, not the request,
// is at fault: no memory, read-only, interrupted, I/O error, disk full, cannot
// open, protocol, and locks.
func sqliteBusy(code int) bool {
	return slices.Contains([]int{5, 6, 7, 8, 9, 10, 13, 14, 15}, code&0xff)
}

// databaseError keeps of a PostgreSQL error what is safe to show: message and
// detail can repeat values.
type databaseError struct{ code, constraint string }

func (e *databaseError) Error() string {
	if e.constraint == "" {
		return "SQLSTATE " + e.code
	}
	return "SQLSTATE " + e.code + " (" + e.constraint + ")"
}

// translate turns errors of drivers and of GORM into those of package models.
// An error that is translated already comes back as it is.
func translate(err error) error {
	switch {
	case err == nil, isUnavailable(err), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return models.ErrNotFound
	}
	if code, ok := sqliteCode(err); ok {
		return translateSQLite(code, err)
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePostgres(pg)
	}
	if isConnection(err) {
		return fmt.Errorf("%w: %w", models.ErrUnavailable, err)
	}
	return err
}

func isUnavailable(err error) bool { return errors.Is(err, models.ErrUnavailable) }

func isCanceled(err error) bool { return errors.Is(err, context.Canceled) }

// isConnection reports whether err is about the way to the database.
func isConnection(err error) bool {
	for _, target := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) {
		return true
	}
	// database/sql has no exported error for a handle that is closed.
	return strings.Contains(err.Error(), "sql: database is closed")
}

func translateSQLite(code int, err error) error {
	switch {
	case code == sqliteConstraintForeignKey:
		return fmt.Errorf("%w: the record it belongs to", models.ErrNotFound)
	case code == sqliteConstraintUnique, code == sqliteConstraintPrimaryKey:
		return taken(err.Error())
	case code&0xff == sqliteTooBig:
		return fmt.Errorf("%w: too big", models.ErrBadRequest)
	case sqliteBusy(code):
		return fmt.Errorf("%w: %w", models.ErrUnavailable, err)
	}
	return err
}

func translatePostgres(pg *pgconn.PgError) error {
	safe := &databaseError{code: pg.Code, constraint: pg.ConstraintName}
	switch pg.Code {
	case "23505": // unique_violation
		return taken(pg.ConstraintName)
	case "23503": // foreign_key_violation
		return fmt.Errorf("%w: the record it belongs to", models.ErrNotFound)
	case "22021", "22P05", "54000": // character that text cannot hold; index row too big
		return fmt.Errorf("%w: %w", models.ErrBadRequest, safe)
	case "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "25006":
		// serialization, deadlock, lock timeout, statement timeout, shutdown, read-only standby
		return fmt.Errorf("%w: %w", models.ErrUnavailable, safe)
	}
	switch pg.Code[:min(2, len(pg.Code))] {
	case "08", "28", "3D", "53", "58": // connection, log-in, no such database, resources, system
		return fmt.Errorf("%w: %w", models.ErrUnavailable, safe)
	}
	return safe
}

// taken names what a unique index protects. SQLite tells the columns of the
// index, PostgreSQL its name.
func taken(where string) error {
	for _, c := range []struct {
		err   error
		marks []string
	}{
		{models.ErrNameTaken, []string{
			"accounts_name", "accounts.name_key", "users_username", "users.username_key",
			"teams_name", "teams.name_key", "roles_name", "roles.name_key",
		}},
		{models.ErrLimitReached, []string{"accounts_limit", "accounts.limit_key"}},
		{models.ErrDefaultTaken, []string{"accounts_default", "accounts.family"}},
	} {
		for _, mark := range c.marks {
			if strings.Contains(where, mark) {
				return c.err
			}
		}
	}
	return models.ErrExists
}
