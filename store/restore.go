package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"admin-api/files"
	"admin-api/models"
)

// inUseError says that a database to restore into is not empty. To programs it is
// models.ErrExists.
type inUseError struct{}

func (inUseError) Error() string { return "the database is not empty, and a restore replaces nothing" }

func (inUseError) Is(target error) bool { return target == models.ErrExists }

// Restore puts the backup in file into the database that cfg names, which must be
// empty or not there: all of it or, after an error or when the process is killed,
// nothing. The backup may be of an older schema and of either kind of database;
// file itself is only read. Sessions and what leads to one are left out: who was
// signed in then is not now; and events are numbered on behind a gap. A database that
// is in use is models.ErrExists.
//
// With SQLite the copy is made beside the database. With PostgreSQL it needs
// room in the temporary folder, and the rows are written in one transaction.
func Restore(ctx context.Context, cfg Config, file string, o CopyOptions) error {
	cfg = cfg.withDefaults()
	if err := CheckURL(cfg.URL); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	path, sqlite := strings.CutPrefix(cfg.URL, "sqlite:")
	var err error
	if sqlite {
		err = restoreSQLite(ctx, cfg, file, path, &o)
	} else {
		err = restorePostgres(ctx, cfg, file, &o)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", interrupted(ctx, err))
	}
	return nil
}

func restoreSQLite(ctx context.Context, cfg Config, file, path string, o *CopyOptions) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	unlock, err := files.Lock(ctx, path+".lock") // a server that starts now migrates later
	if err != nil {
		return err
	}
	defer unlock()
	if err := errors.Join(removeLeftovers(path), mustBeFree(ctx, cfg, path)); err != nil {
		return err
	}
	staged, remove, err := stage(filepath.Dir(path), path)
	if err != nil {
		return err
	}
	defer remove()
	copied, err := unpack(ctx, cfg, file, staged, o)
	if err != nil {
		return err
	}
	if err := copied.Close(); err != nil {
		return err
	}
	if err := foldLog(ctx, staged); err != nil {
		return err
	}
	return replaceEmpty(ctx, cfg, staged, path)
}

// removeLeftovers removes what killed restores to path have left. The caller holds
// the lock, so nobody works there.
func removeLeftovers(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, entry := range entries {
		number, ok := strings.CutPrefix(entry.Name(), "."+filepath.Base(path)+".")
		if ok && entry.IsDir() && strings.Trim(number, "0123456789") == "" {
			err = errors.Join(err, os.RemoveAll(filepath.Join(filepath.Dir(path), entry.Name())))
		}
	}
	return err
}

// mustBeFree refuses a path with a database that is in use.
func mustBeFree(ctx context.Context, cfg Config, path string) error {
	_, exists := os.Stat(path)
	used, err := sqliteInUse(ctx, cfg, path, exists)
	if err == nil && used {
		err = fmt.Errorf("%s: %w", path, inUseError{})
	}
	return err
}

