package dynamics

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	versionOne = `{"authorizationUrl":"https://` + loginHost + `/` + exampleDirectory + `/oauth2/authorize","tokenUrl":"https://` +
		loginHost + `/` + exampleDirectory + `/oauth2/token","apiUrl":"https://` + apiHost + `/api/data/v9.0","clientId":"` +
		exampleClient + `","clientSecret":"` + exampleSecret + `","refreshToken":"` + exampleRefresh + `"}`

	exampleIdentity = "user " + exampleUser + " of organization " + exampleOrg
)

var versionTwo = strings.ReplaceAll(versionOne, "/oauth2/", "/oauth2/v2.0/")

func TestDefinition(t *testing.T) {
	for name, valid := range map[string]string{"version 1": versionOne, "version 2": versionTwo} {
		t.Run(name, func(t *testing.T) {
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid:    valid,
				Required: []string{"authorizationUrl", "tokenUrl", "apiUrl", "clientId", "clientSecret"},
				Invalid: []integrationtest.Case{
					{Name: "http", Patch: `{"tokenUrl":"http://` + loginHost + `/x/oauth2/token"}`, Pointer: "tokenUrl", Code: "https_url"},
					{Name: "foreign login", Patch: `{"tokenUrl":"https://login.evil.example/x/oauth2/token"}`, Pointer: "tokenUrl", Code: "pattern"},
					{
						Name: "foreign organization", Patch: `{"apiUrl":"https://acme.crm.dynamics.com.evil.example/api/data/v9.0"}`,
						Pointer: "apiUrl", Code: "pattern",
					},
					{Name: "client is no UUID", Patch: `{"clientId":"acme"}`, Pointer: "clientId", Code: "uuid"},
					{Name: "short refresh token", Patch: `{"refreshToken":"0.AXEA"}`, Pointer: "refreshToken", Code: "min"},
					{Name: "secret with a blank", Patch: `{"clientSecret":"a b"}`, Pointer: "clientSecret", Code: "pattern"},
				},
				Expect: map[string]integrationtest.Outcome{ // the organization refuses what Microsoft issued
					integrationtest.Later(integrationtest.Unauthorized): {Cause: integrations.CauseConfig, Code: "audience_refused"},
				},
				Remote:   microsoft{}.ServeHTTP,
				Hosts:    []string{loginHost, apiHost},
				Identity: exampleIdentity,
				Custom:   refusals(),
			})
		})
	}
}

// TestDefinitionWithoutToken: the app alone can be tested.
func TestDefinitionWithoutToken(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    strings.Replace(versionTwo, `,"refreshToken":"`+exampleRefresh+`"`, "", 1),
		Required: []string{"clientSecret"},
		Remote:   microsoft{}.ServeHTTP,
		Hosts:    []string{loginHost},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "secret expired", Handler: microsoft{refused: "invalid_client 7000222"}.ServeHTTP,
				Cause: integrations.CauseCredentials, Code: "client_secret_expired",
			},
		},
	})
}

