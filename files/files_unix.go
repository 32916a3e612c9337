//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// tryLock returns nil without an error where somebody else holds the lock. The
// file stays: removing it would let two processes lock two files of one name.
func tryLock(name string) (unlock func(), err error) {
	f, err := openLock(name)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return func() { _ = f.Close() }, nil
	}
	_ = f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return nil, &fs.PathError{Op: "lock", Path: name, Err: err}
}

// openLock makes the file where it is missing. What root makes belongs to the
// owner of the folder, who could not open it otherwise.
func openLock(name string) (*os.File, error) {
	owner, err := Owner(name)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator chose the path
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(name, os.O_RDWR, 0o600) //nolint:gosec // the operator chose the path
	}
	if err != nil {
		return nil, err
	}
	if err := keepOwner(f, owner); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// syncFolder makes a rename in the folder name survive a power failure.
func syncFolder(name string) error {
	d, err := os.Open(name) //nolint:gosec // the operator chose the path
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// keepOwner gives f the owner of like, if that is somebody else.
func keepOwner(f *os.File, like fs.FileInfo) error {
	if like == nil {
		return nil
	}
	owner, ok := like.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Geteuid() {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
