package loxysoft

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
	"admin-api/validation"
)

const valid = `{"url":"https://wfm.acme.com/states","username":"acme","password":"s3cr3t-word","siteId":"acme-1","timeZone":"Europe/Stockholm"}`

// states takes what is posted and shows nothing to readers. Nobody may see
// credentials: how they are sent is not known.
func states(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.Header.Get("Authorization") != "" || r.URL.RawQuery != "" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusMethodNotAllowed)
}

func TestDefinition(t *testing.T) {
	reached := integrationtest.Outcome{}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    valid,
		Required: []string{"url", "username", "password"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://wfm.acme.com"}`, Pointer: "/url", Code: "https_url"},
			{Name: "query", Patch: `{"url":"https://wfm.acme.com/?key=x"}`, Pointer: "/url", Code: "pattern"},
			{Name: "both credentials", Patch: `{"apiKey":"k"}`, Pointer: "/apiKey", Code: "not_applicable"},
			{Name: "site", Patch: `{"siteId":"a b"}`, Pointer: "/siteId", Code: "pattern"},
			{Name: "interval", Patch: `{"updateIntervalSeconds":3601}`, Pointer: "/updateIntervalSeconds", Code: "max"},
			{Name: "zone", Patch: `{"timeZone":"Stockholm"}`, Pointer: "/timeZone", Code: "timezone"},
		},
		Remote: states,
		Hosts:  []string{"wfm.acme.com"},
		Expect: map[string]integrationtest.Outcome{
			integrationtest.Unauthorized: reached, integrationtest.Forbidden: reached, integrationtest.NotFound: reached,
			integrationtest.HTML: reached,
		},
		Custom: []integrationtest.RemoteCase{{
			Name: "moved", Handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) },
			Cause: integrations.CauseConfig, Code: "redirected",
		}},
	})
}

func TestCredentials(t *testing.T) {
	tests := []struct {
		members         string
		errors, warning string
	}{
		{`"username":"acme","password":"s3cr3t"`, "", ""},
		{`"apiKey":"key\n"`, "", ""},
		{``, "", "/username no_credentials"},
		{`"username":"acme"`, "/password required", ""},
		{`"password":"s3cr3t"`, "/username required", ""},
	}
	for _, tt := range tests {
		t.Run(tt.members, func(t *testing.T) {
			members := `{"url":"https://wfm.acme.com"}`
			if tt.members != "" {
				members = `{"url":"https://wfm.acme.com",` + tt.members + `}`
			}
			c := &validation.Context{}
			Definition.Decode(json.RawMessage(members), nil, c)
			require.Equal(t, tt.errors, first(c.Errors()))
			require.Equal(t, tt.warning, first(c.Warnings()))
		})
	}
	p := &Properties{APIKey: secret.New("key\n"), Password: secret.Kept()}
	p.Normalize()
	require.Equal(t, "key", p.APIKey.Reveal())
	require.True(t, p.Password.IsKept())
	require.Equal(t, []string{"/url"}, Definition.Destinations())
}

func first(list validation.Errors) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].Pointer + " " + list[0].Code
}
