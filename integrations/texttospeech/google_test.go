package texttospeech

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
	googleHost = "texttospeech.googleapis.com"
	exampleKey = "AIzaSyEXAMPLE-OF-AN-API-KEY-0123456789a"
)

// voices is a double of Google that lists voices for one API key or for the one
// service account.
type voices struct {
	key    string
	list   string
	refuse http.HandlerFunc
}

const englishVoices = `{"voices":[{"name":"en-US-Neural2-F"},{"name":"en-US-Standard-A"}]}`

// ServeHTTP implements http.Handler.
func (v voices) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == googletest.TokenHost:
		googletest.ServeToken(w, r)
	case r.Host != googleHost || r.Method != http.MethodGet || r.URL.Path != "/v1/voices":
		http.Error(w, "<!DOCTYPE html>", http.StatusNotFound)
	case v.key != "" && r.Header.Get("X-Goog-Api-Key") != v.key:
		googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "API_KEY_INVALID")(w, r)
	case v.key == "" && !googletest.Authorized(w, r):
	case v.refuse != nil:
		v.refuse(w, r)
	case r.URL.Query().Get("languageCode") != "en-US" || r.URL.Query().Get("fields") != "voices.name":
		googletest.Say(w, http.StatusOK, `{}`)
	default:
		googletest.Say(w, http.StatusOK, v.list)
	}
}

func TestGoogle(t *testing.T) {
	refusing := func(status int, name, reason string) func(http.ResponseWriter, *http.Request) {
		return voices{key: exampleKey, refuse: googletest.Refuse(status, name, reason)}.ServeHTTP
	}
	listing := func(list string) func(http.ResponseWriter, *http.Request) {
		return voices{key: exampleKey, list: list}.ServeHTTP
	}
	integrationtest.Run(t, Google, integrationtest.Fixture{
		Valid:    `{"apiKey":"` + exampleKey + `","voice":"en-US-Neural2-F"}`,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://texttospeech.googleapis.com/v1/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "foreign host", Patch: `{"url":"https://texttospeech.googleapis.com.evil.example/v1/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "no version", Patch: `{"url":"https://texttospeech.googleapis.com/"}`, Pointer: "/url", Code: "pattern"},
			{Name: "no credential", Patch: `{"apiKey":null}`, Pointer: "/serviceAccountJson", Code: "required"},
			{Name: "both credentials", Patch: `{"serviceAccountJson":` + google.ExampleMember() + `}`, Pointer: "/serviceAccountJson", Code: "not_applicable"},
			{Name: "both credentials, too", Patch: `{"serviceAccountJson":` + google.ExampleMember() + `}`, Pointer: "/apiKey", Code: "not_applicable"},
			{Name: "key cut off", Patch: `{"apiKey":"AIza"}`, Pointer: "/apiKey", Code: "min"},
			{Name: "key of no form", Patch: `{"apiKey":"AIzaSyEXAMPLE/OF/AN/API/KEY"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "no key file", Patch: `{"apiKey":null,"serviceAccountJson":"AIza"}`, Pointer: "/serviceAccountJson", Code: "google_key_malformed"},
			{Name: "language of no form", Patch: `{"languageCode":"english!"}`, Pointer: "/languageCode", Code: "language_tag"},
			{Name: "voice of no form", Patch: `{"voice":"en US"}`, Pointer: "/voice", Code: "pattern"},
		},
		Remote: voices{key: exampleKey, list: englishVoices}.ServeHTTP,
		Hosts:  []string{googleHost},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "unknown key", Handler: voices{key: "other"}.ServeHTTP,
				Cause: integrations.CauseCredentials, Code: "api_key_rejected",
			},
			{
				Name: "restricted key", Handler: refusing(http.StatusForbidden, "PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED"),
				Cause: integrations.CausePermission, Code: "api_key_restricted",
			},
			{
				Name: "not enabled", Handler: refusing(http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED"),
				Cause: integrations.CausePermission, Code: "api_disabled",
			},
			{
				Name: "no billing", Handler: refusing(http.StatusForbidden, "PERMISSION_DENIED", "BILLING_DISABLED"),
				Cause: integrations.CausePermission, Code: "billing_disabled",
			},
			{
				Name: "too often", Handler: refusing(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", ""),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "language refused", Handler: refusing(http.StatusBadRequest, "INVALID_ARGUMENT", ""),
				Cause: integrations.CauseConfig, Code: "language_unknown",
			},
			{Name: "no voices", Handler: listing(`{}`), Cause: integrations.CauseConfig, Code: "language_unknown"},
			{
				Name: "other voices", Handler: listing(`{"voices":[{"name":"en-US-Standard-A"}]}`),
				Cause: integrations.CauseConfig, Code: "voice_not_found",
			},
			{Name: "models", Handler: listing(`{"models":[{"name":"x"}]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "nameless voices", Handler: listing(`{"voices":[{}]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "list of no form", Handler: listing(`[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestGoogleServiceAccount(t *testing.T) {
	integrationtest.Run(t, Google, integrationtest.Fixture{
		Valid:    `{"serviceAccountJson":` + google.ExampleMember() + `}`,
		Required: []string{"serviceAccountJson"},
		Remote:   voices{list: englishVoices}.ServeHTTP,
		Hosts:    []string{googletest.TokenHost, googleHost},
		Identity: googletest.ClientEmail,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key revoked", Handler: googletest.RefuseGrant("invalid_grant", "Invalid JWT Signature."),
				Cause: integrations.CauseCredentials, Code: "service_account_key_rejected",
			},
			{
				Name: "account disabled", Handler: voices{refuse: googletest.Refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "ACCOUNT_STATE_INVALID")}.ServeHTTP,
				Cause: integrations.CauseCredentials, Code: "service_account_disabled",
			},
			{
				Name: "token refused", Handler: voices{refuse: googletest.Refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "")}.ServeHTTP,
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
		},
	})
}

// TestGoogleKeptCredential: a credential that stays counts like one that is sent.
func TestGoogleKeptCredential(t *testing.T) {
	tests := []struct {
		members string
		kept    string
		want    []string
	}{
		{`{}`, "/apiKey", nil},
		{`{}`, "/serviceAccountJson", nil},
		{`{"apiKey":"` + exampleKey + `"}`, "/serviceAccountJson", []string{"/apiKey not_applicable"}},
		{`{"serviceAccountJson":` + google.ExampleMember() + `}`, "/apiKey", []string{"/serviceAccountJson not_applicable"}},
		{`{"apiKey":"` + exampleKey + `","serviceAccountJson":null}`, "/serviceAccountJson", nil},
	}
	for _, tt := range tests {
		c := &validation.Context{}
		Google.Decode(json.RawMessage(tt.members), []string{tt.kept}, c)
		var got []string
		for _, v := range c.Errors() {
			got = append(got, v.Pointer+" "+v.Code)
		}
		require.Equal(t, tt.want, got, tt.members)
	}
}
