package handlers_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store/storetest"
)

const (
	sessionPath   = "/api/v1/session"
	sessionsPath  = "/api/v1/sessions"
	mePath        = "/api/v1/me"
	adminPassword = "unused-in-these-tests"
)

func signInBody(username, password string) string {
	b, err := json.Marshal(map[string]string{"username": username, "password": password})
	if err != nil {
		panic(err)
	}
	return string(b)
}

// cookieOf returns the one cookie that an answer sets.
func cookieOf(t testing.TB, a *answer) *http.Cookie {
	t.Helper()
	set := a.Header["Set-Cookie"]
	require.Len(t, set, 1)
	c, err := http.ParseSetCookie(set[0])
	require.NoError(t, err)
	return c
}

// signIn signs the administrator in and returns header fields for later requests.
func (s *stack) signIn(t testing.TB) []string {
	t.Helper()
	c := cookieOf(t, s.must(t, http.StatusCreated, call{
		Method: "POST", Path: sessionPath, Body: signInBody("Admin", adminPassword), Token: "-",
	}))
	return []string{"Cookie", c.Name + "=" + c.Value}
}

func (s *stack) admin(t testing.TB) *models.User {
	t.Helper()
	u, err := s.Store.UserByName(t.Context(), s.center.ID, "admin")
	require.NoError(t, err)
	return u
}

func TestSession(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusCreated, call{Method: "POST", Path: sessionPath, Body: signInBody("ADMIN", adminPassword), Token: "-"})
	require.Equal(t, sessionPath, a.Header.Get("Location"))
	doc := decode[api.SignedIn](t, a)
	require.Equal(t, "admin", doc.User.Username)
	require.Equal(t, s.Domain, doc.ContactCenter.Domain)
	require.Contains(t, doc.Privileges, models.ScopeUsersWrite)
	require.True(t, doc.Session.Current)
	require.Equal(t, s.Clock.now().Add(12*time.Hour), doc.Session.ExpiresAt.Time)
	c := cookieOf(t, a)
	require.Equal(t, "session", c.Name)
	require.NotContains(t, a.Body, c.Value)
	with := []string{"Cookie", "session=" + c.Value}

	require.Equal(t, doc, decode[api.SignedIn](t, s.must(t, http.StatusOK, call{Method: "GET", Path: sessionPath, Token: "-", Header: with})))
	me := decode[api.Me](t, s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: "-", Header: with}))
	require.Equal(t, api.KindSession, me.Kind)
	require.Equal(t, "user:"+doc.User.ID, me.ID)
	require.Equal(t, doc.Privileges, me.Privileges)
	s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: zendeskBody("By a person"), Token: "-", Header: with})
	require.Equal(t, "user:"+doc.User.ID, s.lastRecord(t).Actor)

	s.signIn(t)
	list := decode[api.SessionList](t, s.must(t, http.StatusOK, call{Method: "GET", Path: sessionsPath, Token: "-", Header: with}))
	require.Len(t, list.Items, 2)
	require.Equal(t, doc.Session, list.Items[1])

	out := cookieOf(t, s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: sessionPath, Token: "-", Header: with}))
	require.Negative(t, out.MaxAge)
	require.Equal(t, c.Name, out.Name)
	for _, path := range []string{sessionPath, mePath, accountsPath} {
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: path, Token: "-", Header: with})
	}
	require.NotContains(t, s.Printed.String(), c.Value)
	require.NotContains(t, s.Printed.String(), adminPassword)
}

func TestSignOutEverywhere(t *testing.T) {
	s := newStack(t)
	one, two := s.signIn(t), s.signIn(t)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: sessionsPath, Token: "-", Header: one})
	for _, with := range [][]string{one, two} {
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: with})
	}
	s.must(t, http.StatusOK, call{Method: "GET", Path: mePath})
}

