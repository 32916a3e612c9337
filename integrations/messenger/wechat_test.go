package messenger

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	exampleWeChatSecret = "00112233445566778899aabbccddeeff"
	exampleWeChat       = `{"appId":"wx0123456789abcdef","appSecret":"` + exampleWeChatSecret + `","verifyToken":"Qm4vK7xT2pZ9",` +
		`"messageMode":"encrypted","encodingAesKey":"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}`
)

// wechatDouble is a double of WeChat's interface for tokens. It answers 200
// whatever happens, as WeChat does.
func wechatDouble(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  *bool  `json:"force_refresh"`
	}
	if r.Host != "api.weixin.qq.com" || r.URL.RequestURI() != "/cgi-bin/stable_token" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	refuse := func(code int, message string) {
		answering(http.StatusOK, fmt.Sprintf(`{"errcode":%d,"errmsg":"%s rid: 65a1b2c3"}`, code, message))(w, r)
	}
	err := json.NewDecoder(r.Body).Decode(&asked)
	switch {
	case r.Method != http.MethodPost:
		refuse(43002, "require POST method")
	case err != nil || asked.Force == nil || *asked.Force:
		refuse(47001, "data format error")
	case asked.Grant != "client_credential":
		refuse(40002, "invalid grant_type")
	case asked.AppID != "wx0123456789abcdef":
		refuse(40013, "invalid appid")
	case asked.Secret != exampleWeChatSecret:
		refuse(40125, "invalid appsecret")
	default:
		answering(http.StatusOK, `{"access_token":"68_aBcDeFgHiJkL","expires_in":7200}`)(w, r)
	}
}

func TestWeChat(t *testing.T) {
	t.Parallel()
	refused := func(code int) func(http.ResponseWriter, *http.Request) {
		return answering(http.StatusOK, fmt.Sprintf(`{"errcode":%d,"errmsg":"refused"}`, code))
	}
	integrationtest.Run(t, WeChat, integrationtest.Fixture{
		Valid:    exampleWeChat,
		Required: []string{"appId", "appSecret", "verifyToken", "encodingAesKey"},
		Invalid: []integrationtest.Case{
			{Name: "app ID of another form", Patch: `{"appId":"gh_0123"}`, Pointer: "/appId", Code: "pattern"},
			{Name: "short secret", Patch: `{"appSecret":"abc"}`, Pointer: "/appSecret", Code: "pattern"},
			{Name: "token with a hyphen", Patch: `{"verifyToken":"a-b"}`, Pointer: "/verifyToken", Code: "pattern"},
			{Name: "unknown mode", Patch: `{"messageMode":"secret"}`, Pointer: "/messageMode", Code: "enum"},
			{Name: "short key", Patch: `{"encodingAesKey":"abc"}`, Pointer: "/encodingAesKey", Code: "pattern"},
			{Name: "key without encryption", Patch: `{"messageMode":"plain"}`, Pointer: "/encodingAesKey", Code: "not_applicable"},
		},
		Remote:   wechatDouble,
		Hosts:    []string{"api.weixin.qq.com"},
		Identity: "wx0123456789abcdef",
		Custom: []integrationtest.RemoteCase{
			{Name: "unknown account", Handler: refused(40013), Cause: integrations.CauseCredentials, Code: "app_id_unknown"},
			{Name: "wrong secret", Handler: refused(40125), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "wrong secret, the old way", Handler: refused(40001), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "address", Handler: refused(40164), Cause: integrations.CausePermission, Code: "ip_not_allowed"},
			{Name: "frozen", Handler: refused(40243), Cause: integrations.CauseCredentials, Code: "app_secret_frozen"},
			{Name: "daily quota", Handler: refused(45009), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "quota of the minute", Handler: refused(45011), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "forbidden", Handler: refused(48004), Cause: integrations.CausePermission, Code: "account_restricted"},
			{Name: "busy", Handler: refused(-1), Cause: integrations.CauseRemote, Code: "remote_error"},
			{Name: "another code", Handler: refused(47001), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "no token", Handler: answering(200, `{}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestWeChatNamesTheAddress(t *testing.T) {
	const allowlist = " to the IP allowlist in the Basic Configuration of the Official Account."
	for message, want := range map[string]string{
		"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 65a1": "Add 203.0.113.7" + allowlist,
		"invalid ip 2001:db8::7, not in whitelist":                                   "Add 2001:db8::7" + allowlist,
		"invalid ip <script>, not in whitelist":                                      wechatAddress.Hint,
		"":                                                                           wechatAddress.Hint,
	} {
		text, err := json.Marshal(map[string]any{"errcode": 40164, "errmsg": message})
		require.NoError(t, err)
		_, f := try(t, valid(t, WeChat, exampleWeChat), http.HandlerFunc(answering(http.StatusOK, string(text))))
		require.Equal(t, "ip_not_allowed", f.Code)
		require.Equal(t, want, f.Hint)
	}
}

func TestWeChatModes(t *testing.T) {
	const plain = `{"appId":"wx0123456789abcdef","appSecret":"` + exampleWeChatSecret + `","verifyToken":"Qm4vK7xT2pZ9"`
	p, violations, found := decoded(t, WeChat, plain+`,"messageMode":"plain"}`)
	require.Empty(t, violations)
	require.Equal(t, []string{"/messageMode messages_unencrypted"}, found)
	require.False(t, p.(*WeChatProperties).EncodingAESKey.IsSet())
	_, violations, _ = decoded(t, WeChat, plain+`,"messageMode":""}`)
	require.Equal(t, []string{"/encodingAesKey required"}, violations)
	_, violations, _ = decoded(t, WeChat, plain+`}`)
	require.Equal(t, []string{"/encodingAesKey required"}, violations, "encrypted unless said otherwise")
}
