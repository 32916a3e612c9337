//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package audit_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/audit"
	"admin-api/store/storetest"
)

// Run as root, as after "sudo admin-api tokens create" beside a server with a
// user of its own: the server must be able to read, write and lock the file.
func TestHeadsFileKeepsItsOwner(t *testing.T) {
	for name, existing := range map[string]bool{"an existing file": true, "a new file": false} {
		t.Run(name, func(t *testing.T) {
			s := storetest.SQLite(t)
			l, center := newLog(t, s)
			folder := t.TempDir()
			file := filepath.Join(folder, "audit-heads.json")
			heads := audit.KeepHeads(l, file, time.Millisecond)
			if existing {
				require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))
			}
			if os.Geteuid() == 0 {
				require.NoError(t, os.Chown(folder, 4711, 4712))
				if existing {
					require.NoError(t, os.Chown(file, 4711, 4712))
				}
			}
			record(t, l, center, 1)
			require.NoError(t, heads.Flush(t.Context()))
			for _, path := range []string{file, file + ".lock"} {
				require.Equal(t, ownerOf(t, folder), ownerOf(t, path), path)
			}
		})
	}
}

func ownerOf(t *testing.T, path string) [2]uint32 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	stat, ok := info.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	return [2]uint32{stat.Uid, stat.Gid}
}
