package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

const (
	exportPath = accountsPath + "/export"
	planPath   = accountsPath + "/plan"
	applyPath  = accountsPath + "/apply"
)

// rescueBody is a valid account of another type, whose feature can be off.
const rescueBody = `{"type":"logmein","name":"Rescue","properties":{"username":"a@acme.com","password":"` + newSecret + `","dataCenter":"us"}}`

func setBody(documents ...string) string {
	return `{"accounts":[` + strings.Join(documents, ",") + `]}`
}

func (s *stack) planned(t testing.TB, body string) api.Plan {
	t.Helper()
	return decode[api.Plan](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: planPath, Body: body}))
}

// withBase adds the base of a plan to a set.
func withBase(t testing.TB, body string, base api.SetBase) string {
	t.Helper()
	b, err := json.Marshal(base)
	require.NoError(t, err)
	return body[:len(body)-1] + `,"base":` + string(b) + `}`
}

func TestSetOverHTTP(t *testing.T) {
	s := newStack(t)
	body := setBody(zendeskBody("Support EU"), strings.Replace(zendeskBody("Support US"), "{", `{"labels":{"env":"prod"},`, 1))
	plan := s.planned(t, body)
	require.True(t, plan.Valid)
	require.Equal(t, "create", plan.Accounts[0].Action)
	require.Equal(t, "#/accounts/0", plan.Accounts[0].Pointer)
	require.Equal(t, []string{"Support EU", "Support US"}, plan.Base.Absent)
	require.Contains(t, plan.Accounts[0].Changes, api.SetChange{Pointer: "/properties/apiToken", New: "set", Secret: true})

	request := call{Method: http.MethodPost, Path: applyPath, Body: withBase(t, body, plan.Base)}
	applied := decode[api.Applied](t, s.must(t, http.StatusOK, request))
	require.EqualValues(t, 1, applied.Accounts[1].Version)
	again := decode[api.Applied](t, s.must(t, http.StatusOK, request))
	require.Equal(t, "none", again.Accounts[0].Action, "the same request again changes nothing")

	changed := setBody(strings.Replace(zendeskBody("Support EU"), "ann@", "bob@", 1))
	plan = s.planned(t, changed)
	require.Equal(t, []api.SetChange{{Pointer: "/properties/username", Old: "ann@acme.com", New: "bob@acme.com"}},
		plan.Accounts[0].Changes, "an equal secret is no change")
	s.must(t, http.StatusOK, call{
		Method: http.MethodPatch, Path: accountsPath + "/" + plan.Accounts[0].ID, Body: `{"description":"theirs"}`,
		Header: []string{"If-Match", `"1-0"`},
	})
	_, problem := s.refused(t, api.CodeVersionMismatch, call{
		Method: http.MethodPost, Path: applyPath, Body: withBase(t, changed, plan.Base),
	})
	require.Equal(t, http.StatusPreconditionFailed, problem.Status)
	require.Contains(t, fmt.Sprint(problem.Extra["accounts"]), "Support EU")
	require.Contains(t, problem.Detail, "“Support EU” changed")
	s.requireNoSecret(t)
}

func TestSetReportsEverythingWithPointersIntoTheSet(t *testing.T) {
	s := newStack(t)
	body := setBody(`{"type":"zendesk","name":"a/b","properties":{"url":"http://acme.zendesk.com","authorizationType":"apiToken",
		"username":"ann@acme.com","apiToken":{"fromEnv":"X"}}}`, `{"type":"toaster","name":"b"}`)
	plan := s.planned(t, body)
	require.False(t, plan.Valid)
	codes := map[string]string{}
	for _, e := range plan.Errors {
		codes[e.Pointer] = e.Code
	}
	want := map[string]string{
		"#/accounts/0/properties/url": "https_url", "#/accounts/0/properties/apiToken": "secret_unresolved",
		"#/accounts/1/type": "unknown_type",
	}
	require.Equal(t, want, codes)
	require.Equal(t, []string{"/properties/apiToken"}, plan.Accounts[0].SecretsNeeded)
	_, problem := s.refused(t, api.CodeValidationFailed, call{
		Method: http.MethodPost, Path: applyPath, Body: withBase(t, body, plan.Base),
	})
	require.Len(t, problem.Errors, len(want))
	_, problem = s.refused(t, api.CodeValidationFailed, call{Method: http.MethodPost, Path: applyPath, Body: body})
	require.Equal(t, "#/base", problem.Errors[0].Pointer, "plan first")
	for path, bodies := range map[string][]string{planPath: {``, `{"accounts":`}, exportPath: {`{"types":`}} {
		for _, bad := range bodies {
			s.refused(t, api.CodeMalformedJSON, call{Method: http.MethodPost, Path: path, Body: bad})
		}
	}
	s.refused(t, api.CodeInvalidParameter, call{Method: http.MethodPost, Path: planPath + "?prune=true", Body: setBody()})
	s.refused(t, api.CodeMethodNotAllowed, call{Method: http.MethodGet, Path: planPath})
}

