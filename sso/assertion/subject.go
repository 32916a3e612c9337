package assertion

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// maxNameID is how many characters a NameID may have (SAML core 8.3.7).
const maxNameID = 256

// checkIssuer compares who made the response, where it says so, and the
// assertion.
func (j *judgement) checkIssuer() *Error {
	if err := version(j.assertion); err != nil {
		return err
	}
	if attribute(j.assertion, "ID") == "" {
		return refuse(CodeSchemaInvalid, "The assertion has no ID.")
	}
	for _, el := range []*etree.Element{j.envelope, j.assertion} {
		issuer, err := atMostOne(el, namespaceAssertion, "Issuer")
		if err != nil {
			return err
		}
		if issuer == nil {
			if el == j.envelope {
				continue
			}
			return refuse(CodeIssuerWrong, "The assertion has no Issuer; expected %s.", quoted(j.expect.Issuer))
		}
		name, err := text(issuer)
		if err != nil {
			return err
		}
		if name != j.expect.Issuer || name == "" {
			return refuse(CodeIssuerWrong, "The issuer of %s is %s; expected %s.", el.Tag, quoted(name),
				quoted(j.expect.Issuer)).with(name)
		}
	}
	j.accepted.Issuer = j.expect.Issuer
	j.accepted.ResponseID, j.accepted.AssertionID = attribute(j.envelope, "ID"), attribute(j.assertion, "ID")
	return nil
}

// checkDestination compares where the response was sent; it must say so where it
// is signed (bindings 3.5.5.2).
func (j *judgement) checkDestination() (string, bool, *Error) {
	destination, given := lookup(j.envelope, "Destination")
	switch {
	case given && destination == j.expect.Recipient:
		return "", true, nil
	case !given && !j.signed:
		return "The response has no Destination, and needs none because it is not signed.", false, nil
	case !given:
		return "", true, refuse(CodeDestinationWrong, "The response is signed and has no Destination; expected %s.",
			quoted(j.expect.Recipient))
	}
	return "", true, refuse(CodeDestinationWrong, "The response is meant for %s; expected %s.",
		quoted(destination), quoted(j.expect.Recipient)).with(destination)
}

// checkSubject reads whom the assertion is about.
func (j *judgement) checkSubject() *Error {
	err := onlyKnown(j.assertion, namespaceAssertion, "Issuer", "Subject", "Conditions", "Advice",
		"Statement", "AuthnStatement", "AuthzDecisionStatement", "AttributeStatement")
	if err != nil {
		return err
	}
	subject, err := atMostOne(j.assertion, namespaceAssertion, "Subject")
	if err != nil {
		return err
	}
	if subject == nil {
		return refuse(CodeSubjectMissing, "The assertion has no Subject.")
	}
	err = onlyKnown(subject, namespaceAssertion, "NameID", "BaseID", "EncryptedID", "SubjectConfirmation")
	if err != nil {
		return err
	}
	if first(subject, namespaceAssertion, "EncryptedID") != nil {
		return refuse(CodeNameIDEncrypted, "The NameID is encrypted.")
	}
	ids := all(subject, namespaceAssertion, "NameID")
	switch {
	case len(ids) == 0:
		return refuse(CodeNameIDMissing, "The subject has no NameID.")
	case len(ids) > 1:
		return refuse(CodeNameIDCount, "The subject has %d NameIDs.", len(ids))
	case first(subject, namespaceAssertion, "BaseID") != nil:
		return refuse(CodeNameIDCount, "The subject has a BaseID beside the NameID.")
	}
	return j.readNameID(ids[0])
}

func (j *judgement) readNameID(el *etree.Element) *Error {
	name, err := text(el)
	if err != nil {
		return refuse(CodeNameIDInvalid, "The NameID is not plain text: it has comments or elements in it.")
	}
	switch {
	case name == "":
		return refuse(CodeNameIDMissing, "The NameID is empty.")
	case utf8.RuneCountInString(name) > maxNameID:
		return refuse(CodeNameIDInvalid, "The NameID is longer than %d characters.", maxNameID).with(name)
	case strings.TrimFunc(name, unicode.IsSpace) != name:
		return refuse(CodeNameIDInvalid, "The NameID %s begins or ends with white space.", quoted(name)).with(name)
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) || r == unicode.ReplacementChar }):
		return refuse(CodeNameIDInvalid, "The NameID %s has characters that cannot be seen.", quoted(name)).with(name)
	}
	j.accepted.NameID, j.accepted.NameIDFormat = name, attribute(el, "Format")
	return nil
}

// methodBearer is that of the Web Browser SSO profile (profiles 4.1.4.2).
const methodBearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer" //nolint:gosec // a name of SAML

