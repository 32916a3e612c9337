package api

import "net/http"

// Where the providers have what many of the kinds are about.
var (
	replyURLHints = []SSOHint{
		{entra, "Basic SAML Configuration > Reply URL (Assertion Consumer Service URL)."},
		{okta, "SAML Settings > Single sign-on URL, with Use this for Recipient URL and Destination URL."},
		{adfs, "Properties of the trust > Endpoints > SAML Assertion Consumer, binding POST."},
		{google, "Service provider details > ACS URL."},
		{oneLogin, "Configuration > ACS (Consumer) URL, Recipient and ACS (Consumer) URL Validator."},
	}
	audienceHints = []SSOHint{
		{entra, "Basic SAML Configuration > Identifier (Entity ID)."},
		{okta, "SAML Settings > Audience URI (SP Entity ID); in the app of the catalogue, Domain."},
		{adfs, "Properties of the trust > Identifiers > Relying party identifier."},
		{google, "Service provider details > Entity ID."},
		{oneLogin, "Configuration > Audience (EntityID)."},
	}
	nameIDHints = []SSOHint{
		{entra, "Attributes & Claims > Unique User Identifier (Name ID)."},
		{okta, "SAML Settings > Name ID format and Application username."},
		{adfs, "Claim Issuance Policy: a rule whose outgoing claim type is Name ID."},
		{google, "Service provider details > Name ID format and Name ID."},
		{oneLogin, "Configuration > SAML nameID format; Parameters > NameID value."},
	}
)

// ssoPartyKinds are about for whom the answer is, from whom, and about whom.
func ssoPartyKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-issuer-wrong", Title: "Wrong issuer", Status: http.StatusForbidden,
			Meaning: "The answer names another issuer than the one that the account expects: identityProviderEntityId where " +
				"that is set; for addresses of login.microsoftonline.com the directory in the address, as " +
				"https://sts.windows.net/DIRECTORY/; otherwise identityProviderIssuer.",
			Where:  "In Issuer of the answer, which the trace shows, and in the section of the account.",
			Remedy: "If the issuer of the trace is your provider, set identityProviderEntityId to it, letter by letter.",
			Providers: []SSOHint{
				{entra, "Set up > Microsoft Entra Identifier. identityProviderIssuer is something else there: our own " +
					"entity id. With Append application ID to issuer, set identityProviderEntityId."},
				{okta, "View SAML setup instructions > Identity Provider Issuer; it begins with http://, not https://."},
				{adfs, "Edit Federation Service Properties > Federation Service identifier; it begins with http://."},
				{google, "Google Identity Provider details > Entity ID."},
				{oneLogin, "SSO > Issuer URL."},
			},
		},
		{
			Code: "sso-destination-wrong", Title: "Wrong destination", Status: http.StatusForbidden,
			Meaning: "The answer says that it was meant for another address than the one it came to. Each application has " +
				"its own reply address, and that of the other one does not do.",
			Where:  "In Destination of the answer.",
			Remedy: "Give the provider the reply address of this application. " + seeSetup, Providers: replyURLHints,
		},
		{
			Code: "sso-recipient-wrong", Title: "Wrong recipient", Status: http.StatusForbidden,
			Meaning: "The assertion may be used at another address only.",
			Where:   "In Recipient of SubjectConfirmationData.",
			Remedy:  "Give the provider the reply address of this application. " + seeSetup, Providers: replyURLHints,
		},
		{
			Code: "sso-recipient-missing", Title: "Recipient missing", Status: http.StatusForbidden,
			Meaning: "The assertion does not say at which address it may be used, so it could have been made for anybody.",
			Where:   "In Recipient of SubjectConfirmationData.",
			Remedy:  "Give the provider the reply address of this application. " + seeSetup, Providers: replyURLHints,
		},
		{
			Code: "sso-audience-wrong", Title: "Wrong audience", Status: http.StatusForbidden,
			Meaning: "The assertion is for another audience than this contact center, whose entity id is its domain with " +
				"_sso.",
			Where:  "In Audience of the answer.",
			Remedy: "Give the provider our entity id, letter by letter. " + seeSetup, Providers: audienceHints,
		},
		{
			Code: "sso-audience-missing", Title: "Audience missing", Status: http.StatusForbidden,
			Meaning: "The assertion does not say for whom it is, so it could have been made for anybody.",
			Where:   "In AudienceRestriction of the answer.",
			Remedy:  "Give the provider our entity id. " + seeSetup, Providers: audienceHints,
		},
	}
}

