package secret

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/tink"

	"admin-api/files"
)

// ErrUnknownKey says that a sealed value needs a key that the key file lacks.
var ErrUnknownKey = errors.New("unknown key")

// ErrDamaged says that a sealed value was changed, cut or sealed for another place.
var ErrDamaged = errors.New("damaged sealed value")

// sealedVersion is the first byte of a sealed value. A Tink envelope follows:
// the length of the wrapped data key in four bytes, big-endian; the wrapped
// data key, which starts with Tink's prefix; the value under the data key.
const (
	sealedVersion = 1
	tinkPrefix    = 1
	lengthSize    = 4
	idSize        = 4
)

// Keyring seals and opens values with the keys of a key file, and computes MACs
// with them. It follows the file: a key that another process adds is used for
// the next Seal. A file that becomes unreadable, or lacks keys it had, is left
// alone and the keys last read stay in use, see LastReloadError. A Keyring is
// safe for concurrent use.
type Keyring struct {
	path    string
	loading sync.Mutex // held while reading the file; state is replaced under it only
	state   atomic.Pointer[state]
}

// Create makes a key file with fresh keys at path, mode 0600, and opens it. It
// never overwrites: if there is something at path, errors.Is(err, fs.ErrExist).
func Create(path string) (*Keyring, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	return Open(path)
}

func create(path string) error {
	unlock, err := files.Lock(context.Background(), path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	k, err := newKeys()
	if err != nil {
		return err
	}
	return k.save(path, nil)
}

// Open opens the key file at path. It refuses a file that others than its owner
// can use and one that is damaged; errors.Is(err, fs.ErrNotExist) if there is
// none. Errors never quote the file.
func Open(path string) (*Keyring, error) {
	k, info, err := loadKeys(path)
	if err != nil {
		return nil, err
	}
	r := &Keyring{path: path}
	r.state.Store(&state{keys: k, seen: info})
	return r, nil
}

// Seal encrypts plain, for where only, with a data key of its own that is
// wrapped by the newest wrapping key, and returns the id of the latter.
func (k *Keyring) Seal(plain string, where Where) (sealed []byte, keyID string, err error) {
	keys := k.current()
	associated := where.associated()
	envelope, err := keys.envelope(associated).Encrypt([]byte(plain), associated)
	if err != nil {
		return nil, "", fmt.Errorf("seal with key %s: %w", keys.primary, err)
	}
	return append([]byte{sealedVersion}, envelope...), keys.primary, nil
}

// Unseal decrypts what Seal returned for the same where. Its error is
// ErrUnknownKey or ErrDamaged, wrapped.
func (k *Keyring) Unseal(sealed []byte, where Where) (Text, error) {
	id, err := KeyID(sealed)
	if err != nil {
		return Text{}, err
	}
	keys := k.holding(id)
	if keys == nil {
		return Text{}, fmt.Errorf("unseal with key %s: %w", id, ErrUnknownKey)
	}
	associated := where.associated()
	plain, err := keys.envelope(associated).Decrypt(sealed[1:], associated)
	if err != nil {
		return Text{}, fmt.Errorf("unseal with key %s: %w", id, ErrDamaged)
	}
	return New(string(plain)), nil
}

// KeyID returns the id of the wrapping key that sealed needs, eight hex digits,
// or ErrDamaged, wrapped, if sealed cannot come from Seal. It decrypts nothing.
func KeyID(sealed []byte) (string, error) {
	const start = 1 + lengthSize
	if len(sealed) < start+1+idSize || sealed[0] != sealedVersion || sealed[start] != tinkPrefix {
		return "", fmt.Errorf("read key id: %w", ErrDamaged)
	}
	if length := binary.BigEndian.Uint32(sealed[1:start]); length < 1+idSize {
		return "", fmt.Errorf("read key id: %w", ErrDamaged)
	}
	return formatID(binary.BigEndian.Uint32(sealed[start+1:])), nil
}

// Has reports whether values sealed with the key keyID can be opened.
func (k *Keyring) Has(keyID string) bool { return k.holding(keyID) != nil }

// Primary returns the id of the key that the next Seal uses.
func (k *Keyring) Primary() string { return k.current().primary }

// IDs returns the ids of all wrapping keys, the oldest first.
func (k *Keyring) IDs() []string { return slices.Clone(k.current().ids) }

// Rotate adds a wrapping key to the key file and makes it the primary one. Old
// keys stay. Rotations of several processes wait for each other. What is
// already sealed stays under its key until it is sealed anew.
func (k *Keyring) Rotate() (newID string, err error) {
	if newID, err = k.rotate(); err != nil {
		return "", fmt.Errorf("rotate keys: %w", err)
	}
	return newID, k.Reload()
}

func (k *Keyring) rotate() (newID string, err error) {
	path, err := filepath.EvalSymlinks(k.path) // the file is to be replaced, not a link to it
	if err != nil {
		return "", err
	}
	unlock, err := files.Lock(context.Background(), path+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	found, info, err := loadKeys(path)
	if err != nil {
		return "", err
	}
	if err := k.state.Load().keys.checkSuccessor(found); err != nil {
		return "", err
	}
	next, err := found.addPrimary()
	if err != nil {
		return "", err
	}
	return next.primary, next.save(path, info)
}

// envelope returns the AEAD that seals values with data keys of their own. Tink
// binds the associated data to the value alone; the wrapped data key gets it here.
func (k *keySet) envelope(associated []byte) tink.AEAD {
	return aead.NewKMSEnvelopeAEAD2(aead.AES256GCMKeyTemplate(), placedKey{kek: k.kek, associated: associated})
}

// placedKey wraps data keys of one place.
type placedKey struct {
	kek        tink.AEAD
	associated []byte
}

// Encrypt implements tink.AEAD. The envelope passes no associated data.
func (p placedKey) Encrypt(dataKey, _ []byte) ([]byte, error) {
	return p.kek.Encrypt(dataKey, p.associated)
}

// Decrypt implements tink.AEAD. The envelope passes no associated data.
func (p placedKey) Decrypt(wrapped, _ []byte) ([]byte, error) {
	return p.kek.Decrypt(wrapped, p.associated)
}
