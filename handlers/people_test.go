package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

// Paths of people.
const (
	usersPath = "/api/v1/users"
	teamsPath = "/api/v1/teams"
	rolesPath = "/api/v1/roles"
)

const password = "correct-horse-battery-staple"

func (s *stack) createUser(t testing.TB, body string) api.User {
	t.Helper()
	return decode[api.User](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: usersPath, Body: body}))
}

func TestUsers(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusCreated, call{
		Method: "POST", Path: usersPath,
		Body: `{"username":"ann","firstName":"Ann","lastName":"Archer","email":"ann@acme.example","roles":["Agent"],"skills":{"en":90},"password":"` + password + `"}`,
	})
	u := decode[api.User](t, a)
	at := usersPath + "/" + u.ID
	require.Equal(t, at, a.Header.Get("Location"))
	require.Equal(t, `"1"`, a.Header.Get("ETag"))
	require.Equal(t, "1", u.ETag)
	require.True(t, u.PasswordSet)
	require.False(t, u.APISecretSet)
	require.NotContains(t, a.Body, `"password"`)

	read := s.must(t, http.StatusOK, call{Method: "GET", Path: at})
	require.Equal(t, a.Body, read.Body)
	s.must(t, http.StatusNotModified, call{Method: "GET", Path: at, Header: []string{"If-None-Match", `"1"`}})
	s.must(t, http.StatusOK, call{Method: "GET", Path: at, Header: []string{"If-None-Match", `"0"`}})

	now := s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"disabled":true}`, Header: []string{"If-Match", `"1"`}})
	require.Equal(t, `"2"`, now.Header.Get("ETag"))
	stale, _ := s.refused(t, api.CodeVersionMismatch, call{Method: "PATCH", Path: at, Body: `{}`, Header: []string{"If-Match", `"1"`}})
	require.Equal(t, `"2"`, stale.Header.Get("ETag"))
	s.refused(t, api.CodeVersionMismatch, call{Method: "DELETE", Path: at, Header: []string{"If-Match", `W/"2"`}})
	s.refused(t, api.CodeInvalidParameter, call{Method: "DELETE", Path: at, Header: []string{"If-Match", `"2`}})
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: read.Body, Header: []string{"If-Match", "2"}})

	_, p := s.refused(t, api.CodeNameTaken, call{Method: "POST", Path: usersPath, Body: `{"username":"ANN"}`})
	require.Equal(t, u.ID, p.Extra["existingId"])
	s.refused(t, api.CodeAlreadyExists, call{Method: "POST", Path: usersPath, Body: `{"username":"bob","extension":"` + u.Extension + `"}`})
	_, p = s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: usersPath, Body: `{"username":"bob","roles":["Ghost"],"password":"short"}`})
	require.Len(t, p.Errors, 2)
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: usersPath, Body: `{"username":`})
	s.refused(t, api.CodeUnsupportedMediaType, call{Method: "PATCH", Path: at, Body: `{}`, Header: []string{"Content-Type", "application/json"}})

	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at, Header: []string{"If-Match", "*"}})
	for _, method := range []string{"GET", "DELETE"} {
		s.refused(t, api.CodeNotFound, call{Method: method, Path: at})
	}
	require.NotContains(t, s.Printed.String(), password)
	require.NotContains(t, s.Answered.String(), password)
	require.Contains(t, s.Printed.String(), `"user":"`+u.ID+`"`)
}

func TestAPISecrets(t *testing.T) {
	s := newStack(t)
	at := usersPath + "/" + s.createUser(t, `{"username":"ann"}`).ID
	made := s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/api-secret"})
	text := decode[api.UserSecret](t, made).APISecret
	require.True(t, strings.HasPrefix(text, "aas_"))
	require.Equal(t, `"2"`, made.Header.Get("ETag"))
	require.True(t, decode[api.User](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at})).APISecretSet)
	require.Equal(t, 1, strings.Count(s.Answered.String(), text), "it is shown once")
	require.NotContains(t, s.Printed.String(), text)
	require.NotContains(t, string(s.lastRecord(t).Changes), text)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at + "/api-secret"})
	require.False(t, decode[api.User](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at})).APISecretSet)
	s.refused(t, api.CodeNotFound, call{Method: "POST", Path: usersPath + "/x/api-secret"})
}