// The cookie is bound to HTTPS and to this host where there is HTTPS; without, it
// is for this machine alone.
func TestCookies(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	for _, tt := range []struct {
		name   string
		header []string
		cookie string // empty: refused
	}{
		{"this machine", nil, "session"},
		{"a domain that leads to this machine", []string{"Host", "acme.example"}, "session"},
		{"HTTPS ends at a proxy", []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.7"}, "__Host-session"},
		{"a proxy without HTTPS", []string{"X-Forwarded-Proto", "http", "X-Forwarded-For", "203.0.113.7"}, ""},
		{"a proxy that says nothing of HTTPS", []string{"X-Forwarded-For", "203.0.113.7"}, ""},
		{"another proxy", []string{"Forwarded", "for=203.0.113.7;proto=https"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := call{Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-", Header: tt.header}
			if tt.cookie == "" {
				_, p := s.refused(t, api.CodeHTTPSRequired, in)
				require.Contains(t, p.Detail, "ADMIN_API_PUBLIC_URL")
				return
			}
			a := s.must(t, http.StatusCreated, in)
			secure := ""
			if tt.cookie != "session" {
				secure = "; Secure"
			}
			require.Regexp(t, "^"+tt.cookie+`=[A-Za-z0-9_-]{43}; Path=/; HttpOnly`+secure+`; SameSite=Lax$`, a.Header.Get("Set-Cookie"))
			value := cookieOf(t, a).Value
			for _, name := range []string{"session", "__Host-session", "Session"} {
				header := append(slices.Clone(tt.header), "Cookie", name+"="+value)
				get := call{Method: "GET", Path: mePath, Token: "-", Header: header}
				if name == tt.cookie {
					s.must(t, http.StatusOK, get)
					continue
				}
				s.refused(t, api.CodeUnauthenticated, get)
			}
		})
	}
}

// Reading has effects, too: what a page of another origin makes a browser ask is not
// asked by who is signed in.
func TestCookiesOfOtherPagesDoNotCount(t *testing.T) {
	s := newStack(t)
	with := s.signIn(t)
	for site, ok := range map[string]bool{"same-origin": true, "none": true, "same-site": false, "cross-site": false, "odd": false} {
		get := call{Method: "GET", Path: accountsPath, Token: "-", Header: append(slices.Clone(with), "Sec-Fetch-Site", site)}
		if ok {
			s.must(t, http.StatusOK, get)
			continue
		}
		s.refused(t, api.CodeUnauthenticated, get)
	}
}

func TestCookieOverTLS(t *testing.T) {
	s := newStack(t)
	server := httptest.NewTLSServer(s.Server.Handler())
	defer server.Close()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := server.Client()
	client.Jar = jar
	resp, err := client.Post(server.URL+sessionPath, "application/json", strings.NewReader(signInBody("admin", adminPassword))) //nolint:noctx // a test
	require.NoError(t, err)
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	require.Equal(t, http.StatusCreated, resp.StatusCode)
	require.Regexp(t, `^__Host-session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax$`, resp.Header.Get("Set-Cookie"))
	resp, err = client.Get(server.URL + mePath) //nolint:noctx // a test
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode)
}

// A session's secret is made by the server; what a client brings along becomes
// none.
func TestSessionsAreNotFixed(t *testing.T) {
	s := newStack(t)
	for _, brought := range []string{strings.Repeat("A", 43), "short", strings.Repeat("x", 5000), "", "a b", `"quoted"`} {
		header := []string{"Cookie", "session=" + brought}
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: header})
		a := s.must(t, http.StatusCreated, call{
			Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-", Header: header,
		})
		require.NotEqual(t, brought, cookieOf(t, a).Value)
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: header})
	}
	good := s.signIn(t)
	s.refused(t, api.CodeUnauthenticated, call{
		Method: "GET", Path: mePath, Token: "-", Header: []string{"Cookie", "session=x; " + good[1]},
	})
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "x", Header: good}) // Authorization wins
	s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Header: []string{"Cookie", "session=x"}})
}

// Whoever is asked for, a refused sign-in is answered alike, and so is a blocked
// one.
func TestRefusedSignInsAreAlike(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 1, Burst: 1000} })
	require.NoError(t, s.Store.CreateUser(t.Context(), &models.User{
		ContactCenterID: s.center.ID, ID: models.NewID(s.Clock.now()), Username: "gone", UsernameKey: "gone", Disabled: true,
		PasswordHash: s.admin(t).PasswordHash, Version: 1,
	}))
	shape := func(name, password string) string {
		a := s.do(t, call{
			Method: "POST", Path: sessionPath, Body: signInBody(name, password), Token: "-",
			Header: []string{"X-Request-Id", "same"},
		})
		for _, varies := range []string{"Date", "Ratelimit"} {
			a.Header.Del(varies)
		}
		var b strings.Builder
		require.NoError(t, a.Header.Write(&b))
		return b.String() + a.Body
	}
	for range 7 {
		want := shape("admin", "wrong")
		require.Equal(t, want, shape("nobody", "wrong"))
		require.Equal(t, want, shape("gone", adminPassword))
	}
	blocked := shape("admin", adminPassword)
	require.Contains(t, blocked, "Retry-After: 60")
	require.Contains(t, blocked, api.CodeRateLimited)

	s.must(t, http.StatusNoContent, call{Method: "POST", Path: "/api/v1/users/" + s.admin(t).ID + "/unlock"})
	s.signIn(t)
	for _, id := range []string{models.NewID(s.Clock.now()), "x"} {
		s.refused(t, api.CodeNotFound, call{Method: "POST", Path: "/api/v1/users/" + id + "/unlock"})
	}
	require.NotContains(t, s.Printed.String(), "nobody", "people type passwords there")
}

