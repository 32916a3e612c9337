package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

// grantRefusal says what a refusal of the token endpoint means
// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm).
func grantRefusal(r oauth.Refusal) (d integrations.Diagnosis, known bool) {
	switch r.Code {
	case "invalid_grant":
		// Salesforce gives one code for several things.
		if strings.Contains(strings.ToLower(r.Description), "ip restricted") {
			return ipRestricted, true
		}
		return refreshTokenRejected, true
	case "invalid_client_id", "invalid_client", "invalid_client_credentials":
		return clientRejected, true
	case "inactive_user":
		return userInactive, true
	case "inactive_org":
		return organizationInactive, true
	case "invalid_app_access", "invalid_app_access_denied", "access_denied":
		return appNotApproved, true
	case "rate_limit_exceeded":
		return tooManySignIns, true
	case "unsupported_grant_type", "invalid_request", "invalid_scope", "unauthorized_client":
		return grantRefused, true
	}
	return integrations.Diagnosis{}, false
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
		switch code {
		case "REQUEST_LIMIT_EXCEEDED":
			return requestsUsedUp.From(answer)
		case "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED":
			return apiDisabled.From(answer)
		}
	}
	switch answer.Status {
	case http.StatusUnauthorized:
		f.Hint = "Salesforce ended the session at once; check the session and IP settings of the user's profile and the app."
	case http.StatusForbidden:
		f.Hint = "Give the user the permissions API Enabled and, to see limits, View Setup and Configuration."
	case http.StatusNotFound:
		return unknownVersion.From(answer)
	}
	return f
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
