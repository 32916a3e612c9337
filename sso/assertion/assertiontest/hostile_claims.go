package assertiontest

import (
	"crypto"
	"strings"
	"time"

	"github.com/beevik/etree"
	saml2 "github.com/russellhaering/gosaml2"

	"admin-api/sso/assertion"
)

// envelopes are signed by the provider, for somebody else or with a refusal.
func (t *table) envelopes() {
	t.add("a refusal", assertion.CodeStatusFailed, func(r *Response) {
		r.Status, r.StatusMessage = "urn:oasis:names:tc:SAML:2.0:status:Responder", "User is not assigned"
	})
	t.edited("a refusal with an assertion", assertion.CodeStatusFailed, saml2.StatusCodeSuccess, "urn:oasis:names:tc:SAML:2.0:status:Requester")
	t.edited("a success in other letters", assertion.CodeStatusFailed, saml2.StatusCodeSuccess, "urn:oasis:names:tc:SAML:2.0:status:success")
	t.renamed("no status", assertion.CodeSchemaInvalid, "saml2p:Status>", "saml2p:Extensions>")
	t.edited("two status", assertion.CodeSchemaInvalid, "<saml2p:Status>", `<saml2p:Status><saml2p:StatusCode Value="`+
		saml2.StatusCodeSuccess+`"/></saml2p:Status><saml2p:Status>`)
	t.edited("SAML 1.1", assertion.CodeVersion, `Version="2.0"`, `Version="1.1"`)
	t.edited("no version", assertion.CodeVersion, `Version="2.0"`, ``)
	t.edited("an assertion of SAML 1.1", assertion.CodeVersion, `Version="2.0" IssueInstant="2026-03-15T12:00:00.023Z"><saml2:Issuer>`,
		`Version="1.1" IssueInstant="2026-03-15T12:00:00.023Z"><saml2:Issuer>`)
	t.add("no assertion", assertion.CodeAssertionCount, func(r *Response) {
		r.Edit = func(text string) string {
			return text[:strings.Index(text, "<saml2:Assertion")] + "</saml2p:Response>"
		}
	})
	t.add("a response without an id", assertion.CodeSchemaInvalid, func(r *Response) { r.ID, r.SignResponse = "", false })
	t.add("another destination", assertion.CodeDestinationWrong, func(r *Response) { r.Destination = "https://other.example.com/sso" })
	t.add("the other portal as destination", assertion.CodeDestinationWrong, func(r *Response) {
		r.Destination = "https://acme.example.com/admin/sso/redirect"
	})
	t.add("a destination with a slash", assertion.CodeDestinationWrong, func(r *Response) { r.Destination = Recipient + "/" })
	t.add("a signed response without destination", assertion.CodeDestinationWrong, func(r *Response) { r.Destination = "" })
	t.edited("an empty destination", assertion.CodeDestinationWrong, `Destination="`+Recipient+`"`, `Destination=""`)
	t.add("another issuer", assertion.CodeIssuerWrong, func(r *Response) { r.Issuer = "https://idp.example.org/" })
	t.add("an issuer with white space", assertion.CodeIssuerWrong, func(r *Response) { r.Issuer = "\n  " + r.Issuer + "\n" })
	t.add("an issuer in capitals", assertion.CodeIssuerWrong, func(r *Response) { r.Issuer = strings.ToUpper(r.Issuer) })
	t.edited("an issuer of two halves", assertion.CodeXMLComment, "https://idp.example.net/google", "https://idp.example.net/<!-- -->google")
	t.edited("no issuer of the assertion", assertion.CodeIssuerWrong, "<saml2:Issuer>"+t.p.Issuer+"</saml2:Issuer>", "")
	t.edited("two issuers of the assertion", assertion.CodeSchemaInvalid, "<saml2:Issuer>", "<saml2:Issuer>x</saml2:Issuer><saml2:Issuer>")
	t.add("an issuer of the response that differs", assertion.CodeIssuerWrong, func(r *Response) {
		r.SignResponse, r.TamperText = false, t.replace("issuer", t.p.Issuer, "https://idp.example.org/")
	})
	t.expecting("no issuer expected", assertion.CodeIssuerWrong, func(e *assertion.Expectation) { e.Issuer = "" },
		func(r *Response) { r.Issuer = "" })
}

