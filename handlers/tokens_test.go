package handlers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

const tokensPath = "/api/v1/tokens"

// newToken makes a token through the API.
func (s *stack) newToken(t *testing.T, body string) api.Token {
	t.Helper()
	return decode[api.Token](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: tokensPath, Body: body}))
}

func TestTokenLifecycle(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusCreated, call{
		Method: "POST", Path: tokensPath, Header: []string{"Idempotency-Key", "k"},
		Body: `{"name":" nightly ","scopes":["accounts:write","accounts:read","accounts:read"],"expiresAt":"2026-04-01T00:00:00+02:00"}`,
	})
	made := decode[api.Token](t, a)
	text := made.Token
	require.Regexp(t, `^aat_[A-Za-z0-9_-]{43}[0-9a-f]{8}$`, text)
	require.Equal(t, "nightly", made.Name)
	require.Equal(t, []string{"accounts:read", "accounts:write"}, made.Scopes)
	require.Equal(t, made.Scopes, made.EffectiveScopes)
	require.Equal(t, "2026-03-31T22:00:00.000Z", made.ExpiresAt.String())
	require.Equal(t, s.principalID(t), made.CreatedBy)
	require.Nil(t, made.LastUsedAt)
	at := tokensPath + "/" + made.ID
	require.Equal(t, at, a.Header.Get("Location"))

	made.Token = ""
	require.Equal(t, made, decode[api.Token](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at})), "shown once")
	mine := call{Method: "GET", Path: accountsPath, Token: text}
	s.must(t, http.StatusOK, mine)
	ended, end := context.WithCancel(t.Context())
	end()
	s.Access.RecordUses(ended) // writes once and returns
	used := decode[api.Token](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at}))
	require.Equal(t, models.NewTime(s.Clock.now()), *used.LastUsedAt)

	whole, err := json.Marshal(made)
	require.NoError(t, err)
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: string(whole)})
	renamed := decode[api.Token](t, s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"name":"import"}`}))
	require.Equal(t, "import", renamed.Name)

	for range 2 {
		s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at})
		s.refused(t, api.CodeUnauthenticated, mine)
	}
	gone := decode[api.Token](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at}))
	require.Equal(t, models.NewTime(s.Clock.now()), *gone.RevokedAt)

	records := s.records(t, s.center.ID)
	require.Equal(t, []string{"token.create success", "token.update success", "token.revoke success"}, outcomes(records)[2:])
	require.JSONEq(t, `[{"pointer":"/expiresAt","new":"2026-03-31T22:00:00.000Z"},{"pointer":"/name","new":"nightly"},
		{"pointer":"/scopes","new":["accounts:read","accounts:write"]}]`, string(records[2].Changes))
	require.Equal(t, "token", records[4].TargetType)
	require.Equal(t, made.ID, records[4].TargetID)
	require.Equal(t, 1, strings.Count(s.Answered.String(), text))
	require.NotContains(t, s.Printed.String(), text)
	for _, e := range records {
		require.NotContains(t, string(e.Changes)+e.Detail, text)
	}
	require.Contains(t, s.Printed.String(), `"token":"`+made.ID, "the log says what the id is of")
}

func TestExpiredTokensAreRefused(t *testing.T) {
	s := newStack(t)
	made := s.newToken(t, `{"name":"x","scopes":["accounts:read"],"expiresAt":"2026-03-01T12:00:01Z"}`)
	mine := call{Method: "GET", Path: accountsPath, Token: made.Token}
	s.must(t, http.StatusOK, mine)
	s.Clock.move(time.Second)
	s.refused(t, api.CodeUnauthenticated, mine)
}

