package api

import "net/http"

// hostile is for what no identity provider writes.
const hostile = "No identity provider writes such messages. Something between it and here changes them, or " +
	"somebody " +
	"tries what can be got away with."

// ssoFormKinds are about the answer as a document, before anything in it is
// believed.
func ssoFormKinds() []SSOKind {
	return []SSOKind{
		{
			Code: CodeSSOResponseMissing, Title: "No answer in the form", Status: http.StatusBadRequest,
			Meaning: "What was posted to the reply address has no field SAMLResponse, has it twice, or is no form of the " +
				"media type application/x-www-form-urlencoded.",
			Where: "In the body of the request.",
			Remedy: "Let the provider use the binding HTTP-POST for its answers. The reply address takes answers to " +
				"sign-ins only, no requests to sign out.",
		},
		{
			Code: CodeSSOResponseTooLarge, Title: "The answer is too large", Status: http.StatusRequestEntityTooLarge,
			Meaning: "The answer is larger than 256 KiB. A usual one has less than 16.",
			Where:   "In the field SAMLResponse, mostly in a long list of groups.",
			Remedy:  "Let the provider send only the attributes that are needed: FirstName, LastName, Email.",
			Providers: []SSOHint{
				{entra, "Attributes & Claims: remove the claim of groups, or limit it to those assigned to the application."},
			},
		},
		{
			Code: CodeSSOResponseEncoding, Title: "The answer is not encoded as it should be", Status: http.StatusBadRequest,
			Meaning: "The field SAMLResponse is not base64, or holds something behind it. Line breaks are fine, compression " +
				"is not: that belongs to another binding.",
			Where:  "In the field SAMLResponse.",
			Remedy: "Let the provider use the binding HTTP-POST for its answers.",
		},
		{
			Code: "sso-xml-malformed", Title: "XML malformed", Status: http.StatusBadRequest,
			Meaning: "The answer is not one well-formed XML document in UTF-8, or holds something that has no place in it, " +
				"such as a processing instruction.",
			Where:  "In the answer; the trace says at which byte reading stopped.",
			Remedy: "Look at the trace. " + hostile,
		},
	}
}

// ssoXMLKinds are about XML that no reader should be given.
func ssoXMLKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-xml-doctype", Title: "Document type in the XML", Status: http.StatusBadRequest,
			Meaning: "The answer has a document type or entities of its own, with which readers of XML can be made to read " +
				"files or to run out of memory. None is read.",
			Where:  "At the beginning of the answer.",
			Remedy: hostile,
		},
		{
			Code: "sso-xml-too-complex", Title: "XML too complex", Status: http.StatusBadRequest,
			Meaning: "The answer has too many elements, attributes or name spaces, or is nested too deeply. The bounds are " +
				"far above what a sign-in needs.",
			Where:  "In the answer; the trace names the bound.",
			Remedy: "Let the provider send only the attributes that are needed. Otherwise: " + hostile,
		},
		{
			Code: "sso-xml-trailing-data", Title: "Data behind the XML", Status: http.StatusBadRequest,
			Meaning: "The document goes on behind its last element.",
			Where:   "At the end of the answer.",
			Remedy:  hostile,
		},
		{
			Code: "sso-xml-duplicate-id", Title: "Duplicate ID", Status: http.StatusForbidden,
			Meaning: "Two elements of the answer have the same ID, so that nobody can tell which of them is signed.",
			Where:   "In the attributes ID of the answer.",
			Remedy:  hostile,
		},
		{
			Code: "sso-xml-ambiguous", Title: "XML ambiguous", Status: http.StatusBadRequest,
			Meaning: "The answer uses a part of XML that readers understand in different ways, such as a marked section. " +
				"Who " +
				"verifies it and who reads it must not differ.",
			Where:  "In the answer; the trace has the line.",
			Remedy: "Begin again. If it stays, report it to the maker of the identity provider. " + hostile,
		},
		{
			Code: "sso-xml-comment", Title: "Comment in the XML", Status: http.StatusBadRequest,
			Meaning: "The answer holds a comment of XML. Readers disagree on values with a comment in them, and so somebody " +
				"can pass for somebody else.",
			Where:  "In the answer; the trace names the element.",
			Remedy: "Remove comments from the values that the provider sends. " + hostile,
		},
	}
}

// ssoShapeKinds are about answers that are none.
func ssoShapeKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-not-a-response", Title: "Not a SAML response", Status: http.StatusBadRequest,
			Meaning: "What came is XML, but no Response of SAML: a request to sign out, for example, or an assertion alone.",
			Where:   "In the first element of the answer.",
			Remedy: "Give the provider the reply address for answers to sign-ins only, and leave its address for " +
				"signing out empty.",
			Providers: []SSOHint{
				{entra, "Basic SAML Configuration > Logout Url (Optional): empty."},
				{adfs, "Endpoints: a SAML Assertion Consumer endpoint, no SAML Logout endpoint."},
			},
		},
		{
			Code: "sso-schema-invalid", Title: "Response breaks the SAML schema", Status: http.StatusForbidden,
			Meaning: "An element or attribute that must be there is missing, stands twice or at the wrong place, or has an " +
				"impossible value.",
			Where:  "In the answer; the trace names the element.",
			Remedy: "Begin again. If it stays, report it to the maker of the identity provider. " + hostile,
		},
		{
			Code: "sso-version", Title: "Not SAML 2.0", Status: http.StatusForbidden,
			Meaning: "The answer is of another version of SAML than 2.0.",
			Where:   "In the attribute Version of the answer.",
			Remedy:  "Let the provider speak SAML 2.0, not SAML 1.1 and not WS-Federation.",
			Providers: []SSOHint{
				{adfs, "Endpoints: the trust needs a SAML Assertion Consumer endpoint, not a WS-Federation one."},
			},
		},
		{
			Code: "sso-status-failed", Title: "The provider refused the sign-in", Status: http.StatusForbidden,
			Meaning: "The provider itself says that it did not sign the person in. The trace has its status and words.",
			Where:   "In Status of the answer.",
			Remedy: "Look for the sign-in at the provider: mostly the person is not assigned to the application, or the " +
				"provider does not understand the request.",
			Providers: []SSOHint{
				{entra, "Sign-in logs of the enterprise application; Users and groups for the assignment."},
				{okta, "Reports > System Log; Assignments of the application."},
				{adfs, "Event Viewer > AD FS > Admin; an InvalidNameIDPolicy means that no rule issues a Name ID."},
				{google, "Reporting > Audit and investigation > SAML log events; User access must be ON."},
			},
		},
		{
			Code: "sso-assertion-count", Title: "Not exactly one assertion", Status: http.StatusForbidden,
			Meaning: "The answer holds no assertion, or more than one. Only one is ever needed, and with several nobody can " +
				"tell for sure who is meant.",
			Where:  "In the elements Assertion and EncryptedAssertion of the answer.",
			Remedy: "Let the provider send one assertion. " + hostile,
		},
	}
}
