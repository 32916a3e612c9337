package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// MAC returns a 32-byte HMAC-SHA256 over parts under the key of purpose, which
// is derived from the key file. Other purposes, and parts divided otherwise,
// give unrelated results. Rotation of the wrapping keys changes no MAC.
func (k *Keyring) MAC(purpose string, parts ...[]byte) []byte {
	return sum(k.subkey("mac", purpose), parts...)
}

// Fingerprint returns eight hex digits by which two versions of a secret at the
// same place can be told apart, but not guessed: an HMAC over account, pointer
// and value under a key of the contact center. An unset or kept Text has the
// fingerprint of the empty value.
func (k *Keyring) Fingerprint(where Where, plain Text) string {
	key := k.subkey("fingerprint", where.ContactCenter)
	return hex.EncodeToString(sum(key, []byte(where.Account), []byte(where.Pointer), []byte(plain.Reveal()))[:4])
}

func (k *Keyring) subkey(use, subject string) []byte {
	return sum(k.state.Load().keys.root, []byte(use), []byte(subject))
}

func sum(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write(encode(parts...)) // a hash never fails
	return h.Sum(nil)
}
