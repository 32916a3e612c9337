package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"sync"

	"gorm.io/gorm"

	"admin-api/models"
)

// Names of the supported databases, as Dialect returns them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Store reads and writes the rows of package models. It is safe for concurrent
// use. The Store that Tx passes to its function is not: it belongs to that
// function until it returns.
//
// All methods return errors of package models where the caller can do something
// about them: ErrNotFound, ErrExists, ErrNameTaken, ErrLimitReached,
// ErrDefaultTaken, ErrVersionMismatch, ErrInUse, ErrBadRequest (text that the
// database cannot hold) and ErrUnavailable (busy, unreachable, shutting down,
// out of time). A context that was canceled shows as context.Canceled. Of what is
// stored or bound, error texts contain ids only.
type Store struct {
	*handles
	write *gorm.DB
	read  *gorm.DB
	inTx  bool
}

// handles is what all Stores of one database share.
type handles struct {
	dialect  string
	path     string // of the SQLite file
	logger   *slog.Logger
	slow     queryLog
	queries  queries
	writerDB *sql.DB
	readerDB *sql.DB
	group    *group // nil on PostgreSQL
	migrator func() *sql.DB
	copier   driver.Connector // reads the SQLite file for a copy
	closers  []func() error
	closed   sync.Once
}

// Dialect returns SQLite or Postgres.
func (s *Store) Dialect() string { return s.dialect }

// Path returns the path of the SQLite file, or the empty string.
func (s *Store) Path() string { return s.path }

// Close waits for running statements and releases all connections. With SQLite
// the write-ahead log is folded into the database file. Further calls do nothing.
func (h *handles) Close() error {
	var first error
	h.closed.Do(func() {
		for _, c := range h.closers {
			if err := c(); err != nil && first == nil {
				first = fmt.Errorf("close database: %w", err)
			}
		}
	})
	return first
}

// Stats says how busy the database handles are.
type Stats struct {
	// Writer and Readers are the same pool on PostgreSQL.
	Writer, Readers sql.DBStats
	// Waiting is how many transactions wait for SQLite's one writer.
	Waiting int
	// Commits and Transactions count what SQLite's writer did: one commit can
	// make several transactions durable.
	Commits, Transactions uint64
}

// Stats returns the state of the handles for metrics.
func (s *Store) Stats() Stats {
	stats := Stats{Writer: s.writerDB.Stats(), Readers: s.readerDB.Stats()}
	if s.group != nil {
		stats.Waiting, stats.Commits, stats.Transactions = s.group.stats()
	}
	return stats
}

// Ping asks a reader for an answer and makes sure that a write transaction can
// begin. It returns models.ErrUnavailable when one of them cannot.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.read.WithContext(ctx).Raw("SELECT 1").Find(&one).Error; err != nil {
		return fmt.Errorf("ping reader: %w", unavailable(err))
	}
	err := s.Tx(ctx, func(tx *Store) error {
		if tx.dialect == SQLite {
			return nil // BEGIN IMMEDIATE has taken the write lock already
		}
		// A standby, or what a fail-over has left of a primary, answers but takes no write.
		var readOnly bool
		question := "SELECT current_setting('transaction_read_only') = 'on'"
		if err := tx.write.WithContext(ctx).Raw(question).Find(&readOnly).Error; err != nil {
			return err
		}
		if readOnly {
			return fmt.Errorf("%w: the server is read-only", models.ErrUnavailable)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("ping writer: %w", unavailable(err))
	}
	return nil
}

// exec runs fn, one statement that writes. On SQLite it takes its turn among
// the writers; on PostgreSQL the statement is a transaction by itself.
func (s *Store) exec(ctx context.Context, fn func(db *gorm.DB) error) error {
	if s.group == nil {
		return translate(fn(s.write.WithContext(ctx)))
	}
	return translate(s.Tx(ctx, func(tx *Store) error { return fn(tx.write.WithContext(ctx)) }))
}

// query is the short way to a read through GORM. Rows are fetched by Find, never by
// Scan: that one puts the values into the statement that it logs.
func (s *Store) query(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }
