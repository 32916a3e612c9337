// Package dynamics describes the type dynamics365: one Microsoft Dynamics 365
// organization, for its records in scenarios and for the widget, screen pops and
// activities of Agent Desktop.
//
// It judges what an administrator enters and can test it against Microsoft. It
// obtains no refresh token and stores none: that is the flow of a browser. Facts
// about the interface come from
// https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
package dynamics

import (
	"admin-api/integrations"
	"admin-api/secret"
)

// Definition lists Microsoft Dynamics 365 in the catalogue.
var Definition = integrations.Definition{
	Type:             "dynamics365",
	Family:           integrations.MicrosoftDynamics365,
	Label:            "Microsoft Dynamics 365",
	Description:      "Dynamics 365 records in Agent Desktop and scenarios.",
	DocumentationURL: "https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview",
	Shape:            integrations.Documented,
	HasDefault:       true,
	Notes: []string{
		"Needs version 5.3.5 of the contact center or later.",
		"A refresh token ends 90 days after it was issued; a test neither replaces it nor shortens its life.",
		"The guide of version 5.3 uses endpoints of version 1; those of version 2.0 do as well, if both addresses name it.",
	},
	ProbeDoes: "Gets an access token with the refresh token and asks the Web API who that is (WhoAmI). " +
		"Without a refresh token it only asks for a token of the app itself, which shows whether directory, " +
		"client id and secret are right.",
	Privileges: "The app needs the delegated permission user_impersonation of Dynamics CRM, with consent; " +
		"the user must be enabled in the organization and have a security role.",
	Diagnoses: diagnoses(),
	New:       func() integrations.Properties { return new(Properties) },
	Computed:  computed,
	Example: `{
	"authorizationUrl": "https://login.microsoftonline.com/6f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f/oauth2/authorize",
	"tokenUrl": "https://login.microsoftonline.com/6f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f/oauth2/token",
	"apiUrl": "https://acme.crm.dynamics.com/api/data/v9.0",
	"clientId": "8d2b7c14-93f6-4a0e-b5c8-1f6e7a9d0b23",
	"clientSecret": "example~OfAClientSecret.Of-An-Azure-App1",
	"refreshToken": "0.EXAMPLE-OF-A-REFRESH-TOKEN.AgABAwEAAAAmoFfGtYxvRrNriQdPKIZ-"
}`,
}

// Properties configure one Dynamics 365 organization. All addresses are
// destinations: the secrets go to the token URL, access tokens to the API URL,
// and who signs in follows the authorization URL.
type Properties struct {
	AuthorizationURL string `json:"authorizationUrl" validate:"required,https_url" label:"Authorization URL" help:"OAuth 2.0 authorization endpoint of the app, from its Endpoints in the Azure portal." example:"https://login.microsoftonline.com/6f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f/oauth2/authorize" pattern:"^https://(?:login\\.microsoftonline\\.com|login\\.windows\\.net|login\\.microsoftonline\\.us|login\\.partner\\.microsoftonline\\.cn)/[A-Za-z0-9][A-Za-z0-9._-]*/oauth2/(?:v2\\.0/)?authorize$" hint:"https://login.microsoftonline.com/DIRECTORY/oauth2/authorize, or the same of a national cloud of Microsoft" max:"512" format:"url" dest:"true"`

	TokenURL string `json:"tokenUrl" validate:"required,https_url" label:"Token URL" help:"OAuth 2.0 token endpoint of the same app and version." example:"https://login.microsoftonline.com/6f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f/oauth2/token" pattern:"^https://(?:login\\.microsoftonline\\.com|login\\.windows\\.net|login\\.microsoftonline\\.us|login\\.partner\\.microsoftonline\\.cn)/[A-Za-z0-9][A-Za-z0-9._-]*/oauth2/(?:v2\\.0/)?token$" hint:"https://login.microsoftonline.com/DIRECTORY/oauth2/token, or the same of a national cloud of Microsoft" max:"512" format:"url" dest:"true"`

	APIURL string `json:"apiUrl" validate:"required,https_url" label:"API URL" help:"Address of your organization's Web API; the address of any page of the organization will do as well." example:"https://acme.crm.dynamics.com/api/data/v9.0" pattern:"^https://[a-z0-9-]+\\.(?:api\\.)?crm[0-9]*\\.(?:dynamics\\.com|microsoftdynamics\\.us|appsplatform\\.us|dynamics\\.cn)/api/data/v9\\.[0-9]$" hint:"https://ORGANIZATION.crm.dynamics.com/api/data/v9.0, with the crm of your region" max:"512" format:"url" dest:"true"`

	ClientID string `json:"clientId" validate:"required,uuid" label:"Client ID" help:"Application (client) ID of the app." example:"8d2b7c14-93f6-4a0e-b5c8-1f6e7a9d0b23"`

	ClientSecret secret.Text `json:"clientSecret" validate:"required" label:"Client Secret" help:"Value of a client secret of the app; the portal shows it once, when it is created." pattern:"^[!-~]+$" hint:"printable characters without spaces" max:"256"`

	RefreshToken secret.Text `json:"refreshToken" label:"Refresh token" help:"What Microsoft issues when a user of the organization consents to the app; scenarios reach data with it." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"20" max:"4096"`
}

func computed(c integrations.Center) []integrations.Computed {
	return []integrations.Computed{
		{Name: "redirectUri", Label: "Redirect URI", Value: "https://" + c.Domain + "/admin/msdynamicscallback.html"},
	}
}
