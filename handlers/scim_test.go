package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

const (
	scimUsers  = "/scim/v2/Users"
	scimGroups = "/scim/v2/Groups"
	userSchema = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]`
	teamSchema = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]`
)

// directory is a contact center with an account of the type scim, and a token that
// carries no other scope.
type directory struct {
	*stack
	// fallback is the default team.
	fallback, token string
}

func newDirectory(t *testing.T, options ...option) *directory {
	t.Helper()
	s := newStack(t, options...)
	return &directory{stack: s, fallback: s.provision(t), token: s.token(t, models.ScopeSCIM)}
}

// over sends a request of an identity provider and returns its answer.
func (d *directory) over(t testing.TB, status int, method, path, body string, header ...string) *answer {
	t.Helper()
	return d.must(t, status, call{Method: method, Path: path, Body: body, Token: d.token, Header: header})
}

// refusal is over for a request that is refused, and returns the error.
func (d *directory) refusal(t testing.TB, status int, typ, method, path, body string, header ...string) api.SCIMError {
	t.Helper()
	e := decode[api.SCIMError](t, d.over(t, status, method, path, body, header...))
	require.Equal(t, typ, e.SCIMType, e.Detail)
	return e
}

func (d *directory) user(t testing.TB, members string) api.SCIMUser {
	t.Helper()
	return decode[api.SCIMUser](t, d.over(t, http.StatusCreated, "POST", scimUsers, `{`+userSchema+`,`+members+`}`))
}

func (d *directory) group(t testing.TB, members string) api.SCIMGroup {
	t.Helper()
	return decode[api.SCIMGroup](t, d.over(t, http.StatusCreated, "POST", scimGroups, `{`+teamSchema+`,`+members+`}`))
}

// found lists what meets the filter.
func (d *directory) found(t testing.TB, path, filter, more string) api.SCIMUserList {
	t.Helper()
	return decode[api.SCIMUserList](t, d.over(t, http.StatusOK, "GET", path+"?filter="+url.QueryEscape(filter)+more, ""))
}