// subjects are of nobody, of two, or for somebody else's ears.
func (t *table) subjects() {
	const name = ">jane.doe</saml2:NameID>"
	t.edited("a comment in the name", assertion.CodeNameIDInvalid, name, ">admin<!-- -->.jane.doe</saml2:NameID>")
	t.altered("a comment put into the name", assertion.CodeNameIDInvalid, name, ">jane<!-- -->.doe</saml2:NameID>")
	t.edited("an element in the name", assertion.CodeNameIDInvalid, name, ">admin<saml2:x/>jane.doe</saml2:NameID>")
	t.add("an empty name", assertion.CodeNameIDMissing, func(r *Response) { r.NameID = "" })
	t.add("a long name", assertion.CodeNameIDInvalid, func(r *Response) { r.NameID = strings.Repeat("j", 257) })
	t.add("a name with a line break", assertion.CodeNameIDInvalid, func(r *Response) { r.NameID = "jane\ndoe" })
	t.add("a name with a blank before it", assertion.CodeNameIDInvalid, func(r *Response) { r.NameID = " jane.doe" })
	t.add("a name with an invisible letter", assertion.CodeNameIDInvalid, func(r *Response) { r.NameID = "jane.\u200bdoe" })
	t.add("a name written backwards", assertion.CodeNameIDInvalid, func(r *Response) { r.NameID = "\u202ejane" })
	t.edited("two names", assertion.CodeNameIDCount, "<saml2:NameID", "<saml2:NameID>admin</saml2:NameID><saml2:NameID")
	t.edited("a name beside a BaseID", assertion.CodeNameIDCount, "<saml2:NameID", "<saml2:BaseID/><saml2:NameID")
	t.add("no name", assertion.CodeNameIDMissing, func(r *Response) {
		r.Edit = func(text string) string { return cut(text, "<saml2:NameID", "</saml2:NameID>") }
	})
	t.edited("an encrypted name", assertion.CodeNameIDEncrypted, "<saml2:NameID", "<saml2:EncryptedID/><saml2:NameID")
	t.edited("a name in the confirmation", assertion.CodeNameIDCount, "<saml2:SubjectConfirmationData",
		"<saml2:NameID>admin</saml2:NameID><saml2:SubjectConfirmationData")
	t.edited("two subjects", assertion.CodeSchemaInvalid, "<saml2:Subject>", "<saml2:Subject/><saml2:Subject>")
	t.add("no subject", assertion.CodeSubjectMissing, func(r *Response) {
		r.Edit = func(text string) string { return cut(text, "<saml2:Subject>", "</saml2:Subject>") }
	})
	t.edited("something unknown in the assertion", assertion.CodeSchemaInvalid, "<saml2:Subject>", "<saml2:Extra/><saml2:Subject>")
	t.edited("text in the assertion", assertion.CodeSchemaInvalid, "<saml2:Subject>", "admin<saml2:Subject>")

	t.edited("no bearer", assertion.CodeConfirmationMissing, "cm:bearer", "cm:holder-of-key")
	t.add("two bearers", assertion.CodeConfirmationInvalid, func(r *Response) {
		r.Edit = t.replace("bearers", "</saml2:Subject>",
			`<saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/></saml2:Subject>`)
	})
	t.edited("a bearer without data", assertion.CodeConfirmationInvalid, "<saml2:SubjectConfirmationData", "<saml2:Nothing")
	t.edited("a bearer of tomorrow", assertion.CodeConfirmationInvalid, "<saml2:SubjectConfirmationData",
		`<saml2:SubjectConfirmationData NotBefore="2026-03-15T11:00:00Z"`)
	t.edited("a bearer without end", assertion.CodeConfirmationInvalid, `SubjectConfirmationData NotOnOrAfter`, `SubjectConfirmationData After`)
	t.add("no recipient", assertion.CodeRecipientMissing, func(r *Response) { r.Recipient = "" })
	t.add("another recipient", assertion.CodeRecipientWrong, func(r *Response) { r.Recipient = "https://other.example.com/sso" })
	t.add("a recipient on another port", assertion.CodeRecipientWrong, func(r *Response) {
		r.Recipient = strings.Replace(Recipient, ".com/", ".com:444/", 1)
	})
	t.add("an answer to another request", assertion.CodeInResponseToMismatch, func(r *Response) {
		r.SignResponse, r.TamperText = false, t.replace("request", `InResponseTo="_request"`, `InResponseTo="_mine"`)
	})
	t.add("an unasked assertion in an answer", assertion.CodeInResponseToMismatch, func(r *Response) {
		r.InResponseTo, r.SignResponse = "", false
		r.TamperText = t.replace("answer", ` Destination=`, ` InResponseTo="_mine" Destination=`)
	})
	t.renamed("no sign-in", assertion.CodeAuthenticationMissing, "AuthnStatement", "AuthzDecisionStatement")
	t.edited("two sign-ins", assertion.CodeSchemaInvalid, "<saml2:AuthnStatement", "<saml2:AuthnStatement/><saml2:AuthnStatement")
	t.edited("a comment in an attribute", assertion.CodeXMLComment, ">agents<", ">admin<!-- -->s<")
	t.edited("an attribute without a name", assertion.CodeSchemaInvalid, `Name="FirstName"`, ``)
}

