package scim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// ann is a user as filters see her.
func ann() object {
	at := models.NewTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	u := models.User{
		ID: "0198c0de-0000-7000-8000-000000000001", Username: "Ann@Acme.example", FirstName: "Änne", LastName: "Archer",
		Email: "ann@acme.example", WorkPhone: "+1 415", Extension: "1001", Roles: models.Strings{"Agent"}, ExternalID: "Ext-1",
		TeamID: "0198c0de-0000-7000-8000-00000000000a", Version: 3, CreatedAt: at, UpdatedAt: at,
	}
	return userResource("https://acme.example/scim/v2", &u, &models.Team{ID: u.TeamID, Name: "Support", Version: 1})
}

func TestFilters(t *testing.T) {
	for text, want := range map[string]bool{
		`userName eq "ann@ACME.example"`:               true,
		`USERNAME EQ "ann@acme.example"`:               true,
		`userName eq "bob"`:                            false,
		`userName ne "bob"`:                            true,
		`userName ne "ANN@acme.example"`:               false,
		`userName co "ACME"`:                           true,
		`userName sw "ann@"`:                           true,
		`userName ew ".EXAMPLE"`:                       true,
		`userName sw "acme"`:                           false,
		`userName gt "alf"`:                            true,
		`userName lt "alf"`:                            false,
		`externalId eq "ext-1"`:                        true,
		`externalId eq "ext"`:                          false,
		`id eq "0198c0de-0000-7000-8000-000000000001"`: true,
		`id eq "0198C0DE-0000-7000-8000-000000000001"`: false,
		`name.familyName eq "archer"`:                  true,
		`name.givenName eq "änne"`:                     true,
		`name.givenName eq "\u00c4nne"`:                true,
		`name.givenName eq "\u00C4NNE"`:                true,
		`name pr`:                                      true,
		`nickName pr`:                                  false,
		`nickName eq "Annie"`:                          false,
		`nickName ne "Annie"`:                          true,
		`displayName eq "Änne Archer"`:                 true,
		`active eq true`:                               true,
		`active eq "True"`:                             true,
		`active eq false`:                              false,
		`active ne false`:                              true,
		`emails eq "ann@acme.example"`:                 true,
		`emails.value co "@acme"`:                      true,
		`emails.type eq "home"`:                        false,
		`emails[type eq "work"]`:                       true,
		`emails[type eq "work" and value co "bob"]`:    false,
		`emails[type eq "work" and value co "ann" and primary eq true]`:     true,
		`emails[(type eq "home" or type eq "work") and not (value eq "x")]`: true,
		`emails[type eq "work"].value eq "ANN@acme.example"`:                true,
		`emails[type eq "home"].value eq "ann@acme.example"`:                false,
		`phoneNumbers[type eq "extension"].value eq "1001"`:                 true,
		`roles eq "agent"`:                                                                 true,
		`groups.display eq "support"`:                                                      true,
		`groups[value eq "0198c0de-0000-7000-8000-00000000000a"]`:                          true,
		`externalId eq null`:                                                               false,
		`externalId ne null`:                                                               true,
		`nickName eq null`:                                                                 true,
		`meta.created ge "2026-03-01T12:00:00Z"`:                                           true,
		`meta.created gt "2026-03-01T12:00:00Z"`:                                           false,
		`meta.created eq "2026-03-01T13:00:00+01:00"`:                                      true,
		`meta.lastModified lt "2026-03-01T12:00:00.001Z"`:                                  true,
		`meta.lastModified le "2026-03-01T11:59:59Z"`:                                      false,
		`meta.resourceType eq "User"`:                                                      true,
		`schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"`:                          true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ann@acme.example"`:        true,
		`URN:ietf:params:scim:schemas:core:2.0:user:emails.value eq "ann@acme.example"`:    true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Sales"`: false,
		`userName eq "bob" or active eq true and name.familyName eq "archer"`:              true,
		`(userName eq "bob" or active eq true) and name.familyName eq "baker"`:             false,
		`not (userName eq "bob")`:                                                          true,
		`not(userName eq "bob") and active eq true`:                                        true,
		`not (active eq true or userName eq "bob")`:                                        false,
		`userName eq "ann@acme.example" and externalId eq "EXT-1"`:                         true,
		`  userName   eq   "ann@acme.example"  `:                                           true,
	} {
		f, err := users.parseFilter(text)
		require.NoError(t, err, text)
		require.Equal(t, want, f.holds(ann()), text)
	}
}