// ssoProfileKinds are about what the Web Browser SSO profile wants.
func ssoProfileKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-conditions-missing", Title: "Conditions missing", Status: http.StatusForbidden,
			Meaning: "The assertion does not say for whom and for how long it is, so it would be good for ever.",
			Where:   "In Conditions of the answer.",
			Remedy:  "Let the provider send conditions with an audience and times; all known ones do.",
		},
		{
			Code: "sso-condition-unknown", Title: "Unknown condition", Status: http.StatusForbidden,
			Meaning: "The assertion holds under a condition only that is not known here. It cannot be ignored: it is " +
				"there to " +
				"limit the assertion.",
			Where:  "In Conditions of the answer.",
			Remedy: "Switch the condition off at the provider.",
		},
		{
			Code: "sso-authentication-missing", Title: "Authentication statement missing", Status: http.StatusForbidden,
			Meaning: "The assertion says nothing of a sign-in: it has no authentication statement.",
			Where:   "In AuthnStatement of the answer.",
			Remedy:  "Let the provider use the Web Browser SSO profile, not one for queries of attributes.",
		},
		{
			Code: "sso-confirmation-missing", Title: "Bearer confirmation missing", Status: http.StatusForbidden,
			Meaning: "The assertion has no subject confirmation of the method bearer, which sign-in in a browser needs.",
			Where:   "In SubjectConfirmation of the answer.",
			Remedy:  "Let the provider use the Web Browser SSO profile.",
		},
		{
			Code: "sso-confirmation-invalid", Title: "Subject confirmation invalid", Status: http.StatusForbidden,
			Meaning: "The subject confirmation of the method bearer is not as the profile wants it: once, with a " +
				"Recipient and " +
				"NotOnOrAfter, and without NotBefore.",
			Where:  "In SubjectConfirmation of the answer.",
			Remedy: "Let the provider use the Web Browser SSO profile.",
		},
		{
			Code: "sso-in-response-to-mismatch", Title: "InResponseTo mismatch", Status: http.StatusForbidden,
			Meaning: "The response says that it answers one request, and the assertion in it another one, or none.",
			Where:   "In InResponseTo of the response and of SubjectConfirmationData.",
			Remedy: "No identity provider writes such answers: somebody may have put two together. Tell who is " +
				"responsible for security.",
		},
	}
}

// ssoSubjectKinds are about who is meant.
func ssoSubjectKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-subject-missing", Title: "Subject missing", Status: http.StatusForbidden,
			Meaning: "The assertion has no subject, or more than one.",
			Where:   "In Subject of the answer.",
			Remedy:  "Let the provider send the user name as NameID.", Providers: nameIDHints,
		},
		{
			Code: "sso-name-id-missing", Title: "NameID missing", Status: http.StatusForbidden,
			Meaning: "The subject has no NameID, or an empty one. It is the user name.",
			Where:   "In NameID of the answer. At the provider, the attribute that it is taken from is empty for this person.",
			Remedy:  "Let the provider send the user name as NameID.", Providers: nameIDHints,
		},
		{
			Code: "sso-name-id-count", Title: "More than one NameID", Status: http.StatusForbidden,
			Meaning: "The subject has several NameIDs, so nobody can tell who is meant.",
			Where:   "In Subject of the answer.",
			Remedy:  "Let the provider send one.", Providers: nameIDHints,
		},
		{
			Code: "sso-name-id-invalid", Title: "NameID invalid", Status: http.StatusForbidden,
			Meaning: "The NameID holds a comment, an element, or characters that nobody sees, or is too long. Readers of " +
				"XML " +
				"disagree on such values, and so somebody can pass for somebody else.",
			Where:  "In NameID of the answer.",
			Remedy: "Let the provider send the plain user name, of 256 characters at most.", Providers: nameIDHints,
		},
		{
			Code: "sso-name-id-encrypted", Title: "NameID encrypted", Status: http.StatusForbidden,
			Meaning: "The NameID is encrypted by itself. Only assertions are decrypted as a whole.",
			Where:   "In EncryptedID of the answer.",
			Remedy:  "Switch the encryption of the NameID off at the provider, and encrypt assertions if you want that.",
		},
	}
}