func TestCreateTokenRefuses(t *testing.T) {
	s := newStack(t)
	tests := map[string]struct {
		body string
		want []string
	}{
		"nothing":        {`{}`, []string{"#/name required", "#/scopes required"}},
		"blanks":         {`{"name":" ","scopes":[]}`, []string{"#/name required", "#/scopes required"}},
		"strange scopes": {`{"name":"x","scopes":["admin","root",""]}`, []string{"#/scopes/1 unknown_scope", "#/scopes/2 unknown_scope"}},
		"another type":   {`{"name":1,"scopes":"admin","odd":1}`, []string{"#/name type", "#/scopes type", "#/odd unknown_member"}},
		"no time":        {`{"name":"x","scopes":["admin"],"expiresAt":"90d"}`, []string{"#/expiresAt date_time"}},
		"the past":       {`{"name":"x","scopes":["admin"],"expiresAt":"2026-03-01T12:00:00Z"}`, []string{"#/expiresAt past"}},
		"a far future":   {`{"name":"x","scopes":["admin"],"expiresAt":"2062-03-01T12:00:00Z"}`, []string{"#/expiresAt too_late"}},
		"a long name":    {`{"name":"` + strings.Repeat("n", 256) + `","scopes":["admin"]}`, []string{"#/name max"}},
		"control characters": {
			`{"name":"a\nb","scopes":["admin"]}`, []string{"#/name control_character"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, p := s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: tokensPath, Body: tt.body})
			var got []string
			for _, v := range p.Errors {
				got = append(got, v.Pointer+" "+v.Code)
				if v.Code == "unknown_scope" {
					require.Len(t, v.Params["values"], len(models.AllScopes()))
					require.NotContains(t, v.Params["values"], "", "the scopes there are, for programs")
				}
			}
			require.ElementsMatch(t, tt.want, got)
		})
	}
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: tokensPath, Body: `{"name":`})
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: tokensPath})
	page := decode[api.TokenPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tokensPath}))
	require.Len(t, page.Items, 1, "nothing was made")
}

// Who administers a contact center makes no service provider; the attempt is on
// record.
func TestTokensGrantNoMoreThanTheirMaker(t *testing.T) {
	s := newStack(t)
	admin := s.token(t, models.ScopeAdmin, models.ScopeAccountsRead)
	for scope, may := range map[string]bool{"admin": true, "accounts:read": true, "provider": false, "credentials:read": false} {
		c := call{Method: "POST", Path: tokensPath, Token: admin, Body: `{"name":"x","scopes":["` + scope + `"]}`}
		if may {
			s.must(t, http.StatusCreated, c)
			continue
		}
		_, p := s.refused(t, api.CodeForbidden, c)
		require.Equal(t, map[string]any{"scope": scope}, p.Extra)
		require.Contains(t, p.Detail, scope)
		last := s.lastRecord(t)
		require.Equal(t, "token.create refused token", last.Operation+" "+last.Outcome+" "+last.TargetType)
		require.Contains(t, last.Detail, scope)
	}
}

// The record of a refusal says that it was about a token.
func TestRefusedTokensOnRecord(t *testing.T) {
	s := newStack(t)
	id := models.NewID(s.Clock.now())
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		s.refused(t, api.CodeForbidden, call{Method: method, Path: "/api/v1/tokens/" + id, Token: s.token(t, models.ScopeMetrics)})
		record := s.lastRecord(t)
		require.Equal(t, []string{models.OutcomeRefused, "token", id}, []string{record.Outcome, record.TargetType, record.TargetID})
	}
}

func TestPatchTokenRefuses(t *testing.T) {
	s := newStack(t)
	at := tokensPath + "/" + s.newToken(t, `{"name":"x","scopes":["admin"]}`).ID
	for body, want := range map[string]string{
		`{"name":null}`: "#/name required", `{"name":"  "}`: "#/name required", `{"scopes":["admin","provider"]}`: "#/scopes read_only",
		`{"scopes":null}`: "#/scopes read_only", `{"scopes":["provider"]}`: "#/scopes read_only",
		`{"expiresAt":"2027-01-01T00:00:00Z"}`: "#/expiresAt read_only",
		`{"odd":1}`:                            "#/odd unknown_member", `{"name":7}`: "#/name type",
	} {
		_, p := s.refused(t, api.CodeValidationFailed, call{Method: "PATCH", Path: at, Body: body})
		require.Equal(t, want, p.Errors[0].Pointer+" "+p.Errors[0].Code, body)
	}
}

