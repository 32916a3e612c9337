package secret_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"admin-api/secret"
)

func TestRotate(t *testing.T) {
	ring, path := create(t)
	old, oldID := seal(t, ring, here)
	newID := rotate(t, ring)
	if newID == oldID || ring.Primary() != newID || !slices.Equal(ring.IDs(), []string{oldID, newID}) {
		t.Errorf("got ids %v, primary %s, new %s", ring.IDs(), ring.Primary(), newID)
	}
	sealed, id := seal(t, ring, here)
	if id != newID {
		t.Errorf("sealed with %s, want %s", id, newID)
	}
	for _, ring := range []*secret.Keyring{ring, open(t, path)} {
		opens(t, ring, old, here)
		opens(t, ring, sealed, here)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("got mode %v, error %v", info.Mode(), err)
	}
}

func TestRotationIsSeenByOthers(t *testing.T) {
	command, path := create(t)
	t.Run("seal", func(t *testing.T) {
		server := open(t, path)
		newID := rotate(t, command)
		if _, id := seal(t, server, here); id != newID {
			t.Errorf("sealed with %s, want %s", id, newID)
		}
	})
	t.Run("unseal", func(t *testing.T) {
		server := open(t, path)
		rotate(t, command)
		sealed, _ := seal(t, command, here)
		opens(t, server, sealed, here)
	})
	t.Run("has", func(t *testing.T) {
		server := open(t, path)
		if newID := rotate(t, command); !server.Has(newID) {
			t.Error("does not have the new key")
		}
	})
	t.Run("primary and ids", func(t *testing.T) {
		server := open(t, path)
		newID := rotate(t, command)
		if server.Primary() != newID || !slices.Contains(server.IDs(), newID) {
			t.Errorf("got primary %s, ids %v, want %s", server.Primary(), server.IDs(), newID)
		}
	})
	t.Run("reload", func(t *testing.T) {
		server := open(t, path)
		newID := rotate(t, command)
		if err := server.Reload(); err != nil || server.Primary() != newID {
			t.Errorf("got %s and error %v, want %s", server.Primary(), err, newID)
		}
	})
}

func TestRotationsWaitForEachOther(t *testing.T) {
	_, path := create(t)
	const processes, each = 4, 3
	var group sync.WaitGroup
	ids := make([][]string, processes)
	for i := range processes {
		ring := open(t, path)
		group.Go(func() {
			for range each {
				id, err := ring.Rotate()
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = append(ids[i], id)
			}
		})
	}
	group.Wait()
	got := open(t, path).IDs()
	if len(got) != 1+processes*each {
		t.Errorf("got %d keys, want %d", len(got), 1+processes*each)
	}
	for _, id := range slices.Concat(ids...) {
		if !slices.Contains(got, id) {
			t.Errorf("key %s is lost", id)
		}
	}
}

func TestBrokenFileKeepsKeys(t *testing.T) {
	_, foreign := create(t)
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
	}{
		{"missing", func(t *testing.T, path string) { must(t, os.Remove(path)) }},
		{"damaged", func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte(plain), 0o600)) }},
		{"emptied", func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) }},
		{"readable by all", func(t *testing.T, path string) { must(t, os.Chmod(path, 0o644)) }},
		{"of another installation", func(t *testing.T, path string) { move(t, foreign, path) }},
		{"older copy", func(t *testing.T, path string) { move(t, path+".old", path) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ring, path := create(t)
			copyFile(t, path, path+".old")
			newID := rotate(t, ring)
			sealed, _ := seal(t, ring, here)
			mac := ring.MAC("p")
			copyFile(t, path, path+".good")
			tt.spoil(t, path)
			for range 2 { // the second time the file is known to be bad
				if _, id := seal(t, ring, here); id != newID {
					t.Errorf("sealed with %s, want %s", id, newID)
				}
				err := ring.LastReloadError()
				if err == nil {
					t.Fatal("no reload error")
				}
				if leaks(err.Error()) {
					t.Error("the error quotes the file")
				}
			}
			opens(t, ring, sealed, here)
			if string(ring.MAC("p")) != string(mac) {
				t.Error("MAC changed")
			}
			if ring.Reload() == nil {
				t.Error("reload reports success")
			}
			if _, err := ring.Rotate(); err == nil {
				t.Error("rotated a file that is not in use")
			}
			move(t, path+".good", path)
			if err := ring.LastReloadError(); err != nil {
				t.Errorf("after repair: %v", err)
			}
			rotate(t, ring)
		})
	}
}

func TestModeRepairedInPlaceIsNoticed(t *testing.T) {
	ring, path := create(t)
	must(t, os.Chmod(path, 0o640))
	if ring.LastReloadError() == nil {
		t.Error("no reload error")
	}
	must(t, os.Chmod(path, 0o600))
	if err := ring.LastReloadError(); err != nil {
		t.Error(err)
	}
}

func TestRotateBehindSymlink(t *testing.T) {
	_, path := create(t)
	link := filepath.Join(t.TempDir(), "link.json")
	must(t, os.Symlink(path, link))
	newID := rotate(t, open(t, link))
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info.Mode(), err)
	}
	if got := open(t, path).Primary(); got != newID {
		t.Errorf("got %s, want %s", got, newID)
	}
}

func TestRotateAfterKilledRotation(t *testing.T) {
	ring, path := create(t)
	must(t, os.WriteFile(path+".new", []byte("part of a"), 0o600))
	newID := rotate(t, ring)
	if _, err := os.Stat(path + ".new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the stray copy is still there: %v", err)
	}
	if got := open(t, path).Primary(); got != newID {
		t.Errorf("got %s, want %s", got, newID)
	}
}

func TestRotateThatCannotWriteChangesNothing(t *testing.T) {
	ring, path := create(t)
	before := ring.IDs()
	must(t, os.MkdirAll(filepath.Join(path+".new", "in the way"), 0o700))
	if _, err := ring.Rotate(); err == nil {
		t.Fatal("no error")
	}
	if got := open(t, path).IDs(); !slices.Equal(got, before) || ring.LastReloadError() != nil {
		t.Errorf("got %v, want %v", got, before)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(to, data, 0o600))
}

func move(t *testing.T, from, to string) {
	t.Helper()
	must(t, os.Rename(from, to))
}
