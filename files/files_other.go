//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package files

import (
	"errors"
	"io/fs"
	"os"
)

// tryLock takes the lock by creating the file, which a process that dies leaves
// behind: remove it by hand then. Nil without an error: somebody holds the lock.
func tryLock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func() {
		_ = f.Close()
		_ = os.Remove(name)
	}, nil
}

// syncFolder does nothing: folders cannot be synced everywhere.
func syncFolder(string) error { return nil }

// keepOwner does nothing: the new file belongs to who writes it.
func keepOwner(*os.File, fs.FileInfo) error { return nil }
