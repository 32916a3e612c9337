package salesforce

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/salesforce/salesforcetest"
	"admin-api/secret"
	"admin-api/validation"
)

const callback = "https://acme.example/admin/salesforcecallback.html"

func authorization() integrations.Authorization {
	return integrations.Authorization{RedirectURI: callback, State: "s-t_a.t.e", Verifier: integrations.NewVerifier()}
}

// consent sends a browser where the properties say and returns with what it came
// back.
func consent(t *testing.T, p *Properties, a integrations.Authorization, o salesforcetest.Organization) url.Values {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, p.AuthorizationURL(a), http.NoBody)
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	require.Equal(t, http.StatusFound, w.Code, w.Body.String())
	back, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	require.Equal(t, a.State, back.Query().Get("state"))
	return back.Query()
}

// exchange hands a code in; it returns the steps as probe does.
func exchange(
	t *testing.T, p *Properties, a integrations.Authorization, code string, handler http.Handler,
) (string, probed) {
	t.Helper()
	var out probed
	s := &integrations.Session{Transport: recorder{handler, &out.urls}}
	secrets, err := p.Authorize(t.Context(), s, a, secret.New(code))
	if err != nil {
		require.True(t, errors.As(err, &out.failure))
		require.Empty(t, secrets)
		return "", out
	}
	require.Len(t, secrets, 1)
	out.identity = s.Identity()
	return secrets["/refreshToken"].Reveal(), out
}

func TestAuthorize(t *testing.T) {
	org := salesforcetest.Organization{Host: salesforcetest.Host, Consent: &salesforcetest.Consent{Callbacks: []string{callback}}}
	p, a := decode(t, map[string]any{"refreshToken": nil}), authorization()
	code := consent(t, p, a, org).Get("code")

	other := a
	other.Verifier = integrations.NewVerifier()
	_, out := exchange(t, p, other, code, org)
	require.Equal(t, "code_rejected", out.failure.Code, "the code of another authorization")

	token, out := exchange(t, p, a, code, org)
	require.Contains(t, org.Consent.Issued(), token)
	require.Equal(t, salesforcetest.Identity, out.identity)
	require.Equal(t, []string{"POST https://" + salesforcetest.Host + "/services/oauth2/token"}, out.urls)
	require.Nil(t, probe(t, map[string]any{"refreshToken": token}, org).failure, "the account works with the token")

	_, out = exchange(t, p, a, code, org)
	require.Equal(t, "code_rejected", out.failure.Code, "the code once more")
}

func TestAuthorizationURL(t *testing.T) {
	a := authorization()
	tests := []struct {
		members map[string]any
		host    string
	}{
		{nil, salesforcetest.Host},
		{map[string]any{"url": "https://crm.acme.com"}, "login.salesforce.com"},
		{map[string]any{"url": "https://crm.acme.com", "sandboxEnvironment": true}, "test.salesforce.com"},
	}
	for _, tt := range tests {
		u, err := url.Parse(decode(t, tt.members).AuthorizationURL(a))
		require.NoError(t, err)
		require.Equal(t, "https://"+tt.host+"/services/oauth2/authorize", u.Scheme+"://"+u.Host+u.Path)
		require.Equal(t, url.Values{
			"response_type": {"code"}, "client_id": {salesforcetest.Key}, "redirect_uri": {callback}, "state": {a.State},
			"scope": {"api refresh_token"}, "prompt": {"consent"},
			"code_challenge": {a.Challenge()}, "code_challenge_method": {"S256"},
		}, u.Query())
		require.NotContains(t, u.String(), a.Verifier.Reveal())
		require.NotContains(t, u.String(), salesforcetest.Secret)
	}
}

