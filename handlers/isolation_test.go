package handlers_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion/assertiontest"
)

// value is what a parameter of a path can be: one's own, that of another contact
// center, and what nobody has.
type value struct{ own, foreign, unknown string }

// neighbours are two contact centers with the same kinds of things in them. The
// caller, who has every right but that of the service provider, is in the first.
type neighbours struct {
	*stack
	caller string
	// values are those of each parameter, by the parameter and the word before it
	// in the path.
	values map[string]value
	// foreign are the words that only the other contact center knows.
	foreign []string
}

// unknownID is a well-formed id that nobody has.
const unknownID = "0198c0de-0000-7000-8000-00000000dead"

// newNeighbours fills two contact centers. Whoever adds a route with a parameter
// adds its values here: the tests below fail without.
func newNeighbours(t *testing.T) *neighbours {
	t.Helper()
	n := &neighbours{stack: newStack(t), values: map[string]value{}}
	n.caller = n.contactCenter(t, "own.example", models.AllFeatures()...)
	other := n.contactCenter(t, "foreign.example", models.AllFeatures()...)
	n.values["contact-centers/{domain}"] = value{"own.example", "foreign.example", "unknown.example"}
	n.values["integration-types/{type}"] = value{"zendesk", "zendesk", "zendesk"} // the same for everybody
	n.values["versions/{version}"] = value{"1", "2", "99"}
	for key, known := range map[string]string{ // the same for everybody
		"Schemas/{uri}": "urn:ietf:params:scim:schemas:core:2.0:User", "ResourceTypes/{name}": "User",
	} {
		n.values[key] = value{known, known, known}
	}
	n.values["references/{key}"] = value{"own-key", "foreign-key", "unknown-key"}
	n.foreign = []string{"foreign-key", "Foreign"}
	own, foreign := n.fill(t, n.caller, "own", "Own", 1), n.fill(t, other, "foreign", "Foreign", 2)
	for key := range own {
		n.values[key] = value{own[key], foreign[key], unknownID}
		n.foreign = append(n.foreign, foreign[key])
	}
	return n
}

// fill makes one of everything in the contact center of a token, and returns the
// ids by parameter.
func (n *neighbours) fill(t *testing.T, token, key, name string, versions int) map[string]string {
	t.Helper()
	webhook := n.made(t, token, "/api/v1/webhooks", `{"url":"https://`+key+`.example/hook"}`)
	account := n.made(t, token, accountsPath, zendeskBody(name))
	path := accountsPath + "/" + account
	for range versions - 1 {
		n.must(t, http.StatusOK, call{
			Method: http.MethodPatch, Path: path, Token: token, Header: []string{"If-Match", "*"},
			Body: `{"labels":{"env":"` + key + `"},"description":"` + name + `"}`,
		})
	}
	n.must(t, http.StatusNoContent, call{
		Method: http.MethodPut, Path: path + "/references/" + key + "-key", Token: token,
		Body: `{"kind":"scenario","name":"` + name + `"}`,
	})
	n.must(t, http.StatusOK, call{Method: http.MethodPost, Path: path + "/test", Token: token})
	first := n.made(t, token, teamsPath, `{"name":"The first"}`) // that of the user
	n.provisioned(t, key+".example", first)
	user, team := n.made(t, token, usersPath, `{"username":"`+name+` user"}`), n.made(t, token, teamsPath, `{"name":"`+name+` team"}`)
	n.made(t, token, accountsPath, signOnAccount(t, assertiontest.New(t, assertiontest.Okta())))
	return map[string]string{
		"test-sign-ins/{id}": n.made(t, token, testsPath, `{"section":"admin"}`),
		"keys/{id}":          n.made(t, token, keysPath, ""), "traces/{id}": n.trace(t, token, key+".example"),
		"Users/{id}": user, "Groups/{id}": team,
		"webhooks/{id}":             webhook,
		"deliveries/{deliveryId}":   n.delivery(t, token, webhook),
		"integration-accounts/{id}": account,
		"teams/{id}":                team,
		"roles/{id}":                n.made(t, token, rolesPath, `{"name":"`+name+` role"}`),
		"users/{id}":                user,
		"tokens/{id}":               n.made(t, token, "/api/v1/tokens", `{"name":"`+name+`","scopes":["accounts:read"]}`),
	}
}

