package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
)

// Connections are renewed now and then, so that a pool follows a moved primary
// and a grown cluster.
const (
	connLifetime = 30 * time.Minute
	connIdleTime = 5 * time.Minute
	connTimeout  = 5 * time.Second
)

func openPostgres(ctx context.Context, cfg Config) (*Store, error) {
	pc, err := parsePostgres(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if pc.ConnectTimeout == 0 {
		pc.ConnectTimeout = connTimeout
	}
	if pc.RuntimeParams["application_name"] == "" {
		pc.RuntimeParams["application_name"] = "admin-api"
	}
	// Set on the open connection, because poolers refuse it at the start of one.
	lockTimeout := "SET lock_timeout = " + strconv.FormatInt(cfg.BusyTimeout.Milliseconds(), 10)
	pool := stdlib.OpenDB(*pc, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, lockTimeout)
		return err
	}))
	pool.SetMaxOpenConns(cfg.MaxConns)
	pool.SetMaxIdleConns(cfg.MaxConns)
	pool.SetConnMaxLifetime(connLifetime)
	pool.SetConnMaxIdleTime(connIdleTime)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("open database: %w", postgresOpenError(pc, err))
	}
	// pgx prepares every statement once per connection by itself. Its cache also
	// serves statements inside of transactions, which GORM's PrepareStmt does not.
	slow := queryLog{cfg.Logger, cfg.SlowQuery}
	db, err := openGORM(postgres.New(postgres.Config{Conn: pool}), slow)
	if err != nil {
		_ = pool.Close()
		return nil, err
	}
	h := &handles{
		dialect: Postgres, queries: newQueries(Postgres), logger: cfg.Logger, slow: slow,
		writerDB: pool, readerDB: pool, closers: []func() error{pool.Close},
	}
	h.migrator = func() *sql.DB {
		// Waiting for the migration lock of another process may take longer than
		// the lock timeout of the pool.
		db := stdlib.OpenDB(*pc)
		db.SetMaxOpenConns(2)
		return db
	}
	return &Store{handles: h, write: db, read: db}, nil
}
