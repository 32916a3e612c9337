package messenger

import (
	"context"
	"slices"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// WhatsApp lists the type whatsapp in the catalogue.
var WhatsApp = integrations.Definition{
	Type:             "whatsapp",
	Family:           integrations.Messenger,
	Label:            "WhatsApp",
	Description:      "Chats with customers who write to your WhatsApp number, by way of the provider that connects it.",
	DocumentationURL: "https://developers.facebook.com/docs/whatsapp/cloud-api",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The public documentation of the contact center names Infobip, Twilio and Vonage as providers, for later versions, " +
			"and no property; Meta's own Cloud API is an addition of ours.",
		"With Vonage the test does not find out whether the number is linked: Vonage's interface for that is a preview.",
		"Of Twilio only the region United States is asked, which is the default.",
	},
	ProbeDoes: "Asks the provider whether the credentials are good, by reading: the number's state at Infobip, " +
		"the account and its WhatsApp senders at Twilio, the application at Vonage, the number at Meta. " +
		"No message is sent and nothing is charged.",
	Privileges: "Infobip: an API key with the scope whatsapp:manage. Twilio: the account's auth token. " +
		"Vonage: API key and secret of the application's account. " +
		"Meta: a system user's token with whatsapp_business_management; for sending also whatsapp_business_messaging.",
	Diagnoses: slices.Concat([]integrations.Diagnosis{
		whatsappNoNumber, whatsappOtherNumber, whatsappOffline, whatsappUnverified, whatsappQuality, twilioInactive,
	}, vonageDiagnoses(), graphDiagnoses()),
	New: func() integrations.Properties { return new(WhatsAppProperties) },
	Example: `{
	"provider": "infobip",
	"whatsappNumber": "+447700900000",
	"infobip": {
		"baseUrl": "https://4m2kx8.api.infobip.com",
		"apiKey": "0a1b2c3d4e5f60718293a4b5c6d7e8f9-3f2e1d0c-9b8a-4756-a4b3-c2d1e0f98765"
	}
}`,
}

// The providers.
const (
	providerInfobip   = "infobip"
	providerTwilio    = "twilio"
	providerVonage    = "vonage"
	providerMetaCloud = "metaCloud"
)

// WhatsAppProperties configure one WhatsApp number. The provider decides who is
// given which credentials.
type WhatsAppProperties struct {
	Provider string `json:"provider" validate:"required" label:"Provider" help:"Who connects the number with WhatsApp." enum:"infobip,twilio,vonage,metaCloud" enumLabels:"Infobip,Twilio,Vonage (Nexmo),Meta Cloud API" dest:"true"`

	WhatsAppNumber string `json:"whatsappNumber" validate:"required" label:"WhatsApp number" help:"The number to which customers write, with + and country code." example:"+447700900000" pattern:"^\\+[1-9][0-9]{6,14}$" hint:"+ and 7 to 15 digits, such as +447700900000"`

	Infobip *InfobipAccess `json:"infobip" validate:"required" label:"Infobip" help:"Access to your Infobip account." when:"provider=infobip"`

	Twilio *TwilioAccess `json:"twilio" validate:"required" label:"Twilio" help:"Access to your Twilio account." when:"provider=twilio"`

	Vonage *VonageAccess `json:"vonage" validate:"required" label:"Vonage" help:"Access to your Vonage application." when:"provider=vonage"`

	MetaCloud *MetaCloudAccess `json:"metaCloud" validate:"required" label:"Meta Cloud API" help:"Access to the number at Meta." when:"provider=metaCloud"`
}

// InfobipAccess are the credentials of an Infobip account.
type InfobipAccess struct {
	BaseURL string `json:"baseUrl" validate:"required,https_origin" label:"Base URL" help:"The address of your account, shown on the home page of Infobip's web interface." example:"https://4m2kx8.api.infobip.com" pattern:"^https://[a-z0-9]{1,63}\\.api\\.infobip\\.com$" hint:"https://ACCOUNT.api.infobip.com" format:"url" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"Made under Developer Tools, API Keys, with the scopes that sending and managing WhatsApp take." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"16" max:"200"`
}

