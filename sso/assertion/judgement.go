package assertion

import (
	"crypto/x509"
	"strings"

	"github.com/beevik/etree"
	saml2 "github.com/russellhaering/gosaml2"
)

// judgement is one response on its way through the steps.
type judgement struct {
	expect   Expectation
	report   *Report
	accepted *Accepted

	// message is what arrived.
	message *document
	// envelope is the response: what its signature covers where it is signed, what
	// arrived otherwise. The same goes for sealed, an assertion that is encrypted.
	envelope *etree.Element
	signed   bool
	// inner is the decrypted document, nil where the assertion is plain.
	inner *document
	// assertion is read from what a signature covers, never from what arrived.
	assertion *etree.Element
	// confirmation is that of the bearer, conditions those of the assertion, and
	// statement its AuthnStatement.
	confirmation, conditions, statement *etree.Element
}

// step is a check by its name. It returns what it found, in a sentence or nothing,
// and whether it applies to the message.
type step struct {
	name string
	run  func() (detail string, applies bool, err *Error)
}

func (j *judgement) steps(encoded string) []step {
	return []step{
		{StepMessage, func() (string, bool, *Error) { return "", true, j.readMessage(encoded) }},
		{StepStatus, func() (string, bool, *Error) { return "", true, j.checkStatus() }},
		{StepResponseSignature, j.checkResponseSignature},
		{StepDecryption, j.checkDecryption},
		{StepAssertionSignature, j.checkAssertionSignature},
		{StepIssuer, func() (string, bool, *Error) { return "", true, j.checkIssuer() }},
		{StepDestination, j.checkDestination},
		{StepSubject, func() (string, bool, *Error) { return "", true, j.checkSubject() }},
		{StepConfirmation, func() (string, bool, *Error) { return "", true, j.checkConfirmation() }},
		{StepConditions, func() (string, bool, *Error) { return "", true, j.checkConditions() }},
		{StepAuthentication, func() (string, bool, *Error) { return "", true, j.checkAuthentication() }},
		{StepTimes, func() (string, bool, *Error) { return "", true, j.checkTimes() }},
		{StepAttributes, j.readAttributes},
	}
}

// run takes the steps until one fails and records all of them.
func (j *judgement) run(encoded string) error {
	var failed *Error
	for _, s := range j.steps(encoded) {
		if failed != nil {
			j.report.add(s.name, Skipped, "")
			continue
		}
		detail, applies, err := s.run()
		switch {
		case err != nil:
			failed = err
			j.report.add(s.name, Failed, err.Detail)
		case !applies:
			j.report.add(s.name, Skipped, detail)
		default:
			j.report.add(s.name, Passed, detail)
		}
	}
	j.see()
	if failed != nil {
		return failed
	}
	return nil
}

// readMessage makes a response of the form field.
func (j *judgement) readMessage(encoded string) *Error {
	text, err := decode(encoded)
	if err != nil {
		return err
	}
	d, err := read(text, map[string]bool{}, nil)
	if err != nil {
		return err
	}
	j.message, j.envelope = d, d.root
	if !is(d.root, namespaceProtocol, "Response") {
		return refuse(CodeNotAResponse, "The message is %s, not a SAML response.", quoted(d.root.Tag)).with(d.root.Tag)
	}
	if err := version(d.root); err != nil {
		return err
	}
	if attribute(d.root, "ID") == "" {
		return refuse(CodeSchemaInvalid, "The response has no ID.")
	}
	return onlyPlaced(d.root)
}

// onlyPlaced refuses what has no place in a response.
func onlyPlaced(response *etree.Element) *Error {
	for _, child := range response.ChildElements() {
		known := oneOf(child, namespaceProtocol, []string{"Status", "Extensions"}) ||
			oneOf(child, namespaceAssertion, []string{"Issuer", "Assertion", "EncryptedAssertion"}) ||
			is(child, namespaceSignature, "Signature")
		if !known {
			return refuse(CodeSchemaInvalid, "The response has an element %s, which has no place there.", quoted(child.Tag))
		}
	}
	return nil
}

func version(el *etree.Element) *Error {
	if v := attribute(el, "Version"); v != "2.0" {
		return refuse(CodeVersion, "%s has the version %s; 2.0 is accepted.", el.Tag, quoted(v)).with(v)
	}
	return nil
}

// checkStatus wants success. What the provider says otherwise is not signed in
// all cases, but nobody gains from a forged refusal.
func (j *judgement) checkStatus() *Error {
	status, err := atMostOne(j.envelope, namespaceProtocol, "Status")
	if err != nil {
		return err
	}
	if status == nil {
		return refuse(CodeSchemaInvalid, "The response has no Status.")
	}
	code, err := atMostOne(status, namespaceProtocol, "StatusCode")
	if err != nil {
		return err
	}
	if code == nil {
		return refuse(CodeSchemaInvalid, "The response has no StatusCode.")
	}
	if value := attribute(code, "Value"); value != saml2.StatusCodeSuccess {
		return refuse(CodeStatusFailed, "The identity provider answered %s.", quoted(reason(status, code))).
			with(reason(status, code))
	}
	return j.countAssertions()
}

