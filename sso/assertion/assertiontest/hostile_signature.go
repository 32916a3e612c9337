package assertiontest

import (
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"strings"

	"github.com/beevik/etree"

	"admin-api/sso/assertion"
)

// wrappings move what is signed to where it is verified but not read (XML
// signature wrapping, in the numbering of Somorovsky and others: "On Breaking
// SAML: Be Whoever You Want to Be", 2012).
func (t *table) wrappings() {
	t.responseWrappings()
	t.assertionWrappings()
	t.hiddenAssertions()
	t.movedSignatures()
}

func (t *table) responseWrappings() {
	response := func(name, code string, tamper func(root *etree.Element)) {
		t.add(name, code, func(r *Response) { r.SignAssertion, r.Tamper = false, tamper })
	}
	// The root becomes a forged response, the signed one goes elsewhere.
	swap := func(root *etree.Element, place func(original, sig *etree.Element)) {
		original, forged := root.Copy(), t.forge(root)
		root.Attr, root.Child = forged.Attr, nil
		for _, c := range append([]etree.Token{}, forged.Child...) {
			root.AddChild(c)
		}
		place(original, t.at(root, "Signature"))
	}
	response("wrapping 1: the signed response in the signature", assertion.CodeAssertionCount, func(root *etree.Element) {
		swap(root, func(original, sig *etree.Element) {
			t.unsigned(original)
			sig.AddChild(original)
		})
	})
	response("wrapping 2: the signed response beside the signature", assertion.CodeSchemaInvalid, func(root *etree.Element) {
		swap(root, func(original, sig *etree.Element) {
			t.unsigned(original)
			root.InsertChildAt(sig.Index(), original)
		})
	})
	response("the signed response in an Object", assertion.CodeAssertionCount, func(root *etree.Element) {
		swap(root, func(original, sig *etree.Element) {
			t.unsigned(original)
			sig.CreateElement("ds:Object").AddChild(original)
		})
	})
	response("the signed response in the extensions", assertion.CodeAssertionCount, func(root *etree.Element) {
		swap(root, func(original, _ *etree.Element) { root.CreateElement("saml2p:Extensions").AddChild(original) })
	})
	response("the signed response under the same id", assertion.CodeXMLDuplicateID, func(root *etree.Element) {
		swap(root, func(original, sig *etree.Element) {
			root.CreateAttr("ID", original.SelectAttrValue("ID", ""))
			sig.CreateElement("ds:Object").AddChild(original)
		})
	})
	response("a second assertion in a signed response", assertion.CodeAssertionCount, func(root *etree.Element) {
		root.AddChild(t.forge(t.at(root, "Assertion")))
	})
}

func (t *table) assertionWrappings() {
	t.tampered("wrapping 3: a forged assertion before the signed one", assertion.CodeAssertionCount, func(root *etree.Element) {
		signed := t.at(root, "Assertion")
		root.InsertChildAt(signed.Index(), t.plain(t.forge(signed)))
	})
	t.tampered("a forged assertion behind the signed one", assertion.CodeAssertionCount, func(root *etree.Element) {
		root.AddChild(t.plain(t.forge(t.at(root, "Assertion"))))
	})
	t.tampered("wrapping 4: the signed assertion in a forged one", assertion.CodeAssertionCount, func(root *etree.Element) {
		signed := t.at(root, "Assertion")
		forged := t.plain(t.forge(signed))
		root.RemoveChild(signed)
		forged.AddChild(signed)
		root.AddChild(forged)
	})
	t.tampered("wrapping 5: the signature in a forged assertion, the signed one behind", assertion.CodeAssertionCount,
		func(root *etree.Element) {
			signed := t.at(root, "Assertion")
			root.AddChild(t.forge(signed))
			t.unsigned(signed)
		})
	t.tampered("wrapping 6: the signed assertion in the signature of a forged one", assertion.CodeAssertionCount,
		func(root *etree.Element) {
			signed := t.at(root, "Assertion")
			forged := t.forge(signed)
			t.unsigned(signed)
			root.RemoveChild(signed)
			t.at(forged, "Signature").AddChild(signed)
			root.AddChild(forged)
		})
	t.tampered("wrapping 7: a forged assertion in the extensions", assertion.CodeAssertionCount, func(root *etree.Element) {
		signed := t.at(root, "Assertion")
		extensions := etree.NewElement("saml2p:Extensions")
		extensions.AddChild(t.plain(t.forge(signed)))
		root.InsertChildAt(signed.Index(), extensions)
	})
	t.tampered("wrapping 8: the signed assertion in an Object", assertion.CodeAssertionCount, func(root *etree.Element) {
		signed := t.at(root, "Assertion")
		forged := t.forge(signed)
		t.unsigned(signed)
		root.RemoveChild(signed)
		t.at(forged, "Signature").CreateElement("ds:Object").AddChild(signed)
		root.AddChild(forged)
	})
	t.tampered("a forged assertion under the same id", assertion.CodeXMLDuplicateID, func(root *etree.Element) {
		signed := t.at(root, "Assertion")
		forged := t.forge(signed)
		forged.CreateAttr("ID", signed.SelectAttrValue("ID", ""))
		root.InsertChildAt(signed.Index(), forged)
	})
}

