package messenger

import (
	"context"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Facebook lists the type facebook_messenger in the catalogue.
var Facebook = integrations.Definition{
	Type:             "facebook_messenger",
	Family:           integrations.Messenger,
	Label:            "Facebook Messenger",
	Description:      "Chats with customers who write to your Facebook Page.",
	DocumentationURL: "https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api",
	Shape:            integrations.Documented,
	Feature:          "facebook",
	Notes: []string{
		"The app secret is an addition of ours: the documentation of the contact center does not name it.",
		"The test asks version 25.0 of the Graph API; Meta retires a version about two years after its release.",
	},
	ProbeDoes: "Asks the Graph API whose token this is (me) and reads the greeting of the Page's Messenger profile, " +
		"which takes the right to use its messages. It sends no message and changes no subscription.",
	Privileges: "A Page access token with pages_messaging.",
	Diagnoses:  append(graphDiagnoses(), facebookNoPage, facebookOtherPage, facebookOtherName),
	New:        func() integrations.Properties { return new(FacebookProperties) },
	Example: `{
	"pageUsername": "acme.support",
	"pageId": "106540352242922",
	"token": "EAAGm0PX4ZCpsBAKZBq7d1nWvR8yT2uI5oP9aS3dF6gH0jK4lZxC7vB",
	"webhookVerifyToken": "q7T2xZ9mK4vW8nB3",
	"appSecret": "0123456789abcdef0123456789abcdef"
}`,
}

// FacebookProperties configure one Facebook Page. No property is a destination:
// the token goes to Meta's one address, whatever the others say.
type FacebookProperties struct {
	PageUsername string `json:"pageUsername" validate:"required" label:"Page username" help:"The Page's own @name, without the @." example:"acme.support" pattern:"^[A-Za-z0-9.]{5,50}$" hint:"5 to 50 letters, digits and dots"`

	PageID string `json:"pageId" validate:"required" label:"Page ID" help:"The number in the Page's About section, under Page transparency." example:"106540352242922" pattern:"^[0-9]{5,20}$" hint:"5 to 20 digits"`

	Token secret.Text `json:"token" validate:"required" label:"Token" help:"Page access token, from the Messenger settings of your app in Meta's App Dashboard." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"50" max:"1000"`

	WebhookVerifyToken secret.Text `json:"webhookVerifyToken" label:"Webhook verify token" help:"A word of your own to paste under Webhooks, Edit Page Subscription, Verify Token; made for you if you leave it out." pattern:"^[A-Za-z0-9._~-]{16,128}$" hint:"16 to 128 letters, digits and the characters . _ ~ -" generated:"true"`

	AppSecret secret.Text `json:"appSecret" label:"App secret" help:"From the app's basic settings; with it the signatures of incoming messages are checked and requests are proved." pattern:"^[0-9a-f]{32}$" hint:"32 hexadecimal digits"`
}

// What the probe knows by name, besides what Meta says to everybody.
var (
	facebookNoPage = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_a_page",
		Detail: "The token is good, but it is a person's or an app's, not a Page's.",
		Hint:   "In the app's Messenger settings, generate a token for the Page.",
	}
	facebookOtherPage = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_page",
		Detail: "The token is good, but it is another Page's than the Page ID says.",
		Hint:   "Correct the Page ID, or enter the token of that Page.",
	}
	facebookOtherName = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_page_username",
		Detail: "Facebook knows the Page by another username than the one entered.",
		Hint:   "Enter the username that the Page has now.",
	}
)

// facebookPages are what stands before a Page's username in its addresses.
var facebookPages = []string{"https://www.facebook.com/", "https://facebook.com/", "https://m.me/", "@"}

// Normalize implements integrations.Normalizer: it drops the address or the @
// before the username and the white space around what was pasted.
func (p *FacebookProperties) Normalize() {
	for _, prefix := range facebookPages {
		p.PageUsername = strings.TrimPrefix(p.PageUsername, prefix)
	}
	p.PageUsername = strings.TrimSuffix(p.PageUsername, "/")
	trim(&p.Token, &p.WebhookVerifyToken, &p.AppSecret)
}

var facebookToken = regexp.MustCompile(`^EAA[A-Za-z0-9]+$`)

// Validate implements integrations.Properties.
func (p *FacebookProperties) Validate(c *validation.Context) {
	if given(p.Token) && !c.Broken("/token") && !facebookToken.MatchString(p.Token.Reveal()) {
		c.Warn("/token", "unusual_token", "Does not look like an access token of Facebook, which starts with EAA; check it.")
	}
}

// Probe implements integrations.Prober. Of the Page's Messenger profile it reads
// what anybody can see, for the right that this takes.
func (p *FacebookProperties) Probe(ctx context.Context, s *integrations.Session) error {
	api := graph{
		token: p.Token, appSecret: p.AppSecret, unknown: facebookNoPage,
		permission: "Issue the Page access token with pages_messaging, and check that the app may use it.",
	}
	var page struct{ ID, Name, Username string }
	err := s.Step(stepAuthenticate, func() error {
		if err := api.get(ctx, s, "me", "id,name,username", &page); err != nil {
			return err
		}
		return p.judge(s, page.ID, page.Name)
	})
	if err != nil {
		s.Skip(stepAuthorize)
		return err
	}
	if page.Username != "" && !strings.EqualFold(page.Username, p.PageUsername) {
		s.Warn(stepPage, facebookOtherName.Failure())
	}
	return s.Step(stepAuthorize, func() error {
		var profile struct{ Data *[]struct{} }
		if err := api.get(ctx, s, "me/messenger_profile", "greeting", &profile); err != nil {
			return err
		}
		if profile.Data == nil {
			return unlike(graphHost)
		}
		return nil
	})
}

func (p *FacebookProperties) judge(s *integrations.Session, id, name string) error {
	if id == "" {
		return unlike(graphHost)
	}
	s.SetIdentity(named(name, id))
	if id != p.PageID {
		return facebookOtherPage.Failure()
	}
	return nil
}
