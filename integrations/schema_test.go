package integrations

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"admin-api/strict"
	"admin-api/validation"
)

func compile(t testing.TB, schema json.RawMessage) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("properties.json", parsed(t, string(schema))))
	compiled, err := c.Compile("properties.json")
	require.NoError(t, err)
	return compiled
}

func parsed(t testing.TB, document string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(document)))
	require.NoError(t, err)
	return value
}

// dynamic is a type of properties that is made at run time.
type dynamic struct{ spec *spec }

func makeDynamic(t *testing.T, fields ...reflect.StructField) dynamic {
	t.Helper()
	d := dynamic{specOf(reflect.StructOf(fields))}
	require.Empty(t, d.spec.problems)
	return d
}

// decode judges a document by its tags and encodes what comes of it.
func (d dynamic) decode(t *testing.T, document string) (encoded string, c *validation.Context) {
	t.Helper()
	members, order, err := strict.Object([]byte(document))
	require.NoError(t, err)
	c = new(validation.Context)
	v := reflect.New(d.spec.root.typ).Elem()
	r := decoder{c: c, sent: map[string]bool{}, silent: map[string]bool{}}
	r.object("", &source{members, order}, d.spec.root, v)
	j := judge{c: c, sent: r.sent, silent: r.silent}
	j.all(d.spec, v, reflect.Zero(d.spec.root.typ))
	var e encoder
	e.object("", d.spec.root, v)
	return string(e.buf), c
}

func (d dynamic) schema(t *testing.T, mode SchemaMode) *jsonschema.Schema {
	t.Helper()
	return compile(t, mustMarshal(schemaBuilder{mode}.object(d.spec.root, reflect.Zero(d.spec.root.typ))))
}

// TestTextRulesAgree: what a rule refuses the schema refuses, and the other way
// round, apart from what only one of them can say.
func TestTextRulesAgree(t *testing.T) {
	texts := []string{
		"3", "333", "3333", "33", "a3b", "3a", "a3", "abc", "ABC", "é", "üüü", "-1", "+1.5", "a b", "https://a.example", "http://a",
		"https://a.example/x?y#z", "https://u@a.example", "ann@a.example", "192.0.2.1", "::1", "2001:db8::1", "192.0.2.0/24", "300.1.1.1",
		"0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60", "us-east-1", "Europe/Berlin", "en-US", "+14155550100", "a.example", "a_b", "~", `\`, "[", "{}",
	}
	// Beyond regular expressions, or the schema's business to be lenient.
	lenient := []string{"timezone", "bcp47_language_tag", "lowercase", "pem_certificate", "ipv4", "ipv6", "ip", "cidr", "host", "e164"}
	withParam := []string{"min", "max", "len", "gte", "lte", "oneof", "startswith", "endswith", "contains", "excludes"}
	for _, tag := range validation.Tags() {
		if validation.SchemaFragment(tag, "3") == nil {
			continue
		}
		t.Run(tag, func(t *testing.T) {
			rule := tag
			if slices.Contains(withParam, tag) {
				rule += "=3"
			}
			d := makeDynamic(t, reflect.StructField{
				Name: "X", Type: reflect.TypeFor[string](), Tag: reflect.StructTag(fmt.Sprintf(`json:"x" validate:%q label:"X"`, rule)),
			})
			schema := d.schema(t, SchemaCreate)
			for _, value := range texts {
				document, err := json.Marshal(map[string]string{"x": value})
				require.NoError(t, err)
				_, c := d.decode(t, string(document))
				accepted, fits := c.Err() == nil, schema.Validate(parsed(t, string(document))) == nil
				if slices.Contains(lenient, tag) {
					require.True(t, fits || !accepted, "the schema of %s is stricter on %q", tag, value)
				} else {
					require.Equal(t, accepted, fits, "%s and its schema on %q", tag, value)
				}
			}
		})
	}
}

// presenceProperties have one property for each rule about others.
type presenceProperties struct {
	Mode   string      `json:"mode" label:"Mode" enum:"x,y"`
	On     bool        `json:"on" label:"On"`
	A      string      `json:"a" label:"A"`
	B      *int        `json:"b" label:"B"`
	Target string      `json:"target" label:"Target"`
	Inner  *sampleFeed `json:"inner" label:"Inner"`
}

// TestPresenceRulesAgree goes through all small documents for each rule.
func TestPresenceRulesAgree(t *testing.T) {
	rules := []string{
		"required", "required_if=Mode x", "required_if=Mode x On true", "required_if=On false", "required_unless=Mode x",
		"required_unless=Mode x On true", "required_with=A", "required_with=A B", "required_with_all=A B", "required_without=A",
		"required_without_all=A B", "excluded_if=Mode x", "excluded_unless=Mode x", "excluded_with=A", "excluded_with=A B",
		"excluded_with_all=A B", "excluded_without=A", "excluded_without_all=A B",
	}
	parts := [][]string{
		{``, `"mode":"x",`, `"mode":"y",`, `"mode":null,`},
		{``, `"on":true,`, `"on":false,`},
		{``, `"a":"v",`, `"a":null,`},
		{``, `"b":0,`},
		{``, `"target":"v",`, `"target":null,`},
	}
	for _, rule := range rules {
		for _, when := range []string{"", "mode=x", "on=false"} {
			t.Run(rule+" "+when, func(t *testing.T) {
				d := withRule(t, rule, when)
				create, read := d.schema(t, SchemaCreate), d.schema(t, SchemaRead)
				each(parts, "", func(members string) {
					document := "{" + strings.TrimSuffix(members, ",") + "}"
					encoded, c := d.decode(t, document)
					require.Equal(t, c.Err() == nil, create.Validate(parsed(t, document)) == nil, "%s: %v", document, c.Err())
					if c.Err() == nil {
						require.NoError(t, read.Validate(parsed(t, encoded)), encoded)
					}
				})
			})
		}
	}
}

func each(parts [][]string, prefix string, visit func(string)) {
	if len(parts) == 0 {
		visit(prefix)
		return
	}
	for _, part := range parts[0] {
		each(parts[1:], prefix+part, visit)
	}
}

// withRule makes a type whose target carries a rule and a condition.
func withRule(t *testing.T, rule, when string) dynamic {
	t.Helper()
	base := reflect.TypeFor[presenceProperties]()
	var fields []reflect.StructField
	for field := range base.Fields() {
		if field.Name == "Target" {
			field.Tag += reflect.StructTag(fmt.Sprintf(` validate:%q`, rule))
			if when != "" {
				field.Tag += reflect.StructTag(fmt.Sprintf(` when:%q`, when))
			}
		}
		field.Offset, field.Index = 0, nil
		fields = append(fields, field)
	}
	return makeDynamic(t, fields...)
}
