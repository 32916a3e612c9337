package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	adminapi "admin-api"
	"admin-api/api"
)

// What Microsoft's tests of service providers send: the requests of its validator
// and of its collection for Postman.
func TestMicrosoftsTests(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"julien@ondricka.example","active":true,"displayName":"NDSQQTECVAAC","title":"CJSGUNOAAMMQ",
		"emails":[{"type":"work","value":"thaddeus@hammes.example","primary":true},{"type":"other","value":"o@hammes.example"}],"preferredLanguage":"hi",
		"name":{"givenName":"Elfrieda","familyName":"Urban","formatted":"Myah","middleName":"Cindy","honorificPrefix":null},
		"addresses":[{"type":"work","formatted":"Z","primary":true,"country":null}],"Department":"Sales",
		"phoneNumbers":[{"type":"work","value":"10-040-1308","primary":true},{"type":"mobile","value":"1","primary":null},{"type":"fax","value":"2"}],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"O","manager":{"value":"X"}},"userType":"G","roles":[]`)
	at := scimUsers + "/" + u.ID
	require.Equal(t, "NDSQQTECVAAC", u.DisplayName)
	require.Equal(t, 1, d.found(t, scimUsers, `DisplayName eq "ndsqqtecvaac"`, "").TotalResults)
	require.Equal(t, 1, d.found(t, scimUsers, `emails[type eq "work"].value eq "THADDEUS@hammes.example"`, "").TotalResults)
	require.Zero(t, d.found(t, scimUsers, `emails[type eq "home"].value eq "thaddeus@hammes.example"`, "").TotalResults)
	require.Zero(t, d.found(t, scimUsers, `id eq "`+u.ID+`" and manager eq "X"`, "&attributes=id").TotalResults)
	require.Contains(t, d.over(t, http.StatusOK, "GET", scimUsers+"?attributes="+url.QueryEscape(`emails[type eq "work"]`), "").Body, "thaddeus@")

	for name, c := range map[string]struct {
		operations string
		check      func(u api.SCIMUser) bool
	}{
		"nothing at all":             {``, func(u api.SCIMUser) bool { return u.UserName == "julien@ondricka.example" }},
		"the name as it is shown":    {`{"op":"Replace","path":"name.formatted","value":"X"}`, func(u api.SCIMUser) bool { return u.Name.GivenName == "Elfrieda" }},
		"the same without a path":    {`{"op":"replace","value":{"name.formatted":"X","displayName":"Y"}}`, func(u api.SCIMUser) bool { return u.DisplayName == "Y" }},
		"a manager":                  {`{"op":"Add","path":"manager","value":"7"}`, func(u api.SCIMUser) bool { return u.UserName == "julien@ondricka.example" }},
		"who is disabled, in a list": {`{"op":"Replace","path":"active","value":[{"$ref":null,"value":"False"}]}`, func(u api.SCIMUser) bool { return !u.Active }},
		"a role of the directory": {
			`{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"06b0\",\"value\":\"Agent\",\"displayName\":\"Agents\"}"}]}`,
			func(u api.SCIMUser) bool { return len(u.Roles) == 1 && u.Roles[0].Value == "Agent" },
		},
	} {
		got := decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PATCH", at, operationsOf(c.operations)))
		require.True(t, c.check(got), name)
	}

	// A misspelt attribute is passed over, but not the name that every user needs.
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PUT", at,
		`{`+userSchema+`,"userName":"OMalley","active":false,"adreses":[{"country":"Germany"}],"name":{"givenName":"Darl","nick":"D"}}`))
	require.Equal(t, []any{"OMalley", false, "Darl"}, []any{u.UserName, u.Active, u.DisplayName})
	e := d.refusal(t, http.StatusBadRequest, "invalidValue", "PUT", at, `{`+userSchema+`,"userame":"OMalley"}`)
	require.Contains(t, e.Detail, "userName: ")
}

// Clients that do not name schemas, or send more than is known here.
func TestFurtherSCIMClients(t *testing.T) {
	d := newDirectory(t)
	u := decode[api.SCIMUser](t, d.over(t, http.StatusCreated, "POST", scimUsers, `{"userName":"ak","name":{"formatted":"Ann Archer","givenName":"Ann","familyName":"Archer"},
		"displayName":"Ann Archer","photos":null,"active":true,"emails":[{"value":"ak@acme.example","type":"other","primary":true}],"favouriteColour":"red"}`))
	g := decode[api.SCIMGroup](t, d.over(t, http.StatusCreated, "POST", scimGroups, `{"displayName":"authentik","externalId":"x","description":"y"}`))
	group := scimGroups + "/" + g.ID
	d.over(t, http.StatusNoContent, "PATCH", group, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+u.ID+`"}]}]}`)
	g = decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "PUT", group, `{"displayName":"authentik 2"}`))
	require.Equal(t, []string{"authentik 2", u.ID}, []string{g.DisplayName, g.Members[0].Value})
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "PATCH", scimUsers+"/"+u.ID, operationsOf(`{"op":"add","value":{"active":false,"displayName":"A."}}`)))
	require.Equal(t, []any{false, "A."}, []any{u.Active, u.DisplayName})

	// A change here leaves what only identity providers see as it is, and is a change
	// of the teams for them.
	other := d.group(t, `"displayName":"Others"`)
	d.must(t, http.StatusOK, call{Method: "PATCH", Path: usersPath + "/" + u.ID, Body: `{"lastName":"Baker","teamId":"` + other.ID + `"}`})
	u = decode[api.SCIMUser](t, d.over(t, http.StatusOK, "GET", scimUsers+"/"+u.ID, ""))
	require.Equal(t, []string{"A.", "Baker", other.ID}, []string{u.DisplayName, u.Name.FamilyName, u.Groups[0].Value})
	require.NotEqual(t, other.Meta.Version, d.over(t, http.StatusOK, "GET", scimGroups+"/"+other.ID, "").Header.Get("ETag"))
}

