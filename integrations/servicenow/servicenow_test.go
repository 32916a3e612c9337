package servicenow

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

const (
	host           = "acme.service-now.com"
	exampleUser    = "contact.center"
	examplePass    = "pässword:with&signs"
	exampleClient  = "be3aeb583ace210011c15b24a43e25d8"
	exampleSecret  = "Qs+E,i#s?E0"
	exampleAccess  = "OAjWYnNl5sM3r9dC8wqXkZvT2pB7hG4f"
	withPassword   = `{"url":"https://` + host + `","username":"` + exampleUser + `","password":"` + examplePass + `"}`
	withOAuth      = `{"url":"https://` + host + `","authMode":"oauthPassword","username":"` + exampleUser + `","password":"` + examplePass + `","clientId":"` + exampleClient + `","clientSecret":"` + exampleSecret + `"}`
	unauthorized   = `{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}`
	insufficient   = `{"error":{"message":"Insufficient rights to query records","detail":"Field(s) present in the query do not have permission to be read"},"status":"failure"}`
	deniedAnything = "server_error access_denied"
)

// instance is a double of one ServiceNow instance.
type instance struct {
	// refused is an error of the token endpoint, "error description".
	refused string
	// status and body are of the table, when set.
	status int
	body   string
}

func (i instance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch {
	case r.Host != host:
		answer(w, http.StatusMisdirectedRequest, `{}`)
	case r.URL.Path == "/oauth_token.do" && r.Method == http.MethodPost:
		i.token(w, r)
	case r.URL.Path == "/api/now/table/sys_user" && r.Method == http.MethodGet:
		i.users(w, r)
	default:
		answer(w, http.StatusBadRequest, `{"error":{"message":"Requested URI does not represent any resource"},"status":"failure"}`)
	}
}

func (i instance) token(w http.ResponseWriter, r *http.Request) {
	right := r.URL.RawQuery == "" && r.PostFormValue("grant_type") == "password" &&
		r.PostFormValue("client_id") == exampleClient && r.PostFormValue("client_secret") == exampleSecret &&
		r.PostFormValue("username") == exampleUser && r.PostFormValue("password") == examplePass
	refusal := i.refused
	if refusal == "" && !right {
		refusal = deniedAnything
	}
	if refusal != "" {
		code, description, _ := strings.Cut(refusal, " ")
		answer(w, http.StatusUnauthorized, fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description))
		return
	}
	answer(w, http.StatusOK, `{"access_token":"`+exampleAccess+`","refresh_token":"r","scope":"useraccount","token_type":"Bearer","expires_in":1799}`)
}

func (i instance) users(w http.ResponseWriter, r *http.Request) {
	user, password, basic := r.BasicAuth()
	known := basic && user == exampleUser && password == examplePass || r.Header.Get("Authorization") == "Bearer "+exampleAccess
	query := r.URL.Query()
	switch {
	case !known:
		w.Header().Set("WWW-Authenticate", `Basic realm="Service-now"`)
		answer(w, http.StatusUnauthorized, unauthorized)
	case i.status != 0:
		answer(w, i.status, i.body)
	case query.Get("sysparm_query") != "user_name="+exampleUser || query.Get("sysparm_limit") != "1" || r.Header.Get("Accept") != "application/json":
		answer(w, http.StatusBadRequest, `{"error":{"message":"Invalid query"},"status":"failure"}`)
	default:
		answer(w, http.StatusOK, `{"result":[{"sys_id":"6816f79cc0a8016401c5a33be04be441","user_name":"`+exampleUser+`"}]}`)
	}
}

func answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}

