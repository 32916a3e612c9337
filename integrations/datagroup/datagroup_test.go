package datagroup

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
	exampleUser = "acme"
	examplePass = "c0rrect horse battery"
	exampleKey  = "kX98QmPz0rT5vW2yB7nC4dF6gH1jL3sA8eU9oI"
	mappings    = `"fieldMappings":[{"kind":"internal","internalField":"contact.firstName","externalField":"first_name"}]`
	complete    = `{"username":"` + exampleUser + `","password":"` + examplePass + `","apiKey":"` + exampleKey + `",` + mappings + `}`
	newer       = `{"baseUrl":"https://api.tdg1.io/v2","apiKey":"` + exampleKey + `",` + mappings + `}`
)

// group is a double of TDG's version 3 behind its gateway.
type group struct {
	status int
	body   string
}

func (g group) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var sent map[string]string
	body, _ := io.ReadAll(r.Body) // what cannot be read is no JSON
	switch {
	case r.Host != "api.thedatagroup.com" || r.Method != http.MethodPost || r.URL.RequestURI() != "/v3/auth":
		answer(w, http.StatusForbidden, `{"message":"Missing Authentication Token"}`)
	case r.Header.Get("x-api-key") != exampleKey:
		answer(w, http.StatusForbidden, `{"message":"Forbidden"}`)
	case r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(body, &sent) != nil:
		answer(w, http.StatusUnsupportedMediaType, `{"message":"Unsupported Media Type"}`)
	case g.status != 0:
		answer(w, g.status, g.body)
	case sent["username"] != exampleUser || sent["password"] != examplePass || len(sent) != 2:
		answer(w, http.StatusUnauthorized, `{"errorMessage":"Invalid credentials"}`)
	default:
		answer(w, http.StatusOK, `{"AuthorizationToken":"eyJhbGciOiJIUzI1NiJ9.e30.c2ln"}`)
	}
}

func answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}

func TestDefinition(t *testing.T) {
	says := func(status int, body string) func(http.ResponseWriter, *http.Request) {
		return group{status: status, body: body}.ServeHTTP
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    complete,
		Required: []string{"username", "password", "apiKey", "/fieldMappings/0/kind", "/fieldMappings/0/internalField", "/fieldMappings/0/externalField"},
		Invalid: []integrationtest.Case{
			{Name: "foreign interface", Patch: `{"baseUrl":"https://api.evil.example/v3"}`, Pointer: "baseUrl", Code: "enum"},
			{Name: "short key", Patch: `{"apiKey":"abcdef0123"}`, Pointer: "apiKey", Code: "min"},
			{Name: "key with a blank", Patch: `{"apiKey":"kX98QmPz0rT5 vW2yB7nC4dF6"}`, Pointer: "apiKey", Code: "pattern"},
			{
				Name: "odd field", Patch: `{"fieldMappings":[{"kind":"internal","internalField":"contact.title","externalField":"a b"}]}`,
				Pointer: "/fieldMappings/0/externalField", Code: "pattern",
			},
		},
		Remote:   group{}.ServeHTTP,
		Hosts:    []string{"api.thedatagroup.com"},
		Identity: exampleUser,
		Custom: []integrationtest.RemoteCase{
			{Name: "key", Handler: without("X-Api-Key"), Cause: integrations.CauseCredentials, Code: "api_key_rejected"},
			{Name: "user", Handler: says(401, `{}`), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "no token", Handler: says(200, `{"error":"invalid"}`), Cause: integrations.CauseCredentials, Code: "sign_in_rejected"},
			{Name: "empty token", Handler: says(200, `{"token":""}`), Cause: integrations.CauseCredentials, Code: "sign_in_rejected"},
			{Name: "token further down", Handler: says(200, `{"data":{"token":"abc"}}`)},
			{Name: "no such version", Handler: says(403, `{"message":"Missing Authentication Token"}`), Cause: integrations.CauseConfig, Code: "interface_unknown"},
			{Name: "another refusal", Handler: says(403, `{"message":"Access Denied"}`), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "limit", Handler: says(429, `{"message":"Limit Exceeded"}`), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "list", Handler: says(200, `[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

// without loses a header on its way.
func without(header string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del(header)
		group{}.ServeHTTP(w, r)
	}
}

// TestDefinitionKeyOnly: the newer interface is reached without a credential.
func TestDefinitionKeyOnly(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    newer,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "user", Patch: `{"username":"acme"}`, Pointer: "username", Code: "not_applicable"},
			{Name: "password", Patch: `{"password":"s3cret words"}`, Pointer: "password", Code: "not_applicable"},
		},
		Remote: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("x-api-key") != "" || r.Method != http.MethodGet {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			answer(w, http.StatusForbidden, `{"message":"Forbidden"}`)
		},
		Hosts: []string{"api.tdg1.io"},
		Expect: map[string]integrationtest.Outcome{ // a refusal shows that somebody is there
			integrationtest.Unauthorized: {}, integrationtest.Forbidden: {}, integrationtest.NotFound: {},
		},
	})
}

func TestFieldMappings(t *testing.T) {
	mapping := func(kind, internal, external string) string {
		return fmt.Sprintf(`{"kind":%q,"internalField":%q,"externalField":%q}`, kind, internal, external)
	}
	tests := []struct {
		name string
		list []string
		want []string
	}{
		{"none", nil, nil},
		{"two sources for one field", []string{mapping("internal", "contact.title", "a"), mapping("internal", "contact.title", "b")}, nil},
		{
			"pair twice",
			[]string{mapping("internal", "contact.title", "a"), mapping("internal", "contact.title", "a")},
			[]string{"/fieldMappings/1 mapped_twice"},
		},
		{"unknown field", []string{mapping("internal", "contact.shoeSize", "a")}, []string{"/fieldMappings/0/internalField contact_field_unknown"}},
		{"external name", []string{mapping("external", "shoeSize", "a[0].b")}, nil},
		{"by order", []string{mapping("internal", "contact.emails.byOrder.10", "a")}, nil},
		{"beyond the order", []string{mapping("internal", "contact.emails.byOrder.11", "a")}, []string{"/fieldMappings/0/internalField contact_field_unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := new(validation.Context)
			document := `{"username":"u","password":"p","apiKey":" ` + exampleKey + `\n","fieldMappings":[` + strings.Join(tt.list, ",") + `]}`
			p, ok := Definition.Decode(json.RawMessage(document), nil, c).(*Properties)
			require.True(t, ok)
			require.Equal(t, exampleKey, p.APIKey.Reveal())
			var got []string
			for _, v := range c.Errors() {
				got = append(got, v.Pointer+" "+v.Code)
			}
			require.Equal(t, tt.want, got)
		})
	}
}
