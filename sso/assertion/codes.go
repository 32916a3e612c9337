package assertion

import "admin-api/integrations/platform/saml"

// The codes of refused responses. They are stable; each has a page under
// /docs/problems/.
const (
	CodeResponseMissing    = "sso-response-missing"
	CodeResponseTooLarge   = "sso-response-too-large"
	CodeResponseEncoding   = "sso-response-encoding"
	CodeXMLMalformed       = saml.CodeMalformed
	CodeXMLDoctype         = saml.CodeDoctype
	CodeXMLAmbiguous       = saml.CodeAmbiguous
	CodeXMLTooComplex      = saml.CodeTooComplex
	CodeXMLTrailingData    = saml.CodeTrailingData
	CodeXMLDuplicateID     = saml.CodeDuplicateID
	CodeXMLComment         = "sso-xml-comment"
	CodeNotAResponse       = "sso-not-a-response"
	CodeSchemaInvalid      = "sso-schema-invalid"
	CodeVersion            = "sso-version"
	CodeStatusFailed       = "sso-status-failed"
	CodeAssertionCount     = "sso-assertion-count"
	CodeNotSigned          = "sso-not-signed"
	CodeSignatureStructure = "sso-signature-structure"
	CodeSignatureTransform = "sso-signature-transforms"
	CodeSignatureInvalid   = "sso-signature-invalid"
	CodeAlgorithmWeak      = "sso-algorithm-weak"

	CodeCertificateUnknown     = "sso-certificate-unknown"
	CodeCertificateExpired     = "sso-certificate-expired"
	CodeCertificateNotYetValid = "sso-certificate-not-yet-valid"

	CodeEncryptedNoKey   = "sso-encrypted-no-key"
	CodeEncryptionWeak   = "sso-encryption-weak"
	CodeDecryptionFailed = "sso-decryption-failed"

	CodeIssuerWrong          = "sso-issuer-wrong"
	CodeDestinationWrong     = "sso-destination-wrong"
	CodeSubjectMissing       = "sso-subject-missing"
	CodeNameIDMissing        = "sso-name-id-missing"
	CodeNameIDCount          = "sso-name-id-count"
	CodeNameIDInvalid        = "sso-name-id-invalid"
	CodeNameIDEncrypted      = "sso-name-id-encrypted"
	CodeConfirmationMissing  = "sso-confirmation-missing"
	CodeConfirmationInvalid  = "sso-confirmation-invalid"
	CodeRecipientMissing     = "sso-recipient-missing"
	CodeRecipientWrong       = "sso-recipient-wrong"
	CodeInResponseToMismatch = "sso-in-response-to-mismatch"
	CodeConditionsMissing    = "sso-conditions-missing"
	CodeConditionUnknown     = "sso-condition-unknown"
	CodeAudienceMissing      = "sso-audience-missing"
	CodeAudienceWrong        = "sso-audience-wrong"
	CodeTimeMalformed        = "sso-time-malformed"
	CodeClockSkew            = "sso-clock-skew"
	CodeNotYetValid          = "sso-not-yet-valid"
	CodeExpired              = "sso-expired"
	CodeResponseStale        = "sso-response-stale"

	CodeAuthenticationMissing = "sso-authentication-missing"
)

// Codes returns all codes of this package, in the order in which a response can
// meet them.
func Codes() []string {
	codes := make([]string, len(cures))
	for i, c := range cures {
		codes[i] = c.code
	}
	return codes
}

// cure returns what to do about a code.
func cure(code string) string {
	for _, c := range cures {
		if c.code == code {
			return c.cure
		}
	}
	return ""
}

