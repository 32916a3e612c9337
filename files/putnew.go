package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Sync returns when what was written to the file at path is on the disk.
func Sync(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // the operator chose the path
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// PutNew moves the complete file at from to path, on the same file system, and
// never replaces what is there: errors.Is(err, fs.ErrExist) then. Made by root, it
// gets the owner of the folder. Where the system has no hard links, something
// that appears at path in the very moment can be replaced.
func PutNew(from, path string) error {
	if err := giveTo(from, path); err != nil {
		return err
	}
	err := os.Link(from, path)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err == nil {
		err = os.Remove(from)
	} else if _, there := os.Lstat(path); errors.Is(there, fs.ErrNotExist) {
		err = os.Rename(from, path)
	}
	return errors.Join(err, syncFolder(filepath.Dir(path)))
}

// giveTo gives the file at from the owner that one at path should have.
func giveTo(from, path string) error {
	owner, err := Owner(path)
	if err != nil {
		return err
	}
	f, err := os.Open(from) //nolint:gosec // made by the caller
	if err != nil {
		return err
	}
	return errors.Join(keepOwner(f, owner), f.Close())
}
