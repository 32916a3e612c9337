package speechtotext

import (
	"context"
	"slices"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/google"
	"admin-api/secret"
	"admin-api/validation"
)

// GoogleStreaming lists the type google_streaming_stt in the catalogue.
var GoogleStreaming = integrations.Definition{
	Type:             "google_streaming_stt",
	Family:           integrations.SpeechToText,
	Label:            "Google streaming STT",
	Description:      "Transcribes whole calls and understands callers with Google, while they speak.",
	DocumentationURL: "https://cloud.google.com/speech-to-text/docs/streaming-recognize",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The type is documented for later versions of the contact center, its properties are not; all are proposed.",
		"Streams run over gRPC; a test asks the same service over HTTP.",
	},
	ProbeDoes: "It has Google issue an access token for the service account. " + googleProbeDoes,
	Privileges: "The role Cloud Speech Client (roles/speech.client) in the service account's project; " +
		"the Cloud Speech-to-Text API and billing are enabled there.",
	Diagnoses: slices.Concat(google.TokenDiagnoses(), google.Diagnoses()),
	New: func() integrations.Properties {
		return &GoogleStreamingProperties{URL: "https://speech.googleapis.com/", UseEnhancedModel: true}
	},
	Example: `{
	"url": "https://speech.googleapis.com/",
	"serviceAccountJson": ` + google.ExampleMember() + `,
	"useEnhancedModel": true
}`,
}

// GoogleStreamingProperties configure access to Google's recognition of streams.
type GoogleStreamingProperties struct {
	URL string `json:"url" validate:"required" label:"URL" help:"Google's service for all, or that of a region such as https://eu-speech.googleapis.com/." example:"https://speech.googleapis.com/" format:"url" max:"2048" pattern:"^https://(?:[a-z0-9-]{1,40}-)?speech\\.googleapis\\.com/?$" hint:"https://speech.googleapis.com/ or https://REGION-speech.googleapis.com/" dest:"true"`

	ServiceAccountJSON secret.Text `json:"serviceAccountJson" validate:"required" label:"Service account key" help:"The whole content of the JSON key file of a service account that may recognize speech." format:"multiline" max:"16384"`

	UseEnhancedModel bool `json:"useEnhancedModel" label:"Use enhanced mode" help:"Understands telephone calls better; Google charges more for it."`
}

// Normalize implements integrations.Normalizer: it drops the version of the
// interface over HTTP, which streams do not have.
func (p *GoogleStreamingProperties) Normalize() {
	p.URL = google.TidyURL(p.URL)
	for _, version := range []string{"/v1/", "/v1p1beta1/"} {
		if root, ok := strings.CutSuffix(p.URL, version); ok {
			p.URL = root + "/"
		}
	}
	p.ServiceAccountJSON = google.TidyKey(p.ServiceAccountJSON)
}

// Validate implements integrations.Properties.
func (p *GoogleStreamingProperties) Validate(c *validation.Context) {
	google.CheckKey(c, "/serviceAccountJson", p.ServiceAccountJSON)
}

// Probe implements integrations.Prober.
func (p *GoogleStreamingProperties) Probe(ctx context.Context, s *integrations.Session) error {
	var token secret.Text
	err := s.Step("authenticate", func() (err error) {
		token, err = google.Token(ctx, s, p.ServiceAccountJSON)
		return err
	})
	if err != nil {
		s.Skip(stepRecognize)
		return err
	}
	key, err := google.ParseKey(p.ServiceAccountJSON)
	if err != nil {
		return err // the token says that the key can be read
	}
	s.SetIdentity(key.ClientEmail)
	return s.Step(stepRecognize, func() error {
		return recognizeNothing(ctx, s, p.URL+"v1/", integrations.Bearer(token))
	})
}
