package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const sqliteNoDatabase = 26

// openError says in one line why a database cannot be opened; what it wraps
// tells programs the same. It never repeats a password.
type openError struct {
	text string
	err  error
}

func (e *openError) Error() string { return e.text }

func (e *openError) Unwrap() error { return e.err }

// CheckURL finds what is wrong with the URL of a database, without opening it.
// The error does not repeat the URL, because it may hold a password.
func CheckURL(text string) error {
	if path, ok := strings.CutPrefix(text, "sqlite:"); ok {
		if path == "" || strings.HasPrefix(path, ":memory:") {
			return errors.New("sqlite: needs the path of a file")
		}
		return nil
	}
	if strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://") {
		_, err := parsePostgres(text)
		return err
	}
	return errors.New("write sqlite:FILE or postgres://…")
}

// parsePostgres does not pass pgx's errors on: they repeat the URL, and with an
// unusual one the password too.
func parsePostgres(text string) (*pgx.ConnConfig, error) {
	misread := errors.New("the postgres:// URL cannot be read; in user name and password write characters such as " +
		"@ : / ? # % in percent-encoding (@ is %40)")
	u, err := url.Parse(text)
	if err != nil || u.Fragment != "" || strings.Contains(u.Path+u.RawQuery, "@") {
		return nil, misread // what follows such a character would be taken for something else
	}
	config, err := pgx.ParseConfig(text)
	if file, ok := errors.AsType[*fs.PathError](err); ok { // sslrootcert and the like
		return nil, fmt.Errorf("a file that the postgres:// URL names: %w", file)
	}
	if err != nil {
		return nil, misread
	}
	return config, nil
}

// postgresOpenError names each address and what it answered.
func postgresOpenError(config *pgx.ConnConfig, err error) error {
	var why []string
	walk(err, func(cause error) {
		if text := postgresCause(config, cause); text != "" && !slices.Contains(why, text) {
			why = append(why, text)
		}
	})
	if why == nil {
		why = []string{strings.Join(strings.Fields(err.Error()), " ")}
	}
	return &openError{"PostgreSQL cannot be reached: " + strings.Join(why, "; "), unavailable(err)}
}

// postgresCause is empty for an error that only wraps others.
func postgresCause(config *pgx.ConnConfig, err error) string {
	//nolint:errorlint // each error of the tree is looked at by itself
	switch err := err.(type) {
	case *pgconn.PgError:
		switch err.Code {
		case "28P01", "28000":
			return fmt.Sprintf("the server refuses the user %q: check user name and password (SQLSTATE %s)",
				config.User, err.Code)
		case "3D000":
			return fmt.Sprintf("the server has no database %q (SQLSTATE %s)", config.Database, err.Code)
		}
		return "the server answers SQLSTATE " + err.Code
	case *net.DNSError:
		return fmt.Sprintf("the host name %q cannot be looked up", err.Name)
	case *net.OpError:
		if err.Addr != nil && err.Op == "dial" {
			return fmt.Sprintf("%s: %v", err.Addr, err.Err)
		}
	}
	if err == context.DeadlineExceeded { //nolint:errorlint // each error of the tree is looked at by itself
		return "no answer in time"
	}
	return ""
}

// walk calls see for every error of a tree.
func walk(err error, see func(error)) {
	if err == nil {
		return
	}
	see(err)
	//nolint:errorlint // the tree itself is walked
	switch err := err.(type) {
	case interface{ Unwrap() error }:
		walk(err.Unwrap(), see)
	case interface{ Unwrap() []error }:
		for _, each := range err.Unwrap() {
			walk(each, see)
		}
	}
}

// sqliteOpenError names the file.
func sqliteOpenError(path string, err error) error {
	if code, ok := sqliteCode(err); ok && code&0xff == sqliteNoDatabase {
		return &openError{path + " is no SQLite database", unavailable(err)}
	}
	return &openError{fmt.Sprintf("open %s: %v", path, err), unavailable(err)}
}
