package dynamics

import (
	"slices"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

var (
	notAuthorized = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_authorized",
		Detail: "Microsoft knows the app and accepts its secret, but there is no refresh token to reach data with.",
		Hint:   "Consent to the app as a user of the organization and enter the refresh token.",
	}
	refreshTokenExpired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "refresh_token_expired",
		Detail: "The refresh token has expired, as it does after 90 days, or sooner where your directory's rules say so.",
		Hint:   "Sign in to the app again as a user of the organization and enter the new refresh token.",
	}
	refreshTokenRevoked = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "refresh_token_revoked",
		Detail: "The refresh token was revoked, as happens when the user's password changes or sessions are ended.",
		Hint:   "Sign in to the app again as a user of the organization and enter the new refresh token.",
	}
	refreshTokenRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "refresh_token_rejected",
		Detail: "Microsoft does not accept the refresh token: it is incomplete, another app's, or no longer good.",
		Hint:   "Sign in to the app again as a user of the organization and enter the new refresh token.",
	}
	signInRequired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "sign_in_required",
		Detail: "Microsoft wants the user to sign in again, with another factor, or from a place or device that is allowed.",
		Hint: "Sign in to the app again and enter the new refresh token; if it happens again, exempt the user from the " +
			"conditional access policy that asks for it.",
	}
	consentMissing = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "consent_missing",
		Detail: "Nobody has consented to the app's access to Dynamics 365, or the consent was withdrawn.",
		Hint:   "Grant admin consent to the app's permission user_impersonation of Dynamics CRM in the Azure portal.",
	}
	userDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "user_disabled",
		Detail: "The user who consented to the app is disabled in the directory.",
		Hint:   "Enable the user, or consent as another one and enter the new refresh token.",
	}
	secretExpired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "client_secret_expired",
		Detail: "The client secret has expired.",
		Hint:   "Create a new client secret for the app in the Azure portal and enter its value.",
	}
	secretRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "client_secret_rejected",
		Detail: "Microsoft does not accept the client secret.",
		Hint:   "Enter the value of a client secret, not its ID; if the value is lost, create a new one.",
	}
	clientUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "client_unknown",
		Detail: "The directory does not know the client ID.",
		Hint:   "Copy the Application (client) ID again, and check that the token URL names the directory of the app.",
	}
	directoryUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "directory_unknown",
		Detail: "Microsoft does not know the directory that the token URL names, or the app does not serve it.",
		Hint:   "Copy the token URL again from the Endpoints of the app in the Azure portal.",
	}
	organizationUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "organization_unknown",
		Detail: "The directory does not know the organization of the API URL, or the app lacks the permission for it.",
		Hint:   "Check the API URL, and that the app has the permission user_impersonation of Dynamics CRM.",
	}
	audienceRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "audience_refused",
		Detail: "The organization does not accept the access token that Microsoft issued for it.",
		Hint:   "Check that the API URL is of an organization in the directory of the token URL.",
	}
	notMember = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "not_a_member",
		Detail: "The user who consented to the app is no member of the organization.",
		Hint:   "Add the user to the organization with a licence and a security role, or consent as another one.",
	}
)

func diagnoses() []integrations.Diagnosis {
	return append([]integrations.Diagnosis{
		notAuthorized, refreshTokenExpired, refreshTokenRevoked, refreshTokenRejected, signInRequired, consentMissing,
		userDisabled, secretExpired, secretRejected, clientUnknown, directoryUnknown, organizationUnknown,
		audienceRefused, notMember,
	}, oauth.ClientRejected, oauth.ClientNotAllowed, oauth.GrantUnsupported, oauth.ScopeRefused, oauth.RequestRefused)
}

// notMemberCode is what the Web API says to users it does not know
// (https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes).
const notMemberCode = "0x80072560"

// numbered tells apart what Microsoft gives one code of OAuth for
// (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
// Microsoft may change the numbers at any time; then what the code says remains.
var numbered = []struct {
	numbers []int
	means   integrations.Diagnosis
}{
	{[]int{70008, 700082, 700084, 50089}, refreshTokenExpired},
	{[]int{50173, 50132, 50133}, refreshTokenRevoked},
	{[]int{50074, 50076, 50078, 50079, 50158, 53000, 53001, 53002, 53003, 53004, 70043}, signInRequired},
	{[]int{65001, 65004, 90094}, consentMissing},
	{[]int{50057}, userDisabled},
	{[]int{7000222}, secretExpired},
	{[]int{7000215}, secretRejected},
	{[]int{700016, 70001}, clientUnknown},
	{[]int{90002, 900023, 50059, 50194}, directoryUnknown},
	{[]int{500011, 500014, 650052, 650057, 50001}, organizationUnknown},
}

// means reads a refusal as Microsoft words it.
func means(r oauth.Refusal) (integrations.Diagnosis, bool) {
	for _, n := range numbered {
		if slices.ContainsFunc(r.Numbers, func(number int) bool { return slices.Contains(n.numbers, number) }) {
			return n.means, true
		}
	}
	switch r.Code {
	case "invalid_grant":
		return refreshTokenRejected, true
	case "interaction_required", "login_required":
		return signInRequired, true
	case "consent_required":
		return consentMissing, true
	case "invalid_resource":
		return organizationUnknown, true
	}
	return integrations.Diagnosis{}, false
}
