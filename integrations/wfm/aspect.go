package wfm

import (
	"context"
	"net/http"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Aspect lists the type aspect_wfm in the catalogue.
var Aspect = integrations.Definition{
	Type:             "aspect_wfm",
	Family:           integrations.WFM,
	Label:            "Aspect WFM",
	Description:      "Sends the states of agents to Aspect's real-time adherence server, or to any system by HTTP POST.",
	DocumentationURL: "https://help.brightpattern.com/5.8:Contact-center-administrator-guide/CallCenterConfiguration/IntegrationAccounts/WFM",
	Shape:            integrations.Proposed,
	Feature:          "wfm_reports",
	Limit:            integrations.OnePerFamily,
	Notes: []string{
		"Protocol, host, port, interval and the existence of record field sizes are documented; the names and defaults of " +
			"the sizes, and everything about HTTP POST, are not published and proposed.",
		"Aspect's server must have its Universal interface set up, with its box Unicode ticked.",
	},
	ProbeDoes: "Over TCP it opens a connection and sees whether it stays open; it sends no record, which would be taken " +
		"for an agent's state. Over HTTP it reads the address with the account's credentials; an answer that refuses to be " +
		"read counts as reached.",
	Privileges: "None over TCP. Over HTTP those that the receiving system asks of who sends states.",
	Diagnoses:  []integrations.Diagnosis{closedAtOnce, recordsNotVerifiable},
	New: func() integrations.Properties {
		return &AspectProperties{PeriodicUpdateIntervalSeconds: 10, Protocol: protocolTCP}
	},
	Example: `{
	"periodicUpdateIntervalSeconds": 10,
	"protocol": "tcpAspect",
	"host": "rta.acme.com",
	"port": 6996,
	"recordFieldSizes": {"agentId": 10, "extension": 6}
}`,
}

// How states travel.
const (
	protocolTCP  = "tcpAspect"
	protocolHTTP = "httpPost"
)

// How requests authenticate.
const (
	authNone   = "none"
	authBasic  = "basic"
	authBearer = "bearer"
	authHeader = "header"
)

// defaultHeader carries a token where no other header is named.
const defaultHeader = "X-Api-Key"

// AspectProperties configure the feed of agent states to one Aspect server, or to
// one system that takes them by HTTP.
type AspectProperties struct {
	PeriodicUpdateIntervalSeconds int `json:"periodicUpdateIntervalSeconds" label:"Periodic update interval" help:"How often states are sent, in seconds." min:"1" max:"3600"`

	Protocol string `json:"protocol" validate:"required" label:"Protocol" help:"How states are sent." enum:"tcpAspect,httpPost" enumLabels:"TCP (Aspect WFM),HTTP POST" dest:"true"`

	Host string `json:"host" validate:"required,host" label:"Host name" help:"Where Aspect's real-time adherence server runs." example:"rta.acme.com" when:"protocol=tcpAspect" dest:"true"`

	Port *int `json:"port" validate:"required" label:"Port" help:"The one that the server was given for this feed." example:"6996" min:"1" max:"65535" when:"protocol=tcpAspect" dest:"true"`

	RecordFieldSizes RecordFieldSizes `json:"recordFieldSizes" label:"Record field sizes" help:"How long the fields of a record are, in characters. Left out: as Aspect has them; change them there, too." when:"protocol=tcpAspect"`

	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Address that takes the states." example:"https://wfm.acme.com/states" format:"url" when:"protocol=httpPost" dest:"true"`

	AuthMethod string `json:"authMethod" label:"Authentication" help:"How requests authenticate. Left out: not at all." enum:"none,basic,bearer,header" enumLabels:"None,User name and password,Bearer token,Token in a header" when:"protocol=httpPost" dest:"true"`

	Username string `json:"username" validate:"required" label:"User name" pattern:"^[^:]+$" hint:"a name without a colon" max:"256" when:"authMethod=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" max:"256" when:"authMethod=basic"`

	Token secret.Text `json:"token" validate:"required" label:"Token" help:"Of the receiving system." pattern:"^[!-~]+$" hint:"printable characters without spaces" max:"4096" when:"authMethod=bearer|header"`

	HeaderName string `json:"headerName" validate:"omitempty,header_name" label:"Header name" help:"The header that carries the token. Left out: X-Api-Key." example:"X-Api-Key" max:"64" when:"authMethod=header" dest:"true"`
}

// RecordFieldSizes say how long the fields of a record are; nil for as long as
// Aspect has them.
type RecordFieldSizes struct {
	AgentID     *int `json:"agentId" label:"Agent ID" example:"10" min:"1" max:"255"`
	Extension   *int `json:"extension" label:"Extension" example:"6" min:"1" max:"255"`
	StateCode   *int `json:"stateCode" label:"State code" min:"1" max:"255"`
	ReasonCode  *int `json:"reasonCode" label:"Reason code" min:"1" max:"255"`
	Group       *int `json:"group" label:"Group" min:"1" max:"255"`
	TimeInState *int `json:"timeInState" label:"Time in state" min:"1" max:"255"`
}

// Normalize implements integrations.Normalizer.
func (p *AspectProperties) Normalize() {
	p.Host = normalizeHost(p.Host)
	if p.Protocol == protocolHTTP && p.AuthMethod == "" {
		p.AuthMethod = authNone
	}
	if p.Protocol == protocolHTTP && p.AuthMethod == authHeader && p.HeaderName == "" {
		p.HeaderName = defaultHeader
	}
}

// Validate implements integrations.Properties.
func (p *AspectProperties) Validate(c *validation.Context) {
	if p.Protocol == protocolHTTP && p.AuthMethod == authNone {
		c.Warn("/authMethod", "no_credentials",
			"Anybody who knows the address could send states; let the receiving system ask for credentials.")
	}
}

// Probe implements integrations.Prober.
func (p *AspectProperties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.Protocol == protocolHTTP {
		return reachHTTP(ctx, s, p.URL, p.header())
	}
	return reachTCP(ctx, s, p.Host, p.Port)
}

func (p *AspectProperties) header() http.Header {
	switch p.AuthMethod {
	case authBasic:
		return integrations.Basic(p.Username, p.Password)
	case authBearer:
		return integrations.Bearer(p.Token)
	case authHeader:
		return http.Header{http.CanonicalHeaderKey(p.HeaderName): {p.Token.Reveal()}}
	}
	return nil
}
