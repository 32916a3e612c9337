// Package scimaccount describes the type scim: what the contact center needs to
// be provisioned with users by an identity provider over SCIM 2.0 (RFC 7644).
//
// It holds only the account. Serving SCIM is no part of it, and the callers'
// credentials are those of users, not of this account.
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
		"The account holds no credential: the identity provider signs in with the user name and API secret of a user " +
			"who has the privileges Manage users and Manage all teams.",
		"Every user that is created over SCIM gets the default team; the documented service keeps groups read-only.",
		"The documented service lets a user's name be changed only where the service provider permits it.",
	},
	NoProbe: "The identity provider calls this contact center, never the other way round, so there is nothing to dial. " +
		"Use the provider's own connection test with the addresses and a user's API secret.",
	New:      func() integrations.Properties { return new(Properties) },
	Computed: computed,
	Example:  `{"defaultTeamId": "01980000-0000-7000-8000-000000000001"}`,
}

// Properties configure provisioning over SCIM. Nothing in them is secret.
type Properties struct {
	DefaultTeamID string `json:"defaultTeamId" validate:"required,no_space" label:"Default team" help:"The team of every user that is created over SCIM." max:"64" ref:"team"`
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

func computed(domain string) []integrations.Computed {
	return []integrations.Computed{
		{Name: "scimBaseUrl", Label: "SCIM base URL", Value: "https://" + domain + "/scim/v2"},
		{Name: "tokenUrl", Label: "Token URL", Value: "https://" + domain + "/configapi/v2/oauth/token"},
	}
}
