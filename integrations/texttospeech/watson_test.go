package texttospeech

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
	watsonHost     = "api.us-south.text-to-speech.watson.cloud.ibm.com"
	watsonInstance = "/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60"
	watsonVoices   = `{"voices":[{"name":"de-DE_BirgitV3Voice","language":"de-DE","gender":"female"},` +
		`{"name":"en-US_MichaelV3Voice","language":"en-US","gender":"male"}]}`
)

// speaker is a double of IBM Cloud with one instance, or of a service that
// somebody runs by himself.
type speaker struct {
	host, path string
	// user and password are asked for in place of a token.
	user, password string
	list           string
	refuse         http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (v speaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == ibmtest.TokenHost:
		ibmtest.ServeToken(w, r)
	case v.user != "" && !ibmtest.Signed(w, r, v.user, v.password):
	case v.user == "" && !ibmtest.Authorized(w, r):
	case v.refuse != nil:
		v.refuse(w, r)
	case r.Host != v.host || r.Method != http.MethodGet || r.URL.Path != v.path+"/v1/voices":
		ibmtest.Say(w, http.StatusNotFound, `{"error":"No such child resource.","code":404,"code_description":"No Such Resource"}`)
	default:
		ibmtest.Say(w, http.StatusOK, v.list)
	}
}

func TestWatson(t *testing.T) {
	there := speaker{host: watsonHost, path: watsonInstance, list: watsonVoices}
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
		Valid:    `{"url":"https://` + watsonHost + watsonInstance + `","apiKey":"` + ibmtest.APIKey + `"}`,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://` + watsonHost + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "host that is gone", Patch: `{"url":"https://stream.watsonplatform.net/text-to-speech/api"}`, Pointer: "/url", Code: "endpoint_retired"},
			{Name: "other service", Patch: `{"url":"https://api.us-south.speech-to-text.watson.cloud.ibm.com"}`, Pointer: "/url", Code: "other_service"},
			{Name: "port of no host", Patch: `{"url":"https://tts.acme.example:70000"}`, Pointer: "/url", Code: "port"},
			{Name: "key in quotes", Patch: `{"apiKey":"\"` + ibmtest.APIKey + `\""}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "key cut off", Patch: `{"apiKey":"abcdef"}`, Pointer: "/apiKey", Code: "min"},
			{Name: "user beside a key", Patch: `{"username":"ann"}`, Pointer: "/username", Code: "not_applicable"},
			{Name: "no user", Patch: `{"authMethod":"basic","apiKey":null,"password":"x-y-z"}`, Pointer: "/username", Code: "required"},
			{Name: "method unknown", Patch: `{"authMethod":"iam"}`, Pointer: "/authMethod", Code: "enum"},
			{Name: "voice of no form", Patch: `{"voice":"Michael"}`, Pointer: "/voice", Code: "pattern"},
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
				Name: "other instance", Handler: speaker{host: watsonHost, path: "/instances/x"}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "not_found",
			},
			{
				Name: "too often", Handler: refusing(http.StatusTooManyRequests, "Too Many Requests"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "voice withdrawn", Handler: listing(`{"voices":[{"name":"de-DE_BirgitV3Voice"}]}`),
				Cause: integrations.CauseConfig, Code: "voice_not_found",
			},
			{Name: "no voices", Handler: listing(`{"voices":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "models", Handler: listing(`{"models":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "list of no form", Handler: listing(`[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestWatsonPassword(t *testing.T) {
	there := speaker{host: watsonHost, user: "legacy-user", password: "s3cr3t-of-old", list: watsonVoices}
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid:    `{"url":"wss://` + watsonHost + `","authMethod":"basic","username":"legacy-user","password":"s3cr3t-of-old"}`,
		Required: []string{"username", "password"},
		Remote:   there.ServeHTTP,
		Hosts:    []string{watsonHost},
	})
}

func TestWatsonWarnings(t *testing.T) {
	for members, want := range map[string]string{
		`"apiKey":"` + ibmtest.APIKey + `"`:                                       "",
		`"url":"https://tts.acme.example","apiKey":"` + ibmtest.APIKey + `"`:      "/url unusual_host",
		`"authMethod":"basic","username":"u","password":"p-w","voice":null`:       "/authMethod legacy_credentials",
		`"apiKey":"` + ibmtest.APIKey + `","voice":"en-GB_CharlotteV3Voice"`:      "",
		`"url":"wss://` + watsonHost + `:443/","apiKey":"` + ibmtest.APIKey + `"`: "",
	} {
		c := &validation.Context{}
		Watson.Decode(json.RawMessage("{"+members+"}"), nil, c)
		require.NoError(t, c.Err())
		got := ""
		for _, v := range c.Warnings() {
			got += v.Pointer + " " + v.Code
		}
		require.Equal(t, want, got)
	}
}

// TestWatsonAnyVoice: without a voice of the account's own any list will do.
func TestWatsonAnyVoice(t *testing.T) {
	p := WatsonProperties{}
	require.NoError(t, p.judge(&integrations.Answer{Status: http.StatusOK, Body: []byte(watsonVoices)}))
}
