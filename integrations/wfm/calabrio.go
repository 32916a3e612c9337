package wfm

import (
	"context"

	"admin-api/integrations"
	"admin-api/integrations/platform/filetransfer"
	"admin-api/validation"
)

// Calabrio lists the type calabrio_wfm in the catalogue.
var Calabrio = integrations.Definition{
	Type:             "calabrio_wfm",
	Family:           integrations.WFM,
	Label:            "Calabrio WFM",
	Description:      "Delivers interval reports to Calabrio as files and sends it the states of agents.",
	DocumentationURL: "https://help.calabrio.com/doc/Content/data-import-ref/file-based-sync-functionality.htm",
	Shape:            integrations.Proposed,
	Feature:          "wfm_reports",
	Limit:            integrations.OnePerFamily,
	Notes: []string{
		"Time zone, report services and the delay of the historical feed are documented for version 5.19; where files are " +
			"delivered to, and the whole real-time feed, are proposed after common systems.",
		"The documentation gives the longest delay once as 2880 and once as 2800 minutes; 2880, two days, is taken.",
	},
	ProbeDoes: "It tests the feeds that are switched on. For the historical one: " + filetransfer.Does +
		" For the real-time one it opens a connection and sees whether it stays open; it sends no state.",
	Privileges: filetransfer.Privileges,
	Diagnoses:  append(filetransfer.Diagnoses(), closedAtOnce, recordsNotVerifiable, nothingEnabled),
	New:        newCalabrio,
	Example: `{
	"timeZone": "America/New_York",
	"reportServices": ["inboundVoice", "chat"],
	"historicalFeed": {
		"enabled": true,
		"sendForecastDataAfterMinutes": 30,
		"delivery": {
			"protocol": "sftp",
			"host": "files.acme.com",
			"username": "acme-wfm",
			"password": "correct horse battery staple",
			"hostKeyFingerprint": "SHA256:Vq2xJ3u0Tt1rVmC7cX5bYw8eKzQhN4sLd6fGgPaRo9I",
			"path": "/incoming/wfm"
		}
	},
	"realTimeFeed": {"enabled": true, "host": "rta.acme.com", "port": 6996, "updateIntervalSeconds": 10}
}`,
}

func newCalabrio() integrations.Properties {
	return &CalabrioProperties{
		ReportServices: []string{"inboundVoice", "outboundVoice", "chat", "email"},
		HistoricalFeed: CalabrioHistoricalFeed{SendForecastDataAfterMinutes: 30},
		RealTimeFeed:   CalabrioRealTimeFeed{UpdateIntervalSeconds: 10},
	}
}

// CalabrioProperties configure what one Calabrio gets.
type CalabrioProperties struct {
	TimeZone string `json:"timeZone" validate:"required,timezone" label:"Time zone" help:"Of all times that are sent; usually the contact center's." example:"America/New_York" max:"64"`

	ReportServices []string `json:"reportServices" validate:"required,unique" label:"Report services" help:"The kinds of services that are reported. Left out: all." enum:"inboundVoice,outboundVoice,chat,email" enumLabels:"Inbound Voice,Outbound Voice,Chat,Email"`

	HistoricalFeed CalabrioHistoricalFeed `json:"historicalFeed" label:"Historical data feed" help:"What happened, in intervals, as files."`

	RealTimeFeed CalabrioRealTimeFeed `json:"realTimeFeed" label:"Real-time data feed" help:"The states of agents as they change."`
}

// CalabrioHistoricalFeed is how files are delivered.
type CalabrioHistoricalFeed struct {
	Enabled bool `json:"enabled" label:"Enable historical data feed" help:"Switched off, delivery ends at once; the settings stay."`

	SendForecastDataAfterMinutes int `json:"sendForecastDataAfterMinutes" label:"Send forecast data in (minutes)" help:"How long after the end of an interval its data are sent." min:"30" max:"2880"`

	Delivery *filetransfer.Delivery `json:"delivery" validate:"required_if=Enabled true" label:"Delivery" help:"Where the files go."`
}

// CalabrioRealTimeFeed is where states are sent.
type CalabrioRealTimeFeed struct {
	Enabled bool `json:"enabled" label:"Enable real-time data feed" help:"Switched off, no state is sent; the settings stay."`

	Host string `json:"host" validate:"required_if=Enabled true,omitempty,host" label:"Host name" help:"Where the server for real-time adherence runs." example:"rta.acme.com" dest:"true"`

	Port *int `json:"port" validate:"required_if=Enabled true" label:"Port" help:"The one that the server has for this feed." example:"6996" min:"1" max:"65535" dest:"true"`

	UpdateIntervalSeconds int `json:"updateIntervalSeconds" label:"Periodic update interval" help:"How often states are sent, in seconds." min:"1" max:"3600"`
}

// Normalize implements integrations.Normalizer.
func (p *CalabrioProperties) Normalize() {
	p.HistoricalFeed.Delivery.Normalize()
	p.RealTimeFeed.Host = normalizeHost(p.RealTimeFeed.Host)
}

// Validate implements integrations.Properties.
func (p *CalabrioProperties) Validate(c *validation.Context) {
	p.HistoricalFeed.Delivery.Check(c, "/historicalFeed/delivery")
	if !p.HistoricalFeed.Enabled && !p.RealTimeFeed.Enabled {
		c.Warn("/historicalFeed/enabled", "nothing_enabled", "Neither feed is switched on, so the account does nothing yet.")
	}
}

// Probe implements integrations.Prober. One feed that fails does not keep the
// other from being tested.
func (p *CalabrioProperties) Probe(ctx context.Context, s *integrations.Session) error {
	if !p.HistoricalFeed.Enabled && !p.RealTimeFeed.Enabled {
		s.Warn(stepFeeds, nothingEnabled.Failure())
		return nil
	}
	var historical, realTime error
	if p.HistoricalFeed.Enabled {
		historical = p.HistoricalFeed.Delivery.Probe(ctx, s)
	}
	if p.RealTimeFeed.Enabled {
		realTime = reachTCP(ctx, s, p.RealTimeFeed.Host, p.RealTimeFeed.Port)
	}
	return firstOf(historical, realTime)
}

// firstOf returns the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