func operationsOf(operations string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`
}

// The life of a user and a group as Microsoft Entra ID drives it, in the shapes of
// its documentation.
func TestEntra(t *testing.T) {
	d := newDirectory(t)
	// The connection test asks for somebody whom nobody knows.
	nobody := d.found(t, scimUsers, `userName eq "f8b3e2c4-1f6c-4f0e-a4a5-0f0f7c2a9b11"`, "&aadOptscim062020=")
	require.Equal(t, api.SCIMUserList{
		Schemas: []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, StartIndex: 1, Resources: []api.SCIMUser{},
	}, nobody)

	a := d.over(t, http.StatusCreated, "POST", scimUsers, `{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"externalId":"0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef","userName":"Test_User_ab6490ee@acme.example","active":true,
		"addresses":[{"primary":false,"type":"work","country":"Germany"}],"displayName":"Last, First",
		"emails":[{"primary":true,"type":"work","value":"Test_User_fd0ea19b@acme.example"}],"meta":{"resourceType":"User"},
		"name":{"formatted":"givenName familyName","familyName":"familyName","givenName":"givenName"},"roles":[],"title":"Chief",
		"preferredLanguage":"de","phoneNumbers":[{"type":"work","value":"+49 30"},{"type":"fax","value":"+49 31"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"x"}}}`)
	u := decode[api.SCIMUser](t, a)
	require.Equal(t, "https://acme.example"+scimUsers+"/"+u.ID, a.Header.Get("Location"), "not the host of the request")
	require.Equal(t, a.Header.Get("Location"), u.Meta.Location)
	require.Equal(t, a.Header.Get("ETag"), u.Meta.Version)
	require.Equal(t, "Test_User_fd0ea19b@acme.example", u.Emails[0].Value)
	require.Equal(t, "Last, First", u.DisplayName)
	require.Equal(t, []api.SCIMReference{{Value: d.fallback, Display: "Newcomers", Type: "direct"}}, u.Groups)
	require.NotContains(t, a.Body, "department")
	at := scimUsers + "/" + u.ID

	for filter, n := range map[string]int{
		`userName eq "TEST_USER_ab6490ee@acme.example"`:                                     1,
		`externalId eq "0A21F0F2-8d2a-4f8e-bf98-7363c4aed4ef"`:                              1,
		`emails[type eq "work"].value eq "test_user_fd0ea19b@acme.example"`:                 1,
		`userName eq "test_user_ab6490ee@acme.example" and externalId eq "somebody else's"`: 0,
		`userName eq ""`: 0, `id eq "` + u.ID + `"`: 1, `id eq "x"`: 0,
	} {
		require.Equal(t, n, d.found(t, scimUsers, filter, "").TotalResults, filter)
	}

	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PATCH", at, operationsOf(
		`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"updatedEmail@acme.example"},`+
			`{"op":"Replace","path":"name.familyName","value":"updatedFamilyName"},{"op":"Add","path":"title","value":"Boss"}`)))
	require.Equal(t, []string{"updatedEmail@acme.example", "updatedFamilyName"}, []string{u.Emails[0].Value, u.Name.FamilyName})
	tag := u.Meta.Version
	again := d.over(t, http.StatusOK, "PATCH", at, operationsOf(`{"op":"Replace","path":"name.familyName","value":"updatedFamilyName"}`))
	require.Equal(t, tag, again.Header.Get("ETag"), "what changes nothing is no change")
	off := decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PATCH", at, operationsOf(`{"op":"Replace","path":"active","value":"False"}`)))
	require.False(t, off.Active)
	stored, err := d.Store.User(t.Context(), d.center.ID, u.ID)
	require.NoError(t, err)
	require.True(t, stored.Disabled)
	require.Empty(t, stored.PasswordHash, "who comes from a provider signs in there")

	// Groups.
	g := d.group(t, `"externalId":"8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159","displayName":"displayName","members":[]`)
	group := scimGroups + "/" + g.ID
	list := d.found(t, scimGroups, `displayName eq "DISPLAYNAME"`, "&excludedAttributes=members")
	require.Equal(t, 1, list.TotalResults)
	require.Equal(t, 1, d.found(t, scimGroups, `externalId eq "8AA1a0c0-c4c3-4bc0-b4a5-2ef676900159"`, "").TotalResults)
	require.Empty(t, d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(
		`{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+u.ID+`","displayName":"x"}]}`)).Body)
	require.Equal(t, g.ID, decode[api.SCIMUser](t, d.over(t, http.StatusOK, "GET", at, "")).Groups[0].Value, "moved")
	require.NotContains(t, d.over(t, http.StatusOK, "GET", group+"?excludedAttributes=members", "").Body, `"members"`)
	require.Contains(t, d.over(t, http.StatusOK, "GET", group, "").Body, u.ID)
	require.Equal(t, 1, d.found(t, scimGroups, `members[value eq "`+u.ID+`"]`, "").TotalResults)
	d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(`{"op":"Replace","path":"displayName","value":"1879db59-3bdf"}`))
	d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"`+u.ID+`"}]}`))
	require.Equal(t, d.fallback, decode[api.SCIMUser](t, d.over(t, http.StatusOK, "GET", at, "")).Groups[0].Value, "back to the default team")
	d.over(t, http.StatusNoContent, "DELETE", group, "")
	d.over(t, http.StatusNoContent, "DELETE", at, "")
	d.refusal(t, http.StatusNotFound, "", "GET", at, "")
}

// The same as Okta does it.
func TestOkta(t *testing.T) {
	d := newDirectory(t)
	require.Zero(t, decode[api.SCIMUserList](t, d.over(t, http.StatusOK, "GET", scimUsers+"?filter="+
		url.QueryEscape(`userName eq "test.user@acme.example"`)+"&startIndex=1&count=100", "")).TotalResults)
	u := d.user(t, `"userName":"test.user@acme.example","name":{"givenName":"Test","familyName":"User"},
		"emails":[{"primary":true,"value":"test.user@acme.example","type":"work"}],"displayName":"Test User","locale":"en-US",
		"externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq-x","active":true`)
	at := scimUsers + "/" + u.ID
	whole := `{` + userSchema + `,"id":"` + u.ID + `","userName":"test.user@acme.example","name":{"givenName":"Another","middleName":"","familyName":"User"},
		"emails":[{"primary":true,"value":"test.user@acme.example","type":"work","display":"x"}],"active":true,"groups":[],"meta":{"resourceType":"User"}}`
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PUT", at, whole))
	require.Equal(t, "Another", u.Name.GivenName)
	require.Equal(t, "00ujl29u0le5T6Aj10h7", u.ExternalID, "what Okta leaves out stays")
	d.must(t, http.StatusCreated, call{
		Method: "POST", Path: sessionPath, Token: "-", Body: signInBody("test.user@acme.example", "1mz050nq-x"), Header: []string{"Host", d.Domain},
	})
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PATCH", at, operationsOf(`{"op":"replace","value":{"active":false}}`)))
	require.False(t, u.Active)
	sessions, err := d.Store.Sessions(t.Context(), d.center.ID, u.ID)
	require.NoError(t, err)
	require.Empty(t, sessions, "whoever is deactivated is signed out")
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PUT", at, whole))
	require.True(t, u.Active)

	// A group is pushed with its members, renamed with its id, and replaced.
	other := d.user(t, `"userName":"other"`)
	g := d.group(t, `"displayName":"Test SCIMv2","members":[{"value":"`+u.ID+`","display":"test.user@acme.example"}]`)
	group := scimGroups + "/" + g.ID
	require.Len(t, g.Members, 1)
	require.Equal(t, u.ID, g.Members[0].Value)
	d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(`{"op":"replace","value":{"id":"`+g.ID+`","displayName":"Test SCIMv3"}}`))
	g = decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "PUT", group, `{`+teamSchema+`,"id":"x","displayName":"Test SCIMv2","members":[{"value":"`+other.ID+`"}]}`))
	require.Equal(t, []string{"Test SCIMv2", other.ID}, []string{g.DisplayName, g.Members[0].Value})
	require.Equal(t, d.fallback, decode[api.SCIMUser](t, d.over(t, http.StatusOK, "GET", at, "")).Groups[0].Value)
	g = decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "PUT", group, `{`+teamSchema+`,"displayName":"Renamed"}`))
	require.Len(t, g.Members, 1, "a group without members in the request keeps them")
	g = decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "PATCH", group+"?attributes=members,displayName", operationsOf(
		`{"op":"remove","path":"members[value eq \"`+other.ID+`\"]"},{"op":"add","path":"members","value":[{"value":"`+u.ID+`"}]}`)))
	require.Equal(t, u.ID, g.Members[0].Value, "asked for attributes, the answer has them")
	d.over(t, http.StatusNoContent, "DELETE", group, "")
	require.Equal(t, d.fallback, decode[api.SCIMUser](t, d.over(t, http.StatusOK, "GET", at, "")).Groups[0].Value, "nobody goes with a group")
}

// What an administrator must do first is said in the words of the protocol.
func TestSCIMNeedsAnAccount(t *testing.T) {
	s := newStack(t)
	d := &directory{stack: s, token: s.token(t, models.ScopeSCIM)}
	for method, path := range map[string]string{"POST": scimUsers, "GET": scimUsers, "PATCH": scimGroups + "/" + unknownID} {
		e := d.refusal(t, http.StatusForbidden, "", method, path, map[string]string{"POST": `{` + userSchema + `,"userName":"ann"}`, "PATCH": "{}"}[method])
		require.Contains(t, e.Detail, "no enabled integration account of the type SCIM")
		require.Contains(t, s.lastRecord(t).Detail, "no account of the type scim is enabled")
	}
	d.over(t, http.StatusOK, "GET", "/scim/v2/ServiceProviderConfig", "")
	s.provision(t)
	d.user(t, `"userName":"ann"`)
	accounts, err := s.Store.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: s.center.ID, Types: []string{"scim"}})
	require.NoError(t, err)
	accounts[0].Enabled = false
	require.NoError(t, s.Store.UpdateAccount(t.Context(), &accounts[0], 1))
	d.refusal(t, http.StatusForbidden, "", "GET", scimUsers, "")
}

func TestSCIMConditions(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"ann"`)
	at, tag := scimUsers+"/"+u.ID, u.Meta.Version
	require.Regexp(t, `^W/"1-1"$`, tag)
	require.Empty(t, d.over(t, http.StatusNotModified, "GET", at, "", "If-None-Match", tag).Body)
	patch := operationsOf(`{"op":"add","path":"externalId","value":"x"}`)
	d.refusal(t, http.StatusPreconditionFailed, "", "PATCH", at, patch, "If-Match", `W/"7-1"`)
	d.refusal(t, http.StatusPreconditionFailed, "", "DELETE", at, "", "If-Match", `W/"7-1"`)
	d.refusal(t, http.StatusPreconditionFailed, "", "PUT", at, `{`+userSchema+`,"userName":"ann"}`, "If-Match", `"nonsense"`)
	d.refusal(t, http.StatusBadRequest, "", "PATCH", at, patch, "If-Match", `"`)
	changed := d.over(t, http.StatusOK, "PATCH", at, patch, "If-Match", tag)
	require.Equal(t, `W/"2-1"`, changed.Header.Get("ETag"))
	d.over(t, http.StatusOK, "GET", at, "", "If-None-Match", tag)
	d.over(t, http.StatusOK, "PATCH", at, patch, "If-Match", "*")

	// The name of the team is shown, so a new one is a new version to read.
	d.must(t, http.StatusOK, call{Method: "PATCH", Path: teamsPath + "/" + d.fallback, Body: `{"name":"Others"}`})
	d.over(t, http.StatusOK, "GET", at, "", "If-None-Match", `W/"2-1"`)
	d.over(t, http.StatusNoContent, "DELETE", at, "", "If-Match", `W/"2-1"`)

	// A group is another one with other members.
	ann, g := d.user(t, `"userName":"ann"`), d.group(t, `"displayName":"EU"`)
	group, tag := scimGroups+"/"+g.ID, g.Meta.Version
	join := operationsOf(`{"op":"add","path":"members","value":[{"value":"` + ann.ID + `"}]}`)
	d.over(t, http.StatusNotModified, "GET", group, "", "If-None-Match", tag)
	joined := d.over(t, http.StatusNoContent, "PATCH", group, join, "If-Match", tag).Header.Get("ETag")
	require.NotEqual(t, tag, joined)
	d.refusal(t, http.StatusPreconditionFailed, "", "PATCH", group, join, "If-Match", tag)
	d.refusal(t, http.StatusPreconditionFailed, "", "DELETE", group, "", "If-Match", tag)
	require.Equal(t, joined, d.over(t, http.StatusNoContent, "PATCH", group, join).Header.Get("ETag"), "what changes nothing is no change")
	d.over(t, http.StatusNoContent, "DELETE", group, "", "If-Match", joined)
}

