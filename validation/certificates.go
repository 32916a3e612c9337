package validation

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

const (
	beginCertificate = "-----BEGIN CERTIFICATE-----"
	endCertificate   = "-----END CERTIFICATE-----"

	maxCertificate = 16 << 10 // bytes of PEM; real ones have two or three KiB
	minRSA         = 2048     // bits
	minECDSA       = 256      // bits, P-256
)

// NormalizePEM returns a certificate in the form of RFC 7468 section 3: BEGIN
// and END lines, 64 columns, "\n" at the end of each line. It takes the same
// with other line ends and widths, with line ends written out as \n, and bare
// base64. What it cannot read so is returned trimmed, for the rule
// pem_certificate to refuse.
func NormalizePEM(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "\uFEFF"))
	body, found := strings.CutPrefix(s, beginCertificate)
	if found {
		body = strings.TrimSpace(strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(body))
		if body, found = strings.CutSuffix(body, endCertificate); !found {
			return s
		}
	}
	der, ok := decodeBase64(body)
	if !ok {
		return s
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// decodeBase64 decodes a DER sequence, whatever white space is in the text.
func decodeBase64(s string) ([]byte, bool) {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	der, err := base64.RawStdEncoding.DecodeString(s)
	const sequence = 0x30
	return der, err == nil && len(der) > 0 && der[0] == sequence
}

// judgeCertificate says why s is not one X.509 certificate in PEM with a key
// that can be trusted.
func judgeCertificate(s string) string {
	switch {
	case len(s) > maxCertificate:
		return codeCertificateTooLarge
	case strings.Contains(s, "PRIVATE KEY-----"):
		return codePrivateKey
	case strings.Contains(s, "CERTIFICATE REQUEST-----"):
		return codeCertificateRequest
	case !strings.HasPrefix(s, beginCertificate):
		return tagCertificate
	}
	block, rest := pem.Decode([]byte(s))
	if block == nil || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return tagCertificate
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return mistaken(block.Bytes)
	}
	if !strongKey(certificate) {
		return codeCertificateWeakKey
	}
	return ""
}

// mistaken names what was pasted as bare base64 in place of a certificate.
func mistaken(der []byte) string {
	if _, err := x509.ParseCertificateRequest(der); err == nil {
		return codeCertificateRequest
	}
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return codePrivateKey
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return codePrivateKey
	}
	if _, err := x509.ParseECPrivateKey(der); err == nil {
		return codePrivateKey
	}
	return tagCertificate
}

func strongKey(certificate *x509.Certificate) bool {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize >= minECDSA
	}
	return false
}
