// Package assertiontest plays identity providers for tests: it makes responses
// the way several products write them, signed and encrypted, good ones and, with
// a hand on every knob, bad ones. Hostile has the known attacks.
//
// It signs with code of its own, so that a test can sign what no library would.
package assertiontest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"

	"admin-api/sso/assertion"
)

// What responses are for, unless a test says otherwise.
const (
	Audience  = "acme.example.com_sso"
	Recipient = "https://acme.example.com/agentdesktop/sso/redirect"
	NameID    = "jane.doe"
)

// Now is the time of the responses, unless a test says otherwise.
func Now() time.Time { return time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC) }

// Provider plays an identity provider.
type Provider struct {
	Dialect Dialect
	// Issuer is its entity id.
	Issuer string
	// Key signs, Certificate is the one of the key.
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// New returns a provider with an RSA key of 2048 bits, the same in the whole test
// run, and a certificate that is valid for a year around Now.
func New(tb testing.TB, d Dialect) *Provider {
	tb.Helper()
	key := signingKey()
	return &Provider{
		Dialect: d, Issuer: "https://idp.example.net/" + d.Name, Key: key,
		Certificate: Certificate(tb, key, Now().AddDate(-1, 0, 0), Now().AddDate(1, 0, 0)),
	}
}

// Expectation returns what a good response of the provider must be.
func (p *Provider) Expectation() assertion.Expectation {
	return assertion.Expectation{
		Issuer: p.Issuer, Audience: Audience, Recipient: Recipient,
		Certificates: []*x509.Certificate{p.Certificate}, Now: Now(),
	}
}

// Respond returns a good response, encoded, to the request with this id; empty is
// for none. change may be nil.
func (p *Provider) Respond(tb testing.TB, e assertion.Expectation, inResponseTo string, change func(*Response)) string {
	tb.Helper()
	r := p.Response(e)
	r.InResponseTo = inResponseTo
	if change != nil {
		change(r)
	}
	return r.Encode(tb)
}

// The keys are made once, because that takes long.
var (
	signingKey    = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
	foreignKey    = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
	encryptionKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
	strangerKey   = sync.OnceValue(func() *rsa.PrivateKey { return newRSA() })
)

// EncryptionKey is a key of a service provider, the same in the whole test run.
func EncryptionKey() *rsa.PrivateKey { return encryptionKey() }

// StrangerKey is a key of another service provider.
func StrangerKey() *rsa.PrivateKey { return strangerKey() }

// ForeignKey is a signing key of somebody else.
func ForeignKey() *rsa.PrivateKey { return foreignKey() }

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// ECDSAKey returns a new signing key.
func ECDSAKey(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	check(tb, err)
	return key
}

// Certificate returns a self-signed certificate of a key.
func Certificate(tb testing.TB, key crypto.Signer, from, to time.Time) *x509.Certificate {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: "signing.idp.example.net"},
		NotBefore: from, NotAfter: to,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(tb, err)
	certificate, err := x509.ParseCertificate(der)
	check(tb, err)
	return certificate
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
