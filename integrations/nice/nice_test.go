package nice

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

const (
	exampleKey    = "XXJHETO535J2MRBFJZQPC62XI7A5F6FN6AKXMQ6BAU4W6ZLAT6PA===="
	exampleSecret = "EWSBWIWRIROAXV5WDNI5NOBQFO3TJKDAYSL4HL4YY77NWPS3Z2VA===="
	exampleClient = "contact-center@acme"
	exampleApp    = "Tm90QVJlYWxTZWNyZXQ4"
	withKey       = `{"region":"eu1","accessKeyId":"` + exampleKey + `","accessKeySecret":"` + exampleSecret + `"}`
	withApp       = `{"authMode":"oauthPassword","region":"na1","accessKeyId":"` + exampleKey + `","accessKeySecret":"` + exampleSecret +
		`","clientId":"` + exampleClient + `","clientSecret":"` + exampleApp + `"}`
	onSite = `{"authMode":"basic","url":"https://nice.acme.example/api","username":"contact_center","password":"c0rrect horse battery"}`
)

// cxone is a double of the two ways into CXone.
type cxone struct {
	// refused is an error of the token endpoint.
	refused string
	// status and body answer a good access key, when set.
	status int
	body   string
}

func (c cxone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Method != http.MethodPost:
		answer(w, http.StatusMethodNotAllowed, `{}`)
	case r.Host == "eu1.nice-incontact.com" && r.URL.RequestURI() == "/authentication/v1/token/access-key":
		c.exchange(w, r)
	case r.Host == "cxone.niceincontact.com" && r.URL.RequestURI() == "/auth/token":
		c.token(w, r)
	default:
		answer(w, http.StatusNotFound, `{}`)
	}
}

func (c cxone) exchange(w http.ResponseWriter, r *http.Request) {
	var sent map[string]string
	body, _ := io.ReadAll(r.Body) // what cannot be read is no JSON
	switch {
	case r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(body, &sent) != nil:
		answer(w, http.StatusUnsupportedMediaType, `{}`)
	case sent["accessKeyId"] != exampleKey || sent["accessKeySecret"] != exampleSecret || len(sent) != 2:
		answer(w, http.StatusUnauthorized, `{"message":"Unauthorized"}`)
	case c.status != 0:
		answer(w, c.status, c.body)
	default:
		answer(w, http.StatusOK, `{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30.c2ln","expires_in":3600,"refresh_token":"r"}`)
	}
}

func (c cxone) token(w http.ResponseWriter, r *http.Request) {
	client, password, _ := r.BasicAuth()
	refusal := c.refused
	switch {
	case refusal != "":
	case client != exampleClient || password != exampleApp:
		refusal = "invalid_client"
	case r.PostFormValue("grant_type") != "password":
		refusal = "unsupported_grant_type"
	case r.PostFormValue("username") != exampleKey || r.PostFormValue("password") != exampleSecret:
		refusal = "invalid_grant"
	}
	if refusal != "" {
		answer(w, http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":%q}`, refusal, exampleApp))
		return
	}
	answer(w, http.StatusOK, `{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30.c2ln","token_type":"Bearer","id_token":"x","expires_in":3600}`)
}

func answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}

func TestDefinition(t *testing.T) {
	says := func(status int, body string) func(http.ResponseWriter, *http.Request) {
		return cxone{status: status, body: body}.ServeHTTP
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    withKey,
		Required: []string{"accessKeyId", "accessKeySecret"},
		Invalid: []integrationtest.Case{
			{Name: "region that leads elsewhere", Patch: `{"region":"evil.example/x1"}`, Pointer: "region", Code: "pattern"},
			{Name: "other authentication", Patch: `{"authMode":"oauth"}`, Pointer: "authMode", Code: "enum"},
			{Name: "secret with a blank", Patch: `{"accessKeySecret":"ab cd"}`, Pointer: "accessKeySecret", Code: "pattern"},
			{Name: "address that does not apply", Patch: `{"url":"https://nice.acme.example"}`, Pointer: "url", Code: "not_applicable"},
		},
		Remote: cxone{}.ServeHTTP,
		Hosts:  []string{"eu1.nice-incontact.com"},
		Custom: []integrationtest.RemoteCase{
			{Name: "inactive key", Handler: says(401, `{}`), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "no token", Handler: says(200, `{}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "list", Handler: says(200, `[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestDefinitionApp(t *testing.T) {
	refused := func(code string) func(http.ResponseWriter, *http.Request) { return cxone{refused: code}.ServeHTTP }
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    withApp,
		Required: []string{"accessKeyId", "accessKeySecret", "clientId", "clientSecret"},
		Invalid: []integrationtest.Case{
			{Name: "colon, at which Basic cuts", Patch: `{"clientId":"acme:app"}`, Pointer: "clientId", Code: "pattern"},
		},
		Remote: cxone{}.ServeHTTP,
		Hosts:  []string{"cxone.niceincontact.com"},
		Custom: []integrationtest.RemoteCase{
			{Name: "access key", Handler: refused("invalid_grant"), Cause: integrations.CauseCredentials, Code: "access_key_rejected"},
			{Name: "client", Handler: refused("invalid_client"), Cause: integrations.CauseCredentials, Code: "client_rejected"},
			{Name: "grant not allowed", Handler: refused("unauthorized_client"), Cause: integrations.CauseConfig, Code: "client_not_allowed"},
			{Name: "new code", Handler: refused("something_new"), Cause: integrations.CauseRemote, Code: "unexpected_status"},
		},
	})
}

// TestDefinitionOnSite: no credential is sent where nobody knows how.
func TestDefinitionOnSite(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    onSite,
		Required: []string{"url", "username", "password"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://nice.acme.example"}`, Pointer: "url", Code: "https_url"},
			{Name: "colon", Patch: `{"username":"a:b"}`, Pointer: "username", Code: "pattern"},
			{Name: "region", Patch: `{"region":"eu1"}`, Pointer: "region", Code: "not_applicable"},
		},
		Remote: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" || r.Method != http.MethodGet || r.ContentLength > 0 {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			answer(w, http.StatusOK, `<html>sign in</html>`)
		},
		Hosts: []string{"nice.acme.example"},
		Expect: map[string]integrationtest.Outcome{ // any answer shows that somebody is there
			integrationtest.Unauthorized: {}, integrationtest.Forbidden: {}, integrationtest.HTML: {},
		},
	})
}

func TestNormalize(t *testing.T) {
	tests := []struct {
		name, document, region string
		warnings               int
	}{
		{"region left out", strings.Replace(withKey, `"region":"eu1",`, "", 1), "na1", 0},
		{"capitals", strings.Replace(withKey, `"eu1"`, `" AU1 "`, 1), "au1", 0},
		{"on premises", onSite, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := new(validation.Context)
			p, ok := Definition.Decode(json.RawMessage(tt.document), nil, c).(*Properties)
			require.True(t, ok)
			require.NoError(t, c.Err())
			require.Equal(t, tt.region, p.Region)
			require.Len(t, c.Warnings(), tt.warnings)
		})
	}
	require.ElementsMatch(t, []string{"/authMode", "/region", "/url"}, Definition.Destinations())
}
