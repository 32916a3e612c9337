package azure

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"admin-api/integrations"
)

// What a resource says about a caller.
var (
	// KeysDisabled is about keys as such.
	KeysDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "key_access_disabled",
		Detail: "The Azure resource does not let anybody in with a key.",
		Hint:   "Permit authentication by key in the resource (local authentication), or choose another resource.",
	}
	// NetworkRules is about where the caller is.
	NetworkRules = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "network_rules",
		Detail: "The network rules of the Azure resource do not let this server in.",
		Hint:   "Add the server's public address under Networking, Firewalls and virtual networks, in the resource.",
	}
	// QuotaExhausted is about what the resource's price includes.
	QuotaExhausted = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "quota_exhausted", Retryable: true,
		Detail: "The key is good, but the resource has used up what its pricing tier includes.",
		Hint:   "Wait until the quota is renewed, or move the resource to a paid tier.",
	}
)

// Diagnoses returns a new list of what Failure knows by name.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{KeysDisabled, NetworkRules, QuotaExhausted}
}

// refusal is what a resource says; older parts of Azure put the message at the
// top.
type refusal struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Message string `json:"message"`
}

// Failure returns why the resource refused, nil if it did not: a diagnosis of
// Diagnoses, else what the status says, with a hint.
func Failure(a *integrations.Answer) *integrations.Failure {
	f := a.Failure()
	if f == nil {
		return nil
	}
	var said refusal
	_ = json.Unmarshal(a.Body, &said) // what is not Azure's is judged by its status
	// One status for everything: only the words differ.
	words := strings.ToLower(said.Error.Message + said.Message)
	forbidden := a.Status == http.StatusForbidden
	switch {
	case forbidden && said.Error.Code == "AuthenticationTypeDisabled":
		return KeysDisabled.From(a)
	case forbidden && strings.Contains(words, "firewall"):
		return NetworkRules.From(a)
	case forbidden && strings.Contains(words, "quota"):
		return QuotaExhausted.From(a)
	case f.Cause == integrations.CauseCredentials:
		f.Hint = "A key works in the region of its resource only, and at the resource's endpoint: " +
			"compare key, region and endpoint with Keys and Endpoint in the Azure portal."
	}
	return f
}

// unexpected returns a failure about an answer that is not what Azure documents.
func unexpected(a *integrations.Answer) *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is not what Azure documents.",
		"Try again later; if it stays so, look for a proxy between this server and Azure.")
	f.HTTPStatus = a.Status
	return f
}

// advise adds to an error of a step what it means in Azure that a name does not
// exist.
func advise(err error) error {
	if f, ok := errors.AsType[*integrations.Failure](err); ok && f.Code == "name_not_found" {
		f.Hint = "Azure has no Speech service in such a region, or no resource of that name; check region and endpoint."
	}
	return err
}
