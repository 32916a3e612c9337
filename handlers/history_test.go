package handlers_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

func TestVersionsAndRollback(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "First")
	at := accountsPath + "/" + a.ID
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"name":"Second"}`, Header: []string{"If-Match", `"1-0"`}})

	first := s.must(t, http.StatusOK, call{Method: "GET", Path: at + "/versions?pageSize=1"})
	page := decode[api.VersionPage](t, first)
	require.Equal(t, int64(2), page.Items[0].Version)
	require.Equal(t, "update", page.Items[0].Operation)
	require.Equal(t, "<"+at+"/versions?cursor="+page.NextCursor+`&pageSize=1>; rel="next"`, first.Header.Get("Link"))
	last := decode[api.VersionPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at + "/versions?pageSize=1&cursor=" + page.NextCursor}))
	require.Equal(t, int64(1), last.Items[0].Version)
	require.Empty(t, last.NextCursor)

	one := decode[api.Account](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at + "/versions/1"}))
	require.Equal(t, "First", one.Name)
	for _, n := range []string{"0", "3", "01", "-1", "x", "1/x", "99999999999999999999"} {
		s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at + "/versions/" + n})
	}

	roll := call{Method: "POST", Path: at + "/rollback", Body: `{"version":1}`}
	s.refused(t, api.CodePreconditionRequired, roll)
	roll.Header = []string{"If-Match", `"2-0"`}
	back := decode[api.Account](t, s.must(t, http.StatusOK, roll))
	require.Equal(t, "First", back.Name)
	require.Equal(t, int64(3), back.Version)
	s.requireNoSecret(t)
}

func TestReferences(t *testing.T) {
	s := newStack(t)
	at := accountsPath + "/" + s.create(t, "Support").ID
	odd := "a%2Fb%20%25c%C3%A9" // a/b %cé
	for _, key := range []string{"scenario-12", odd, "100%25"} {
		s.must(t, http.StatusNoContent, call{
			Method: "PUT", Path: at + "/references/" + key, Body: `{"kind":"scenario","name":"Main IVR","url":"https://x.example/1"}`,
		})
	}
	list := decode[api.ReferencePage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at + "/references"}))
	var keys []string
	for _, r := range list.Items {
		keys = append(keys, r.Key)
	}
	require.ElementsMatch(t, []string{"scenario-12", "a/b %cé", "100%"}, keys)

	_, p := s.refused(t, api.CodeInUse, call{Method: "DELETE", Path: at, Header: []string{"If-Match", "*"}})
	require.Len(t, p.Extra["references"], 3)
	s.refused(t, api.CodeNotFound, call{Method: "PUT", Path: at + "/references/a/b", Body: `{"kind":"k","name":"n"}`})
	s.refused(t, api.CodeValidationFailed, call{Method: "PUT", Path: at + "/references/k", Body: `{"kind":"k","odd":1}`})

	for _, key := range []string{"scenario-12", odd, "100%25"} {
		s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at + "/references/" + key})
		s.refused(t, api.CodeNotFound, call{Method: "DELETE", Path: at + "/references/" + key})
	}
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at, Header: []string{"If-Match", "*"}})
}

func TestCredentials(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "Support")
	path := accountsPath + "/" + a.ID + "/credentials"
	answer := s.must(t, http.StatusOK, call{Method: "GET", Path: path})
	require.JSONEq(t, `{"url":"https://acme.zendesk.com","authorizationType":"apiToken","username":"ann@acme.com","apiToken":"`+apiToken+`"}`,
		string(decode[api.Account](t, answer).Properties))
	require.Equal(t, `"1-0"`, answer.Header.Get("ETag"))
	require.Equal(t, "credentials.read", s.lastRecord(t).Operation)
	require.NotContains(t, s.Printed.String(), apiToken)

	again := s.must(t, http.StatusOK, call{Method: "GET", Path: path, Header: []string{"If-None-Match", `"1-0"`}})
	require.Equal(t, answer.Body, again.Body, "a reading that is on record is answered in full")
}

// A session reads no stored secret, not even that of an administrator, who has the
// right; a token that the administrator makes does.
func TestCredentialsTakeNoSession(t *testing.T) {
	s := newStack(t)
	path := accountsPath + "/" + s.create(t, "Support").ID + "/credentials"
	with := s.signIn(t)
	for _, method := range []string{"GET", "HEAD"} {
		require.Equal(t, http.StatusForbidden, s.do(t, call{Method: method, Path: path, Token: "-", Header: with}).Status)
	}
	a, p := s.refused(t, api.CodeForbidden, call{Method: "GET", Path: path, Token: "-", Header: with})
	require.Contains(t, p.Detail, "use a token with the scope credentials:read")
	require.NotContains(t, a.Body, apiToken)
	record := s.lastRecord(t)
	require.Equal(t, []string{"credentials.read", models.OutcomeRefused}, []string{record.Operation, record.Outcome})

	made := decode[api.Token](t, s.must(t, http.StatusCreated, call{
		Method: "POST", Path: "/api/v1/tokens", Body: `{"name":"runtime","scopes":["credentials:read"]}`, Token: "-", Header: with,
	}))
	require.Contains(t, s.must(t, http.StatusOK, call{Method: "GET", Path: path, Token: made.Token}).Body, apiToken)
}

// lastRecord returns the newest audit record of the first contact center.
func (s *stack) lastRecord(t *testing.T) models.AuditEvent {
	t.Helper()
	var last models.AuditEvent
	require.NoError(t, s.Store.WalkAudit(t.Context(), s.center.ID, func(e *models.AuditEvent) error {
		last = *e
		return nil
	}))
	return last
}
