package speechtotext

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/google"
	"admin-api/integrations/platform/google/googletest"
	"admin-api/validation"
)

const (
	googleHost = "speech.googleapis.com"
	exampleKey = "AIzaSyEXAMPLE-OF-AN-API-KEY-0123456789a"
)

// speech is a double of Google that recognizes for one API key or for the one
// service account.
type speech struct {
	host, key string
	// refuse answers callers who are known.
	refuse http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (v speech) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == googletest.TokenHost:
		googletest.ServeToken(w, r)
	case r.Host != v.host || r.URL.Path != "/v1/speech:recognize" || r.URL.RawQuery != "":
		http.Error(w, "<!DOCTYPE html>", http.StatusNotFound)
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json":
		googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "NOT_JSON")(w, r)
	case v.key != "" && r.Header.Get("X-Goog-Api-Key") != v.key:
		googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "API_KEY_INVALID")(w, r)
	case v.key == "" && !googletest.Authorized(w, r):
	case v.refuse != nil:
		v.refuse(w, r)
	default:
		v.recognize(w, r)
	}
}

// recognize fails where it would have to work, which costs money.
func (v speech) recognize(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Config struct {
			Encoding     string `json:"encoding"`
			LanguageCode string `json:"languageCode"`
		} `json:"config"`
		Audio map[string]any `json:"audio"`
	}
	err := json.NewDecoder(r.Body).Decode(&request)
	if err != nil || request.Config.Encoding == "" || request.Config.LanguageCode == "" || len(request.Audio) > 0 {
		googletest.Refuse(http.StatusInternalServerError, "INTERNAL", "")(w, r)
		return
	}
	googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "")(w, r)
}

