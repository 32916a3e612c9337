package assertion_test

import (
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// Responses that libxmlsec1 signed and encrypted (testdata/xmlsec/gen.sh) are
// read: nothing of ours or of goxmldsig had a part in them.
func TestResponsesOfXMLSec(t *testing.T) {
	tests := []struct {
		file, certificate   string
		response, encrypted bool
	}{
		{file: "response-rsa-sha256", certificate: "rsa", response: true},
		{file: "assertion-rsa-sha512", certificate: "rsa"},
		{file: "assertion-ecdsa-sha256", certificate: "p256"},
		{file: "response-ecdsa-sha512", certificate: "p521", response: true},
		{file: "encrypted-aes256-gcm", certificate: "rsa", encrypted: true},
		{file: "response-aes128-cbc", certificate: "rsa", response: true, encrypted: true},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			e := fixed(t)
			e.Certificates = []*x509.Certificate{xmlsecCertificate(t, tt.certificate)}
			e.Decrypters = append([]crypto.Decrypter{assertiontest.StrangerKey()}, e.Decrypters...)
			encoded := base64.StdEncoding.EncodeToString(xmlsec(t, tt.file+".xml"))
			got, report, err := assertion.Accept(encoded, e)
			require.NoError(t, err)
			require.Equal(t, "jane.doe", got.NameID)
			require.Equal(t, []assertion.Attribute{
				{Name: "FirstName", Values: []string{"Zoë"}},
				{Name: "groups", Values: []string{"R&D <west>"}},
			}, got.Attributes)
			require.Equal(t, tt.response, got.ResponseSigned)
			require.Equal(t, tt.encrypted, got.Encrypted)
			require.Equal(t, "_session", got.SessionIndex)
			require.Equal(t, 20, got.SessionNotOnOrAfter.Hour())
			require.True(t, report.Verified)
		})
	}
}

func xmlsec(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "xmlsec", file))
	require.NoError(t, err)
	return text
}

func xmlsecCertificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(xmlsec(t, name+".crt"))
	certificate, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	return certificate
}

func xmlsecKey(t testing.TB) crypto.Decrypter {
	t.Helper()
	block, _ := pem.Decode(xmlsec(t, "sp.key"))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	return key.(crypto.Decrypter)
}
