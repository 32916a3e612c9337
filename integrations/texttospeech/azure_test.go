package texttospeech

import (
	"encoding/json"
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
	azureHost  = "westeurope.api.cognitive.microsoft.com"
	azureValid = `{"region":"westeurope","subscriptionKey":"` + azuretest.Key + `","voice":"en-US-Ava:DragonHDLatestNeural"}`
)

func TestAzure(t *testing.T) {
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
		Remote: azuretest.Resource(azureHost),
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
				Name: "no token", Handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[]`)) },
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
			azuretest.Resource(host)(w, r)
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
