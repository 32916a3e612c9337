package servicenow

import (
	"errors"
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

// signInRejected is for refusals of a token that do not say which of the four
// values is wrong.
var signInRejected = integrations.Diagnosis{
	Cause: integrations.CauseCredentials, Code: "sign_in_rejected",
	Detail: "ServiceNow refused a token without saying which of user, password, client ID and client secret is wrong.",
	Hint: "Check all four, that the entry in the Application Registry is active and allows the password grant, " +
		"and that the user is active, not locked out, and may sign in.",
}

func diagnoses() []integrations.Diagnosis {
	return append([]integrations.Diagnosis{signInRejected},
		oauth.ClientRejected, oauth.ClientNotAllowed, oauth.GrantUnsupported, oauth.ScopeRefused, oauth.RequestRefused)
}

// means reads a refusal as ServiceNow words it: most of what is wrong is
// server_error with the description access_denied.
func means(r oauth.Refusal) (integrations.Diagnosis, bool) {
	known := r.Code == "invalid_grant" || r.Code == "access_denied" || r.Description == "access_denied"
	return signInRejected, known
}

// advise adds what helps at ServiceNow to a failure.
func advise(err error, mode string) error {
	var f *integrations.Failure
	if !errors.As(err, &f) || f == nil {
		return err
	}
	switch {
	case f.Code == "credentials_rejected" && mode == authBasic:
		f.Hint = "Check user and password, and that the user is active and not locked out; instances may refuse passwords " +
			"to users who may also sign in to pages, then use OAuth or mark the user for web service access only."
	case f.Code == "credentials_rejected":
		f.Hint = "Check that the user is active, and the entry in the Application Registry."
	case f.Code == "permission_denied":
		f.Hint = "Give the user a role that may use the REST API and read users, and check IP address access control."
	case f.HTTPStatus == http.StatusNotFound:
		f.Hint = "Check the URL; for OAuth the plug-in OAuth 2.0 must be active on the instance."
	case f.Code == "unexpected_answer":
		f.Hint = "Open the URL in a browser: a developer instance that sleeps answers with a page; wake it and test again."
	}
	return f
}
