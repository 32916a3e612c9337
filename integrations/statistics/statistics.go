// Package statistics describes the type statistics_data_receiver: a system of
// the customer's own, such as a wallboard, to which real-time statistics are
// posted.
//
// It judges what an administrator enters and can test it without posting
// anything. It knows no statistic.
package statistics

import (
	"strconv"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists the receiver in the catalogue.
var Definition = integrations.Definition{
	Type:             "statistics_data_receiver",
	Family:           integrations.StatisticsDataReceiver,
	Label:            "Statistics Data Receiver",
	Description:      "Real-time statistics, posted to a system of your own such as a wallboard.",
	DocumentationURL: "https://documenter.getpostman.com/view/6735878/T1DwbtSk",
	Shape:            integrations.Proposed,
	Notes: []string{
		"Only the name of this type is documented; all properties are proposed.",
		"The linked documentation describes the same statistics for callers that fetch them, not for receivers.",
		"Names of statistics and services are not checked against the contact center.",
		"A test posts nothing, because a receiver may keep whatever it is sent; so it cannot tell whether posts are taken.",
	},
	ProbeDoes: "It asks for the head of the URL (HEAD), as nobody and, where nobody is refused, with the credentials, " +
		"signed as statistics are. It posts nothing.",
	Privileges: "Whatever the receiver asks of callers that post statistics.",
	Diagnoses:  []integrations.Diagnosis{postRefused, nothingToRead, notVerifiable},
	New: func() integrations.Properties {
		return &Properties{UpdateIntervalSeconds: 10, AuthMethod: authNone, HeaderName: "X-Api-Key"}
	},
	Example: `{
	"url": "https://wallboard.acme.com/statistics",
	"updateIntervalSeconds": 10,
	"authMethod": "bearer",
	"token": "made-up-token-of-the-wallboard",
	"statistics": ["calls_waiting", "service_level"],
	"serviceIds": ["0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60"],
	"hmacSecret": "made-up-secret-for-signatures"
}`,
}

// How posts authenticate.
const (
	authNone   = "none"
	authBasic  = "basic"
	authBearer = "bearer"
	authHeader = "header"
)

// Properties configure one receiver.
type Properties struct {
	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Where statistics are posted." example:"https://wallboard.acme.com/statistics" format:"url" dest:"true"`

	UpdateIntervalSeconds int `json:"updateIntervalSeconds" label:"Update interval" help:"Seconds between two posts." example:"10" min:"5" max:"3600"`

	AuthMethod string `json:"authMethod" validate:"required" label:"Authentication" help:"How the contact center proves to the receiver who it is." enum:"none,basic,bearer,header" enumLabels:"None,User name and password,Bearer token,Token in a header" dest:"true"`

	Username string `json:"username" validate:"required" label:"Username" help:"What the receiver knows the contact center by." pattern:"^[^:]+$" hint:"no colon, which HTTP Basic authentication cannot carry" max:"256" when:"authMethod=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Belongs to the username." max:"256" when:"authMethod=basic"`

	HeaderName string `json:"headerName" validate:"required,header_name" label:"Header name" help:"The header that carries the token." example:"X-Api-Key" max:"100" dest:"true" when:"authMethod=header"`

	Token secret.Text `json:"token" validate:"required" label:"Token" help:"Issued by the receiver." pattern:"^[!-~]+$" hint:"printable ASCII characters without spaces" max:"4096" when:"authMethod=bearer|header"`

	Statistics []string `json:"statistics" validate:"unique,dive,required" label:"Statistics" help:"Names of the statistics to send; none means all." pattern:"^[!-~](?:[ -~]{0,126}[!-~])?$" hint:"up to 128 printable ASCII characters" max:"200"`

	ServiceIDs []string `json:"serviceIds" validate:"unique,dive,uuid" label:"Services" help:"Identifiers of the services to report on; none means all." max:"500"`

	TeamIDs []string `json:"teamIds" validate:"unique,dive,uuid" label:"Teams" help:"Identifiers of the teams to report on; none means all." max:"500"`

	HMACSecret secret.Text `json:"hmacSecret" label:"Signing secret" help:"Signs every post, so that the receiver can tell it from a forged one." min:"16" max:"256"`
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.checkHeader(c)
	p.checkTeams(c)
	if p.AuthMethod == authNone && !p.HMACSecret.IsSet() {
		c.Warn("/authMethod", "unauthenticated",
			"The receiver cannot tell the contact center from anybody else; choose an authentication or set a signing secret.")
	}
}

func (p *Properties) checkHeader(c *validation.Context) {
	const pointer = "/headerName"
	taken := strings.EqualFold(p.HeaderName, timestampHeader) || strings.EqualFold(p.HeaderName, signatureHeader)
	if taken && !c.Broken(pointer) {
		c.Violate(pointer, "header_taken", "Is the name of a header of the signature; choose another one.")
	}
}

func (p *Properties) checkTeams(c *validation.Context) {
	if c.Directory == nil {
		return
	}
	for i, id := range p.TeamIDs {
		if pointer := "/teamIds/" + strconv.Itoa(i); !c.Broken(pointer) && !c.Directory.TeamExists(id) {
			c.Timely(pointer, "team_unknown", "No team of this contact center has this id, or the team is disabled.")
		}
	}
}