func TestSCIMPages(t *testing.T) {
	d := newDirectory(t)
	for i := range 5 {
		d.user(t, fmt.Sprintf(`"userName":"user%d","active":%v`, 9-i, i%2 == 0))
	}
	names := func(query string) (api.SCIMUserList, string) {
		list := decode[api.SCIMUserList](t, d.over(t, http.StatusOK, "GET", scimUsers+"?attributes=userName&"+query, ""))
		var all []string
		for _, u := range list.Resources {
			all = append(all, u.UserName)
		}
		require.Equal(t, len(all), list.ItemsPerPage)
		return list, strings.Join(all, " ")
	}
	some := "&filter=" + url.QueryEscape(`userName sw "user"`)
	for query, want := range map[string]struct {
		start, total int
		names        string
	}{
		"":                       {1, 6, "admin user9 user8 user7 user6 user5"},
		"startIndex=2&count=2":   {2, 6, "user9 user8"},
		"startIndex=6&count=200": {6, 6, "user5"},
		"startIndex=7":           {7, 6, ""},
		"startIndex=0&count=1":   {1, 6, "admin"},
		"startIndex=-9&count=-1": {1, 6, ""},
		"count=0":                {1, 6, ""},
		"startIndex=99999999999999999999&count=99999999999": {1<<31 - 1, 6, ""},
		some:                                          {1, 5, "user9 user8 user7 user6 user5"},
		"startIndex=2&count=2" + some:                 {2, 5, "user8 user7"},
		"startIndex=5&count=9" + some:                 {5, 5, "user5"},
		"count=0" + some:                              {1, 5, ""},
		"count=1&filter=active+eq+false":              {1, 2, "user8"},
		"filter=userName+eq+%22USER5%22":              {1, 1, "user5"},
		"startIndex=2&filter=userName+eq+%22user5%22": {2, 1, ""},
	} {
		list, got := names(query)
		require.Equal(t, want.names, got, query)
		require.Equal(t, []int{want.start, want.total}, []int{list.StartIndex, list.TotalResults}, query)
	}
	for _, query := range []string{"count=two", "startIndex=1.5", "filter=a&filter=b", "filter=%zz", "filter=%ff", "attributes=%00"} {
		d.refusal(t, http.StatusBadRequest, "invalidValue", "GET", scimUsers+"?"+query, "")
	}
	d.refusal(t, http.StatusBadRequest, "invalidFilter", "GET", scimUsers+"?filter=a", "")
	d.refusal(t, http.StatusBadRequest, "invalidFilter", "GET", scimGroups+"?filter=userName+pr", "")

	search := func(members string) api.SCIMUserList {
		return decode[api.SCIMUserList](t, d.over(t, http.StatusOK, "POST", scimUsers+"/.search",
			`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`+members+`}`))
	}
	list := search(`"filter":"userName sw \"user\"","startIndex":2,"count":1,"attributes":["userName"]`)
	require.Equal(t, []int{5, 2, 1}, []int{list.TotalResults, list.StartIndex, len(list.Resources)})
	require.Nil(t, list.Resources[0].Meta)
	require.Equal(t, 2, decode[api.SCIMGroupList](t, d.over(t, http.StatusOK, "POST", scimGroups+"/.search",
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],"excludedAttributes":"members"}`)).TotalResults)
	for _, members := range []string{`"count":"1"`, `"startIndex":1.5`, `"filter":5`, `"attributes":[5]`, `"COUNT":1,"count":2`} {
		d.over(t, http.StatusBadRequest, "POST", scimUsers+"/.search", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`+members+`}`)
	}
}

