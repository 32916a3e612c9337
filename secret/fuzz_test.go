package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"admin-api/secret"
)

func FuzzUnseal(f *testing.F) {
	ring, _ := create(f)
	sealed, _ := seal(f, ring, here)
	f.Add(sealed)
	f.Add(sealed[:9])
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := ring.Unseal(data, here)
		switch {
		case bytes.Equal(data, sealed):
			if err != nil {
				t.Errorf("the sealed value: %v", err)
			}
		case !errors.Is(err, secret.ErrDamaged) && !errors.Is(err, secret.ErrUnknownKey):
			t.Errorf("got %v", err)
		case text.IsSet():
			t.Error("got a value with the error")
		}
	})
}

func FuzzOpen(f *testing.F) {
	_, path := create(f)
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.ReplaceAll(good, []byte("TINK"), []byte("RAW")))
	f.Add([]byte(`{"version":1,"wrapping":{},"mac":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "keys.json")
		must(t, os.WriteFile(path, data, 0o600))
		ring, err := secret.Open(path)
		if err != nil {
			quotesNothing(t, err, data)
			return
		}
		sealed, id := seal(t, ring, here) // what opens must work
		opens(t, ring, sealed, here)
		if !ring.Has(id) || len(ring.MAC("p")) != 32 {
			t.Error("the keyring is not usable")
		}
	})
}

func FuzzTextUnmarshalJSON(f *testing.F) {
	f.Add([]byte(`"a"`))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"a":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var text secret.Text
		if err := text.UnmarshalJSON(data); err != nil && err.Error() != "a secret must be a JSON string" {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	ring, _ := create(b)
	for b.Loop() {
		seal(b, ring, here)
	}
}

func BenchmarkUnseal(b *testing.B) {
	ring, _ := create(b)
	sealed, _ := seal(b, ring, here)
	for b.Loop() {
		opens(b, ring, sealed, here)
	}
}

func BenchmarkMAC(b *testing.B) {
	ring, _ := create(b)
	record := make([]byte, 1000)
	for b.Loop() {
		ring.MAC("audit", record)
	}
}
