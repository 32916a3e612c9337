package texttospeech

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/azure/azuretest"
	"admin-api/validation"
)

const (
	azureHost  = "westeurope.tts.speech.microsoft.com"
	azureValid = `{"region":"westeurope","subscriptionKey":"` + azuretest.Key + `","voice":"en-US-Ava:DragonHDLatestNeural"}`
)

// azureVoices answers at a path with as many voices as Azure has, which is more
// than most answers may hold.
func azureVoices(path string) http.HandlerFunc {
	var list strings.Builder
	for i := range 600 {
		fmt.Fprintf(&list, `{"Name":"Microsoft Server Speech Text to Speech Voice (xx-XX, Voice%dNeural)","DisplayName":"Voice",`+
			`"LocalName":"Voice","ShortName":"xx-XX-Voice%dNeural","Gender":"Female","Locale":"xx-XX","SampleRateHertz":"24000"},`, i, i)
	}
	list.WriteString(`{"ShortName":"en-US-Ava:DragonHDLatestNeural","Locale":"en-US"}`)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != path {
			azuretest.Refuse(w, http.StatusNotFound, "404", "Resource not found")
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprintf(w, "[%s]", list.String())
	}
}

func TestAzure(t *testing.T) {
	saying := func(document string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }
	}
	integrationtest.Run(t, Azure, integrationtest.Fixture{
		Valid:    azureValid,
		Required: []string{"region", "subscriptionKey"},
		Invalid: []integrationtest.Case{
			{Name: "region in words with a slash", Patch: `{"region":"west/europe"}`, Pointer: "/region", Code: "pattern"},
			{Name: "region and endpoint", Patch: `{"endpoint":"https://acme.cognitiveservices.azure.com"}`, Pointer: "/region", Code: "not_applicable"},
			{Name: "endpoint with a path", Patch: `{"region":null,"endpoint":"https://acme.cognitiveservices.azure.com/tts"}`, Pointer: "/endpoint", Code: "https_origin"},
			{Name: "somebody else's endpoint", Patch: `{"region":null,"endpoint":"https://acme.example"}`, Pointer: "/endpoint", Code: "azure_endpoint"},
			{Name: "key cut off", Patch: `{"subscriptionKey":"0f1e2d3c4b5a"}`, Pointer: "/subscriptionKey", Code: "pattern"},
			{Name: "display name of a voice", Patch: `{"voice":"Jenny"}`, Pointer: "/voice", Code: "pattern"},
			{Name: "long voice", Patch: `{"voice":"en-US-` + strings.Repeat("x", 123) + `"}`, Pointer: "/voice", Code: "max"},
		},
		Remote: azuretest.Resource(azureHost, azureVoices("/cognitiveservices/voices/list")),
		Hosts:  []string{azureHost},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key of another region", Handler: azuretest.Refusing(http.StatusUnauthorized, "401", "Access denied, "+azuretest.Key+"."),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "keys switched off", Handler: azuretest.Refusing(http.StatusForbidden, "AuthenticationTypeDisabled", "No."),
				Cause: integrations.CausePermission, Code: "key_access_disabled",
			},
			{
				Name: "quota", Handler: azuretest.Refusing(http.StatusForbidden, "403", "Out of call volume quota."),
				Cause: integrations.CauseRateLimited, Code: "quota_exhausted",
			},
			{
				Name: "other voices", Handler: saying(`[{"ShortName":"en-US-JennyNeural"},{"ShortName":"en-US-GuyNeural"}]`),
				Cause: integrations.CauseConfig, Code: "voice_not_found",
			},
			{
				Name: "no voices", Handler: saying(`[]`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "a list of something else", Handler: saying(`[{"name":"x"}]`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "no list", Handler: saying(`{"voices":[]}`),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

// TestAzureEndpoint: a resource with a custom domain name, and no voice chosen.
func TestAzureEndpoint(t *testing.T) {
	const host = "acme.cognitiveservices.azure.com"
	integrationtest.Run(t, Azure, integrationtest.Fixture{
		Valid:    `{"endpoint":"https://` + host + `","subscriptionKey":"` + strings.Repeat("aB3", 28) + `"}`,
		Required: []string{"endpoint", "subscriptionKey"},
		Remote: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Ocp-Apim-Subscription-Key") == strings.Repeat("aB3", 28) {
				r.Header.Set("Ocp-Apim-Subscription-Key", azuretest.Key)
			}
			azuretest.Resource(host, azureVoices("/tts/cognitiveservices/voices/list"))(w, r)
		},
		Hosts: []string{host},
	})
}

func TestAzureNormalize(t *testing.T) {
	c := &validation.Context{}
	p, _ := Azure.Decode(json.RawMessage(`{"region":"West US 2","subscriptionKey":" `+azuretest.Key+` "}`), nil, c).(*AzureProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "westus2", p.Region)
	require.Equal(t, azuretest.Key, p.SubscriptionKey.Reveal())
	require.Equal(t, []string{"/region", "/endpoint"}, Azure.Destinations())
}