// More users than are looked at at once.
func TestSCIMSearchesEverybody(t *testing.T) {
	d := newDirectory(t)
	for i := range 1201 {
		require.NoError(t, d.Store.CreateUser(t.Context(), &models.User{
			ContactCenterID: d.center.ID, ID: models.NewID(d.Clock.now()), Username: fmt.Sprint("u", i), UsernameKey: fmt.Sprint("u", i),
			Email: fmt.Sprint(i%3, "@acme.example"), TeamID: d.fallback, Version: 1, CreatedAt: models.NewTime(d.Clock.now()), UpdatedAt: models.NewTime(d.Clock.now()),
		}))
	}
	list := d.found(t, scimUsers, `emails.value sw "2@"`, "&startIndex=391&count=200&attributes=userName")
	require.Equal(t, []int{400, 391, 10}, []int{list.TotalResults, list.StartIndex, list.ItemsPerPage})
	require.Equal(t, "u1199", list.Resources[9].UserName)
	require.Len(t, decode[api.SCIMUserList](t, d.over(t, http.StatusOK, "GET", scimUsers+"?count=1000&attributes=id", "")).Resources, 200)
}

// A token gives no more than it has, and gets at nobody who has more.
func TestSCIMGivesNoRights(t *testing.T) {
	d := newDirectory(t)
	admin, err := d.Store.UserByName(t.Context(), d.center.ID, "admin")
	require.NoError(t, err)
	u := d.user(t, `"userName":"ann","roles":[{"value":"agent"}]`)
	require.Equal(t, []api.SCIMRole{{Value: "Agent", Display: "Agent", Primary: true}}, u.Roles)
	for name, c := range map[string][3]string{
		"a new administrator":         {"POST", scimUsers, `{` + userSchema + `,"userName":"eve","roles":["Administrator"]}`},
		"a new supervisor":            {"POST", scimUsers, `{` + userSchema + `,"userName":"eve","roles":[{"value":"Supervisor"}]}`},
		"the role of administrators":  {"PATCH", scimUsers + "/" + u.ID, operationsOf(`{"op":"add","path":"roles","value":[{"value":"Administrator"}]}`)},
		"an administrator's password": {"PATCH", scimUsers + "/" + admin.ID, operationsOf(`{"op":"replace","path":"password","value":"correct horse"}`)},
		"an administrator's name":     {"PATCH", scimUsers + "/" + admin.ID, operationsOf(`{"op":"replace","path":"userName","value":"eve"}`)},
		"an administrator's address":  {"PATCH", scimUsers + "/" + admin.ID, operationsOf(`{"op":"add","path":"emails","value":"eve@acme.example"}`)},
		"an administrator, off":       {"PATCH", scimUsers + "/" + admin.ID, operationsOf(`{"op":"replace","path":"active","value":false}`)},
		"an administrator, gone":      {"DELETE", scimUsers + "/" + admin.ID, ""},
		"an administrator's roles":    {"PATCH", scimUsers + "/" + admin.ID, operationsOf(`{"op":"remove","path":"roles"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			e := d.refusal(t, http.StatusForbidden, "", c[0], c[1], c[2])
			require.Contains(t, e.Detail, "the right to grant")
			require.Contains(t, d.lastRecord(t).Detail, "over SCIM; ")
			require.Equal(t, models.OutcomeRefused, d.lastRecord(t).Outcome)
		})
	}
	// With the rights to give, it is about the last administrator, and about accounts.
	d.token = d.token2(t)
	d.refusal(t, http.StatusConflict, "", "PATCH", scimUsers+"/"+admin.ID, operationsOf(`{"op":"replace","path":"active","value":false}`))
	d.refusal(t, http.StatusConflict, "", "DELETE", scimUsers+"/"+admin.ID, "")
	d.refusal(t, http.StatusConflict, "", "DELETE", scimGroups+"/"+d.fallback, "")
	d.user(t, `"userName":"sue","roles":["Supervisor"]`)
}

// token2 is a token with every scope but the service provider's.
func (d *directory) token2(t testing.TB) string {
	var scopes []string
	for _, scope := range models.AllScopes() {
		if scope != models.ScopeProvider {
			scopes = append(scopes, scope)
		}
	}
	return d.stack.token(t, scopes...)
}

func TestSCIMRefusals(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"ann","phoneNumbers":[{"type":"extension","value":"2001"}]`)
	at := scimUsers + "/" + u.ID
	e := d.refusal(t, http.StatusConflict, "uniqueness", "POST", scimUsers, `{`+userSchema+`,"userName":"ANN"}`)
	require.Contains(t, e.Detail, "this name")
	d.refusal(t, http.StatusConflict, "uniqueness", "POST", scimUsers, `{`+userSchema+`,"userName":"bob","phoneNumbers":[{"type":"extension","value":"2001"}]}`)
	d.refusal(t, http.StatusConflict, "uniqueness", "POST", scimGroups, `{`+teamSchema+`,"displayName":"NEWCOMERS"}`)
	e = d.refusal(t, http.StatusBadRequest, "invalidValue", "POST", scimUsers, `{`+userSchema+`,"emails":["none"],"roles":["Nobody"],"password":"short"}`)
	for _, part := range []string{"userName: ", "emails.value: ", "roles: ", "password: "} {
		require.Contains(t, e.Detail, part)
	}
	d.refusal(t, http.StatusBadRequest, "invalidValue", "POST", scimGroups, `{`+teamSchema+`}`)
	d.refusal(t, http.StatusBadRequest, "invalidValue", "POST", scimGroups, `{`+teamSchema+`,"displayName":"EU","members":[{"value":"`+unknownID+`"}]}`)
	d.refusal(t, http.StatusBadRequest, "invalidValue", "POST", scimGroups, `{`+teamSchema+`,"displayName":"EU","members":[{"display":"ann"}]}`)
	_, err := d.Store.TeamByName(t.Context(), d.center.ID, "eu")
	require.ErrorIs(t, err, models.ErrNotFound, "all or nothing")
	d.refusal(t, http.StatusNotFound, "", "PATCH", scimGroups+"/"+unknownID, operationsOf(`{"op":"remove","path":"members"}`))
	d.refusal(t, http.StatusNotFound, "", "PUT", scimUsers+"/x", `{`+userSchema+`,"userName":"a"}`)
	d.refusal(t, http.StatusNotFound, "", "GET", "/scim/v2/Nothing", "")
	d.refusal(t, http.StatusNotFound, "", "GET", "/scim/v2/Schemas/urn:none", "")
	d.refusal(t, http.StatusNotFound, "", "GET", "/scim/v2/ResourceTypes/Robot", "")
	d.refusal(t, http.StatusForbidden, "", "GET", "/scim/v2/Schemas?filter=id+pr", "")
	d.refusal(t, http.StatusNotImplemented, "", "GET", "/scim/v2/Me", "")
	d.refusal(t, http.StatusNotImplemented, "", "POST", "/scim/v2/Bulk", `{}`)
	require.Equal(t, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS", d.over(t, http.StatusMethodNotAllowed, "POST", at, "{}").Header.Get("Allow"))
	d.refusal(t, http.StatusUnsupportedMediaType, "", "POST", scimUsers, `<a/>`, "Content-Type", "application/xml")
	d.refusal(t, http.StatusRequestEntityTooLarge, "", "POST", scimUsers, strings.Repeat(" ", 4<<20+1))
	d.refusal(t, http.StatusBadRequest, "invalidSyntax", "POST", scimUsers, strings.Repeat(`{"a":`, 40)+"1"+strings.Repeat("}", 40))
	d.refusal(t, http.StatusBadRequest, "invalidSyntax", "POST", scimUsers, "")
	d.over(t, http.StatusCreated, "POST", scimUsers, `{`+userSchema+`,"userName":"json"}`, "Content-Type", "application/json; charset=utf-8")
	d.must(t, http.StatusUnauthorized, call{Method: "GET", Path: scimUsers, Token: "wrong"})
	a := d.must(t, http.StatusForbidden, call{Method: "GET", Path: scimUsers, Token: "-", Header: d.signIn(t)})
	require.Contains(t, a.Body, "takes no session")
}

func TestSCIMRateLimit(t *testing.T) {
	d := newDirectory(t, withRate(handlers.Rate{PerSecond: 1, Burst: 3}))
	for range 3 {
		d.over(t, http.StatusOK, "GET", "/scim/v2/Schemas", "")
	}
	require.NotEmpty(t, d.over(t, http.StatusTooManyRequests, "GET", "/scim/v2/Schemas", "").Header.Get("Retry-After"))
}

// The documented addresses are the same resources.
func TestCompatibleSCIM(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"ann"`)
	for _, path := range []string{"/scim/v2/users/", "/configapi/v2/scim/users/", "/configapi/v2/scim/Users/"} {
		a := d.attempt(t, call{Method: "GET", Path: path + u.ID, Token: d.token})
		require.Equal(t, http.StatusOK, a.Status, a.Body)
		require.Equal(t, u.Meta.Location, decode[api.SCIMUser](t, a).Meta.Location)
	}
	for path, status := range map[string]int{
		"/configapi/v2/scim/users?filter=userName+eq+%22ann%22": 200, "/scim/v2/groups": 200, "/scim/v2/schemas": 200,
		"/scim/v2/serviceproviderconfig": 200, "/scim/v2/resourcetypes/User": 200, "/configapi/v2/scim/": 404, "/configapi/v2/scimx/users": 404,
	} {
		require.Equal(t, status, d.attempt(t, call{Method: "GET", Path: path, Token: d.token}).Status, path)
	}
}

// The client-credentials call gives a token that does, if the user may.
func TestSCIMByClientCredentials(t *testing.T) {
	d := newDirectory(t)
	d.must(t, http.StatusCreated, call{Method: "POST", Path: rolesPath, Body: `{"name":"Provisioning","privileges":["scim"]}`})
	for role, status := range map[string]int{"Provisioning": http.StatusCreated, "Agent": http.StatusForbidden} {
		id := d.id(t, usersPath, `{"username":"`+role+`-robot","roles":["`+role+`"]}`)
		secret := decode[api.UserSecret](t, d.must(t, http.StatusOK, call{Method: "POST", Path: usersPath + "/" + id + "/api-secret"})).APISecret
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {role + "-robot"}, "client_secret": {secret}, "scope": {d.Domain}}
		a := d.must(t, http.StatusOK, call{
			Method: "POST", Path: tokenPath, Token: "-", Body: form.Encode(), Header: []string{"Content-Type", "application/x-www-form-urlencoded"},
		})
		d.token = decode[api.ClientToken](t, a).AccessToken
		d.over(t, status, "POST", scimUsers, `{`+userSchema+`,"userName":"by `+role+`"}`)
	}
}

func TestSCIMOnRecord(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"ann","password":"correct horse","externalId":"e1"`)
	e := d.lastRecord(t)
	require.Equal(t, []string{"user.create", "user", u.ID, "over SCIM"}, []string{e.Operation, e.TargetType, e.TargetID, e.Detail})
	require.NotContains(t, string(e.Changes), "correct horse")
	require.Contains(t, string(e.Changes), `{"pointer":"/externalId","new":"e1"}`)
	g := d.group(t, `"displayName":"EU","members":[{"value":"`+u.ID+`"}]`)
	e = d.lastRecord(t)
	require.Equal(t, []string{"user.update", u.ID, "over SCIM"}, []string{e.Operation, e.TargetID, e.Detail})
	require.JSONEq(t, `[{"pointer":"/teamId","old":"`+d.fallback+`","new":"`+g.ID+`"}]`, string(e.Changes))
	d.over(t, http.StatusNoContent, "DELETE", scimUsers+"/"+u.ID, "")
	require.Equal(t, "over SCIM; all sessions and tokens ended", d.lastRecord(t).Detail)
}

// Of several who make the same user at once, one does.
func TestSCIMSameNameAtOnce(t *testing.T) {
	d := newDirectory(t)
	statuses := make([]int, 6)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() {
			statuses[i] = d.attempt(t, call{Method: "POST", Path: scimUsers, Body: `{` + userSchema + `,"userName":"ann"}`}).Status
		})
	}
	all.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusConflict: 5}, count)
}

