package messenger

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Vonage's Application API (https://developer.vonage.com/en/api/application.v2).
const (
	vonageHost         = "api.nexmo.com"
	vonageApplications = "https://" + vonageHost + "/v2/applications/"
)

// What the types that go through Vonage know by name.
var (
	vonageNoMessages = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "messages_not_enabled",
		Detail: "The application exists, but its capability Messages is switched off.",
		Hint:   "Switch on Messages for the application in the Vonage dashboard.",
	}
	vonageOtherKey = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "private_key_mismatch",
		Detail: "The private key is not the counterpart of the application's public key.",
		Hint: "Enter the private key that was downloaded when the application's keys were made last, " +
			"or make new ones in the Vonage dashboard.",
	}
	vonageNoApplication = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "application_not_found",
		Detail: "Vonage accepts the API key, but the account has no application with this ID.",
		Hint:   "Copy the application ID from the Vonage dashboard, from the account to which the API key belongs.",
	}
)

func vonageDiagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{vonageNoApplication, vonageNoMessages, vonageOtherKey}
}

// vonage is an application of a Vonage account.
type vonage struct {
	apiKey        string
	apiSecret     secret.Text
	applicationID string
	privateKey    secret.Text
}

// vonageApplication is the part of an application that counts.
type vonageApplication struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Capabilities struct {
		Messages *struct{} `json:"messages"`
	} `json:"capabilities"`
	Keys struct {
		Public string `json:"public_key"`
	} `json:"keys"`
}

// probe reads the application and compares its public key with the private one,
// which is not sent anywhere.
func (v vonage) probe(ctx context.Context, s *integrations.Session) error {
	var application vonageApplication
	err := s.Step(stepAuthenticate, func() (err error) {
		application, err = v.application(ctx, s)
		return err
	})
	if err != nil {
		s.Skip(stepAuthorize, stepKey)
		return err
	}
	s.SetIdentity(named(application.Name, v.apiKey))
	err = s.Step(stepAuthorize, func() error {
		if application.Capabilities.Messages == nil {
			return vonageNoMessages.Failure()
		}
		return nil
	})
	if err != nil {
		s.Skip(stepKey)
		return err
	}
	return s.Step(stepKey, func() error {
		if !fits(v.privateKey, application.Keys.Public) {
			return vonageOtherKey.Failure()
		}
		return nil
	})
}

func (v vonage) application(ctx context.Context, s *integrations.Session) (application vonageApplication, err error) {
	answer, err := s.Exchange(ctx, integrations.Request{
		URL: vonageApplications + v.applicationID, Header: integrations.Basic(v.apiKey, v.apiSecret),
	})
	if err != nil {
		return application, err
	}
	if answer.Status == http.StatusNotFound {
		return application, vonageNoApplication.From(answer)
	}
	if f := answer.Failure(); f != nil {
		return application, hinting(f, integrations.CauseCredentials,
			"Compare API key and API secret with the API settings of the Vonage dashboard; a new secret may have replaced it.")
	}
	if err := answer.JSON(&application); err != nil {
		return application, err
	}
	if !strings.EqualFold(application.ID, v.applicationID) {
		return application, unlike(vonageHost)
	}
	return application, nil
}

// fits reports whether the private key is the counterpart of a public one.
func fits(private secret.Text, public string) bool {
	block, _ := pem.Decode([]byte(public))
	key, code, _ := parseKey(private.Reveal())
	if block == nil || code != "" {
		return false
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	return err == nil && key.PublicKey.Equal(parsed)
}

// tidyKey gives a pasted key its line ends back, which JSON files and settings
// write as \n.
func tidyKey(key *secret.Text) {
	if !given(*key) {
		return
	}
	text := strings.ReplaceAll(strings.TrimSpace(key.Reveal()), "\r\n", "\n")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, `\n`, "\n")
	}
	*key = secret.New(strings.TrimSpace(text))
}

// judgeKey reports what is wrong with a private key at the pointer.
func judgeKey(c *validation.Context, pointer string, key secret.Text) {
	if !given(key) || c.Broken(pointer) {
		return
	}
	if _, code, detail := parseKey(key.Reveal()); code != "" {
		c.Violate(pointer, code, detail)
	}
}

const (
	codeKeyMalformed = "private_key_malformed"
	codeKeyEncrypted = "private_key_encrypted"
	codeKeyMissing   = "private_key_expected"
	codeKeyWeak      = "private_key_weak"
)

// parseKey reads one RSA key in PEM form; else it returns the code and text of
// what is wrong.
func parseKey(text string) (key *rsa.PrivateKey, code, detail string) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(strings.TrimSpace(string(rest))) > 0 {
		return nil, codeKeyMalformed, "Must be one private key in PEM form, from its BEGIN line to its END line."
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
		return nil, codeKeyEncrypted, "Must be a private key without a pass phrase."
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, codeKeyMissing, "Is no private key; enter the file private.key that belongs to the application."
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, codeKeyMalformed, "Must be an RSA key that is whole and unchanged."
	}
	if key.N.BitLen() < 2048 {
		return nil, codeKeyWeak, "Must have at least 2048 bits; make new keys for the application."
	}
	return key, "", ""
}
