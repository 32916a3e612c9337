package speechtotext

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/azure/azuretest"
	"admin-api/validation"
)

const (
	azureHost  = "westeurope.api.cognitive.microsoft.com"
	azureValid = `{"region":"westeurope","subscriptionKey":"` + azuretest.Key + `"}`
)

func TestAzure(t *testing.T) {
	integrationtest.Run(t, Azure, integrationtest.Fixture{
		Valid:    azureValid,
		Required: []string{"region", "subscriptionKey"},
		Invalid: []integrationtest.Case{
			{Name: "region with a dot", Patch: `{"region":"westeurope.evil"}`, Pointer: "/region", Code: "pattern"},
			{Name: "region and endpoint", Patch: `{"endpoint":"https://acme.cognitiveservices.azure.com"}`, Pointer: "/endpoint", Code: "not_applicable"},
			{Name: "http", Patch: `{"region":null,"endpoint":"http://acme.cognitiveservices.azure.com"}`, Pointer: "/endpoint", Code: "https_url"},
			{Name: "somebody else's endpoint", Patch: `{"region":null,"endpoint":"https://acme.example"}`, Pointer: "/endpoint", Code: "azure_endpoint"},
			{Name: "endpoint of a region", Patch: `{"region":null,"endpoint":"https://eastus.api.cognitive.microsoft.com/"}`, Pointer: "/endpoint", Code: "azure_endpoint"},
			{Name: "key of another form", Patch: `{"subscriptionKey":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}`, Pointer: "/subscriptionKey", Code: "pattern"},
			{Name: "language alone", Patch: `{"languageCode":"en"}`, Pointer: "/languageCode", Code: "pattern"},
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
				Name: "firewall", Handler: azuretest.Refusing(http.StatusForbidden, "403", "Access denied due to Virtual Network/Firewall rules."),
				Cause: integrations.CausePermission, Code: "network_rules",
			},
			{
				Name: "quota", Handler: azuretest.Refusing(http.StatusForbidden, "403", "Out of call volume quota."),
				Cause: integrations.CauseRateLimited, Code: "quota_exhausted",
			},
			{
				Name: "no token", Handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"token":"x"}`)) },
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

// TestAzureEndpoint: a resource with a custom domain name.
func TestAzureEndpoint(t *testing.T) {
	const host = "acme.cognitiveservices.azure.com"
	integrationtest.Run(t, Azure, integrationtest.Fixture{
		Valid:    `{"endpoint":"https://` + host + `","subscriptionKey":"` + azuretest.Key + `","languageCode":"sr-Latn-RS"}`,
		Required: []string{"endpoint", "subscriptionKey"},
		Remote:   azuretest.Resource(host),
		Hosts:    []string{host},
	})
}

func TestAzureNormalize(t *testing.T) {
	c := &validation.Context{}
	p, _ := Azure.Decode(json.RawMessage(`{"region":"(Europe) West Europe","subscriptionKey":" `+azuretest.Key+` "}`), nil, c).(*AzureProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "westeurope en-US", p.Region+" "+p.LanguageCode)
	require.Equal(t, azuretest.Key, p.SubscriptionKey.Reveal())
	p, _ = Azure.Decode(json.RawMessage(`{"endpoint":"https://Acme.cognitiveservices.azure.com/","languageCode":"zh-CN-sichuan"}`),
		[]string{"/subscriptionKey"}, c).(*AzureProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "https://acme.cognitiveservices.azure.com", p.Endpoint)
	require.Equal(t, []string{"/region", "/endpoint"}, Azure.Destinations())
}
