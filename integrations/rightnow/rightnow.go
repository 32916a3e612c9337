// Package rightnow describes the type rightnow: one site of RightNow, which
// became Oracle Service Cloud and is Oracle B2C Service today, for its records in
// scenarios.
//
// It judges what an administrator enters and can test it against the site. Facts
// about the interface come from
// https://docs.oracle.com/en/cloud/saas/b2c-service/cxsvc/index.html
package rightnow

import (
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists RightNow in the catalogue.
var Definition = integrations.Definition{
	Type:             "rightnow",
	Family:           integrations.RightNow,
	Label:            "RightNow",
	Description:      "Records of RightNow (Oracle B2C Service) in scenarios.",
	DocumentationURL: "https://docs.oracle.com/en/cloud/saas/b2c-service/cxsvc/index.html",
	Shape:            integrations.Documented,
	HasDefault:       true,
	Notes: []string{
		"RightNow has become Oracle Service Cloud and then Oracle B2C Service; one type serves all three.",
		"A test uses the REST interface of version 1.4; sites that offer only the older SOAP interface cannot be tested.",
		"The add-in on Oracle's side has credentials of its own, which do not belong here.",
	},
	ProbeDoes: "Signs in as the staff account and lists one staff account over REST.",
	Privileges: "The profile of the staff account must allow the public API. " +
		"Where it may not read staff accounts, the test says so and passes.",
	Diagnoses: []integrations.Diagnosis{siteRefused, apiDisabled, versionUnsupported, accountsUnreadable},
	New:       func() integrations.Properties { return new(Properties) },
	Example: `{
	"url": "https://acme.custhelp.com",
	"username": "contact_center",
	"password": "correct horse battery staple"
}`,
}

// Properties configure one site and the staff account for whom the contact
// center acts there.
type Properties struct {
	URL string `json:"url" validate:"required,https_origin" label:"URL" help:"Address of the site's interface; a page of it will do as well." example:"https://acme.custhelp.com" format:"url" dest:"true"`

	Username string `json:"username" validate:"required" label:"Username" help:"User name of the staff account." example:"contact_center" pattern:"^[^:]+$" hint:"a user name without :" max:"255"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Password of that staff account." max:"255"`
}

// Normalize implements integrations.Normalizer: it cuts a pasted page of a site
// back to its origin.
func (p *Properties) Normalize() { p.URL = normalizeURL(strings.TrimSpace(p.URL)) }

// normalizeURL returns what cannot be read, or carries user-info, as it is.
func normalizeURL(s string) string {
	full := s
	if !strings.Contains(s, "://") {
		full = "https://" + s
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
		return s
	}
	origin := strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if oracles(u.Hostname()) || u.RequestURI() == "/" && u.Fragment == "" {
		return origin
	}
	return full
}

// oracles reports whether the host is below a domain of Oracle's for sites.
func oracles(host string) bool {
	host = strings.ToLower(host)
	return strings.HasSuffix(host, ".custhelp.com") || strings.HasSuffix(host, ".rightnowdemo.com")
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	u, err := url.Parse(p.URL)
	if p.URL != "" && err == nil && !c.Broken("/url") && !oracles(u.Hostname()) {
		c.Warn("/url", "unusual_host", "Is not below custhelp.com; check that it leads to your RightNow site.")
	}
}