// cut takes out what is between two words, and the words.
func cut(text, from, to string) string {
	start, end := strings.Index(text, from), strings.Index(text, to)
	return text[:start] + text[end+len(to):]
}

// conditions are missing, unknown, or somebody else's.
func (t *table) conditions() {
	const audience = "<saml2:Audience>" + Audience + "</saml2:Audience>"
	t.add("no conditions", assertion.CodeConditionsMissing, func(r *Response) {
		r.Edit = func(text string) string { return cut(text, "<saml2:Conditions", "</saml2:Conditions>") }
	})
	t.add("conditions without beginning", assertion.CodeConditionsMissing, func(r *Response) { r.NotBefore = time.Time{} })
	t.edited("conditions without end", assertion.CodeConditionsMissing, `:59:00.023Z" NotOnOrAfter`, `:59:00.023Z" After`)
	t.edited("two conditions", assertion.CodeSchemaInvalid, "<saml2:Conditions", "<saml2:Conditions/><saml2:Conditions")
	t.edited("a condition that is not known", assertion.CodeConditionUnknown, "<saml2:AudienceRestriction>",
		"<saml2:Condition/><saml2:AudienceRestriction>")
	t.edited("a delegation", assertion.CodeConditionUnknown, "<saml2:AudienceRestriction>",
		`<del:Delegate xmlns:del="urn:oasis:names:tc:SAML:2.0:conditions:delegation"/><saml2:AudienceRestriction>`)
	t.edited("no audience restriction", assertion.CodeAudienceMissing,
		"<saml2:AudienceRestriction>"+audience+"</saml2:AudienceRestriction>", "<saml2:OneTimeUse/>")
	t.edited("an audience restriction for nobody", assertion.CodeAudienceMissing, audience, "")
	t.add("another audience", assertion.CodeAudienceWrong, func(r *Response) { r.Audience = "other.example.com_sso" })
	t.add("an audience that begins like ours", assertion.CodeAudienceWrong, func(r *Response) { r.Audience = Audience + ".evil.example" })
	t.add("an audience in letters that look the same", assertion.CodeAudienceWrong, func(r *Response) {
		r.Audience = strings.Replace(Audience, "a", "\u0430", 1)
	})
	t.add("an audience with white space", assertion.CodeAudienceWrong, func(r *Response) { r.Audience = " " + Audience })
	t.edited("an audience of two halves", assertion.CodeXMLComment, audience,
		"<saml2:Audience>acme.example<!-- -->.com_sso</saml2:Audience>")
	t.edited("a second restriction that is not ours", assertion.CodeAudienceWrong, "</saml2:AudienceRestriction>",
		"</saml2:AudienceRestriction><saml2:AudienceRestriction><saml2:Audience>other</saml2:Audience></saml2:AudienceRestriction>")
	t.expecting("no audience expected", assertion.CodeAudienceWrong, func(e *assertion.Expectation) { e.Audience = "" },
		func(r *Response) { r.Audience = "" })
}

