package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzBodies sends any body to every operation that reads one. Whatever it is,
// the answer is a success or the client's own mistake.
func FuzzBodies(f *testing.F) {
	s := newStack(f)
	id := s.create(f, "Support").ID
	at := accountsPath + "/" + id
	user := s.createUser(f, `{"username":"fuzz","skills":{"en":1},"roles":["Agent"]}`).ID
	role := s.must(f, http.StatusCreated, call{Method: "POST", Path: rolesPath, Body: `{"name":"fuzz"}`}).Header.Get("Location")
	calls := []call{
		{Method: "POST", Path: accountsPath + "?validateOnly=true"},
		{Method: "POST", Path: accountsPath + "/validate"},
		{Method: "PUT", Path: at + "?validateOnly=true", Header: []string{"If-Match", "*"}},
		{Method: "PATCH", Path: at + "?validateOnly=true", Header: []string{"If-Match", "*"}},
		{Method: "POST", Path: at + "/rollback", Header: []string{"If-Match", `"9-9"`}},
		{Method: "PUT", Path: at + "/references/fuzz"},
		{Method: "POST", Path: usersPath},
		{Method: "PATCH", Path: usersPath + "/" + user},
		{Method: "POST", Path: rolesPath},
		{Method: "PATCH", Path: role},
		{Method: "POST", Path: teamsPath},
		{Method: "PATCH", Path: teamsPath + "/" + id},
	}
	for _, seed := range []string{
		zendeskBody("New"), `{"id":"` + id + `","name":null}`, `{"version":1,"secrets":{"/apiToken":"` + newSecret + `"}}`,
		`{"kind":"scenario","name":"n","url":"https://x.example"}`, `{"type":"sso","name":"a","properties":{"admin":null}}`,
		`{"type":"waiting","name":"a","labels":{"a/b":"c"},"properties":{}}`, `{"a":1,"a":2}`, `[[[[]]]]`, `"\ud800"`, "\xff",
		`{"name":"\u0000","properties":{"url":{"a":[1e400]}}}`, `{"version":1e2}`, "",
		`{"username":"x","roles":["Agent",null],"skills":{"":1e9,"a":null},"extension":"٣"}`, `{"skills":{"en":1.5},"password":null,"roles":null}`,
		`{"name":",","privileges":["accounts:read"],"grantable":["provider"],"assignToNewUsers":true}`, "{}{}", "null", " ",
		strings.Repeat(`{"properties":`, 40),
	} {
		for i := range calls {
			f.Add(uint(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which uint, body string) {
		c := calls[which%uint(len(calls))]
		c.Body = body
		a := s.do(t, c)
		require.Less(t, a.Status, http.StatusInternalServerError, a.Body)
	})
}

// FuzzQuery sends any query to the list of accounts.
func FuzzQuery(f *testing.F) {
	s := newStack(f)
	s.create(f, "Support")
	for _, seed := range []string{
		"type=zendesk&sort=-name", "q=sup&label.env=", "expiringWithin=99w&deleted=only", "cursor=AAAA", "pageSize=1&cursor=",
		"updatedSince=0001-01-01T00:00:00Z", "updatedSince=9999-12-31T23:59:59%2B00:00", "name=%00", "q=%25_%5C", "label.%F0=%ff",
		"a=1;b=2", "%", "&&&", "=",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
			return // no client library puts these on the wire
		}
		a := s.do(t, call{Method: "GET", Path: accountsPath + "?" + query})
		require.Less(t, a.Status, http.StatusInternalServerError, a.Body)
	})
}
