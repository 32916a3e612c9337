package oauth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/secret"
)

// endpoint is a transport to a token endpoint that gives one answer.
type endpoint struct {
	status   int
	body     string
	received *http.Request
}

func (e *endpoint) Do(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	e.received = r
	w := httptest.NewRecorder()
	w.Header().Set("Retry-After", "7")
	w.WriteHeader(e.status)
	_, _ = w.WriteString(e.body)
	return w.Result(), nil
}

func (*endpoint) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

func get(t *testing.T, e *endpoint, means func(Refusal) (integrations.Diagnosis, bool)) (Token, *integrations.Failure) {
	t.Helper()
	token, err := Get(t.Context(), &integrations.Session{Transport: e}, Request{
		URL:    "https://login.example/token",
		Header: integrations.Basic("client", secret.New("s3cr3t")),
		Form:   url.Values{"grant_type": {"client_credentials"}},
		Means:  means,
	})
	var f *integrations.Failure
	if err != nil {
		require.True(t, errors.As(err, &f), "%v", err)
	}
	return token, f
}

func TestGet(t *testing.T) {
	e := &endpoint{
		status: http.StatusOK,
		body:   `{"access_token":"a1","token_type":"bearer","expires_in":3600,"refresh_token":"r1","instance_url":"https://x.example"}`,
	}
	token, f := get(t, e, nil)
	require.Nil(t, f)
	require.Equal(t, "a1", token.Access.Reveal())
	require.Equal(t, "r1", token.Refresh.Reveal())
	require.Contains(t, string(token.Answer.Body), "instance_url")
	require.Equal(t, http.MethodPost, e.received.Method)
	require.Equal(t, "client_credentials", e.received.PostFormValue("grant_type"))
	user, password, _ := e.received.BasicAuth()
	require.Equal(t, "client s3cr3t", user+" "+password)
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		cause  integrations.Cause
		code   string
	}{
		{"client", 401, `{"error":"invalid_client"}`, integrations.CauseCredentials, "client_rejected"},
		{"grant", 400, `{"error":"invalid_grant","error_description":"no"}`, integrations.CauseCredentials, "grant_rejected"},
		{"app not allowed", 400, `{"error":"unauthorized_client"}`, integrations.CauseConfig, "client_not_allowed"},
		{"grant not offered", 400, `{"error":"unsupported_grant_type"}`, integrations.CauseConfig, "grant_unsupported"},
		{"scope", 400, `{"error":"invalid_scope"}`, integrations.CauseConfig, "scope_refused"},
		{"request", 400, `{"error":"invalid_request"}`, integrations.CauseConfig, "token_request_refused"},
		{"unknown code", 400, `{"error":"teapot"}`, integrations.CauseRemote, "unexpected_status"},
		{"unknown code of 401", 401, `{"error":"teapot"}`, integrations.CauseCredentials, "credentials_rejected"},
		{"no code", 403, `<html>`, integrations.CausePermission, "permission_denied"},
		{"code of another form", 403, `{"error":{"code":1}}`, integrations.CausePermission, "permission_denied"},
		{"out of order", 503, `{"error":"invalid_grant"}`, integrations.CauseRemote, "remote_error"},
		{"no JSON", 200, `<html>`, integrations.CauseRemote, "unexpected_answer"},
		{"no token", 200, `{"token_type":"Bearer"}`, integrations.CauseRemote, "unexpected_answer"},
		{"token of another type", 200, `{"access_token":"a1","token_type":"mac"}`, integrations.CauseRemote, "unexpected_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, f := get(t, &endpoint{status: tt.status, body: tt.body}, nil)
			require.NotNil(t, f)
			require.Equal(t, tt.cause, f.Cause)
			require.Equal(t, tt.code, f.Code)
			require.Equal(t, tt.status, f.HTTPStatus)
			require.NotEmpty(t, f.Hint)
		})
	}
}

// TestMeans: what the vendor means goes before what the standard says.
func TestMeans(t *testing.T) {
	expired := integrations.Diagnosis{Cause: integrations.CauseCredentials, Code: "token_expired", Detail: "X.", Hint: "Y."}
	means := func(r Refusal) (integrations.Diagnosis, bool) {
		return expired, len(r.Numbers) == 1 && r.Numbers[0] == 700082
	}
	tests := []struct{ name, body, code string }{
		{"known", `{"error":"invalid_grant","error_codes":[700082]}`, "token_expired"},
		{"another number", `{"error":"invalid_grant","error_codes":[1]}`, "grant_rejected"},
		{"numbers of another form", `{"error":"invalid_grant","error_codes":"700082"}`, "grant_rejected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, f := get(t, &endpoint{status: http.StatusBadRequest, body: tt.body}, means)
			require.NotNil(t, f)
			require.Equal(t, tt.code, f.Code)
		})
	}
}

func TestDiagnoses(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Diagnoses() {
		require.False(t, seen[d.Code])
		seen[d.Code] = true
	}
	Diagnoses()[0].Code = "changed"
	require.Equal(t, "client_rejected", Diagnoses()[0].Code)
}