// Base addresses are entered with a slash at the end, and without.
func TestSCIMAddresses(t *testing.T) {
	d := newDirectory(t)
	u := d.user(t, `"userName":"ann"`)
	for _, path := range []string{
		"/scim/v2/Users/", "/scim/v2//Users", "/scim/v2//Users//" + u.ID + "/", "/scim/v2/users/" + u.ID + "/", "/configapi/v2/scim//users/",
		"/scim/v2/Schemas/", "/scim/v2//ServiceProviderConfig/", "/scim/v2//Groups/",
	} {
		require.Equal(t, http.StatusOK, d.attempt(t, call{Method: "GET", Path: path, Token: d.token}).Status, path)
	}
}

// Of a group, the members are read by who wants to see them; the version is known
// without.
func TestSCIMGroupsWithoutMembers(t *testing.T) {
	d := newDirectory(t)
	ann, bob := d.user(t, `"userName":"ann"`), d.user(t, `"userName":"bob"`)
	g := d.group(t, `"displayName":"EU","members":[{"value":"`+ann.ID+`"}]`)
	group := scimGroups + "/" + g.ID
	read := func(query string) api.SCIMGroup {
		a := d.over(t, http.StatusOK, "GET", group+query, "")
		got := decode[api.SCIMGroup](t, a)
		require.Equal(t, a.Header.Get("ETag"), got.Meta.Version)
		return got
	}
	before := read("")
	require.Equal(t, before.Meta, read("?excludedAttributes=members").Meta)
	for name, change := range map[string]func(){
		"somebody joins": func() {
			d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(`{"op":"add","path":"members","value":[{"value":"`+bob.ID+`"}]}`))
		},
		"somebody is renamed": func() {
			d.over(t, http.StatusOK, "PATCH", scimUsers+"/"+ann.ID, operationsOf(`{"op":"replace","path":"userName","value":"anna"}`))
		},
	} {
		d.Clock.move(time.Second)
		tag := read("").Meta.Version
		change()
		now := read("?attributes=displayName,meta").Meta
		require.NotEqual(t, tag, now.Version, name)
		require.True(t, now.LastModified.After(before.Meta.LastModified.Time), name)
		d.refusal(t, http.StatusPreconditionFailed, "", "PATCH", group, operationsOf(`{"op":"remove","path":"members"}`), "If-Match", tag)
	}
	// Who is made and deleted is in the default team meanwhile.
	others := func() string {
		return d.over(t, http.StatusOK, "GET", scimGroups+"/"+d.fallback, "").Header.Get("ETag")
	}
	tag, first := read("").Meta.Version, others()
	cid := d.user(t, `"userName":"cid"`)
	second := others()
	d.over(t, http.StatusNoContent, "DELETE", scimUsers+"/"+cid.ID, "")
	require.Len(t, map[string]bool{first: true, second: true, others(): true}, 3)
	require.Equal(t, tag, read("").Meta.Version)
	for filter, n := range map[string]int{
		`members eq "` + ann.ID + `"`: 1, `members.value eq "` + bob.ID + `" and displayName eq "eu"`: 1, `members[value eq "` + unknownID + `"]`: 0,
		`id eq "` + g.ID + `" and members eq "` + ann.ID + `"`: 1, `id eq "` + d.fallback + `" and members eq "` + ann.ID + `"`: 0, `id eq "x"`: 0,
		`members eq "x"`: 0, `members.display co "ann"`: 1, `not (members pr)`: 1, `meta.lastModified gt "2020-01-01T00:00:00Z"`: 3,
	} {
		list := d.found(t, scimGroups, filter, "&excludedAttributes=members")
		require.Equal(t, n, list.TotalResults, filter)
		require.Len(t, list.Resources, n)
	}
}

