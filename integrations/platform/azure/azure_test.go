package azure

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

func TestAddresses(t *testing.T) {
	tests := []struct {
		name          string
		speech        Speech
		token, voices string
	}{
		{
			"region",
			Speech{Region: "westeurope"},
			"https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken",
			"https://westeurope.tts.speech.microsoft.com/cognitiveservices/voices/list",
		},
		{
			"government",
			Speech{Region: "usgovvirginia"},
			"https://usgovvirginia.api.cognitive.microsoft.us/sts/v1.0/issueToken",
			"https://usgovvirginia.tts.speech.azure.us/cognitiveservices/voices/list",
		},
		{
			"china",
			Speech{Region: "chinanorth2"},
			"https://chinanorth2.api.cognitive.azure.cn/sts/v1.0/issueToken",
			"https://chinanorth2.tts.speech.azure.cn/cognitiveservices/voices/list",
		},
		{
			"endpoint",
			Speech{Endpoint: "https://acme.cognitiveservices.azure.com"},
			"https://acme.cognitiveservices.azure.com/sts/v1.0/issueToken",
			"https://acme.cognitiveservices.azure.com/tts/cognitiveservices/voices/list",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.token, tt.speech.TokenURL())
			require.Equal(t, tt.voices, tt.speech.VoicesURL())
		})
	}
	header := Speech{Key: secret.New("k3y")}.Header()
	require.Equal(t, "k3y", header.Get("Ocp-Apim-Subscription-Key"))
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
