package speechtotext

import (
	"context"

	"admin-api/integrations"
	"admin-api/integrations/platform/ibm"
	"admin-api/secret"
	"admin-api/validation"
)

// Watson lists the type watson_stt in the catalogue.
var Watson = integrations.Definition{ //nolint:gosec // The key is made up.
	Type:             "watson_stt",
	Family:           integrations.SpeechToText,
	Label:            "IBM Watson STT",
	Description:      "Transcribes calls and understands callers with IBM Watson.",
	DocumentationURL: "https://cloud.ibm.com/apidocs/speech-to-text",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The URL and both kinds of credentials are documented; the choice between them is proposed.",
		"The documented address stream.watsonplatform.net was switched off in 2021 and is refused.",
		"IBM Cloud has accepted no user names and passwords since 30 October 2019.",
		"A service outside IBM Cloud is sent the credentials themselves; tokens of Cloud Pak for Data are not supported.",
	},
	ProbeDoes: "It exchanges the API key for a token at IBM Cloud and lists the models over HTTP, also where the URL " +
		"begins with wss://. No stream is opened and nothing is recognized.",
	Privileges: "The service role Reader on the instance of Speech to Text.",
	Diagnoses:  ibm.Diagnoses(),
	New: func() integrations.Properties {
		return &WatsonProperties{
			AuthMethod: ibm.ByAPIKey, URL: "wss://api.us-south.speech-to-text.watson.cloud.ibm.com",
		}
	},
	Example: `{
	"authMethod": "apiKey",
	"url": "wss://api.us-south.speech-to-text.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60",
	"apiKey": "EXAMPLE0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"
}`,
}

var watson = ibm.Service{Host: "speech-to-text", Label: "Watson Speech to Text"}

// WatsonProperties configure one instance of the service.
type WatsonProperties struct {
	AuthMethod string `json:"authMethod" validate:"required" label:"Authentication method" help:"User names and passwords are credentials of old, which IBM Cloud no longer accepts." enum:"apiKey,basic" enumLabels:"API key,User name and password" dest:"true"`

	URL string `json:"url" validate:"required" label:"URL" help:"From the service credentials; https:// and wss:// mean the same service." example:"wss://api.us-south.speech-to-text.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60" format:"url" max:"2048" pattern:"^(?:wss|https)://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*/?$" hint:"wss:// or https:// with a host and, where the credentials show one, a path" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"Under Manage, Credentials of the service in IBM Cloud." pattern:"^[A-Za-z0-9_-]+$" hint:"letters, digits, _ and -, without quotes and braces around them" min:"20" max:"100" when:"authMethod=apiKey"`

	Username string `json:"username" validate:"required" label:"Username" help:"Of credentials made before IBM Cloud had API keys." max:"256" when:"authMethod=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Of credentials made before IBM Cloud had API keys." max:"256" when:"authMethod=basic"`
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

// Probe implements integrations.Prober. It lists the models
// (https://cloud.ibm.com/apidocs/speech-to-text#listmodels).
func (p *WatsonProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return ibm.Ask(ctx, s, ibm.Question{
		Step:  "models",
		URL:   ibm.HTTPS(p.URL) + "/v1/models",
		Login: ibm.Login{APIKey: p.APIKey, Username: p.Username, Password: p.Password},
		Judge: func(answer *integrations.Answer) error {
			var list struct {
				Models []struct {
					Name string `json:"name"`
				} `json:"models"`
			}
			if err := answer.JSON(&list); err != nil {
				return err
			}
			if len(list.Models) == 0 || list.Models[0].Name == "" {
				return ibm.Unexpected(answer)
			}
			return nil
		},
	})
}
