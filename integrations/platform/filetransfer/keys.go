package filetransfer

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	// leastRSA is how many bits an RSA key must have.
	leastRSA = 2048
	// mostRounds bounds how long it takes to try a passphrase, which nothing
	// interrupts; ssh-keygen takes 16 or 24 unless told otherwise.
	mostRounds = 64
)

// hostKeyFamilies are the algorithms by which a server proves a key, one list per
// kind of key, the best first. Certificates are not among them: a pin names a
// key. Neither is ssh-rsa with SHA-1.
func hostKeyFamilies() [][]string {
	return [][]string{
		{ssh.KeyAlgoED25519},
		{ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521},
		{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256},
	}
}

// algorithmsOf returns the algorithms for a kind of key; nil for one that is not
// known.
func algorithmsOf(kind string) []string {
	switch kind {
	case ssh.KeyAlgoRSA:
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	case ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521:
		return []string{kind}
	}
	return nil
}

// keyVerdict is what can be said of a private key without its passphrase.
type keyVerdict struct {
	code, detail string // of what is wrong; empty for nothing
	locked       bool   // a passphrase is needed
}

// judgePrivateKey looks at a key without opening it: that may take seconds.
func judgePrivateKey(text string) keyVerdict {
	if mistaken := mistakenKey(text); mistaken != "" {
		return keyVerdict{code: "private_key", detail: mistaken}
	}
	raw, err := ssh.ParseRawPrivateKey([]byte(text))
	if locked, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		v := keyVerdict{locked: true}
		if roundsOf(text) > mostRounds {
			v.code = "private_key_rounds"
			v.detail = "Takes too long to open; rewrite it by ssh-keygen -p -a 64 and enter the result."
			return v
		}
		if public, ok := locked.PublicKey.(ssh.CryptoPublicKey); ok {
			v.code, v.detail = judgePublicKey(public.CryptoPublicKey())
		}
		return v
	}
	var v keyVerdict
	signer, ok := raw.(crypto.Signer)
	switch {
	case err != nil:
		v.code = "private_key"
		v.detail = "Must be a private key as ssh-keygen writes it, whole, from its BEGIN to its END line."
	case !ok: // DSA
		v.code, v.detail = judgePublicKey(nil)
	default:
		v.code, v.detail = judgePublicKey(signer.Public())
	}
	return v
}

// roundsOf returns by how many rounds a key in OpenSSH's form is protected, 0 for
// other keys (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key).
func roundsOf(text string) uint32 {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return 0
	}
	var header struct {
		Cipher, KDF, Options string
		Rest                 []byte `ssh:"rest"`
	}
	var options struct {
		Salt   string
		Rounds uint32
	}
	sealed, ok := bytes.CutPrefix(block.Bytes, []byte("openssh-key-v1\x00"))
	if !ok || ssh.Unmarshal(sealed, &header) != nil || ssh.Unmarshal([]byte(header.Options), &options) != nil {
		return 0
	}
	return options.Rounds
}

// mistakenKey says what was pasted in place of a private key that can be used;
// empty where it looks right.
func mistakenKey(text string) string {
	first, _, _ := strings.Cut(text, " ")
	switch {
	case algorithmsOf(first) != nil:
		return "Is the public half of a key; enter the private one, which begins with a BEGIN line."
	case strings.HasPrefix(text, "PuTTY-User-Key-File"):
		return "Is a key in PuTTY's own form; export it as an OpenSSH key and enter that."
	case strings.Contains(text, "BEGIN ENCRYPTED PRIVATE KEY"):
		return "Is protected in a form that cannot be read here; rewrite the key by ssh-keygen -p and enter the result."
	}
	return ""
}

func judgePublicKey(key crypto.PublicKey) (code, detail string) {
	switch key := key.(type) {
	case ed25519.PublicKey, *ecdsa.PublicKey:
		return "", ""
	case *rsa.PublicKey:
		if key.N.BitLen() >= leastRSA {
			return "", ""
		}
		return "private_key_weak", "Must have at least 2048 bits; create a new key, best an Ed25519 one."
	}
	return "private_key_kind", "Must be an Ed25519, ECDSA or RSA key."
}

// signer opens the private key.
func (d *Delivery) signer() (ssh.Signer, error) {
	key := []byte(d.PrivateKey.Reveal())
	signer, err := ssh.ParsePrivateKey(key)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		signer, err = ssh.ParsePrivateKeyWithPassphrase(key, []byte(d.PrivateKeyPassphrase.Reveal()))
	}
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, passphraseWrong.Failure()
	case err != nil:
		return nil, keyUnreadable.Failure()
	}
	return signer, nil
}
