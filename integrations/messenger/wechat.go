package messenger

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// WeChat lists the type wechat in the catalogue.
var WeChat = integrations.Definition{ //nolint:gosec // The secrets are made up.
	Type:             "wechat",
	Family:           integrations.Messenger,
	Label:            "WeChat",
	Description:      "Chats with customers who write to your WeChat Official Account.",
	DocumentationURL: "https://developers.weixin.qq.com/doc/service/en/api/base/api_getstableaccesstoken.html",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The public documentation of the contact center names the messenger, not its properties; these follow WeChat's own.",
		"It is about Official Accounts (service and subscription accounts), not about WeCom (WeChat Work).",
		"WeChat answers only addresses that stand in the account's IP allowlist.",
	},
	ProbeDoes: "Asks for the stable access token without forcing a new one, so that tokens in use stay good. " +
		"Token and key of the messages are not tested: WeChat proves them when it calls.",
	Privileges: "App ID and app secret of the Official Account, and this server's public address in its IP allowlist.",
	Diagnoses:  []integrations.Diagnosis{wechatUnknown, wechatAddress, wechatFrozen, wechatRestricted},
	New:        func() integrations.Properties { return &WeChatProperties{MessageMode: "encrypted"} },
	Example: `{
	"appId": "wx0123456789abcdef",
	"appSecret": "00112233445566778899aabbccddeeff",
	"verifyToken": "Qm4vK7xT2pZ9",
	"messageMode": "encrypted",
	"encodingAesKey": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
}`,
}

// WeChatProperties configure one Official Account. No property is a destination:
// the secret goes to WeChat's one address, whatever the others say.
type WeChatProperties struct {
	AppID string `json:"appId" validate:"required" label:"App ID" help:"Under Settings and Development, Basic Configuration of the Official Account." example:"wx0123456789abcdef" pattern:"^wx[0-9a-f]{16}$" hint:"wx and 16 hexadecimal digits"`

	AppSecret secret.Text `json:"appSecret" validate:"required" label:"App secret" help:"From the same page; WeChat shows it once." pattern:"^[0-9a-f]{32}$" hint:"32 hexadecimal digits"`

	VerifyToken secret.Text `json:"verifyToken" validate:"required" label:"Token" help:"The word entered as Token in the account's server configuration; WeChat signs its calls with it." pattern:"^[A-Za-z0-9]{3,32}$" hint:"3 to 32 letters and digits"`

	MessageMode string `json:"messageMode" label:"Message mode" help:"How messages are encrypted, as chosen in the server configuration." enum:"plain,compatible,encrypted" enumLabels:"Plain text,Compatible,Encrypted"`

	EncodingAESKey secret.Text `json:"encodingAesKey" validate:"required" label:"Encoding AES key" help:"The key of the messages, from the same configuration." pattern:"^[A-Za-z0-9]{43}$" hint:"43 letters and digits" when:"messageMode=compatible|encrypted"`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// what was pasted.
func (p *WeChatProperties) Normalize() {
	if p.MessageMode == "" {
		p.MessageMode = "encrypted"
	}
	trim(&p.AppSecret, &p.VerifyToken, &p.EncodingAESKey)
}

// Validate implements integrations.Properties.
func (p *WeChatProperties) Validate(c *validation.Context) {
	if p.MessageMode == "plain" {
		c.Warn("/messageMode", "messages_unencrypted", "Leaves messages unencrypted; choose Encrypted at WeChat and here.")
	}
}

const (
	wechatHost  = "api.weixin.qq.com"
	wechatToken = "https://" + wechatHost + "/cgi-bin/stable_token"
)

// What the probe knows by name.
var (
	wechatUnknown = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "app_id_unknown",
		Detail: "WeChat knows no account with this app ID.",
		Hint:   "Copy the app ID from the Basic Configuration of the Official Account.",
	}
	wechatAddress = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "ip_not_allowed",
		Detail: "WeChat does not answer this server's address.",
		Hint:   "Add the server's public address to the IP allowlist in the Basic Configuration of the Official Account.",
	}
	wechatFrozen = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "app_secret_frozen",
		Detail: "The app secret is right, but it has been frozen.",
		Hint:   "Unfreeze it on WeChat's platform, or reset it and enter the new one.",
	}
	wechatRestricted = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "account_restricted",
		Detail: "WeChat has restricted the account or forbidden it the interface.",
		Hint:   "Sign in to WeChat's platform as the account and follow what it says there.",
	}
)

// wechatAnswer is a token or a refusal; the status is 200 for both
// (https://developers.weixin.qq.com/doc/oplatform/developers/errCode/errCode.html).
type wechatAnswer struct {
	Token   string `json:"access_token"`
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
}

// Probe implements integrations.Prober. A token that is asked for this way stays
// the same while it is good, apart from those that the classic interface issues.
func (p *WeChatProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step(stepAuthenticate, func() error {
		body, err := json.Marshal(map[string]any{
			"grant_type": "client_credential", "appid": p.AppID, "secret": p.AppSecret.Reveal(), "force_refresh": false,
		})
		if err != nil {
			return err
		}
		answer, err := s.Exchange(ctx, integrations.Request{
			Method: http.MethodPost, URL: wechatToken, Body: body, Header: http.Header{"Content-Type": {"application/json"}},
		})
		if err != nil {
			return err
		}
		if f := wechatFailure(answer); f != nil {
			return f
		}
		s.SetIdentity(p.AppID)
		return nil
	})
}

// wechatFailure says what the answer means; nil for a token.
func wechatFailure(answer *integrations.Answer) error {
	if f := answer.Failure(); f != nil {
		return f
	}
	var document wechatAnswer
	if err := answer.JSON(&document); err != nil {
		return err
	}
	switch document.Code {
	case 0:
		if document.Token == "" {
			return unlike(wechatHost)
		}
		return nil
	case 40013:
		return wechatUnknown.From(answer)
	case 40001, 40125, 41004:
		return hinting(taken(answer, http.StatusUnauthorized), integrations.CauseCredentials,
			"Compare the app secret with the account's; if nobody has it any more, reset it and enter the new one everywhere.")
	case 40164, 61004, 89503, 89506, 89507:
		return wechatElsewhere(answer, document.Message)
	case 40243:
		return wechatFrozen.From(answer)
	case 45009, 45011:
		return taken(answer, http.StatusTooManyRequests)
	case 48001, 48004, 50002:
		return wechatRestricted.From(answer)
	case -1:
		return taken(answer, http.StatusInternalServerError)
	}
	return unlike(wechatHost)
}

// wechatElsewhere names the address that WeChat saw, which it says in words and
// which nobody behind a gateway knows otherwise.
func wechatElsewhere(answer *integrations.Answer, message string) *integrations.Failure {
	f := wechatAddress.From(answer)
	for word := range strings.FieldsSeq(message) {
		if address, err := netip.ParseAddr(strings.Trim(word, ",.;:")); err == nil && address.Zone() == "" {
			f.Hint = "Add " + address.Unmap().String() +
				" to the IP allowlist in the Basic Configuration of the Official Account."
			return f
		}
	}
	return f
}
