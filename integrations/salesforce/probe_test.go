package salesforce

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/salesforce/salesforcetest"
)

const (
	dataAccess = `{"url":"https://` + salesforcetest.Host + `","consumerKey":"` + salesforcetest.Key + `","consumerSecret":"` + salesforcetest.Secret +
		`","refreshToken":"` + salesforcetest.Refresh + `"}`
	sandboxAccess = `{"url":"https://crm.acme.com","sandboxEnvironment":true,"consumerKey":"` + salesforcetest.Key +
		`","consumerSecret":"` + salesforcetest.Secret + `","refreshToken":"` + salesforcetest.Refresh + `"}`
)

// browsersOnly: people are sent there to sign on; nothing that is secret goes along.
var browsersOnly = []string{"/identityProviderLoginUrl"}

// versionUnknown: the token was issued, so the organization is there.
var versionUnknown = map[string]integrationtest.Outcome{
	integrationtest.Later(integrationtest.NotFound): {Cause: integrations.CauseConfig, Code: "api_version_unknown"},
}

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:         dataAccess,
		NoDestination: browsersOnly,
		Required:      []string{"url", "consumerKey", "consumerSecret"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://acme.my.salesforce.com"}`, Pointer: "/url", Code: "https_url"},
			{Name: "lightning", Patch: `{"url":"https://acme.lightning.force.com"}`, Pointer: "/url", Code: "lightning_url"},
			{Name: "odd version", Patch: `{"apiVersion":"61"}`, Pointer: "/apiVersion", Code: "pattern"},
			{Name: "sso without certificate", Patch: `{"ssoEnabled":true}`, Pointer: "/identityProviderCertificate", Code: "required"},
			{Name: "key without secret", Patch: `{"consumerSecret":null,"refreshToken":null}`, Pointer: "/consumerSecret", Code: "required"},
			{Name: "token without key", Patch: `{"consumerKey":null,"consumerSecret":null}`, Pointer: "/consumerKey", Code: "required"},
			{Name: "version that is too old", Patch: `{"apiVersion":"v20.0"}`, Pointer: "/apiVersion", Code: "pattern"},
		},
		Remote:   salesforcetest.Organization{Host: salesforcetest.Host}.ServeHTTP,
		Hosts:    []string{salesforcetest.Host},
		Identity: salesforcetest.Identity,
		Expect:   versionUnknown,
		Custom:   refusals(),
	})
}

// TestDefinitionElsewhere: tokens of a sandbox whose address is not known to be
// Salesforce's are issued at the common one.
func TestDefinitionElsewhere(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:         sandboxAccess,
		NoDestination: browsersOnly,
		Required:      []string{"url"},
		Remote:        salesforcetest.Organization{Host: "test.salesforce.com", Instance: "https://acme--uat.sandbox.my.salesforce.com"}.ServeHTTP,
		Hosts:         []string{"test.salesforce.com", "acme--uat.sandbox.my.salesforce.com"},
		Identity:      salesforcetest.Identity,
		Expect:        versionUnknown,
	})
}

// TestDefinitionWithoutToken: nothing but the address can be tested.
func TestDefinitionWithoutToken(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:         `{"url":"https://` + salesforcetest.Host + `","consumerKey":"` + salesforcetest.Key + `","consumerSecret":"` + salesforcetest.Secret + `"}`,
		NoDestination: browsersOnly,
		Required:      []string{"url", "consumerKey", "consumerSecret"},
		Remote:        salesforcetest.Organization{Host: salesforcetest.Host}.ServeHTTP,
		Hosts:         []string{salesforcetest.Host},
		Custom: []integrationtest.RemoteCase{
			{Name: "no versions", Handler: say(http.StatusOK, `[]`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{
				Name: "other versions", Handler: say(http.StatusOK, `[{"version":"48.0"}]`),
				Cause: integrations.CauseConfig, Code: "api_version_unknown",
			},
		},
	})
}

func say(status int, document string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { salesforcetest.Answer(w, status, document) }
}

