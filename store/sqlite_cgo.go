//go:build cgo

package store

import (
	"database/sql/driver"
	"errors"

	"github.com/mattn/go-sqlite3"
)

// sqliteDriver returns the driver that is compiled with a C compiler.
func sqliteDriver() (driver.Driver, error) { return &sqlite3.SQLiteDriver{}, nil }

// sqliteCode returns the extended result code (sqlite.org/rescode.html) of err.
func sqliteCode(err error) (code int, ok bool) {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return 0, false
	}
	if e.ExtendedCode != 0 {
		return int(e.ExtendedCode), true
	}
	return int(e.Code), true
}
