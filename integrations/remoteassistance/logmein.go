// Package remoteassistance describes the types of the family Remote Assistance.
// There is one, logmein: LogMeIn Rescue, with which agents look at a customer's
// screen.
//
// It judges what an administrator enters and can test it against Rescue. It
// requests no PIN code and starts no session.
package remoteassistance

import (
	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists LogMeIn Rescue in the catalogue.
var Definition = integrations.Definition{
	Type:             "logmein",
	Family:           integrations.RemoteAssistance,
	Label:            "LogMeIn",
	Description:      "Remote assistance from Agent Desktop with LogMeIn Rescue.",
	DocumentationURL: "https://secure.logmeinrescue.com/welcome/webhelp/EN/RescueAPI/API/API_Rescue_tutorial_authentication.html",
	Shape:            integrations.Proposed,
	Feature:          "logmein_rescue",
	Notes: []string{
		"The contact center's documentation says whose credentials are needed; the data center is our addition.",
		"Rescue ends a session after 20 idle minutes and counts sign-ins of all programs together.",
	},
	ProbeDoes: "Signs in to the Rescue API and reads whose account that is. It asks for no authentication code, " +
		"which would end the one in use.",
	Privileges: "The master administrator of the Rescue account, without a technician's seat.",
	Diagnoses:  []integrations.Diagnosis{userInactive, ipRestricted, sessionLost, notAdministrator, alsoTechnician},
	// Rescue refuses an eleventh sign-in within three minutes, and ours are not
	// the only ones.
	ProbesPerMinute: 3,
	New:             func() integrations.Properties { return &Properties{DataCenter: dataCenterUS} },
	Example: `{
	"username": "rescue-master@acme.com",
	"password": "correct horse battery staple",
	"dataCenter": "us"
}`,
}

// Where a Rescue account can live.
const (
	dataCenterUS = "us"
	dataCenterEU = "eu"
)

// Properties configure one LogMeIn Rescue account: who signs in to its API, and
// where.
type Properties struct {
	Username string `json:"username" validate:"required,email" label:"User name" help:"E-mail address of the Rescue master administrator, who must not be a technician as well." example:"rescue-master@acme.com" format:"email" max:"254"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Password of that administrator." max:"128"`

	DataCenter string `json:"dataCenter" label:"Data center" help:"Where the Rescue account lives." enum:"us,eu" enumLabels:"United States,European Union" dest:"true"`
}

// Normalize implements integrations.Normalizer: without a data center it means
// the United States.
func (p *Properties) Normalize() {
	if p.DataCenter == "" {
		p.DataCenter = dataCenterUS
	}
}

// Validate implements integrations.Properties. The tags say it all.
func (*Properties) Validate(*validation.Context) {}
