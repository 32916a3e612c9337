package messenger

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

func TestTelegramRules(t *testing.T) {
	tests := []struct {
		name, members string
		want          []string
	}{
		{"token alone", `"token":"` + exampleToken + `"`, nil},
		{"all", `"token":"` + exampleToken + `","botUsername":"acme_support_bot","webhookSecretToken":"Qm4vK7xT2pZ9"`, nil},
		{"token missing", `"botUsername":"acme_support_bot"`, []string{"/token required"}},
		{"token without colon", `"token":"123456789AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7dG9hJk"`, []string{"/token pattern"}},
		{"token with a long number", `"token":"1234567890123:AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7dG9hJ-k"`, []string{"/token pattern"}},
		{"token with a short rest", `"token":"123456789:AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7d"`, []string{"/token pattern"}},
		{"token with a path", `"token":"` + exampleToken + `/getMe"`, []string{"/token pattern"}},
		{"name of no bot", `"token":"` + exampleToken + `","botUsername":"acme_support"`, []string{"/botUsername pattern"}},
		{"name in capitals", `"token":"` + exampleToken + `","botUsername":"@AcmeSupportBOT"`, nil},
		{"name too short", `"token":"` + exampleToken + `","botUsername":"a_bbot"`, []string{"/botUsername pattern"}},
		{"webhook secret with a space", `"token":"` + exampleToken + `","webhookSecretToken":"a b"`, []string{"/webhookSecretToken pattern"}},
		{
			"webhook secret too long", `"token":"` + exampleToken + `","webhookSecretToken":"` + strings.Repeat("a-B_9", 52) + `"`,
			[]string{"/webhookSecretToken pattern"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{}
			Telegram.Decode(json.RawMessage("{"+tt.members+"}"), nil, c)
			require.Equal(t, tt.want, found(c.Errors()))
			require.Empty(t, c.Warnings())
		})
	}
}

func found(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

func TestTelegramNormalize(t *testing.T) {
	p, _ := Telegram.Decode(json.RawMessage(`{"token":" `+exampleToken+` ","botUsername":" @acme_support_bot"}`), nil,
		&validation.Context{}).(*TelegramProperties)
	require.Equal(t, exampleToken, p.Token.Reveal())
	require.Equal(t, "acme_support_bot", p.BotUsername)

	c := &validation.Context{}
	p, _ = Telegram.Decode(json.RawMessage(`{}`), []string{"/token"}, c).(*TelegramProperties)
	require.NoError(t, c.Err())
	require.True(t, p.Token.IsKept())
	require.Empty(t, Telegram.Destinations())
}

func TestTelegramWebhookSecretTokenIsMadeHere(t *testing.T) {
	require.Equal(t, []string{"/webhookSecretToken"}, Telegram.GeneratedSecrets())
}

func TestTelegramIdentity(t *testing.T) {
	require.Equal(t, "@Acme_bot", telegramBot{ID: 7, Username: "Acme_bot"}.name())
	require.Equal(t, "bot 7", telegramBot{ID: 7, Username: "<b>Acme"}.name())
	require.Equal(t, "bot 7", telegramBot{ID: 7}.name())
}
