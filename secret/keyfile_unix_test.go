//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package secret_test

import (
	"os"
	"syscall"
	"testing"
)

// Run as root, it gives the file to somebody else first, as after
// "sudo admin-api keys rotate" beside a server with a user of its own.
func TestRotateKeepsOwner(t *testing.T) {
	ring, path := create(t)
	if os.Geteuid() == 0 {
		must(t, os.Chown(path, 4711, 4712))
	}
	before := owner(t, path)
	rotate(t, ring)
	if got := owner(t, path); got != before {
		t.Errorf("got owner %v, want %v", got, before)
	}
}

func owner(t *testing.T, path string) [2]uint32 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("got %T", info.Sys())
	}
	return [2]uint32{stat.Uid, stat.Gid}
}