// Who has the right password learns where to sign in instead, and gets no session.
func TestSignInWhereSingleSignOnIsOn(t *testing.T) {
	s := newStack(t)
	s.Access.SSORequired = func(_ context.Context, c *models.ContactCenter, section string) (string, error) {
		return "https://" + c.Domain + "/" + section, nil
	}
	try := func(code, password string) (*answer, api.Problem) {
		return s.refused(t, code, call{Method: "POST", Path: sessionPath, Body: signInBody("admin", password), Token: "-"})
	}
	a, p := try(api.CodeSSORequired, adminPassword)
	require.Equal(t, http.StatusForbidden, a.Status)
	require.Equal(t, map[string]any{"signInUrl": "https://acme.example/admin"}, p.Extra)
	require.Empty(t, a.Header["Set-Cookie"])
	_, p = try(api.CodeSignInRefused, "wrong password")
	require.Empty(t, p.Extra)
}

func TestSignInRefuses(t *testing.T) {
	s := newStack(t)
	for body, code := range map[string]string{
		"": api.CodeMalformedJSON, "{": api.CodeMalformedJSON, `{"username":"admin"}`: api.CodeValidationFailed,
		`{"username":"a","password":"b","x":1}`:         api.CodeValidationFailed,
		`{"username":"a","username":"b","password":""}`: api.CodeValidationFailed,
		signInBody(strings.Repeat("x", 300), "b"):       api.CodeValidationFailed,
		signInBody("x", strings.Repeat("x", 2000)):      api.CodeValidationFailed,
		signInBody("admin\x00", "b"):                    api.CodeSignInRefused,
	} {
		s.refused(t, code, call{Method: "POST", Path: sessionPath, Body: body, Token: "-"})
	}
	s.refused(t, api.CodeUnsupportedMediaType, call{
		Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-",
		Header: []string{"Content-Type", "text/plain"},
	})
}

// Which contact center somebody signs in to is told by the host name alone.
func TestSignInHost(t *testing.T) {
	s := newStack(t)
	s.contactCenter(t, "other.example")
	in := func(host string) call {
		return call{
			Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-",
			Header: []string{"Host", host, "X-Request-Id", "same"},
		}
	}
	s.must(t, http.StatusCreated, in("ACME.example:8080"))
	s.refused(t, api.CodeSignInRefused, in("other.example"))
	first, _ := s.refused(t, api.CodeNotFound, in("localhost:8080"))
	for _, host := range []string{"nowhere.example", "127.0.0.1", "acme.example.evil"} {
		again, _ := s.refused(t, api.CodeNotFound, in(host))
		require.Equal(t, first.Body, again.Body)
	}
}

func TestSignInRate(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 1.0 / 6, Burst: 2} })
	in := call{Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-"}
	s.must(t, http.StatusCreated, in)
	s.must(t, http.StatusCreated, in)
	a, _ := s.refused(t, api.CodeRateLimited, in)
	require.Equal(t, "6", a.Header.Get("Retry-After"))
	s.must(t, http.StatusOK, call{Method: "GET", Path: mePath})
}

