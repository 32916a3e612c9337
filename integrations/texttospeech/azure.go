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
		"Custom voices are not in the list that the test reads, so that a test with one fails.",
	},
	ProbeDoes: "Reads the list of voices with the key, and looks for the voice in it. " +
		"Nothing is spoken, and it costs nothing.",
	Privileges: "One of the two keys of a Speech resource; keys have no narrower rights.",
	Diagnoses:  append(azure.Diagnoses(), azureNoVoice),
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
	azure.Trim(&p.SubscriptionKey)
}

// Validate implements integrations.Properties.
func (p *AzureProperties) Validate(c *validation.Context) {
	azure.CheckEndpoint(c, "/endpoint", p.Endpoint)
}

var azureNoVoice = integrations.Diagnosis{
	Cause: integrations.CauseConfig, Code: "voice_not_found",
	Detail: "The key is good, but the list of voices has no such voice.",
	Hint:   "Compare the voice with the gallery in Speech Studio, capitals included; some regions lack some voices.",
}

// azureStepVoice is the step in which the voice is looked for.
const azureStepVoice = "voice"

// Probe implements integrations.Prober. It reads the list of voices, which is
// the same for everybody in a region but takes a key.
func (p *AzureProperties) Probe(ctx context.Context, s *integrations.Session) error {
	var names map[string]bool
	err := s.Step("authenticate", func() (err error) {
		names, err = p.voices(ctx, s)
		return err
	})
	if err != nil {
		if p.Voice != "" {
			s.Skip(azureStepVoice)
		}
		return azure.Advise(err)
	}
	if p.Voice == "" {
		return nil
	}
	return s.Step(azureStepVoice, func() error {
		if !names[p.Voice] {
			return azureNoVoice.Failure()
		}
		return nil
	})
}

func (p *AzureProperties) voices(ctx context.Context, s *integrations.Session) (map[string]bool, error) {
	speech := azure.Speech{Region: p.Region, Endpoint: p.Endpoint, Key: p.SubscriptionKey}
	answer, err := s.Exchange(ctx, integrations.Request{
		URL: speech.VoicesURL(), Header: speech.Header(),
		MaxBytes: integrations.LongestAnswer, // hundreds of voices, each with its styles and tags
	})
	if err != nil {
		return nil, err
	}
	if f := azure.Failure(answer); f != nil {
		return nil, f
	}
	var list []struct{ ShortName string }
	if err := answer.JSON(&list); err != nil {
		return nil, err
	}
	names := make(map[string]bool, len(list))
	for _, v := range list {
		if v.ShortName == "" {
			return nil, azure.Unexpected(answer)
		}
		names[v.ShortName] = true
	}
	if len(names) == 0 {
		return nil, azure.Unexpected(answer)
	}
	return names, nil
}
