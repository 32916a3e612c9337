// Package salesforce describes the type salesforce: one Salesforce organization,
// for screen pops, for data in scenarios and lists, and for signing in to both
// sides at once.
//
// It judges what an administrator enters, can test it against Salesforce, and
// obtains a refresh token where a Salesforce user consents in a browser. It
// revokes none.
package salesforce

import (
	"admin-api/integrations"
	"admin-api/secret"
)

// Definition lists Salesforce in the catalogue.
var Definition = integrations.Definition{ //nolint:gosec // The secrets are made up.
	Type:             "salesforce",
	Family:           integrations.Salesforce,
	Label:            "Salesforce.com",
	Description:      "Salesforce records in Agent Desktop, scenarios and lists, and one sign-in for both.",
	DocumentationURL: "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm",
	Shape:            integrations.Proposed,
	HasDefault:       true,
	Notes: []string{
		"The labels of the single sign-on section are inferred; the documentation names its contents only.",
		"Salesforce lets nobody create connected apps any more; an external client app does the same.",
		"The app may require PKCE; it must not rotate refresh tokens, because a stored token would become invalid.",
	},
	ProbeDoes: "Gets an access token with the refresh token and reads the organization's limits, or, for users who may " +
		"not see them, the versions and the own user. Without a refresh token it only reads which versions there are.",
	Privileges: "The user needs API Enabled and, to see limits, View Setup and Configuration; " +
		"the app needs the scopes api and refresh_token.",
	Diagnoses: diagnoses(),
	New:       func() integrations.Properties { return &Properties{APIVersion: defaultAPIVersion} },
	Computed:  computed,
	Example: `{
	"url": "https://acme.my.salesforce.com",
	"consumerKey": "3MVG9d8.EXAMPLE.KEY.OF.A.CONNECTED.APP",
	"consumerSecret": "8F1D0A6C5B3E47928F1D0A6C5B3E4792",
	"refreshToken": "5Aep861.EXAMPLE.OF.A.REFRESH.TOKEN"
}`,
}

// defaultAPIVersion is one that every organization speaks.
const defaultAPIVersion = "v61.0"

// Properties configure one Salesforce organization. Data access needs the
// consumer key and secret of an app and a refresh token; single sign-on needs
// the certificate.
type Properties struct {
	URL string `json:"url" validate:"required,https_origin" label:"Url" help:"The My Domain address where your users sign in." example:"https://acme.my.salesforce.com" format:"url" dest:"true"`

	SandboxEnvironment bool `json:"sandboxEnvironment" label:"Sandbox environment" help:"Whether the organization is a sandbox." dest:"true"`

	ConsumerKey string `json:"consumerKey" validate:"required_with=ConsumerSecret RefreshToken,omitempty,no_space" label:"Consumer key" help:"Of the connected app or external client app through which scenarios reach data." example:"3MVG9d8.EXAMPLE.KEY.OF.A.CONNECTED.APP" max:"512"`

	ConsumerSecret secret.Text `json:"consumerSecret" validate:"required_with=ConsumerKey RefreshToken" label:"Consumer secret" help:"Of the same app." pattern:"^[!-~]*$" hint:"printable characters without spaces" max:"512"`

	RefreshToken secret.Text `json:"refreshToken" label:"Refresh token" help:"Request token sets it, once a Salesforce user has allowed the access; or enter one with the scopes api and refresh_token." pattern:"^[!-~]*$" hint:"printable characters without spaces" max:"2048"`

	APIVersion string `json:"apiVersion" label:"API version" help:"Version of Salesforce's REST API." example:"v61.0" pattern:"^v(3[1-9]|[4-9][0-9]|1[0-9][0-9])\\.0$" hint:"v and a version from 31.0 up, such as v61.0"`

	SSOEnabled bool `json:"ssoEnabled" label:"Enable single sign-on" help:"Signs agents in to Salesforce and the contact center in one go."`

	IdentityProviderCertificate string `json:"identityProviderCertificate" validate:"required_if=SSOEnabled true,omitempty,pem_certificate" label:"Identity provider certificate" help:"From Salesforce's Identity Provider page; with or without its BEGIN and END lines." format:"certificate"`

	IdentityProviderLoginURL string `json:"identityProviderLoginUrl" validate:"omitempty,https_url" label:"Identity provider-initiated login URL" help:"From the Manage page of the connected app." example:"https://acme.my.salesforce.com/idp/login?app=0spEXAMPLE0000001" format:"url"`
}

func computed(c integrations.Center) []integrations.Computed {
	return []integrations.Computed{
		{Name: "callbackUrl", Label: "Callback URL", Value: c.Origin + "/admin/salesforcecallback.html"},
		{
			Name: "assertionConsumerServiceUrl", Label: "ACS URL",
			Value: "https://" + c.Domain + "/agentdesktop/agentdesktop/sfsso/response",
		},
	}
}