// plain takes the signature out of an element.
func (t *table) plain(el *etree.Element) *etree.Element {
	t.unsigned(el)
	return el
}

// hiddenAssertions leave one assertion where it is read, and the signed one, or
// only its signature, elsewhere.
func (t *table) hiddenAssertions() {
	hide := func(name, code string, place func(root, forged, signed *etree.Element)) {
		t.tampered(name, code, func(root *etree.Element) {
			signed := t.at(root, "Assertion")
			forged := t.plain(t.forge(signed))
			root.RemoveChild(signed)
			root.AddChild(forged)
			place(root, forged, signed)
		})
	}
	hide("the signed assertion in the Status", assertion.CodeAssertionCount, func(root, _, signed *etree.Element) {
		t.at(root, "Status").CreateElement("saml2p:StatusDetail").AddChild(signed)
	})
	hide("the signed assertion in an Advice", assertion.CodeAssertionCount, func(_, forged, signed *etree.Element) {
		forged.CreateElement("saml2:Advice").AddChild(signed)
	})
	hide("the signed assertion in an attribute", assertion.CodeAssertionCount, func(_, forged, signed *etree.Element) {
		t.at(forged, "AttributeStatement", "Attribute", "AttributeValue").AddChild(signed)
	})
	hide("the signed assertion called encrypted", assertion.CodeAssertionCount, func(root, _, signed *etree.Element) {
		root.CreateElement("saml2:EncryptedAssertion").CreateAttr("xmlns:saml2", "urn:oasis:names:tc:SAML:2.0:assertion")
		t.at(root, "EncryptedAssertion").AddChild(signed)
	})
	hide("the signed assertion under another name", assertion.CodeSignatureStructure, func(root, _, signed *etree.Element) {
		signed.Tag = "Assertion2"
		root.CreateElement("saml2p:Extensions").AddChild(signed)
	})
	hide("the signature alone in the extensions", assertion.CodeSignatureStructure, func(root, _, signed *etree.Element) {
		root.CreateElement("saml2p:Extensions").AddChild(t.unsigned(signed))
	})
	t.tampered("an assertion of another namespace", assertion.CodeSchemaInvalid, func(root *etree.Element) {
		evil := root.CreateElement("Assertion")
		evil.CreateAttr("xmlns", "urn:oasis:names:tc:SAML:1.0:assertion")
	})
}