func TestFiltersThatAreNone(t *testing.T) {
	deep := strings.Repeat("(", deepestFilter)
	many := strings.Repeat(`active eq true and `, mostComparisons-1) + `active eq true`
	for _, text := range []string{deep + `active eq true` + strings.ReplaceAll(deep, "(", ")"), many} {
		_, err := users.parseFilter(text)
		require.NoError(t, err, "the bounds themselves")
	}
	for _, text := range []string{
		"", " ", "userName", "userName eq", `userName eq "a`, `userName eq a`, `userName = "a"`, `userName eq "a" and`, `and`,
		`userName eq "a" userName eq "b"`, `(userName eq "a"`, `userName eq "a")`, `not userName eq "a"`, `unknown eq "a"`,
		`name.unknown eq "a"`, `name eq "a"`, `name.givenName.more eq "a"`, `userName[type eq "a"]`, `emails[type eq "work"`,
		`emails[]`, `emails[unknown eq "a"]`, `emails[value[type eq "a"]]`, `emails[type eq "work"].unknown eq "a"`,
		`emails[type eq "work"].value`, `active gt true`, `active eq "maybe"`, `active co "tr"`, `userName eq 5`, `userName eq true`,
		`userName gt null`, `meta.created gt "yesterday"`, `meta.created sw "2026"`, `password eq "secret"`, `password pr`,
		`password sw "s"`, `userName eq "\x"`, "userName eq \"a\nb\"", `userName eq "a" & active eq true`, `userName pr "a"`,
		"(" + deep + `active eq true` + strings.ReplaceAll(deep, "(", ")") + ")", many + ` or active eq true`,
		strings.Repeat("(", 4000), strings.Repeat("not(", 1000), `userName eq "` + strings.Repeat("a", longestFilter) + `"`,
		strings.Repeat("a", 4000), strings.Repeat("a:", 2000), strings.Repeat("[", 4000), strings.Repeat(`\"`, 2000),
	} {
		f, err := users.parseFilter(text)
		var refused *Error
		require.ErrorAs(t, err, &refused, "%q: %v", text, f)
		require.Equal(t, 400, refused.Status)
		require.Equal(t, TypeInvalidFilter, refused.Type, text)
		require.True(t, strings.HasSuffix(refused.Detail, "."), refused.Detail)
		require.Less(t, len(refused.Detail), 300)
	}
}

// What an index is asked for is what every match must have: nothing behind or and not.
func TestEqualities(t *testing.T) {
	for text, want := range map[string]map[string]string{
		`userName eq "a"`:                                   {"userName": "a"},
		`userName eq "a" and (externalId eq "b")`:           {"userName": "a", "externalId": "b"},
		`userName eq "a" and active eq true`:                {"userName": "a"},
		`userName eq "a" or externalId eq "b"`:              {},
		`not (userName eq "a")`:                             {},
		`userName ne "a" and userName co "b"`:               {},
		`emails[value eq "a"] and name.givenName eq "b"`:    {"emails": "a"},
		`emails.value eq "a" or emails.type eq "work"`:      {},
		`emails.value eq "a" and emails.type eq "work"`:     {"emails": "a"},
		`emails[type eq "work"].value eq "a"`:               {"emails": "a"},
		`emails[type eq "work" or value eq "a"]`:            {},
		`emails eq "a" and roles[display eq "b"]`:           {"emails": "a"},
		`id eq "a" and (userName eq "b" or active eq true)`: {"id": "a"},
	} {
		f, err := users.parseFilter(text)
		require.NoError(t, err, text)
		got := map[string]string{}
		equalities(f, got)
		require.Equal(t, want, got, text)
	}
}

func TestShape(t *testing.T) {
	keys := func(o object) []string {
		var out []string
		for name := range o {
			out = append(out, name)
		}
		return out
	}
	cut := func(only, without string) object {
		s, err := NewShape([]string{only}, []string{without})
		require.NoError(t, err)
		return s.cut(users, ann())
	}
	require.Equal(t, ann(), cut("", ""))
	require.ElementsMatch(t, []string{"schemas", "id", "userName"}, keys(cut("USERNAME", "")))
	require.ElementsMatch(t, []string{"schemas", "id", "userName"}, keys(cut("urn:ietf:params:scim:schemas:core:2.0:User:userName, unknown", "")))
	require.Equal(t, object{"givenName": "Änne", "familyName": "Archer"}, cut("name.givenName,name.familyName", "")["name"])
	require.Equal(t, []any{object{"value": "ann@acme.example"}}, cut("emails.value", "")["emails"])
	require.NotContains(t, cut("", "emails,id,schemas"), "emails")
	require.Contains(t, cut("", "emails,id,schemas"), "id", "always there")
	require.Equal(t, object{"familyName": "Archer"}, cut("", "name.givenName,name.formatted")["name"])
	require.Empty(t, cut("password", "")["password"])
	require.Contains(t, cut(`emails[type eq "work"]`, ""), "emails", "Microsoft's tests name attributes as filters do")
	require.Equal(t, []any{object{"value": "ann@acme.example"}}, cut(`emails[type eq "work"].value`, "")["emails"])
	_, err := NewShape([]string{strings.Repeat("a,", mostNames+1)}, nil)
	var refused *Error
	require.True(t, errors.As(err, &refused))
}
