// Package servicenow describes the type servicenow: one ServiceNow instance, for
// its records in scenarios and for Agent Desktop inside ServiceNow.
//
// It judges what an administrator enters and can test it against the instance.
// Facts about the interface come from
// https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html
package servicenow

import (
	"net/url"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists ServiceNow in the catalogue.
var Definition = integrations.Definition{
	Type:             "servicenow",
	Family:           integrations.ServiceNow,
	Label:            "ServiceNow",
	Description:      "ServiceNow records in scenarios, and Agent Desktop inside ServiceNow.",
	DocumentationURL: "https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html",
	Shape:            integrations.Proposed,
	HasDefault:       true,
	Notes: []string{
		"The public documentation of the contact center names the type, not its properties; these follow ServiceNow's own.",
		"Instances may refuse passwords (Basic) to users who may also sign in to pages; use OAuth, or a user for programs.",
	},
	ProbeDoes: "Signs in as the user, with the password or with an OAuth token got for it, and reads its own record. " +
		"For OAuth, ServiceNow answers with the token that is current, so tokens in use stay good.",
	Privileges: "The user needs a role that may use the REST API, and read access to the tables that scenarios use.",
	Diagnoses:  diagnoses(),
	New:        func() integrations.Properties { return &Properties{AuthMode: authBasic} },
	Example: `{
	"url": "https://acme.service-now.com",
	"authMode": "oauthPassword",
	"username": "contact.center",
	"password": "correct horse battery staple",
	"clientId": "be3aeb583ace210011c15b24a43e25d8",
	"clientSecret": "example-of-a-client-secret"
}`,
}

// How requests authenticate.
const (
	authBasic = "basic"
	authOAuth = "oauthPassword"
)

// Properties configure one ServiceNow instance.
type Properties struct {
	URL string `json:"url" validate:"required,https_origin" label:"URL" help:"Address of the instance; its name alone or a page of it will do as well." example:"https://acme.service-now.com" format:"url" dest:"true"`

	AuthMode string `json:"authMode" label:"Authentication" help:"How requests authenticate: with the user's password, or with an OAuth token that is got for it." enum:"basic,oauthPassword" enumLabels:"User and password,OAuth token" dest:"true"`

	Username string `json:"username" validate:"required" label:"User" help:"User ID of the user for whom the contact center acts." example:"contact.center" pattern:"^[^:^]+$" hint:"a user ID without : and ^" max:"255"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Password of that user." max:"255"`

	ClientID string `json:"clientId" validate:"required,no_space" label:"Client ID" help:"From the entry for the contact center under System OAuth, Application Registry." example:"be3aeb583ace210011c15b24a43e25d8" max:"255" when:"authMode=oauthPassword"`

	ClientSecret secret.Text `json:"clientSecret" validate:"required" label:"Client secret" help:"From the same entry." max:"255" when:"authMode=oauthPassword"`
}

var (
	instanceName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	instanceURL  = regexp.MustCompile(`^https://[a-z0-9-]+\.(?:service-now\.com|servicenowservices\.com)$`)
)

// Normalize implements integrations.Normalizer: it expands the name of an
// instance and cuts a pasted page of one back to its site.
func (p *Properties) Normalize() {
	p.URL = normalizeURL(strings.TrimSpace(p.URL))
	if p.AuthMode == "" {
		p.AuthMode = authBasic
	}
}

// normalizeURL returns what cannot be read, or carries user-info, as it is.
func normalizeURL(s string) string {
	if instanceName.MatchString(s) {
		return "https://" + strings.ToLower(s) + ".service-now.com"
	}
	full := s
	if !strings.Contains(s, "://") {
		full = "https://" + s
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
		return s
	}
	origin := strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if instanceURL.MatchString(origin) || u.RequestURI() == "/" && u.Fragment == "" {
		return origin
	}
	return full
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	if p.URL != "" && !c.Broken("/url") && !instanceURL.MatchString(p.URL) {
		c.Warn("/url", "unusual_host",
			"Has not the form https://INSTANCE.service-now.com; check that it leads to your ServiceNow.")
	}
}
