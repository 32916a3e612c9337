package assertion

import (
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// signature is one that stands in its place and has the form that is accepted.
type signature struct {
	// signed is the element that it stands in and covers.
	signed    *etree.Element
	method    string
	algorithm x509.SignatureAlgorithm
	value     []byte
	// certificate is the DER of the first one in KeyInfo, nil if there is none.
	certificate []byte
}

// signatureMethod knows the accepted algorithms. HMAC is not among them: its key
// would be the public certificate.
func signatureMethod(uri string) (x509.SignatureAlgorithm, bool) {
	a, ok := map[string]x509.SignatureAlgorithm{
		dsig.RSASHA256SignatureMethod:   x509.SHA256WithRSA,
		dsig.RSASHA384SignatureMethod:   x509.SHA384WithRSA,
		dsig.RSASHA512SignatureMethod:   x509.SHA512WithRSA,
		dsig.ECDSASHA256SignatureMethod: x509.ECDSAWithSHA256,
		dsig.ECDSASHA384SignatureMethod: x509.ECDSAWithSHA384,
		dsig.ECDSASHA512SignatureMethod: x509.ECDSAWithSHA512,
	}[uri]
	return a, ok
}

func digestMethod(uri string) bool {
	switch uri {
	case "http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2001/04/xmldsig-more#sha384",
		"http://www.w3.org/2001/04/xmlenc#sha512":
		return true
	}
	return false
}

func exclusive(uri string) bool {
	return uri == string(dsig.CanonicalXML10ExclusiveAlgorithmId) ||
		uri == string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId)
}

// Bounds of a signature's parts: what RSA of 16384 bits needs, more prefixes
// than any provider lists.
const (
	maxSignatureValue = 2048
	maxPrefixList     = 512
	maxCertificate    = 16 << 10
)

// signatureOf returns the signature of an element, nil if it has none. Anything
// that is called a signature must stand directly in the response or in its
// assertion, behind the Issuer, and no second one beside it.
func (d *document) signatureOf(signed *etree.Element) (*signature, *Error) {
	var own *etree.Element
	for _, el := range d.signatures {
		if el.Parent() != signed {
			continue
		}
		if own != nil {
			return nil, refuse(CodeSignatureStructure, "%s has two signatures.", signed.Tag)
		}
		own = el
	}
	if own == nil {
		return nil, nil
	}
	for _, child := range signed.ChildElements() {
		if child == own {
			break
		}
		if !is(child, namespaceAssertion, "Issuer") {
			return nil, refuse(CodeSignatureStructure, "The signature of %s stands behind %s.", signed.Tag, quoted(child.Tag))
		}
	}
	return inspect(own, signed, signed == d.root && signed.Tag == "Response")
}

// placed refuses signatures that stand anywhere but in the given elements.
func (d *document) placed(in ...*etree.Element) *Error {
	for _, el := range d.signatures {
		if !slices.Contains(in, el.Parent()) {
			return refuse(CodeSignatureStructure, "A signature stands in %s, where none belongs.", quoted(el.Parent().Tag))
		}
	}
	return nil
}

// inspect checks the form of a signature: what it signs, how, and that there is
// nothing else in it. whole tells that the signed element is the document.
func inspect(el, signed *etree.Element, whole bool) (*signature, *Error) {
	parts, err := signatureParts(el)
	if err != nil {
		return nil, err
	}
	info, err := exactly(parts[0], []string{"Id"}, "CanonicalizationMethod", "SignatureMethod", "Reference")
	if err != nil {
		return nil, err
	}
	canonicalization, err := algorithm(info[0])
	if err != nil {
		return nil, err
	}
	if !exclusive(canonicalization) {
		return nil, refuse(CodeSignatureTransform, "The signature uses the canonicalization %s.", quoted(canonicalization)).
			with(canonicalization)
	}
	method, err := algorithm(info[1])
	if err != nil {
		return nil, err
	}
	s := &signature{signed: signed, method: method}
	var accepted bool
	if s.algorithm, accepted = signatureMethod(method); !accepted {
		return nil, refuse(CodeAlgorithmWeak, "The signature uses the algorithm %s.", quoted(method)).with(method)
	}
	if err := reference(info[2], signed, whole); err != nil {
		return nil, err
	}
	if s.value, err = binary(parts[1], maxSignatureValue); err != nil {
		return nil, err
	}
	if len(parts) == 3 {
		err = s.keyInfo(parts[2])
	}
	return s, err
}

// signatureParts returns SignedInfo, SignatureValue and, where there is one,
// KeyInfo.
func signatureParts(el *etree.Element) ([]*etree.Element, *Error) {
	tags := []string{"SignedInfo", "SignatureValue", "KeyInfo"}
	if len(el.ChildElements()) == 2 {
		tags = tags[:2]
	}
	return exactly(el, []string{"Id"}, tags...)
}