// TwilioAccess are the credentials of a Twilio account.
type TwilioAccess struct {
	AccountSID string `json:"accountSid" validate:"required" label:"Account SID" help:"Under Account Info in the Twilio Console." example:"AC0123456789abcdef0123456789abcdef" pattern:"^AC[0-9a-fA-F]{32}$" hint:"AC and 32 hexadecimal digits"`

	AuthToken secret.Text `json:"authToken" validate:"required" label:"Auth token" help:"Next to the account SID; it also checks the signatures of incoming messages." pattern:"^[0-9a-f]{32}$" hint:"32 hexadecimal digits"`
}

// VonageAccess are the credentials of an application of a Vonage account.
type VonageAccess struct {
	APIKey string `json:"apiKey" validate:"required" label:"API key" help:"From the API settings of the Vonage dashboard." example:"a1b2c3d4" pattern:"^[0-9a-f]{8}$" hint:"8 hexadecimal digits"`

	APISecret secret.Text `json:"apiSecret" validate:"required" label:"API secret" help:"From the same page." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"8" max:"25"`

	ApplicationID string `json:"applicationId" validate:"required,uuid" label:"Application ID" help:"Of the application with which the number is linked." example:"78d335fa-323d-4114-9c3d-d6f0d48968cf"`

	PrivateKey secret.Text `json:"privateKey" validate:"required" label:"Private key" help:"The whole file private.key that was downloaded when the application's keys were made." format:"multiline"`
}

// MetaCloudAccess are the credentials of a number at Meta.
type MetaCloudAccess struct {
	PhoneNumberID string `json:"phoneNumberId" validate:"required" label:"Phone number ID" help:"Under WhatsApp, API Setup in Meta's App Dashboard; it is not the number itself." example:"106540352242922" pattern:"^[0-9]{10,20}$" hint:"10 to 20 digits"`

	BusinessAccountID string `json:"businessAccountId" label:"WhatsApp Business account ID" help:"From the same page." example:"102290129340398" pattern:"^[0-9]{5,20}$" hint:"5 to 20 digits"`

	AccessToken secret.Text `json:"accessToken" validate:"required" label:"Access token" help:"Of a system user; the one that API Setup shows expires after a day." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"50" max:"1000"`

	AppSecret secret.Text `json:"appSecret" label:"App secret" help:"From the app's basic settings; with it the signatures of incoming messages are checked and requests are proved." pattern:"^[0-9a-f]{32}$" hint:"32 hexadecimal digits"`
}

// Normalize implements integrations.Normalizer: it drops what people write into
// numbers, the white space around what was pasted, and completes the address of
// an Infobip account.
func (p *WhatsAppProperties) Normalize() {
	if digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(p.WhatsAppNumber); digits != "" {
		p.WhatsAppNumber = digits
	}
	if a := p.Infobip; a != nil {
		a.BaseURL = infobipURL(a.BaseURL)
		trim(&a.APIKey)
	}
	if a := p.Twilio; a != nil {
		trim(&a.AuthToken)
	}
	if a := p.Vonage; a != nil {
		trim(&a.APISecret)
		tidyKey(&a.PrivateKey)
	}
	if a := p.MetaCloud; a != nil {
		trim(&a.AccessToken, &a.AppSecret)
	}
}

// Validate implements integrations.Properties.
func (p *WhatsAppProperties) Validate(c *validation.Context) {
	if p.Vonage != nil {
		judgeKey(c, "/vonage/privateKey", p.Vonage.PrivateKey)
	}
}

// Probe implements integrations.Prober.
func (p *WhatsAppProperties) Probe(ctx context.Context, s *integrations.Session) error {
	switch {
	case p.Provider == providerInfobip && p.Infobip != nil:
		return p.Infobip.probe(ctx, s, p.WhatsAppNumber)
	case p.Provider == providerTwilio && p.Twilio != nil:
		return p.Twilio.probe(ctx, s, p.WhatsAppNumber)
	case p.Provider == providerVonage && p.Vonage != nil:
		a := p.Vonage
		return vonage{a.APIKey, a.APISecret, a.ApplicationID, a.PrivateKey}.probe(ctx, s)
	case p.Provider == providerMetaCloud && p.MetaCloud != nil:
		return p.MetaCloud.probe(ctx, s, p.WhatsAppNumber)
	}
	return s.Step(stepAuthenticate, func() error { return whatsappNoProvider() })
}

func whatsappNoProvider() error {
	return integrations.NewFailure(integrations.CauseConfig, "invalid_address",
		"The account names no provider that could be asked.", "Choose the provider and enter its credentials.")
}