// times are of yesterday, of tomorrow, or of no day at all.
func (t *table) times() {
	shift := func(r *Response, d time.Duration) {
		for _, at := range []*time.Time{&r.Issued, &r.NotBefore, &r.NotOnOrAfter, &r.AuthnInstant} {
			*at = at.Add(d)
		}
	}
	now := Now()
	t.add("expired", assertion.CodeExpired, func(r *Response) { r.NotOnOrAfter = now.Add(-assertion.Skew - time.Second) })
	t.add("of yesterday", assertion.CodeExpired, func(r *Response) { shift(r, -24*time.Hour) })
	t.add("a confirmation that is over", assertion.CodeExpired, func(r *Response) {
		r.Edit = t.replace("end", `SubjectConfirmationData NotOnOrAfter="2026-03-15T12:05`, `SubjectConfirmationData NotOnOrAfter="2026-03-15T11:55`)
	})
	t.add("a session that is over", assertion.CodeExpired, func(r *Response) { r.SessionNotOnOrAfter = now.Add(-time.Hour) })
	t.add("valid for years, issued long ago", assertion.CodeResponseStale, func(r *Response) {
		shift(r, -time.Hour)
		r.NotOnOrAfter = now.AddDate(8, 0, 0)
	})
	t.add("a clock that is ten minutes ahead", assertion.CodeClockSkew, func(r *Response) { shift(r, 10*time.Minute) })
	t.expecting("a clock that is ten minutes behind", assertion.CodeClockSkew, func(e *assertion.Expectation) {
		e.Requested = func(string) time.Time { return now.Add(-3 * time.Second) }
	}, func(r *Response) { shift(r, -10*time.Minute) })
	t.expecting("delivered late", assertion.CodeExpired, func(e *assertion.Expectation) {
		e.Requested = func(string) time.Time { return now.Add(-11 * time.Minute) }
	}, func(r *Response) { shift(r, -10*time.Minute) })
	t.add("of tomorrow", assertion.CodeNotYetValid, func(r *Response) { shift(r, 25*time.Hour) })
	t.add("valid from tomorrow", assertion.CodeNotYetValid, func(r *Response) {
		r.NotBefore, r.NotOnOrAfter = now.AddDate(0, 0, 1), now.AddDate(0, 0, 2)
	})
	t.add("signed in tomorrow", assertion.CodeClockSkew, func(r *Response) { r.AuthnInstant = now.Add(time.Hour) })
	t.add("of the year 9999", assertion.CodeNotYetValid, func(r *Response) { shift(r, time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC).Sub(now)) })
	const issued = `IssueInstant="2026-03-15T12:00:00.023Z"`
	for _, x := range []struct{ name, value string }{
		{"a time that is none", "yesterday"},
		{"a time without a zone", "2026-03-15T12:00:00"},
		{"a time of another zone", "2026-03-15T13:00:00+01:00"},
		{"a time with a comma", "2026-03-15T12:00:00,5Z"},
		{"a time on the 31st of April", "2026-04-31T12:00:00Z"},
		{"a leap second", "2026-03-15T12:00:60Z"},
		{"a year of five digits", "12026-03-15T12:00:00Z"},
		{"a time before the calendar", "-2026-03-15T12:00:00Z"},
		{"a time with many digits", "2026-03-15T12:00:00." + strings.Repeat("0", 1000) + "Z"},
		{"no time", ""},
	} {
		t.edited(x.name, assertion.CodeTimeMalformed, issued, `IssueInstant="`+x.value+`"`)
	}
}

