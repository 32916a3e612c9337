package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"

	"admin-api/files"
)

const (
	fileVersion = 1
	largestFile = 1 << 20
	rootSize    = 32

	hasFileModes = runtime.GOOS != "windows"
)

// keyFile is what the key file says. Tink's keysets stand in it as they are.
type keyFile struct {
	Version  int             `json:"version"`
	Wrapping json.RawMessage `json:"wrapping"`
	MAC      json.RawMessage `json:"mac"`
}

// keySet is the contents of a key file, ready for use and never changed.
type keySet struct {
	file     keyFile
	wrapping *keyset.Handle
	kek      tink.AEAD
	root     []byte // the subkeys of MAC and Fingerprint derive from it
	ids      []string
	primary  string
}

func (k *keySet) has(id string) bool { return slices.Contains(k.ids, id) }

// loadKeys reads and checks the key file. Info describes the very file that
// was judged; it is nil if there was none to judge.
func loadKeys(path string) (k *keySet, info os.FileInfo, err error) {
	f, err := os.Open(path) //nolint:gosec // the operator chose the path
	if err != nil {
		return nil, nil, fmt.Errorf("read key file: %w", err)
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, nil, fmt.Errorf("read key file: %w", err)
	}
	if err := checkMode(info); err != nil {
		return nil, info, fmt.Errorf("read key file %s: %w", path, err)
	}
	data, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read key file: %w", err)
	}
	if k, err = parseKeys(data); err != nil {
		return nil, info, fmt.Errorf("read key file %s: %w", path, err)
	}
	return k, info, nil
}

func checkMode(info os.FileInfo) error {
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	if perm := info.Mode().Perm(); hasFileModes && perm&0o077 != 0 {
		return fmt.Errorf("its mode %04o lets others use it, make it 0600", perm)
	}
	return nil
}

// parseKeys names what is wrong with data in words of its own: the errors of
// the decoders may quote key material.
func parseKeys(data []byte) (*keySet, error) {
	k := new(keySet)
	if len(data) > largestFile || json.Unmarshal(data, &k.file) != nil {
		return nil, errors.New("it is damaged: not a JSON document of keys")
	}
	if k.file.Version != fileVersion {
		return nil, fmt.Errorf("its version is %d, this program knows version %d", k.file.Version, fileVersion)
	}
	if err := k.openWrapping(); err != nil {
		return nil, fmt.Errorf("it is damaged: wrapping keys: %w", err)
	}
	if err := k.openMAC(); err != nil {
		return nil, fmt.Errorf("it is damaged: MAC key: %w", err)
	}
	return k, nil
}

var errKeyset = errors.New("not a usable Tink keyset")

func (k *keySet) openWrapping() (err error) {
	if k.wrapping, err = readKeyset(k.file.Wrapping); err != nil {
		return err
	}
	if k.kek, err = aead.New(k.wrapping); err != nil {
		return errKeyset
	}
	info := k.wrapping.KeysetInfo()
	for _, key := range info.GetKeyInfo() {
		if key.GetOutputPrefixType() != tinkpb.OutputPrefixType_TINK {
			return fmt.Errorf("key %s does not mark what it wraps", formatID(key.GetKeyId()))
		}
		if key.GetStatus() == tinkpb.KeyStatusType_ENABLED {
			k.ids = append(k.ids, formatID(key.GetKeyId()))
		}
	}
	k.primary = formatID(info.GetPrimaryKeyId())
	return nil
}

func (k *keySet) openMAC() error {
	handle, err := readKeyset(k.file.MAC)
	if err != nil {
		return err
	}
	set, err := prf.NewPRFSet(handle)
	if err != nil {
		return errKeyset
	}
	if k.root, err = set.ComputePrimaryPRF([]byte("admin-api root key 1"), rootSize); err != nil {
		return errKeyset
	}
	return nil
}

// newKeys makes the contents of a new key file.
func newKeys() (*keySet, error) {
	wrapping, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make wrapping key: %w", err)
	}
	mac, err := keyset.NewHandle(prf.HKDFSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make MAC key: %w", err)
	}
	k := &keySet{file: keyFile{Version: fileVersion}, wrapping: wrapping}
	if k.file.MAC, err = writeKeyset(mac); err != nil {
		return nil, fmt.Errorf("write MAC key: %w", err)
	}
	return k, nil
}

// addPrimary returns k with a further wrapping key, the new primary one.
func (k *keySet) addPrimary() (*keySet, error) {
	m := keyset.NewManagerFromHandle(k.wrapping)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make wrapping key: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("set primary wrapping key: %w", err)
	}
	wrapping, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("add wrapping key: %w", err)
	}
	return &keySet{file: k.file, wrapping: wrapping, primary: formatID(id)}, nil
}

// save writes k to path in place of what was there, after making sure that it
// can be read back. Previous is the file replaced, or nil; its owner stays: a
// rotation by root must not lock out the server's own user.
func (k *keySet) save(path string, previous os.FileInfo) error {
	wrapping, err := writeKeyset(k.wrapping)
	if err != nil {
		return fmt.Errorf("write wrapping keys: %w", err)
	}
	data, err := json.MarshalIndent(keyFile{Version: fileVersion, Wrapping: wrapping, MAC: k.file.MAC}, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if _, err := parseKeys(data); err != nil {
		return err
	}
	return files.Replace(path, data, previous)
}

func readKeyset(data []byte) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(data)))
	if err != nil {
		return nil, errKeyset
	}
	return h, nil
}

func writeKeyset(h *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b))
	return b.Bytes(), err
}

func formatID(id uint32) string { return fmt.Sprintf("%08x", id) }
