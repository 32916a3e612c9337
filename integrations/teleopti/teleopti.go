// Package teleopti describes the types of the family Teleopti WFM. There is one,
// teleopti_wfm: Teleopti, today Calabrio WFM, which is told the states of agents
// as they change.
//
// It judges what an administrator enters and can test it against Teleopti. It
// sends no state.
package teleopti

import (
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists Teleopti WFM in the catalogue.
var Definition = integrations.Definition{
	Type:             "teleopti_wfm",
	Family:           integrations.TeleoptiWFM,
	Label:            "Teleopti WFM",
	Description:      "Sends the states of agents to Teleopti, which compares them with the schedule.",
	DocumentationURL: "https://github.com/Teleopti/RTASend-Curl",
	Shape:            integrations.Proposed,
	Notes: []string{
		"Teleopti became part of Calabrio; its addresses and its feed are still called Teleopti.",
		"Interval, URL, source ID and key are documented; the interface and the platform ID follow Teleopti's own examples.",
		"Every 15 minutes the states of all agents are sent, between them only those that changed.",
	},
	ProbeDoes: "It sends an empty batch of states, which Teleopti checks the key of and then forgets; it never sends a " +
		"snapshot, because that would sign agents out. Teleopti does not look at the source ID then. Of the SOAP " +
		"interface it only reads the description, which proves the address and nothing else.",
	Privileges: "The key alone decides; Teleopti's administrator gives it to the contact center.",
	Diagnoses:  []integrations.Diagnosis{defaultKeyRefused, sourceUnknown, keyNotVerifiable},
	New: func() integrations.Properties {
		return &Properties{PeriodicUpdateIntervalSeconds: 10}
	},
	Example: `{
	"periodicUpdateIntervalSeconds": 10,
	"url": "https://wfm.acme.com/TeleoptiWFM/Web/Rta/State/Batch",
	"sourceId": "1",
	"authKey": "made-up-key-of-teleopti"
}`,
}

// Teleopti's two interfaces for states.
const (
	protocolJSON = "json"
	protocolSOAP = "soap"
)

// zeroPlatform is the platform of installations that do not tell platforms apart.
const zeroPlatform = "00000000-0000-0000-0000-000000000000"

// Properties configure the feed of agent states to one Teleopti. The source ID is
// no destination: it says whose states they are.
type Properties struct {
	PeriodicUpdateIntervalSeconds int `json:"periodicUpdateIntervalSeconds" label:"Periodic update interval" help:"How often changed states are sent, in seconds; all states are sent every 15 minutes anyway." min:"1" max:"899"`

	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Address of the feed, from Teleopti's administrator." example:"https://wfm.acme.com/TeleoptiWFM/Web/Rta/State/Batch" format:"url" dest:"true"`

	SourceID string `json:"sourceId" validate:"required" label:"Source ID" help:"By it Teleopti knows this contact center; from Teleopti's administrator." example:"1" max:"50"`

	AuthKey secret.Text `json:"authKey" validate:"required" label:"Auth key" help:"The authentication key, from Teleopti's administrator." max:"200"`

	Protocol string `json:"protocol" label:"Interface" help:"Which of Teleopti's interfaces the URL leads to. Left out: SOAP if the URL ends with .svc, else JSON." enum:"json,soap" enumLabels:"JSON,SOAP" dest:"true"`

	PlatformTypeID string `json:"platformTypeId" validate:"uuid" label:"Platform type ID" help:"A member of SOAP calls, from Teleopti's administrator. Left out: all zeros." example:"00000000-0000-0000-0000-000000000000" when:"protocol=soap"`
}

// Normalize implements integrations.Normalizer: it drops ?wsdl, which people copy
// along, and tells the interface by the URL.
func (p *Properties) Normalize() {
	if at := len(p.URL) - len("?wsdl"); at > 0 && strings.EqualFold(p.URL[at:], "?wsdl") {
		p.URL = p.URL[:at]
	}
	if p.Protocol == "" {
		p.Protocol = protocolJSON
		if hasSuffixFold(pathOf(p.URL), ".svc") {
			p.Protocol = protocolSOAP
		}
	}
	if p.Protocol == protocolSOAP && p.PlatformTypeID == "" {
		p.PlatformTypeID = zeroPlatform
	}
	p.AuthKey = p.AuthKey.TrimSpace()
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	const pointer = "/url"
	if p.URL == "" || c.Broken(pointer) {
		return
	}
	path := pathOf(p.URL)
	switch {
	case p.Protocol == protocolJSON && !hasSuffixFold(path, "/rta/state/batch"):
		c.Warn(pointer, "unusual_path", "Does not end with /Rta/State/Batch, as the JSON interface's address usually does.")
	case p.Protocol == protocolSOAP && !hasSuffixFold(path, "/teleoptirtaservice.svc"):
		c.Warn(pointer, "unusual_path",
			"Does not end with /TeleoptiRtaService.svc, as the SOAP interface's address usually does.")
	}
}
