package sso

import (
	"regexp"

	"admin-api/integrations/singlesignon"
)

// Names of providers in Setup.
const (
	SetupAzure    = "azure"
	SetupOkta     = "okta"
	SetupADFS     = "adfs"
	SetupGoogle   = "google"
	SetupOneLogin = "oneLogin"
	SetupGeneric  = "generic"
)

// setupProvider is the name of a provider here.
func setupProvider(p singlesignon.Provider) string {
	switch p {
	case singlesignon.Azure:
		return SetupAzure
	case singlesignon.Okta:
		return SetupOkta
	case singlesignon.ADFS:
		return SetupADFS
	case singlesignon.Google:
		return SetupGoogle
	case singlesignon.OneLogin:
		return SetupOneLogin
	default:
		return SetupGeneric
	}
}

// SetupProviders returns the names in the order in which they are shown.
func SetupProviders() []string {
	return []string{SetupAzure, SetupOkta, SetupADFS, SetupGoogle, SetupOneLogin, SetupGeneric}
}

// Pointers of the properties that a provider's values are for.
const (
	setupURL         = "/properties/{section}/identityProviderSsoUrl"
	setupIssuer      = "/properties/{section}/identityProviderIssuer"
	setupCertificate = "/properties/{section}/identityProviderCertificates"
)

// pemForm is what every provider calls a certificate.
const pemForm = "PEM, with the lines BEGIN CERTIFICATE and END CERTIFICATE"

const (
	unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	oneEach     = "Make one application for each section, because an application has one reply address there."
	importTakes = "POST /api/v1/sso/import-metadata takes "
	signedCBC   = "AES in CBC mode is only read in a response that is signed as a whole"
	exactNames  = "Users are matched by user name. Somebody whose name differs is refused or, with just-in-time " +
		"provisioning, " +
		"becomes a new user."
)

// pattern is a regular expression that only the address itself matches.
func pattern(address string) string { return "^" + regexp.QuoteMeta(address) + "$" }

// setupProviders returns a fresh list, with {entityId} and so on where values of the
// contact center belong.
func setupProviders() []SetupProvider {
	return []SetupProvider{setupAzure(), setupOkta(), setupADFS(), setupGoogle(), setupOneLogin(), setupGeneric()}
}

func setupClaims(first, last, email string) []SetupClaim {
	return []SetupClaim{{"FirstName", first}, {"LastName", last}, {"Email", email}}
}

// Labels and the claims of the gallery application stand in Microsoft's tutorial; that
// of the signing options in
// https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/certificate-signing-options
func setupAzure() SetupProvider {
	return SetupProvider{
		Provider: SetupAzure, Label: "Microsoft Entra ID (Azure AD)",
		Documentation: "https://learn.microsoft.com/en-us/entra/identity/saas-apps/bright-pattern-omnichannel-contact-center-tutorial",
		Where: "Microsoft Entra admin center > Enterprise applications > the application > Single sign-on > SAML > " +
			"Basic SAML Configuration",
		Enter: []SetupField{
			{"Identifier (Entity ID)", "{entityId}"},
			{"Reply URL (Assertion Consumer Service URL)", "{replyUrl}"},
			{"Sign on URL (Optional)", "{signOnUrl}"},
			{"SAML Certificates > Signing Option", "Sign SAML response and assertion"},
			{"SAML Certificates > Signing Algorithm", "SHA-256"},
		},
		NameID: SetupNameID{
			Label:     "Attributes & Claims > Unique User Identifier (Name ID)",
			Attribute: "user.userprincipalname, or the attribute that equals the user name here",
		},
		Claims:     setupClaims("user.givenname", "user.surname", "user.mail"),
		LeaveBlank: []string{"Relay State (Optional)", "Logout Url (Optional)"},
		Copy: []SetupCopy{
			{setupURL, "Set up > Login URL", "https://login.microsoftonline.com/<directory id>/saml2"},
			{setupIssuer, "Basic SAML Configuration > Identifier (Entity ID)", "{entityId}, what was entered there, not " +
				"Microsoft Entra Identifier"},
			{setupCertificate, "SAML Certificates > Certificate (Base64)", pemForm},
		},
		Notes: []string{
			"Keep one enterprise application for the contact center and enter the reply addresses of both sections in it: " +
				"two with the " +
				"same identifier get in each other's way. My Apps begins at the reply address that is marked as default.",
			"Add the claims without a namespace, and remove the one for user.mail that is there with another name.",
			"Answers name https://sts.windows.net/<directory id>/ as their issuer. That follows from the login URL and is " +
				"entered nowhere.",
			importTakes + "SAML Certificates > App Federation Metadata Url, which ends in ?appid= and an id: without that " +
				"it has the certificates of the directory, with which the application does not sign.",
			"Token encryption is by AES in CBC mode. " + signedCBC + ", as with the signing option above.",
			exactNames,
		},
	}
}

