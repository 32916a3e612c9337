//go:build full

package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/secret"
	"admin-api/store/storetest"
)

const passwordOfUsers = "correct horse battery"

// party sends requests with one credential to one of two processes.
type party struct {
	t      *testing.T
	header http.Header
}

func bearerOf(t *testing.T, token string) party {
	return party{t, http.Header{"Authorization": {"Bearer " + token}}}
}

// answer is what came back.
type answer struct {
	status  int
	cookies []*http.Cookie
	text    string
}

// ask sends a request; a host other than that of the process stands before the path.
func (p party) ask(at *program.Program, method, path, body string) answer {
	p.t.Helper()
	host, path, _ := strings.Cut(path, "/")
	req, err := http.NewRequestWithContext(p.t.Context(), method, at.URL+"/"+path, strings.NewReader(body))
	require.NoError(p.t, err)
	req.Host = host
	req.Header = p.header.Clone()
	switch {
	case strings.HasPrefix(body, "grant_type"):
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case method == http.MethodPatch:
		req.Header.Set("Content-Type", "application/merge-patch+json")
	case body != "":
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	return answer{res.StatusCode, res.Cookies(), string(text)}
}

// must is ask for what succeeds; it returns the members of the answer.
func (p party) must(at *program.Program, method, path, body string) map[string]any {
	p.t.Helper()
	a := p.ask(at, method, path, body)
	require.Less(p.t, a.status, 300, "%s %s: %s", method, path, a.text)
	var members map[string]any
	if a.text != "" {
		require.NoError(p.t, json.Unmarshal([]byte(a.text), &members))
	}
	return members
}

// status is that of a request for the path.
func (p party) status(at *program.Program, path string) int {
	p.t.Helper()
	return p.ask(at, http.MethodGet, path, "").status
}

// signIn returns who signed in to the contact center at the host.
func signIn(t *testing.T, at *program.Program, host, username string) party {
	t.Helper()
	body := `{"username":"` + username + `","password":"` + passwordOfUsers + `"}`
	a := party{t, http.Header{}}.ask(at, http.MethodPost, host+"/api/v1/session", body)
	require.Equal(t, http.StatusCreated, a.status, a.text)
	require.Len(t, a.cookies, 1)
	return party{t, http.Header{"Cookie": {a.cookies[0].Name + "=" + a.cookies[0].Value}}}
}

// What ends in one process is refused by another one on the same database with the
// next request, and not later.
func TestProcessesRefuseWhatEnded(t *testing.T) {
	for name, settings := range map[string]func(t *testing.T) []string{
		"sqlite": func(*testing.T) []string { return nil },
		"postgres": func(t *testing.T) []string {
			keys := filepath.Join(t.TempDir(), "keys.json")
			_, err := secret.Create(keys)
			require.NoError(t, err)
			return []string{"ADMIN_API_KEYS=" + keys, "ADMIN_API_DATABASE=" + storetest.EmptyPostgresURL(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			given := append(settings(t), "ADMIN_API_LOGIN_RATE_LIMIT=off", "ADMIN_API_RATE_LIMIT=off")
			one := program.Start(t, given...)
			other := one.Beside(t, given...)
			refusesWhatEnded(t, one, other)
		})
	}
}

// ending makes a credential and what ends it.
type ending func(t *testing.T, one *program.Program, root party) (who party, path string, end func())

func refusesWhatEnded(t *testing.T, one, other *program.Program) {
	t.Helper()
	for name, begin := range endings() {
		t.Run(name, func(t *testing.T) {
			who, path, end := begin(t, one, bearerOf(t, one.Token))
			for _, at := range []*program.Program{one, other, other} {
				require.Equal(t, http.StatusOK, who.status(at, path))
			}
			end()
			require.Equal(t, http.StatusUnauthorized, who.status(other, path), "the next request")
			require.Equal(t, http.StatusUnauthorized, who.status(one, path))
		})
	}
}

const whoAmI = "/api/v1/me"

// person makes a user with the name and returns its path.
func person(root party, one *program.Program, name string) string {
	root.t.Helper()
	made := root.must(one, http.MethodPost, "/api/v1/users",
		`{"username":"`+name+`","password":"`+passwordOfUsers+`","roles":["Administrator"]}`)
	return "/api/v1/users/" + made["id"].(string)
}

// endings are the ways in which a credential ends.
func endings() map[string]ending {
	of := func(name string, end func(root party, one *program.Program, path string)) ending {
		return func(t *testing.T, one *program.Program, root party) (party, string, func()) {
			path := person(root, one, name)
			return signIn(t, one, "localhost", name), whoAmI, func() { end(root, one, path) }
		}
	}
	patch := func(body string) func(root party, one *program.Program, path string) {
		return func(root party, one *program.Program, path string) { root.must(one, http.MethodPatch, path, body) }
	}
	return map[string]ending{
		"a revoked token": func(t *testing.T, one *program.Program, root party) (party, string, func()) {
			made := root.must(one, http.MethodPost, "/api/v1/tokens", `{"name":"ci","scopes":["accounts:read"]}`)
			return bearerOf(t, made["token"].(string)), whoAmI, func() {
				root.must(one, http.MethodDelete, "/api/v1/tokens/"+made["id"].(string), "")
			}
		},
		"a session that signed out": func(t *testing.T, one *program.Program, root party) (party, string, func()) {
			person(root, one, "ann")
			who := signIn(t, one, "localhost", "ann")
			return who, whoAmI, func() { who.must(one, http.MethodDelete, "/api/v1/session", "") }
		},
		"a session that another one ended": func(t *testing.T, one *program.Program, root party) (party, string, func()) {
			person(root, one, "bob")
			second := signIn(t, one, "localhost", "bob")
			return signIn(t, one, "localhost", "bob"), whoAmI, func() {
				second.must(one, http.MethodDelete, "/api/v1/sessions", "")
			}
		},
		"a user who is disabled":          of("cid", patch(`{"disabled":true}`)),
		"a user with another password":    of("dan", patch(`{"password":"another battery staple"}`)),
		"a user who is deleted":           of("eve", func(r party, one *program.Program, at string) { r.must(one, http.MethodDelete, at, "") }),
		"a token of who is deleted":       tokenOfUser,
		"a client whose secret is new":    clientOfUser,
		"a contact center: session":       suspendedSession,
		"a contact center: token made in": suspendedToken,
	}
}

func tokenOfUser(t *testing.T, one *program.Program, root party) (party, string, func()) {
	path := person(root, one, "fay")
	made := signIn(t, one, "localhost", "fay").
		must(one, http.MethodPost, "/api/v1/tokens", `{"name":"ci","scopes":["accounts:read"]}`)
	return bearerOf(t, made["token"].(string)), whoAmI, func() { root.must(one, http.MethodDelete, path, "") }
}

func clientOfUser(t *testing.T, one *program.Program, root party) (party, string, func()) {
	path := person(root, one, "crm") + "/api-secret"
	apiSecret := root.must(one, http.MethodPost, path, "")["apiSecret"].(string)
	body := "grant_type=client_credentials&scope=localhost&client_id=crm&client_secret=" + url.QueryEscape(apiSecret)
	made := party{t, http.Header{}}.must(one, http.MethodPost, "/configapi/v2/oauth/token", body)
	return bearerOf(t, made["access_token"].(string)), whoAmI, func() { root.must(one, http.MethodPost, path, "") }
}

// tenant makes a contact center with an administrator and returns what suspends it.
func tenant(root party, one *program.Program, domain string) (suspend func()) {
	root.t.Helper()
	root.must(one, http.MethodPost, "/api/v1/contact-centers",
		`{"domain":"`+domain+`","administrator":{"username":"ann","password":"`+passwordOfUsers+`"}}`)
	return func() { root.must(one, http.MethodPatch, "/api/v1/contact-centers/"+domain, `{"suspended":true}`) }
}

func suspendedSession(t *testing.T, one *program.Program, root party) (party, string, func()) {
	suspend := tenant(root, one, "one.example")
	return signIn(t, one, "one.example", "ann"), "one.example" + whoAmI, suspend
}

func suspendedToken(t *testing.T, one *program.Program, root party) (party, string, func()) {
	suspend := tenant(root, one, "two.example")
	there := bearerOf(t, one.Token)
	there.header.Set("Contact-Center", "two.example")
	made := there.must(one, http.MethodPost, "/api/v1/tokens", `{"name":"ci","scopes":["accounts:read"]}`)
	return bearerOf(t, made["token"].(string)), whoAmI, suspend
}
