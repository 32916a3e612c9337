package messenger

import (
	"context"
	"net/http"
	"regexp"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Viber lists the type viber in the catalogue.
var Viber = integrations.Definition{
	Type:             "viber",
	Family:           integrations.Messenger,
	Label:            "Viber",
	Description:      "Chats with customers who write to your Viber bot.",
	DocumentationURL: "https://creators.viber.com/docs/bots-api/resources/app/get-info",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The public documentation of the contact center names the messenger, not its properties; " +
			"the token is what Viber's interface takes.",
		"Since 5 February 2024 Viber makes new bots on commercial terms only.",
		"A bot has one webhook: whoever registers another one takes the messages away from the contact center.",
	},
	ProbeDoes:  "Reads the bot's description (get_account_info). It sends no message and changes no webhook.",
	Privileges: "A bot's token has no rights to choose from: it is the bot.",
	Diagnoses:  []integrations.Diagnosis{viberBlocked, viberUnknown, viberNoWebhook},
	New:        func() integrations.Properties { return new(ViberProperties) },
	Example:    `{"token": "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"}`,
}

// ViberProperties configure one Viber bot.
type ViberProperties struct {
	Token secret.Text `json:"token" validate:"required" label:"Token" help:"The bot's application key, which its administrators find under Edit info or in the Viber Admin Panel." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"16" max:"200"`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// what was pasted.
func (p *ViberProperties) Normalize() { trim(&p.Token) }

var viberToken = regexp.MustCompile(`^[0-9A-Za-z]{16}-[0-9A-Za-z]{16}-[0-9A-Za-z]{16}$`)

// Validate implements integrations.Properties.
func (p *ViberProperties) Validate(c *validation.Context) {
	if given(p.Token) && !c.Broken("/token") && !viberToken.MatchString(p.Token.Reveal()) {
		c.Warn("/token", "unusual_token", "Is not three groups of 16 letters and digits, as tokens of Viber are; check it.")
	}
}

const (
	viberHost = "chatapi.viber.com"
	viberInfo = "https://" + viberHost + "/pa/get_account_info"
)

// What the probe knows by name.
var (
	viberBlocked = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "bot_blocked",
		Detail: "Viber knows the bot but has blocked or suspended it.",
		Hint:   "Ask Viber's support, or the partner through whom you have the bot.",
	}
	viberUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "bot_not_found",
		Detail: "Viber has no bot for the token any more.",
		Hint:   "Look in the Viber Admin Panel whether the bot still exists, and enter the token that it has now.",
	}
	viberNoWebhook = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "webhook_missing",
		Detail: "No webhook is registered for the bot, so customers' messages reach nobody.",
		Hint:   "Have the contact center register its webhook, for instance by saving the messaging scenario entry again.",
	}
)

// viberAccount is what Viber answers, refusals included: their status is 200
// (https://creators.viber.com/docs/bots-api/errors).
type viberAccount struct {
	Status  *int   `json:"status"`
	ID      string `json:"id"`
	Name    string `json:"name"`
	Webhook string `json:"webhook"`
}

// Probe implements integrations.Prober.
func (p *ViberProperties) Probe(ctx context.Context, s *integrations.Session) error {
	var account viberAccount
	err := s.Step(stepAuthenticate, func() (err error) {
		account, err = p.account(ctx, s)
		return err
	})
	if err != nil {
		return err
	}
	s.SetIdentity(named(account.Name, account.ID))
	if account.Webhook == "" {
		s.Warn(stepWebhook, viberNoWebhook.Failure())
	}
	return nil
}

func (p *ViberProperties) account(ctx context.Context, s *integrations.Session) (account viberAccount, err error) {
	header := http.Header{}
	header.Set("X-Viber-Auth-Token", p.Token.Reveal())
	answer, err := s.Exchange(ctx, integrations.Request{URL: viberInfo, Header: header})
	if err != nil {
		return account, err
	}
	if f := answer.Failure(); f != nil {
		return account, adviseViber(f)
	}
	if err := answer.JSON(&account); err != nil {
		return account, err
	}
	if f := account.refusal(answer); f != nil {
		return account, f
	}
	return account, nil
}

// refusal says what the status in the body means; nil for a bot.
func (a viberAccount) refusal(answer *integrations.Answer) *integrations.Failure {
	if a.Status == nil {
		return unlike(viberHost)
	}
	switch *a.Status {
	case 0:
		if a.ID == "" {
			return unlike(viberHost)
		}
		return nil
	case 2: // invalidAuthToken
		return adviseViber(taken(answer, http.StatusUnauthorized))
	case 7, 9: // publicAccountBlocked, publicAccountSuspended
		return viberBlocked.From(answer)
	case 8: // publicAccountNotFound
		return viberUnknown.From(answer)
	case 12: // tooManyRequests
		return taken(answer, http.StatusTooManyRequests)
	case 15: // publicAccountNotAuthorized
		return taken(answer, http.StatusForbidden)
	}
	return taken(answer, http.StatusInternalServerError)
}

func adviseViber(f *integrations.Failure) *integrations.Failure {
	return hinting(f, integrations.CauseCredentials,
		"Copy the token again from the Viber Admin Panel (Edit info); only Viber's support can replace one.")
}
