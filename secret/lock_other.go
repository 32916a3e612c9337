//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package secret

import (
	"fmt"
	"os"
)

// lockFile takes the lock by creating the file name, and returns what releases
// it. Where it exists, another process holds the lock or died with it.
func lockFile(name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock (remove the file if no other process is at work): %w", err)
	}
	return func() {
		_ = f.Close()
		_ = os.Remove(name)
	}, nil
}

// syncFolder does nothing: folders cannot be synced everywhere.
func syncFolder(string) error { return nil }

// keepOwner does nothing: the new file belongs to who writes it.
func keepOwner(*os.File, os.FileInfo) error { return nil }

const hasFileModes = false
