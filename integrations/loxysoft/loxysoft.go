// Package loxysoft describes the types of the family Loxysoft WFM. There is one,
// loxysoft_wfm: Loxysoft's workforce management, which is told the states of
// agents as they change.
//
// It judges what an administrator enters and can test whether the address
// answers. It sends no state.
package loxysoft

import (
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists Loxysoft WFM in the catalogue.
var Definition = integrations.Definition{
	Type:             "loxysoft_wfm",
	Family:           integrations.LoxysoftWFM,
	Label:            "Loxysoft WFM",
	Description:      "Sends the states of agents to Loxysoft, which compares them with the schedule.",
	DocumentationURL: "https://help.brightpattern.com/5.2:Contact-center-administrator-guide/IntegrationAccounts",
	Shape:            integrations.Proposed,
	Limit:            integrations.OnePerFamily,
	Notes: []string{
		"No public source describes Loxysoft's interface or this type's properties; all of them are proposed after " +
			"similar systems, and Loxysoft's own instructions prevail.",
	},
	ProbeDoes: "It reads the address, without credentials: how Loxysoft takes them is not published. Any answer but an " +
		"error of the server proves that a system is there, and nothing more.",
	Privileges: "None.",
	Diagnoses:  []integrations.Diagnosis{credentialsNotVerifiable, addressNotConfirmed},
	New:        func() integrations.Properties { return &Properties{UpdateIntervalSeconds: 5} },
	Example: `{
	"url": "https://wfm.acme.com/rta/states",
	"username": "acme-states",
	"password": "correct horse battery staple",
	"siteId": "acme-1",
	"updateIntervalSeconds": 5,
	"timeZone": "Europe/Stockholm"
}`,
}

// Properties configure the feed of agent states to one Loxysoft. The site is no
// destination: it says whose states they are.
type Properties struct {
	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Address that takes the states of agents, from Loxysoft." example:"https://wfm.acme.com/rta/states" format:"url" pattern:"^[^?]*$" hint:"an address without a question mark and what follows it" dest:"true"`

	Username string `json:"username" validate:"required_with=Password" label:"User name" help:"Together with a password, unless there is an API key." max:"128"`

	Password secret.Text `json:"password" validate:"required_with=Username" label:"Password" help:"Of that user." max:"256"`

	APIKey secret.Text `json:"apiKey" validate:"excluded_with=Username Password" label:"API key" help:"In place of user name and password." max:"512"`

	SiteID string `json:"siteId" label:"Site ID" help:"By it Loxysoft knows this contact center." example:"acme-1" pattern:"^[A-Za-z0-9_.-]{1,64}$" hint:"up to 64 letters, digits, _ . and -"`

	UpdateIntervalSeconds int `json:"updateIntervalSeconds" label:"Periodic update interval" help:"How often states are sent, in seconds." min:"1" max:"3600"`

	TimeZone string `json:"timeZone" validate:"timezone" label:"Time zone" help:"Of the times that are sent. Left out: the contact center's." example:"Europe/Stockholm" max:"64"`
}

// Normalize implements integrations.Normalizer: it drops white space around what
// was pasted.
func (p *Properties) Normalize() {
	for _, s := range []*secret.Text{&p.Password, &p.APIKey} {
		if s.IsSet() && !s.IsKept() {
			*s = secret.New(strings.Trim(s.Reveal(), "\r\n"))
		}
	}
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	if p.Username == "" && !p.Password.IsSet() && !p.APIKey.IsSet() {
		c.Warn("/username", "no_credentials",
			"Neither a user nor an API key is set, so anybody who knows the address could send states; ask Loxysoft for one.")
	}
}
