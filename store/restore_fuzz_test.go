package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/store"
	"admin-api/store/storetest"
)

// FuzzRestore overwrites or cuts a backup somewhere. Whatever becomes of it, a
// restore refuses it in one line and leaves nothing, or what it puts in place is
// a database that works.
func FuzzRestore(f *testing.F) {
	s := storetest.SQLite(f)
	file := filepath.Join(f.TempDir(), "backup.db")
	require.NoError(f, s.Backup(f.Context(), file, store.CopyOptions{}))
	good, err := os.ReadFile(file)
	require.NoError(f, err)
	f.Add(uint32(0), []byte{}, false)
	f.Add(uint32(18), []byte{2, 2}, false) // the mode of the journal
	f.Add(uint32(28), []byte{0, 0, 0, 1}, false)
	f.Add(uint32(100), []byte{13, 255, 255, 255}, false)
	f.Add(uint32(16384*3), bytes.Repeat([]byte{0xff}, 100), false)
	f.Add(uint32(5000), []byte("CREATE TRIGGER"), false)
	f.Add(uint32(20000), []byte{}, true)
	f.Fuzz(func(t *testing.T, offset uint32, over []byte, cut bool) {
		at := int(offset) % len(good)
		data := bytes.Clone(good)
		copy(data[at:], over)
		if cut {
			data = data[:at]
		}
		from, to := filepath.Join(t.TempDir(), "bad.db"), filepath.Join(t.TempDir(), "admin-api.db")
		require.NoError(t, os.WriteFile(from, data, 0o600))
		err := store.Restore(t.Context(), store.Config{URL: "sqlite:" + to}, from, store.CopyOptions{})
		if err != nil {
			require.NotContains(t, strings.TrimSpace(err.Error()), "\n")
			require.NoFileExists(t, to)
			requireAlone(t, to) // the lock
			return
		}
		restored := storetest.Open(t, store.Config{URL: "sqlite:" + to})
		require.NoError(t, restored.Ping(t.Context()))
	})
}
