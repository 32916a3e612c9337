// Package zapier describes the type zapier: the name and password with which
// Zapier signs in to the contact center when a Zap talks to a workflow.
//
// It judges what an administrator enters and knows the address to enter at
// Zapier. It neither calls Zapier nor answers its calls. Zapier's side is
// described at https://docs.zapier.com/integrations/build/basicauth
package zapier

import (
	"net/url"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists Zapier in the catalogue.
var Definition = integrations.Definition{
	Type:             "zapier",
	Family:           integrations.Zapier,
	Label:            "Zapier",
	Description:      "The sign-in with which Zaps use the workflows of this contact center.",
	DocumentationURL: "https://docs.zapier.com/integrations/build/basicauth",
	Shape:            integrations.Documented,
	Notes: []string{
		"Zapier calls the contact center with these credentials by HTTP Basic authentication; no other method is documented.",
		"Username and password are named by the documented Zapier guide; their lengths are proposed.",
		"Give each account a username of its own: Zapier shows accounts as separate connections by their credentials.",
	},
	NoProbe: "Zapier calls this contact center, never the other way round, so there is nothing to dial. " +
		"Run Test Authentication in Zapier with this username and password.",
	New:      func() integrations.Properties { return new(Properties) },
	Computed: computed,
	Example:  `{"username": "zapier-production", "password": "made-up-Pass-phrase-of-Zapier"}`,
}

// Properties configure one sign-in of Zapier. No property is a destination: the
// password is presented to the contact center and sent nowhere.
type Properties struct {
	Username string `json:"username" validate:"required" label:"Username" help:"The name that Zapier presents." example:"zapier-production" pattern:"^[!-9;-~]+$" hint:"printable ASCII characters without spaces and colons" min:"3" max:"128"`

	Password secret.Text `json:"password" label:"Password" help:"What Zapier presents with the name; made here unless you enter one." pattern:"^[ -~]+$" hint:"printable ASCII characters" min:"12" max:"128" generated:"true"`
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	if p.Password.IsSet() && !p.Password.IsKept() && p.Password.Equal(secret.New(p.Username)) && !c.Broken("/password") {
		c.Violate("/password", "password_is_username", "Must not be the same as the username.")
	}
}

// computed is what Zapier's form for authentication asks for.
func computed(c integrations.Center) []integrations.Computed {
	trigger := url.URL{
		Scheme: "https", Host: c.Domain, Path: "/clientweb/api/v1/workflow-trigger",
		RawQuery: url.Values{"tenantUrl": {c.Domain}}.Encode(),
	}
	return []integrations.Computed{{Name: "workflowTriggerUrl", Label: "Workflow trigger URL", Value: trigger.String()}}
}