// Operations on members are carried out in their order, whether all of them name
// users or not.
func TestSCIMMemberOperations(t *testing.T) {
	d := newDirectory(t)
	ids := map[string]string{}
	for _, name := range []string{"ann", "bob", "cid"} {
		ids[name] = d.user(t, `"userName":"`+name+`"`).ID
	}
	group := scimGroups + "/" + d.group(t, `"displayName":"EU"`).ID
	names := strings.NewReplacer("ANN", ids["ann"], "BOB", ids["bob"], "CID", ids["cid"], "NONE", unknownID)
	for _, c := range []struct{ operations, want string }{
		{`{"op":"add","path":"members","value":[{"value":"ANN"},{"value":"BOB"}]},{"op":"remove","path":"members[value eq \"ANN\"]"}`, "bob"},
		{`{"op":"remove","path":"members","value":[{"value":"BOB"}]},{"op":"add","path":"members","value":[{"value":"BOB"}]}`, "bob"},
		{`{"op":"remove","path":"members[value eq \"NONE\"]"},{"op":"remove","path":"members","value":["nobody"]},{"op":"add","path":"members","value":"CID"}`, "bob cid"},
		{`{"op":"add","value":{"members":[{"value":"ANN"}],"displayName":"Europe"}}`, "ann bob cid"},
		{`{"op":"remove","path":"members[value eq \"ANN\" or value eq \"BOB\"]"},{"op":"add","path":"members","value":[{"value":"BOB"}]}`, "bob cid"},
		{`{"op":"add","value":{"urn:ietf:params:scim:schemas:core:2.0:Group":{"members":[{"value":"ANN"}]}}}`, "ann bob cid"},
		{`{"op":"remove","path":"members"},{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:Group:members","value":[{"value":"ANN"}]}`, "ann"},
		{`{"op":"replace","path":"members","value":[{"value":"BOB"},{"value":"CID"}]},{"op":"add","path":"members","value":[]}`, "bob cid"},
		{`{"op":"remove","path":"members[display eq \"bob\"]"}`, "cid"},
		{`{"op":"replace","value":{"members":[]}}`, ""},
	} {
		d.over(t, http.StatusNoContent, "PATCH", group, operationsOf(names.Replace(c.operations)))
		got := decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "GET", group, ""))
		var all []string
		for _, m := range got.Members {
			all = append(all, m.Display)
		}
		require.Equal(t, c.want, strings.Join(all, " "), c.operations)
		require.Equal(t, 1, d.found(t, scimGroups, fmt.Sprintf(`id eq %q`, got.ID), "").TotalResults)
	}
	e := d.refusal(t, http.StatusBadRequest, "invalidValue", "PATCH", group, operationsOf(names.Replace(`{"op":"add","path":"members","value":[{"value":"ANN"},{"value":"NONE"}]}`)))
	require.Contains(t, e.Detail, unknownID)
	d.refusal(t, http.StatusBadRequest, "invalidPath", "PATCH", group, operationsOf(names.Replace(`{"op":"add","path":"members","value":"ANN"},{"op":"add","path":"members[","value":"x"}`)))
	d.refusal(t, http.StatusBadRequest, "invalidValue", "PATCH", group, operationsOf(`{"op":"remove","path":"members","value":[`+strings.Join(manyIDs(5001), ",")+`]}`))
	require.Empty(t, decode[api.SCIMGroup](t, d.over(t, http.StatusOK, "GET", group, "")).Members)
}

// The contract has one example of a filter for all lists, so all take it.
func TestExampleOfAFilter(t *testing.T) {
	d := newDirectory(t)
	filters := regexp.MustCompile(`examples: \[(\w+ eq "[^"]+")\]`).FindAllSubmatch(adminapi.OpenAPI, -1)
	require.Len(t, filters, 2, "of the parameter and of a search")
	for _, filter := range filters {
		for _, list := range []string{scimUsers, scimGroups} {
			require.Zero(t, d.found(t, list, string(filter[1]), "").TotalResults, list)
		}
	}
}
