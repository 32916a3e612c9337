package api

import "net/http"

// ssoTimeKinds are about when the answer holds. Ninety seconds between the clocks
// are forgiven.
func ssoTimeKinds() []SSOKind {
	const clocks = "Clocks may differ by 90 seconds. Keep both set by NTP."
	return []SSOKind{
		{
			Code: "sso-time-malformed", Title: "Time malformed", Status: http.StatusForbidden,
			Meaning: "A time in the answer is not written as SAML wants it, in UTC, such as 2026-03-15T12:00:00Z.",
			Where:   "In IssueInstant, NotBefore or NotOnOrAfter of the answer; the trace names it.",
			Remedy:  "Report it to the maker of the identity provider.",
		},
		{
			Code: "sso-expired", Title: "Assertion expired", Status: http.StatusForbidden,
			Meaning: "The time of the assertion was over when it came. The person waited too long, the page was loaded " +
				"again, or a clock is wrong.",
			Where:  "In NotOnOrAfter of the answer.",
			Remedy: "Begin again. If it is always so, a clock is wrong: the trace has the times of both sides. " + clocks,
		},
		{
			Code: "sso-not-yet-valid", Title: "Assertion not yet valid", Status: http.StatusForbidden,
			Meaning: "The time of the assertion has not come: the clock of the provider is ahead of ours.",
			Where:   "In NotBefore of the answer.",
			Remedy:  "Set the clocks. " + clocks,
			Providers: []SSOHint{
				{adfs, "Set-AdfsRelyingPartyTrust -NotBeforeSkew 2 makes AD FS date its assertions two minutes back."},
			},
		},
		{
			Code: "sso-clock-skew", Title: "The clocks differ", Status: http.StatusForbidden,
			Meaning: "The times of the answer differ from ours by minutes, in a way that only a wrong clock explains. The " +
				"trace says by how much.",
			Where:  "In IssueInstant of the answer, and in the clocks of the provider and of this server.",
			Remedy: "Find out which of both is wrong, and set it. " + clocks,
		},
		{
			Code: "sso-response-stale", Title: "Response too old", Status: http.StatusForbidden,
			Meaning: "The answer was written long before it came, although it says that it still holds.",
			Where:   "In IssueInstant of the answer.",
			Remedy: "Begin again, and do not keep the provider's page open. If it is always so, the clock of the " +
				"provider is behind.",
		},
	}
}

// ssoEncryptionKinds are about assertions that only we can read.
func ssoEncryptionKinds() []SSOKind {
	const keys = "POST /api/v1/sso/keys makes a key pair; our metadata has its certificate, for the provider to import."
	encryption := []SSOHint{
		{entra, "Token encryption: import the certificate, then Activate token encryption certificate."},
		{okta, "SAML Settings > Advanced > Assertion Encryption, Encryption Certificate."},
		{adfs, "Properties of the trust > Encryption. AD FS encrypts as soon as a certificate is there, which it takes " +
			"from our metadata; Set-AdfsRelyingPartyTrust -EncryptClaims $false switches that off."},
		{oneLogin, "Configuration > Encrypt assertion."},
	}
	return []SSOKind{
		{
			Code: "sso-encrypted-no-key", Title: "Assertion encrypted, but there is no key pair", Status: http.StatusForbidden,
			Meaning:   "The provider encrypts its assertions, and the contact center has no key pair of its own.",
			Where:     "In the key pairs, GET /api/v1/sso/keys, and the settings of the provider.",
			Remedy:    "Make a key pair and give the provider its certificate, or switch encryption off there. " + keys,
			Providers: encryption,
		},
		{
			Code: "sso-decryption-failed", Title: "Assertion cannot be decrypted", Status: http.StatusForbidden,
			Meaning: "The assertion is encrypted for a key that the contact center does not have, or was damaged. A key " +
				"pair " +
				"that was retired too early is a usual cause.",
			Where: "In EncryptedKey of the answer, and in the key pairs.",
			Remedy: "Give the provider the certificate of the newest key pair, and retire the old one only when no answer " +
				"comes any more that needs it: keyPairId of traces tells. " + keys, Providers: encryption,
		},
		{
			Code: "sso-encryption-weak", Title: "Weak encryption", Status: http.StatusForbidden,
			Meaning: "The assertion is encrypted in a way that does not protect it, such as with RSA PKCS #1 v1.5 or " +
				"Triple DES; " +
				"or with AES-CBC in an answer that is not signed as a whole, where it can be guessed bit by bit.",
			Where:  "In EncryptionMethod of the answer.",
			Remedy: "Let the provider use AES-GCM and RSA-OAEP, and sign the whole answer.",
			Providers: []SSOHint{
				{entra, "SAML Certificates > Edit > Signing Option: Sign SAML response and assertion."},
				{okta, "SAML Settings > Advanced > Encryption Algorithm: AES256-GCM; Key Transport Algorithm: RSA-OAEP."},
				{adfs, "It knows AES-CBC only: Set-AdfsRelyingPartyTrust -SamlResponseSignature MessageAndAssertion."},
				{oneLogin, "Configuration > SAML encryption method: AES-256-CBC, not TRIPLEDES-CBC; SAML signature " +
					"element: Both."},
			},
		},
	}
}
