package handlers_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

const formType = "application/x-www-form-urlencoded"

// machine makes a user with an API secret.
func (s *stack) machine(t testing.TB, name string, change func(*models.User)) (secret string) {
	t.Helper()
	secret = access.NewAPISecret()
	u := models.User{
		ContactCenterID: s.center.ID, ID: models.NewID(s.Clock.now()), Username: name, UsernameKey: models.NameKey(name),
		Roles: models.Strings{models.RoleSupervisor}, APISecretHash: access.HashAPISecret(secret), Version: 1,
	}
	if change != nil {
		change(&u)
	}
	require.NoError(t, s.Store.CreateUser(t.Context(), &u))
	return secret
}

func grant(pairs ...string) string {
	form := url.Values{"grant_type": {"client_credentials"}}
	for pair := range slices.Chunk(pairs, 2) {
		form.Set(pair[0], pair[1])
	}
	return form.Encode()
}

func askToken(form string, header ...string) call {
	return call{
		Method: "POST", Path: tokenPath, Body: form, Token: "-", Header: append([]string{"Content-Type", formType}, header...),
	}
}

// The documented call, to the letter.
func TestClientCredentials(t *testing.T) {
	s := newStack(t)
	secret := s.machine(t, "crm sync", nil)
	a := s.must(t, http.StatusOK, askToken(grant("client_id", "CRM sync", "client_secret", secret, "scope", "acme.example")))
	require.Regexp(t, `^\{"access_token":"[0-9a-f]{64}","token_type":"Bearer","expires_in":"3600","scope":"acme\.example"\}$`,
		strings.TrimSpace(a.Body))
	text := decode[api.ClientToken](t, a).AccessToken
	s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath, Token: text})
	s.refused(t, api.CodeForbidden, call{Method: "POST", Path: accountsPath, Token: text, Body: zendeskBody("A")})
	me := decode[api.Me](t, s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: text}))
	require.Equal(t, api.KindToken, me.Kind)
	require.Equal(t, "crm sync", me.User.Username)
	require.NotContains(t, s.Printed.String(), secret)
	require.NotContains(t, s.Printed.String(), text)

	for _, other := range []call{
		askToken(grant("client_id", "crm sync", "client_secret", secret)), // the host name says it
		askToken(grant(), "Authorization", "Basic "+basic("crm+sync", secret)),
		askToken(grant("client_id", "crm sync"), "Authorization", "Basic "+basic("crm+sync", secret)),
		askToken(grant("client_id", "crm sync", "client_secret", secret, "scope", "ACME.example", "x", "y")),
	} {
		s.must(t, http.StatusOK, other)
	}
}

func basic(id, secret string) string {
	r, _ := http.NewRequest(http.MethodGet, "/", http.NoBody) //nolint:noctx // never sent
	r.SetBasicAuth(id, secret)
	_, encoded, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return encoded
}

func TestClientCredentialsRefuses(t *testing.T) {
	s := newStack(t)
	secret := s.machine(t, "crm", nil)
	disabled := s.machine(t, "gone", func(u *models.User) { u.Disabled = true })
	late := models.ContactCenter{
		ID: models.NewID(s.Clock.now()), Domain: "late.example", Suspended: true, CreatedAt: models.NewTime(s.Clock.now()),
	}
	require.NoError(t, s.Store.CreateContactCenter(t.Context(), &late))
	ofLate := s.machine(t, "late", func(u *models.User) { u.ContactCenterID = late.ID })
	good := []string{"client_id", "crm", "client_secret", secret, "scope", "acme.example"}
	with := func(pairs ...string) string { return grant(append(append([]string{}, good...), pairs...)...) }
	for name, tt := range map[string]struct {
		ask    call
		status int
		code   string
	}{
		"another secret":    {askToken(with("client_secret", "wrong")), 401, "invalid_client"},
		"nobody":            {askToken(with("client_id", "nobody")), 401, "invalid_client"},
		"a person":          {askToken(with("client_id", "admin")), 401, "invalid_client"},
		"disabled":          {askToken(with("client_id", "gone", "client_secret", disabled)), 401, "invalid_client"},
		"suspended":         {askToken(with("client_id", "late", "client_secret", ofLate, "scope", "late.example")), 401, "invalid_client"},
		"no name":           {askToken(with("client_id", "")), 400, "invalid_request"},
		"no secret":         {askToken(with("client_secret", "")), 400, "invalid_request"},
		"a long name":       {askToken(with("client_id", strings.Repeat("x", 300))), 400, "invalid_request"},
		"a long secret":     {askToken(with("client_secret", strings.Repeat("x", 600))), 400, "invalid_request"},
		"no text":           {askToken(with("client_id", "\xff")), 400, "invalid_request"},
		"no grant":          {askToken(with("grant_type", "")), 400, "invalid_request"},
		"another grant":     {askToken(with("grant_type", "password")), 400, "unsupported_grant_type"},
		"another place":     {askToken(with("scope", "nowhere.example")), 400, "invalid_scope"},
		"twice":             {askToken(with() + "&client_id=x"), 400, "invalid_request"},
		"no form":           {askToken("%zz"), 400, "invalid_request"},
		"nothing":           {askToken(""), 400, "invalid_request"},
		"two ways":          {askToken(with(), "Authorization", "Basic "+basic("crm", secret)), 400, "invalid_request"},
		"another scheme":    {askToken(with(), "Authorization", "Bearer x"), 400, "invalid_request"},
		"a broken name":     {askToken(grant(), "Authorization", "Basic "+basic("%zz", secret)), 400, "invalid_request"},
		"JSON":              {askToken("{}", "Content-Type", "application/json"), 415, "invalid_request"},
		"too large":         {askToken(strings.Repeat("x", 2<<20)), 413, "invalid_request"},
		"a page of another": {askToken(with(), "Origin", "https://evil.example"), 403, "access_denied"},
		"a query":           {call{Method: "POST", Path: tokenPath + "?x=1", Body: with(), Token: "-", Header: []string{"Content-Type", formType}}, 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.must(t, tt.status, tt.ask)
			e := decode[api.OAuthError](t, a)
			require.Equal(t, tt.code, e.Error)
			if tt.status == http.StatusUnauthorized {
				require.Equal(t, `Basic realm="admin-api"`, a.Header.Get("WWW-Authenticate"))
			}
			require.NotContains(t, a.Body, secret)
		})
	}
	s.refused(t, api.CodeMethodNotAllowed, call{Method: "GET", Path: tokenPath})
	require.NotContains(t, s.Printed.String(), "request failed", "what a client does wrong is no failure of ours")
}

func TestClientCredentialsAreSlowed(t *testing.T) {
	s := newStack(t)
	for _, name := range []string{"nobody", "crm"} {
		if name == "crm" {
			s.machine(t, "crm", nil)
		}
		for range 5 {
			s.must(t, http.StatusUnauthorized, askToken(grant("client_id", name, "client_secret", "wrong")))
		}
		a := s.must(t, http.StatusTooManyRequests, askToken(grant("client_id", name, "client_secret", "wrong")))
		require.Equal(t, "60", a.Header.Get("Retry-After"))
		require.Equal(t, "temporarily_unavailable", decode[api.OAuthError](t, a).Error)
	}
	limited := newStack(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 1, Burst: 1} })
	limited.must(t, http.StatusBadRequest, askToken("x=y"))
	a := limited.must(t, http.StatusTooManyRequests, askToken("x=y"))
	require.Equal(t, "1", a.Header.Get("Retry-After"))
}
