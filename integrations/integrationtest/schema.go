package integrationtest

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/pb33f/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"admin-api/integrations"
)

// sayable are codes of violations that a schema can find too. Codes of tags are
// left to the type: its normal form may make good what a schema refuses.
var sayable = []string{"required", "type", "unknown_member", "enum", "min", "max", "pattern", "https_url", "email"}

func (s *suite) schema(t *testing.T) {
	create := compile(t, s.def.Schema())
	replace := compile(t, s.def.SchemaFor(integrations.SchemaReplace))
	read := compile(t, s.def.SchemaFor(integrations.SchemaRead))
	credentials := compile(t, s.def.SchemaFor(integrations.SchemaCredentials))
	for _, document := range []string{s.fixture.Valid, s.def.Example} {
		p := s.mustDecode(t, document)
		full, err := s.def.EncodeWithSecrets(p)
		require.NoError(t, err)
		shown, err := s.def.Encode(p)
		require.NoError(t, err)
		require.NoError(t, create.Validate(value(t, full)), "what is stored, as a create")
		require.NoError(t, replace.Validate(value(t, shown)), "a read document, as a replace")
		require.NoError(t, read.Validate(value(t, shown)), "a read document")
		require.NoError(t, credentials.Validate(value(t, full)), "credentials")
		if len(s.def.Secrets(p)) > 0 {
			require.Error(t, read.Validate(value(t, full)), "a read document must not hold secrets")
		}
	}
	for _, tt := range s.fixture.Invalid {
		if slices.Contains(sayable, tt.Code) {
			document := tt.document(t, s.fixture.Valid)
			require.Error(t, create.Validate(value(t, []byte(document))), "the schema accepts %q", tt.Name)
		}
	}
	for _, name := range s.fixture.Required {
		document, _ := with(t, s.fixture.Valid, pointerTo(name), nil)
		require.Error(t, create.Validate(value(t, []byte(document))), "the schema does not require %s", name)
	}
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