// exactly returns the children of an element of a signature, which are these, in
// this order, with nothing but white space between them; its attributes are
// among those given.
func exactly(el *etree.Element, attributes []string, tags ...string) ([]*etree.Element, *Error) {
	for _, a := range el.Attr {
		if _, ok := declares(a); !ok && (a.Space != "" || !slices.Contains(attributes, a.Key)) {
			return nil, refuse(CodeSignatureStructure, "%s has the attribute %s.", el.Tag, quoted(a.FullKey()))
		}
	}
	children := el.ChildElements()
	bad := len(children) != len(tags) || !elementsOnly(el) || commented(el)
	for i := 0; i < len(tags) && !bad; i++ {
		bad = !is(children[i], namespaceSignature, tags[i])
	}
	if bad {
		return nil, refuse(CodeSignatureStructure, "%s has not exactly these elements: %s.", el.Tag, strings.Join(tags, ", "))
	}
	return children, nil
}

// algorithm returns that of an element which has no parameters.
func algorithm(el *etree.Element) (string, *Error) {
	if _, err := exactly(el, []string{"Algorithm"}); err != nil {
		return "", err
	}
	return attribute(el, "Algorithm"), nil
}

// reference checks the one Reference: it names the signed element by its id, or
// the whole document where that is the response.
func reference(el, signed *etree.Element, whole bool) *Error {
	parts, err := exactly(el, []string{"Id", "URI"}, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	uri, given := lookup(el, "URI")
	if !given || (uri != "#"+attribute(signed, "ID") && (uri != "" || !whole)) {
		return refuse(CodeSignatureStructure, "The signature of %s covers %s.", signed.Tag, quoted(uri)).with(uri)
	}
	if err := transforms(parts[0]); err != nil {
		return err
	}
	digest, err := algorithm(parts[1])
	if err != nil {
		return err
	}
	if !digestMethod(digest) {
		return refuse(CodeAlgorithmWeak, "The signature uses the digest %s.", quoted(digest)).with(digest)
	}
	_, err = binary(parts[2], 64)
	return err
}

// transforms accepts what SAML needs (SAML core 5.4.4): the enveloped signature
// taken out, then exclusive canonicalization.
func transforms(el *etree.Element) *Error {
	children := el.ChildElements()
	if len(children) != 2 || !elementsOnly(el) || commented(el) {
		return refuse(CodeSignatureTransform, "The signature has %d transforms; it must have two: "+
			"enveloped signature, then exclusive canonicalization.", len(children))
	}
	for i, child := range children {
		uri := attribute(child, "Algorithm")
		if !is(child, namespaceSignature, "Transform") || len(child.ChildElements()) > i ||
			(i == 0 && uri != string(dsig.EnvelopedSignatureAltorithmId)) || (i == 1 && !exclusive(uri)) {
			return refuse(CodeSignatureTransform, "Transform %d of the signature is %s.", i+1, quoted(uri)).with(uri)
		}
	}
	return prefixList(children[1])
}

// prefixList checks the parameter of exclusive canonicalization, if there is one.
func prefixList(transform *etree.Element) *Error {
	for _, el := range transform.ChildElements() {
		list := attribute(el, "PrefixList")
		if !is(el, namespaceExclusive, "InclusiveNamespaces") || len(el.Child) > 0 ||
			len(list) > maxPrefixList || len(strings.Fields(list)) > maxPrefixes {
			return refuse(CodeSignatureTransform, "The exclusive canonicalization has the parameter %s.", quoted(el.Tag))
		}
	}
	return nil
}

// keyInfo notes the certificate that the message names. It is not trusted; it
// only tells which key the provider seems to use.
func (s *signature) keyInfo(el *etree.Element) *Error {
	for _, child := range el.ChildElements() {
		if !oneOf(child, namespaceSignature, []string{"X509Data", "KeyName", "KeyValue"}) {
			return refuse(CodeSignatureStructure, "KeyInfo has the element %s.", quoted(child.Tag))
		}
		if named := first(child, namespaceSignature, "X509Certificate"); named != nil && s.certificate == nil {
			der, err := binary(named, maxCertificate)
			if err != nil {
				return err
			}
			s.certificate = der
		}
	}
	return nil
}

// binary decodes the base64 of an element.
func binary(el *etree.Element, limit int) ([]byte, *Error) {
	value, err := text(el)
	if err != nil {
		return nil, refuse(CodeSignatureStructure, "%s is not plain text.", el.Tag)
	}
	data, broken := base64.StdEncoding.DecodeString(unspaced(value))
	if broken != nil || len(data) == 0 || len(data) > limit {
		return nil, refuse(CodeSignatureStructure, "%s is no base64 of a sensible length.", el.Tag)
	}
	return data, nil
}
