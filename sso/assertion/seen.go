package assertion

import (
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// What of a message is shown at most.
const (
	shownItems = 50
	shownXML   = 32 << 10
)

// see fills the report with what the message claims. It reads the tree that
// arrived where nothing is verified, so nothing of it is believed.
func (j *judgement) see() {
	if j.message == nil {
		return
	}
	s, response := &j.report.Seen, j.message.root
	s.ResponseID = shown(attribute(response, "ID"))
	s.InResponseTo = shown(attribute(response, "InResponseTo"))
	s.Destination = shown(attribute(response, "Destination"))
	s.Issuer = claim(first(response, namespaceAssertion, "Issuer"))
	s.Encrypted = first(response, namespaceAssertion, "EncryptedAssertion") != nil
	s.signatures(response)
	if assertion := j.claimed(); assertion != nil {
		s.assertion(assertion)
		if assertion.Parent() != response {
			s.signatures(assertion)
		}
	}
	s.Redacted = j.redacted()
}

// claimed is the assertion to be shown: what is verified, or decrypted, or
// arrived.
func (j *judgement) claimed() *etree.Element {
	switch {
	case j.inner != nil:
		return j.inner.root
	case len(j.message.assertions) > 0 && j.message.assertions[0].Tag == "Assertion":
		return j.message.assertions[0]
	}
	return nil
}

func (s *Seen) signatures(el *etree.Element) {
	for _, holder := range append([]*etree.Element{el}, all(el, namespaceAssertion, "Assertion")...) {
		signature := first(holder, namespaceSignature, "Signature")
		if signature == nil {
			continue
		}
		s.Signed = append(s.Signed, strings.ToLower(holder.Tag))
		if info := first(signature, namespaceSignature, "SignedInfo"); info != nil {
			if method := first(info, namespaceSignature, "SignatureMethod"); method != nil {
				s.SignatureMethods = append(s.SignatureMethods, shown(attribute(method, "Algorithm")))
			}
		}
		s.certificate(signature)
	}
}

// certificate notes the one that a message names.
func (s *Seen) certificate(sig *etree.Element) {
	var named signature
	info := first(sig, namespaceSignature, "KeyInfo")
	if info == nil || s.Fingerprint != "" || named.keyInfo(info) != nil || named.certificate == nil {
		return
	}
	s.Fingerprint = fingerprint(named.certificate)
	if c, err := x509.ParseCertificate(named.certificate); err == nil {
		s.CertificateSubject, s.CertificateEnds = shown(c.Subject.String()), c.NotAfter
	}
}

func (s *Seen) assertion(el *etree.Element) {
	s.AssertionID = shown(attribute(el, "ID"))
	s.IssueInstant = shown(attribute(el, "IssueInstant"))
	if issuer := claim(first(el, namespaceAssertion, "Issuer")); issuer != "" {
		s.Issuer = issuer
	}
	if subject := first(el, namespaceAssertion, "Subject"); subject != nil {
		s.subject(subject)
	}
	if conditions := first(el, namespaceAssertion, "Conditions"); conditions != nil {
		s.NotBefore = shown(attribute(conditions, "NotBefore"))
		s.NotOnOrAfter = shown(attribute(conditions, "NotOnOrAfter"))
		for _, restriction := range all(conditions, namespaceAssertion, "AudienceRestriction") {
			for _, audience := range all(restriction, namespaceAssertion, "Audience") {
				s.Audiences = upTo(s.Audiences, claim(audience))
			}
		}
	}
	for _, statement := range all(el, namespaceAssertion, "AttributeStatement") {
		for _, a := range all(statement, namespaceAssertion, "Attribute") {
			s.attribute(a)
		}
	}
}

func (s *Seen) subject(el *etree.Element) {
	if id := first(el, namespaceAssertion, "NameID"); id != nil {
		s.NameID, s.NameIDFormat = claim(id), shown(attribute(id, "Format"))
	}
	for _, confirmation := range all(el, namespaceAssertion, "SubjectConfirmation") {
		if data := first(confirmation, namespaceAssertion, "SubjectConfirmationData"); data != nil && s.Recipient == "" {
			s.Recipient = shown(attribute(data, "Recipient"))
		}
	}
}

func (s *Seen) attribute(el *etree.Element) {
	a := Attribute{Name: shown(attribute(el, "Name")), FriendlyName: shown(attribute(el, "FriendlyName"))}
	for _, value := range all(el, namespaceAssertion, "AttributeValue") {
		a.Values = upTo(a.Values, claim(value))
	}
	s.Attributes = upTo(s.Attributes, a)
}

func upTo[T any](list []T, item T) []T {
	if len(list) >= shownItems {
		return list
	}
	return append(list, item)
}

// redacted writes the message without what could be used again.
func (j *judgement) redacted() string {
	root := j.message.root.Copy()
	if j.inner != nil {
		for _, sealed := range root.ChildElements() {
			if sealed.Tag == "EncryptedAssertion" {
				sealed.AddChild(j.inner.root.Copy())
			}
		}
	}
	redact(root)
	tree := etree.NewDocumentWithRoot(root)
	written, err := tree.WriteToString()
	if err != nil {
		return ""
	}
	written = strings.ToValidUTF8(written, "\uFFFD")
	if len(written) > shownXML {
		return strings.ToValidUTF8(written[:shownXML], "") + "…"
	}
	return written
}

// redact replaces values by their length. It goes by the names alone, whatever
// their namespace.
func redact(el *etree.Element) {
	switch el.Tag {
	case "SignatureValue", "DigestValue", "CipherValue", "X509Certificate", "Modulus":
		length := len(el.Text())
		el.Child = nil
		el.SetText(fmt.Sprintf("(%d characters)", length))
		return
	}
	for _, child := range el.ChildElements() {
		redact(child)
	}
}
