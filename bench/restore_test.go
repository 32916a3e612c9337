package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Backups and restores are killed at random moments. What has the name of a
// backup is a whole one, and a database is there complete or not at all.
func TestCopiesKilledAtAnyMoment(t *testing.T) {
	h := newHouse(t, 1)
	accounts := size(1000, 100)
	for i := range accounts {
		h.create(fmt.Sprintf("Copied %d", i))
	}
	whole := filepath.Join(t.TempDir(), "backup.db")
	start := time.Now()
	h.run("backup", whole)
	took := time.Since(start)
	for i := range size(100, 4) {
		file := filepath.Join(t.TempDir(), fmt.Sprintf("backup-%d.db", i))
		h.kill(rand.N(took), "backup", file)
		if _, err := os.Stat(file); err != nil {
			h.run("backup", file)
		}
		requireRestorable(t, h, file, accounts)
	}
	for range size(100, 4) {
		to := newFolder(t, h)
		to.kill(rand.N(2*took), "restore", whole)
		if _, err := os.Stat(filepath.Join(to.config.data, "admin-api.db")); err != nil {
			to.run("restore", whole)
		}
		to.requireRestored(accounts)
	}
}

// Where there is no room for the copy, nothing is left of it.
func TestBackupWithoutRoom(t *testing.T) {
	h := newHouse(t, 1)
	h.create("Too large")
	folder := t.TempDir()
	cmd := h.config.command(t.Context(), "backup", filepath.Join(folder, "backup.db"))
	limited := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 64 && exec "$0" "$@"`)
	limited.Args, limited.Env = append(limited.Args, cmd.Args...), cmd.Env
	out, err := limited.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "admin-api: backup: ")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
	h.run("backup", filepath.Join(folder, "backup.db"))
}

// newFolder is a house that nobody serves, with the keys of h.
func newFolder(t *testing.T, h *house) *house {
	t.Helper()
	to := &house{t: t, config: h.config}
	to.config.data = filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.Mkdir(to.config.data, 0o700))
	keys, err := os.ReadFile(filepath.Join(h.config.data, "keys.json"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(to.config.data, "keys.json"), keys, 0o600))
	return to
}

func requireRestorable(t *testing.T, h *house, file string, accounts int) {
	t.Helper()
	to := newFolder(t, h)
	require.Contains(t, to.run("restore", file), fmt.Sprintf(" %d accounts,", accounts))
	to.requireRestored(accounts)
}

// requireRestored says that everything is in the folder.
func (h *house) requireRestored(accounts int) {
	h.t.Helper()
	require.Contains(h.t, h.run("audit", "verify"), "all intact")
	require.Contains(h.t, h.run("keys", "status"), fmt.Sprintf(" %d secrets (primary", accounts))
}

// kill runs a command and kills it after a while, if it is not done by then.
func (h *house) kill(after time.Duration, args ...string) {
	h.t.Helper()
	var output bytes.Buffer
	p, err := startProcess(withOutput(h.config.command(h.t.Context(), args...), &output))
	require.NoError(h.t, err)
	if !killAfter(p, after) {
		require.NoError(h.t, p.err, "%s", &output)
	}
}
