package scimaccount

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    `{"defaultTeamId":"01980000-0000-7000-8000-000000000001"}`,
		Required: []string{"/defaultTeamId"},
		Invalid: []integrationtest.Case{{
			Name: "two words", Document: `{"defaultTeamId":"the team"}`, Pointer: "/defaultTeamId", Code: "no_space",
		}},
	})
}

// teams is a contact center with the team "support".
type teams struct{}

func (teams) Roles(string) ([]string, bool) { return nil, false }
func (teams) TeamExists(id string) bool     { return id == "support" }
func (teams) Teams() map[string]string      { return map[string]string{"support": "Support"} }

func TestDefaultTeam(t *testing.T) {
	unknown := []validation.Violation{{Pointer: "/defaultTeamId", Code: "team_unknown"}}
	tests := []struct {
		name, document   string
		context          validation.Context
		errors, warnings []validation.Violation
	}{
		{name: "exists", document: `{"defaultTeamId":" support "}`, context: validation.Context{Directory: teams{}}},
		{name: "does not exist", document: `{"defaultTeamId":"sales"}`, context: validation.Context{Directory: teams{}}, errors: unknown},
		{
			name: "was deleted since", document: `{"defaultTeamId":"sales"}`,
			context:  validation.Context{Directory: teams{}, Changed: func(string) bool { return false }},
			warnings: unknown,
		},
		{name: "no directory", document: `{"defaultTeamId":"sales"}`},
		{
			name: "missing is said once", document: `{}`, context: validation.Context{Directory: teams{}},
			errors: []validation.Violation{{Pointer: "/defaultTeamId", Code: "required"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.context
			Definition.Decode(json.RawMessage(tt.document), nil, &c)
			require.Equal(t, tt.errors, withoutTexts(c.Errors()))
			require.Equal(t, tt.warnings, withoutTexts(c.Warnings()))
		})
	}
}

func withoutTexts(found validation.Errors) []validation.Violation {
	var out []validation.Violation
	for _, v := range found {
		out = append(out, validation.Violation{Pointer: v.Pointer, Code: v.Code})
	}
	return out
}

func TestComputed(t *testing.T) {
	for public, origin := range map[string]string{
		"": "https://mycompany.brightpattern.com", "https://{domain}:8443/": "https://mycompany.brightpattern.com:8443",
	} {
		require.Equal(t, []integrations.Computed{
			{Name: "scimBaseUrl", Label: "SCIM base URL", Value: origin + "/scim/v2"},
			{Name: "tokenUrl", Label: "Token URL", Value: origin + "/configapi/v2/oauth/token"},
		}, Definition.Computed(integrations.CenterAt("mycompany.brightpattern.com", public)))
	}
}
