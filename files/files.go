// Package files replaces files in one step, keeps the owner of what it
// replaces, and locks between processes.
//
// It knows nothing of what files hold, and imports nothing of ours.
package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// lockPause is how long a process that waits for a lock lets pass before it
// asks again.
const lockPause = 20 * time.Millisecond

// Staged is a complete file that is not in its place yet.
type Staged struct{ next, path string }

// Stage writes data to a file of mode 0600 beside path, which takes the place
// of path on Commit. It gets the owner of like; nil means who writes it. There
// is one such file per path, so that a killed writer leaves one stray copy at
// most: callers must exclude each other, see Lock.
func Stage(path string, data []byte, like fs.FileInfo) (*Staged, error) {
	s := &Staged{next: path + ".new", path: path}
	if err := os.Remove(s.next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(s.next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(keepOwner(f, like), writeSynced(f, data)); err != nil {
		return nil, errors.Join(err, os.Remove(s.next))
	}
	return s, nil
}

// Leftover returns the file that somebody staged for path and could not commit
// any more; nil where there is none.
func Leftover(path string) *Staged {
	s := &Staged{next: path + ".new", path: path}
	if info, err := os.Lstat(s.next); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return s
}

// Name is where the file stands until Commit.
func (s *Staged) Name() string { return s.next }

// Commit puts the file in its place: a reader sees the old or the new one, also
// after a power failure, never a part. After an error it stands under Name.
func (s *Staged) Commit() error {
	if err := os.Rename(s.next, s.path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(s.path))
}

// Replace is Stage and Commit; after an error nothing is left of it.
func Replace(path string, data []byte, like fs.FileInfo) error {
	s, err := Stage(path, data, like)
	if err != nil {
		return err
	}
	if err := s.Commit(); err != nil {
		if removed := os.Remove(s.next); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
		return err
	}
	return nil
}

// Owner returns whose file one at path should be: that of who owns it now. For
// a file that is not there, root gets the folder, because a command run by root
// must not lock out the user who serves from it; others get nil, themselves.
func Owner(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return info, err
	}
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // whoever writes the file
	}
	return os.Stat(filepath.Dir(path))
}

// Lock waits for the exclusive lock on the file name, which it creates if need
// be, and returns what releases it. Where the system can, it releases the lock
// of a process that dies. An error is that of ctx, or one of the file.
func Lock(ctx context.Context, name string) (unlock func(), err error) {
	for {
		unlock, err := tryLock(name)
		if err != nil || unlock != nil {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("another process holds the lock %s: %w", name, ctx.Err())
		case <-time.After(lockPause):
		}
	}
}

func writeSynced(f *os.File, data []byte) error {
	_, err := f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