// Okta's wizard: https://help.okta.com/oie/en-us/content/topics/apps/aiw-saml-reference.htm
func setupOkta() SetupProvider {
	return SetupProvider{
		Provider: SetupOkta, Label: "Okta",
		Documentation: "https://help.okta.com/oie/en-us/content/topics/apps/aiw-saml-reference.htm",
		Where:         "Admin Console > Applications > Create App Integration > SAML 2.0 > Configure SAML",
		Enter: []SetupField{
			{"Single sign-on URL", "{replyUrl}"},
			{"Use this for Recipient URL and Destination URL", "checked"},
			{"Audience URI (SP Entity ID)", "{entityId}"},
			{"Response", "Signed"},
			{"Assertion Signature", "Signed"},
			{"Signature Algorithm", "RSA-SHA256"},
			{"Digest Algorithm", "SHA256"},
		},
		NameID: SetupNameID{
			Label: "Application username", Attribute: "Okta username prefix or Custom, whichever gives the user name here",
			FormatLabel: "Name ID format", Format: "Unspecified",
		},
		Claims:     setupClaims("user.firstName", "user.lastName", "user.email"),
		LeaveBlank: []string{"Default RelayState", "Enable Single Logout"},
		Copy: []SetupCopy{
			{
				setupURL, "Sign On > View SAML setup instructions > Identity Provider Single Sign-On URL",
				"https://<organization>.okta.com/app/<application>/<entity id>/sso/saml",
			},
			{
				setupIssuer, "Sign On > View SAML setup instructions > Identity Provider Issuer",
				"http://www.okta.com/<entity id>",
			},
			{setupCertificate, "Sign On > View SAML setup instructions > X.509 Certificate", pemForm},
		},
		Notes: []string{
			oneEach, "Claims are Attribute Statements, with Name format Unspecified.",
			importTakes + "Sign On > Metadata URL.",
			"Assertion Encryption is best by AES256-GCM with RSA-OAEP: " + signedCBC + ".", exactNames,
		},
	}
}

// The wizard of AD FS is described by its vendor, the signature by
// https://learn.microsoft.com/en-us/powershell/module/adfs/set-adfsrelyingpartytrust
func setupADFS() SetupProvider {
	return SetupProvider{
		Provider: SetupADFS, Label: "AD FS",
		Documentation: "https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/operations/create-a-relying-party-trust",
		Where:         "AD FS Management > Relying Party Trusts > Add Relying Party Trust > Claims aware",
		Enter: []SetupField{
			{"Federation metadata address (host name or URL)", "{metadataUrl}"},
			{"Enable support for the SAML 2.0 WebSSO protocol", "checked, where the metadata is not used"},
			{"Relying party SAML 2.0 SSO service URL", "{replyUrl}"},
			{"Relying party trust identifier", "{entityId}"},
			{"Advanced > Secure hash algorithm", "SHA-256"},
			{"Set-AdfsRelyingPartyTrust -SamlResponseSignature", "MessageAndAssertion"},
		},
		NameID: SetupNameID{
			Label:     "Edit Claim Issuance Policy > Send LDAP Attributes as Claims > Outgoing Claim Type: Name ID",
			Attribute: "SAM-Account-Name, or the LDAP attribute that equals the user name here",
		},
		Claims:     setupClaims("Given-Name", "Surname", "E-Mail-Addresses"),
		LeaveBlank: []string{"Enable support for the WS-Federation Passive protocol"},
		Copy: []SetupCopy{
			{setupURL, "FederationMetadata.xml > SingleSignOnService", "https://<host>/adfs/ls/"},
			{
				setupIssuer, "Edit Federation Service Properties > Federation Service identifier",
				"http://<host>/adfs/services/trust",
			},
			{setupCertificate, "Service > Certificates > Token-signing > View Certificate > Copy to File > Base-64 encoded " +
				"X.509", pemForm},
		},
		Notes: []string{
			"One trust can have the reply addresses of both sections: Endpoints > Add SAML > SAML Assertion Consumer, " +
				"binding POST.",
			"Type the outgoing claim types FirstName, LastName and Email into their fields; they are not in the list.",
			"The metadata of AD FS is at https://<host>/FederationMetadata/2007-06/FederationMetadata.xml and names the " +
				"token-signing " +
				"certificates, also the next one. " + importTakes + "it.",
			"AD FS encrypts by itself, in CBC mode, as soon as it finds a key pair of POST /api/v1/sso/keys in our metadata, " +
				"which it reads every day where it monitors the trust. " + signedCBC + ", so set SamlResponseSignature " +
				"first; or keep AD FS from encrypting by Set-AdfsRelyingPartyTrust -EncryptClaims $false.",
			exactNames,
		},
	}
}

