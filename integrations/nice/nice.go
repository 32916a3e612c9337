// Package nice describes the type nice: one account of a product of NICE.
//
// The contact center's documentation names the type and nothing else. What is
// modelled here is how CXone, NICE's cloud, takes callers in, and a block of
// credentials for products on premises. Facts about CXone come from
// https://developer.niceincontact.com/Documentation/UserHubGettingStarted and
// https://developer.niceincontact.com/Documentation/APIAuthenticationAndAuthorization
package nice

import (
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists NICE in the catalogue.
var Definition = integrations.Definition{
	Type:             "nice",
	Family:           integrations.NICE,
	Label:            "NICE",
	Description:      "NICE CXone, or a product of NICE on your premises.",
	DocumentationURL: "https://developer.niceincontact.com/Documentation/APIAuthenticationAndAuthorization",
	Shape:            integrations.Proposed,
	Notes: []string{
		"No public source says which product of NICE the contact center works with, or which properties it needs.",
		"All properties are inferred from NICE's own documentation of CXone; check with your service provider before use.",
		"Registered apps get their tokens at cxone.niceincontact.com; sovereign and government clouds are not covered.",
	},
	ProbeDoes: "Gets an access token of CXone with the access key. For a product on premises it only finds out " +
		"whether something answers at the address, and sends no credential.",
	Privileges: "The access key must be active. Its owner needs no further right for a test, " +
		"and for real use the rights of what is used.",
	Diagnoses: diagnoses(),
	New:       func() integrations.Properties { return &Properties{AuthMode: authAccessKey, Region: defaultRegion} },
	Example: `{
	"authMode": "accessKey",
	"region": "na1",
	"accessKeyId": "EXAMPLEHETO535J2MRBFJZQPC62XI7A5F6FN6AKXMQ6BAU4W6ZLA====",
	"accessKeySecret": "EXAMPLEWRIROAXV5WDNI5NOBQFO3TJKDAYSL4HL4YY77NWPS3Z2V===="
}`,
}

// How callers prove who they are.
const (
	authAccessKey = "accessKey"
	authApp       = "oauthPassword"
	authOnSite    = "basic"
)

const defaultRegion = "na1"

// Properties configure one account. The authentication and the region decide
// which host of NICE gets the access key.
type Properties struct {
	AuthMode string `json:"authMode" label:"Authentication" help:"How NICE takes callers in: CXone by an access key, alone or together with a registered app, products on premises by user and password." enum:"accessKey,oauthPassword,basic" enumLabels:"CXone access key,CXone registered app,User and password" dest:"true"`

	Region string `json:"region" validate:"required" label:"Region" help:"Area of your CXone tenant." example:"na1" pattern:"^[a-z]{2,4}[0-9]$" hint:"letters and a digit, such as na1, eu1 or au1" dest:"true" when:"authMode=accessKey|oauthPassword"`

	AccessKeyID string `json:"accessKeyId" validate:"required,printascii" label:"Access Key ID" help:"From the Access Key tab of the user in CXone." max:"255" when:"authMode=accessKey|oauthPassword"`

	AccessKeySecret secret.Text `json:"accessKeySecret" validate:"required" label:"Access Key Secret" help:"The secret half of the access key; CXone shows it once, when the key is generated." pattern:"^[!-~]+$" hint:"printable characters without spaces" max:"255" when:"authMode=accessKey|oauthPassword"`

	ClientID string `json:"clientId" validate:"required" label:"Client ID" help:"What NICE sends when the app is registered." pattern:"^[!-9;-~]+$" hint:"printable ASCII characters without spaces and colons" max:"255" when:"authMode=oauthPassword"`

	ClientSecret secret.Text `json:"clientSecret" validate:"required" label:"Client Secret" help:"Sent together with the client ID." max:"255" when:"authMode=oauthPassword"`

	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Base address of the product's interface." example:"https://nice.acme.example/api" format:"url" dest:"true" when:"authMode=basic"`

	Username string `json:"username" validate:"required" label:"User" help:"User for whom the contact center acts." example:"contact_center" pattern:"^[^:]+$" hint:"a user name without :" max:"255" when:"authMode=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Password of that user." max:"255" when:"authMode=basic"`
}

// Normalize implements integrations.Normalizer.
func (p *Properties) Normalize() {
	if p.AuthMode == "" {
		p.AuthMode = authAccessKey
	}
	p.Region = strings.ToLower(strings.TrimSpace(p.Region))
	if p.Region == "" && p.AuthMode != authOnSite {
		p.Region = defaultRegion
	}
	p.AccessKeyID = strings.TrimSpace(p.AccessKeyID)
	for _, s := range []*secret.Text{&p.AccessKeySecret, &p.ClientSecret} {
		*s = s.TrimSpace()
	}
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	if p.AuthMode == authOnSite {
		c.Warn("/authMode", "not_testable",
			"No public source says how products on premises take callers in, so a test only looks whether the address answers.")
	}
}