// replaceEmpty puts the copy in place. A database that is there must be empty,
// and nobody may have it open: the files beside it would be left otherwise.
func replaceEmpty(ctx context.Context, cfg Config, staged, path string) error {
	if err := mustBeFree(ctx, cfg, path); err != nil {
		return err
	}
	_, exists := os.Stat(path)
	for _, suffix := range []string{"-wal", "-shm", ""} {
		_, err := os.Lstat(path + suffix)
		if exists == nil && err == nil && suffix != "" {
			return fmt.Errorf("%s: another process has the empty database open; stop it first", path)
		}
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return putNew(staged, path)
}

func restorePostgres(ctx context.Context, cfg Config, file string, o *CopyOptions) (err error) {
	target, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	used, err := target.InUse(ctx)
	if err != nil {
		return err
	}
	if used {
		return inUseError{}
	}
	staged, remove, err := stage("", "restore")
	if err != nil {
		return err
	}
	defer remove()
	copied, err := unpack(ctx, cfg, file, staged, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	if _, err := target.Migrate(ctx); err != nil {
		return err
	}
	return target.fill(ctx, copied, o)
}

// unpack copies the backup to staged, brings it to this program's schema, and
// examines it. The caller closes it.
func unpack(ctx context.Context, cfg Config, file, staged string, o *CopyOptions) (*Store, error) {
	if err := copyFile(ctx, file, staged, o); err != nil {
		return nil, err
	}
	whole, err := os.Stat(staged) // before opening, which may make it longer
	if err != nil {
		return nil, err
	}
	copied, err := openCopy(ctx, cfg, staged)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	o.say("examining the backup")
	err = copied.examineLength(ctx, whole.Size())
	if err == nil {
		err = copied.examinePages(ctx)
	}
	if err == nil {
		_, err = copied.Migrate(ctx)
	}
	if err == nil {
		err = copied.examine(ctx)
	}
	if err == nil {
		err = copied.dropSessions(ctx)
	}
	if err == nil {
		err = copied.noteRestore(ctx, o.now())
	}
	if err == nil {
		err = copied.leaveOutEvents(ctx)
	}
	if err != nil {
		_ = copied.Close() // it goes away
		return nil, fmt.Errorf("%s: %w", file, damaged(err))
	}
	if err := o.check(copied); err != nil {
		_ = copied.Close()
		return nil, err
	}
	return copied, nil
}

// dropSessions ends what browsers were signed in with when the backup was made, or
// were about to be. Who was shut out since must not be in again, and what was used
// since must not be good once more.
func (s *Store) dropSessions(ctx context.Context) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, rows := range []string{
			"sessions", "sso_codes", "sso_requests", "sso_tests WHERE status = '" + models.SSOTestPending + "'",
		} {
			if err := tx.write.WithContext(ctx).Exec("DELETE FROM " + rows).Error; err != nil {
				return translate(err)
			}
		}
		return nil
	})
}

// noteRestore notes the time: what somebody used after the backup was made is not in
// it, and must not be good once more.
func (s *Store) noteRestore(ctx context.Context, now time.Time) error {
	return s.Tx(ctx, func(tx *Store) error {
		return translate(tx.write.WithContext(ctx).Model(&models.ContactCenter{}).Where("true").
			UpdateColumn("restored_at", models.NewTime(now)).Error)
	})
}

// restoredGap is how many numbers of events a restore leaves out, more than were
// given since the backup was made. Numbers stay exact in JSON after millions of
// restores.
const restoredGap = 1_000_000_000

// leaveOutEvents has new events numbered behind all that were told since the
// backup was made: who has heard of one of those is told of the gap then, and
// takes no later event for it.
func (s *Store) leaveOutEvents(ctx context.Context) error {
	return s.Tx(ctx, func(tx *Store) error {
		return translate(tx.write.WithContext(ctx).Exec(`INSERT INTO event_heads (contact_center_id, sequence)
			SELECT id, ? FROM contact_centers WHERE true
			ON CONFLICT (contact_center_id) DO UPDATE SET sequence = event_heads.sequence + excluded.sequence`,
			restoredGap).Error)
	})
}

// copyFile copies a backup to a new private file. It refuses a database that
// somebody works with: a part of that is in the log beside it.
func copyFile(ctx context.Context, from, to string, o *CopyOptions) error {
	info, err := os.Stat(from) // before opening: to open a pipe would wait
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s: %w: no regular file", from, errNoBackup)
	}
	for _, suffix := range []string{"-wal", "-journal"} {
		if log, err := os.Stat(from + suffix); err == nil && log.Size() > 0 {
			return fmt.Errorf("%s: a part of it is in %s: it is a database in use, make a backup of it with admin-api backup",
				from, from+suffix)
		}
	}
	if err := createPrivate(to); err != nil {
		return err
	}
	defer tellSize(to, o)()
	return copyBytes(ctx, from, to)
}

// copyChunk is how much is copied between two looks at the context.
const copyChunk = 1 << 20

func copyBytes(ctx context.Context, from, to string) error {
	in, err := os.Open(from) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY, 0o600) //nolint:gosec // made by the caller
	if err != nil {
		return err
	}
	for err == nil && ctx.Err() == nil {
		_, err = io.CopyN(out, in, copyChunk)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, ctx.Err(), out.Close())
}
