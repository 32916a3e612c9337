package store

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Config says which database to open and how.
type Config struct {
	// URL is "sqlite:PATH" or "postgres://…", there with several hosts if need be.
	URL string
	// Readers is the number of read-only connections to SQLite; 0 stands for
	// one per processor, at least 4.
	Readers int
	// MaxConns is the size of the PostgreSQL pool; 0 stands for 20.
	MaxConns int
	// Logger receives warnings about slow statements, without values; nil
	// discards them.
	Logger *slog.Logger
	// BusyTimeout is how long a statement waits for a lock that another
	// transaction or process holds; 0 stands for 5 seconds.
	BusyTimeout time.Duration
	// SlowQuery is the duration from which a statement is worth a warning; 0 stands
	// for 250 milliseconds.
	SlowQuery time.Duration
}

func (c Config) withDefaults() Config {
	if c.Readers <= 0 {
		c.Readers = max(4, runtime.NumCPU())
	}
	if c.MaxConns <= 0 {
		c.MaxConns = 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.BusyTimeout <= 0 {
		c.BusyTimeout = 5 * time.Second
	}
	if c.SlowQuery <= 0 {
		c.SlowQuery = 250 * time.Millisecond
	}
	return c
}

// Open connects to the database that cfg names; a SQLite file that does not
// exist is created, readable by its owner only. It does not touch the schema:
// see Migrate. A database that does not answer is models.ErrUnavailable. Errors
// are one line and do not repeat the URL, because it may hold a password.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	cfg = cfg.withDefaults()
	if err := CheckURL(cfg.URL); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if path, ok := strings.CutPrefix(cfg.URL, "sqlite:"); ok {
		return openSQLite(ctx, cfg, path)
	}
	return openPostgres(ctx, cfg)
}

// openGORM gives GORM a dialect over connections that are open already.
func openGORM(d gorm.Dialector, log queryLog) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction: true,
		QueryFields:            true, // a new column must not change what a prepared statement returns
		DisableAutomaticPing:   true,
		TranslateError:         false, // translate sees more: the extended code and the constraint
		Logger:                 log,
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", translate(err))
	}
	return db, nil
}