// ciphers are weak, or not for us.
func (t *table) ciphers() {
	ours := func(e *assertion.Expectation) { e.Decrypters = []crypto.Decrypter{EncryptionKey()} }
	sealed := func(change func(*Response)) func(*Response) {
		return func(r *Response) {
			r.EncryptTo, r.SignResponse = &EncryptionKey().PublicKey, false
			change(r)
		}
	}
	t.add("encrypted, without a key", assertion.CodeEncryptedNoKey, sealed(func(*Response) {}))
	t.expecting("encrypted for somebody else", assertion.CodeDecryptionFailed, ours,
		sealed(func(r *Response) { r.EncryptTo = &StrangerKey().PublicKey }))
	t.expecting("RSA PKCS #1 v1.5", assertion.CodeEncryptionWeak, ours, sealed(func(r *Response) { r.Transport = PKCS1 }))
	t.expecting("triple DES", assertion.CodeEncryptionWeak, ours, sealed(func(r *Response) { r.Cipher = TripleDESCBC }))
	t.expecting("AES-CBC without a signature around it", assertion.CodeEncryptionWeak, ours,
		sealed(func(r *Response) { r.Cipher = AES256CBC }))
	t.expecting("encrypted, not signed", assertion.CodeNotSigned, ours, sealed(func(r *Response) { r.SignAssertion = false }))
	t.expecting("an encrypted and a plain assertion", assertion.CodeAssertionCount, ours, sealed(func(r *Response) {
		r.Tamper = func(root *etree.Element) {
			forged := etree.NewElement("saml2:Assertion")
			forged.CreateAttr("xmlns:saml2", saml2.SAMLAssertionNamespace)
			root.AddChild(forged)
		}
	}))
	t.expecting("two encrypted assertions", assertion.CodeAssertionCount, ours, sealed(func(r *Response) {
		r.Tamper = func(root *etree.Element) { root.AddChild(t.at(root, "EncryptedAssertion").Copy()) }
	}))
	edited := func(name, code string, edit func(text string) string) {
		t.expecting(name, code, ours, sealed(func(r *Response) { r.EditAssertion = edit }))
	}
	edited("an encrypted document type", assertion.CodeXMLDoctype, func(text string) string { return "<!DOCTYPE a>" + text })
	edited("encrypted, with something behind", assertion.CodeXMLTrailingData, func(text string) string { return text + text })
	edited("encrypted text", assertion.CodeXMLMalformed, func(string) string { return "admin" })
	edited("an encrypted something", assertion.CodeAssertionCount, func(string) string { return "<a/>" })
	edited("an encrypted bomb", assertion.CodeXMLTooComplex, func(string) string {
		return strings.Repeat("<a>", 5000) + strings.Repeat("</a>", 5000)
	})
	edited("encrypted, with another name", assertion.CodeSignatureInvalid, t.replace("name", ">jane.doe<", ">admin<"))
	edited("encrypted, in another assertion", assertion.CodeAssertionCount, func(text string) string {
		return `<saml2:Assertion xmlns:saml2="` + saml2.SAMLAssertionNamespace + `" ID="_f">` + text + `</saml2:Assertion>`
	})
	edited("encrypted, under the id of the response", assertion.CodeXMLDuplicateID, func(text string) string {
		return strings.Replace(text, "<saml2:Issuer>", `<saml2:Issuer ID="_the-response">`, 1)
	})
	t.cases[len(t.cases)-1].Encoded = t.sealedUnderID(ours)
	change := func(name, code, old, replacement string) {
		t.expecting(name, code, ours, sealed(func(r *Response) { r.TamperText = t.replace(name, old, replacement) }))
	}
	change("a cipher elsewhere", assertion.CodeSchemaInvalid, "<xenc:CipherData>",
		`<xenc:CipherData><xenc:CipherReference URI="http://evil.example/"/>`)
	t.expecting("no key in it", assertion.CodeSchemaInvalid, ours, sealed(func(r *Response) {
		r.TamperText = func(text string) string { return strings.ReplaceAll(text, "EncryptedKey>", "Nothing>") }
	}))
	change("a key with parameters", assertion.CodeSchemaInvalid, `mgf1p"/>`, `mgf1p"><xenc:OAEPparams>AAAA</xenc:OAEPparams></xenc:EncryptionMethod>`)
	change("a hash that is not known", assertion.CodeEncryptionWeak, `mgf1p"/>`,
		`mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/></xenc:EncryptionMethod>`)
	change("a cipher that does not open", assertion.CodeDecryptionFailed, "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>",
		"</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>AAAA")
	change("a signature on the cipher", assertion.CodeSignatureStructure, "<xenc:EncryptedData",
		`<ds:Signature xmlns:ds="`+SignatureSpec+`"/><xenc:EncryptedData`)
}

// sealedUnderID returns a response whose encrypted assertion has an id that the
// response has, too.
func (t *table) sealedUnderID(expect func(*assertion.Expectation)) string {
	e := t.p.Expectation()
	expect(&e)
	r := t.p.Response(e)
	r.ID, r.SignResponse, r.EncryptTo = "_the-response", false, &EncryptionKey().PublicKey
	r.EditAssertion = t.replace("id", "<saml2:Issuer>", `<saml2:Issuer ID="_the-response">`)
	return r.Encode(t.tb)
}