// cures says for each code what an administrator does about it.
var cures = []struct{ code, cure string }{
	{CodeResponseMissing, "Let the identity provider answer by HTTP-POST, with the form field SAMLResponse."},
	{CodeResponseTooLarge, "Let the identity provider send fewer groups and attributes."},
	{CodeResponseEncoding, "The form field SAMLResponse must be base64. Check what stands between the identity " +
		"provider and this server."},
	{CodeXMLMalformed, "Repeat the sign-in. If it stays, report it to the maker of the identity provider."},
	{CodeXMLDoctype, "No SAML message has a document type declaration. If your identity provider really sends one, " +
		"report it to its maker."},
	{CodeXMLAmbiguous, "Readers of XML differ about what the message has. Let the identity provider send plain " +
		"XML, without processing instructions, CDATA sections, and line breaks in attributes."},
	{CodeXMLTooComplex, "Let the identity provider send fewer groups and attributes."},
	{CodeXMLTrailingData, "Repeat the sign-in. Something was added to the message on its way."},
	{CodeNotAResponse, "Check that the reply URL is set where the identity provider sends its sign-in responses, " +
		"not its logout messages."},
	{CodeXMLDuplicateID, "Repeat the sign-in. A message with doubled ids is an attack, or an error of the identity " +
		"provider."},
	{CodeXMLComment, "Remove comments from the values that the identity provider sends."},
	{CodeVersion, "Choose SAML 2.0 at the identity provider."},
	{CodeSchemaInvalid, "Repeat the sign-in. If it stays, report it to the maker of the identity provider."},
	{CodeStatusFailed, "The identity provider refused the sign-in itself. Look at its log; often the user is not " +
		"assigned to the application."},
	{CodeAssertionCount, "Let the identity provider send exactly one assertion in each response."},
	{CodeSignatureStructure, "Repeat the sign-in. A signature that stands elsewhere is an attack, or an error of " +
		"the identity provider."},
	{CodeSignatureTransform, "Let the identity provider sign with exclusive canonicalization and no other " +
		"transform."},
	{CodeNotSigned, "Let the identity provider sign the assertion, or the whole response."},
	{CodeAlgorithmWeak, "Choose RSA-SHA256 (or stronger) and a key of at least 2048 bits at the identity provider."},
	{CodeSignatureInvalid, "Copy the identity provider's current signing certificate into the account. If it is " +
		"there, something changed the message on its way."},
	{CodeCertificateUnknown, "If the identity provider rolled its certificate over, add the new one to the " +
		"account. Compare the fingerprint with the one that the identity provider shows."},
	{CodeCertificateExpired, "Renew the signing certificate at the identity provider and copy the new one into the " +
		"account."},
	{CodeCertificateNotYetValid, "Let the identity provider sign with its present certificate, and check the " +
		"clocks."},
	{CodeEncryptedNoKey, "Make an encryption key for the contact center and give its metadata to the identity " +
		"provider, or switch encryption off there."},
	{CodeEncryptionWeak, "Choose RSA-OAEP and AES-GCM at the identity provider. AES-CBC is accepted only in a " +
		"response that is signed as a whole (in Azure: sign SAML response and assertion; in AD FS: " +
		"SamlResponseSignature MessageAndAssertion)."},
	{CodeDecryptionFailed, "Give the identity provider the current encryption certificate from this contact " +
		"center's metadata."},
	{CodeIssuerWrong, "Copy the identity provider's entity id into the account, exactly as it sends it."},
	{CodeDestinationWrong, "Set the reply URL of the application at the identity provider to the one expected here."},
	{CodeSubjectMissing, "Let the identity provider send a subject with a NameID."},
	{CodeNameIDMissing, "Let the identity provider send the user name as NameID."},
	{CodeNameIDCount, "Let the identity provider send exactly one NameID."},
	{CodeNameIDInvalid, "Let the identity provider send the plain user name as NameID."},
	{CodeNameIDEncrypted, "Switch off the encryption of the NameID; encrypt the whole assertion instead."},
	{CodeConfirmationMissing, "Let the identity provider use the bearer confirmation of the Web Browser SSO " +
		"profile."},
	{CodeConfirmationInvalid, "Let the identity provider follow the Web Browser SSO profile: one bearer " +
		"confirmation with Recipient and NotOnOrAfter, without NotBefore."},
	{CodeRecipientMissing, "Let the identity provider name the reply URL as Recipient."},
	{CodeRecipientWrong, "Set the reply URL of the application at the identity provider to the one expected here."},
	{CodeInResponseToMismatch, "Repeat the sign-in. Response and assertion belong to different requests."},
	{CodeConditionsMissing, "Let the identity provider limit its assertions in time: conditions with NotBefore and " +
		"NotOnOrAfter."},
	{CodeConditionUnknown, "Remove the condition at the identity provider; it is not known here and cannot be " +
		"ignored."},
	{CodeAudienceMissing, "Let the identity provider restrict its assertions to the entity id expected here."},
	{CodeAudienceWrong, "Set the entity id (identifier, audience) of the application at the identity provider to " +
		"the one expected here."},
	{CodeAuthenticationMissing, "Let the identity provider send an authentication statement."},
	{CodeTimeMalformed, "Times must be in UTC, such as 2026-03-15T12:00:00Z. Report it to the maker of the " +
		"identity provider."},
	{CodeClockSkew, "Let both the identity provider and this server take their time from NTP."},
	{CodeNotYetValid, "Check the clocks, and the start of validity that the identity provider sets."},
	{CodeExpired, "Repeat the sign-in. If it stays, check the clocks of the identity provider and of this server."},
	{CodeResponseStale, "Repeat the sign-in; a response is accepted for some minutes only."},
}
