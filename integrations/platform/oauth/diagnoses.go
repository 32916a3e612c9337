package oauth

import "admin-api/integrations"

// What the codes of RFC 6749 section 5.2 mean where a vendor has nothing more
// to say. Types list those that they leave to this package.
var (
	// ClientRejected is invalid_client.
	ClientRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "client_rejected",
		Detail: "The remote system does not accept the client id or the client secret.",
		Hint:   "Copy both again from the registration of the app there; a secret may have expired or been replaced.",
	}
	// GrantRejected is invalid_grant.
	GrantRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "grant_rejected",
		Detail: "The remote system does not accept what was given for a token: it is wrong, has expired or was revoked.",
		Hint:   "Enter the credentials again, or authorize the app again.",
	}
	// ClientNotAllowed is unauthorized_client.
	ClientNotAllowed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "client_not_allowed",
		Detail: "The app may not get tokens in this way.",
		Hint:   "Enable this kind of grant in the registration of the app there.",
	}
	// GrantUnsupported is unsupported_grant_type.
	GrantUnsupported = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "grant_unsupported",
		Detail: "The remote system does not offer tokens in this way.",
		Hint:   "Ask its administrator to switch this kind of OAuth grant on, and check the address of the token endpoint.",
	}
	// ScopeRefused is invalid_scope.
	ScopeRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "scope_refused",
		Detail: "The app may not ask for this access.",
		Hint:   "Add the permission to the registration of the app there.",
	}
	// RequestRefused is invalid_request.
	RequestRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "token_request_refused",
		Detail: "The remote system does not understand the request of a token.",
		Hint:   "Check the address of the token endpoint and that no value was cut short when it was copied.",
	}
)

// Diagnoses returns a new list of all of them.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{
		ClientRejected, GrantRejected, ClientNotAllowed, GrantUnsupported, ScopeRefused, RequestRefused,
	}
}

// diagnosis reads the code as the standard means it.
func (r Refusal) diagnosis() (d integrations.Diagnosis, known bool) {
	switch r.Code {
	case "invalid_client":
		return ClientRejected, true
	case "invalid_grant":
		return GrantRejected, true
	case "unauthorized_client":
		return ClientNotAllowed, true
	case "unsupported_grant_type":
		return GrantUnsupported, true
	case "invalid_scope":
		return ScopeRefused, true
	case "invalid_request":
		return RequestRefused, true
	}
	return integrations.Diagnosis{}, false
}
