package validation

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"unicode"
)

const (
	beginCertificate = "-----BEGIN CERTIFICATE-----"
	endCertificate   = "-----END CERTIFICATE-----"

	maxCertificate = 16 << 10 // bytes of PEM; real ones have two or three KiB
	minECDSA       = 256      // bits, P-256

	// RSA keys, in bits. Each signature is checked in a time that grows with both
	// lengths and that nothing interrupts; real keys have 4096 and 17.
	minRSA      = 2048
	maxRSA      = 8192
	maxExponent = 1 << 24
)

// NormalizePEM returns a certificate in the form of RFC 7468 section 3: BEGIN
// and END lines, 64 columns, "\n" at the end of each line. It takes the same
// with other line ends and widths, with line ends written out as \n, and bare
// base64. What it cannot read so is returned trimmed, for the rule
// pem_certificate to refuse.
func NormalizePEM(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r == '\uFEFF' || unicode.IsSpace(r) })
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
	return EncodeCertificate(der)
}

// EncodeCertificate returns a certificate in the form that NormalizePEM makes.
func EncodeCertificate(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// DecodeCertificate returns the first certificate of a text in PEM; false where there
// is none that can be read. It judges nothing.
func DecodeCertificate(text string) (*x509.Certificate, bool) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	return certificate, err == nil
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
	if certificate.PublicKeyAlgorithm == x509.Ed25519 { // identity providers sign by RSA or ECDSA
		return codeCertificateWeakKey
	}
	return judgeKey(certificate)
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

// pastedInstead says what stands where a certificate should, and what to do; empty
// where that cannot be told. It never repeats what it was given.
func pastedInstead(s string) string {
	if begun, ended := strings.Count(s, beginCertificate), strings.Count(s, endCertificate); begun+ended > 0 {
		return brokenPEM(s, begun, ended)
	}
	for _, known := range []struct {
		seen bool
		text string
	}{
		{s == "", "Is empty; leave the entry out, or enter a certificate."},
		{strings.HasPrefix(s, "<"), "Is XML, such as metadata; enter only the text of its element X509Certificate."},
		{strings.HasPrefix(s, "http"), "Is an address; enter the certificate that is there."},
		{isFingerprint(s), "Is the fingerprint of a certificate; enter the certificate itself."},
		{strings.Contains(s, "PUBLIC KEY-----"), "Is a public key; enter the certificate that it is in."},
		{strings.Contains(s, "PKCS7-----"), "Is a PKCS #7 container; export only the certificate, as Base-64 encoded X.509."},
		{strings.Contains(s, "BEGIN CERTIFICATE"), "Has altered BEGIN and END lines; each has five hyphens at both ends."},
		{strings.Contains(s, "-----BEGIN "), "Is a PEM block of another kind; it must begin with " + beginCertificate + "."},
	} {
		if known.seen {
			return known.text
		}
	}
	return ""
}

// isFingerprint reports whether s ends in a hash in hexadecimal, by which certificates
// are told apart: behind "SHA256:", perhaps, and in pairs of digits.
func isFingerprint(s string) bool {
	digits := strings.NewReplacer(":", "", " ", "").Replace(s)
	for _, size := range []int{64, 40} { // SHA-256, SHA-1
		if label := len(digits) - size; label >= 0 && label < len("SHA-256=") {
			_, err := hex.DecodeString(digits[label:])
			return err == nil
		}
	}
	return false
}

// brokenPEM tells what keeps a text with lines of a certificate from being one.
func brokenPEM(s string, begun, ended int) string {
	switch {
	case begun > 1 || ended > 1:
		return "Holds more than one certificate; enter each of them on its own."
	case ended == 0:
		return "Lacks its END CERTIFICATE line, so a part was not copied; copy the certificate again, whole."
	case begun == 0:
		return "Lacks its BEGIN CERTIFICATE line, so a part was not copied; copy the certificate again, whole."
	case !strings.HasPrefix(s, beginCertificate) || !strings.HasSuffix(strings.TrimSpace(s), endCertificate):
		return "Has further text before its BEGIN or behind its END CERTIFICATE line; " +
			"enter both lines, what is between them, and nothing else."
	}
	return "Cannot be read between its BEGIN and END lines: characters are missing or changed. " +
		"Copy the certificate again, whole, or download it as Base-64 encoded X.509."
}

// CheckAuthority reports at pointer when the key of a certificate that is to be
// trusted as an authority is too weak, or so large that checking signatures by
// it would keep a processor busy.
func (c *Context) CheckAuthority(pointer string, certificate *x509.Certificate) {
	code := judgeKey(certificate)
	switch code {
	case "":
	case codeCertificateWeakKey:
		c.Violate(pointer, code, "Holds a certificate with a weak key; it must be an RSA key of at least 2048 bits, "+
			"an ECDSA key on P-256 or a stronger curve, or an Ed25519 key.")
	default:
		c.Violate(pointer, code, findings[code].text)
	}
}

// judgeKey says why the key of a certificate cannot be trusted.
func judgeKey(certificate *x509.Certificate) string {
	switch key := certificate.PublicKey.(type) {
	case *rsa.PublicKey:
		switch bits := key.N.BitLen(); {
		case bits < minRSA:
			return codeCertificateWeakKey
		case bits > maxRSA || key.E > maxExponent:
			return codeCertificateKeyTooLarge
		}
		return ""
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize >= minECDSA {
			return ""
		}
	case ed25519.PublicKey:
		return ""
	}
	return codeCertificateWeakKey
}
