package messenger

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
)

func TestTelegram(t *testing.T) {
	t.Parallel()
	refusing := func(status int, description, more string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { refuseTelegram(w, status, description, more) }
	}
	integrationtest.Run(t, Telegram, integrationtest.Fixture{
		Valid:    `{"token":"` + exampleToken + `","botUsername":"acme_support_bot","webhookSecretToken":"Qm4vK7xT2pZ9"}`,
		Required: []string{"token"},
		Invalid: []integrationtest.Case{
			{Name: "token of another form", Patch: `{"token":"abc"}`, Pointer: "/token", Code: "pattern"},
			{Name: "name of no bot", Patch: `{"botUsername":"acme"}`, Pointer: "/botUsername", Code: "pattern"},
			{Name: "no token", Patch: `{"token":null}`, Pointer: "/token", Code: "required"},
		},
		Remote:   botAPI{}.ServeHTTP,
		Hosts:    []string{"api.telegram.org"},
		Identity: "@Acme_Support_Bot",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "revoked token", Handler: refusing(http.StatusUnauthorized, "Unauthorized", ""),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "token that never was", Handler: refusing(http.StatusNotFound, "Not Found", ""),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "flood", Handler: refusing(http.StatusTooManyRequests, "Too Many Requests", `,"parameters":{"retry_after":7}`),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "not ok at all", Handler: say(`{"ok":false}`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "refusal in an answer of 200", Handler: say(`{"ok":false,"error_code":401,"description":"Unauthorized"}`),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "neither ok nor not", Handler: say(`{"result":{"id":1,"is_bot":true}}`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "no result", Handler: say(`{"ok":true}`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "token of a person", Handler: botAPI{me: `{"id":5,"is_bot":false,"username":"Acme_Support_Bot"}`}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "token of another bot", Handler: botAPI{me: `{"id":5,"is_bot":true,"username":"Other_bot"}`}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "other_bot",
			},
			{
				Name: "webhook of no form", Handler: botAPI{webhook: `[]`}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

func probe(t *testing.T, handler http.Handler) (*integrations.Session, *integrations.Failure) {
	t.Helper()
	return try(t, &TelegramProperties{Token: secret.New(exampleToken)}, handler)
}

func TestTelegramWebhookError(t *testing.T) {
	s, f := probe(t, botAPI{webhook: `{"url":"https://acme.example/` + exampleToken + `","pending_update_count":3,` +
		`"last_error_date":1767225600,"last_error_message":"Wrong response from https://acme.example/` + exampleToken + `"}`})
	require.Nil(t, f)
	steps := s.Steps()
	last := steps[len(steps)-1]
	require.Equal(t, integrations.StepWarning, last.Status)
	require.Equal(t, "webhook", last.Name)
	require.Equal(t, "webhook_failing", last.Failure.Code)
	require.Equal(t, "Telegram could not deliver an update to the bot's webhook; the latest time was 2026-01-01T00:00:00Z; "+
		"updates that wait: 3.", last.Failure.Detail)
}

func TestTelegramWebhookErrorOfThePast(t *testing.T) {
	day := 24 * time.Hour
	tests := []struct {
		name    string
		date    int64
		pending int
		want    []string
	}{
		{"fresh", at.Add(-day + time.Second).Unix(), 0, []string{"webhook webhook_failing"}},
		{"old, all delivered since", at.Add(-day).Unix(), 0, nil},
		{"old, updates still wait", at.Add(-30 * day).Unix(), 1, []string{"webhook webhook_failing"}},
		{"no date", 0, 0, []string{"webhook webhook_failing"}},
	}
	for _, tt := range tests {
		s, f := probe(t, botAPI{webhook: fmt.Sprintf(`{"url":"https://acme.example/hook","pending_update_count":%d,`+
			`"last_error_date":%d,"last_error_message":"Connection timed out"}`, tt.pending, tt.date)})
		require.Nil(t, f)
		require.Equal(t, tt.want, warnings(s), tt.name)
	}
}

func TestTelegramWithoutWebhook(t *testing.T) {
	s, f := probe(t, botAPI{webhook: `{"url":"","has_custom_certificate":false,"pending_update_count":0}`})
	require.Nil(t, f)
	for _, step := range s.Steps() {
		require.Equal(t, integrations.StepPassed, step.Status)
	}
}

func TestTelegramRetryAfter(t *testing.T) {
	tests := map[string]time.Duration{
		`,"parameters":{"retry_after":17}`:                   17 * time.Second,
		`,"parameters":{"retry_after":9223372036854775807}`:  24 * time.Hour,
		`,"parameters":{"retry_after":-9223372036854775807}`: 5 * time.Second,
		``: 5 * time.Second,
	}
	for more, want := range tests {
		_, f := probe(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "5")
			refuseTelegram(w, http.StatusTooManyRequests, "Too Many Requests", more)
		}))
		require.Equal(t, integrations.CauseRateLimited, f.Cause)
		require.True(t, f.Retryable)
		require.Equal(t, want, f.RetryAfter, more)
		require.Equal(t, http.StatusTooManyRequests, f.HTTPStatus)
	}
}