// refusals are what only Salesforce answers.
func refusals() []integrationtest.RemoteCase {
	grants := []struct {
		refused string
		cause   integrations.Cause
		code    string
	}{
		{"invalid_grant expired access/refresh token", integrations.CauseCredentials, "refresh_token_rejected"},
		{"invalid_grant ip restricted", integrations.CausePermission, "ip_restricted"},
		{"invalid_client invalid client credentials", integrations.CauseCredentials, "client_rejected"},
		{"invalid_client_id client identifier invalid", integrations.CauseCredentials, "client_rejected"},
		{"inactive_user user is inactive", integrations.CausePermission, "user_inactive"},
		{"inactive_org organization is inactive", integrations.CausePermission, "organization_inactive"},
		{"invalid_app_access user is not admin approved", integrations.CausePermission, "app_not_approved"},
		{"rate_limit_exceeded too many requests", integrations.CauseRateLimited, "rate_limited"},
		{"unsupported_grant_type grant type not supported", integrations.CauseConfig, "grant_refused"},
		{"something_new " + salesforcetest.Secret, integrations.CauseRemote, "unexpected_status"},
	}
	var cases []integrationtest.RemoteCase
	for _, g := range grants {
		cases = append(cases, integrationtest.RemoteCase{
			Name: "grant: " + g.refused[:8] + " " + g.code, Handler: salesforcetest.Organization{Host: salesforcetest.Host, Refused: g.refused}.ServeHTTP,
			Cause: g.cause, Code: g.code,
		})
	}
	limits := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return salesforcetest.Organization{Host: salesforcetest.Host, Status: status, Code: code}.ServeHTTP
	}
	return append(cases,
		integrationtest.RemoteCase{
			Name: "instance elsewhere", Handler: salesforcetest.Organization{Host: salesforcetest.Host, Instance: "https://acme.force.com"}.ServeHTTP,
			Cause: integrations.CauseRemote, Code: "instance_url_foreign",
		},
		integrationtest.RemoteCase{
			Name: "instance with a port", Handler: salesforcetest.Organization{Host: salesforcetest.Host, Instance: "https://acme.my.salesforce.com:8443"}.ServeHTTP,
			Cause: integrations.CauseRemote, Code: "instance_url_foreign",
		},
		integrationtest.RemoteCase{
			Name: "token rotated", Handler: salesforcetest.Organization{Host: salesforcetest.Host, Grant: `,"refresh_token":"5Aep861.NEW"`}.ServeHTTP,
			Cause: integrations.CauseConfig, Code: "refresh_token_rotated",
		},
		integrationtest.RemoteCase{
			Name: "token repeated", Handler: salesforcetest.Organization{Host: salesforcetest.Host, Grant: `,"refresh_token":"` + salesforcetest.Refresh + `"`}.ServeHTTP,
		},
		integrationtest.RemoteCase{
			Name: "no access token", Handler: say(http.StatusOK, `{"token_type":"Bearer","instance_url":"https://acme.my.salesforce.com"}`),
			Cause: integrations.CauseRemote, Code: "unexpected_answer",
		},
		integrationtest.RemoteCase{
			Name: "requests used up", Handler: limits(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED"),
			Cause: integrations.CauseRateLimited, Code: "rate_limited",
		},
		integrationtest.RemoteCase{
			Name: "api disabled", Handler: limits(http.StatusForbidden, "API_DISABLED_FOR_ORG"),
			Cause: integrations.CausePermission, Code: "api_disabled",
		},
		integrationtest.RemoteCase{
			Name: "session refused", Handler: limits(http.StatusUnauthorized, "INVALID_SESSION_ID"),
			Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		},
		integrationtest.RemoteCase{
			Name: "version unknown", Handler: limits(http.StatusNotFound, "NOT_FOUND"),
			Cause: integrations.CauseConfig, Code: "api_version_unknown",
		},
		integrationtest.RemoteCase{
			Name: "login out of order", Handler: say(http.StatusServiceUnavailable, `{"error":"invalid_grant"}`),
			Cause: integrations.CauseRemote, Code: "remote_error",
		},
		integrationtest.RemoteCase{
			Name: "out of order", Handler: limits(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE"),
			Cause: integrations.CauseRemote, Code: "remote_error",
		},
		integrationtest.RemoteCase{
			Name: "limits hidden", Handler: salesforcetest.Organization{Host: salesforcetest.Host, Limited: true}.ServeHTTP,
		},
	)
}

// recorder is a transport that calls a handler and remembers the addresses.
type recorder struct {
	handler http.Handler
	urls    *[]string
}

func (r recorder) Do(req *http.Request) (*http.Response, error) {
	*r.urls = append(*r.urls, req.Method+" "+req.URL.String())
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header = req.Header
	r.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

func (recorder) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

// probed is the outcome of one probe; steps read "name status code".
type probed struct {
	urls, steps []string
	identity    string
	failure     *integrations.Failure
}

func probe(t *testing.T, members map[string]any, handler http.Handler) probed {
	t.Helper()
	var out probed
	s := &integrations.Session{Transport: recorder{handler, &out.urls}}
	err := decode(t, members).Probe(t.Context(), s)
	if err != nil {
		require.True(t, errors.As(err, &out.failure))
	}
	for _, step := range s.Steps() {
		text := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			text += " " + step.Failure.Code
		}
		out.steps = append(out.steps, text)
	}
	out.identity = s.Identity()
	return out
}

func TestProbe(t *testing.T) {
	const origin = "https://" + salesforcetest.Host
	without := map[string]any{"refreshToken": nil}
	nothing := map[string]any{"refreshToken": nil, "consumerKey": nil, "consumerSecret": nil}
	sso := map[string]any{"url": "https://other.my.salesforce.com"}
	tests := []struct {
		name    string
		members map[string]any
		remote  salesforcetest.Organization
		urls    []string
		steps   []string
	}{
		{
			"data access", nil,
			salesforcetest.Organization{Host: salesforcetest.Host},
			[]string{"POST " + origin + "/services/oauth2/token", "GET " + origin + "/services/data/v61.0/limits"},
			[]string{"authenticate passed", "authorize passed"},
		},
		{
			"limits hidden", nil,
			salesforcetest.Organization{Host: salesforcetest.Host, Limited: true},
			[]string{
				"POST " + origin + "/services/oauth2/token", "GET " + origin + "/services/data/v61.0/limits",
				"GET " + origin + "/services/data/", "GET " + origin + "/services/oauth2/userinfo",
			},
			[]string{"authenticate passed", "authorize passed"},
		},
		{
			"no refresh token", without,
			salesforcetest.Organization{Host: salesforcetest.Host},
			[]string{"GET " + origin + "/services/data/"},
			[]string{"reach passed", "authenticate warning credentials_not_verifiable"},
		},
		{
			"no data access", nothing,
			salesforcetest.Organization{Host: salesforcetest.Host},
			[]string{"GET " + origin + "/services/data/"},
			[]string{"reach passed", "authenticate warning credentials_not_verifiable"},
		},
		{
			"token of another organization", sso,
			salesforcetest.Organization{Host: "other.my.salesforce.com", Instance: origin},
			[]string{"POST https://other.my.salesforce.com/services/oauth2/token", "GET " + origin + "/services/data/v61.0/limits"},
			[]string{"authenticate passed", "authenticate warning other_organization", "authorize passed"},
		},
		{
			"refused", nil,
			salesforcetest.Organization{Host: salesforcetest.Host, Refused: "invalid_grant expired"},
			[]string{"POST " + origin + "/services/oauth2/token"},
			[]string{"authenticate failed refresh_token_rejected", "authorize skipped"},
		},
		{
			"instance elsewhere", nil,
			salesforcetest.Organization{Host: salesforcetest.Host, Instance: "https://evil.example"},
			[]string{"POST " + origin + "/services/oauth2/token"},
			[]string{"authenticate failed instance_url_foreign", "authorize skipped"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := probe(t, tt.members, tt.remote)
			require.Equal(t, tt.urls, out.urls)
			require.Equal(t, tt.steps, out.steps)
		})
	}
}

// TestWithoutLimits: a user who may not see limits still needs an API that
// answers.
func TestWithoutLimits(t *testing.T) {
	tests := []struct{ name, path, document, code string }{
		{"versions refused", "/services/data/", "", "permission_denied"},
		{"versions of no form", "/services/data/", `{}`, "unexpected_answer"},
		{"version missing", "/services/data/", `[{"version":"60.0"}]`, "api_version_unknown"},
		{"user refused", "/services/oauth2/userinfo", "", "permission_denied"},
		{"user of no form", "/services/oauth2/userinfo", `[]`, "unexpected_answer"},
		{"nobody", "/services/oauth2/userinfo", `{}`, "unexpected_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := probe(t, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path != tt.path:
					salesforcetest.Organization{Host: salesforcetest.Host, Limited: true}.ServeHTTP(w, r)
				case tt.document == "":
					salesforcetest.Answer(w, http.StatusForbidden, `[{"errorCode":"INSUFFICIENT_ACCESS"}]`)
				default:
					salesforcetest.Answer(w, http.StatusOK, tt.document)
				}
			}))
			require.Equal(t, tt.code, out.failure.Code)
			require.Equal(t, "authorize failed "+tt.code, out.steps[1])
		})
	}
}

