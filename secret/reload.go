package secret

import (
	"crypto/hmac"
	"errors"
	"os"
	"slices"
)

// state is what is known of the key file.
type state struct {
	keys *keySet
	seen os.FileInfo // the file judged last, nil if it could not be examined
	err  error       // why that file is not in use
}

// Reload reads the key file now. If it is missing or not usable, the keys in
// use stay and the error says why.
func (k *Keyring) Reload() error {
	k.loading.Lock()
	defer k.loading.Unlock()
	return k.load().err
}

// LastReloadError looks at the key file, if it changed, and returns why it is
// not in use, or nil. It costs one stat call as a rule and is meant for readiness.
func (k *Keyring) LastReloadError() error { return k.refreshed().err }

func (k *Keyring) current() *keySet { return k.refreshed().keys }

// holding returns keys with the key id, or nil. The file is looked at only for
// an id not seen before.
func (k *Keyring) holding(id string) *keySet {
	if known := k.state.Load().keys; known.has(id) {
		return known
	}
	if now := k.current(); now.has(id) {
		return now
	}
	return nil
}

func (k *Keyring) refreshed() *state {
	if s := k.state.Load(); s.matches(k.path) {
		return s
	}
	k.loading.Lock()
	defer k.loading.Unlock()
	if s := k.state.Load(); s.matches(k.path) { // another goroutine was faster
		return s
	}
	return k.load()
}

func (s *state) matches(path string) bool {
	info, err := os.Stat(path)
	return err == nil && s.seen != nil && os.SameFile(info, s.seen) &&
		info.Size() == s.seen.Size() && info.Mode() == s.seen.Mode() && info.ModTime().Equal(s.seen.ModTime())
}

// load replaces the state. The caller holds the lock.
func (k *Keyring) load() *state {
	next := &state{keys: k.state.Load().keys}
	var found *keySet
	found, next.seen, next.err = loadKeys(k.path)
	if next.err == nil {
		next.err = next.keys.checkSuccessor(found)
	}
	if next.err == nil {
		next.keys = found
	}
	k.state.Store(next)
	return next
}

var errForeignFile = errors.New("the key file lacks keys that are in use, restart to accept it")

// checkSuccessor refuses the file of another installation and an older copy:
// with either, what this process has sealed would become unreadable.
func (k *keySet) checkSuccessor(next *keySet) error {
	if !hmac.Equal(k.root, next.root) || slices.ContainsFunc(k.ids, func(id string) bool { return !next.has(id) }) {
		return errForeignFile
	}
	return nil
}
