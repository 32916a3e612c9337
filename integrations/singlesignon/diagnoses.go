package singlesignon

import "admin-api/integrations"

const (
	setupHint = "GET /api/v1/sso/setup shows the exact value."
	testHint  = "Run a test sign-in, POST /api/v1/sso/test-sign-ins: it shows what the provider answers and which " +
		"value is wrong."
)

// What the values themselves tell.
var (
	nothingConfigured = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "nothing_configured",
		Detail: "No section has the address of an identity provider.", Hint: "Enter its address, issuer and certificate " +
			"first.",
	}
	valuesMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "values_missing",
		Detail: "The section lacks the issuer or a certificate of the provider.",
		Hint:   "Enter them; POST /api/v1/sso/import-metadata reads them from the provider's metadata.",
	}
	certificateExpired = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "certificate_expired",
		Detail: "No certificate of the section is valid now: all have expired, or none is valid yet.",
		Hint:   "Copy the provider's current signing certificate.",
	}
)

// What the answer of the provider tells. Azure's codes:
// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
var (
	azureIdentifier = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_identifier_not_found",
		Detail: "Microsoft Entra ID found no application with our entity id in the directory (AADSTS700016).",
		Hint: "Enter our entity id as Identifier (Entity ID) of the enterprise application. " + setupHint +
			" If it is right, the Login URL is that of another directory. See /docs/problems/sso-azure-identifier-not-found.",
	}
	azureReplyURL = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_reply_url_unknown",
		Detail: "Our reply address is not among the reply URLs of the enterprise application (AADSTS50011).",
		Hint: "Add it under Basic SAML Configuration as Reply URL. " + setupHint +
			" With a wrong one people end at HTTP 404, see /docs/problems/sso-azure-not-found.",
	}
	azureDirectory = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_directory_not_found",
		Detail: "Microsoft Entra ID has no directory with the id in the login address (AADSTS90002).",
		Hint:   "Copy Login URL from the enterprise application again, and mind the national clouds.",
	}
	azureSigned = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_wants_signed_requests",
		Detail: "The enterprise application demands signed requests, and ours are not signed (AADSTS76021).",
		Hint:   "Switch off Require verification certificates under SAML Certificates.",
	}
	azureRequest = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_request_refused",
		Detail: "Microsoft Entra ID did not take the request at this address.",
		Hint:   "Copy Login URL from the enterprise application again; it ends in /saml2.",
	}
	azureError = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "azure_error",
		Detail: "Microsoft Entra ID shows an error in place of the sign-in page.",
		Hint:   "Look the code up at https://login.microsoftonline.com/error.",
	}
	requestRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "request_refused",
		Detail: "The provider refuses the request of a sign-in.",
		Hint: "Most often it does not know our entity id, the reply address is not that of the application there, or it " +
			"wants signed requests, as Keycloak does with Client signature required; ours are not signed. " + setupHint,
	}
	postOnly = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "binding_not_allowed",
		Detail: "The address does not take requests by the binding that they are sent with.",
		Hint: "Choose the other binding of requests (requestBinding of the section), or enter the provider's address for " +
			"this one.",
	}
	metadataAddress = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "metadata_address",
		Detail: "The address is that of the provider's metadata, where nobody can sign in.",
		Hint:   "Give it to POST /api/v1/sso/import-metadata, and enter the address that is in it.",
	}
	noSignInPage = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "no_sign_in_page",
		Detail: "The address answers with something that is no page for people.",
		Hint:   "Enter the address for signing in by SAML 2.0, not one of the provider's other interfaces.",
	}
)

// What does not keep people from signing in, or cannot be found out.
var (
	notProved = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "sign_in_not_proved",
		Detail: "The provider was asked as far as that goes without a person.", Hint: testHint,
	}
	signInElsewhere = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "sign_in_elsewhere",
		Detail: "The address sends browsers on to another host, which the test does not follow.",
		Hint:   "That is in order where the provider leaves signing in to another one. " + testHint,
	}
	rolledOver = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "certificate_rolled_over",
		Detail: "None of the certificates in the provider's metadata is in the account: has the provider rolled over?",
		Hint: "Add them with POST /api/v1/sso/import-metadata, before the next sign-in is refused as " +
			"sso-certificate-unknown.",
	}
	certificateMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "certificate_not_here",
		Detail: "The provider's metadata has a certificate that the account lacks: is the provider about to roll over?",
		Hint:   "Add it with POST /api/v1/sso/import-metadata.",
	}
	issuerDiffers = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "issuer_differs",
		Detail: "The provider's metadata name another issuer than the account expects.",
		Hint:   "Set identityProviderEntityId to the entity id in the metadata, or answers are refused as sso-issuer-wrong.",
	}
	metadataUnreadable = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "metadata_unreadable", Retryable: true,
		Detail: "The provider's metadata could not be read, so nobody can say whether its certificates have changed.",
		Hint:   "Try again; the provider may keep its metadata to itself.",
	}
)

func diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{
		nothingConfigured, valuesMissing, certificateExpired, azureIdentifier, azureReplyURL, azureDirectory, azureSigned,
		azureRequest, azureError, requestRefused, postOnly, metadataAddress, noSignInPage, signInElsewhere, rolledOver,
		certificateMissing, issuerDiffers, metadataUnreadable, notProved,
	}
}