// TestForbiddenByAnotherParty: a 403 that is not Salesforce's is not taken for a
// right that the user lacks to see limits.
func TestForbiddenByAnotherParty(t *testing.T) {
	out := probe(t, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			salesforcetest.Organization{Host: salesforcetest.Host}.ServeHTTP(w, r)
			return
		}
		salesforcetest.Answer(w, http.StatusForbidden, "<html>proxy</html>")
	}))
	require.Equal(t, "permission_denied", out.failure.Code)
	require.Len(t, out.urls, 2)
}

// TestUnknownVersionKeepsTheStatus: what was answered stands in the check.
func TestUnknownVersionKeepsTheStatus(t *testing.T) {
	out := probe(t, nil, salesforcetest.Organization{Host: salesforcetest.Host, Status: http.StatusNotFound, Code: "NOT_FOUND"})
	require.Equal(t, "api_version_unknown", out.failure.Code)
	require.Equal(t, http.StatusNotFound, out.failure.HTTPStatus)
}

// TestMistypedAddress: hints lead to where the right address stands.
func TestMistypedAddress(t *testing.T) {
	for _, members := range []map[string]any{nil, {"refreshToken": nil}} {
		out := probe(t, members, http.NotFoundHandler())
		require.Equal(t, "not_found", out.failure.Code)
		require.Contains(t, out.failure.Hint, "My Domain")
	}
}

func TestComputed(t *testing.T) {
	require.Equal(t, []integrations.Computed{
		{Name: "callbackUrl", Label: "Callback URL", Value: "https://acme.example/admin/salesforcecallback.html"},
		{
			Name: "assertionConsumerServiceUrl", Label: "ACS URL",
			Value: "https://acme.example/agentdesktop/agentdesktop/sfsso/response",
		},
	}, Definition.Computed(integrations.CenterAt("acme.example", "")))
}

// TestUsedUpIsRetryable: the failure says that waiting helps.
func TestUsedUpIsRetryable(t *testing.T) {
	out := probe(t, nil, salesforcetest.Organization{Host: salesforcetest.Host, Status: http.StatusForbidden, Code: "REQUEST_LIMIT_EXCEEDED"})
	require.True(t, out.failure.Retryable)
	require.Equal(t, http.StatusForbidden, out.failure.HTTPStatus)
	require.Equal(t, salesforcetest.Identity, out.identity)
	require.NotContains(t, out.failure.Detail+out.failure.Hint, salesforcetest.Secret)
}