// Labels: the vendor's page.
func setupGoogle() SetupProvider {
	return SetupProvider{
		Provider: SetupGoogle, Label: "Google Workspace",
		Documentation: "https://support.google.com/a/answer/6087519",
		Where: "Google Admin console > Apps > Web and mobile apps > Add app > Add custom SAML app > Service " +
			"provider details",
		Enter: []SetupField{
			{"ACS URL", "{replyUrl}"},
			{"Entity ID", "{entityId}"},
			{"Signed response", "checked"},
		},
		NameID: SetupNameID{
			Label: "Name ID", Attribute: "Basic Information > Primary email, or a custom attribute that equals the user " +
				"name here",
			FormatLabel: "Name ID format", Format: "UNSPECIFIED",
		},
		Claims: setupClaims("Basic Information > First name", "Basic Information > Last name", "Basic Information > "+
			"Primary email"),
		LeaveBlank: []string{"Start URL"},
		Copy: []SetupCopy{
			{setupURL, "Google Identity Provider details > SSO URL", "https://accounts.google.com/o/saml2/idp?idpid=<id>"},
			{setupIssuer, "Google Identity Provider details > Entity ID", "https://accounts.google.com/o/saml2?idpid=<id>"},
			{setupCertificate, "Google Identity Provider details > Certificate", pemForm},
		},
		Notes: []string{
			"One Google Workspace serves one of the two sections: an application has one ACS URL there, and a second one with " +
				"the same Entity ID is refused as 400 duplicate entity id. Leave the other section to passwords or to another " +
				"provider.",
			"Google sends Start URL as the relay state, which sends nobody anywhere here.",
			importTakes + "the text of the file that Google Identity Provider details > Download metadata gives.",
			"Switch the application on under User access.",
			exactNames,
		},
	}
}

// The labels are those that the guides of several service providers quote.
func setupOneLogin() SetupProvider {
	return SetupProvider{
		Provider: SetupOneLogin, Label: "OneLogin",
		Documentation: "https://developers.onelogin.com/saml",
		Where:         "Administration > Applications > Add App > SAML Custom Connector (Advanced) > Configuration",
		Enter: []SetupField{
			{"Audience (EntityID)", "{entityId}"},
			{"Recipient", "{replyUrl}"},
			{"ACS (Consumer) URL Validator", "{replyPattern}"},
			{"ACS (Consumer) URL", "{replyUrl}"},
			{"Login URL", "{signOnUrl}"},
			{"SAML initiator", "Service Provider"},
			{"SAML signature element", "Both"},
			{"SSO > SAML Signature Algorithm", "SHA-256"},
		},
		NameID: SetupNameID{
			Label: "Parameters > NameID value", Attribute: "Username, or the field that equals the user name here",
			FormatLabel: "SAML nameID format", Format: "Unspecified",
		},
		Claims:     setupClaims("First Name", "Last Name", "Email"),
		LeaveBlank: []string{"RelayState", "Single Logout URL"},
		Copy: []SetupCopy{
			{setupURL, "SSO > SAML 2.0 Endpoint (HTTP)", "https://<subdomain>.onelogin.com/trust/saml2/http-post/sso/<id>"},
			{setupIssuer, "SSO > Issuer URL", "https://app.onelogin.com/saml/metadata/<id>"},
			{setupCertificate, "SSO > X.509 Certificate > View Details", pemForm},
		},
		Notes: []string{
			oneEach, "Claims are Parameters, each with Include in SAML assertion.",
			importTakes + "SSO > Issuer URL, or the text of the file that More Actions > SAML Metadata gives.",
			"Encrypt assertion needs another SAML encryption method than TRIPLEDES-CBC. " + signedCBC + ", as with Both above.",
			exactNames,
		},
	}
}

// The words are those of the standard: saml-metadata-2.0-os section 2.4.4.
func setupGeneric() SetupProvider {
	return SetupProvider{
		Provider: SetupGeneric, Label: "Another provider of SAML 2.0",
		Documentation: "https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",
		Where:         "The settings of the service provider (relying party, client) at the provider",
		Enter: []SetupField{
			{"Metadata of the service provider", "{metadataUrl}"},
			{"Entity ID, audience", "{entityId}"},
			{"Assertion consumer service (HTTP-POST)", "{replyUrl}"},
			{"Address where people begin", "{signOnUrl}"},
			{"Sign", "response and assertion"},
			{"Signature algorithm", "RSA or ECDSA with SHA-256"},
		},
		NameID: SetupNameID{
			Label: "NameID", Attribute: "the attribute that equals the user name here", FormatLabel: "NameID format",
			Format: unspecified,
		},
		Claims:     setupClaims("the given name", "the family name", "the e-mail address"),
		LeaveBlank: []string{"Relay state", "Single logout service"},
		Copy: []SetupCopy{
			{setupURL, "SingleSignOnService, binding HTTP-Redirect or HTTP-POST, in the provider's metadata", "an https " +
				"address"},
			{setupIssuer, "entityID of the EntityDescriptor in the provider's metadata", "a name without blanks, often an " +
				"address"},
			{setupCertificate, "KeyDescriptor for signing in the provider's metadata", pemForm},
		},
		Notes: []string{
			"Requests are not signed, and ask for no method of signing in. In Keycloak, switch Client signature required off, " +
				"on the tab Keys of the client.",
			"POST /api/v1/sso/import-metadata reads all that the account needs from the provider's metadata.",
			"Assertions may be encrypted for a key pair of POST /api/v1/sso/keys, by AES-GCM and RSA-OAEP. " + signedCBC + ".",
			"Where the address is for HTTP-POST only, set requestBinding of the section to post, as the import proposes.",
			exactNames,
		},
	}
}
