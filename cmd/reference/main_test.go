package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReferenceIsCurrent(t *testing.T) {
	require.NoError(t, run([]string{"--check", "--root", "../.."}, t.Output()))
}

func TestRun(t *testing.T) {
	root := t.TempDir()
	check := []string{"--check", "--root", root}
	require.ErrorContains(t, run(check, t.Output()), "run make generate")
	require.NoError(t, run([]string{"--root", root}, t.Output()))
	require.NoError(t, run(check, t.Output()))

	page := filepath.Join(root, "docs/types/zendesk.md")
	was, err := os.ReadFile(page)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(page, []byte("edited\n"), 0o600))
	require.ErrorContains(t, run(check, t.Output()), "docs/types/zendesk.md")

	var stale []string
	for _, name := range []string{"docs/types/gone.md", "examples/accounts/gone.json"} {
		stale = append(stale, filepath.Join(root, name))
		require.NoError(t, os.WriteFile(stale[len(stale)-1], []byte("{}\n"), 0o600))
		require.ErrorContains(t, run(check, t.Output()), name)
	}
	require.NoError(t, run([]string{"--root", root}, t.Output()))
	for _, name := range stale {
		require.NoFileExists(t, name)
	}
	again, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(was), string(again))
	require.NoError(t, run(check, t.Output()))

	require.Error(t, run([]string{"--nonsense"}, t.Output()))
	require.Error(t, run([]string{"--check", "--root", page}, t.Output()))
	require.Error(t, run([]string{"--root", page}, t.Output()))
}
