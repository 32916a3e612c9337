package cobrowsing

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

const exampleKey = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// surfly is a double of Surfly's REST API with one company.
func surfly(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	query := r.URL.Query()
	switch {
	case r.Host != "acme.surfly.example" || r.Method != http.MethodGet || r.URL.Path != "/v2/company/options/":
		w.WriteHeader(http.StatusNotFound)
	case query.Get("api_key") != exampleKey || len(query) != 1:
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"detail":"Authentication credentials were not provided."}`))
	default:
		_, _ = w.Write([]byte(`{"sounds_enabled":true,"videochat":true,"allowlist":"[]"}`))
	}
}

func answering(document string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }
}

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    `{"url":"https://acme.surfly.example","apiKey":"` + exampleKey + `","widgetKey":"3b57bd2d00c46d2875508b982968d26a"}`,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://surfly.com"}`, Pointer: "/url", Code: "https_url"},
			{Name: "address of a page", Patch: `{"url":"https://surfly.com/v2/"}`, Pointer: "/url", Code: "https_origin"},
			{Name: "short key", Patch: `{"apiKey":"abc"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "widget code in place of its key", Patch: `{"widgetKey":"<script>"}`, Pointer: "/widgetKey", Code: "pattern"},
		},
		Remote: surfly,
		Hosts:  []string{"acme.surfly.example"},
		Expect: map[string]integrationtest.Outcome{
			integrationtest.Forbidden: {Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
		},
		Custom: []integrationtest.RemoteCase{
			{Name: "a list", Handler: answering(`[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "something else", Handler: answering(`{"detail":"?"}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{
				Name: "another key", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: func(w http.ResponseWriter, r *http.Request) {
					r.URL.RawQuery = "api_key=3b57bd2d00c46d2875508b982968d26a"
					surfly(w, r)
				},
			},
		},
	})
}

func TestNormalize(t *testing.T) {
	for entered, want := range map[string]string{
		`"url":"HTTPS://Acme.Surfly.Example:443/",`: "https://acme.surfly.example",
		`"url":null,`:                 defaultURL,
		``:                            defaultURL,
		`"url":"https://surfly.com",`: defaultURL,
	} {
		c := new(validation.Context)
		p := Definition.Decode(json.RawMessage(`{`+entered+`"apiKey":" `+exampleKey+` "}`), nil, c).(*Properties)
		require.NoError(t, c.Err())
		require.Equal(t, want, p.URL)
		require.Equal(t, exampleKey, p.APIKey.Reveal())
	}
}

func TestKeys(t *testing.T) {
	document := json.RawMessage(`{"apiKey":"` + exampleKey + `","widgetKey":"` + exampleKey + `"}`)
	c := new(validation.Context)
	Definition.Decode(document, nil, c)
	require.NoError(t, c.Err())
	require.Len(t, c.Warnings(), 1)
	require.Equal(t, "same_as_api_key", c.Warnings()[0].Code)

	c = new(validation.Context)
	Definition.Decode(json.RawMessage(`{"widgetKey":"`+exampleKey+`"}`), []string{"/apiKey"}, c)
	require.NoError(t, c.Err())
	require.Empty(t, c.Warnings())
	require.Equal(t, []string{"/url"}, Definition.Destinations())
}
