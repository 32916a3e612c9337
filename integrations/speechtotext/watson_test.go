package speechtotext

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/ibm/ibmtest"
	"admin-api/validation"
)

const (
	watsonHost     = "api.us-south.speech-to-text.watson.cloud.ibm.com"
	watsonInstance = "/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60"
	watsonModels   = `{"models":[{"name":"en-US_Telephony","language":"en-US","rate":8000,"url":"https://x/v1/models/en-US_Telephony"}]}`
)

// recognizer is a double of IBM Cloud with one instance, or of a service that
// somebody runs by himself.
type recognizer struct {
	host, path string
	// user and password are asked for in place of a token.
	user, password string
	list           string
	refuse         http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (v recognizer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == ibmtest.TokenHost:
		ibmtest.ServeToken(w, r)
	case v.user != "" && !ibmtest.Signed(w, r, v.user, v.password):
	case v.user == "" && !ibmtest.Authorized(w, r):
	case v.refuse != nil:
		v.refuse(w, r)
	case r.Host != v.host || r.Method != http.MethodGet || r.URL.Path != v.path+"/v1/models":
		ibmtest.Say(w, http.StatusNotFound, `{"error":"No such child resource.","code":404,"code_description":"No Such Resource"}`)
	default:
		ibmtest.Say(w, http.StatusOK, v.list)
	}
}

func TestWatson(t *testing.T) {
	there := recognizer{host: watsonHost, path: watsonInstance, list: watsonModels}
	refusing := func(status int, text string) func(http.ResponseWriter, *http.Request) {
		v := there
		v.refuse = ibmtest.Refuse(status, text)
		return v.ServeHTTP
	}
	listing := func(list string) func(http.ResponseWriter, *http.Request) {
		v := there
		v.list = list
		return v.ServeHTTP
	}
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid:    `{"url":"wss://` + watsonHost + watsonInstance + `","apiKey":"` + ibmtest.APIKey + `"}`,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "ws", Patch: `{"url":"ws://` + watsonHost + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "query", Patch: `{"url":"wss://` + watsonHost + `/?access_token=x"}`, Pointer: "/url", Code: "pattern"},
			{Name: "user name in it", Patch: `{"url":"wss://ann@` + watsonHost + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "host that is gone", Patch: `{"url":"wss://stream.watsonplatform.net/speech-to-text/api"}`, Pointer: "/url", Code: "endpoint_retired"},
			{Name: "other service", Patch: `{"url":"wss://api.us-south.text-to-speech.watson.cloud.ibm.com"}`, Pointer: "/url", Code: "other_service"},
			{Name: "key in braces", Patch: `{"apiKey":"{` + ibmtest.APIKey + `}"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "key cut off", Patch: `{"apiKey":"abcdef"}`, Pointer: "/apiKey", Code: "min"},
			{Name: "user beside a key", Patch: `{"username":"ann"}`, Pointer: "/username", Code: "not_applicable"},
			{Name: "no user", Patch: `{"authMethod":"basic","apiKey":null,"password":"x-y-z"}`, Pointer: "/username", Code: "required"},
			{Name: "method unknown", Patch: `{"authMethod":"usernamePassword"}`, Pointer: "/authMethod", Code: "enum"},
		},
		Remote: there.ServeHTTP,
		Hosts:  []string{ibmtest.TokenHost, watsonHost},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "unknown key", Handler: ibmtest.RefuseKey("BXNIM0415E"),
				Cause: integrations.CauseCredentials, Code: "api_key_rejected",
			},
			{
				Name: "key of another region", Handler: refusing(http.StatusUnauthorized, "Unauthorized"),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "key of another instance", Handler: refusing(http.StatusForbidden, "Forbidden"),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "other instance", Handler: recognizer{host: watsonHost, path: "/instances/x"}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "not_found",
			},
			{
				Name: "too often", Handler: refusing(http.StatusTooManyRequests, "Too Many Requests"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{Name: "no models", Handler: listing(`{"models":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "voices", Handler: listing(`{"voices":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "list of no form", Handler: listing(`[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

// TestWatsonElsewhere: where IBM Cloud's keys are not good, they are not sent to
// IBM Cloud.
func TestWatsonElsewhere(t *testing.T) {
	there := recognizer{
		host: "watson.acme.example:8443", path: "/speech-to-text/api", user: "apikey", password: ibmtest.APIKey, list: watsonModels,
	}
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid:    `{"url":"https://watson.acme.example:8443/speech-to-text/api/","apiKey":"` + ibmtest.APIKey + `"}`,
		Required: []string{"apiKey"},
		Remote:   there.ServeHTTP,
		Hosts:    []string{"watson.acme.example"},
	})
}

func TestWatsonPassword(t *testing.T) {
	there := recognizer{host: watsonHost, user: "legacy-user", password: "s3cr3t-of-old", list: watsonModels}
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid:    `{"url":"https://` + watsonHost + `","authMethod":"basic","username":"legacy-user","password":"s3cr3t-of-old"}`,
		Required: []string{"username", "password"},
		Remote:   there.ServeHTTP,
		Hosts:    []string{watsonHost},
	})
}

func TestWatsonWarnings(t *testing.T) {
	tests := map[string][]string{
		`"apiKey":"` + ibmtest.APIKey + `"`:                                   nil,
		`"url":"wss://watson.acme.example","apiKey":"` + ibmtest.APIKey + `"`: {"/url unusual_host"},
		`"authMethod":"basic","username":"u","password":"p-w"`:                {"/authMethod legacy_credentials"},
	}
	for members, want := range tests {
		c := &validation.Context{}
		Watson.Decode(json.RawMessage("{"+members+"}"), nil, c)
		require.NoError(t, c.Err())
		var got []string
		for _, v := range c.Warnings() {
			got = append(got, v.Pointer+" "+v.Code)
		}
		require.Equal(t, want, got)
	}
}
