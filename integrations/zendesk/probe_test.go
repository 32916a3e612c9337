package zendesk

import (
	"context"
	"errors"
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

const withOAuth = `{"url":"https://acme.zendesk.com","authorizationType":"oauthAccessToken","oauthAccessToken":"` + bearer + `"}`

func TestDefinition(t *testing.T) {
	for name, valid := range map[string]string{"api token": withToken, "oauth": withOAuth} {
		t.Run(name, func(t *testing.T) {
			required := []string{"/url", "/username", "/apiToken"}
			if valid == withOAuth {
				required = []string{"/url", "/oauthAccessToken"}
			}
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid:    valid,
				Required: required,
				Invalid: []integrationtest.Case{
					{Name: "http", Patch: `{"url":"http://acme.zendesk.com"}`, Pointer: "/url", Code: "https_url"},
					{Name: "unknown authorization", Patch: `{"authorizationType":"password"}`, Pointer: "/authorizationType", Code: "enum"},
					{Name: "short shared secret", Patch: `{"sharedSecret":"short"}`, Pointer: "/sharedSecret", Code: "min"},
				},
				Remote:   new(remote).ServeHTTP,
				Hosts:    []string{"acme.zendesk.com"},
				Identity: user,
				Custom: []integrationtest.RemoteCase{
					{
						Name: "a guest", Handler: guest, Cause: integrations.CauseCredentials, Code: "credentials_rejected",
					},
					{
						Name: "an end user", Handler: (&remote{self: map[string]any{"role": "end-user"}}).ServeHTTP,
						Cause: integrations.CausePermission, Code: "role_insufficient",
					},
				},
			})
		})
	}
}

// guest answers as Zendesk does where it ignores the credentials.
func guest(w http.ResponseWriter, r *http.Request) {
	r.Header.Del("Authorization")
	new(remote).ServeHTTP(w, r)
}

// direct is a transport to one server, whatever the name. It follows no
// redirect.
type direct struct{ server *httptest.Server }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	to, err := url.Parse(d.server.URL)
	if err != nil {
		return nil, err
	}
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, to.Scheme, to.Host
	client := *d.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client.Do(r)
}

func (direct) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

// probed is the outcome of one probe, each step as "name status code".
type probed struct {
	failure  *integrations.Failure
	steps    []string
	texts    string
	identity string
}

func probe(t *testing.T, document string, handler http.Handler) probed {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	p, c := decode(t, document)
	require.NoError(t, c.Err())
	s := &integrations.Session{Transport: direct{server}}
	err := p.Probe(t.Context(), s)
	got := probed{identity: s.Identity()}
	if err != nil {
		require.True(t, errors.As(err, &got.failure), "%T is no failure", err)
		got.texts = err.Error() + got.failure.Hint
	}
	for _, step := range s.Steps() {
		line := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			line += " " + step.Failure.Code
			got.texts += step.Failure.Detail + step.Failure.Hint
		}
		got.steps = append(got.steps, line)
	}
	for _, hidden := range []string{token, bearer, "n0t-a-secret", "Couldn't authenticate you"} {
		require.NotContains(t, got.texts, hidden)
	}
	return got
}