// checkConfirmation wants one bearer confirmation, for our reply URL and the same
// request as the response. Its end is judged with the other times.
func (j *judgement) checkConfirmation() *Error {
	confirmations := all(first(j.assertion, namespaceAssertion, "Subject"), namespaceAssertion, "SubjectConfirmation")
	confirmations = slices.DeleteFunc(confirmations, func(el *etree.Element) bool {
		return attribute(el, "Method") != methodBearer
	})
	switch len(confirmations) {
	case 0:
		return refuse(CodeConfirmationMissing, "The subject has no bearer confirmation.")
	case 1:
	default:
		return refuse(CodeConfirmationInvalid, "The subject has %d bearer confirmations.", len(confirmations))
	}
	for _, tag := range []string{"NameID", "BaseID", "EncryptedID"} {
		if first(confirmations[0], namespaceAssertion, tag) != nil {
			return refuse(CodeNameIDCount, "The confirmation names somebody of its own (%s).", tag)
		}
	}
	data, err := atMostOne(confirmations[0], namespaceAssertion, "SubjectConfirmationData")
	if err != nil {
		return err
	}
	if data == nil {
		return refuse(CodeConfirmationInvalid, "The bearer confirmation has no SubjectConfirmationData.")
	}
	j.confirmation = data
	return j.checkConfirmationData(data)
}

func (j *judgement) checkConfirmationData(data *etree.Element) *Error {
	if _, given := lookup(data, "NotBefore"); given {
		return refuse(CodeConfirmationInvalid, "The bearer confirmation has a NotBefore.")
	}
	if attribute(data, "NotOnOrAfter") == "" {
		return refuse(CodeConfirmationInvalid, "The bearer confirmation has no NotOnOrAfter.")
	}
	recipient := attribute(data, "Recipient")
	if recipient == "" {
		return refuse(CodeRecipientMissing, "The confirmation has no Recipient; expected %s.", quoted(j.expect.Recipient))
	}
	if recipient != j.expect.Recipient {
		return refuse(CodeRecipientWrong, "The recipient is %s; expected %s.", quoted(recipient), quoted(j.expect.Recipient)).
			with(recipient)
	}
	response, confirmed := attribute(j.envelope, "InResponseTo"), attribute(data, "InResponseTo")
	if response != confirmed {
		return refuse(CodeInResponseToMismatch, "The response answers the request %s, its assertion the request %s.",
			quoted(response), quoted(confirmed)).with(confirmed)
	}
	j.accepted.InResponseTo = confirmed
	return nil
}

// checkConditions wants limits in time and our name as audience. A condition that
// is not understood makes the assertion invalid (core 2.5.1.1).
func (j *judgement) checkConditions() *Error {
	conditions, err := atMostOne(j.assertion, namespaceAssertion, "Conditions")
	if err != nil {
		return err
	}
	if conditions == nil {
		return refuse(CodeConditionsMissing, "The assertion has no Conditions.")
	}
	for _, limit := range []string{"NotBefore", "NotOnOrAfter"} {
		if attribute(conditions, limit) == "" {
			return refuse(CodeConditionsMissing, "The conditions have no %s.", limit)
		}
	}
	j.conditions = conditions
	for _, el := range conditions.ChildElements() {
		if !oneOf(el, namespaceAssertion, []string{"AudienceRestriction", "OneTimeUse", "ProxyRestriction"}) {
			return refuse(CodeConditionUnknown, "The condition %s is not known.", quoted(el.Tag)).with(el.Tag)
		}
	}
	restrictions := all(conditions, namespaceAssertion, "AudienceRestriction")
	if len(restrictions) == 0 {
		return refuse(CodeAudienceMissing, "The assertion is not restricted to an audience; expected %s.",
			quoted(j.expect.Audience))
	}
	for _, el := range restrictions {
		if err := j.checkAudience(el); err != nil {
			return err
		}
	}
	return nil
}

// checkAudience wants our name among those of a restriction; each restriction
// counts (core 2.5.1.4).
func (j *judgement) checkAudience(restriction *etree.Element) *Error {
	var names []string
	for _, el := range all(restriction, namespaceAssertion, "Audience") {
		name, err := text(el)
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return refuse(CodeAudienceMissing, "An audience restriction names nobody; expected %s.", quoted(j.expect.Audience))
	}
	if j.expect.Audience == "" || !slices.Contains(names, j.expect.Audience) {
		found := strings.Join(names, " ")
		return refuse(CodeAudienceWrong, "The audience is %s; expected %s.", quoted(found), quoted(j.expect.Audience)).
			with(found)
	}
	return nil
}

// checkAuthentication wants one statement that the user signed in.
func (j *judgement) checkAuthentication() *Error {
	statement, err := atMostOne(j.assertion, namespaceAssertion, "AuthnStatement")
	if err != nil {
		return err
	}
	if statement == nil {
		return refuse(CodeAuthenticationMissing, "The assertion has no AuthnStatement.")
	}
	j.statement = statement
	j.accepted.SessionIndex = attribute(statement, "SessionIndex")
	return nil
}