func TestListUsers(t *testing.T) {
	s := newStack(t)
	team := decode[api.Team](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: teamsPath, Body: `{"name":"Support"}`}))
	s.createUser(t, `{"username":"ann","lastName":"Archer","roles":["Agent"],"teamId":"`+team.ID+`"}`)
	s.createUser(t, `{"username":"bob","email":"bob@acme.example","roles":["Supervisor"],"disabled":true}`)
	tests := map[string]string{
		"": "admin ann bob", "?q=arch": "ann", "?q=bob@": "bob", "?q=a+archer": "ann", "?q=": "admin ann bob", "?username=ANN": "ann",
		"?username=an": "", "?role=agent": "admin ann", "?role=Ghost": "", "?teamId=" + team.ID: "ann", "?disabled=true": "bob",
		"?disabled=false&role=Supervisor": "admin", "?pageSize=1": "admin",
	}
	for query, want := range tests {
		page := decode[api.UserPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: usersPath + query}))
		var names []string
		for _, u := range page.Items {
			names = append(names, u.Username)
		}
		require.Equal(t, want, strings.Join(names, " "), query)
	}
	first := s.must(t, http.StatusOK, call{Method: "GET", Path: usersPath + "?pageSize=2"})
	next, _, _ := strings.Cut(strings.TrimPrefix(first.Header.Get("Link"), "<"), ">")
	page := decode[api.UserPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: next}))
	require.Len(t, page.Items, 1)
	require.Empty(t, page.NextCursor)

	cursor := decode[api.UserPage](t, first).NextCursor
	s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: usersPath + "?disabled=false&cursor=" + cursor})
	s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: teamsPath + "?cursor=" + cursor})
	for _, query := range []string{"?x=1", "?teamId=x", "?disabled=maybe", "?username=", "?role=", "?q=" + strings.Repeat("x", 257), "?role=" + strings.Repeat("x", 257)} {
		s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: usersPath + query})
	}
}