// reason is a status in one line: the codes, the more special one last, and the
// provider's message.
func reason(status, code *etree.Element) string {
	words := []string{attribute(code, "Value")}
	if inner := first(code, namespaceProtocol, "StatusCode"); inner != nil {
		words = append(words, attribute(inner, "Value"))
	}
	for i, w := range words {
		words[i] = w[strings.LastIndex(w, ":")+1:]
	}
	if message := claim(first(status, namespaceProtocol, "StatusMessage")); message != "" {
		words = append(words, message)
	}
	return strings.Join(words, ": ")
}

// countAssertions wants one assertion, directly in the response, and none hidden
// anywhere else.
func (j *judgement) countAssertions() *Error {
	found := j.message.assertions
	if len(found) != 1 {
		return refuse(CodeAssertionCount, "The response has %d assertions; it must have one.", len(found))
	}
	if found[0].Parent() != j.message.root {
		return refuse(CodeAssertionCount, "The assertion stands in %s, not in the response.", quoted(found[0].Parent().Tag))
	}
	return nil
}

// checkResponseSignature verifies the signature of the response, if there is
// one.
func (j *judgement) checkResponseSignature() (string, bool, *Error) {
	places := []*etree.Element{j.message.root}
	if plain := first(j.message.root, namespaceAssertion, "Assertion"); plain != nil {
		places = append(places, plain)
	}
	if err := j.message.placed(places...); err != nil {
		return "", false, err
	}
	s, err := j.message.signatureOf(j.message.root)
	if err != nil {
		return "", false, err
	}
	if s == nil {
		return "The response as a whole is not signed.", false, nil
	}
	verified, certificate, err := j.verify(j.message, s)
	if err != nil {
		return "", false, err
	}
	if err := onlyAssertion(verified); err != nil {
		return "", false, err
	}
	j.envelope, j.signed = verified, true
	j.accepted.ResponseSigned, j.accepted.Certificate = true, certificate
	return signedWith(certificate), true, nil
}

// onlyAssertion wants one assertion in what was verified, too: the canonical form
// is a document of its own, and what was true of the tree that arrived must be
// true of it.
func onlyAssertion(verified *etree.Element) *Error {
	d, err := survey(verified, map[string]bool{})
	if err != nil {
		return err
	}
	if len(d.assertions) != 1 || (d.assertions[0] != verified && d.assertions[0].Parent() != verified) {
		return refuse(CodeSignatureStructure, "The signature covers something else than %s.", verified.Tag)
	}
	return nil
}

func signedWith(c *x509.Certificate) string {
	return "Signed with the certificate of SHA-256 " + fingerprint(c.Raw) + ", valid until " + instant(c.NotAfter) + "."
}

// checkDecryption opens an encrypted assertion.
func (j *judgement) checkDecryption() (string, bool, *Error) {
	sealed := first(j.envelope, namespaceAssertion, "EncryptedAssertion")
	if sealed == nil {
		return "The assertion is not encrypted.", false, nil
	}
	var err *Error
	j.inner, err = j.decrypt(sealed, j.message.ids, j.signed)
	j.accepted.Encrypted = true
	return "", true, err
}

// checkAssertionSignature verifies the signature of the assertion, if there is
// one, and takes the assertion from what is signed.
func (j *judgement) checkAssertionSignature() (string, bool, *Error) {
	d, arrived := j.message, j.message.assertions[0]
	if j.inner != nil {
		d, arrived = j.inner, j.inner.root
	}
	s, err := d.signatureOf(arrived)
	if err != nil {
		return "", false, err
	}
	if s == nil {
		return j.coveredByResponse(arrived)
	}
	verified, certificate, err := j.verify(d, s)
	if err != nil {
		return "", false, err
	}
	if err := onlyAssertion(verified); err != nil {
		return "", false, err
	}
	j.assertion, j.report.Verified = verified, true
	j.accepted.AssertionSigned, j.accepted.Certificate = true, certificate
	return signedWith(certificate), true, nil
}

// coveredByResponse takes an assertion without a signature of its own from the
// signed response.
func (j *judgement) coveredByResponse(arrived *etree.Element) (string, bool, *Error) {
	if !j.signed {
		return "", false, refuse(CodeNotSigned, "Neither the response nor its assertion is signed.")
	}
	j.assertion = first(j.envelope, namespaceAssertion, "Assertion")
	if j.inner != nil {
		j.assertion = arrived
	}
	j.report.Verified = true
	return "The signature of the response covers the assertion.", false, nil
}
