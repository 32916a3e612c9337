package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"admin-api/models"
)

// Backup writes a consistent copy of the SQLite database to a new file that only
// its owner can read, while others go on reading and writing. It returns
// models.ErrExists for a path that is taken; a copy that fails is removed. On
// PostgreSQL it is an error: pg_dump does it better.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.dialect != SQLite {
		return errors.New("backup: use pg_dump for PostgreSQL")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("backup: %s: %w", path, models.ErrExists)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer f.Close()
	// The readers refuse it, because it writes, if only elsewhere.
	db := openPool(s.copier, 1)
	defer db.Close()
	if _, err = db.ExecContext(ctx, "VACUUM INTO ?", path); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("backup: %w", errors.Join(translate(err), os.Remove(path)))
	}
	return nil
}