func TestTeamsAndRoles(t *testing.T) {
	s := newStack(t)
	teams := decode[api.TeamPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: teamsPath}))
	require.Len(t, teams.Items, 1)
	at := teamsPath + "/" + teams.Items[0].ID
	_, p := s.refused(t, api.CodeInUse, call{Method: "DELETE", Path: at})
	require.Len(t, p.Extra["references"], 1)
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"name":"Everybody"}`})
	require.Contains(t, s.must(t, http.StatusOK, call{Method: "GET", Path: at}).Body, "Everybody")
	s.refused(t, api.CodeNameTaken, call{Method: "POST", Path: teamsPath, Body: `{"name":"everybody"}`})

	roles := decode[api.RolePage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: rolesPath}))
	require.Len(t, roles.Items, 3)
	for _, r := range roles.Items {
		require.True(t, r.BuiltIn)
		one := rolesPath + "/" + r.ID
		require.Equal(t, r, decode[api.Role](t, s.must(t, http.StatusOK, call{Method: "GET", Path: one})))
		s.refused(t, api.CodeBuiltIn, call{Method: "PATCH", Path: one, Body: `{"description":"x"}`})
		s.refused(t, api.CodeBuiltIn, call{Method: "DELETE", Path: one})
		s.refused(t, api.CodeNameTaken, call{Method: "POST", Path: rolesPath, Body: `{"name":"` + strings.ToLower(r.Name) + `"}`})
	}
	made := s.must(t, http.StatusCreated, call{
		Method: "POST", Path: rolesPath, Body: `{"name":"Integrator","privileges":["accounts:write"],"grantable":["accounts:write"]}`,
	})
	role := decode[api.Role](t, made)
	require.False(t, role.BuiltIn)
	one := made.Header.Get("Location")
	u := s.createUser(t, `{"username":"ann","roles":["integrator"]}`)
	require.Equal(t, []string{"Integrator"}, u.Roles)
	_, p = s.refused(t, api.CodeInUse, call{Method: "DELETE", Path: one})
	require.Contains(t, p.Detail, "1 in all")
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: one, Body: `{"name":"Builder"}`, Header: []string{"If-Match", `"1"`}})
	require.Equal(t, []string{"Builder"}, decode[api.User](t, s.must(t, http.StatusOK, call{Method: "GET", Path: usersPath + "/" + u.ID})).Roles)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: usersPath + "/" + u.ID})
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: one})
}

// A token gives no more than it has: not even by way of a stronger user.
func TestGrantsOverTheAPI(t *testing.T) {
	s := newStack(t)
	weak := s.token(t, models.ScopeUsersWrite)
	admin := decode[api.UserPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: usersPath + "?username=admin"})).Items[0]
	at := usersPath + "/" + admin.ID
	for _, c := range []call{
		{Method: "POST", Path: usersPath, Body: `{"username":"x","roles":["Administrator"]}`},
		{Method: "POST", Path: rolesPath, Body: `{"name":"x","privileges":["accounts:read"]}`},
		{Method: "PATCH", Path: at, Body: `{"password":"` + password + `"}`},
		{Method: "POST", Path: at + "/api-secret"},
		{Method: "DELETE", Path: at},
	} {
		c.Token = weak
		_, p := s.refused(t, api.CodeForbidden, c)
		require.Equal(t, models.ScopeAccountsRead, p.Extra["scope"])
		event := s.lastRecord(t)
		require.Equal(t, models.OutcomeRefused, event.Outcome)
		require.Contains(t, []string{"user", "role"}, event.TargetType)
	}
	s.must(t, http.StatusCreated, call{Method: "POST", Path: usersPath, Body: `{"username":"x","roles":["Agent"]}`, Token: weak})
	s.refused(t, api.CodeLastAdministrator, call{Method: "DELETE", Path: at})

	s.refused(t, api.CodeForbidden, call{Method: "GET", Path: at, Token: s.token(t, models.ScopeAccountsRead)})
	event := s.lastRecord(t)
	require.Equal(t, []string{"user.read", "user", admin.ID}, []string{event.Operation, event.TargetType, event.TargetID})
}

// Whoever is the template of an account stays fit for it.
func TestTemplatesStay(t *testing.T) {
	s := newStack(t)
	u := s.createUser(t, `{"username":"template","roles":["Agent"]}`)
	at := usersPath + "/" + u.ID
	account := func(user string) call {
		return call{Method: "POST", Path: accountsPath, Body: `{"type":"sso","name":"Azure","properties":{"agentDesktop":` +
			`{"enabled":false,"useTemplate":true,"templateUserId":"` + user + `"},"admin":{"enabled":false}}}`}
	}
	a := decode[api.Account](t, s.must(t, http.StatusCreated, account(u.ID)))
	for _, c := range []call{
		{Method: "DELETE", Path: at},
		{Method: "PATCH", Path: at, Body: `{"disabled":true}`},
		{Method: "PATCH", Path: at, Body: `{"roles":[]}`},
	} {
		_, p := s.refused(t, api.CodeInUse, c)
		require.Equal(t, []any{map[string]any{"key": a.ID, "kind": "account", "name": "Azure"}}, p.Extra["references"])
	}
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"lastName":"User"}`})
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: accountsPath + "/" + a.ID, Header: []string{"If-Match", "*"}})
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at})
}

// An id of another contact center is answered as one that does not exist.
func TestPeopleOfOthers(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "other.example")
	u := s.createUser(t, `{"username":"ann"}`)
	unknown := models.NewID(s.Clock.now())
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		var texts []string
		for _, id := range []string{u.ID, unknown} {
			c := call{Method: method, Path: usersPath + "/" + id, Token: other, Header: []string{"X-Request-Id", "same"}}
			if method == "PATCH" {
				c.Body = `{}`
			}
			a, _ := s.refused(t, api.CodeNotFound, c)
			texts = append(texts, strings.ReplaceAll(a.Body, id, "ID"))
		}
		require.Equal(t, texts[0], texts[1])
	}
	for _, path := range []string{usersPath, teamsPath} {
		require.Equal(t, `{"items":[]}`, s.must(t, http.StatusOK, call{Method: "GET", Path: path, Token: other}).Body)
	}
}
