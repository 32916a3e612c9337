// Package scimaccount describes the type scim: what the contact center needs to
// be provisioned with users by an identity provider over SCIM 2.0 (RFC 7644).
//
// It holds only the account. Serving SCIM is no part of it, and callers bring
// credentials of their own.
package scimaccount

import (
	"strings"

	"admin-api/integrations"
	"admin-api/validation"
)

// Definition lists SCIM in the catalogue.
var Definition = integrations.Definition{
	Type:   "scim",
	Family: integrations.SCIM,
	Label:  "SCIM",
	Description: "Lets an identity provider create, change and disable users. " +
		"Without this account no user can be created over SCIM.",
	DocumentationURL: "https://www.rfc-editor.org/rfc/rfc7644",
	Shape:            integrations.Documented,
	Limit:            integrations.OnePerType,
	Notes: []string{
		"The account holds no credential: the identity provider uses an API token with the scope scim, or the token of the " +
			"client-credentials call for a user who has the privilege scim.",
		"Every user that is created over SCIM gets the default team. Groups are the teams: adding a member moves the user " +
			"there, removing moves the user to the default team. The documented service keeps groups read-only.",
		"The guide to SCIM says what is entered at the identity provider, and which roles a token may give.",
	},
	NoProbe: "The identity provider calls this contact center, never the other way round, so there is nothing to dial. " +
		"Use the provider's own connection test with the base URL and a token.",
	New:      func() integrations.Properties { return new(Properties) },
	Computed: computed,
	Example:  `{"defaultTeamId": "01980000-0000-7000-8000-000000000001"}`,
}

// Properties configure provisioning over SCIM. Nothing in them is secret.
type Properties struct {
	DefaultTeamID string `json:"defaultTeamId" validate:"required,no_space" label:"Default team" help:"The team of every user that is created over SCIM, and of who leaves another team there." max:"64" ref:"team"`
}

// Normalize implements integrations.Normalizer.
func (p *Properties) Normalize() { p.DefaultTeamID = strings.TrimSpace(p.DefaultTeamID) }

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	const pointer = "/defaultTeamId"
	if p.DefaultTeamID == "" || c.Directory == nil || c.Broken(pointer) || c.Directory.TeamExists(p.DefaultTeamID) {
		return
	}
	c.Timely(pointer, "team_unknown", "No team of this contact center has this id, or the team is disabled.")
}

func computed(c integrations.Center) []integrations.Computed {
	return []integrations.Computed{
		{Name: "scimBaseUrl", Label: "SCIM base URL", Value: c.Origin + "/scim/v2"},
		{Name: "tokenUrl", Label: "Token URL", Value: c.Origin + "/configapi/v2/oauth/token"},
	}
}
