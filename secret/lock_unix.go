//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package secret

import (
	"errors"
	"os"
	"syscall"
)

// lockFile waits for the exclusive lock on the file name, which it creates if
// need be, and returns what releases it. The kernel releases the lock of a
// process that dies. The file itself stays: removing it would let two holders in.
func lockFile(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator chose the path
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, &os.PathError{Op: "lock", Path: name, Err: err}
	}
	return func() { _ = f.Close() }, nil
}

// syncFolder makes a rename in the folder name survive a power failure.
func syncFolder(name string) error {
	d, err := os.Open(name) //nolint:gosec // the operator chose the path
	if err != nil {
		return err
	}
	err = d.Sync()
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}

// keepOwner gives f the owner of previous, if that is somebody else: a rotation
// by root must not lock out the server's own user.
func keepOwner(f *os.File, previous os.FileInfo) error {
	if previous == nil {
		return nil
	}
	owner, ok := previous.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Geteuid() {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}

const hasFileModes = true