func TestSCIMDiscovery(t *testing.T) {
	d := newDirectory(t)
	config := decode[api.SCIMProviderConfig](t, d.over(t, http.StatusOK, "GET", "/scim/v2/ServiceProviderConfig", ""))
	require.Equal(t, []bool{true, false, true, false, true}, []bool{
		config.Patch.Supported, config.Bulk.Supported, config.Filter.Supported, config.Sort.Supported, config.ETag.Supported,
	})
	require.Equal(t, "https://acme.example/scim/v2/ServiceProviderConfig", config.Meta.Location)
	schemas := decode[api.SCIMSchemaList](t, d.over(t, http.StatusOK, "GET", "/scim/v2/Schemas", ""))
	require.Equal(t, 2, schemas.TotalResults)
	for _, schema := range schemas.Resources {
		path := strings.TrimPrefix(schema.Meta.Location, "https://acme.example")
		require.Equal(t, schema, decode[api.SCIMSchema](t, d.over(t, http.StatusOK, "GET", path, "")))
	}
	types := decode[api.SCIMResourceTypeList](t, d.over(t, http.StatusOK, "GET", "/scim/v2/ResourceTypes", ""))
	for i, typ := range types.Resources {
		require.Equal(t, schemas.Resources[i].ID, typ.Schema)
		path := strings.TrimPrefix(typ.Meta.Location, "https://acme.example")
		require.Equal(t, typ, decode[api.SCIMResourceType](t, d.over(t, http.StatusOK, "GET", path, "")))
		d.over(t, http.StatusOK, "GET", "/scim/v2"+typ.Endpoint, "")
	}
	raw, err := json.Marshal(schemas)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "nickName", "what is not kept is not promised")
}