func TestExportOverHTTP(t *testing.T) {
	s := newStack(t)
	for _, name := range []string{"b", "a", "c"} {
		s.must(t, http.StatusCreated, call{Method: http.MethodPost, Path: accountsPath, Body: zendeskBody(name)})
	}
	page := decode[api.ExportedSet](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: exportPath, Body: `{"pageSize":2,"ids":true}`}))
	require.Equal(t, "a", page.Accounts[0].Name)
	require.NotEmpty(t, page.Accounts[0].ID)
	require.Regexp(t, `^[0-9a-f]{8}$`, page.Accounts[0].Secrets["/apiToken"].Fingerprint)
	require.NotContains(t, string(page.Accounts[0].Properties), "apiToken\":")
	rest := decode[api.ExportedSet](t, s.must(t, http.StatusOK, call{
		Method: http.MethodPost, Path: exportPath, Body: `{"pageSize":2,"cursor":"` + page.NextCursor + `"}`,
	}))
	require.Len(t, rest.Accounts, 1)
	require.Empty(t, rest.Accounts[0].ID)
	s.refused(t, api.CodeInvalidCursor, call{
		Method: http.MethodPost, Path: exportPath, Body: `{"types":["logmein"],"cursor":"` + page.NextCursor + `"}`,
	})

	all := s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: exportPath})
	plan := s.planned(t, all.Body)
	require.True(t, plan.Valid, "what was exported goes back")
	for _, a := range plan.Accounts {
		require.Equal(t, "none", a.Action)
	}
	s.requireNoSecret(t)
}

func TestSetNeedsScopesAndFeatures(t *testing.T) {
	s := newStack(t)
	reader := s.token(t, models.ScopeAccountsRead)
	s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: exportPath, Token: reader})
	for _, path := range []string{planPath, applyPath} {
		s.refused(t, api.CodeForbidden, call{Method: http.MethodPost, Path: path, Body: setBody(), Token: reader})
	}
	poor := s.contactCenter(t, "poor.example")
	body := setBody(rescueBody)
	plan := decode[api.Plan](t, s.must(t, http.StatusOK, call{Method: http.MethodPost, Path: planPath, Body: body, Token: poor}))
	require.Equal(t, "feature_not_enabled", plan.Errors[len(plan.Errors)-1].Code)
	require.Len(t, plan.Errors, 1, "%v", plan.Errors)
	s.refused(t, api.CodeFeatureNotEnabled, call{
		Method: http.MethodPost, Path: applyPath, Body: withBase(t, body, plan.Base), Token: poor,
	})
}

func TestPruneOverHTTP(t *testing.T) {
	s := newStack(t)
	made := decode[api.Account](t, s.must(t, http.StatusCreated, call{
		Method: http.MethodPost, Path: accountsPath, Body: zendeskBody("old"),
	}))
	body := `{"accounts":[],"prune":true}`
	plan := s.planned(t, body)
	require.Equal(t, "delete", plan.Accounts[0].Action)
	require.Empty(t, plan.Accounts[0].Pointer)
	reference := accountsPath + "/" + made.ID + "/references/scenario-1"
	s.must(t, http.StatusNoContent, call{Method: http.MethodPut, Path: reference, Body: `{"kind":"scenario","name":"Main IVR"}`})
	request := call{Method: http.MethodPost, Path: applyPath, Body: withBase(t, body, plan.Base)}
	_, problem := s.refused(t, api.CodeInUse, request)
	require.Contains(t, problem.Detail, "“old”")
	require.Contains(t, fmt.Sprint(problem.Extra["references"]), "Main IVR")
	s.must(t, http.StatusNoContent, call{Method: http.MethodDelete, Path: reference})
	s.must(t, http.StatusOK, request)
	s.refused(t, api.CodeNotFound, call{Method: http.MethodGet, Path: accountsPath + "/" + made.ID})
	s.must(t, http.StatusOK, request)
}