func TestChangePassword(t *testing.T) {
	s := newStack(t)
	one, two := s.signIn(t), s.signIn(t)
	const fresh = "a quiet lake in October"
	change := func(body string, with []string) call {
		return call{Method: "PUT", Path: mePath + "/password", Body: body, Token: "-", Header: with}
	}
	body := func(current, fresh string) string {
		return `{"currentPassword":"` + current + `","newPassword":"` + fresh + `"}`
	}
	for given, pointers := range map[string][]string{
		`{}`:                               {"#/currentPassword", "#/newPassword"},
		body(adminPassword, "short"):       {"#/newPassword"},
		body(adminPassword, adminPassword): {"#/newPassword"},
		body(adminPassword, strings.Repeat("x", 129)): {"#/newPassword"},
		body("wrong", fresh):                          {"#/currentPassword"},
	} {
		_, p := s.refused(t, api.CodeValidationFailed, change(given, one))
		var at []string
		for _, v := range p.Errors {
			at = append(at, v.Pointer)
		}
		require.Equal(t, pointers, at, given)
	}
	c := cookieOf(t, s.must(t, http.StatusNoContent, change(body(adminPassword, fresh), one)))
	renewed := []string{"Cookie", c.Name + "=" + c.Value}
	s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: "-", Header: renewed})
	for _, old := range [][]string{one, two} {
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: old})
	}
	s.refused(t, api.CodeSignInRefused, call{Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-"})
	s.must(t, http.StatusCreated, call{Method: "POST", Path: sessionPath, Body: signInBody("admin", fresh), Token: "-"})
	require.NotContains(t, s.Printed.String(), fresh)
}

// Who must change the password can do that, see who they are, sign out, and
// nothing else.
func TestMustChangePassword(t *testing.T) {
	s := newStack(t)
	_, err := s.Access.ResetPassword(t.Context(), s.principal(), access.PasswordReset{
		ContactCenter: s.center.ID, Username: "admin", Password: secret.New(adminPassword), MustChange: true,
	})
	require.NoError(t, err)
	with := s.signIn(t)
	early := []string{"GET " + sessionPath, "DELETE " + sessionPath, "GET " + mePath, "PUT " + mePath + "/password"}
	for _, r := range handlers.Routes() {
		if r.Scope == "" || slices.Contains(early, r.Method+" "+r.Path) {
			continue
		}
		path := strings.NewReplacer("{id}", s.center.ID, "{type}", "zendesk", "{version}", "1", "{key}", "k").Replace(r.Path)
		s.turnedAway(t, api.CodePasswordChangeRequired, call{Method: r.Method, Path: path, Token: "-", Header: with})
	}
	require.True(t, decode[api.Me](t, s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: "-", Header: with})).MustChangePassword)
	require.True(t, decode[api.SignedIn](t, s.must(t, http.StatusOK, call{Method: "GET", Path: sessionPath, Token: "-", Header: with})).MustChangePassword)
	c := cookieOf(t, s.must(t, http.StatusNoContent, call{
		Method: "PUT", Path: mePath + "/password", Token: "-", Header: with,
		Body: `{"currentPassword":"` + adminPassword + `","newPassword":"a quiet lake in October"}`,
	}))
	s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath, Token: "-", Header: []string{"Cookie", c.Name + "=" + c.Value}})
}

// Any credential may ask who it is; what is about a session is not for tokens.
func TestTokensHaveNoSession(t *testing.T) {
	s := newStack(t)
	me := decode[api.Me](t, s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: s.token(t, models.ScopeMetrics)}))
	require.Equal(t, api.KindToken, me.Kind)
	require.Nil(t, me.User)
	require.Equal(t, []string{models.ScopeMetrics}, me.Privileges)
	for _, r := range handlers.Routes() {
		if r.Scope != handlers.SignedIn || r.Path == mePath {
			continue
		}
		_, p := s.refused(t, api.CodeForbidden, call{Method: r.Method, Path: r.Path})
		require.Contains(t, p.Detail, "sign in")
		s.refused(t, api.CodeUnauthenticated, call{Method: r.Method, Path: r.Path, Token: "-"})
	}
}

// A service provider's session acts where the header says, and signs out at home.
func TestProviderSession(t *testing.T) {
	s := newStack(t)
	with := append(s.signIn(t), "Contact-Center", "other.example")
	s.contactCenter(t, "other.example", models.AllFeatures()...)
	s.refused(t, api.CodeForbidden, call{Method: "GET", Path: mePath, Token: "-", Header: with})
	db := storetest.Raw(t, "sqlite:"+s.Store.Path())
	for _, statement := range []string{
		`INSERT INTO roles (contact_center_id, id, name, name_key, description, privileges, grantable, assign_to_new_users,
			version, created_by, updated_by) SELECT id, id, 'Provider', 'provider', '', '["provider"]', '[]', 0, 1, '', ''
			FROM contact_centers WHERE domain = 'acme.example'`,
		`UPDATE users SET roles = '["Provider"]'`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	me := decode[api.Me](t, s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: "-", Header: with}))
	require.Equal(t, "other.example", me.ContactCenter.Domain)
	require.Equal(t, "admin", me.User.Username)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: sessionPath, Token: "-", Header: with})
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: with})
}

// Refused cookies count against the address like refused tokens; sessions have a
// quota each.
func TestRateLimitOfSessions(t *testing.T) {
	s := newStack(t, withRate(handlers.Rate{PerSecond: 1, Burst: 2}))
	for range 2 {
		with := s.signIn(t)
		for range 2 {
			s.must(t, http.StatusOK, call{Method: "GET", Path: mePath, Token: "-", Header: with})
		}
		s.refused(t, api.CodeRateLimited, call{Method: "GET", Path: mePath, Token: "-", Header: with})
	}
	for range 2 {
		s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: mePath, Token: "-", Header: []string{"Cookie", "session=x"}})
	}
	s.refused(t, api.CodeRateLimited, call{Method: "GET", Path: mePath, Token: "-", Header: []string{"Cookie", "session=x"}})
}
