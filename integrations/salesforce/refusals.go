package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"

	"admin-api/integrations"
)

// refusedGrant says why the token endpoint refused
// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm); nil if
// it did not.
func refusedGrant(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil || f.Retryable {
		return f
	}
	var document struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(answer.Body, &document) != nil || document.Error == "" {
		return adviseAddress(f)
	}
	known := grantRefusal(document.Error, document.Description)
	if known == nil {
		return adviseAddress(f)
	}
	known.HTTPStatus = answer.Status
	return known
}

func grantRefusal(code, description string) *integrations.Failure {
	switch code {
	case "invalid_grant":
		return invalidGrant(strings.ToLower(description))
	case "invalid_client_id", "invalid_client", "invalid_client_credentials":
		return integrations.NewFailure(integrations.CauseCredentials, "client_rejected",
			"Salesforce does not accept the consumer key or the consumer secret.",
			"Copy both again from the app in Salesforce Setup; after a change of the app wait ten minutes.")
	case "inactive_user":
		return integrations.NewFailure(integrations.CausePermission, "user_inactive",
			"The Salesforce user who authorized the app is inactive.",
			"Activate the user in Salesforce, or authorize the app as another one and enter the new refresh token.")
	case "inactive_org":
		return integrations.NewFailure(integrations.CausePermission, "organization_inactive",
			"The Salesforce organization is closed, locked or suspended.",
			"Ask Salesforce about the state of the organization.")
	case "invalid_app_access", "invalid_app_access_denied", "access_denied":
		return integrations.NewFailure(integrations.CausePermission, "app_not_approved",
			"The user is not approved to use the app.",
			"Add the user's profile or a permission set to the app's policies in Salesforce Setup.")
	case "rate_limit_exceeded":
		return limited("Salesforce counts too many sign-ins.", "Wait an hour, then test again.")
	case "unsupported_grant_type", "invalid_request", "invalid_scope", "unauthorized_client":
		return integrations.NewFailure(integrations.CauseConfig, "grant_refused",
			"The app may not use refresh tokens.",
			"Enable the OAuth web server flow in the app, with the scopes api and refresh_token.")
	}
	return nil
}

// invalidGrant tells apart what Salesforce gives one code for.
func invalidGrant(description string) *integrations.Failure {
	if strings.Contains(description, "ip restricted") {
		return integrations.NewFailure(integrations.CausePermission, "ip_restricted",
			"Salesforce does not let the user sign in from this server's address.",
			"Relax the IP restrictions in the app's policies, or add this server's public address to the user's profile.")
	}
	return integrations.NewFailure(integrations.CauseCredentials, "refresh_token_rejected",
		"Salesforce does not accept the refresh token: it was revoked, has expired, or belongs to another app.",
		"Authorize the app again and enter the new refresh token. In the app's policies choose that refresh tokens are "+
			"valid until revoked; a user may hold five for one app, and the oldest goes first.")
}

// errorCodes returns the codes of a refused call of the REST API
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm).
func errorCodes(answer *integrations.Answer) []string {
	var list []struct {
		Code string `json:"errorCode"`
	}
	if json.Unmarshal(answer.Body, &list) != nil {
		return nil
	}
	codes := make([]string, 0, len(list))
	for _, e := range list {
		codes = append(codes, e.Code)
	}
	return codes
}

// refusedCall says why a call of the REST API was refused; nil if it was not.
func refusedCall(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil {
		return nil
	}
	for _, code := range errorCodes(answer) {
		if known := callRefusal(code); known != nil {
			known.HTTPStatus = answer.Status
			return known
		}
	}
	switch answer.Status {
	case http.StatusUnauthorized:
		f.Hint = "Salesforce ended the session at once; check the session and IP settings of the user's profile and the app."
	case http.StatusForbidden:
		f.Hint = "Give the user the permissions API Enabled and, to see limits, View Setup and Configuration."
	case http.StatusNotFound:
		return unknownVersion()
	}
	return f
}

func callRefusal(code string) *integrations.Failure {
	switch code {
	case "REQUEST_LIMIT_EXCEEDED":
		return limited("The organization has used up its API requests of the last 24 hours.",
			"Wait, let other programs call less, or buy more API requests.")
	case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
		return integrations.NewFailure(integrations.CausePermission, "api_disabled",
			"The organization's edition or the user's profile does not include the API.",
			"Give the user the permission API Enabled; Professional Edition needs the API as an add-on.")
	}
	return nil
}

func limited(detail, hint string) *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRateLimited, "rate_limited", detail, hint)
	f.Retryable = true
	return f
}

func unknownVersion() *integrations.Failure {
	return integrations.NewFailure(integrations.CauseConfig, "api_version_unknown",
		"The organization does not offer this version of the API.",
		"Enter one that Salesforce lists under /services/data/.")
}

func unexpected() *integrations.Failure {
	return integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON but not what Salesforce documents.", "Check that the Url leads to Salesforce.")
}

// adviseAddress adds what helps where the address is likely to be wrong.
func adviseAddress(f *integrations.Failure) *integrations.Failure {
	if f.HTTPStatus == http.StatusNotFound || f.HTTPStatus >= 300 && f.HTTPStatus < 400 {
		f.Hint = "Compare the Url with My Domain in Salesforce Setup; its form is https://DOMAIN.my.salesforce.com."
	}
	return f
}
