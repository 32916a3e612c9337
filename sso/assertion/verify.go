package assertion

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// minRSA is how many bits an RSA key must have, maxRSA how many one may have that
// is only named in a message.
const (
	minRSA = 2048
	maxRSA = 4096
)

// verify checks a signature and returns the element that it covers, as read from
// the bytes that were digested, without the signature, and the certificate of
// the account whose key it is.
func (j *judgement) verify(d *document, s *signature) (*etree.Element, *x509.Certificate, *Error) {
	el, err := detached(s.signed, s.signed == d.root)
	if err != nil {
		return nil, nil, refuse(CodeXMLMalformed, "The namespaces of %s cannot be resolved.", s.signed.Tag)
	}
	own := first(el, namespaceSignature, "Signature")
	info, err := canonicalSignedInfo(own)
	if err != nil {
		return nil, nil, refuse(CodeSignatureInvalid, "The signature has no canonical form.")
	}
	signer := s.signer(info, j.expect.Certificates)
	if signer == nil {
		return nil, nil, s.diagnose(info, j.expect.Certificates)
	}
	verified, err := s.covered(el, own, signer)
	if err != nil {
		return nil, nil, refuse(CodeSignatureInvalid, "%s was changed after the provider signed it.", s.signed.Tag)
	}
	if verified.Tag != s.signed.Tag || verified.NamespaceURI() != s.signed.NamespaceURI() ||
		attribute(verified, "ID") != attribute(s.signed, "ID") {
		return nil, nil, refuse(CodeSignatureStructure, "The signature covers something else than %s.", s.signed.Tag)
	}
	certificate, late := valid(signer, j.expect.Certificates, j.expect.Now)
	return verified, certificate, late
}

// detached copies an element with the namespaces in scope.
func detached(el *etree.Element, root bool) (*etree.Element, error) {
	if root {
		return el.Copy(), nil
	}
	scope, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return nil, err
	}
	return etreeutils.NSDetatch(scope, el)
}

// canonicalSignedInfo returns what the signature value is made of.
func canonicalSignedInfo(sig *etree.Element) ([]byte, error) {
	info := first(sig, namespaceSignature, "SignedInfo")
	if info == nil {
		return nil, errors.New("no SignedInfo")
	}
	el, err := detached(info, false)
	if err != nil {
		return nil, err
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(el)
}

// signer returns the first certificate whose key made the signature, nil if none
// did.
func (s *signature) signer(info []byte, certificates []*x509.Certificate) *x509.Certificate {
	for _, c := range certificates {
		if strong(c) && c.CheckSignature(s.algorithm, info, s.encoded(c)) == nil {
			return c
		}
	}
	return nil
}

// strong tells whether a key is long enough.
func strong(c *x509.Certificate) bool {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return key.Curve != elliptic.P224()
	}
	return false
}

// encoded returns the signature value in the form that crypto/x509 takes. XML
// Signature (section 6.4.3) puts r and s side by side; Go wants them in ASN.1, and
// providers that are written in Go often give them so.
func (s *signature) encoded(c *x509.Certificate) []byte {
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return s.value
	}
	size := (key.Curve.Params().BitSize + 7) / 8
	if len(s.value) != 2*size {
		return s.value
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(s.value[:size]))
		b.AddASN1BigInt(new(big.Int).SetBytes(s.value[size:]))
	})
	return b.BytesOrPanic()
}

// covered lets goxmldsig verify the signature with one certificate and returns
// what it read from the canonical form. KeyInfo is taken out, so that nothing but
// the certificate counts; it is not part of what is signed. Dates are judged
// elsewhere.
func (s *signature) covered(el, own *etree.Element, signer *x509.Certificate) (*etree.Element, error) {
	if info := first(own, namespaceSignature, "KeyInfo"); info != nil {
		own.RemoveChild(info)
	}
	first(own, namespaceSignature, "SignatureValue").SetText(base64.StdEncoding.EncodeToString(s.encoded(signer)))
	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{signer}})
	validation.Clock = dsig.NewFakeClockAt(signer.NotBefore)
	return validation.Validate(el)
}

// diagnose says why no certificate of the account made a signature.
func (s *signature) diagnose(info []byte, certificates []*x509.Certificate) *Error {
	if len(certificates) == 0 {
		return refuse(CodeCertificateUnknown, "The account has no certificate of the provider.")
	}
	if !slices.ContainsFunc(certificates, strong) {
		return refuse(CodeAlgorithmWeak, "The keys of the account's certificates are too short: RSA needs %d bits.", minRSA)
	}
	named := s.named()
	if named == nil {
		return refuse(CodeSignatureInvalid, "The signature of %s is not that of any certificate of the account.",
			s.signed.Tag)
	}
	for _, c := range certificates {
		if c.Equal(named) && !strong(c) {
			return refuse(CodeAlgorithmWeak, "The key of the provider's certificate is too short: RSA needs %d bits.", minRSA)
		}
	}
	if s.signer(info, []*x509.Certificate{named}) == nil {
		return refuse(CodeSignatureInvalid, "The signature of %s does not match any certificate of the account, "+
			"nor the one in the message.", s.signed.Tag)
	}
	return refuse(CodeCertificateUnknown, "%s is signed with a certificate that is not among those of the account: "+
		"%s, SHA-256 %s.", s.signed.Tag, quoted(named.Subject.String()), fingerprint(named.Raw)).with(fingerprint(named.Raw))
}

// named returns the certificate that the message names, nil where it names none
// that can be looked at with little work.
func (s *signature) named() *x509.Certificate {
	if s.certificate == nil {
		return nil
	}
	c, err := x509.ParseCertificate(s.certificate)
	if err != nil {
		return nil
	}
	if key, ok := c.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSA {
		return nil
	}
	return c
}

// fingerprint is the SHA-256 of a certificate, in hexadecimal.
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// valid returns the certificate of the signer's key that is valid now: a renewed
// one may have the key of its predecessor. Another key's certificate is no help.
func valid(signer *x509.Certificate, certificates []*x509.Certificate, now time.Time) (*x509.Certificate, *Error) {
	for _, c := range certificates {
		if sameKey(c, signer) && !now.Before(c.NotBefore) && !now.After(c.NotAfter) {
			return c, nil
		}
	}
	if now.Before(signer.NotBefore) {
		return nil, refuse(CodeCertificateNotYetValid, "The certificate that signed (SHA-256 %s) is not valid before %s.",
			fingerprint(signer.Raw), instant(signer.NotBefore)).with(instant(signer.NotBefore))
	}
	return nil, refuse(CodeCertificateExpired, "The certificate that signed (SHA-256 %s) expired on %s.",
		fingerprint(signer.Raw), instant(signer.NotAfter)).with(instant(signer.NotAfter))
}

func sameKey(a, b *x509.Certificate) bool {
	key, ok := a.PublicKey.(interface{ Equal(x crypto.PublicKey) bool })
	return ok && key.Equal(b.PublicKey)
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
