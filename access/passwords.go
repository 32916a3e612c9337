package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"admin-api/models"
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

// dummyHash is that of a password that nobody knows. Who is not there is checked
// against it, so that an answer takes the same work whoever is asked for.
const dummyHash = "$argon2id$v=19$m=19456,t=2,p=1$XIDAraIJJgIyGCKOLU1hdw$NwYyXF/HzXciHDQ7NBsUaMxZanoffcpqAiHd1W5xCLM"

// queuePerSlot is how many may wait for each password that is worked on.
const queuePerSlot = 16

// Passwords hashes and verifies passwords. At most a few at once are worked
// on, because each needs 19 MiB; it is safe for concurrent use.
type Passwords struct {
	slots            chan struct{}
	waiting, derived atomic.Int64
}

// NewPasswords returns a hasher that works on at most n passwords at once.
func NewPasswords(n int) *Passwords {
	return &Passwords{slots: make(chan struct{}, n)}
}

// Derived returns how many times Argon2id was computed so far.
func (p *Passwords) Derived() int64 { return p.derived.Load() }

// Hash returns the PHC string of a password under Argon2id with a fresh salt. It
// waits for its turn as long as it takes.
func (p *Passwords) Hash(password string) string {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return p.hash(password)
}

// HashInTurn is Hash, but gives up when the context ends. It is for those whom we
// know: they wait in the same line as who wants to sign in, but are not turned away
// because it is long.
func (p *Passwords) HashInTurn(ctx context.Context, password string) (string, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
		return p.hash(password), nil
	case <-ctx.Done():
		return "", fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

// HashWithin is HashInTurn for strangers: models.ErrUnavailable means that too many
// wait already.
func (p *Passwords) HashWithin(ctx context.Context, password string) (string, error) {
	leave, err := p.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return p.hash(password), nil
}

// Verify reports whether the password has the hash. It returns
// ErrPasswordHash where the hash cannot be read. It waits for its turn as long as
// it takes.
func (p *Passwords) Verify(password, hash string) (bool, error) {
	f, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return p.matches(password, f), nil
}

// VerifyWithin is Verify, but gives up when the context ends;
// models.ErrUnavailable means that too many wait already.
func (p *Passwords) VerifyWithin(ctx context.Context, password, hash string) (bool, error) {
	f, err := parseHash(hash)
	if err != nil {
		return false, err
	}
	leave, err := p.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return p.matches(password, f), nil
}

// outdated reports whether a hash was made with other parameters than today's.
func outdated(hash string) bool { return !strings.HasPrefix(hash, hashHead()) }

func hashHead() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonThreads)
}

// enter waits for a turn.
func (p *Passwords) enter(ctx context.Context) (leave func(), err error) {
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > int64(cap(p.slots))*queuePerSlot {
		return nil, fmt.Errorf("%w: too many passwords are being checked", models.ErrUnavailable)
	}
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to check a password: %w", ctx.Err())
	}
}

func (p *Passwords) hash(password string) string {
	f := hashed{passes: argonTime, memory: argonMemory, threads: argonThreads, salt: make([]byte, argonSaltLen)}
	_, _ = rand.Read(f.salt) // never fails (crypto/rand)
	enc := base64.RawStdEncoding
	return hashHead() + enc.EncodeToString(f.salt) + "$" + enc.EncodeToString(p.derive(password, &f))
}

func (p *Passwords) matches(password string, f *hashed) bool {
	return subtle.ConstantTimeCompare(p.derive(password, f), f.key) == 1
}

func (p *Passwords) derive(password string, f *hashed) []byte {
	p.derived.Add(1)
	return argon2.IDKey([]byte(password), f.salt, f.passes, f.memory, f.threads, argonKeyLen)
}

// hashed is what a PHC string says.
type hashed struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

func parseHash(hash string) (*hashed, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, ErrPasswordHash
	}
	f := &hashed{}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &f.memory, &f.passes, &f.threads); err != nil {
		return nil, ErrPasswordHash
	}
	var errSalt, errKey error
	f.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	f.key, errKey = base64.RawStdEncoding.DecodeString(parts[5])
	sane := f.memory <= 4*argonMemory && f.passes >= 1 && f.passes <= 10 && f.threads >= 1 && len(f.key) == argonKeyLen
	if errSalt != nil || errKey != nil || !sane {
		return nil, ErrPasswordHash
	}
	return f, nil
}
