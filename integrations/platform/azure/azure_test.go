package azure

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/azure/azuretest"
	"admin-api/secret"
	"admin-api/validation"
)

func TestAddresses(t *testing.T) {
	tests := []struct {
		name   string
		speech Speech
		token  string
	}{
		{
			"region",
			Speech{Region: "westeurope"},
			"https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken",
		},
		{
			"government",
			Speech{Region: "usgovvirginia"},
			"https://usgovvirginia.api.cognitive.microsoft.us/sts/v1.0/issueToken",
		},
		{
			"china",
			Speech{Region: "chinanorth2"},
			"https://chinanorth2.api.cognitive.azure.cn/sts/v1.0/issueToken",
		},
		{
			"endpoint",
			Speech{Endpoint: "https://acme.cognitiveservices.azure.com"},
			"https://acme.cognitiveservices.azure.com/sts/v1.0/issueToken",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.token, tt.speech.tokenURL())
		})
	}
}

func TestAuthenticate(t *testing.T) {
	host := "westeurope.api.cognitive.microsoft.com"
	saying := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	tests := []struct {
		name    string
		key     string
		handler http.HandlerFunc
		code    string
	}{
		{"accepted", azuretest.Key, azuretest.Resource(host), ""},
		{"accepted, with a line end", azuretest.Key, saying(azuretest.Token + "\n"), ""},
		{"wrong key", "k3y", azuretest.Resource(host), "credentials_rejected"},
		{"other host", azuretest.Key, azuretest.Resource("eastus.api.cognitive.microsoft.com"), "not_found"},
		{"document", azuretest.Key, saying(`{"token":"a.b.c"}`), "unexpected_answer"},
		{"nothing", azuretest.Key, saying(""), "unexpected_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := integrationtest.Session(tt.handler, time.Time{})
			err := Speech{Region: "westeurope", Key: secret.New(tt.key)}.Authenticate(t.Context(), s)
			require.Len(t, s.Steps(), 1)
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			var f *integrations.Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tt.code, f.Code)
		})
	}
}

func TestAdvise(t *testing.T) {
	unknown := integrations.NewFailure(integrations.CauseNetwork, "name_not_found", "No.", "Look.")
	require.Contains(t, advise(unknown).(*integrations.Failure).Hint, "region") //nolint:errorlint // Nothing is wrapped.
	require.NoError(t, advise(nil))
}

func TestRegionCode(t *testing.T) {
	for text, want := range map[string]string{
		"eastus": "eastus", "East US 2": "eastus2", "(US) East US": "eastus", "(Europe) West Europe": "westeurope",
		"US Gov Virginia": "usgovvirginia", "": "", "a/b": "a/b",
	} {
		require.Equal(t, want, RegionCode(text), text)
		require.Equal(t, want, RegionCode(want), "twice")
	}
}

func TestEndpoint(t *testing.T) {
	tests := []struct{ text, origin, detail string }{
		{"https://acme.cognitiveservices.azure.com", "https://acme.cognitiveservices.azure.com", ""},
		{"https://Acme-1.cognitiveservices.azure.com:443/", "https://acme-1.cognitiveservices.azure.com", ""},
		{"https://acme.cognitiveservices.azure.us/sts/v1.0/issuetoken", "https://acme.cognitiveservices.azure.us", ""},
		{"https://acme.cognitiveservices.azure.cn/", "https://acme.cognitiveservices.azure.cn", ""},
		{"https://eastus.api.cognitive.microsoft.com/", "https://eastus.api.cognitive.microsoft.com", "enter eastus as the region"},
		{"https://chinaeast2.tts.speech.azure.cn", "https://chinaeast2.tts.speech.azure.cn", "enter chinaeast2 as the region"},
		{"https://acme.cognitiveservices.azure.com.evil.example", "https://acme.cognitiveservices.azure.com.evil.example", "as the Azure portal"},
		{"https://a.b.cognitiveservices.azure.com", "https://a.b.cognitiveservices.azure.com", "as the Azure portal"},
		{"https://acme.openai.azure.com/", "https://acme.openai.azure.com", "as the Azure portal"},
		{"https://acme.cognitiveservices.azure.com/speech?x=1", "https://acme.cognitiveservices.azure.com/speech?x=1", "as the Azure portal"},
		{"https://acme.cognitiveservices.azure.com/speech", "https://acme.cognitiveservices.azure.com/speech", "as the Azure portal"},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			require.Equal(t, tt.origin, Origin(tt.text))
			require.Equal(t, tt.origin, Origin(tt.origin))
			c := &validation.Context{}
			CheckEndpoint(c, "/endpoint", tt.origin)
			if tt.detail == "" {
				require.NoError(t, c.Err())
				return
			}
			require.Equal(t, "azure_endpoint", c.Errors()[0].Code)
			require.Contains(t, c.Errors()[0].Detail, tt.detail)
		})
	}
}

func TestFailure(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string // empty: none
	}{
		{"fine", http.StatusOK, "", ""},
		{"wrong key", http.StatusUnauthorized, `{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}`, "credentials_rejected"},
		{"older form", http.StatusUnauthorized, `{"statusCode":401,"message":"Access denied"}`, "credentials_rejected"},
		{"keys off", http.StatusForbidden, `{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}`, "key_access_disabled"},
		{"firewall", http.StatusForbidden, `{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}`, "network_rules"},
		{"quota", http.StatusForbidden, `{"error":{"code":"403","message":"Out of call volume quota. Quota will be replenished in 2.11:53:20."}}`, "quota_exhausted"},
		{"quota in the older form", http.StatusForbidden, `{"statusCode":403,"message":"Out of call volume quota."}`, "quota_exhausted"},
		{"something else", http.StatusForbidden, `<html>quota`, "permission_denied"},
		{"too fast", http.StatusTooManyRequests, `{"error":{"code":"429","message":"Quota exceeded"}}`, "rate_limited"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Failure(&integrations.Answer{Status: tt.status, Body: []byte(tt.body)})
			if tt.want == "" {
				require.Nil(t, f)
				return
			}
			require.Equal(t, tt.want, f.Code)
			require.Equal(t, tt.status, f.HTTPStatus)
		})
	}
	require.Contains(t, Failure(&integrations.Answer{Status: http.StatusUnauthorized}).Hint, "region")
}
