package scim

import (
	"encoding/json"
	"testing"

	"github.com/elimity-com/scim/schema"
	library "github.com/scim2/filter-parser/v2"
	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// The library of github.com/elimity-com knows SCIM independently of this package:
// it must understand what we say of ourselves, and find that what we answer is so.
func TestAnotherImplementationUnderstandsOurSchemas(t *testing.T) {
	for _, tt := range []struct {
		id       string
		resource object
	}{
		{userSchema, ann()},
		{groupSchema, groupResource("https://acme.example/scim/v2", &models.Team{ID: "t", Name: "Support"}, []models.Member{{ID: "u", Username: "ann"}})},
	} {
		document, err := Schema("https://acme.example/scim/v2", tt.id)
		require.NoError(t, err)
		text, err := json.Marshal(document)
		require.NoError(t, err)
		var theirs schema.Schema
		require.NoError(t, json.Unmarshal(text, &theirs), string(text))
		require.Equal(t, tt.id, theirs.ID)
		require.NotEmpty(t, theirs.Attributes)

		body, err := json.Marshal(tt.resource)
		require.NoError(t, err)
		var plain map[string]any
		require.NoError(t, json.Unmarshal(body, &plain))
		_, refused := theirs.Validate(plain)
		require.Nil(t, refused)
	}
}

// What the library takes for a filter is one for us.
func TestAnotherParserAgrees(t *testing.T) {
	for _, text := range []string{
		`title pr`, `userName eq "bjensen"`, `name.familyName co "O'Malley"`, `userName sw "J"`, `meta.lastModified gt "2011-05-13T04:42:34Z"`,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`, `title pr and userType eq "Employee"`, `title pr or userType eq "Intern"`,
		`userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")`,
		`userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")`,
		`userType eq "Employee" and emails[type eq "work" and value co "@example.com"]`, `userName EQ "x" AND NOT(active eq true)`,
		`emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]`, `externalId eq null`,
	} {
		_, theirs := library.ParseFilter([]byte(text))
		require.NoError(t, theirs, text)
		_, ours := users.parseFilter(text)
		require.NoError(t, ours, text)
	}
}

// FuzzFilter reads whatever there is: it must end, refuse in our words, and judge
// anybody without a panic.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{
		`userName eq "ann"`, `emails[type eq "work" and value co "@x"] or not (active eq true)`, `emails[type eq "work"].value eq "a"`,
		`(((userName pr)))`, `meta.created gt "2026-03-01T12:00:00Z"`, `urn:ietf:params:scim:schemas:core:2.0:User:name.givenName sw "\u00e4"`,
		`userName eq "\"`, `not not (userName pr)`, `userName eq null`, `((((((((((((((((((`, `addresses[type eq "work"]`, `password pr`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := users.parseFilter(text)
		if err != nil {
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, TypeInvalidFilter, refused.Type)
			return
		}
		require.LessOrEqual(t, len(text), longestFilter)
		_ = got.holds(ann()) || got.holds(object{})
		equalities(got, map[string]string{})
	})
}

// FuzzPatch reads whatever there is as the body of a PATCH: it must end, refuse in
// our words, and what it makes of a user must be one that, read as a resource again,
// is the same.
func FuzzPatch(f *testing.F) {
	for _, text := range []string{
		`{"op":"Replace","path":"active","value":"False"}`, `{"op":"add","path":"emails[type eq \"work\"].value","value":"a@b"}`,
		`{"op":"remove","path":"roles"}`, `{"op":"replace","value":{"name.givenName":"A","emails":[{"value":"x","primary":true}]}}`,
		`{"op":"add","path":"roles","value":["Agent",{"value":"B","primary":"True"}]}`, `{"op":"remove","path":"emails[value pr].type"}`,
		`{"op":"add","path":"phoneNumbers","value":{"type":"fax"}}`, `{"op":"add","path":"name","value":{"givenName":null}}`,
	} {
		f.Add(steps(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := patched(body, profile())
		if err != nil {
			var refused *Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, 400, refused.Status)
			return
		}
		again := got
		require.NoError(t, lay(profileObject(got), &again))
		if got.Roles != nil && len(got.Roles) == 0 {
			got.Roles, again.Roles = nil, nil
		}
		require.Equal(t, got, again)
	})
}

// FuzzResource reads whatever there is as a whole user.
func FuzzResource(f *testing.F) {
	f.Add([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","emails":[{"value":"x","type":"work"}]}`))
	f.Add([]byte(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"roles":"Agent","active":"TRUE","name":{"givenName":"a"}}`))
	f.Add([]byte(`{"schemas":[1],"USERNAME":null}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := users.resource(body)
		if err != nil {
			var refused *Error
			require.ErrorAs(t, err, &refused)
			return
		}
		p := profile()
		if lay(o, &p) == nil {
			in, err := document(body)
			require.NoError(t, err)
			_, err = Search(body)
			if announces(in, searchMessage) != nil {
				require.Error(t, err, "who calls himself a user is no query")
			}
		}
	})
}
