package texttospeech

import (
	"context"

	"admin-api/integrations"
	"admin-api/integrations/platform/ibm"
	"admin-api/secret"
	"admin-api/validation"
)

// Watson lists the type watson_tts in the catalogue.
var Watson = integrations.Definition{ //nolint:gosec // The key is made up.
	Type:             "watson_tts",
	Family:           integrations.TextToSpeech,
	Label:            "IBM Watson TTS",
	Description:      "Speaks prompts with voices of IBM Watson.",
	DocumentationURL: "https://cloud.ibm.com/apidocs/text-to-speech",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The family is documented, its properties are not; all are proposed after those of IBM Watson STT.",
		"The address stream.watsonplatform.net of older documents was switched off in 2021 and is refused.",
		"IBM Cloud has accepted no user names and passwords since 30 October 2019.",
		"A service outside IBM Cloud is sent the credentials themselves; tokens of Cloud Pak for Data are not supported.",
	},
	ProbeDoes: "It exchanges the API key for a token at IBM Cloud and lists the voices over HTTP, also where the URL " +
		"begins with wss://. Nothing is spoken.",
	Privileges: "The service role Reader on the instance of Text to Speech.",
	Diagnoses:  append(ibm.Diagnoses(), voiceNotFound),
	New: func() integrations.Properties {
		return &WatsonProperties{
			AuthMethod: ibm.ByAPIKey, URL: "https://api.us-south.text-to-speech.watson.cloud.ibm.com",
			Voice: "en-US_MichaelV3Voice",
		}
	},
	Example: `{
	"authMethod": "apiKey",
	"url": "https://api.us-south.text-to-speech.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60",
	"apiKey": "EXAMPLE0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
	"voice": "en-US_MichaelV3Voice"
}`,
}

var watson = ibm.Service{Host: "text-to-speech", Label: "Watson Text to Speech"}

// WatsonProperties configure one instance of the service.
type WatsonProperties struct {
	AuthMethod string `json:"authMethod" validate:"required" label:"Authentication method" help:"User names and passwords are credentials of old, which IBM Cloud no longer accepts." enum:"apiKey,basic" enumLabels:"API key,User name and password" dest:"true"`

	URL string `json:"url" validate:"required" label:"URL" help:"From the service credentials; https:// and wss:// mean the same service." example:"https://api.us-south.text-to-speech.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60" format:"url" max:"2048" pattern:"^(?:wss|https)://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?$" hint:"wss:// or https:// with a host and, where the credentials show one, a path" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"Under Manage, Credentials of the service in IBM Cloud." pattern:"^[A-Za-z0-9_-]+$" hint:"letters, digits, _ and -, without quotes and braces around them" min:"20" max:"100" when:"authMethod=apiKey"`

	Username string `json:"username" validate:"required" label:"Username" help:"Of credentials made before IBM Cloud had API keys." max:"256" when:"authMethod=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Of credentials made before IBM Cloud had API keys." max:"256" when:"authMethod=basic"`

	Voice string `json:"voice" label:"Voice" help:"The name of a voice; a test finds out whether the service has it." example:"en-US_MichaelV3Voice" pattern:"^[a-z]{2,3}-[A-Z]{2}_[A-Za-z0-9]{1,64}$" hint:"a language, _ and a name, such as en-US_MichaelV3Voice"`
}

// Normalize implements integrations.Normalizer.
func (p *WatsonProperties) Normalize() {
	p.URL = ibm.TidyURL(p.URL)
	p.APIKey = p.APIKey.TrimSpace()
}

// Validate implements integrations.Properties.
func (p *WatsonProperties) Validate(c *validation.Context) {
	watson.CheckURL(c, "/url", p.URL)
	ibm.CheckMethod(c, "/authMethod", p.AuthMethod)
}

// Probe implements integrations.Prober. It lists the voices
// (https://cloud.ibm.com/apidocs/text-to-speech#listvoices).
func (p *WatsonProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return ibm.Ask(ctx, s, ibm.Question{
		Step:  stepVoices,
		URL:   ibm.HTTPS(p.URL) + "/v1/voices",
		Login: ibm.Login{APIKey: p.APIKey, Username: p.Username, Password: p.Password},
		Judge: p.judge,
	})
}

func (p *WatsonProperties) judge(answer *integrations.Answer) error {
	var list struct {
		Voices []struct {
			Name string `json:"name"`
		} `json:"voices"`
	}
	if err := answer.JSON(&list); err != nil {
		return err
	}
	if len(list.Voices) == 0 || list.Voices[0].Name == "" {
		return ibm.Unexpected(answer)
	}
	if p.Voice == "" {
		return nil
	}
	for _, voice := range list.Voices {
		if voice.Name == p.Voice {
			return nil
		}
	}
	return voiceNotFound.From(answer)
}