// One request moves more people than one statement does.
func TestSCIMMovesMany(t *testing.T) {
	d := newDirectory(t)
	const many = 1201
	members := make([]string, many)
	for i := range many {
		id := models.NewID(d.Clock.now())
		require.NoError(t, d.Store.CreateUser(t.Context(), &models.User{
			ContactCenterID: d.center.ID, ID: id, Username: fmt.Sprint("u", i), UsernameKey: fmt.Sprint("u", i), Extension: fmt.Sprint(5000 + i), TeamID: d.fallback, Version: 1,
		}))
		members[i] = `{"value":"` + id + `"}`
	}
	g := d.group(t, `"displayName":"EU","members":[`+strings.Join(members, ",")+`]`)
	require.Len(t, g.Members, many)
	e := d.lastRecord(t)
	require.Equal(t, []string{"user.update", g.Members[many-1].Value}, []string{e.Operation, e.TargetID}, "each is on record")
	d.refusal(t, http.StatusBadRequest, "invalidValue", "PUT", scimGroups+"/"+g.ID, `{`+teamSchema+`,"displayName":"EU","members":[`+
		strings.Repeat(`{"value":"0"},`, 1)+strings.Join(manyIDs(5001), ",")+`]}`)
}

func manyIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`{"value":"0198c0de-0000-7000-8000-%012x"}`, i)
	}
	return out
}
