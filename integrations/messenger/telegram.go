package messenger

import (
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Telegram lists the type telegram in the catalogue.
var Telegram = integrations.Definition{ //nolint:gosec // The token is made up.
	Type:             "telegram",
	Family:           integrations.Messenger,
	Label:            "Telegram",
	Description:      "Chats with customers who write to your Telegram bot.",
	DocumentationURL: "https://core.telegram.org/bots/api",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The public documentation of the contact center names the type, not its properties; " +
			"these follow the Bot API and the integration guide's steps.",
		"A bot has one webhook: whoever registers another one takes the updates away from the contact center.",
	},
	ProbeDoes: "Asks the Bot API whose token this is (getMe), and how deliveries to the registered webhook " +
		"went (getWebhookInfo). It sends no message and changes no webhook.",
	Privileges: "A bot's token has no rights to choose from: it is the bot.",
	Diagnoses:  []integrations.Diagnosis{otherTelegramBot, telegramUndelivered},
	New:        func() integrations.Properties { return new(TelegramProperties) },
	Example: `{
	"token": "123456789:AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7dG9hJ-k",
	"botUsername": "acme_support_bot",
	"webhookSecretToken": "Qm4vK7xT2pZ9"
}`,
}

// TelegramProperties configure one Telegram bot. No property is a destination:
// the token goes to Telegram's one address, whatever the others say.
type TelegramProperties struct {
	Token secret.Text `json:"token" validate:"required" label:"Token" help:"Telegram's @BotFather shows it when you create the bot, and again on /token." pattern:"^[0-9]{6,12}:[A-Za-z0-9_-]{30,60}$" hint:"the bot's number, a colon and at least 30 letters, digits, _ or -"`

	BotUsername string `json:"botUsername" label:"Bot username" help:"The name under which customers find the bot; a test compares it with the token's bot." example:"acme_support_bot" pattern:"^[A-Za-z][A-Za-z0-9_]{3,30}[Bb][Oo][Tt]$" hint:"letters, digits and _, ending in bot"`

	WebhookSecretToken secret.Text `json:"webhookSecretToken" label:"Webhook secret token" help:"What Telegram sends along with each update to prove that it is Telegram; made for you if you leave it out." pattern:"^[A-Za-z0-9_-]{1,256}$" hint:"up to 256 letters, digits, _ and -" generated:"true"`
}

// Normalize implements integrations.Normalizer: it drops the @ before a name
// and the white space around what was pasted.
func (p *TelegramProperties) Normalize() {
	p.BotUsername = strings.TrimPrefix(p.BotUsername, "@")
	trim(&p.Token, &p.WebhookSecretToken)
}

// Validate implements integrations.Properties. The tags say it all.
func (*TelegramProperties) Validate(*validation.Context) {}
