package wfm

import (
	"context"
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/filetransfer"
	"admin-api/secret"
	"admin-api/validation"
)

// Verint lists the type verint_wfm in the catalogue.
var Verint = integrations.Definition{
	Type:             "verint_wfm",
	Family:           integrations.WFM,
	Label:            "Verint WFM",
	Description:      "Sends the states of agents to Verint and delivers interval reports to it as files.",
	DocumentationURL: "https://help.brightpattern.com/5.19:Contact-center-administrator-guide/Reporting/Verint_Pre-defined_States",
	Shape:            integrations.Proposed,
	Feature:          "wfm_reports",
	Limit:            integrations.OnePerFamily,
	Notes: []string{
		"Documented are the records of the feed, for version 5.19; Verint shows how they are sent and authenticated to " +
			"its customers only, so all properties are proposed.",
		"Where there is a user name, it is sent with the password by HTTP Basic authentication.",
	},
	ProbeDoes: "It opens a connection to the host and sees whether it stays open, or reads the URL with the account's " +
		"credentials; an answer that refuses to be read counts as reached. It sends no state. If the historical feed is " +
		"switched on: " + filetransfer.Does,
	Privileges: "Those that Verint asks of who sends states. " + filetransfer.Privileges,
	Diagnoses:  append(filetransfer.Diagnoses(), closedAtOnce, recordsNotVerifiable),
	New: func() integrations.Properties {
		return &VerintProperties{Protocol: verintHTTPS, UpdateIntervalSeconds: 10}
	},
	Example: `{
	"protocol": "https",
	"url": "https://wfm.acme.com/rta",
	"username": "acme-states",
	"password": "correct horse battery staple",
	"updateIntervalSeconds": 10,
	"historicalFeed": {
		"enabled": true,
		"delivery": {
			"protocol": "ftps",
			"host": "files.acme.com",
			"tlsMode": "explicit",
			"username": "acme-wfm",
			"password": "staple battery horse correct",
			"path": "/incoming/wfm"
		}
	}
}`,
}

// How states travel to Verint.
const (
	verintHTTPS = "https"
	verintTCP   = "tcp"
)

// VerintProperties configure what one Verint gets.
type VerintProperties struct {
	Protocol string `json:"protocol" validate:"required" label:"Protocol" help:"How states are sent." enum:"https,tcp" enumLabels:"HTTPS,TCP" dest:"true"`

	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Address that takes the states." example:"https://wfm.acme.com/rta" format:"url" when:"protocol=https" dest:"true"`

	Username string `json:"username" validate:"required_with=Password" label:"User name" help:"If Verint asks for one." pattern:"^[^:]+$" hint:"a name without a colon" max:"128" when:"protocol=https"`

	Password secret.Text `json:"password" validate:"required_with=Username" label:"Password" help:"Of that user." max:"256" when:"protocol=https"`

	Host string `json:"host" validate:"required,host" label:"Host name" help:"Where the server that takes the states runs." example:"rta.acme.com" when:"protocol=tcp" dest:"true"`

	Port *int `json:"port" validate:"required" label:"Port" help:"The one that the server has for this feed." example:"6996" min:"1" max:"65535" when:"protocol=tcp" dest:"true"`

	UpdateIntervalSeconds int `json:"updateIntervalSeconds" label:"Periodic update interval" help:"How often states are sent, in seconds." min:"1" max:"3600"`

	HistoricalFeed VerintHistoricalFeed `json:"historicalFeed" label:"Historical data feed" help:"What happened, in intervals, as files."`
}

// VerintHistoricalFeed is how files are delivered.
type VerintHistoricalFeed struct {
	Enabled bool `json:"enabled" label:"Enable historical data feed" help:"Switched off, delivery ends at once; the settings stay."`

	Delivery *filetransfer.Delivery `json:"delivery" validate:"required_if=Enabled true" label:"Delivery" help:"Where the files go."`
}

// Normalize implements integrations.Normalizer.
func (p *VerintProperties) Normalize() {
	p.Host = normalizeHost(p.Host)
	p.HistoricalFeed.Delivery.Normalize()
}

// Validate implements integrations.Properties.
func (p *VerintProperties) Validate(c *validation.Context) {
	p.HistoricalFeed.Delivery.Check(c, "/historicalFeed/delivery")
}

// Probe implements integrations.Prober. A feed that fails does not keep the files
// from being tested.
func (p *VerintProperties) Probe(ctx context.Context, s *integrations.Session) error {
	var historical error
	realTime := p.reach(ctx, s)
	if p.HistoricalFeed.Enabled {
		historical = p.HistoricalFeed.Delivery.Probe(ctx, s)
	}
	return firstOf(realTime, historical)
}

func (p *VerintProperties) reach(ctx context.Context, s *integrations.Session) error {
	if p.Protocol == verintTCP {
		return reachTCP(ctx, s, p.Host, p.Port)
	}
	var header http.Header
	if p.Username != "" {
		header = integrations.Basic(p.Username, p.Password)
	}
	return reachHTTP(ctx, s, p.URL, header)
}
