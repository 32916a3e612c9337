package texttospeech

import (
	"context"

	"admin-api/integrations"
	"admin-api/integrations/platform/azure"
	"admin-api/secret"
	"admin-api/validation"
)

// Azure lists the type azure_tts in the catalogue.
var Azure = integrations.Definition{
	Type:             "azure_tts",
	Family:           integrations.TextToSpeech,
	Label:            "Microsoft Azure Text to Speech",
	Description:      "Speaks prompts with a voice of the Speech service of Microsoft Azure.",
	DocumentationURL: "https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech",
	Shape:            integrations.Proposed,
	Notes: []string{
		"No public documentation of the contact center describes this type; its properties follow Microsoft's.",
		"Azure issues tokens to keys of other AI services as well; whether the resource is for speech shows only in use.",
		"Whether the region has the voice shows only in use: Azure's list of voices is longer than a test reads.",
	},
	ProbeDoes: "Exchanges the key for a token that is good for ten minutes, and drops it. No other token ends by that, " +
		"nothing is spoken, and it costs nothing.",
	Privileges: "One of the two keys of a Speech resource; keys have no narrower rights.",
	Diagnoses:  azure.Diagnoses(),
	New:        func() integrations.Properties { return new(AzureProperties) },
	Example: `{
	"region": "westeurope",
	"subscriptionKey": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
	"voice": "en-GB-SoniaNeural"
}`,
}

// AzureProperties configure synthesis by one Speech resource.
type AzureProperties struct {
	Region string `json:"region" validate:"required_without=Endpoint,excluded_with=Endpoint" label:"Region" help:"Where the Speech resource lives, if it has no endpoint of its own." example:"westeurope" pattern:"^[a-z0-9]{3,40}$" hint:"the region's code such as eastus, in lower case" dest:"true"`

	Endpoint string `json:"endpoint" validate:"required_without=Region,excluded_with=Region,omitempty,https_origin" label:"Endpoint" help:"Address of a Speech resource with a custom domain name, in place of the region." example:"https://acme.cognitiveservices.azure.com" format:"url" dest:"true"`

	SubscriptionKey secret.Text `json:"subscriptionKey" validate:"required" label:"Subscription key" help:"KEY 1 or KEY 2 of the Speech resource, under Keys and Endpoint in the Azure portal." pattern:"^(?:[0-9A-Fa-f]{32}|[0-9A-Za-z]{84})$" hint:"32 hexadecimal digits, or 84 letters and digits"`

	Voice string `json:"voice" label:"Voice" help:"Short name of the voice; left out, Azure's voice for the language of a prompt is used." example:"en-US-JennyNeural" pattern:"^[a-z]{2,3}-[A-Za-z0-9:._-]+$" hint:"the short name of a voice such as en-US-JennyNeural" max:"128"`
}

// Normalize implements integrations.Normalizer.
func (p *AzureProperties) Normalize() {
	p.Region, p.Endpoint = azure.RegionCode(p.Region), azure.Origin(p.Endpoint)
	p.SubscriptionKey = p.SubscriptionKey.TrimSpace()
}

// Validate implements integrations.Properties.
func (p *AzureProperties) Validate(c *validation.Context) {
	azure.CheckEndpoint(c, "/endpoint", p.Endpoint)
}

// Probe implements integrations.Prober. It exchanges the key for a token.
func (p *AzureProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return azure.Speech{Region: p.Region, Endpoint: p.Endpoint, Key: p.SubscriptionKey}.Authenticate(ctx, s)
}
