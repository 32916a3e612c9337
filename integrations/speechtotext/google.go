package speechtotext

import (
	"context"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/google"
	"admin-api/secret"
	"admin-api/validation"
)

// Google lists the type google_stt in the catalogue.
var Google = integrations.Definition{ //nolint:gosec // The key is made up.
	Type:             "google_stt",
	Family:           integrations.SpeechToText,
	Label:            "Google synchronous STT",
	Description:      "Understands short utterances, up to a minute, in self-service calls with Google.",
	DocumentationURL: "https://cloud.google.com/speech-to-text/docs/reference/rest/v1/speech/recognize",
	Shape:            integrations.Documented,
	Notes: []string{
		"The enhanced model is documented for later versions of the contact center.",
		"Whole calls are transcribed with an account of the type Google streaming STT.",
		"Without billing in the Google Cloud project recognition fails silently in calls; a test passes on what Google says.",
	},
	ProbeDoes: googleProbeDoes,
	Privileges: "An API key that is not restricted to other APIs than the Cloud Speech-to-Text API; " +
		"the API and billing are enabled in its project.",
	Diagnoses: append(google.KeyDiagnoses(), google.Diagnoses()...),
	New:       func() integrations.Properties { return &GoogleProperties{URL: "https://speech.googleapis.com/v1/"} },
	Example: `{
	"url": "https://speech.googleapis.com/v1/",
	"apiKey": "AIzaSyEXAMPLE-OF-AN-API-KEY-0123456789a",
	"useEnhancedModel": true
}`,
}

// GoogleProperties configure access to Google's recognition of short audio.
type GoogleProperties struct {
	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Root of the Speech-to-Text interface, with its version." example:"https://speech.googleapis.com/v1/" format:"url" pattern:"^https://[^?#]+/v1(?:p1beta1)?/?$" hint:"an address that ends in /v1/ or /v1p1beta1/" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"From APIs and Services, Credentials in the Google Cloud console." pattern:"^[A-Za-z0-9._-]+$" hint:"letters, digits and . _ -" min:"20" max:"100"`

	UseEnhancedModel bool `json:"useEnhancedModel" label:"Use enhanced mode" help:"Understands telephone calls better; Google charges more for it."`
}

// Normalize implements integrations.Normalizer.
func (p *GoogleProperties) Normalize() {
	p.URL = google.TidyURL(p.URL)
	p.APIKey = p.APIKey.TrimSpace()
}

// Validate implements integrations.Properties.
func (p *GoogleProperties) Validate(c *validation.Context) {
	u, err := url.Parse(p.URL)
	if err == nil && !c.Broken("/url") && !strings.HasSuffix(u.Hostname(), ".googleapis.com") {
		c.Warn("/url", "unusual_host", "Is not an address under googleapis.com; check that it leads to Google.")
	}
	google.CheckAPIKey(c, "/apiKey", p.APIKey)
}

// Probe implements integrations.Prober.
func (p *GoogleProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step(stepRecognize, func() error {
		return recognizeNothing(ctx, s, p.URL, google.APIKey(p.APIKey))
	})
}