func TestProbe(t *testing.T) {
	const passed, unsaid = "authenticate passed", ""
	alien := strings.Replace(withToken, token, strings.ToLower(token), 1)
	tests := []struct {
		name, document string
		remote         *remote
		cause          integrations.Cause
		steps          []string
		identity       string
	}{
		{name: "agent", document: withToken, remote: &remote{}, steps: []string{passed, "authorize passed"}, identity: user},
		{name: "oauth", document: withOAuth, remote: &remote{}, steps: []string{passed, "authorize passed"}, identity: user},
		{
			name: "administrator", document: withToken, remote: &remote{self: map[string]any{"role": "admin"}},
			steps: []string{passed, "authorize passed"}, identity: user,
		},
		{
			name: "token in the wrong case is shown a guest", document: alien, remote: &remote{}, cause: integrations.CauseCredentials,
			steps: []string{"authenticate failed credentials_rejected", "authorize skipped"}, identity: unsaid,
		},
		{
			name: "revoked oauth token", document: strings.Replace(withOAuth, bearer, bearer[1:], 1), remote: &remote{}, cause: integrations.CauseCredentials,
			steps: []string{"authenticate failed credentials_rejected", "authorize skipped"}, identity: unsaid,
		},
		{
			name: "end user", document: withToken, remote: &remote{self: map[string]any{"role": "end-user"}}, cause: integrations.CausePermission,
			steps: []string{passed, "authorize failed role_insufficient"}, identity: user,
		},
		{
			name: "suspended", document: withToken, remote: &remote{self: map[string]any{"suspended": true}}, cause: integrations.CausePermission,
			steps: []string{passed, "authorize failed user_inactive"}, identity: user,
		},
		{
			name: "deleted", document: withToken, remote: &remote{self: map[string]any{"active": false}}, cause: integrations.CausePermission,
			steps: []string{passed, "authorize failed user_inactive"}, identity: user,
		},
		{
			name: "known by another address", document: withToken, remote: &remote{self: map[string]any{"email": "bot@acme.com"}},
			steps: []string{passed, "identify warning other_user", "authorize passed"}, identity: "bot@acme.com",
		},
		{
			name: "oauth token of anybody", document: withOAuth, remote: &remote{self: map[string]any{"email": "bot@acme.com"}},
			steps: []string{passed, "authorize passed"}, identity: "bot@acme.com",
		},
		{
			name: "name that is no address", document: withOAuth, remote: &remote{self: map[string]any{"email": "<script>"}},
			steps: []string{passed, "authorize passed"}, identity: "user 35436",
		},
		{
			name: "search refuses the token", document: withToken, remote: &remote{status: http.StatusUnauthorized}, cause: integrations.CauseCredentials,
			steps: []string{passed, "authorize failed credentials_rejected"}, identity: user,
		},
		{
			name: "token without the scope read", document: withOAuth, remote: &remote{status: http.StatusForbidden}, cause: integrations.CausePermission,
			steps: []string{passed, "authorize failed permission_denied"}, identity: user,
		},
		{
			name: "search answers otherwise", document: withToken, remote: &remote{count: `{"results":[]}`}, cause: integrations.CauseRemote,
			steps: []string{passed, "authorize failed unexpected_answer"}, identity: user,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := probe(t, tt.document, tt.remote)
			require.Equal(t, tt.steps, got.steps)
			require.Equal(t, tt.identity, got.identity)
			if tt.cause == "" {
				require.Nil(t, got.failure)
				return
			}
			require.Equal(t, tt.cause, got.failure.Cause)
			require.NotEmpty(t, got.failure.Hint)
		})
	}
}

func TestProbeReads(t *testing.T) {
	z := new(remote)
	probe(t, withToken, z)
	require.Equal(t, []string{
		"GET acme.zendesk.com/api/v2/users/me.json",
		"GET acme.zendesk.com/api/v2/search/count.json?query=type:ticket",
	}, z.requests)
}

func TestProbeWithoutCredentials(t *testing.T) {
	const secretOnly = `{"url":"acme","sharedSecret":"wYp3mT8kQz1vR6nB4xL9sD2fH7jC5gA0"}`
	unverifiable := []string{"reach passed", "authenticate warning credentials_not_verifiable"}
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body))
		}
	}
	tests := []struct {
		name, document string
		remote         http.Handler
		cause          integrations.Cause
		steps          []string
	}{
		{name: "shared secret", document: secretOnly, remote: new(remote), steps: unverifiable},
		{name: "nothing set", document: `{"url":"acme"}`, remote: new(remote), steps: unverifiable},
		{name: "strangers are refused", document: secretOnly, remote: status(http.StatusUnauthorized, `{"error":"x"}`), steps: unverifiable},
		{
			name: "no such subdomain", document: secretOnly, remote: status(http.StatusNotFound, "<html>"), cause: integrations.CauseConfig,
			steps: []string{"reach failed not_found"},
		},
		{
			name: "moved", document: secretOnly, remote: status(http.StatusFound, ""), cause: integrations.CauseConfig,
			steps: []string{"reach failed redirected"},
		},
		{
			name: "another product", document: secretOnly, remote: status(http.StatusOK, `{"status":"up"}`), cause: integrations.CauseRemote,
			steps: []string{"reach failed unexpected_answer"},
		},
		{
			name: "a page that asks to sign in", document: secretOnly, remote: status(http.StatusUnauthorized, "<html>"), cause: integrations.CauseRemote,
			steps: []string{"reach failed unexpected_answer"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := probe(t, tt.document, tt.remote)
			require.Equal(t, tt.steps, got.steps)
			require.Empty(t, got.identity)
			if tt.cause == "" {
				require.Nil(t, got.failure)
				return
			}
			require.Equal(t, tt.cause, got.failure.Cause)
		})
	}
}

func TestProbeSendsNoSharedSecret(t *testing.T) {
	var sent strings.Builder
	probe(t, `{"url":"acme","sharedSecret":"wYp3mT8kQz1vR6nB4xL9sD2fH7jC5gA0"}`,
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.NoError(t, r.Write(&sent))
			new(remote).ServeHTTP(w, r)
		}))
	require.NotEmpty(t, sent.String())
	require.NotContains(t, sent.String(), "wYp3")
	require.NotContains(t, sent.String(), "Authorization")
}
