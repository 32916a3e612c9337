package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"admin-api/secret"
)

var here = secret.Where{ContactCenter: "cc1", Account: "a1", Pointer: "/apiToken"}

func create(t testing.TB) (*secret.Keyring, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	ring, err := secret.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return ring, path
}

func open(t testing.TB, path string) *secret.Keyring {
	t.Helper()
	ring, err := secret.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func seal(t testing.TB, ring *secret.Keyring, where secret.Where) (sealed []byte, id string) {
	t.Helper()
	sealed, id, err := ring.Seal(plain, where)
	if err != nil {
		t.Fatal(err)
	}
	return sealed, id
}

func rotate(t testing.TB, ring *secret.Keyring) string {
	t.Helper()
	id, err := ring.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func opens(t testing.TB, ring *secret.Keyring, sealed []byte, where secret.Where) {
	t.Helper()
	text, err := ring.Unseal(sealed, where)
	if err != nil {
		t.Fatal(err)
	}
	if text.Reveal() != plain {
		t.Fatal("unsealed another value")
	}
}

func TestCreate(t *testing.T) {
	ring, path := create(t)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("got mode %v, want 0600", info.Mode())
	}
	var file struct {
		Version       int
		Wrapping, MAC struct{ PrimaryKeyID uint32 }
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if file.Version != 1 || file.MAC.PrimaryKeyID == 0 {
		t.Errorf("got version %d, MAC key %d", file.Version, file.MAC.PrimaryKeyID)
	}
	if want := fmt.Sprintf("%08x", file.Wrapping.PrimaryKeyID); ring.Primary() != want {
		t.Errorf("got primary %s, want %s", ring.Primary(), want)
	}
	if got := ring.IDs(); !slices.Equal(got, []string{ring.Primary()}) {
		t.Errorf("got ids %v, want the primary alone", got)
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	existing := filepath.Join(dir, "empty.json")
	if err := os.WriteFile(existing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling.json")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{existing, dangling} {
		if _, err := secret.Create(path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v, want fs.ErrExist", filepath.Base(path), err)
		}
	}
	if data, err := os.ReadFile(existing); err != nil || len(data) != 0 {
		t.Errorf("the existing file was changed: %d bytes, %v", len(data), err)
	}
	if _, err := secret.Create(filepath.Join(dir, "missing", "keys.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: got %v, want fs.ErrNotExist", err)
	}
}

func TestCreateHasOneWinner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	const contenders = 8
	results := make(chan error, contenders)
	for range contenders {
		go func() {
			_, err := secret.Create(path)
			results <- err
		}()
	}
	won := 0
	for range contenders {
		err := <-results
		if err == nil {
			won++
		} else if !errors.Is(err, fs.ErrExist) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("got %d winners, want 1", won)
	}
	open(t, path)
}

func TestOpenRefuses(t *testing.T) {
	_, path := create(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, replacement string) []byte {
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("the key file has no %s", old)
		}
		return bytes.ReplaceAll(good, []byte(old), []byte(replacement))
	}
	tests := []struct {
		name string
		data []byte
		mode os.FileMode
		want string
	}{
		{"read by the group", good, 0o640, "mode 0640"},
		{"read by all", good, 0o604, "mode 0604"},
		{"written by the group", good, 0o620, "mode 0620"},
		{"empty", nil, 0o600, "damaged"},
		{"cut", good[:len(good)/2], 0o600, "damaged"},
		{"another JSON document", []byte(`["` + plain + `"]`), 0o600, "damaged"},
		{"not JSON", []byte(plain), 0o600, "damaged"},
		{"no version", []byte(`{}`), 0o600, "version is 0"},
		{"newer version", replace(`"version": 1,`, `"version": 2,`), 0o600, "version is 2"},
		{"no wrapping keys", replace(`"wrapping"`, `"other"`), 0o600, "wrapping keys"},
		{"no MAC key", replace(`"mac"`, `"other"`), 0o600, "MAC key"},
		{"keys of the wrong kind", replace(`AesGcmKey`, `HkdfPrfKey`), 0o600, "wrapping keys"},
		{"MAC key of the wrong kind", replace(`HkdfPrfKey`, `AesGcmKey`), 0o600, "MAC key"},
		{"disabled keys", replace(`ENABLED`, `DISABLED`), 0o600, "wrapping keys"},
		{"keys without a prefix", replace(`TINK`, `RAW`), 0o600, "does not mark"},
		{"key material cut", replace(`"value": "`, `"value": "AAAA`), 0o600, "wrapping keys"},
		{"too long", append(slices.Clone(good), bytes.Repeat([]byte(" "), 1<<20)...), 0o600, "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(path, tt.data, tt.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil { // whatever the umask
				t.Fatal(err)
			}
			_, err := secret.Open(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
				t.Fatalf("got %v, want an error with %q and the path", err, tt.want)
			}
			quotesNothing(t, err, append(tt.data, good...))
		})
	}
	t.Run("missing", func(t *testing.T) {
		if _, err := secret.Open(filepath.Join(t.TempDir(), "keys.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v, want fs.ErrNotExist", err)
		}
	})
	t.Run("folder", func(t *testing.T) {
		if _, err := secret.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("got %v", err)
		}
	})
}

var keyMaterial = regexp.MustCompile(`"value":\s*"([^"]{16,})"`)