// turnedAway are callers whom Google knows but does not serve.
func turnedAway(v speech) []integrationtest.RemoteCase {
	tests := []struct {
		status       int
		name, reason string
		cause        integrations.Cause
		code         string
	}{
		{http.StatusUnauthorized, "UNAUTHENTICATED", "ACCOUNT_STATE_INVALID", integrations.CauseCredentials, "service_account_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED", integrations.CausePermission, "api_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "BILLING_DISABLED", integrations.CausePermission, "billing_disabled"},
		{http.StatusForbidden, "PERMISSION_DENIED", "CONSUMER_SUSPENDED", integrations.CausePermission, "project_suspended"},
		{http.StatusForbidden, "PERMISSION_DENIED", "", integrations.CausePermission, "permission_denied"},
		{http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "", integrations.CauseRateLimited, "rate_limited"},
		{http.StatusServiceUnavailable, "UNAVAILABLE", "", integrations.CauseRemote, "remote_error"},
		{http.StatusBadRequest, "FAILED_PRECONDITION", "", integrations.CauseRemote, "unexpected_status"},
		{http.StatusBadRequest, "INVALID_ARGUMENT", "SOMETHING_NEW", integrations.CauseRemote, "unexpected_status"},
		{http.StatusOK, "", "", integrations.CauseRemote, "unexpected_answer"},
	}
	var cases []integrationtest.RemoteCase
	for _, tt := range tests {
		v.refuse = googletest.Refuse(tt.status, tt.name, tt.reason)
		cases = append(cases, integrationtest.RemoteCase{
			Name: "turned away: " + tt.name + " " + tt.reason, Handler: v.ServeHTTP, Cause: tt.cause, Code: tt.code,
		})
	}
	return cases
}

func TestGoogle(t *testing.T) {
	there := speech{host: googleHost, key: exampleKey}
	keyCase := func(reason string, cause integrations.Cause, code string) integrationtest.RemoteCase {
		v := there
		v.refuse = googletest.Refuse(http.StatusForbidden, "PERMISSION_DENIED", reason)
		return integrationtest.RemoteCase{Name: reason, Handler: v.ServeHTTP, Cause: cause, Code: code}
	}
	integrationtest.Run(t, Google, integrationtest.Fixture{
		Valid:    `{"apiKey":"` + exampleKey + `"}`,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://speech.googleapis.com/v1/"}`, Pointer: "/url", Code: "https_url"},
			{Name: "no version", Patch: `{"url":"https://speech.googleapis.com/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "other version", Patch: `{"url":"https://speech.googleapis.com/v2/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "version in a query", Patch: `{"url":"https://speech.googleapis.com/?x=/v1/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "key cut off", Patch: `{"apiKey":"AIzaSy"}`, Pointer: "/apiKey", Code: "min"},
			{Name: "key of no form", Patch: `{"apiKey":"AIzaSyEXAMPLE key 0123456789"}`, Pointer: "/apiKey", Code: "pattern"},
		},
		Remote: there.ServeHTTP,
		Hosts:  []string{googleHost},
		Custom: append(
			turnedAway(there),
			integrationtest.RemoteCase{
				Name: "unknown key", Handler: speech{host: googleHost, key: "other"}.ServeHTTP,
				Cause: integrations.CauseCredentials, Code: "api_key_rejected",
			},
			keyCase("API_KEY_SERVICE_BLOCKED", integrations.CausePermission, "api_key_restricted"),
			keyCase("API_KEY_IP_ADDRESS_BLOCKED", integrations.CausePermission, "api_key_caller_restricted"),
		),
	})
}

func TestGoogleStreaming(t *testing.T) {
	there := speech{host: "eu-" + googleHost}
	integrationtest.Run(t, GoogleStreaming, integrationtest.Fixture{
		Valid:    `{"url":"https://eu-speech.googleapis.com/","serviceAccountJson":` + google.ExampleMember() + `}`,
		Required: []string{"serviceAccountJson"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://speech.googleapis.com/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "foreign host", Patch: `{"url":"https://speech.googleapis.com.evil.example/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "host that looks like it", Patch: `{"url":"https://evilspeech.googleapis.com/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "no key", Patch: `{"serviceAccountJson":"AIza"}`, Pointer: "/serviceAccountJson", Code: "google_key_malformed"},
			{Name: "sign-in of a person", Patch: `{"serviceAccountJson":"{\"type\":\"authorized_user\"}"}`, Pointer: "/serviceAccountJson", Code: "google_key_type"},
		},
		Remote:   there.ServeHTTP,
		Hosts:    []string{googletest.TokenHost, there.host},
		Identity: googletest.ClientEmail,
		Custom: append(
			turnedAway(there),
			integrationtest.RemoteCase{
				Name: "key revoked", Handler: googletest.RefuseGrant("invalid_grant", "Invalid JWT Signature."),
				Cause: integrations.CauseCredentials, Code: "service_account_key_rejected",
			},
			integrationtest.RemoteCase{
				Name: "account gone", Handler: googletest.RefuseGrant("invalid_grant", "Invalid grant: account not found"),
				Cause: integrations.CauseCredentials, Code: "service_account_unknown",
			},
			integrationtest.RemoteCase{
				Name: "other region", Handler: speech{host: googleHost}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "not_found",
			},
		),
	})
}

func TestGoogleURL(t *testing.T) {
	tests := []struct {
		pasted, stored, streaming string
		warned                    bool
	}{
		{"speech.googleapis.com/v1", "https://speech.googleapis.com/v1/", "https://speech.googleapis.com/", false},
		{"https://speech.googleapis.com/v1p1beta1/", "https://speech.googleapis.com/v1p1beta1/", "https://speech.googleapis.com/", false},
		{"https://us-speech.googleapis.com/v1/", "https://us-speech.googleapis.com/v1/", "https://us-speech.googleapis.com/", false},
		{"https://stt.acme.example/v1/", "https://stt.acme.example/v1/", "https://stt.acme.example/", true},
	}
	for _, tt := range tests {
		c := &validation.Context{}
		p, _ := Google.Decode(json.RawMessage(`{"url":"`+tt.pasted+`","apiKey":"`+exampleKey+`"}`), nil, c).(*GoogleProperties)
		require.NoError(t, c.Err())
		require.Equal(t, tt.stored, p.URL)
		require.Equal(t, tt.warned, len(c.Warnings()) == 1)
		streaming := GoogleStreamingProperties{URL: tt.pasted}
		streaming.Normalize()
		require.Equal(t, tt.streaming, streaming.URL)
	}
}