func (t *table) movedSignatures() {
	t.tampered("the assertion's signature in the response", assertion.CodeSignatureStructure, func(root *etree.Element) {
		sig := t.unsigned(t.at(root, "Assertion"))
		root.InsertChildAt(1, sig)
	})
	t.tampered("the signature at the end", assertion.CodeSignatureStructure, func(root *etree.Element) {
		el := t.at(root, "Assertion")
		el.AddChild(t.unsigned(el))
	})
	t.tampered("the signature in the subject", assertion.CodeSignatureStructure, func(root *etree.Element) {
		el := t.at(root, "Assertion")
		t.at(el, "Subject").AddChild(t.unsigned(el))
	})
	t.tampered("two signatures", assertion.CodeSignatureStructure, func(root *etree.Element) {
		el := t.at(root, "Assertion")
		copied := t.at(el, "Signature").Copy()
		el.InsertChildAt(t.at(el, "Signature").Index(), copied)
	})
	t.tampered("a signature in a signature", assertion.CodeSignatureStructure, func(root *etree.Element) {
		sig := t.at(root, "Assertion", "Signature")
		sig.AddChild(sig.Copy())
	})
	t.tampered("an id in another namespace", assertion.CodeSignatureStructure, func(root *etree.Element) {
		el := t.at(root, "Assertion")
		el.CreateAttr("xmlns:x", "urn:x")
		el.CreateAttr("x:ID", el.SelectAttrValue("ID", ""))
		el.CreateAttr("ID", "_f"+unique())
	})
	t.tampered("two kinds of id", assertion.CodeXMLDuplicateID, func(root *etree.Element) {
		t.at(root, "Assertion").CreateAttr("Id", "_f"+unique())
	})
	t.tampered("no id", assertion.CodeSignatureStructure, func(root *etree.Element) { t.at(root, "Assertion").RemoveAttr("ID") })
	t.tampered("an id that is no name", assertion.CodeSchemaInvalid, func(root *etree.Element) {
		t.at(root, "Assertion").CreateAttr("ID", "#xpointer(/)")
	})
	t.add("a signature under a prefix that was declared again", assertion.CodeSignatureStructure, func(r *Response) {
		r.SignResponse = false
		r.TamperText = t.replace("prefix", "<saml2:Assertion", `<saml2p:Extensions xmlns:p="urn:x"><p:Signature xmlns:p="`+
			SignatureSpec+`" xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"/></saml2p:Extensions><saml2:Assertion`)
	})
	t.add("a signature of another response", assertion.CodeSignatureStructure, func(r *Response) {
		other := t.p.Response(t.p.Expectation())
		other.SignResponse, other.SignAssertion = false, true
		r.SignResponse = false
		r.Tamper = func(root *etree.Element) {
			el := t.at(root, "Assertion")
			t.unsigned(el)
			el.InsertChildAt(1, t.at(parse(t.tb, other.XML(t.tb)).Root(), "Assertion", "Signature"))
		}
	})
}

// signatures are not, or not only, what a provider makes.
func (t *table) signatures() {
	t.add("no signature", assertion.CodeNotSigned, func(r *Response) { r.SignResponse, r.SignAssertion = false, false })
	t.tampered("the signature taken out", assertion.CodeNotSigned, func(root *etree.Element) { t.unsigned(t.at(root, "Assertion")) })
	t.altered("another name in a signed response", assertion.CodeSignatureInvalid, ">jane.doe<", ">john.doe<")
	t.add("another name in a signed assertion", assertion.CodeSignatureInvalid, func(r *Response) {
		r.SignResponse, r.TamperText = false, t.replace("name", ">jane.doe<", ">john.doe<")
	})
	t.add("an attribute added to a signed assertion", assertion.CodeSignatureInvalid, func(r *Response) {
		r.SignResponse, r.SignAssertion = false, true
		r.TamperText = t.replace("attribute", ">agents<", ">administrators<")
	})
	t.add("a good assertion in a response that was changed", assertion.CodeSignatureInvalid, func(r *Response) {
		r.TamperText = t.replace("destination", "Destination=", `Consent="urn:x" Destination=`)
	})
	t.add("a prefix bound to something else", assertion.CodeSignatureInvalid, func(r *Response) {
		r.SignResponse = false
		r.Tamper = func(root *etree.Element) {
			t.at(root, "Assertion", "AttributeStatement", "Attribute", "AttributeValue").CreateAttr("xmlns:xsi", "urn:x")
		}
	})
	t.algorithms()
	t.references()
	t.keyInfos()
}