// quotesNothing fails if err holds key material of the key file data.
func quotesNothing(t *testing.T, err error, data []byte) {
	t.Helper()
	for _, m := range keyMaterial.FindAllSubmatch(data, -1) {
		if strings.Contains(err.Error(), string(m[1])) {
			t.Error("the error quotes key material")
		}
	}
	if leaks(err.Error()) {
		t.Error("the error quotes the file")
	}
}

func TestKeyringPrintsNoKeys(t *testing.T) {
	ring, path := create(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for _, v := range []any{ring, struct{ r *secret.Keyring }{ring}} {
			out := fmt.Sprintf(verb, v)
			for _, m := range keyMaterial.FindAllSubmatch(data, -1) {
				raw, err := base64.StdEncoding.DecodeString(string(m[1]))
				if err != nil {
					t.Fatal(err)
				}
				key := raw[len(raw)-16:]
				for _, form := range []string{string(m[1]), fmt.Sprintf("%x", key), strings.Trim(fmt.Sprintf("%d", key), "[]")} {
					if strings.Contains(out, form) {
						t.Errorf("%s prints key material", verb)
					}
				}
			}
		}
	}
}

func TestSealAndUnseal(t *testing.T) {
	ring, path := create(t)
	for _, value := range []string{"", "x", plain, "naïve \x00 🔑", strings.Repeat("k", 100_000)} {
		sealed, id, err := ring.Seal(value, here)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := secret.KeyID(sealed); err != nil || got != id || id != ring.Primary() {
			t.Errorf("got key %s and error %v, want %s", got, err, id)
		}
		if len(value) > 3 && bytes.Contains(sealed, []byte(value)) {
			t.Error("the sealed value holds the value")
		}
		text, err := open(t, path).Unseal(sealed, here)
		if err != nil || text.Reveal() != value {
			t.Errorf("%d bytes: got error %v or another value", len(value), err)
		}
	}
	first, _ := seal(t, ring, here)
	second, _ := seal(t, ring, here)
	if bytes.Equal(first, second) {
		t.Error("sealing twice gives the same bytes")
	}
}

func TestUnsealElsewhere(t *testing.T) {
	ring, _ := create(t)
	sealed, _ := seal(t, ring, here)
	for _, where := range []secret.Where{
		{},
		{ContactCenter: "cc2", Account: "a1", Pointer: "/apiToken"},
		{ContactCenter: "cc1", Account: "a2", Pointer: "/apiToken"},
		{ContactCenter: "cc1", Account: "a1", Pointer: "/password"},
		{ContactCenter: "cc1a", Account: "1", Pointer: "/apiToken"},
		{ContactCenter: "cc1", Account: "a1/apiToken", Pointer: ""},
		{ContactCenter: "cc12:a1", Account: "", Pointer: "/apiToken"},
	} {
		if text, err := ring.Unseal(sealed, where); !errors.Is(err, secret.ErrDamaged) || text.IsSet() {
			t.Errorf("%+v: got %v, want ErrDamaged", where, err)
		}
	}
}

func TestUnsealDamaged(t *testing.T) {
	ring, _ := create(t)
	sealed, id := seal(t, ring, here)
	for i := range sealed {
		damaged := slices.Clone(sealed)
		damaged[i] ^= 1
		_, err := ring.Unseal(damaged, here)
		got, idErr := secret.KeyID(damaged)
		if want := secret.ErrUnknownKey; idErr == nil && got != id && !errors.Is(err, want) {
			t.Errorf("byte %d: got %v, want %v", i, err, want)
		}
		if want := secret.ErrDamaged; (idErr != nil || got == id) && !errors.Is(err, want) {
			t.Errorf("byte %d: got %v, want %v", i, err, want)
		}
	}
	for i := range sealed {
		if _, err := ring.Unseal(sealed[:i], here); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("cut at %d: got %v, want ErrDamaged", i, err)
		}
	}
	if _, err := ring.Unseal(append(slices.Clone(sealed), 0), here); !errors.Is(err, secret.ErrDamaged) {
		t.Errorf("longer: got %v, want ErrDamaged", err)
	}
}

func TestUnsealWithUnknownKey(t *testing.T) {
	ring, _ := create(t)
	other, _ := create(t)
	sealed, id := seal(t, other, here)
	_, err := ring.Unseal(sealed, here)
	if !errors.Is(err, secret.ErrUnknownKey) || !strings.Contains(err.Error(), id) {
		t.Errorf("got %v, want ErrUnknownKey naming %s", err, id)
	}
	if ring.Has(id) || !other.Has(id) || ring.Has("") {
		t.Error("Has disagrees")
	}
}

func TestKeyringInParallel(t *testing.T) {
	server, path := create(t)
	const rotations, workers = 5, 4
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			where := secret.Where{Account: fmt.Sprint(worker)}
			for len(server.IDs()) <= rotations {
				sealed, id, err := server.Seal(plain, where)
				if err != nil || !server.Has(id) {
					t.Errorf("seal: %v", err)
					return
				}
				if text, err := server.Unseal(sealed, where); err != nil || text.Reveal() != plain {
					t.Errorf("unseal: %v", err)
					return
				}
				_ = server.MAC("p")
				if err := server.LastReloadError(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	command := open(t, path)
	for range rotations {
		if _, err := command.Rotate(); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
	if got, want := server.IDs(), command.IDs(); !slices.Equal(got, want) || len(want) != rotations+1 {
		t.Errorf("got keys %v, want %v", got, want)
	}
}
