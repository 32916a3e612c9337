package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"admin-api/models"
)

func TestCheckURL(t *testing.T) {
	for _, url := range []string{
		"sqlite:data/admin-api.db", "postgres://user:s3cr3t@db.example/name", "postgresql://db.example/name",
		"postgres://user:p%40ss@a.example:5432,b.example:5433/name?target_session_attrs=read-write",
	} {
		require.NoError(t, CheckURL(url), url)
	}
	for url, want := range map[string]string{
		"": "sqlite:FILE", "mysql://user:s3cr3t@db": "sqlite:FILE", "sqlite:": "path of a file", "sqlite::memory:": "path of a file",
		"postgres://user:s3cr3t%zz@db.example/x":                                                 "percent-encoding",
		"postgres://user:s3cr3t/x@db.example/x":                                                  "percent-encoding",
		"postgres://user:12#s3cr3t@db.example/x":                                                 "percent-encoding",
		"postgres://user:12?s3cr3t@db.example/x":                                                 "percent-encoding",
		"postgres://user:12/s3cr3t@db.example/x":                                                 "percent-encoding",
		"postgres://user:s3cr3t@db.example:port/name":                                            "percent-encoding",
		"postgres://user:s3cr3t@db.example/name?sslmode=verify-full&sslrootcert=/nowhere/ca.pem": "/nowhere/ca.pem",
	} {
		err := CheckURL(url)
		require.ErrorContains(t, err, want, url)
		require.NotContains(t, err.Error(), "s3cr3t")
		_, opened := Open(t.Context(), Config{URL: url})
		require.ErrorContains(t, opened, err.Error())
	}
}

func TestOpenSaysWhyInOneLine(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.db")
	require.NoError(t, os.WriteFile(junk, []byte(strings.Repeat("junk ", 1000)), 0o600))
	for url, want := range map[string]string{
		"sqlite:" + junk:                                          "junk.db is no SQLite database",
		"sqlite:" + filepath.Join(junk, "below"):                  "below: not a directory",
		"postgres://user:s3cr3t@127.0.0.1:1,localhost:1/name":     "127.0.0.1:1: connect: connection refused",
		"postgres://user:s3cr3t@database.invalid/name":            `"database.invalid" cannot be looked up`,
		"postgres://user:s3cr3t@127.0.0.1:1/name?sslmode=require": "127.0.0.1:1: connect: connection refused",
	} {
		_, err := Open(t.Context(), Config{URL: url})
		require.ErrorContains(t, err, want, url)
		for _, forbidden := range []string{"\n", "temporarily unavailable", "s3cr3t"} {
			require.NotContains(t, err.Error(), forbidden, url)
		}
	}
}

func TestOpenKnowsWhatTheServerAnswers(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://ann:s3cr3t@db.example/crm")
	require.NoError(t, err)
	for code, want := range map[string]string{
		"28P01": `refuses the user "ann"`, "3D000": `no database "crm"`, "53300": "SQLSTATE 53300",
	} {
		answered := &pgconn.PgError{Code: code, Message: "s3cr3t"}
		err := postgresOpenError(config, fmt.Errorf("connect: %w", errors.Join(answered, answered)))
		require.ErrorIs(t, err, models.ErrUnavailable)
		require.Equal(t, 1, strings.Count(err.Error(), want), err.Error())
		require.NotContains(t, err.Error(), "s3cr3t")
	}
	err = postgresOpenError(config, errors.New("something\n\telse"))
	require.EqualError(t, err, "PostgreSQL cannot be reached: something else")
}