// refusals are what only Microsoft answers.
func refusals() []integrationtest.RemoteCase {
	tokens := []struct {
		refused string
		cause   integrations.Cause
		code    string
	}{
		{"invalid_grant 700082", integrations.CauseCredentials, "refresh_token_expired"},
		{"invalid_grant 70008", integrations.CauseCredentials, "refresh_token_expired"},
		{"invalid_grant 50173", integrations.CauseCredentials, "refresh_token_revoked"},
		{"invalid_grant 9002313", integrations.CauseCredentials, "refresh_token_rejected"},
		{"invalid_grant 50076", integrations.CauseCredentials, "sign_in_required"},
		{"interaction_required 1", integrations.CauseCredentials, "sign_in_required"},
		{"invalid_grant 65001", integrations.CausePermission, "consent_missing"},
		{"consent_required 1", integrations.CausePermission, "consent_missing"},
		{"invalid_grant 50057", integrations.CausePermission, "user_disabled"},
		{"invalid_client 7000215", integrations.CauseCredentials, "client_secret_rejected"},
		{"invalid_client 7000222", integrations.CauseCredentials, "client_secret_expired"},
		{"invalid_client 1", integrations.CauseCredentials, "client_rejected"},
		{"unauthorized_client 700016", integrations.CauseConfig, "client_unknown"},
		{"unauthorized_client 1", integrations.CauseConfig, "client_not_allowed"},
		{"invalid_request 90002", integrations.CauseConfig, "directory_unknown"},
		{"invalid_request 9002313", integrations.CauseConfig, "token_request_refused"},
		{"invalid_resource 500011", integrations.CauseConfig, "organization_unknown"},
		{"invalid_resource 1", integrations.CauseConfig, "organization_unknown"},
		{"invalid_scope 70011", integrations.CauseConfig, "scope_refused"},
		{"unsupported_grant_type 70003", integrations.CauseConfig, "grant_unsupported"},
		{"something_new 1", integrations.CauseRemote, "unexpected_status"},
	}
	var cases []integrationtest.RemoteCase
	for _, r := range tokens {
		cases = append(cases, integrationtest.RemoteCase{
			Name: "token: " + r.refused, Handler: microsoft{refused: r.refused}.ServeHTTP, Cause: r.cause, Code: r.code,
		})
	}
	calls := []struct {
		name   string
		remote microsoft
		cause  integrations.Cause
		code   string
	}{
		{"audience", microsoft{status: 401}, integrations.CauseConfig, "audience_refused"},
		{"no member", microsoft{status: 403, code: "0x80072560"}, integrations.CausePermission, "not_a_member"},
		{"no role", microsoft{status: 403, code: "0x80042f09"}, integrations.CausePermission, "permission_denied"},
		{"no such version", microsoft{status: 404}, integrations.CauseConfig, "not_found"},
		{"too many", microsoft{status: 429, code: "0x80072322"}, integrations.CauseRateLimited, "rate_limited"},
		{"out of order", microsoft{status: 503}, integrations.CauseRemote, "remote_error"},
		{"nobody", microsoft{who: `{"UserId":"","OrganizationId":""}`}, integrations.CauseRemote, "unexpected_answer"},
		{"hostile", microsoft{who: `{"UserId":"<b>","OrganizationId":"<b>"}`}, integrations.CauseRemote, "unexpected_answer"},
		{"page", microsoft{who: `<html>`}, integrations.CauseRemote, "unexpected_answer"},
	}
	for _, r := range calls {
		cases = append(cases, integrationtest.RemoteCase{
			Name: "call: " + r.name, Handler: r.remote.ServeHTTP, Cause: r.cause, Code: r.code,
		})
	}
	return cases
}

// recorder is a transport that calls a double and keeps the forms.
type recorder struct {
	handler http.Handler
	forms   []url.Values
}

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header = req.Header
	if err := served.ParseForm(); err != nil {
		return nil, err
	}
	r.forms = append(r.forms, served.PostForm)
	r.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

func (*recorder) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

// TestRequests: which addresses are asked, and with which grant. No request
// asks version 2.0 for another refresh token.
func TestRequests(t *testing.T) {
	const login, api = "POST " + loginHost + "/" + exampleDirectory + "/oauth2/", "GET " + apiHost + "/api/data/v9.0/WhoAmI"
	const audience = "https://" + apiHost
	without := func(s string) string { return strings.Replace(s, `,"refreshToken":"`+exampleRefresh+`"`, "", 1) }
	passed := []string{"authenticate passed", "authorize passed"}
	unauthorized := []string{"authenticate passed", "authorize warning not_authorized"}
	tests := []struct {
		name, document string
		urls, steps    []string
		grant          url.Values
	}{
		{
			"version 1", versionOne,
			[]string{login + "token", api},
			passed,
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {exampleRefresh}, "resource": {audience}},
		},
		{
			"version 2", versionTwo,
			[]string{login + "v2.0/token", api},
			passed,
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {exampleRefresh}, "scope": {audience + "/user_impersonation"}},
		},
		{
			"version 1 without a refresh token", without(versionOne),
			[]string{login + "token"},
			unauthorized,
			url.Values{"grant_type": {"client_credentials"}, "resource": {audience}},
		},
		{
			"version 2 without a refresh token", without(versionTwo),
			[]string{login + "v2.0/token"},
			unauthorized,
			url.Values{"grant_type": {"client_credentials"}, "scope": {audience + "/.default"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var urls, steps []string
			transport := &recorder{handler: microsoft{requests: &urls}}
			s := &integrations.Session{Transport: transport}
			require.NoError(t, decode(t, tt.document).Probe(t.Context(), s))
			for _, step := range s.Steps() {
				line := step.Name + " " + string(step.Status)
				if step.Failure != nil {
					line += " " + step.Failure.Code
				}
				steps = append(steps, line)
			}
			tt.grant.Set("client_id", exampleClient)
			tt.grant.Set("client_secret", exampleSecret)
			require.Equal(t, tt.urls, urls)
			require.Equal(t, tt.steps, steps)
			require.Equal(t, tt.grant, transport.forms[0])
		})
	}
}

func TestComputed(t *testing.T) {
	require.Equal(t, []integrations.Computed{
		{Name: "redirectUri", Label: "Redirect URI", Value: "https://acme.example/admin/msdynamicscallback.html"},
	}, Definition.Computed(integrations.CenterAt("acme.example", "")))
}
