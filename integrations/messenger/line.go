package messenger

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Line lists the type line in the catalogue.
var Line = integrations.Definition{ //nolint:gosec // The token is made up.
	Type:             "line",
	Family:           integrations.Messenger,
	Label:            "LINE",
	Description:      "Chats with customers who write to your LINE Official Account.",
	DocumentationURL: "https://developers.line.biz/en/reference/messaging-api/",
	Shape:            integrations.Documented,
	Notes: []string{
		"Channel ID and channel secret are additions of ours: the documentation of the contact center names the token only.",
		"LINE@ accounts have become LINE Official Accounts; their channel access tokens are the same thing.",
		"Stateless tokens, which live for 15 minutes, are of no use here.",
	},
	ProbeDoes: "Asks the Messaging API whose token this is (bot info), then for which channel and how long the token is " +
		"good. It issues and revokes no token. The channel secret is not tested.",
	Privileges: "A channel access token of the Messaging API channel; it has no rights to choose from.",
	Diagnoses:  []integrations.Diagnosis{lineOtherChannel, lineExpires, lineLifetimeUnknown},
	New:        func() integrations.Properties { return new(LineProperties) },
	Example: `{
	"token": "bNl4YEFPI/hjFWhTqexp4MuEw5YPs7qhr6dJDXKwNPuLkazZ3xQ8vT1mB6cRdB04t89/1O/w1cDnyilFU=",
	"channelId": "1573163733",
	"channelSecret": "fedcba9876543210fedcba9876543210"
}`,
}

// LineProperties configure one LINE Official Account. No property is a
// destination: the token goes to LINE's one address, whatever the others say.
type LineProperties struct {
	Token secret.Text `json:"token" validate:"required" label:"Token" help:"Channel access token, from the tab Messaging API of the channel in the LINE Developers Console." pattern:"^[A-Za-z0-9+/=._-]{50,512}$" hint:"50 to 512 letters, digits and the characters + / = . _ -"`

	ChannelID string `json:"channelId" label:"Channel ID" help:"The channel's number; a test compares it with the token's channel." example:"1573163733" pattern:"^[0-9]{10}$" hint:"10 digits"`

	ChannelSecret secret.Text `json:"channelSecret" label:"Channel secret" help:"From the channel's basic settings; with it the signatures of incoming messages are checked." pattern:"^[0-9a-f]{32}$" hint:"32 hexadecimal digits"`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// what was pasted.
func (p *LineProperties) Normalize() { trim(&p.Token, &p.ChannelSecret) }

// Validate implements integrations.Properties.
func (p *LineProperties) Validate(c *validation.Context) {
	if !p.ChannelSecret.IsSet() {
		c.Warn("/channelSecret", "signatures_unchecked",
			"Without the channel secret nobody can tell LINE's messages from forged ones; enter it.")
	}
}

// Addresses that a probe asks. Tokens that somebody gave an expiry of his own
// (v2.1) are JSON Web Tokens and are told about elsewhere than all others
// (https://developers.line.biz/en/reference/messaging-api/#verify-channel-access-token).
const (
	lineHost    = "api.line.me"
	lineBot     = "https://" + lineHost + "/v2/bot/info"
	lineVerify  = "https://" + lineHost + "/v2/oauth/verify"
	lineVerify2 = "https://" + lineHost + "/oauth2/v2.1/verify"
)

// What the probe knows by name.
var (
	lineOtherChannel = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_channel",
		Detail: "The token is good, but it is another channel's than the channel ID says.",
		Hint:   "Correct the channel ID, or enter the token of that channel.",
	}
	lineExpires = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "token_expires_soon",
		Detail: "The token expires within a week.",
		Hint:   "Issue a new token in the LINE Developers Console and enter it; a long-lived one does not expire.",
	}
	lineLifetimeUnknown = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "token_lifetime_unknown",
		Detail: "LINE accepts the token, but does not say how long it is good.",
		Hint:   "Look in the LINE Developers Console whether the token expires.",
	}
)

// lineToken is what LINE tells about a token. Times are in seconds; a
// long-lived token has about a century left.
type lineToken struct {
	Channel string `json:"client_id"`
	Left    int64  `json:"expires_in"`
}

// Probe implements integrations.Prober.
func (p *LineProperties) Probe(ctx context.Context, s *integrations.Session) error {
	if err := s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) }); err != nil {
		s.Skip(stepToken)
		return err
	}
	var token lineToken
	var told bool
	err := s.Step(stepToken, func() (err error) {
		token, told, err = p.inspect(ctx, s)
		if told && p.ChannelID != "" && token.Channel != p.ChannelID {
			return lineOtherChannel.Failure()
		}
		return err
	})
	const week = 7 * 24 * 60 * 60
	switch {
	case err != nil:
		return err
	case !told:
		s.Warn(stepToken, lineLifetimeUnknown.Failure())
	case token.Left < week:
		f := lineExpires.Failure()
		f.Detail = "The token expires in less than " + strconv.FormatInt(max(token.Left, 0)/(24*60*60)+1, 10) + " days."
		s.Warn(stepToken, f)
	}
	return nil
}

func (p *LineProperties) authenticate(ctx context.Context, s *integrations.Session) error {
	answer, err := s.Exchange(ctx, integrations.Request{URL: lineBot, Header: integrations.Bearer(p.Token)})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return adviseLine(f)
	}
	var bot struct{ UserID, BasicID, DisplayName string }
	if err := answer.JSON(&bot); err != nil {
		return err
	}
	if bot.UserID == "" {
		return unlike(lineHost)
	}
	s.SetIdentity(named(bot.DisplayName, bot.BasicID))
	return nil
}

// inspect asks about the token; not told is what LINE says of a kind of token
// that it does not know there.
func (p *LineProperties) inspect(ctx context.Context, s *integrations.Session) (token lineToken, told bool, err error) {
	form := url.Values{"access_token": {p.Token.Reveal()}}
	r := integrations.Request{Method: http.MethodPost, URL: lineVerify, Form: form}
	if strings.HasPrefix(p.Token.Reveal(), "eyJ") {
		r = integrations.Request{URL: lineVerify2 + "?" + form.Encode()}
	}
	answer, err := s.Exchange(ctx, r)
	if err != nil {
		return token, false, err
	}
	if answer.Status == http.StatusBadRequest {
		return token, false, nil
	}
	if f := answer.Failure(); f != nil {
		return token, false, adviseLine(f)
	}
	if err := answer.JSON(&token); err != nil {
		return token, false, err
	}
	if token.Channel == "" {
		return token, false, unlike(lineHost)
	}
	return token, true, nil
}

func adviseLine(f *integrations.Failure) *integrations.Failure {
	f = hinting(f, integrations.CauseCredentials,
		"The token may be mistyped, expired or replaced by a newer one; issue a new one in the LINE Developers Console.")
	return hinting(f, integrations.CausePermission,
		"Check that the channel is a Messaging API channel, and that its list of permitted IP addresses has this server's.")
}
