package scim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
)

// steps is the body of a PATCH with the operations.
func steps(operations string) []byte {
	return []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + operations + `]}`)
}

func profile() access.Profile {
	return access.Profile{
		Username: "ann", FirstName: "Ann", LastName: "Archer", Email: "ann@acme.example", WorkPhone: "1", MobilePhone: "2",
		Extension: "1001", ExternalID: "e1", TeamID: "t", Roles: []string{"Agent"},
	}
}

func patched(body []byte, p access.Profile) (access.Profile, error) {
	list, err := operations(body)
	if err != nil {
		return p, err
	}
	o := profileObject(p)
	if err := users.apply(o, list); err != nil {
		return p, err
	}
	return p, lay(o, &p)
}

func TestPatches(t *testing.T) {
	for _, tt := range []struct {
		name, operations string
		change           func(p *access.Profile)
	}{
		{"Entra: Replace in capitals, a text for a boolean", `{"op":"Replace","path":"active","value":"False"}`, func(p *access.Profile) { p.Disabled = true }},
		{"Okta: no path", `{"op":"replace","value":{"active":false}}`, func(p *access.Profile) { p.Disabled = true }},
		{"what is so already", `{"op":"replace","path":"active","value":true},{"op":"add","path":"userName","value":"ann"}`, nil},
		{"Entra: an address of a type", `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"a@b.example"}`, func(p *access.Profile) { p.Email = "a@b.example" }},
		{"Entra: dotted names without a path", `{"op":"replace","value":{"name.givenName":"Anna","NAME.familyName":"Baker","userName":"anna"}}`, func(p *access.Profile) {
			p.FirstName, p.LastName, p.Username = "Anna", "Baker", "anna"
		}},
		{"paths as members", `{"op":"add","value":{"emails[type eq \"work\"].value":"a@b.example","phoneNumbers[type eq \"mobile\"].value":"3"}}`, func(p *access.Profile) {
			p.Email, p.MobilePhone = "a@b.example", "3"
		}},
		{"the schema before the name", `{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:userName","value":"bob"}`, func(p *access.Profile) { p.Username = "bob" }},
		{"the schema around the names", `{"op":"replace","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"userName":"bob"}}}`, func(p *access.Profile) { p.Username = "bob" }},
		{"Entra: the enterprise extension", `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"},` +
			`{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"7"},` +
			`{"op":"replace","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division":"y"}}`, nil},
		{"what is not kept", `{"op":"add","path":"title","value":"Chief"},{"op":"add","path":"addresses[type eq \"work\"].locality","value":"Berlin"},` +
			`{"op":"replace","path":"name.honorificPrefix","value":"Dr"},{"op":"remove","path":"nickName"}`, nil},
		{"read-only attributes without a path", `{"op":"replace","value":{"id":"x","schemas":[],"meta":{},"groups":[],"active":false}}`, func(p *access.Profile) { p.Disabled = true }},
		{"a name as a whole", `{"op":"replace","path":"name","value":{"givenName":"Anna"}}`, func(p *access.Profile) { p.FirstName = "Anna" }},
		{"no name", `{"op":"remove","path":"name"}`, func(p *access.Profile) { p.FirstName, p.LastName = "", "" }},
		{"half a name", `{"op":"remove","path":"name.familyName"}`, func(p *access.Profile) { p.LastName = "" }},
		{"a display name beside a name", `{"op":"replace","path":"displayName","value":"Somebody"}`, func(p *access.Profile) { p.DisplayName = "Somebody" }},
		{"Entra: the name as a whole, which is made here", `{"op":"Replace","path":"name.formatted","value":"Ann B. Archer"},{"op":"replace","value":{"name.formatted":"x"}}`, nil},
		{"Entra: values in a list", `{"op":"Replace","path":"displayName","value":[{"$ref":null,"value":"Annie"}]},` +
			`{"op":"Replace","path":"active","value":[{"$ref":null,"value":"False"}]}`, func(p *access.Profile) {
			p.DisplayName, p.Disabled = "Annie", true
		}},
		{"values in objects and lists", `{"op":"add","path":"emails[type eq \"work\"].value","value":[{"value":"a@b.example"}]},{"op":"add","path":"name","value":[{"familyName":{"VALUE":"Baker"}}]}`, func(p *access.Profile) {
			p.Email, p.LastName = "a@b.example", "Baker"
		}},
		{"Entra: the manager without the extension", `{"op":"Add","path":"manager","value":"7"},{"op":"Add","path":"department","value":"Sales"}`, nil},
		{"Entra: roles as JSON in texts", `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"06b0\",\"value\":\"Supervisor\",\"displayName\":\"Boss\"}"},"{\"displayName\":\"Auditor\"}"]}`, func(p *access.Profile) {
			p.Roles = []string{"Agent", "Supervisor", "Auditor"}
		}},
		{"what nobody knows, without a path", `{"op":"replace","value":{"usrName":"x","name.nick":"y","active":false}}`, func(p *access.Profile) { p.Disabled = true }},
		{"nothing", ``, nil},
		{"no address", `{"op":"remove","path":"emails"}`, func(p *access.Profile) { p.Email = "" }},
		{"no address of a type", `{"op":"remove","path":"emails[type eq \"work\"]"}`, func(p *access.Profile) { p.Email = "" }},
		{"no address by its value", `{"op":"remove","path":"emails","value":[{"value":"ANN@acme.example"}]}`, func(p *access.Profile) { p.Email = "" }},
		{"an address that is not there", `{"op":"remove","path":"emails[value eq \"x@y.example\"]"}`, nil},
		{"a sub-attribute of an address", `{"op":"remove","path":"emails[type eq \"work\"].value"}`, func(p *access.Profile) { p.Email = "" }},
		{"another primary address", `{"op":"add","path":"emails","value":[{"value":"a@b.example","type":"home","primary":true}]}`, func(p *access.Profile) { p.Email = "a@b.example" }},
		{"another address, not primary", `{"op":"add","path":"emails","value":{"value":"a@b.example","type":"home"}}`, nil},
		{"all addresses", `{"op":"replace","path":"emails","value":[{"value":"h@b.example","type":"home"},{"value":"w@b.example","type":"work"}]}`, func(p *access.Profile) { p.Email = "w@b.example" }},
		{"the value of whatever address", `{"op":"replace","path":"emails.value","value":"a@b.example"}`, func(p *access.Profile) { p.Email = "a@b.example" }},
		{"a telephone number", `{"op":"add","path":"phoneNumbers[type eq \"work\"].value","value":"9"}`, func(p *access.Profile) { p.WorkPhone = "9" }},
		{"a type of number that is not kept", `{"op":"add","path":"phoneNumbers[type eq \"fax\"].value","value":"9"}`, nil},
		{"an extension", `{"op":"replace","path":"phoneNumbers[type eq \"extension\"].value","value":"1009"}`, func(p *access.Profile) { p.Extension = "1009" }},
		{"no numbers: the extension stays", `{"op":"remove","path":"phoneNumbers"}`, func(p *access.Profile) { p.WorkPhone, p.MobilePhone = "", "" }},
		{"Entra: the only role", `{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"Supervisor"}`, func(p *access.Profile) { p.Roles = []string{"Supervisor"} }},
		{"one more role", `{"op":"add","path":"roles","value":[{"value":"Supervisor"},{"value":"AGENT"}]}`, func(p *access.Profile) { p.Roles = []string{"AGENT", "Supervisor"} }},
		{"roles as texts", `{"op":"replace","path":"roles","value":["Supervisor","Auditor"]}`, func(p *access.Profile) { p.Roles = []string{"Supervisor", "Auditor"} }},
		{"no role", `{"op":"remove","path":"roles"}`, func(p *access.Profile) { p.Roles = []string{} }},
		{"no external id", `{"op":"remove","path":"externalId"}`, func(p *access.Profile) { p.ExternalID = "" }},
		{"in this order", `{"op":"remove","path":"emails"},{"op":"add","path":"emails[type eq \"work\" and primary eq true].value","value":"a@b.example"}`, func(p *access.Profile) { p.Email = "a@b.example" }},
		{"further members of an operation", `{"name":"x","OP":"replace","PATH":"userName","VALUE":"bob"}`, func(p *access.Profile) { p.Username = "bob" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := profile()
			if tt.change != nil {
				tt.change(&want)
			}
			got, err := patched(steps(tt.operations), profile())
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestPatchOfWhoHasNothing(t *testing.T) {
	got, err := patched(steps(`{"op":"Add","path":"emails[type eq \"work\"].value","value":"a@b.example"},`+
		`{"op":"Add","path":"name.givenName","value":"Ann"},{"op":"Add","path":"roles","value":"Agent"},`+
		`{"op":"add","path":"phoneNumbers.value","value":"5"},{"op":"add","path":"password","value":"correct horse"}`), access.Profile{Username: "ann"})
	require.NoError(t, err)
	require.Equal(t, "correct horse", got.Password.Reveal())
	got.Password = access.Profile{}.Password
	require.Equal(t, access.Profile{Username: "ann", FirstName: "Ann", Email: "a@b.example", WorkPhone: "5", Roles: []string{"Agent"}}, got)

	got, err = patched(steps(`{"op":"replace","path":"displayName","value":"Ann Archer"}`), access.Profile{Username: "ann"})
	require.NoError(t, err)
	require.Equal(t, access.Profile{Username: "ann", FirstName: "Ann Archer", DisplayName: "Ann Archer"}, got, "the only name there is")
	got, err = patched(steps(`{"op":"replace","path":"displayName","value":"Ann Baker"}`), got)
	require.NoError(t, err)
	require.Equal(t, access.Profile{Username: "ann", FirstName: "Ann Baker", DisplayName: "Ann Baker"}, got, "and stays so")
	got, err = patched([]byte(`{"Operations":[{"op":"add","path":"name","value":{"formatted":"Ann Archer"}}]}`), access.Profile{Username: "ann"})
	require.NoError(t, err)
	require.Equal(t, access.Profile{Username: "ann", FirstName: "Ann Archer"}, got, "without a schema, which the address says")
}

func TestPatchesThatAreNone(t *testing.T) {
	for name, tt := range map[string]struct{ body, typ string }{
		"no JSON":                 {`{`, TypeInvalidSyntax},
		"trailing data":           {string(steps(`{"op":"remove","path":"emails"}`)) + "{}", TypeInvalidSyntax},
		"a list":                  {`[]`, TypeInvalidSyntax},
		"another schema":          {`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"Operations":[{"op":"remove","path":"emails"}]}`, TypeInvalidSyntax},
		"no operations":           {`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}`, TypeInvalidSyntax},
		"operations twice":        {`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[],"operations":[]}`, TypeInvalidSyntax},
		"the same member twice":   {`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[],"Operations":[]}`, TypeInvalidSyntax},
		"too many operations":     {string(steps(strings.Repeat(`{"op":"remove","path":"emails"},`, mostOperations) + `{"op":"remove","path":"emails"}`)), TypeInvalidSyntax},
		"nested too deep":         {string(steps(`{"op":"add","path":"title","value":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`)), TypeInvalidSyntax},
		"an operation as text":    {string(steps(`"remove"`)), TypeInvalidSyntax},
		"no op":                   {string(steps(`{"path":"emails"}`)), TypeInvalidSyntax},
		"another op":              {string(steps(`{"op":"move","path":"emails"}`)), TypeInvalidSyntax},
		"remove without path":     {string(steps(`{"op":"remove","value":{"active":true}}`)), TypeNoTarget},
		"a value without names":   {string(steps(`{"op":"add","value":"x"}`)), TypeInvalidValue},
		"a path that is no text":  {string(steps(`{"op":"add","path":5,"value":"x"}`)), TypeInvalidPath},
		"a path that is none":     {string(steps(`{"op":"add","path":"emails[","value":"x"}`)), TypeInvalidPath},
		"an unknown attribute":    {string(steps(`{"op":"add","path":"usrName","value":"x"}`)), TypeInvalidPath},
		"no path as a name":       {string(steps(`{"op":"add","value":{"emails[":"x"}}`)), TypeInvalidPath},
		"unknown sub-attribute":   {string(steps(`{"op":"add","path":"name.nick","value":"x"}`)), TypeInvalidPath},
		"a choice from one value": {string(steps(`{"op":"add","path":"name[givenName eq \"a\"].familyName","value":"x"}`)), TypeInvalidPath},
		"a boolean by a number":   {string(steps(`{"op":"replace","path":"active","value":1}`)), TypeInvalidValue},
		"a name by a list":        {string(steps(`{"op":"replace","path":"name","value":[1]}`)), TypeInvalidValue},
		"a text by an object":     {string(steps(`{"op":"replace","path":"userName","value":{}}`)), TypeInvalidValue},
		"addresses by a number":   {string(steps(`{"op":"replace","path":"emails","value":[5]}`)), TypeInvalidValue},
		"a role without a name":   {string(steps(`{"op":"add","path":"roles","value":{"primary":true}}`)), TypeInvalidValue},
		"nobody could be meant":   {string(steps(`{"op":"replace","path":"emails[type ne \"home\" and value co \"zzz\"].value","value":"a@b.example"}`)), TypeNoTarget},
		"the id":                  {string(steps(`{"op":"replace","path":"id","value":"x"}`)), TypeMutability},
		"the groups":              {string(steps(`{"op":"remove","path":"groups[value eq \"x\"]"}`)), TypeMutability},
		"a date":                  {string(steps(`{"op":"replace","path":"meta.created","value":"2026-03-01T12:00:00Z"}`)), TypeMutability},
		"half a surrogate pair":   {string(steps(`{"op":"replace","path":"userName","value":"\ud800"}`)), TypeInvalidSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := patched([]byte(tt.body), profile())
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tt.typ, refused.Type, refused.Detail)
			require.True(t, strings.HasSuffix(refused.Detail, "."), refused.Detail)
		})
	}
}

// Whole resources, as PUT and POST read them.
func TestResources(t *testing.T) {
	read := func(body string) (access.Profile, error) {
		p := profile()
		o, err := users.resource([]byte(body))
		if err != nil {
			return p, err
		}
		return p, lay(o, &p)
	}
	const schema = `"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]`
	got, err := read(`{` + schema + `,"USERNAME":"bob","id":"x","meta":{"version":"1"},"groups":[{"value":"y"}],"title":"Dr","addresses":[{"locality":"x"}],
		"emails":[{"value":"first@b.example"},{"value":"h@b.example","Type":"Home"},{"value":"w@b.example","type":"WORK"}],"active":"True","name":null,
		"phoneNumbers":[{"value":"5","type":"fax"},{"value":"6"},{"value":"7","type":"Mobile"},{"value":"8","type":"mobile"}],"displayName":"Bob B.",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x","manager":{"value":"z"}},"urn:other:2.0:User":{"a":[1]}}`)
	require.NoError(t, err)
	require.Equal(t, access.Profile{
		Username: "bob", FirstName: "Bob B.", DisplayName: "Bob B.", Email: "w@b.example", WorkPhone: "6", MobilePhone: "7", Extension: "1001", ExternalID: "e1",
		TeamID: "t", Roles: []string{"Agent"},
	}, got, "what is absent has no value, but for external id, extension and roles")
	got, err = read(`{` + schema + `,"userName":"bob","externalId":null,"roles":[],"active":false,"password":""}`)
	require.NoError(t, err)
	require.Equal(t, access.Profile{Username: "bob", Extension: "1001", TeamID: "t", Roles: []string{}, Disabled: true}, got)

	// Schemas need not be named, and who says more than is known here is understood.
	for _, body := range []string{
		`{"userName":"bob"}`, `{"schemas":[],"userName":"bob"}`, `{"schemas":null,"userName":"bob"}`,
		`{"schemas":"urn:ietf:params:scim:schemas:core:2.0:User","userName":"bob"}`, `{` + schema + `,"userName":"bob","usrnme":"eve","name":{"nick":"b"}}`,
	} {
		got, err := read(body)
		require.NoError(t, err, body)
		require.Equal(t, access.Profile{Username: "bob", Extension: "1001", ExternalID: "e1", TeamID: "t", Roles: []string{"Agent"}}, got, body)
	}

	for _, body := range []string{
		`null`, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"userName":"a"}`, `{"schemas":"urn:other","userName":"a"}`, `{"schemas":[5]}`,
		`{` + schema + `,"userName":"a","username":"b"}`, `{` + schema + `,"userName":5}`,
		`{` + schema + `,"name":{"givenName":"a","GIVENNAME":"b"}}`, `{` + schema + `,"name":"Ann"}`,
		`{` + schema + `,"active":"yes"}`, `{` + schema + `,"emails":[[]]}`, `{` + schema + `,"roles":[{}]}`, `{` + schema + `,"emails":7}`,
	} {
		_, err := read(body)
		var refused *Error
		require.ErrorAs(t, err, &refused, body)
	}
}

// Of a large group nobody is asked for where the operations name the users.
func TestPatchesOfLargeGroups(t *testing.T) {
	var before []models.Member
	for i := range 20_000 {
		before = append(before, models.Member{ID: fmt.Sprint("user-", i), Username: fmt.Sprint(i)})
	}
	asked := 0
	moves := func(operations string) (access.Moves, error) {
		edit, err := patchGroup(steps(operations))
		require.NoError(t, err)
		return edit(&access.TeamProfile{Name: "All"}, func() ([]models.Member, error) {
			asked++
			return before, nil
		})
	}
	var some []string
	for i := range 400 {
		some = append(some, fmt.Sprintf(`{"op":"add","path":"members","value":[{"value":"new-%d"}]}`, i),
			fmt.Sprintf(`{"op":"remove","path":"members[value eq \"user-%d\"]"}`, i))
	}
	got, err := moves(strings.Join(some, ",") + `,{"op":"remove","path":"members","value":["new-7"]},{"op":"replace","path":"displayName","value":"Most"}`)
	require.NoError(t, err)
	require.Equal(t, []int{399, 401, 0}, []int{len(got.Join), len(got.Leave), asked})
	require.Contains(t, got.Leave, "new-7")

	// Where everybody else leaves, they are asked for once.
	stay := make([]string, 0, len(before))
	for _, u := range before[1:] {
		stay = append(stay, `"`+u.ID+`"`)
	}
	got, err = moves(`{"op":"add","path":"members","value":"lost"},{"op":"replace","path":"members","value":[` + strings.Join(stay, ",") + `]},` +
		`{"op":"add","path":"members","value":"new"},{"op":"remove","path":"members","value":"user-2"}`)
	require.NoError(t, err)
	require.Equal(t, access.Moves{Join: []string{"new"}, Leave: []string{"user-0", "user-2"}}, got)
	require.Equal(t, 1, asked)

	for operations, detail := range map[string]string{
		`{"op":"remove","path":"members"}`: "at most 5000 users",
		strings.TrimSuffix(strings.Repeat(`{"op":"remove","path":"members[display eq \"7\"]"},`, 251), ","): "too large for so many operations",
	} {
		_, err = moves(operations)
		require.ErrorContains(t, err, detail)
	}
	got, err = moves(`{"op":"remove","path":"members[display eq \"7\"]"}`)
	require.NoError(t, err)
	require.Equal(t, access.Moves{Leave: []string{"user-7"}}, got)
}