// trace returns the id of that of a sign-in that was refused.
func (n *neighbours) trace(t *testing.T, token, domain string) string {
	t.Helper()
	center, err := n.Store.ContactCenterByDomain(t.Context(), domain)
	require.NoError(t, err)
	_, err = n.SSO.Begin(t.Context(), sso.Place{Center: center, Section: models.SectionAdmin}, sso.Departure{})
	require.ErrorContains(t, err, sso.CodeNotEnabled)
	a := n.must(t, http.StatusOK, call{Method: "GET", Path: tracesPath, Token: token})
	return decode[api.SSOTracePage](t, a).Items[0].ID
}

// delivery returns the id of what is to be delivered to a webhook.
func (n *neighbours) delivery(t *testing.T, token, webhook string) string {
	t.Helper()
	a := n.must(t, http.StatusOK, call{Method: "GET", Path: "/api/v1/webhooks/" + webhook + "/deliveries", Token: token})
	return decode[struct{ Items []struct{ ID string } }](t, a).Items[0].ID
}

// made creates something and returns its id.
func (n *neighbours) made(t *testing.T, token, path, body string) string {
	t.Helper()
	a := n.must(t, http.StatusCreated, call{Method: http.MethodPost, Path: path, Token: token, Body: body})
	return decode[struct{ ID string }](t, a).ID
}

var parameter = regexp.MustCompile(`([a-zA-Z-]+)/(\{[a-zA-Z]+\})`)

// parameters returns those of a route, as keys of values.
func parameters(path string) []string {
	return parameter.FindAllString(path, -1)
}

// at writes the path of a route with the values that pick chooses.
func (n *neighbours) at(t *testing.T, route string, pick func(key string, v value) string) string {
	t.Helper()
	return parameter.ReplaceAllStringFunc(route, func(key string) string {
		v, known := n.values[key]
		require.True(t, known, "%s: give %s its values in newNeighbours", route, key)
		word, _, _ := strings.Cut(key, "/")
		return word + "/" + pick(key, v)
	})
}

// documents are bodies with which the operations of a route succeed on one's own.
func (n *neighbours) documents() map[string]string {
	return map[string]string{
		"account.create": zendeskBody("Another"), "account.validate": zendeskBody("Another"),
		"account.test": `{}`, "account.update": `{"name":"Renamed"}`, "account.undelete": "", "account.authorize": "",
		"contact-center.create": `{"domain":"new.example"}`, "contact-center.update": `{}`, "token.create": `{"name":"x","scopes":["admin"]}`,
		"token.update":     `{"name":"Renamed"}`,
		"account.rollback": `{"version":1}`, "reference.put": `{"kind":"scenario","name":"Main"}`,
		"user.create": `{"username":"another"}`, "user.update": `{"lastName":"Archer"}`, "user.api-secret": "",
		"team.create": `{"name":"Another"}`, "team.update": `{"name":"Renamed"}`,
		"user.unlock": "", "webhook.create": `{"url":"https://hooks.example/x"}`, "webhook.update": `{"description":"x"}`,
		"webhook.test": "", "webhook.rotate-secret": "", "webhook.redeliver": "",
		"role.create": `{"name":"Another"}`, "role.update": `{"name":"Renamed"}`,
	}
}

