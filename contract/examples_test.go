package contract_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/stretchr/testify/require"

	adminapi "admin-api"
	"admin-api/integrations"
	"admin-api/integrations/catalog"
	"admin-api/models"
)

const examplesFolder = "../examples/accounts"

// TestExampleAccounts sends every document of examples/accounts/ to a server: it
// fits the contract and the type's own schema, makes an account, shows all but
// its secrets, and goes again.
func TestExampleAccounts(t *testing.T) {
	all := catalog.All()
	files, err := filepath.Glob(examplesFolder + "/*.json")
	require.NoError(t, err)
	require.Len(t, files, len(all), "one document for each type")
	model, err := libopenapi.NewDocument(adminapi.OpenAPI)
	require.NoError(t, err)
	built, err := model.BuildV3Model()
	require.NoError(t, err)
	create := built.Model.Components.Schemas.GetOrZero("AccountCreate").Schema()
	schemas := schema_validation.NewSchemaValidator()
	s := newStack(t)
	for i := range all {
		d := &all[i]
		t.Run(d.Type, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join(examplesFolder, d.Type+".json"))
			require.NoError(t, err)
			var sent struct {
				Type, Name string
				Properties json.RawMessage
			}
			require.NoError(t, json.Unmarshal(body, &sent))
			require.Equal(t, d.Type, sent.Type)

			var plain any
			require.NoError(t, json.Unmarshal(body, &plain))
			valid, problems := schemas.ValidateSchemaObject(create, plain)
			require.True(t, valid, "%v", problems)
			require.NoError(t, compile(t, d.Schema()).Validate(value(t, sent.Properties)))

			s.provide(t, d.Fields(), parse(t, string(sent.Properties)))
			status, answer := s.send(t, http.MethodPost, accountsPath, string(body))
			require.Equal(t, http.StatusCreated, status, "%s", answer)
			var made struct {
				ID, Name   string
				Properties json.RawMessage
				Secrets    map[string]json.RawMessage
			}
			require.NoError(t, json.Unmarshal(answer, &made))
			require.Equal(t, sent.Name, made.Name)
			one := accountsPath + "/" + made.ID
			status, read := s.send(t, http.MethodGet, one, "")
			require.Equal(t, http.StatusOK, status)
			whole := parse(t, string(sent.Properties))
			for _, pointer := range d.SecretPointers() {
				if text, ok := whole.get(pointer).(string); ok {
					require.Contains(t, made.Secrets, pointer)
					require.NotContains(t, string(read), strings.Trim(string(jsonOf(t, text)), `"`), pointer)
				}
			}
			require.NoError(t, compile(t, d.SchemaFor(integrations.SchemaRead)).Validate(value(t, made.Properties)))
			status, _ = s.send(t, http.MethodDelete, one, "")
			require.Equal(t, http.StatusNoContent, status)
			status, _ = s.send(t, http.MethodGet, one, "")
			require.Equal(t, http.StatusNotFound, status)
		})
	}
}

// provide makes the users and teams whose ids a document holds.
func (s *stack) provide(t *testing.T, fields []integrations.Field, doc document) {
	t.Helper()
	center, err := s.Store.ContactCenterByDomain(t.Context(), testDomain)
	require.NoError(t, err)
	for _, f := range fields {
		id, given := doc.get(f.Pointer).(string)
		switch {
		case f.Kind == integrations.FieldObject:
			s.provide(t, f.Fields, doc)
		case given && f.Reference == "team":
			team := models.Team{ContactCenterID: center.ID, ID: id, Name: f.Label, NameKey: models.NameKey(f.Label)}
			require.NoError(t, s.Store.CreateTeam(t.Context(), &team))
		case given && f.Reference == "user":
			roles := models.Strings{models.RoleAgent, models.RoleSupervisor, models.RoleAdministrator}
			user := models.User{ContactCenterID: center.ID, ID: id, Username: id, UsernameKey: models.NameKey(id), Roles: roles}
			require.NoError(t, s.Store.CreateUser(t.Context(), &user))
		}
	}
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

func compile(t *testing.T, schema json.RawMessage) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("properties.json", value(t, schema)))
	compiled, err := c.Compile("properties.json")
	require.NoError(t, err)
	return compiled
}

func value(t *testing.T, document []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	return v
}