func (t *table) algorithms() {
	method := func(name, code string, change func(s *Signing)) { t.signed(name, code, change) }
	method("RSA-SHA1", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Method = RSASHA1 })
	method("a SHA-1 digest", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Digest = SHA1 })
	method("MD5", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Method = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5" })
	method("DSA", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Method = SignatureSpec + "dsa-sha1" })
	method("no algorithm", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Method = "none" })
	method("an algorithm with a space", assertion.CodeAlgorithmWeak, func(s *Signing) { s.Method = RSASHA256 + " " })
	method("HMAC with the certificate as key", assertion.CodeAlgorithmWeak, func(s *Signing) {
		s.Method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
		s.Value = func(info []byte) []byte {
			mac := hmac.New(sha256.New, t.p.Certificate.Raw)
			mac.Write(info)
			return mac.Sum(nil)
		}
	})
	method("ECDSA said of an RSA key", assertion.CodeSignatureInvalid, func(s *Signing) { s.Method = ECDSASHA256 })
	method("an empty value", assertion.CodeSignatureStructure, func(s *Signing) { s.Value = func([]byte) []byte { return nil } })
	method("a value of zeros", assertion.CodeSignatureInvalid, func(s *Signing) {
		s.Value = func([]byte) []byte { return make([]byte, 256) }
	})
	method("inclusive canonicalization of SignedInfo", assertion.CodeSignatureTransform,
		func(s *Signing) { s.Canonicalization = Inclusive })
	method("inclusive canonicalization", assertion.CodeSignatureTransform, func(s *Signing) { s.Content = Inclusive })
	for _, x := range []struct{ name, transforms string }{
		{"no transform", ""},
		{"only the enveloped signature", `<ds:Transform Algorithm="` + Enveloped + `"/>`},
		{"no enveloped signature", `<ds:Transform Algorithm="` + Exclusive + `"/>`},
		{"transforms in the other order", `<ds:Transform Algorithm="` + Exclusive + `"/><ds:Transform Algorithm="` + Enveloped + `"/>`},
		{"XSLT", `<ds:Transform Algorithm="` + Enveloped + `"/><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116">` +
			`<s:stylesheet xmlns:s="http://www.w3.org/1999/XSL/Transform" version="1.0"/></ds:Transform>`},
		{"XPath", `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(//a)</ds:XPath></ds:Transform>` +
			`<ds:Transform Algorithm="` + Exclusive + `"/>`},
		{"XPath filter", `<ds:Transform Algorithm="` + Enveloped + `"/><ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>`},
		{"base64", `<ds:Transform Algorithm="` + Enveloped + `"/><ds:Transform Algorithm="` + SignatureSpec + `base64"/>`},
		{"a third transform", `<ds:Transform Algorithm="` + Enveloped + `"/><ds:Transform Algorithm="` + Exclusive + `"/>` +
			`<ds:Transform Algorithm="` + SignatureSpec + `base64"/>`},
	} {
		method(x.name, assertion.CodeSignatureTransform, func(s *Signing) { s.Transforms = new(x.transforms) })
	}
}

func (t *table) references() {
	reference := func(name, references string) {
		t.signed(name, assertion.CodeSignatureStructure, func(s *Signing) { s.References = new(references) })
	}
	uri := func(name, uri string) {
		t.signed(name, assertion.CodeSignatureStructure, func(s *Signing) { s.URI = new(uri) })
	}
	reference("no reference", "")
	reference("two references", "%s%s")
	reference("a reference and a manifest", "%s<ds:Manifest>%s</ds:Manifest>")
	reference("only a manifest", "<ds:Manifest>%s</ds:Manifest>")
	uri("a reference to nothing", "#_nothing")
	uri("a reference to everything, of an assertion", "")
	uri("a reference by XPointer", "#xpointer(/)")
	uri("a reference by XPointer to an id", "#xpointer(id('_a'))")
	uri("a reference elsewhere", "http://evil.example/assertion.xml")
	uri("a reference to a file", "file:///etc/passwd")
	uri("a bare hash", "#")
	t.tampered("a second URI in another namespace", assertion.CodeSignatureStructure, func(root *etree.Element) {
		el := t.at(root, "Assertion", "Signature", "SignedInfo", "Reference")
		el.CreateAttr("xmlns:x", "urn:x")
		el.CreateAttr("x:URI", "#_nothing")
	})
	t.signed("an Object", assertion.CodeSignatureStructure, func(s *Signing) { s.Object = new("<ds:Object>x</ds:Object>") })
	t.altered("a comment in the digest", assertion.CodeSignatureStructure, "<ds:DigestValue>", "<ds:DigestValue>AAAA<!-- -->")
	t.altered("a comment in the signature value", assertion.CodeSignatureStructure, "<ds:SignatureValue>", "<ds:SignatureValue><!-- -->")
	t.altered("two digests", assertion.CodeSignatureStructure, "<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>")
	t.altered("two values", assertion.CodeSignatureStructure, "<ds:SignatureValue>",
		"<ds:SignatureValue>AAAA</ds:SignatureValue><ds:SignatureValue>")
	t.altered("an HMAC length", assertion.CodeSignatureStructure, `rsa-sha256"/>`,
		`rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`)
	t.tampered("two SignedInfo", assertion.CodeSignatureStructure, func(root *etree.Element) {
		sig := t.at(root, "Assertion", "Signature")
		sig.InsertChildAt(0, t.at(sig, "SignedInfo").Copy())
	})
	t.tampered("a value of blanks", assertion.CodeSignatureStructure, func(root *etree.Element) {
		t.at(root, "Assertion", "Signature", "SignatureValue").SetText(strings.Repeat(" ", 100))
	})
}

