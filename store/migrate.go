package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"admin-api/files"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date and returns how many migrations it
// applied. Several processes may call it at once: one works, the others wait.
// It refuses a database whose schema is newer than this program.
func (s *Store) Migrate(ctx context.Context) (applied int, err error) {
	pending, err := s.Pending(ctx)
	if err != nil || pending == 0 {
		return 0, err
	}
	db := s.migrator()
	defer db.Close()
	if s.dialect == SQLite {
		unlock, err := files.Lock(ctx, s.path+".lock")
		if err != nil {
			return 0, fmt.Errorf("migrate: %w", translate(err))
		}
		defer unlock()
	}
	provider, err := s.provider(db)
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", translate(err))
	}
	for _, r := range results {
		s.logger.LogAttrs(ctx, slog.LevelInfo, "migrated",
			slog.Int64("version", r.Source.Version), slog.Int64("ms", r.Duration.Milliseconds()))
	}
	return len(results), nil
}

func (s *Store) provider(db *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/"+s.dialect)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if s.dialect == Postgres {
		dialect = goose.DialectPostgres
		// Ask every second, for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, folder, options...)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return p, nil
}

// Pending returns how many migrations Migrate would apply. It changes nothing.
// A schema that is newer than this program is an error.
func (s *Store) Pending(ctx context.Context) (int, error) {
	applied, err := s.applied(ctx)
	if err != nil {
		return 0, err
	}
	known, err := s.known()
	if err != nil {
		return 0, err
	}
	pending := 0
	for _, v := range known {
		if !applied[v] {
			pending++
		}
		delete(applied, v)
	}
	for v := range applied {
		return 0, fmt.Errorf("migrate: the database has schema %d, which this program does not know", v)
	}
	return pending, nil
}

// SchemaVersion returns the version of the schema in the database, 0 for an
// empty one. It changes nothing.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	applied, err := s.applied(ctx)
	if err != nil {
		return 0, err
	}
	latest := int64(0)
	for v := range applied {
		latest = max(latest, v)
	}
	return latest, nil
}

// LatestSchema returns the version of the schema that this program brings.
func LatestSchema() int64 {
	known, err := (&Store{handles: &handles{dialect: SQLite}}).known()
	if err != nil || len(known) == 0 {
		return 0
	}
	return known[len(known)-1]
}

// known returns the versions of the embedded migrations in ascending order.
func (s *Store) known() ([]int64, error) {
	entries, err := migrations.ReadDir("migrations/" + s.dialect)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	versions := make([]int64, 0, len(entries))
	for _, e := range entries {
		v, err := goose.NumericComponent(e.Name())
		if err != nil {
			return nil, fmt.Errorf("migrate: %s: %w", e.Name(), err)
		}
		versions = append(versions, v)
	}
	return versions, nil
}

// applied reads goose's own table; goose would create it first.
func (s *Store) applied(ctx context.Context) (map[int64]bool, error) {
	exists := "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'goose_db_version'"
	if s.dialect == Postgres {
		exists = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')"
	}
	var tables int
	if err := s.query(ctx).Raw(exists).Find(&tables).Error; err != nil {
		return nil, fmt.Errorf("read schema version: %w", translate(err))
	}
	applied := map[int64]bool{}
	if tables == 0 {
		return applied, nil
	}
	var versions []int64
	list := "SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0"
	if err := s.query(ctx).Raw(list).Find(&versions).Error; err != nil {
		return nil, fmt.Errorf("read schema version: %w", translate(err))
	}
	for _, v := range versions {
		applied[v] = true
	}
	return applied, nil
}
