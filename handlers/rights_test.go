package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/store"
)

// credential is one way to make a request, and the rights that it gives.
type credential struct {
	name   string
	token  string
	header []string
	rights models.Strings
	person bool // a user in a session
}

// credentials are a token for each scope and a session for each role: the
// built-in ones, and one of the service provider's. An administrator at Agent
// Desktop has there what a supervisor has.
func credentials(t *testing.T, s *stack) []credential {
	t.Helper()
	var all []credential
	for _, scope := range models.AllScopes() {
		all = append(all, credential{name: "token " + scope, token: s.token(t, scope), rights: models.Strings{scope}})
	}
	own := models.Role{Name: "Provider", Privileges: models.Strings{models.ScopeProvider}}
	s.must(t, http.StatusCreated, call{Method: "POST", Path: rolesPath, Body: `{"name":"Provider","privileges":["provider"]}`})
	for _, role := range append(models.BuiltInRoles(), own) {
		s.must(t, http.StatusCreated, call{
			Method: "POST", Path: usersPath, Body: `{"username":"` + role.Name + `","password":"correct horse","roles":["` + role.Name + `"]}`,
		})
		c := cookieOf(t, s.must(t, http.StatusCreated, call{
			Method: "POST", Path: sessionPath, Body: signInBody(role.Name, "correct horse"), Token: "-",
		}))
		all = append(all, credential{
			name: "role " + role.Name, token: "-", header: []string{"Cookie", c.Name + "=" + c.Value}, rights: role.Privileges, person: true,
		})
	}
	all = append(all, credential{
		name: "administrator at Agent Desktop", token: "-", header: s.federated(t, models.SectionAgentDesktop),
		rights: models.DeskPrivileges(), person: true,
	})
	return append(all, credential{name: "nobody", token: "-"})
}

// federated signs the administrator in through an identity provider and returns
// header fields for later requests.
func (s *stack) federated(t *testing.T, section string) []string {
	t.Helper()
	name, _, _ := strings.Cut(s.signIn(t)[1], "=")
	var secret string
	err := s.Store.Tx(t.Context(), func(tx *store.Store) (err error) {
		secret, _, _, err = s.Access.EnterFederated(t.Context(), tx,
			&access.Federated{Center: &s.center, Section: section, Username: "Admin"})
		return err
	})
	require.NoError(t, err)
	return []string{"Cookie", name + "=" + secret}
}

// The matrix of routes, scopes and roles: each route lets in who has the right
// that the table names, and nobody else.
func TestRights(t *testing.T) {
	s := newStack(t)
	all := credentials(t, s)
	for _, r := range handlers.Routes() {
		path := strings.NewReplacer(
			"{id}", unknownID, "{deliveryId}", unknownID, "{type}", "zendesk", "{version}", "1", "{key}", "k",
			"{domain}", "unknown.example", "{uri}", "urn:x", "{name}", "User", "/docs/*", "/docs/problems/",
		).Replace(r.Path)
		require.NotContains(t, path, "{", "give the parameter a value")
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			for _, c := range all {
				want := admits(r, c)
				// A parameter that no route of the API knows is refused right after the rights.
				a := s.do(t, call{Method: r.Method, Path: path + "?odd=1", Token: c.token, Header: c.header})
				got := a.Status != http.StatusUnauthorized && !refusesRight(a)
				require.Equal(t, want, got, "%s: %d %s", c.name, a.Status, a.Body)
			}
		})
	}
}

// admits is what the table says.
func admits(r handlers.Route, c credential) bool {
	switch r.Scope {
	case "":
		return true
	case handlers.SignedIn:
		return c.name != "nobody" && (c.person || !handlers.NeedsSession(r))
	}
	return slices.Contains(c.rights, r.Scope) && !(c.person && handlers.NeedsToken(r))
}

func refusesRight(a *answer) bool {
	if a.Status != http.StatusForbidden {
		return false
	}
	// SCIM's errors have no code; its other reason for 403 is about the account.
	return strings.Contains(a.Body, `"code":"`+api.CodeForbidden+`"`) || strings.Contains(a.Body, `"detail":"This operation`)
}
