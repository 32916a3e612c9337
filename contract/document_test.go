package contract_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validation "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	adminapi "admin-api"
	"admin-api/contract/contracttest"
	"admin-api/handlers"
	"admin-api/integrations/catalog"
	rules "admin-api/validation"
)

func TestDocumentIsValidOpenAPI(t *testing.T) {
	doc, err := libopenapi.NewDocument(adminapi.OpenAPI)
	require.NoError(t, err)
	v, errs := validation.NewValidator(doc)
	require.Empty(t, errs)
	valid, problems := v.ValidateDocument()
	for _, p := range problems {
		t.Log(p.Message, p.Reason)
	}
	require.True(t, valid)
	require.True(t, bytes.Contains(adminapi.OpenAPI, []byte("\nopenapi: 3.1.0\n")))
}

// What is routed is documented and what is documented is routed, under the same
// scope. Only the files below /docs/ are not listed one by one.
func TestRoutesAreDocumented(t *testing.T) {
	documented := map[string]contracttest.Operation{}
	for _, op := range validator().Operations() {
		documented[op.Method+" "+op.Path] = op
	}
	for _, r := range handlers.Routes() {
		if files, all := strings.CutSuffix(r.Path, "*"); all {
			for route := range documented {
				if strings.HasPrefix(route, r.Method+" "+files) {
					delete(documented, route)
				}
			}
			continue
		}
		op, ok := documented[r.Method+" "+r.Path]
		require.True(t, ok, "%s %s is not documented", r.Method, r.Path)
		delete(documented, r.Method+" "+r.Path)
		require.Equal(t, r.Scope, op.Scope, "scope of %s %s", r.Method, r.Path)
		if r.Scope == "" || r.Scope == handlers.SignedIn {
			require.Empty(t, op.Roles, "%s %s", r.Method, r.Path)
		} else {
			require.Equal(t, []string{r.Scope}, op.Roles, "%s %s", r.Method, r.Path)
		}
	}
	require.Empty(t, documented, "documented, but not routed")
}

// Which refusals an operation has follows from whom it lets in and what it
// reads.
func TestRefusalsAreDocumented(t *testing.T) {
	for _, op := range validator().Operations() {
		var want []string
		if op.Scope != "" {
			want = append(want, "401", "403", "429", "500", "503")
		}
		if op.Scope != "" && strings.HasPrefix(op.Path, "/api/") {
			want = append(want, "400", "404")
		}
		if op.Body {
			want = append(want, "413", "415")
		}
		if op.Body && strings.HasPrefix(op.Path, "/api/") {
			want = append(want, "422")
		}
		for _, status := range want {
			require.Contains(t, op.Statuses, status, "%s %s", op.Method, op.Path)
		}
		conditional := slices.Contains(op.Statuses, "428")
		require.False(t, conditional && !slices.Contains(op.Statuses, "412"), "%s %s", op.Method, op.Path)
		changes := op.Method == "PUT" || op.Method == "PATCH" || op.Method == "DELETE"
		account := strings.HasSuffix(op.Path, "/integration-accounts/{id}") // other records may be changed unseen
		require.Equal(t, changes && account || op.ID == "rollbackAccount", conditional,
			"%s %s", op.Method, op.Path)
	}
}

// The catalogue's example of each type fits the documents of that type, and
// only where it belongs: secrets go in and never come out.
func TestExamplesFitTheirSchemas(t *testing.T) {
	doc, err := libopenapi.NewDocument(adminapi.OpenAPI)
	require.NoError(t, err)
	model, err := doc.BuildV3Model()
	require.NoError(t, err)
	schemas := schema_validation.NewSchemaValidator()
	fits := func(name string, document []byte) bool {
		schema := model.Model.Components.Schemas.GetOrZero(name)
		require.NotNil(t, schema, name)
		var v any
		require.NoError(t, json.Unmarshal(document, &v))
		valid, errs := schemas.ValidateSchemaObject(schema.Schema(), v)
		if len(errs) > 0 {
			t.Logf("%s: %v", name, errs[0].Message)
		}
		return valid
	}
	all := catalog.All()
	for i := range all {
		d := &all[i]
		t.Run(d.Type, func(t *testing.T) {
			document := []byte(`{"type":"` + d.Type + `","name":"A","properties":` + d.Example + `}`)
			require.True(t, fits("AccountCreate", document))
			require.True(t, fits("AccountReplace", document))
			read, err := d.Encode(d.Decode(json.RawMessage(d.Example), nil, new(rules.Context)))
			require.NoError(t, err)
			require.True(t, fits("AccountReplace", bytes.Replace(document, []byte(d.Example), read, 1)),
				"what was read can be sent back without the secrets")
			require.False(t, fits("AccountCreate", bytes.Replace(document, []byte(`"name"`), []byte(`"nome":"","name"`), 1)))
			require.False(t, fits("AccountCreate", bytes.Replace(document, []byte(d.Type), []byte("other"), 1)))
		})
	}
}

// TestSecretsAreWriteOnly reads the schemas of each type as they are written.
func TestSecretsAreWriteOnly(t *testing.T) {
	var doc struct {
		Components struct {
			Schemas map[string]map[string]any `yaml:"schemas"`
		} `yaml:"components"`
	}
	require.NoError(t, yaml.Unmarshal(adminapi.OpenAPI, &doc))
	all := catalog.All()
	for i := range all {
		d := &all[i]
		name := schemaName(doc.Components.Schemas, d.Type)
		for _, pointer := range d.SecretPointers() {
			for _, suffix := range []string{"Create", "Replace"} {
				secret := lookUp(doc.Components.Schemas[name+suffix], pointer)
				require.Equal(t, true, secret["writeOnly"], "%s in %s%s", pointer, name, suffix)
			}
			require.Nil(t, lookUp(doc.Components.Schemas[name+"Account"], pointer), "%s in %sAccount", pointer, name)
			shown := lookUp(doc.Components.Schemas[name+"Credentials"], pointer)
			require.NotNil(t, shown, "%s in %sCredentials", pointer, name)
			require.NotContains(t, shown, "writeOnly")
		}
		require.NotContains(t, lookUp(doc.Components.Schemas[name+"Account"], ""), "writeOnly")
	}
}

// schemaName finds the name of a type by what the union of accounts says.
func schemaName(schemas map[string]map[string]any, key string) string {
	discriminator, _ := schemas["Account"]["discriminator"].(map[string]any)
	mapping, _ := discriminator["mapping"].(map[string]any)
	ref, _ := mapping[key].(string)
	return strings.TrimSuffix(strings.TrimPrefix(ref, "#/components/schemas/"), "Account")
}

// lookUp returns the schema of a property, nil for none.
func lookUp(schema map[string]any, pointer string) map[string]any {
	for name := range strings.SplitSeq("properties"+pointer, "/") {
		properties, _ := schema["properties"].(map[string]any)
		schema, _ = properties[name].(map[string]any)
	}
	return schema
}
