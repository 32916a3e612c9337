package singlesignon

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// now is the time of every judgement; certificates are made around it.
var now = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

const (
	hour = time.Hour
	year = 365 * 24 * time.Hour
)

// issued makes certificates for tests. The zero value is an ECDSA one that was
// valid for a year and will be for another.
type issued struct {
	key       crypto.Signer
	from, to  time.Duration // from now
	algorithm x509.SignatureAlgorithm
	padding   int // bytes of an extension
}

func (i issued) pem(t *testing.T) string {
	t.Helper()
	if i.key == nil {
		i.key = ecdsaKey(t, elliptic.P256())
	}
	if i.to == 0 {
		i.from, i.to = -year, year
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "signing.idp.example"},
		NotBefore: now.Add(i.from), NotAfter: now.Add(i.to), SignatureAlgorithm: i.algorithm,
	}
	if i.padding > 0 {
		template.ExtraExtensions = []pkix.Extension{{
			Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 55555, 1}, Value: bytes.Repeat([]byte{'x'}, i.padding),
		}}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, i.key.Public(), i.key)
	require.NoError(t, err)
	return block("CERTIFICATE", der)
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func bare(t *testing.T, text string) string {
	t.Helper()
	b, _ := pem.Decode([]byte(text))
	require.NotNil(t, b)
	return base64.StdEncoding.EncodeToString(b.Bytes)
}

func ecdsaKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return key
}

func ed25519Key(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key
}

func pkcs8(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return block("PRIVATE KEY", der)
}

func request(t *testing.T) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, ecdsaKey(t, elliptic.P256()))
	require.NoError(t, err)
	return block("CERTIFICATE REQUEST", der)
}