func TestAuthorizeRefused(t *testing.T) {
	const granted = `{"access_token":"` + salesforcetest.Access + `","token_type":"Bearer","instance_url":"https://` +
		salesforcetest.Host + `"`
	refused := func(text string) http.Handler {
		return salesforcetest.Organization{Host: salesforcetest.Host, Refused: text}
	}
	tests := []struct {
		name   string
		remote http.Handler
		cause  integrations.Cause
		code   string
	}{
		{"code", refused("invalid_grant expired authorization code"), integrations.CauseCredentials, "code_rejected"},
		{"verifier", refused("invalid_request invalid code verifier"), integrations.CauseCredentials, "code_rejected"},
		{"address of this server", refused("invalid_grant ip restricted"), integrations.CausePermission, "ip_restricted"},
		{"callback", refused("redirect_uri_mismatch redirect_uri must match"), integrations.CauseConfig, "callback_unknown"},
		{"client", refused("invalid_client invalid client credentials"), integrations.CauseCredentials, "client_rejected"},
		{"flow", refused("unsupported_grant_type not supported"), integrations.CauseConfig, "flow_not_allowed"},
		{"app", refused("invalid_app_access not approved"), integrations.CausePermission, "app_not_approved"},
		{"unknown", refused("something_new " + salesforcetest.Secret), integrations.CauseRemote, "unexpected_status"},
		{"no refresh token", http.HandlerFunc(say(200, granted+`}`)), integrations.CauseConfig, "no_refresh_token"},
		{
			"token of another organization",
			http.HandlerFunc(say(200, `{"access_token":"a","token_type":"Bearer","refresh_token":"r","instance_url":"https://evil.my.salesforce.com"}`)),
			integrations.CauseConfig, "other_organization",
		},
		{
			"instance elsewhere",
			http.HandlerFunc(say(200, `{"access_token":"a","token_type":"Bearer","refresh_token":"r","instance_url":"https://evil.example"}`)),
			integrations.CauseRemote, "instance_url_foreign",
		},
		{"no JSON", http.HandlerFunc(say(200, `<html>`)), integrations.CauseRemote, "unexpected_answer"},
		{"out of order", http.HandlerFunc(say(503, `{}`)), integrations.CauseRemote, "remote_error"},
		{"nothing there", http.NotFoundHandler(), integrations.CauseConfig, "not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, out := exchange(t, decode(t, nil), authorization(), "c0de", tt.remote)
			require.Equal(t, tt.cause, out.failure.Cause)
			require.Equal(t, tt.code, out.failure.Code)
			require.NotContains(t, out.failure.Detail+out.failure.Hint, salesforcetest.Secret)
			require.Len(t, out.urls, 1, "nothing is sent to where an answer leads")
		})
	}
}

func TestAuthorizationRefused(t *testing.T) {
	tests := map[string]string{
		"access_denied": "consent_denied", "redirect_uri_mismatch": "callback_unknown", "invalid_client_id": "client_rejected",
		"invalid_client": "client_rejected", "invalid_scope": "scope_refused", "OAUTH_APP_ACCESS_DENIED": "app_not_approved",
		"inactive_user": "user_inactive", "inactive_org": "organization_inactive", "server_error": "remote_error",
		"": "authorization_refused", "<script>": "authorization_refused",
	}
	for code, want := range tests {
		f := decode(t, nil).AuthorizationRefused(code)
		require.Equal(t, want, f.Code, code)
		require.NotEmpty(t, f.Detail)
		require.NotEmpty(t, f.Hint)
		require.NotContains(t, f.Error(), "script")
	}
}

func TestCheckAuthorization(t *testing.T) {
	tests := []struct {
		name    string
		members map[string]any
		want    []string
	}{
		{"all there", map[string]any{"refreshToken": nil}, nil},
		{
			"no app",
			map[string]any{"refreshToken": nil, "consumerKey": nil, "consumerSecret": nil},
			[]string{"/consumerKey required", "/consumerSecret required"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := new(validation.Context)
			decode(t, tt.members).CheckAuthorization(c)
			require.Equal(t, tt.want, found(c.Errors()))
		})
	}
}

// TestForeignApp: the double refuses as Salesforce does, so that the tests above
// show something.
func TestForeignApp(t *testing.T) {
	org := salesforcetest.Organization{Host: salesforcetest.Host, Consent: &salesforcetest.Consent{}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, decode(t, nil).AuthorizationURL(authorization()), http.NoBody)
	w := httptest.NewRecorder()
	org.ServeHTTP(w, r)
	require.Equal(t, http.StatusBadRequest, w.Code, "the callback is not registered")
	org.Consent.Callbacks, org.Consent.Denied = []string{callback}, true
	require.Equal(t, "access_denied", consent(t, decode(t, nil), authorization(), org).Get("error"))
	require.Empty(t, org.Consent.Issued())
}