// scimDocuments are those of SCIM, by the route.
func scimDocuments() map[string]string {
	search := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}`
	user := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"another"}`
	group := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Another"}`
	patch := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"externalId","value":"x"}]}`
	return map[string]string{
		"POST /scim/v2/Users": user, "PUT /scim/v2/Users/{id}": user, "PATCH /scim/v2/Users/{id}": patch,
		"POST /scim/v2/Groups": group, "PUT /scim/v2/Groups/{id}": group, "PATCH /scim/v2/Groups/{id}": patch,
		"POST /scim/v2/Users/.search": search, "POST /scim/v2/Groups/.search": search, "POST /scim/v2/Bulk": "{}",
	}
}

// body returns the document to send to a route; one that takes none needs none.
func (n *neighbours) body(t *testing.T, r handlers.Route) string {
	t.Helper()
	if r.Method == http.MethodGet || r.Method == http.MethodDelete {
		return ""
	}
	body, known := n.documents()[r.Name]
	if strings.HasPrefix(r.Path, scimPrefix) {
		body, known = scimDocuments()[r.Method+" "+r.Path]
	}
	require.True(t, known, "%s %s: give %s a document", r.Method, r.Path, r.Name)
	return body
}

// own are the parts of an answer that tell nothing: which request it was.
var own = regexp.MustCompile(`"(requestId|instance)":"[^"]*"`)

// told is everything that an answer tells its reader.
func told(a *answer) string {
	header := a.Header.Clone()
	for _, name := range []string{"X-Request-Id", "Date", "Content-Length", "Ratelimit", "Ratelimit-Policy"} {
		header.Del(name)
	}
	var b strings.Builder
	b.WriteString(http.StatusText(a.Status) + "\n")
	for _, name := range slices.Sorted(maps.Keys(header)) {
		b.WriteString(name + ": " + strings.Join(header[name], ", ") + "\n")
	}
	return b.String() + own.ReplaceAllString(a.Body, "")
}

// Whatever stands in the place of a parameter, what another contact center has
// there is answered as what nobody has.
func TestForeignIsUnknown(t *testing.T) {
	n := newNeighbours(t)
	conditions := [][]string{nil, {"If-Match", "*"}, {"If-Match", `"2-0"`}, {"If-None-Match", `"2-0"`}}
	for _, r := range handlers.Routes() {
		for _, key := range parameters(r.Path) {
			t.Run(r.Method+" "+r.Path+" "+key, func(t *testing.T) {
				pick := func(which func(value) string) string {
					return n.at(t, r.Path, func(k string, v value) string {
						if k == key {
							return which(v)
						}
						return v.own
					})
				}
				foreign := pick(func(v value) string { return v.foreign })
				unknown := pick(func(v value) string { return v.unknown })
				for _, condition := range conditions {
					for _, body := range slices.Compact([]string{"", n.body(t, r)}) {
						c := call{Method: r.Method, Path: foreign, Token: n.caller, Body: body, Header: condition}
						got := n.do(t, c)
						c.Path = unknown
						require.Equal(t, told(n.do(t, c)), told(got), "%v %s", condition, body)
					}
				}
			})
		}
	}
	n.unchanged(t)
}

// unchanged makes sure that the other contact center is as it was.
func (n *neighbours) unchanged(t *testing.T) {
	t.Helper()
	a, err := n.Store.ContactCenterByDomain(t.Context(), "foreign.example")
	require.NoError(t, err)
	account, err := n.Store.Account(t.Context(), a.ID, n.values["integration-accounts/{id}"].foreign)
	require.NoError(t, err)
	require.Equal(t, int64(2), account.Version)
	require.True(t, account.DeletedAt.IsZero())
}

// Nothing that may be read holds a word of another contact center, and its
// cursors lead nowhere.
func TestNothingForeignIsListed(t *testing.T) {
	n := newNeighbours(t)
	other := n.tokenOf(t, "foreign.example")
	for _, r := range handlers.Routes() {
		if r.Method != http.MethodGet || !strings.HasPrefix(r.Path, "/api/") && !strings.HasPrefix(r.Path, scimPrefix) {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			own := n.at(t, r.Path, func(_ string, v value) string { return v.own })
			a := n.do(t, call{Method: r.Method, Path: own, Token: n.caller, Header: readable(r)})
			for _, word := range n.foreign {
				require.NotContains(t, a.Body, word)
			}
			foreign := n.at(t, r.Path, func(_ string, v value) string { return v.foreign })
			next := decodeCursor(n.do(t, call{
				Method: r.Method, Path: foreign + "?pageSize=1", Token: other, Header: readable(r),
			}))
			if next == "" {
				return
			}
			c := call{Method: r.Method, Path: own + "?cursor=" + next, Token: n.caller, Header: readable(r)}
			got := n.do(t, c)
			require.Equal(t, http.StatusBadRequest, got.Status, got.Body)
			c.Path = own + "?cursor=" + strings.Repeat("A", len(next))
			require.Equal(t, told(n.do(t, c)), told(got))
		})
	}
}

