package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestBackup(t *testing.T) {
	s := storetest.SQLite(t)
	cc := center(t, s, "a.test")
	a := stored(t, s, account(cc, "a", 1))
	path := filepath.Join(t.TempDir(), "backup 'of' today.db")
	require.NoError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		require.NoError(t, tx.InsertAccount(t.Context(), account(cc, "uncommitted", 2)))
		return s.Backup(t.Context(), path, store.CopyOptions{})
	}), "while a transaction is open")
	stored(t, s, account(cc, "later", 3))

	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	restored := storetest.Open(t, store.Config{URL: "sqlite:" + path})
	all, err := restored.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: cc})
	require.NoError(t, err)
	require.Equal(t, []models.Account{*a}, all)
	stored(t, restored, account(cc, "new", 4))

	require.ErrorIs(t, s.Backup(t.Context(), path, store.CopyOptions{}), models.ErrExists)
	require.ErrorIs(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "none", "x"), store.CopyOptions{}), fs.ErrNotExist)
}
