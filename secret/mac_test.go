package secret_test

import (
	"encoding/hex"
	"path/filepath"
	"regexp"
	"testing"

	"admin-api/secret"
)

// What was stored with one version of the program must be readable with every
// later one. The key file under testdata was made for this test alone; the
// values come from the first version.
func TestStoredFormsStay(t *testing.T) {
	const (
		sealed = "010000004301f66f5e64f82ce584a93b065e39579e2bf1d3252a25769f518cd2180422b19911b06b1987390460b1" +
			"66a90ff7b0c11d46fa6aa895569115062cee503e822082307fc8467f688998ddb1333879571eeb70a6fc27e8cc689b44" +
			"baf6f8d27b3bb3ff06584b64f153d35e"
		value       = "an example"
		mac         = "334935c5b67b28da69975420880710e371d0816e92736ba1155b7a68f8204c93"
		fingerprint = "c9e64fd0"
	)
	path := filepath.Join(t.TempDir(), "keys.json")
	copyFile(t, "testdata/keys.json", path) // version control does not keep the mode 0600
	ring := open(t, path)
	if got := ring.IDs(); len(got) != 2 || got[0] != "f66f5e64" || got[1] != ring.Primary() || got[1] != "0aecc8db" {
		t.Errorf("got ids %v, primary %s", got, ring.Primary())
	}
	data, err := hex.DecodeString(sealed)
	must(t, err)
	text, err := ring.Unseal(data, here)
	if err != nil || text.Reveal() != value {
		t.Errorf("unseal: got error %v or another value", err)
	}
	if got := hex.EncodeToString(ring.MAC("audit", []byte("one"), []byte("two"))); got != mac {
		t.Errorf("got MAC %s, want %s", got, mac)
	}
	if got := ring.Fingerprint(here, secret.New(value)); got != fingerprint {
		t.Errorf("got fingerprint %s, want %s", got, fingerprint)
	}
}

func TestMACsDiffer(t *testing.T) {
	ring, _ := create(t)
	other, _ := create(t)
	seen := map[string]string{}
	for name, mac := range map[string][]byte{
		"plain":            ring.MAC("audit", []byte("ab"), []byte("c")),
		"divided":          ring.MAC("audit", []byte("a"), []byte("bc")),
		"joined":           ring.MAC("audit", []byte("abc")),
		"with lengths":     ring.MAC("audit", []byte("ab1:c")),
		"one more, empty":  ring.MAC("audit", []byte("ab"), []byte("c"), nil),
		"no parts":         ring.MAC("audit"),
		"empty part":       ring.MAC("audit", nil),
		"another purpose":  ring.MAC("cursor", []byte("ab"), []byte("c")),
		"no purpose":       ring.MAC("", []byte("ab"), []byte("c")),
		"another key file": other.MAC("audit", []byte("ab"), []byte("c")),
	} {
		if len(mac) != 32 {
			t.Errorf("%s: got %d bytes, want 32", name, len(mac))
		}
		if twin, found := seen[string(mac)]; found {
			t.Errorf("%s and %s give the same MAC", name, twin)
		}
		seen[string(mac)] = name
	}
}

func TestMACAndFingerprintOutliveRotation(t *testing.T) {
	ring, path := create(t)
	mac, fingerprint := ring.MAC("audit", []byte("x")), ring.Fingerprint(here, secret.New(plain))
	rotate(t, ring)
	for _, ring := range []*secret.Keyring{ring, open(t, path)} {
		if string(ring.MAC("audit", []byte("x"))) != string(mac) {
			t.Error("the MAC changed")
		}
		if ring.Fingerprint(here, secret.New(plain)) != fingerprint {
			t.Error("the fingerprint changed")
		}
	}
}

func TestFingerprint(t *testing.T) {
	ring, _ := create(t)
	form := regexp.MustCompile(`^[0-9a-f]{8}$`)
	base := ring.Fingerprint(here, secret.New(plain))
	if !form.MatchString(base) || base != ring.Fingerprint(here, secret.New(plain)) {
		t.Errorf("got %q, want eight hex digits, the same each time", base)
	}
	tests := []struct {
		name  string
		where secret.Where
		text  secret.Text
	}{
		{"another value", here, secret.New(plain + "x")},
		{"no value", here, secret.Text{}},
		{"another center", secret.Where{ContactCenter: "cc2", Account: "a1", Pointer: "/apiToken"}, secret.New(plain)},
		{"another account", secret.Where{ContactCenter: "cc1", Account: "a2", Pointer: "/apiToken"}, secret.New(plain)},
		{"another pointer", secret.Where{ContactCenter: "cc1", Account: "a1", Pointer: "/other"}, secret.New(plain)},
		{"divided otherwise", secret.Where{ContactCenter: "cc1", Account: "a1/api", Pointer: "Token"}, secret.New(plain)},
	}
	for _, tt := range tests {
		got := ring.Fingerprint(tt.where, tt.text)
		if got == base || !form.MatchString(got) {
			t.Errorf("%s: got %q beside %q", tt.name, got, base)
		}
	}
}
