package google_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/google"
	"admin-api/integrations/platform/google/googletest"
	"admin-api/secret"
)

// token gets a token at a clock and returns the failure's code instead.
func token(t *testing.T, handler http.HandlerFunc, text string, at time.Time) (secret.Text, *integrations.Failure) {
	t.Helper()
	s := integrationtest.Session(handler, at)
	got, err := google.Token(t.Context(), s, secret.New(text))
	if err == nil {
		return got, nil
	}
	f, ok := err.(*integrations.Failure) //nolint:errorlint // Nothing is to be wrapped.
	require.True(t, ok)
	require.NotContains(t, f.Detail+f.Hint, "eyJ")
	return got, f
}

func TestToken(t *testing.T) {
	got, f := token(t, googletest.ServeToken, google.ExampleKey, time.Now())
	require.Nil(t, f)
	require.Equal(t, googletest.AccessToken, got.Reveal())
}

// forged is the example's file with a private key that Google does not know.
func forged(t *testing.T) string {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	var file map[string]string
	require.NoError(t, json.Unmarshal([]byte(google.ExampleKey), &file))
	file["private_key"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	text, err := json.Marshal(file)
	require.NoError(t, err)
	return string(text)
}

func TestTokenRefused(t *testing.T) {
	other := strings.Replace(google.ExampleKey, "0123456789abcdef", "fedcba9876543210", 1)
	stranger := strings.Replace(google.ExampleKey, `"client_email":"agent`, `"client_email":"other`, 1)
	say := func(status int, document string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { googletest.Say(w, status, document) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		key     string
		late    time.Duration
		code    string
	}{
		{"key that was deleted", googletest.ServeToken, other, 0, "service_account_key_rejected"},
		{"signature of another key", googletest.ServeToken, forged(t), 0, "service_account_key_rejected"},
		{"account that was deleted", googletest.ServeToken, stranger, 0, "service_account_unknown"},
		{"clock behind", googletest.ServeToken, google.ExampleKey, -time.Hour, "clock_skewed"},
		{"clock ahead", googletest.ServeToken, google.ExampleKey, time.Hour, "clock_skewed"},
		{"no key", googletest.ServeToken, "{}", 0, "service_account_key_unusable"},
		{"no address", googletest.RefuseGrant("invalid_grant", "Not a valid email."), google.ExampleKey, 0, "service_account_unknown"},
		{"words to come", googletest.RefuseGrant("invalid_grant", ""), google.ExampleKey, 0, "service_account_key_rejected"},
		{"disabled", googletest.RefuseGrant("disabled_client", ""), google.ExampleKey, 0, "service_account_disabled"},
		{"client gone", googletest.RefuseGrant("invalid_client", ""), google.ExampleKey, 0, "service_account_unknown"},
		{"policy", googletest.RefuseGrant("access_denied", ""), google.ExampleKey, 0, "token_denied"},
		{"scope", googletest.RefuseGrant("invalid_scope", ""), google.ExampleKey, 0, "token_denied"},
		{"code to come", googletest.RefuseGrant("something_new", ""), google.ExampleKey, 0, "unexpected_status"},
		{"out of order", say(http.StatusServiceUnavailable, `{"error":"invalid_grant"}`), google.ExampleKey, 0, "remote_error"},
		{"page", say(http.StatusBadRequest, `<p>`), google.ExampleKey, 0, "unexpected_status"},
		{"no token", say(http.StatusOK, `{"token_type":"Bearer"}`), google.ExampleKey, 0, "unexpected_answer"},
		{"token of another kind", say(http.StatusOK, `{"token_type":"mac","access_token":"x"}`), google.ExampleKey, 0, "unexpected_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, f := token(t, tt.handler, tt.key, time.Now().Add(tt.late))
			require.False(t, got.IsSet())
			require.NotNil(t, f)
			require.Equal(t, tt.code, f.Code)
		})
	}
}

func TestRefusal(t *testing.T) {
	tests := []struct {
		status             int
		name, reason, code string
	}{
		{http.StatusBadRequest, "INVALID_ARGUMENT", "API_KEY_INVALID", "api_key_rejected"},
		{http.StatusForbidden, "PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED", "api_key_restricted"},
		{http.StatusForbidden, "PERMISSION_DENIED", "API_KEY_IP_ADDRESS_BLOCKED", "api_key_caller_restricted"},
		{http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED", "api_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "BILLING_DISABLED", "billing_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "CONSUMER_SUSPENDED", "project_suspended"},
		{http.StatusUnauthorized, "UNAUTHENTICATED", "ACCOUNT_STATE_INVALID", "service_account_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED", "policy_denied"},
		{http.StatusUnauthorized, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "credentials_rejected"},
		{http.StatusForbidden, "PERMISSION_DENIED", "", "permission_denied"},
		{http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "rate_limited"},
		{http.StatusNotFound, "NOT_FOUND", "", "not_found"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		googletest.Refuse(tt.status, tt.name, tt.reason)(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		answer := &integrations.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
		f := google.Refusal(answer)
		require.Equal(t, tt.code, f.Code, tt.reason)
		require.Equal(t, tt.status, f.HTTPStatus)
		name, reason := google.Status(answer)
		require.Equal(t, tt.name, name)
		require.Equal(t, tt.reason, reason)
	}
	require.Nil(t, google.Refusal(&integrations.Answer{Status: http.StatusOK}))
}

// TestForeignReasons: a product's own reason, even of the same name, says nothing
// about the caller.
func TestForeignReasons(t *testing.T) {
	answer := &integrations.Answer{Status: http.StatusForbidden, Body: []byte(
		`{"error":{"status":"PERMISSION_DENIED","details":[{"reason":"SERVICE_DISABLED","domain":"dialogflow.googleapis.com"}]}}`)}
	require.Equal(t, "permission_denied", google.Refusal(answer).Code)
	answer.Body = []byte(`{"error":"text"}`)
	require.Equal(t, "permission_denied", google.Refusal(answer).Code)
}
