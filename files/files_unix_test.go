//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package files_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/files"
)

// give gives a file to somebody else where the test may, which is as root.
func give(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() == 0 {
		require.NoError(t, os.Chown(path, 4711, 4712))
	}
}

func owner(t *testing.T, path string) [2]uint32 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	return [2]uint32{stat.Uid, stat.Gid}
}

func TestOwnerIsKept(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "f")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	give(t, path)
	before := owner(t, path)
	like, err := files.Owner(path)
	require.NoError(t, err)
	require.NoError(t, files.Replace(path, []byte("x"), like))
	require.Equal(t, before, owner(t, path))
}

// What is new in the folder of another user must not lock that user out.
func TestNewFilesBelongToTheFolder(t *testing.T) {
	folder := t.TempDir()
	give(t, folder)
	path := filepath.Join(folder, "f")
	like, err := files.Owner(path)
	require.NoError(t, err)
	require.NoError(t, files.Replace(path, []byte("x"), like))
	unlock, err := files.Lock(t.Context(), path+".lock")
	require.NoError(t, err)
	defer unlock()
	if os.Geteuid() == 0 {
		require.Equal(t, owner(t, folder), owner(t, path))
		require.Equal(t, owner(t, folder), owner(t, path+".lock"))
	}
}