// readable asks for a document where a route could also stream.
func readable(handlers.Route) []string { return []string{"Accept", "application/json"} }

var cursorMember = regexp.MustCompile(`"nextCursor":"([^"]+)"`)

func decodeCursor(a *answer) string {
	if found := cursorMember.FindStringSubmatch(a.Body); found != nil {
		return found[1]
	}
	return ""
}

// tokenOf returns a token with every scope but provider in a contact center.
func (n *neighbours) tokenOf(t *testing.T, domain string) string {
	t.Helper()
	center, err := n.Store.ContactCenterByDomain(t.Context(), domain)
	require.NoError(t, err)
	return n.tokenIn(t, center.ID, slices.DeleteFunc(models.AllScopes(), func(s string) bool { return s == models.ScopeProvider })...)
}

// What a request says beside its path is judged in one's own contact center, too.
func TestForeignWordsAreUnknown(t *testing.T) {
	n := newNeighbours(t)
	account := n.values["integration-accounts/{id}"]
	mine := accountsPath + "/" + account.own
	tests := map[string]struct {
		c                call
		foreign, unknown string
	}{
		"a header of the service provider": {
			c: call{Method: "GET", Path: typesPath, Header: []string{"Contact-Center", "WORD"}}, foreign: "foreign.example", unknown: "unknown.example",
		},
		"a label":       {c: call{Method: "GET", Path: accountsPath + "?label.env=WORD"}, foreign: "foreign", unknown: "unknown"},
		"a name":        {c: call{Method: "GET", Path: accountsPath + "?name=WORD"}, foreign: "Foreign", unknown: "Unknown"},
		"a search":      {c: call{Method: "GET", Path: accountsPath + "?q=WORD"}, foreign: "foreign", unknown: "unknown"},
		"an entity tag": {c: call{Method: "PATCH", Path: mine, Body: `{"name":"X"}`, Header: []string{"If-Match", `"WORD"`}}, foreign: "2-1", unknown: "77-1"},
		"an id to validate": {
			c: call{Method: "POST", Path: accountsPath + "/validate", Body: `{"id":"WORD","name":"X"}`}, foreign: account.foreign, unknown: account.unknown,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			with := func(word string) string {
				c := tt.c
				c.Token = n.caller
				c.Path, c.Body = strings.ReplaceAll(c.Path, "WORD", word), strings.ReplaceAll(c.Body, "WORD", word)
				c.Header = slices.Clone(c.Header)
				for i := range c.Header {
					c.Header[i] = strings.ReplaceAll(c.Header[i], "WORD", word)
				}
				return strings.ReplaceAll(told(n.do(t, c)), word, "WORD")
			}
			require.Equal(t, with(tt.unknown), with(tt.foreign))
		})
	}
}

// An idempotency key that another contact center used is a fresh one.
func TestForeignIdempotencyKeyIsFresh(t *testing.T) {
	n := newNeighbours(t)
	other := n.tokenOf(t, "foreign.example")
	create := func(token, name, key string) *answer {
		return n.do(t, call{
			Method: "POST", Path: accountsPath, Token: token, Body: zendeskBody(name), Header: []string{"Idempotency-Key", key},
		})
	}
	require.Equal(t, http.StatusCreated, create(other, "First", "key").Status)
	for i, key := range []string{"key", "fresh"} {
		a := create(n.caller, []string{"First", "Second"}[i], key)
		require.Equal(t, http.StatusCreated, a.Status, a.Body)
		require.Empty(t, a.Header.Get("Idempotency-Replayed"))
		require.NotContains(t, a.Body, "foreign")
	}
}