// calls are what the table answers, in both modes.
func calls() []integrationtest.RemoteCase {
	table := func(status int, body string) func(http.ResponseWriter, *http.Request) {
		return instance{status: status, body: body}.ServeHTTP
	}
	return []integrationtest.RemoteCase{
		{Name: "record hidden", Handler: table(200, `{"result":[]}`)},
		{Name: "rights", Handler: table(403, insufficient), Cause: integrations.CausePermission, Code: "permission_denied"},
		{Name: "signed out", Handler: table(401, unauthorized), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
		{Name: "asleep", Handler: table(200, `<html>Your instance is hibernating`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		{Name: "another product", Handler: table(200, `{"records":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		{Name: "too many", Handler: table(429, `{"error":{"message":"Rate limit exceeded"}}`), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
	}
}

func tokens() []integrationtest.RemoteCase {
	token := func(refused string) func(http.ResponseWriter, *http.Request) {
		return instance{refused: refused}.ServeHTTP
	}
	return []integrationtest.RemoteCase{
		{Name: "anything wrong", Handler: token(deniedAnything), Cause: integrations.CauseCredentials, Code: "sign_in_rejected"},
		{Name: "access denied", Handler: token("access_denied no"), Cause: integrations.CauseCredentials, Code: "sign_in_rejected"},
		{Name: "grant", Handler: token("invalid_grant no"), Cause: integrations.CauseCredentials, Code: "sign_in_rejected"},
		{Name: "client", Handler: token("invalid_client no"), Cause: integrations.CauseCredentials, Code: "client_rejected"},
		{Name: "grant off", Handler: token("unsupported_grant_type no"), Cause: integrations.CauseConfig, Code: "grant_unsupported"},
		{Name: "new code", Handler: token("something_new no"), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
	}
}

func TestDefinition(t *testing.T) {
	required := []string{"url", "username", "password"}
	tests := []struct {
		name, valid string
		required    []string
		custom      []integrationtest.RemoteCase
	}{
		{"basic", withPassword, required, calls()},
		{"oauth", withOAuth, append(required, "clientId", "clientSecret"), append(calls(), tokens()...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid:    tt.valid,
				Required: tt.required,
				Invalid: []integrationtest.Case{
					{Name: "http", Patch: `{"url":"http://acme.service-now.com"}`, Pointer: "url", Code: "https_url"},
					{Name: "colon", Patch: `{"username":"a:b"}`, Pointer: "username", Code: "pattern"},
					{Name: "operator of queries", Patch: `{"username":"a^ORactive=true"}`, Pointer: "username", Code: "pattern"},
					{Name: "long password", Patch: `{"password":"` + strings.Repeat("pass-wor", 32) + `"}`, Pointer: "password", Code: "max"},
					{Name: "other mode", Patch: `{"authMode":"oauth"}`, Pointer: "authMode", Code: "enum"},
				},
				Remote:   instance{}.ServeHTTP,
				Hosts:    []string{host},
				Identity: exampleUser,
				Custom:   tt.custom,
			})
		})
	}
}

func TestURL(t *testing.T) {
	const site = "https://" + host
	tests := []struct{ in, want, code, warning string }{
		{site, site, "", ""},
		{"acme", site, "", ""},
		{" ACME.service-now.com/ ", site, "", ""},
		{"https://ACME.Service-Now.com:443/nav_to.do?uri=incident.do#x", site, "", ""},
		{"https://acme.servicenowservices.com/now", "https://acme.servicenowservices.com", "", ""},
		{"https://support.acme.com/", "https://support.acme.com", "", "unusual_host"},
		{"https://support.acme.com/now", "https://support.acme.com/now", "https_origin", ""},
		{"https://acme.service-now.com.evil.example", "https://acme.service-now.com.evil.example", "", "unusual_host"},
		{"https://ann:pw@acme.service-now.com", "https://ann:pw@acme.service-now.com", "https_url", ""},
		{"not an address", "not an address", "https_url", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			document, err := json.Marshal(map[string]any{"url": tt.in, "username": "u", "password": "p"})
			require.NoError(t, err)
			c := new(validation.Context)
			p, ok := Definition.Decode(document, nil, c).(*Properties)
			require.True(t, ok)
			require.Equal(t, tt.want, p.URL)
			require.Equal(t, codes("/url", tt.code), lines(c.Errors()))
			require.Equal(t, codes("/url", tt.warning), lines(c.Warnings()))
		})
	}
}

func codes(pointer, code string) []string {
	if code == "" {
		return nil
	}
	return []string{pointer + " " + code}
}

func lines(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

// TestClientOnlyForOAuth: what does not apply is refused, not kept unseen.
func TestClientOnlyForOAuth(t *testing.T) {
	c := new(validation.Context)
	Definition.Decode(json.RawMessage(strings.Replace(withOAuth, `"oauthPassword"`, `"basic"`, 1)), nil, c)
	require.ElementsMatch(t, []string{"/clientId not_applicable", "/clientSecret not_applicable"}, lines(c.Errors()))
	require.ElementsMatch(t, []string{"/url", "/authMode"}, Definition.Destinations())
}

// TestHints: what people can do is said where ServiceNow differs from others.
func TestHints(t *testing.T) {
	failure := func(status int) error {
		return (&integrations.Answer{Status: status}).Failure()
	}
	require.Contains(t, hint(t, advise(failure(401), authBasic)), "web service access only")
	require.Contains(t, hint(t, advise(failure(401), authOAuth)), "Application Registry")
	require.Contains(t, hint(t, advise(failure(404), authOAuth)), "plug-in")
	require.NoError(t, advise(nil, authBasic))
}

func hint(t *testing.T, err error) string {
	t.Helper()
	var f *integrations.Failure
	require.ErrorAs(t, err, &f)
	return f.Hint
}
