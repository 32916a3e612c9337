package salesforce

import "admin-api/integrations"

// What the token endpoint has against a request.
var (
	refreshTokenRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "refresh_token_rejected",
		Detail: "Salesforce does not accept the refresh token: it was revoked, has expired, or belongs to another app.",
		Hint: "Request a new token, or enter one. In the app's policies choose that refresh tokens " +
			"are valid until revoked; a user may hold five for one app, and the oldest goes first.",
	}
	ipRestricted = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "ip_restricted",
		Detail: "Salesforce does not let the user sign in from this server's address.",
		Hint:   "Relax the IP restrictions in the app's policies, or add this server's public address to the user's profile.",
	}
	clientRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "client_rejected",
		Detail: "Salesforce does not accept the consumer key or the consumer secret.",
		Hint:   "Copy both again from the app in Salesforce Setup; after a change of the app wait ten minutes.",
	}
	userInactive = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "user_inactive",
		Detail: "The Salesforce user who authorized the app is inactive.",
		Hint:   "Activate the user in Salesforce, or authorize the app as another one and enter the new refresh token.",
	}
	organizationInactive = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "organization_inactive",
		Detail: "The Salesforce organization is closed, locked or suspended.",
		Hint:   "Ask Salesforce about the state of the organization.",
	}
	appNotApproved = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "app_not_approved",
		Detail: "The user is not approved to use the app.",
		Hint:   "Add the user's profile or a permission set to the app's policies in Salesforce Setup.",
	}
	grantRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "grant_refused",
		Detail: "The app may not use refresh tokens.",
		Hint:   "Enable the OAuth web server flow in the app, with the scopes api and refresh_token.",
	}
)

// What is wrong with a grant, or with the account beside it.
var (
	foreignInstance = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "instance_url_foreign",
		Detail: "The answer sends the access token to an address that is not below salesforce.com; nothing was sent there.",
		Hint:   "Check the Url: what answers there may not be Salesforce.",
	}
	tokenRotated = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "refresh_token_rotated",
		Detail: "The app changes the refresh token with each use, so the stored one has just become invalid.",
		Hint:   "Switch refresh token rotation off in the app's policies, authorize the app again and enter the new token.",
	}
	otherOrganization = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_organization",
		Detail: "The refresh token is for another organization than the one of the Url.",
		Hint:   "Correct the Url, or authorize the app again as a user of that organization.",
	}
	notVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "Salesforce answers at this address. Without a refresh token the consumer key and secret cannot be tested.",
		Hint:   "Authorize the app in Salesforce and enter the refresh token.",
	}
)

// What can be wrong with an authorization in the browser, besides the above.
var (
	consentDenied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "consent_denied",
		Detail: "The Salesforce user did not allow the access.",
		Hint:   "Begin again and choose Allow, signed in as a user who may use the app.",
	}
	callbackUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "callback_unknown",
		Detail: "The app at Salesforce does not know the callback URL of this contact center.",
		Hint:   "Enter the callback URL in the app exactly as the account shows it, wait ten minutes and begin again.",
	}
	scopeRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "scope_refused",
		Detail: "The app at Salesforce does not offer the scopes that are needed.",
		Hint:   "Add the scopes api and refresh_token to the app, wait ten minutes and begin again.",
	}
	salesforceBusy = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "remote_error", Retryable: true,
		Detail: "Salesforce cannot authorize anybody now.",
		Hint:   "Begin again in a few minutes; look at status.salesforce.com.",
	}
	authorizationRefused = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "authorization_refused",
		Detail: "Salesforce refused the authorization for a reason of its own.",
		Hint:   "Look at the user's login history in Salesforce Setup, check the app's policies there and begin again.",
	}
	codeRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "code_rejected",
		Detail: "Salesforce does not accept the code that came with the browser: it has expired, was used already or is " +
			"not for this authorization.",
		Hint: "Begin again, and open the address that you get in one browser from beginning to end.",
	}
	flowNotAllowed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "flow_not_allowed",
		Detail: "The app may not get tokens in this way.",
		Hint:   "Check that OAuth is enabled in the app and that nothing in Salesforce Setup blocks the web server flow.",
	}
	noRefreshToken = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "no_refresh_token",
		Detail: "Salesforce allowed the access but gave no refresh token, so it would end within hours; nothing was stored.",
		Hint:   "Add the scope refresh_token (perform requests at any time) to the app, wait ten minutes and begin again.",
	}
)

// What keeps limits from being read.
var (
	notAuthorized = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_authorized",
		Detail: "The account has no refresh token, so nothing can be read from Salesforce.",
		Hint:   "Request a token by authorizing the app, or enter one.",
	}
	limitsHidden = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "limits_hidden",
		Detail: "The Salesforce user may use the API but not see the organization's limits.",
		Hint:   "Give the user the permission View Setup and Configuration.",
	}
)

// What the REST API has against a call.
var (
	apiDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "api_disabled",
		Detail: "The organization's edition or the user's profile does not include the API.",
		Hint:   "Give the user the permission API Enabled; Professional Edition needs the API as an add-on.",
	}
	unknownVersion = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "api_version_unknown",
		Detail: "The organization does not offer this version of the API.",
		Hint:   "Enter one that Salesforce lists under /services/data/.",
	}
)

// Two ways to be asked to wait, which share the general code for it.
var (
	tooManySignIns = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "rate_limited", Retryable: true,
		Detail: "Salesforce counts too many sign-ins.", Hint: "Wait an hour, then test again.",
	}
	requestsUsedUp = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "rate_limited", Retryable: true,
		Detail: "The organization has used up its API requests of the last 24 hours.",
		Hint:   "Wait, let other programs call less, or buy more API requests.",
	}
)

func diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{
		refreshTokenRejected, ipRestricted, clientRejected, userInactive, organizationInactive, appNotApproved,
		grantRefused, foreignInstance, tokenRotated, otherOrganization, notVerifiable, apiDisabled, unknownVersion,
	}
}
