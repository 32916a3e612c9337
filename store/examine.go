package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// errNoBackup says that a file is none of ours.
var errNoBackup = errors.New("it is no backup of admin-api")

// errDamagedCopy says that a SQLite file does not hold together.
var errDamagedCopy = errors.New("it is damaged or cut short")

// examine makes sure that a SQLite file, alone and at this program's schema, is
// what its name says: pages and indexes fit, no row lacks the one it belongs to,
// and the schema is ours and nothing else.
func (s *Store) examine(ctx context.Context) error {
	if err := s.examinePages(ctx); err != nil {
		return err
	}
	pending, err := s.Pending(ctx)
	if err != nil {
		return err
	}
	if pending > 0 {
		return fmt.Errorf("its schema is behind by %d migrations", pending)
	}
	return s.examineSchema(ctx)
}

// examineLength makes sure that a SQLite file had all of its bytes. SQLite takes
// those that the last page lacks for zeros, and they often are.
func (s *Store) examineLength(ctx context.Context, length int64) error {
	want, err := column[int64](ctx, s.readerDB, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
	if err != nil {
		return damaged(err)
	}
	if len(want) != 1 || want[0] != length {
		return errDamagedCopy
	}
	return nil
}

// examinePages has SQLite look at every page and every reference.
func (s *Store) examinePages(ctx context.Context) error {
	faults, err := column[string](ctx, s.readerDB, "PRAGMA integrity_check(3)")
	if err != nil {
		return damaged(err)
	}
	if !slices.Equal(faults, []string{"ok"}) {
		return fmt.Errorf("%w: %s", errDamagedCopy, oneLine(strings.Join(faults, " ")))
	}
	lost, err := column[string](ctx, s.readerDB, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`)
	if err != nil {
		return damaged(err)
	}
	if len(lost) > 0 {
		return fmt.Errorf("%w: rows of the table %s belong to nothing", errDamagedCopy, oneLine(lost[0]))
	}
	return nil
}

// damaged tells a broken file from one that cannot be reached. What SQLite says of
// a broken one is left out, because it quotes the file.
func damaged(err error) error {
	code, ok := sqliteCode(err)
	switch {
	case ok && code&0xff == sqliteNoDatabase:
		return fmt.Errorf("%w: no SQLite database", errNoBackup)
	case ok && !sqliteBusy(code):
		return fmt.Errorf("%w (SQLite answers %d)", errDamagedCopy, code)
	}
	return err
}

// oneLine makes a line of what a file says.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// examineSchema compares the schema with that of an empty database. A trigger
// or a view that somebody put into the file would run with what is restored.
func (s *Store) examineSchema(ctx context.Context) error {
	staged, remove, err := stage(filepath.Dir(s.path), "schema")
	if err != nil {
		return err
	}
	defer remove()
	fresh, err := openSQLite(ctx, Config{}.withDefaults(), staged)
	if err != nil {
		return err
	}
	defer fresh.Close()
	if _, err := fresh.Migrate(ctx); err != nil {
		return err
	}
	want, err := fresh.schemaLines(ctx)
	if err != nil {
		return err
	}
	got, err := s.schemaLines(ctx)
	if err != nil {
		return damaged(err)
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			return fmt.Errorf("%w: it has a %s that no database of this schema has", errNoBackup, oneLine(line))
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			return fmt.Errorf("%w: it lacks the %s", errNoBackup, line)
		}
	}
	return nil
}

// schemaLines describes what a SQLite file consists of. The text of its
// statements is left out: another version of SQLite may write it differently.
func (s *Store) schemaLines(ctx context.Context) ([]string, error) {
	return column[string](ctx, s.readerDB, `
		SELECT type || ' ' || name || ' on ' || tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'
		UNION ALL SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || ' ' || c.pk
		FROM sqlite_schema t, pragma_table_xinfo(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
}

// openCopy opens a SQLite file that is to be restored from; it may be anything.
func openCopy(ctx context.Context, cfg Config, path string) (*Store, error) {
	s, err := openSQLite(ctx, cfg, path)
	if err != nil {
		return nil, damaged(err)
	}
	applied, err := s.applied(ctx)
	if err == nil && len(applied) == 0 {
		err = errNoBackup
	}
	if err == nil {
		_, err = s.Pending(ctx) // a schema that is newer than this program
	}
	if err != nil {
		_ = s.Close() // what it meets is the same
		return nil, damaged(err)
	}
	return s, nil
}

// sqliteInUse tells whether something that must not be replaced is at the path of
// a SQLite database; exists is what the look at the path said.
func sqliteInUse(ctx context.Context, cfg Config, path string, exists error) (bool, error) {
	if errors.Is(exists, fs.ErrNotExist) {
		return false, nil
	}
	s, err := openSQLite(ctx, cfg, path)
	if err != nil {
		return false, err
	}
	used, err := s.InUse(ctx)
	return used, errors.Join(err, s.Close())
}
