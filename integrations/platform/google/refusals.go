package google

import (
	"encoding/json"

	"admin-api/integrations"
)

// What the interfaces say about callers before the product itself is asked
// (https://cloud.google.com/service-infrastructure/docs/service-management/reference/rpc/google.api#errorreason).
var (
	apiKeyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "api_key_rejected",
		Detail: "Google does not know the API key, or it has expired.",
		Hint:   "Copy the key again from APIs and Services, Credentials in the Google Cloud console, or create a new one.",
	}
	apiKeyRestricted = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "api_key_restricted",
		Detail: "The API key is restricted to other APIs.",
		Hint:   "Add this API to the key's API restrictions in the Google Cloud console.",
	}
	apiKeyCaller = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "api_key_caller_restricted",
		Detail: "The API key is restricted to callers that this server is not one of.",
		Hint:   "Set the key's application restrictions to none, or to the IP addresses from which this server calls.",
	}
	apiDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "api_disabled",
		Detail: "The API is not enabled in the Google Cloud project.",
		Hint:   "Enable it under APIs and Services, Library in the Google Cloud console, wait a few minutes and test again.",
	}
	billingDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "billing_disabled",
		Detail: "The Google Cloud project has no billing account, so Google refuses to work for it.",
		Hint:   "Link a billing account with a valid payment method to the project in the Google Cloud console.",
	}
	projectSuspended = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "project_suspended",
		Detail: "The Google Cloud project is suspended or has been deleted.",
		Hint:   "Look for notices in the Google Cloud console, or use a key of another project.",
	}
	policyDenied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "policy_denied",
		Detail: "A policy of the Google organization does not let this server in.",
		Hint:   "Ask the organization's administrator to allow this server in VPC Service Controls or in that policy.",
	}
)

// Diagnoses are the failures that Refusal knows by name, whatever the call is
// made with: API keys too may act for a service account.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{accountDisabled, apiDisabled, billingDisabled, projectSuspended, policyDenied}
}

// KeyDiagnoses are those that Refusal knows besides of calls with an API key.
func KeyDiagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{apiKeyRejected, apiKeyRestricted, apiKeyCaller}
}

var reasons = map[string]integrations.Diagnosis{
	"API_KEY_INVALID":               apiKeyRejected,
	"API_KEY_SERVICE_BLOCKED":       apiKeyRestricted,
	"API_KEY_HTTP_REFERRER_BLOCKED": apiKeyCaller,
	"API_KEY_IP_ADDRESS_BLOCKED":    apiKeyCaller,
	"API_KEY_ANDROID_APP_BLOCKED":   apiKeyCaller,
	"API_KEY_IOS_APP_BLOCKED":       apiKeyCaller,
	"SERVICE_DISABLED":              apiDisabled,
	"BILLING_DISABLED":              billingDisabled,
	"CONSUMER_SUSPENDED":            projectSuspended,
	"CONSUMER_INVALID":              projectSuspended,
	"GCP_SUSPENDED":                 projectSuspended,
	"RESOURCE_PROJECT_INVALID":      projectSuspended,
	"ACCOUNT_STATE_INVALID":         accountDisabled,
	"SECURITY_POLICY_VIOLATED":      policyDenied,
	"ORG_RESTRICTION_VIOLATION":     policyDenied,
	"LOCATION_POLICY_VIOLATED":      policyDenied,
}

// domain is whose reasons these are: those of the products mean other things.
const domain = "googleapis.com"

// Status returns the name of the status in an error of Google's, such as
// NOT_FOUND, and the reason why a caller was turned away. Both are empty for
// answers that are no such error.
func Status(a *integrations.Answer) (status, reason string) {
	var document struct {
		Error struct {
			Status  string `json:"status"`
			Details []struct {
				Reason string `json:"reason"`
				Domain string `json:"domain"`
			} `json:"details"`
		} `json:"error"`
	}
	if json.Unmarshal(a.Body, &document) != nil {
		return "", ""
	}
	for _, detail := range document.Error.Details {
		if detail.Domain == domain && detail.Reason != "" {
			return document.Error.Status, detail.Reason
		}
	}
	return document.Error.Status, ""
}

// Refusal says why a call was refused, nil if it was not. Each call returns a
// failure of its own, which the caller may refine.
func Refusal(a *integrations.Answer) *integrations.Failure {
	f := a.Failure()
	if f == nil || f.Retryable {
		return f
	}
	_, reason := Status(a)
	if known, ok := reasons[reason]; ok {
		return known.From(a)
	}
	return f
}
