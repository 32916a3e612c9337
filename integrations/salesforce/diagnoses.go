package salesforce

import "admin-api/integrations"

// What the token endpoint has against a request.
var (
	refreshTokenRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "refresh_token_rejected",
		Detail: "Salesforce does not accept the refresh token: it was revoked, has expired, or belongs to another app.",
		Hint: "Authorize the app again and enter the new refresh token. In the app's policies choose that refresh tokens " +
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
