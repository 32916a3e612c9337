package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Argon2id parameters (OWASP Password Storage Cheat Sheet): 19 MiB, 2 passes,
// 1 lane.
const (
	argonMemory  = 19 * 1024
	argonTime    = 2
	argonThreads = 1
	argonKeyLen  = 32
	argonSaltLen = 16
)

// ErrPasswordHash means that a stored hash is not a PHC string that we made.
var ErrPasswordHash = errors.New("stored password hash is damaged")

// Passwords hashes and verifies passwords. At most a few at once are worked
// on, because each needs 19 MiB; it is safe for concurrent use.
type Passwords struct{ slots chan struct{} }

// NewPasswords returns a hasher that works on at most n passwords at once.
func NewPasswords(n int) *Passwords {
	return &Passwords{slots: make(chan struct{}, n)}
}

// Hash returns the PHC string of a password under Argon2id with a fresh salt.
func (p *Passwords) Hash(password string) string {
	salt := make([]byte, argonSaltLen)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := p.derive(password, salt, argonTime, argonMemory, argonThreads)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		enc.EncodeToString(salt), enc.EncodeToString(key))
}

// Verify reports whether the password has the hash. It returns
// ErrPasswordHash where the hash cannot be read.
func (p *Passwords) Verify(password, hash string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, ErrPasswordHash
	}
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false, ErrPasswordHash
	}
	salt, errSalt := base64.RawStdEncoding.DecodeString(parts[4])
	want, errKey := base64.RawStdEncoding.DecodeString(parts[5])
	sane := memory <= 4*argonMemory && passes >= 1 && passes <= 10 && threads >= 1 && len(want) == argonKeyLen
	if errSalt != nil || errKey != nil || !sane {
		return false, ErrPasswordHash
	}
	return subtle.ConstantTimeCompare(p.derive(password, salt, passes, memory, threads), want) == 1, nil
}

func (p *Passwords) derive(password string, salt []byte, passes, memory uint32, threads uint8) []byte {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return argon2.IDKey([]byte(password), salt, passes, memory, threads, argonKeyLen)
}