func TestListTokens(t *testing.T) {
	s := newStack(t)
	list := func(query string) (names []string, page api.TokenPage) {
		page = decode[api.TokenPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tokensPath + query}))
		for _, one := range page.Items {
			names = append(names, one.Name)
			require.Empty(t, one.Token)
			require.Equal(t, one.Name == "bootstrap", one.Current, one.Name)
		}
		return names, page
	}
	s.newToken(t, `{"name":"soon","scopes":["admin"],"expiresAt":"2026-03-01T12:00:05Z"}`)
	dropped := s.newToken(t, `{"name":"dropped","scopes":["admin"],"expiresAt":"2026-03-01T12:00:05Z"}`)
	s.newToken(t, `{"name":"good","scopes":["admin"]}`)
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: tokensPath + "/" + dropped.ID})
	s.Clock.move(time.Minute)
	for query, want := range map[string][]string{
		"": {"good", "dropped", "soon", "bootstrap"}, "?state=all": {"good", "dropped", "soon", "bootstrap"},
		"?state=active": {"good", "bootstrap"}, "?state=expired": {"soon"}, "?state=revoked": {"dropped"},
		"?createdBy=" + s.principalID(t): {"good", "dropped", "soon"}, "?createdBy=nobody": nil,
	} {
		names, _ := list(query)
		require.Equal(t, want, names, query)
	}
	_, page := list("?pageSize=3")
	require.NotEmpty(t, page.NextCursor)
	rest, last := list("?cursor=" + page.NextCursor)
	require.Equal(t, []string{"bootstrap"}, rest)
	require.Empty(t, last.NextCursor)
	s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: tokensPath + "?state=active&cursor=" + page.NextCursor})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: tokensPath + "?state=dead"})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: tokensPath + "?name=x"})
}

// A token of another contact center is as unknown as one that does not exist.
func TestTokensOfOthersDoNotExist(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "other.example")
	mine := s.newToken(t, `{"name":"x","scopes":["accounts:read"]}`)
	unknown := models.NewID(s.Clock.now())
	for _, c := range []call{{Method: "GET"}, {Method: "DELETE"}, {Method: "PATCH", Body: `{"name":"y"}`}} {
		c.Token, c.Header = other, []string{"X-Request-Id", "same"}
		c.Path = tokensPath + "/" + unknown
		missing, _ := s.refused(t, api.CodeNotFound, c)
		c.Path = tokensPath + "/" + mine.ID
		foreign, _ := s.refused(t, api.CodeNotFound, c)
		require.Equal(t, strings.ReplaceAll(missing.Body, unknown, mine.ID), foreign.Body)
		c.Path = tokensPath + "/not-an-id"
		s.refused(t, api.CodeNotFound, c)
	}
	page := decode[api.TokenPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tokensPath, Token: other}))
	require.Len(t, page.Items, 1)
	s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath, Token: mine.Token})

	there := call{
		Method: "POST", Path: tokensPath, Header: []string{"Contact-Center", "other.example"},
		Body: `{"name":"made for them","scopes":["accounts:read"]}`,
	}
	s.must(t, http.StatusCreated, there)
	page = decode[api.TokenPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: tokensPath, Token: other}))
	require.Equal(t, "made for them", page.Items[0].Name)
	center, err := s.Store.ContactCenterByDomain(t.Context(), "other.example")
	require.NoError(t, err)
	records := s.records(t, center.ID)
	require.Equal(t, s.principalID(t), records[len(records)-1].Actor, "the record is where the change is, and names who made it")
	there.Body = `{"name":"x","scopes":["provider"]}`
	_, p := s.refused(t, api.CodeValidationFailed, there)
	require.Equal(t, "provider_elsewhere", p.Errors[0].Code)
}
