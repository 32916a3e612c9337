package api

import "net/http"

// ssoSignatureKinds are about who wrote the answer.
func ssoSignatureKinds() []SSOKind {
	const both = "Signed may be the response, the assertion, or both."
	return []SSOKind{
		{
			Code: "sso-not-signed", Title: "Not signed", Status: http.StatusForbidden,
			Meaning: "Neither the response nor the assertion in it is signed, so anybody could have written it. " + both,
			Where:   "In the settings of the provider.",
			Remedy:  "Let the provider sign, best both.",
			Providers: []SSOHint{
				{entra, "SAML Certificates > Edit > Signing Option: Sign SAML response and assertion."},
				{okta, "SAML Settings > Advanced: Response Signed, Assertion Signature Signed."},
				{adfs, "Set-AdfsRelyingPartyTrust -SamlResponseSignature MessageAndAssertion."},
				{google, "Service provider details > Signed response."},
				{oneLogin, "Configuration > SAML signature element: Both."},
			},
		},
		{
			Code: "sso-signature-invalid", Title: "Signature invalid", Status: http.StatusForbidden,
			Meaning: "A signature was made with a known key, or says so, but what was signed is not what arrived: the " +
				"answer " +
				"was changed on the way.",
			Where: "In the answer. A program on the way that reformats XML breaks signatures as well.",
			Remedy: "Look for a proxy or filter that changes posted forms. If there is none, somebody tampers with " +
				"answers: tell who is responsible for security.",
		},
		{
			Code: "sso-signature-structure", Title: "Signature not where it belongs", Status: http.StatusForbidden,
			Meaning: "A signature covers something else than the element that it stands in, stands at the wrong place, or " +
				"there are too many. So valid signatures are put around forged content (signature wrapping).",
			Where: "In the elements Signature and Reference of the answer; the trace has their places.",
			Remedy: "No identity provider writes such answers: somebody tries to get in. Tell who is responsible for " +
				"security.",
		},
		{
			Code: "sso-signature-transforms", Title: "Signature transforms not allowed", Status: http.StatusForbidden,
			Meaning: "The signature says that what is signed is to be transformed before. Only the enveloped signature and " +
				"exclusive canonicalization are allowed, each once; others hide what is signed, or cost time without end.",
			Where:  "In the elements Transform of the signature.",
			Remedy: "Let the provider use exclusive canonicalization (http://www.w3.org/2001/10/xml-exc-c14n#).",
		},
		{
			Code: "sso-algorithm-weak", Title: "Weak signature algorithm", Status: http.StatusForbidden,
			Meaning: "The answer is signed with an algorithm that is not safe any more, such as SHA-1, or with one that " +
				"does not prove who signed, such as HMAC; or with an RSA key of fewer than 2048 bits.",
			Where:  "In SignatureMethod and DigestMethod of the answer.",
			Remedy: "Let the provider use RSA or ECDSA with SHA-256 or better.",
			Providers: []SSOHint{
				{entra, "SAML Certificates > Edit > Signing Algorithm: SHA-256."},
				{okta, "SAML Settings > Advanced > Signature Algorithm: RSA-SHA256; Digest Algorithm: SHA256."},
				{adfs, "Properties of the trust > Advanced > Secure hash algorithm: SHA-256."},
				{oneLogin, "SSO > SAML Signature Algorithm: SHA-256. It is SHA-1 where nobody changed it."},
			},
		},
	}
}

// ssoCertificateKinds are about the keys of the provider.
func ssoCertificateKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-certificate-unknown", Title: "Signed with an unknown certificate", Status: http.StatusForbidden,
			Meaning: "The answer is signed, but with none of the certificates of the account. Mostly the provider has " +
				"rolled " +
				"over to a new one. A certificate that the answer itself brings along counts for nothing.",
			Where: "In identityProviderCertificates of the section. The trace has the fingerprint of the certificate that " +
				"the answer names.",
			Remedy: importAgain + " Keep the old certificate beside the new one until the provider has switched.",
			Providers: []SSOHint{
				{entra, "SAML Certificates: the active certificate; Certificate (Base64) or App Federation Metadata Url. " +
					"The certificates of the directory, in metadata without appid, are others."},
				{okta, "Sign On > SAML Signing Certificates: the active one; View SAML setup instructions."},
				{adfs, "Service > Certificates > Token-signing: the primary one; AD FS rolls over by itself every year."},
				{google, "Google Identity Provider details > Certificate: the one that the application uses."},
				{oneLogin, "SSO > X.509 Certificate: the one that the application uses; View Details shows it."},
			},
		},
		{
			Code: "sso-certificate-expired", Title: "Certificate expired", Status: http.StatusForbidden,
			Meaning: "The answer is signed with a certificate of the account whose time is over.",
			Where:   "In identityProviderCertificates of the section; the account shows their dates.",
			Remedy: "Make the provider use a certificate that is valid, then: " + importAgain +
				" Certificates that end soon are announced 60, 30, 14, 7 and 1 days before.",
			Providers: []SSOHint{
				{entra, "SAML Certificates > Edit > New Certificate, then Make certificate active."},
				{okta, "Sign On > SAML Signing Certificates > Generate new certificate, then Activate."},
				{google, "Apps > SAML certificates: add one, then choose it in the application."},
			},
		},
		{
			Code: "sso-certificate-not-yet-valid", Title: "Certificate not yet valid", Status: http.StatusForbidden,
			Meaning: "The answer is signed with a certificate of the account whose time has not come.",
			Where:   "In identityProviderCertificates of the section, or in the clock of this server.",
			Remedy: "Check the clock of the server. If it is right, the provider rolled over too early: let it use the " +
				"old one.",
		},
	}
}
