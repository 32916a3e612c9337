package assertiontest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	_ "crypto/sha1" //nolint:gosec // a test signs with it to see it refused
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// Identifiers of algorithms.
const (
	RSASHA1     = dsig.RSASHA1SignatureMethod
	RSASHA256   = dsig.RSASHA256SignatureMethod
	RSASHA384   = dsig.RSASHA384SignatureMethod
	RSASHA512   = dsig.RSASHA512SignatureMethod
	ECDSASHA256 = dsig.ECDSASHA256SignatureMethod
	ECDSASHA384 = dsig.ECDSASHA384SignatureMethod
	ECDSASHA512 = dsig.ECDSASHA512SignatureMethod

	SHA1   = "http://www.w3.org/2000/09/xmldsig#sha1"
	SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
	SHA384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
	SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"

	Enveloped     = string(dsig.EnvelopedSignatureAltorithmId)
	Exclusive     = string(dsig.CanonicalXML10ExclusiveAlgorithmId)
	WithComments  = string(dsig.CanonicalXML10ExclusiveWithCommentsAlgorithmId)
	Inclusive     = string(dsig.CanonicalXML10RecAlgorithmId)
	SignatureSpec = dsig.Namespace
)

// Signing is how an element is signed. What is empty is as it should be.
type Signing struct {
	Key crypto.Signer
	// Certificate goes into KeyInfo; nil for no KeyInfo.
	Certificate *x509.Certificate
	// Method and Digest are RSA-SHA256 and SHA-256 unless set.
	Method, Digest string
	// Canonicalization of SignedInfo, and of what is signed.
	Canonicalization, Content string
	// URI of the reference; Transforms, KeyInfo and References are the inner XML of
	// those elements, Object is appended. In References, %s is the good reference.
	URI, Transforms, KeyInfo, References, Object *string
	// Value makes the signature value of the canonical SignedInfo.
	Value func(info []byte) []byte
}

// hashOf returns the hash of a method.
func hashOf(uri string) crypto.Hash {
	switch {
	case strings.HasSuffix(uri, "sha1"):
		return crypto.SHA1
	case strings.HasSuffix(uri, "sha384"):
		return crypto.SHA384
	case strings.HasSuffix(uri, "sha512"):
		return crypto.SHA512
	}
	return crypto.SHA256
}

func or(value *string, otherwise string) string {
	if value == nil {
		return otherwise
	}
	return *value
}

// sign puts a signature behind the Issuer of an element.
func (s Signing) sign(tb testing.TB, d Dialect, el *etree.Element) {
	tb.Helper()
	s.defaults()
	prefixes := ""
	if d.Typed && d.TypesOnRoot && el.Tag == "Assertion" {
		prefixes = "xs"
	}
	content := canonical(tb, el, s.Content, prefixes)
	sig := parse(tb, s.render(d, el, digest(s.Digest, content), prefixes)).Root()
	at := 0
	if issuer := child(el, "Issuer"); issuer != nil {
		at = issuer.Index() + 1
	}
	el.InsertChildAt(at, sig)
	info := canonical(tb, child(sig, "SignedInfo"), s.Canonicalization, "")
	value := s.value(tb, info)
	child(sig, "SignatureValue").SetText(broken(base64.StdEncoding.EncodeToString(value), d.Line))
}

func (s *Signing) defaults() {
	if s.Method == "" {
		s.Method = RSASHA256
		if key, ok := s.Key.(*ecdsa.PrivateKey); ok {
			s.Method = map[int]string{256: ECDSASHA256, 384: ECDSASHA384, 521: ECDSASHA512}[key.Params().BitSize]
		}
	}
	for _, d := range []struct {
		into *string
		to   string
	}{{&s.Digest, SHA256}, {&s.Canonicalization, Exclusive}, {&s.Content, Exclusive}} {
		if *d.into == "" {
			*d.into = d.to
		}
	}
}

