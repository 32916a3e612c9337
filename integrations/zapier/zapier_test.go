package zapier

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const valid = `{"username":"zapier-prod","password":"s3cr3t of twelve"}`

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    valid,
		Required: []string{"username"},
		Invalid: []integrationtest.Case{
			{Name: "colon in the name", Patch: `{"username":"a:bc"}`, Pointer: "/username", Code: "pattern"},
			{Name: "blank in the name", Patch: `{"username":"zapier prod"}`, Pointer: "/username", Code: "pattern"},
			{Name: "letter outside ASCII", Patch: `{"username":"zäpier"}`, Pointer: "/username", Code: "pattern"},
			{Name: "short name", Patch: `{"username":"za"}`, Pointer: "/username", Code: "min"},
			{Name: "long name", Patch: `{"username":"` + strings.Repeat("z", 129) + `"}`, Pointer: "/username", Code: "max"},
			{Name: "short password", Patch: `{"password":"s3cr3t-word"}`, Pointer: "/password", Code: "min"},
			{Name: "long password", Patch: `{"password":"` + strings.Repeat("s", 129) + `"}`, Pointer: "/password", Code: "max"},
			{Name: "password outside ASCII", Patch: `{"password":"s3cr3t-wörter"}`, Pointer: "/password", Code: "pattern"},
			{
				Name: "password as name", Patch: `{"username":"zapier-production","password":"zapier-production"}`,
				Pointer: "/password", Code: "password_is_username",
			},
		},
	})
}

func TestPasswordIsMadeHere(t *testing.T) {
	require.Equal(t, []string{"/password"}, Definition.GeneratedSecrets())
	require.Empty(t, Definition.Destinations())
}

func TestComputed(t *testing.T) {
	require.Equal(t, []integrations.Computed{{
		Name: "workflowTriggerUrl", Label: "Workflow trigger URL",
		Value: "https://mycompany.brightpattern.com/clientweb/api/v1/workflow-trigger?tenantUrl=mycompany.brightpattern.com",
	}}, Definition.Computed(integrations.CenterAt("mycompany.brightpattern.com", "")))
}
