package messenger

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
)

const (
	telegramHost = "api.telegram.org"
	telegramAPI  = "https://" + telegramHost + "/bot"
)

// What the probe knows by name.
var (
	otherTelegramBot = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_bot",
		Detail: "The token is good, but it is another bot's than the bot username says.",
		Hint:   "Correct the bot username, or enter the token of that bot.",
	}
	telegramUndelivered = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "webhook_failing",
		Detail: "Telegram could not deliver an update to the bot's webhook.",
		Hint: "Check that the webhook's address is reachable from the internet and its certificate valid. " +
			"Telegram forgets the error when the webhook is set anew.",
	}
)

// telegramAnswer is what every method of the Bot API returns
// (https://core.telegram.org/bots/api#making-requests).
type telegramAnswer struct {
	OK         *bool           `json:"ok"`
	Result     json.RawMessage `json:"result"`
	ErrorCode  int             `json:"error_code"`
	Parameters struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// telegramBot is the part of getMe's User that counts.
type telegramBot struct {
	ID       int64  `json:"id"`
	IsBot    bool   `json:"is_bot"`
	Username string `json:"username"`
}

// telegramWebhook is the part of getWebhookInfo's WebhookInfo that counts.
type telegramWebhook struct {
	PendingUpdates   int    `json:"pending_update_count"`
	LastErrorDate    int64  `json:"last_error_date"`
	LastErrorMessage string `json:"last_error_message"`
}

// Probe implements integrations.Prober. It asks Telegram whose token this is and
// whether updates reach the webhook that is registered there.
func (p *TelegramProperties) Probe(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) })
	if err != nil {
		s.Skip(stepWebhook)
		return err
	}
	var hook telegramWebhook
	err = s.Step(stepWebhook, func() error { return p.call(ctx, s, "getWebhookInfo", &hook) })
	if err != nil {
		return err
	}
	if hook.failing(s.Now()) {
		s.Warn(stepWebhook, undelivered(hook))
	}
	return nil
}

func (p *TelegramProperties) authenticate(ctx context.Context, s *integrations.Session) error {
	var bot telegramBot
	if err := p.call(ctx, s, "getMe", &bot); err != nil {
		return err
	}
	if bot.ID == 0 || !bot.IsBot {
		return unlike(telegramHost)
	}
	s.SetIdentity(bot.name())
	if p.BotUsername != "" && !strings.EqualFold(p.BotUsername, bot.Username) {
		return otherTelegramBot.Failure()
	}
	return nil
}

// call calls a method that takes no parameters. The token is part of the path,
// so no error here may hold the address.
func (p *TelegramProperties) call(ctx context.Context, s *integrations.Session, method string, into any) error {
	answer, err := s.Exchange(ctx, integrations.Request{URL: telegramAPI + p.Token.Reveal() + "/" + method})
	if err != nil {
		return err
	}
	var document telegramAnswer
	malformed := answer.JSON(&document)
	if malformed == nil && document.OK != nil && !*document.OK {
		return document.failure(answer)
	}
	if f := answer.Failure(); f != nil {
		return advise(f)
	}
	if malformed != nil {
		return malformed
	}
	if document.OK == nil || json.Unmarshal(document.Result, into) != nil {
		return unlike(telegramHost)
	}
	return nil
}

// failure says what Telegram means by an answer that is not ok.
func (d *telegramAnswer) failure(answer *integrations.Answer) *integrations.Failure {
	status := answer.Status
	if d.ErrorCode != 0 {
		status = d.ErrorCode
	}
	// To a token that was never one, Telegram says 404: the address, of which
	// the token is a part, does not exist.
	if status == http.StatusNotFound {
		status = http.StatusUnauthorized
	}
	f := taken(answer, status)
	if f == nil {
		return unlike(telegramHost)
	}
	if wait := d.Parameters.RetryAfter; status == http.StatusTooManyRequests && wait > 0 {
		f.RetryAfter = time.Duration(min(wait, int(24*time.Hour/time.Second))) * time.Second
	}
	return advise(f)
}

// advise adds what helps at Telegram to a failure.
func advise(f *integrations.Failure) *integrations.Failure {
	if f.Cause == integrations.CauseCredentials {
		f.Hint = "Copy the token again from @BotFather (/mybots, API Token); if it was revoked there, enter the new one."
	}
	return f
}

// failing reports whether deliveries go wrong at present. Telegram shows the
// latest error for good, so one that is a day old with nothing left to deliver
// is a thing of the past.
func (w telegramWebhook) failing(now time.Time) bool {
	const fresh = 24 * time.Hour
	return w.LastErrorMessage != "" &&
		(w.PendingUpdates > 0 || w.LastErrorDate == 0 || now.Sub(time.Unix(w.LastErrorDate, 0)) < fresh)
}

// undelivered reports the latest error of the webhook without Telegram's words,
// which quote addresses and answers.
func undelivered(hook telegramWebhook) *integrations.Failure {
	detail := "Telegram could not deliver an update to the bot's webhook"
	if hook.LastErrorDate > 0 {
		detail += "; the latest time was " + time.Unix(hook.LastErrorDate, 0).UTC().Format(time.RFC3339)
	}
	if hook.PendingUpdates > 0 {
		detail += "; updates that wait: " + strconv.Itoa(hook.PendingUpdates)
	}
	f := telegramUndelivered.Failure()
	f.Detail = detail + "."
	return f
}

var telegramName = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// name is how a check shows the bot. The text comes from outside, so only a
// plausible name is passed on.
func (b telegramBot) name() string {
	if telegramName.MatchString(b.Username) {
		return "@" + b.Username
	}
	return "bot " + strconv.FormatInt(b.ID, 10)
}