func (t *table) keyInfos() {
	foreign := Certificate(t.tb, ForeignKey(), Now().AddDate(-1, 0, 0), Now().AddDate(1, 0, 0))
	t.signed("a foreign key with its certificate", assertion.CodeCertificateUnknown, func(s *Signing) {
		s.Key, s.Certificate = ForeignKey(), foreign
	})
	t.signed("a foreign key with the account's certificate", assertion.CodeSignatureInvalid, func(s *Signing) { s.Key = ForeignKey() })
	t.signed("a foreign key without a certificate", assertion.CodeSignatureInvalid, func(s *Signing) {
		s.Key, s.Certificate = ForeignKey(), nil
	})
	t.signed("a key in KeyInfo", assertion.CodeSignatureInvalid, func(s *Signing) {
		s.Key = ForeignKey()
		s.KeyInfo = new("<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>" +
			"</ds:RSAKeyValue></ds:KeyValue>")
	})
	t.signed("a certificate that is none", assertion.CodeSignatureInvalid, func(s *Signing) {
		s.Key, s.KeyInfo = ForeignKey(), new("<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>")
	})
	for _, x := range []struct{ name, keyInfo string }{
		{"a key to be fetched", `<ds:RetrievalMethod URI="http://evil.example/key"/>`},
		{"a key by reference", `<ds:KeyInfoReference URI="#x"/>`},
		{"a key in PGP", `<ds:PGPData/>`},
		{"an encrypted key", `<xenc:EncryptedKey xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"/>`},
		{"a token of web services", `<wsse:SecurityTokenReference xmlns:wsse="urn:x"/>`},
	} {
		t.signed(x.name, assertion.CodeSignatureStructure, func(s *Signing) { s.KeyInfo = new(x.keyInfo) })
	}
}

// certificates are good signatures by certificates that are not good now.
func (t *table) certificates() {
	year := func(from, to int) *x509.Certificate {
		return Certificate(t.tb, t.p.Key, Now().AddDate(from, 0, 0), Now().AddDate(to, 0, 0))
	}
	other := Certificate(t.tb, ForeignKey(), Now().AddDate(-1, 0, 0), Now().AddDate(1, 0, 0))
	trust := func(list ...*x509.Certificate) func(*assertion.Expectation) {
		return func(e *assertion.Expectation) { e.Certificates = list }
	}
	t.expecting("an expired certificate", assertion.CodeCertificateExpired, trust(year(-2, -1)), nil)
	t.expecting("an expired certificate beside a valid one", assertion.CodeCertificateExpired, trust(other, year(-2, -1)), nil)
	t.expecting("a certificate of tomorrow", assertion.CodeCertificateNotYetValid, trust(year(1, 2)), nil)
	t.expecting("a certificate that was rolled over", assertion.CodeCertificateUnknown, trust(other), nil)
	t.expecting("no certificate", assertion.CodeCertificateUnknown, trust(), nil)
	short, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // to see it refused
	check(t.tb, err)
	rsa1024 := Certificate(t.tb, short, Now().AddDate(-1, 0, 0), Now().AddDate(1, 0, 0))
	byShort := func(r *Response) {
		r.SignResponse, r.AssertionSigning = false, Signing{Key: short, Certificate: rsa1024}
	}
	t.expecting("an RSA key of 1024 bits", assertion.CodeAlgorithmWeak, trust(rsa1024), byShort)
	t.expecting("an RSA key of 1024 bits beside a longer one", assertion.CodeAlgorithmWeak, trust(t.p.Certificate, rsa1024), byShort)
	p224 := Certificate(t.tb, ECDSAKey(t.tb, elliptic.P224()), Now().AddDate(-1, 0, 0), Now().AddDate(1, 0, 0))
	t.expecting("only a short key", assertion.CodeAlgorithmWeak, trust(p224), nil)
}
