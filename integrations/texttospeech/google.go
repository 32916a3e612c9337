package texttospeech

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"admin-api/integrations"
	"admin-api/integrations/platform/google"
	"admin-api/secret"
	"admin-api/validation"
)

// Google lists the type google_tts in the catalogue.
var Google = integrations.Definition{ //nolint:gosec // The key is made up.
	Type:             "google_tts",
	Family:           integrations.TextToSpeech,
	Label:            "Google TTS",
	Description:      "Speaks prompts with voices of Google.",
	DocumentationURL: "https://cloud.google.com/text-to-speech/docs/reference/rest/v1/voices/list",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The family is documented, its vendors and properties are not; all are proposed.",
		"Listing voices is free, so a test does not show whether billing is enabled, without which Google speaks nothing.",
	},
	ProbeDoes: "It lists the voices of the language, having got an access token if there is a service account's key. " +
		"Nothing is spoken.",
	Privileges: "An API key that is not restricted to other APIs, or a service account of the project; " +
		"the Cloud Text-to-Speech API is enabled there. Google asks for no role.",
	Diagnoses: slices.Concat(google.KeyDiagnoses(), google.TokenDiagnoses(), google.Diagnoses(),
		[]integrations.Diagnosis{voiceNotFound, languageUnknown}),
	New: func() integrations.Properties {
		return &GoogleProperties{URL: "https://texttospeech.googleapis.com/v1/", LanguageCode: "en-US"}
	},
	Example: `{
	"url": "https://texttospeech.googleapis.com/v1/",
	"apiKey": "AIzaSyEXAMPLE-OF-AN-API-KEY-0123456789a",
	"languageCode": "en-US",
	"voice": "en-US-Neural2-F"
}`,
}

var languageUnknown = integrations.Diagnosis{
	Cause: integrations.CauseConfig, Code: "language_unknown",
	Detail: "Google accepts the credentials, but has no voice for the language.",
	Hint:   "Enter the code of a language that Google lists, such as en-US.",
}

// GoogleProperties configure access to Google's voices: with an API key or with
// a service account's key.
type GoogleProperties struct {
	URL string `json:"url" validate:"required" label:"URL" help:"Root of the Text-to-Speech interface, with its version." example:"https://texttospeech.googleapis.com/v1/" format:"url" max:"2048" pattern:"^https://(?:[a-z0-9-]{1,40}-)?texttospeech\\.googleapis\\.com/v1(?:beta1)?/?$" hint:"https://texttospeech.googleapis.com/v1/ or https://REGION-texttospeech.googleapis.com/v1/" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required_without=ServiceAccountJSON,excluded_with=ServiceAccountJSON" label:"API key" help:"From APIs and Services, Credentials in the Google Cloud console; in place of a service account." pattern:"^[A-Za-z0-9._-]+$" hint:"letters, digits and . _ -" min:"20" max:"100"`

	ServiceAccountJSON secret.Text `json:"serviceAccountJson" validate:"required_without=APIKey,excluded_with=APIKey" label:"Service account key" help:"The whole content of a service account's JSON key file; in place of an API key." format:"multiline" max:"16384"`

	LanguageCode string `json:"languageCode" validate:"omitempty,bcp47_language_tag" label:"Language" help:"The language of prompts." example:"en-US" max:"35"`

	Voice string `json:"voice" label:"Voice" help:"The name of a voice for the language; left out, Google chooses one." example:"en-US-Neural2-F" pattern:"^[A-Za-z0-9_-]{2,100}$" hint:"letters, digits, _ and -"`
}

// Normalize implements integrations.Normalizer.
func (p *GoogleProperties) Normalize() {
	p.URL = google.TidyURL(p.URL)
	p.APIKey = p.APIKey.TrimSpace()
	p.ServiceAccountJSON = google.TidyKey(p.ServiceAccountJSON)
}

// Validate implements integrations.Properties.
func (p *GoogleProperties) Validate(c *validation.Context) {
	google.CheckAPIKey(c, "/apiKey", p.APIKey)
	google.CheckKey(c, "/serviceAccountJson", p.ServiceAccountJSON)
}

// Probe implements integrations.Prober.
func (p *GoogleProperties) Probe(ctx context.Context, s *integrations.Session) error {
	header := google.APIKey(p.APIKey)
	if p.ServiceAccountJSON.IsSet() {
		err := s.Step("authenticate", func() (err error) {
			header, err = p.signIn(ctx, s)
			return err
		})
		if err != nil {
			s.Skip(stepVoices)
			return err
		}
	}
	return s.Step(stepVoices, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.voicesURL(), Header: header})
		if err != nil {
			return err
		}
		return p.judge(answer)
	})
}

func (p *GoogleProperties) signIn(ctx context.Context, s *integrations.Session) (http.Header, error) {
	token, err := google.Token(ctx, s, p.ServiceAccountJSON)
	if err != nil {
		return nil, err
	}
	key, err := google.ParseKey(p.ServiceAccountJSON)
	if err != nil {
		return nil, err
	}
	s.SetIdentity(key.ClientEmail)
	return integrations.Bearer(token), nil
}

// voicesURL asks for the names alone, because all there is to say about hundreds
// of voices is more than a probe reads
// (https://cloud.google.com/apis/docs/system-parameters).
func (p *GoogleProperties) voicesURL() string {
	query := url.Values{"fields": {"voices.name"}}
	if p.LanguageCode != "" {
		query.Set("languageCode", p.LanguageCode)
	}
	return p.URL + "voices?" + query.Encode()
}

func (p *GoogleProperties) judge(answer *integrations.Answer) error {
	if f := google.Refusal(answer); f != nil {
		return adviseGoogle(f, answer)
	}
	var list map[string][]struct {
		Name string `json:"name"`
	}
	if err := answer.JSON(&list); err != nil {
		return err
	}
	voices, listed := list["voices"]
	switch {
	case !listed && len(list) > 0:
		return google.Unexpected(answer)
	case len(voices) == 0: // Google leaves empty lists out
		return languageUnknown.From(answer)
	case voices[0].Name == "":
		return google.Unexpected(answer)
	case p.Voice == "":
		return nil
	}
	for _, voice := range voices {
		if voice.Name == p.Voice {
			return nil
		}
	}
	return voiceNotFound.From(answer)
}

// adviseGoogle says what a refusal comes from. What Google might find wrong with
// the request itself can only be the language.
func adviseGoogle(f *integrations.Failure, answer *integrations.Answer) *integrations.Failure {
	switch status, reason := google.Status(answer); {
	case answer.Status == http.StatusBadRequest && status == "INVALID_ARGUMENT" && reason == "":
		return languageUnknown.From(answer)
	case f.Code == "not_found":
		f.Hint = "Check the URL; Google's own is https://texttospeech.googleapis.com/v1/."
	}
	return f
}
