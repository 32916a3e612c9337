package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"admin-api/files"
	"admin-api/models"
)

// sizeInterval is how often the size of a growing copy is told.
const sizeInterval = time.Second

// CopyOptions say what accompanies a backup or a restore.
type CopyOptions struct {
	// Check, when set, is given the complete copy, as a store of its own, before
	// it is put in place. Its error leaves nothing behind, and is returned.
	Check func(copied *Store) error
	// Now is the time of a restore; nil means time.Now.
	Now func() time.Time
	// Say, when set, is told how far the work is, often, and from other
	// goroutines.
	Say func(progress string)
}

func (o *CopyOptions) say(format string, args ...any) {
	if o.Say != nil {
		o.Say(fmt.Sprintf(format, args...))
	}
}

func (o *CopyOptions) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o *CopyOptions) check(copied *Store) error {
	if o.Check == nil {
		return nil
	}
	return o.Check(copied)
}

// Backup writes a consistent copy of the database to a new SQLite file that only
// its owner can read, while others go on reading and writing; the copy of a
// PostgreSQL database too is a SQLite file. Before it gets its name it is
// examined: see CopyOptions. It returns models.ErrExists for a path that is
// taken. A copy that fails is removed; what a killed process leaves is a hidden
// folder beside path, and never a file at path.
func (s *Store) Backup(ctx context.Context, path string, o CopyOptions) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backup: %s: %w", path, models.ErrExists)
	}
	staged, remove, err := stage(filepath.Dir(path), path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer remove()
	if s.dialect == SQLite {
		err = s.vacuumInto(ctx, staged, &o)
	} else {
		err = s.pgToFile(ctx, staged, &o)
	}
	if err == nil {
		err = s.finish(ctx, staged, &o)
	}
	if err == nil {
		err = putNew(staged, path)
	}
	if err != nil {
		return fmt.Errorf("backup: %w", interrupted(ctx, translate(err)))
	}
	return nil
}

// interrupted returns why ctx ended, where that is why something failed: a
// database may have its own word for a statement that was broken off.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// stage makes a folder in dir that only its owner may enter, and returns a path
// in it for a file that is to become path. Whatever SQLite puts beside that file
// goes with the folder.
func stage(dir, path string) (staged string, remove func(), err error) {
	folder, err := os.MkdirTemp(dir, "."+filepath.Base(path)+".*")
	if why, ok := errors.AsType[*fs.PathError](err); ok {
		return "", nil, fmt.Errorf("nothing can be made in the folder %s: %w", dir, why.Err)
	}
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(folder, "copy.db"), func() { _ = os.RemoveAll(folder) }, nil
}

// putNew gives a staged file its name, unless that is taken, and its owner.
func putNew(staged, path string) error {
	err := files.PutNew(staged, path)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", path, models.ErrExists)
	}
	return err
}

// vacuumInto copies what a read-only connection sees in one moment.
func (s *Store) vacuumInto(ctx context.Context, staged string, o *CopyOptions) error {
	if err := createPrivate(staged); err != nil {
		return err
	}
	defer tellSize(staged, o)()
	// The readers refuse it, because it writes, if only elsewhere.
	db := openPool(s.copier, 1)
	defer db.Close()
	_, err := db.ExecContext(ctx, "VACUUM INTO ?", staged)
	return err
}

// tellSize says how far a file has grown, until stop is called.
func tellSize(path string, o *CopyOptions) (stop func()) {
	done, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		tick := time.NewTicker(sizeInterval)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if info, err := os.Stat(path); err == nil {
					o.say("%d MiB copied", info.Size()>>20)
				}
			}
		}
	}()
	return func() { close(done); <-told }
}

// finish opens a copy as a store, examines it, and leaves one file that is
// complete on the disk.
func (s *Store) finish(ctx context.Context, staged string, o *CopyOptions) (err error) {
	copied, err := openSQLite(ctx, Config{Logger: s.logger, SlowQuery: time.Hour}.withDefaults(), staged)
	if err != nil {
		return err
	}
	o.say("examining the copy")
	err = copied.examine(ctx)
	if err == nil {
		err = o.check(copied)
	}
	if err = errors.Join(err, copied.Close()); err != nil {
		return err
	}
	return foldLog(ctx, staged)
}

// foldLog makes a file of a closed database that needs no log beside it, so that
// it can be read where nothing can be written, and syncs it.
func foldLog(ctx context.Context, path string) error {
	writer, _, err := sqliteHandles(path, time.Minute)
	if err != nil {
		return err
	}
	db := openPool(writer, 1)
	modes, err := column[string](ctx, db, "PRAGMA journal_mode = DELETE")
	if err == nil && (len(modes) != 1 || modes[0] != "delete") {
		err = fmt.Errorf("%s keeps its log: %v", path, modes)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	return files.Sync(path)
}