func digest(method string, content []byte) string {
	h := hashOf(method).New()
	h.Write(content)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// value signs. XML Signature puts r and s of ECDSA side by side.
func (s Signing) value(tb testing.TB, info []byte) []byte {
	tb.Helper()
	if s.Value != nil {
		return s.Value(info)
	}
	hash := hashOf(s.Method)
	h := hash.New()
	h.Write(info)
	value, err := s.Key.Sign(rand.Reader, h.Sum(nil), hash)
	check(tb, err)
	key, ok := s.Key.(*ecdsa.PrivateKey)
	if !ok {
		return value
	}
	var rs struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(value, &rs)
	check(tb, err)
	size := (key.Params().BitSize + 7) / 8
	return append(rs.R.FillBytes(make([]byte, size)), rs.S.FillBytes(make([]byte, size))...)
}

// render returns a signature with an empty value.
func (s Signing) render(d Dialect, el *etree.Element, digested, prefixes string) string {
	ds := func(name string) string { return prefixed(d.Signature, name) }
	wrap := func(name, attributes, inner string) string {
		return fmt.Sprintf("<%s%s>%s</%s>", ds(name), attributes, inner, ds(name))
	}
	method := func(name, uri string) string { return wrap(name, attr("Algorithm", uri), "") }
	content := ""
	if prefixes != "" {
		content = fmt.Sprintf(`<ec:InclusiveNamespaces xmlns:ec="%s" PrefixList="%s"/>`, Exclusive, prefixes)
	}
	transforms := or(s.Transforms, method("Transform", Enveloped)+wrap("Transform", attr("Algorithm", s.Content), content))
	reference := wrap("Reference", ` URI="`+or(s.URI, "#"+el.SelectAttrValue("ID", ""))+`"`,
		wrap("Transforms", "", transforms)+method("DigestMethod", s.Digest)+wrap("DigestValue", "", digested))
	if s.References != nil {
		reference = strings.ReplaceAll(*s.References, "%s", reference)
	}
	info := wrap("SignedInfo", "",
		method("CanonicalizationMethod", s.Canonicalization)+method("SignatureMethod", s.Method)+reference)
	keyInfo := or(s.KeyInfo, "")
	if s.KeyInfo == nil && s.Certificate != nil {
		certificate := broken(base64.StdEncoding.EncodeToString(s.Certificate.Raw), d.Line)
		keyInfo = wrap("X509Data", "", wrap("X509Certificate", "", certificate))
	}
	if keyInfo != "" {
		keyInfo = wrap("KeyInfo", "", keyInfo)
	}
	return wrap("Signature", " "+declaration(d.Signature, SignatureSpec),
		info+wrap("SignatureValue", "", "")+keyInfo+or(s.Object, ""))
}

// canonical returns the canonical form of an element in its place.
func canonical(tb testing.TB, el *etree.Element, method, prefixes string) []byte {
	tb.Helper()
	scope, err := etreeutils.NSBuildParentContext(el)
	check(tb, err)
	el, err = etreeutils.NSDetatch(scope, el)
	check(tb, err)
	canonicalizer := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(prefixes)
	switch method {
	case WithComments:
		canonicalizer = dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList(prefixes)
	case Inclusive:
		canonicalizer = dsig.MakeC14N10RecCanonicalizer()
	}
	text, err := canonicalizer.Canonicalize(el)
	check(tb, err)
	return text
}

// parse makes a tree of a text.
func parse(tb testing.TB, text string) *etree.Document {
	tb.Helper()
	tree := etree.NewDocument()
	check(tb, tree.ReadFromString(text))
	if tree.Root() == nil {
		tb.Fatal("no element")
	}
	return tree
}

func write(tb testing.TB, tree *etree.Document) string {
	tb.Helper()
	text, err := tree.WriteToString()
	check(tb, err)
	return text
}

// child returns the first child of this name, whatever its namespace.
func child(el *etree.Element, tag string) *etree.Element {
	for _, c := range el.ChildElements() {
		if c.Tag == tag {
			return c
		}
	}
	return nil
}

// broken breaks a text into lines.
func broken(text string, line int) string {
	if line == 0 {
		return text
	}
	var b strings.Builder
	for ; len(text) > line; text = text[line:] {
		b.WriteString(text[:line] + "\n")
	}
	return b.String() + text
}

// unique returns a word for an id.
func unique() string { return strings.ToLower(rand.Text()) }
