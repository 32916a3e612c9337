package messenger

import (
	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Twitter lists the type twitter in the catalogue.
var Twitter = integrations.Definition{ //nolint:gosec // The keys are made up.
	Type:             "twitter",
	Family:           integrations.Messenger,
	Label:            "X (Twitter)",
	Description:      "Direct messages and posts of customers to your account on X, formerly Twitter.",
	DocumentationURL: "https://docs.x.com/fundamentals/authentication/oauth-2-0/application-only",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The integration guide names the keys and tokens; their labels and the rest of the page are not public.",
		"The guide's dev environment belongs to the Premium Account Activity API, which X has replaced by its version 2.",
		"Webhooks take a plan of X that includes the Account Activity API.",
		"X charges for each request that an access token signs, so a test proves API key and secret only.",
	},
	ProbeDoes: "Asks for the app's bearer token with API key and secret (POST /oauth2/token) and drops it. X returns " +
		"the token that the app has, makes one only if it has none, invalidates nothing, and does not charge for it. " +
		"Access token and secret are not tested.",
	Privileges: "For the test the keys of an app; for answering also an access token of the account " +
		"with the permission Read, write and Direct Messages.",
	Diagnoses: []integrations.Diagnosis{twitterSuspended, twitterTokenUntested},
	// X refuses good keys too when it is asked for tokens too often.
	ProbesPerMinute: 3,
	New:             func() integrations.Properties { return new(TwitterProperties) },
	Example: `{
	"apiKey": "xvz1evFS4wEEPTGEFPHBog1aB",
	"apiSecretKey": "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBwQ9s2LmX",
	"accessToken": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
	"accessTokenSecret": "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE7Qzn",
	"environmentLabel": "production"
}`,
}

// TwitterProperties configure one account on X. No property is a destination:
// the keys go to X's one address, whatever the others say.
type TwitterProperties struct {
	APIKey string `json:"apiKey" validate:"required" label:"API key" help:"Under Consumer Keys in the app's tab Keys and tokens." example:"xvz1evFS4wEEPTGEFPHBog1aB" pattern:"^[A-Za-z0-9]{20,30}$" hint:"20 to 30 letters and digits"`

	APISecretKey secret.Text `json:"apiSecretKey" validate:"required" label:"API secret key" help:"Next to the API key; it also answers the challenges by which X checks the webhook." pattern:"^[A-Za-z0-9]{40,60}$" hint:"40 to 60 letters and digits"`

	AccessToken secret.Text `json:"accessToken" validate:"required" label:"Access token" help:"Under Authentication Tokens in the same tab, issued for the account that customers write to." pattern:"^[0-9]{1,20}-[A-Za-z0-9]{20,60}$" hint:"the account's number, a hyphen and 20 to 60 letters and digits"`

	AccessTokenSecret secret.Text `json:"accessTokenSecret" validate:"required" label:"Access token secret" help:"Next to the access token; X shows it once." pattern:"^[A-Za-z0-9]{40,60}$" hint:"40 to 60 letters and digits"`

	EnvironmentLabel string `json:"environmentLabel" label:"Dev environment" help:"Label of the environment under which the app's webhook is registered." example:"production" pattern:"^[A-Za-z0-9_-]{1,50}$" hint:"up to 50 letters, digits, _ and -"`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// what was pasted.
func (p *TwitterProperties) Normalize() { trim(&p.APISecretKey, &p.AccessToken, &p.AccessTokenSecret) }

// Validate implements integrations.Properties. Two secrets of the same value are
// the usual slip, for the four look alike.
func (p *TwitterProperties) Validate(c *validation.Context) {
	if given(p.APISecretKey) && given(p.AccessTokenSecret) && p.APISecretKey.Equal(p.AccessTokenSecret) &&
		!c.Broken("/accessTokenSecret") {
		c.Violate("/accessTokenSecret", "same_as_api_secret_key",
			"Is the same as the API secret key; enter the secret that stands next to the access token.")
	}
}
