package files_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/files"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(data)
}

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"first", "second, longer", ""} {
		require.NoError(t, files.Replace(path, []byte(text), nil))
		require.Equal(t, text, read(t, path))
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode())
		require.NoFileExists(t, path+".new")
	}
}

func TestStagedFileWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, files.Replace(path, []byte("old"), nil))
	require.NoError(t, os.WriteFile(path+".new", []byte("of a killed writer"), 0o600))
	s, err := files.Stage(path, []byte("new"), nil)
	require.NoError(t, err)
	require.Equal(t, "old", read(t, path))
	require.Equal(t, "new", read(t, s.Name()))
	require.Equal(t, s, files.Leftover(path))
	require.NoError(t, s.Commit())
	require.Equal(t, "new", read(t, path))
	require.Nil(t, files.Leftover(path))
}

func TestReplaceLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.MkdirAll(filepath.Join(path, "a folder with something in it"), 0o700))
	require.Error(t, files.Replace(path, []byte("x"), nil))
	require.NoFileExists(t, path+".new")
	require.Error(t, files.Replace(filepath.Join(t.TempDir(), "no", "folder"), []byte("x"), nil))
}

func TestLockExcludes(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	unlock, err := files.Lock(t.Context(), name)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = files.Lock(ctx, name)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, name)

	second := make(chan error, 1)
	go func() {
		unlock, err := files.Lock(t.Context(), name)
		if err == nil {
			unlock()
		}
		second <- err
	}()
	unlock()
	require.NoError(t, <-second)
	_, err = files.Lock(t.Context(), filepath.Join(name, "not", "a", "folder"))
	require.Error(t, err)
}
