package messenger

import (
	"context"
	"regexp"
	"strconv"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Nexmo lists the type nexmo in the catalogue.
var Nexmo = integrations.Definition{
	Type:             "nexmo",
	Family:           integrations.Messenger,
	Label:            "Nexmo (Vonage)",
	Description:      "Chats over WhatsApp, Viber and Messenger by way of Vonage's Messages API.",
	DocumentationURL: "https://developer.vonage.com/en/messages/overview",
	Shape:            integrations.Proposed,
	Notes: []string{
		"Nexmo is called Vonage today; addresses and keys are the same.",
		"The documentation of the contact center has a section for the type, but its properties are not public; " +
			"these follow Vonage's own.",
		"The test does not find out whether the numbers and pages are linked with the application: " +
			"Vonage's interface for that is a preview.",
	},
	ProbeDoes: "Reads the application with API key and secret, looks whether its capability Messages is switched on, " +
		"and compares its public key with the private one, which stays here. It sends no message and costs nothing.",
	Privileges: "API key and secret of the account that owns the application.",
	Diagnoses:  vonageDiagnoses(),
	New:        func() integrations.Properties { return new(NexmoProperties) },
	Example: `{
	"apiKey": "a1b2c3d4",
	"apiSecret": "Kx7mPq2vT9wZ4nRs",
	"applicationId": "78d335fa-323d-4114-9c3d-d6f0d48968cf",
	"privateKey": "` + vonageExampleKey + `",
	"channels": [
		{"channel": "whatsapp", "externalId": "447700900000"},
		{"channel": "messenger", "externalId": "106540352242922"}
	]
}`,
}

// The channels.
const (
	channelWhatsApp  = "whatsapp"
	channelMessenger = "messenger"
)

// NexmoProperties configure one application of a Vonage account. No property is
// a destination: everything goes to Vonage's one address.
type NexmoProperties struct {
	APIKey string `json:"apiKey" validate:"required" label:"API key" help:"From the API settings of the Vonage dashboard." example:"a1b2c3d4" pattern:"^[0-9a-f]{8}$" hint:"8 hexadecimal digits"`

	APISecret secret.Text `json:"apiSecret" validate:"required" label:"API secret" help:"From the same page." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"8" max:"25"`

	ApplicationID string `json:"applicationId" validate:"required,uuid" label:"Application ID" help:"Of the application whose messages the contact center takes." example:"78d335fa-323d-4114-9c3d-d6f0d48968cf"`

	PrivateKey secret.Text `json:"privateKey" validate:"required" label:"Private key" help:"The whole file private.key that was downloaded when the application's keys were made." format:"multiline"`

	Channels []NexmoChannel `json:"channels" validate:"dive" label:"Channels" help:"The numbers and pages to which customers write."`
}

// NexmoChannel is one address to which customers write.
type NexmoChannel struct {
	Channel string `json:"channel" validate:"required" label:"Channel" help:"The messenger." enum:"whatsapp,viber,messenger" enumLabels:"WhatsApp,Viber,Facebook Messenger"`

	ExternalID string `json:"externalId" validate:"required" label:"External ID" help:"The WhatsApp number without +, the Viber service's ID or the Facebook Page's ID." example:"447700900000" pattern:"^[0-9A-Za-z]{1,50}$" hint:"up to 50 letters and digits"`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// what was pasted and the + before numbers.
func (p *NexmoProperties) Normalize() {
	trim(&p.APISecret)
	tidyKey(&p.PrivateKey)
	for i := range p.Channels {
		p.Channels[i].normalize()
	}
}

func (n *NexmoChannel) normalize() {
	if n.Channel == channelWhatsApp && len(n.ExternalID) > 1 && n.ExternalID[0] == '+' {
		n.ExternalID = n.ExternalID[1:]
	}
}

// What external ids look like where that is known.
var nexmoExternal = map[string]struct {
	pattern *regexp.Regexp
	detail  string
}{
	channelWhatsApp: {
		regexp.MustCompile(`^[1-9][0-9]{6,14}$`), "Must be a telephone number with country code, such as 447700900000.",
	},
	channelMessenger: {regexp.MustCompile(`^[0-9]{5,20}$`), "Must be the Page ID, which has 5 to 20 digits."},
}

// Validate implements integrations.Properties.
func (p *NexmoProperties) Validate(c *validation.Context) {
	judgeKey(c, "/privateKey", p.PrivateKey)
	seen := map[NexmoChannel]bool{}
	for i, channel := range p.Channels {
		at := "/channels/" + strconv.Itoa(i)
		form, known := nexmoExternal[channel.Channel]
		switch {
		case c.Broken(at):
		case known && !form.pattern.MatchString(channel.ExternalID):
			c.Violate(at+"/externalId", "external_id", form.detail)
		case seen[channel]:
			c.Violate(at, "duplicate_channel", "Must not be listed twice.")
		}
		seen[channel] = true
	}
}

// Probe implements integrations.Prober.
func (p *NexmoProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return vonage{p.APIKey, p.APISecret, p.ApplicationID, p.PrivateKey}.probe(ctx, s)
}
