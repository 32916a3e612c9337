package integrations

import (
	"encoding/json"
	"reflect"
	"slices"

	"admin-api/validation"
)

// SchemaMode says for which document a schema is.
type SchemaMode int

// The modes.
const (
	// SchemaCreate: what a create sends; secrets are required where they are.
	SchemaCreate SchemaMode = iota
	// SchemaReplace: what a replace sends; a secret may be left out to keep the
	// stored one, or be null to clear it.
	SchemaReplace
	// SchemaRead: what an answer shows; no secrets.
	SchemaRead
	// SchemaCredentials: what the runtime gets; with secrets.
	SchemaCredentials
)

// Schema returns the JSON Schema (2020-12) of the properties for a create. See
// SchemaFor.
func (d *Definition) Schema() json.RawMessage {
	schema := d.build(SchemaCreate)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	return mustMarshal(schema)
}

// SchemaFor returns the JSON Schema (2020-12) of the properties in one kind of
// document, without $schema. It is closed. A document that fits it breaks no
// tag, apart from what a schema cannot say: masks, control characters, the
// insides of certificates. The server takes more than fits: text with white
// space around it, forms that it normalizes, "" for what is unset.
func (d *Definition) SchemaFor(mode SchemaMode) json.RawMessage {
	return mustMarshal(d.build(mode))
}

func (d *Definition) build(mode SchemaMode) fragment {
	s, v := specFor(d.New())
	return schemaBuilder{mode}.object(s.root, v)
}

func mustMarshal(schema fragment) json.RawMessage {
	text, err := json.Marshal(schema)
	if err != nil {
		panic("integrations: " + err.Error()) // nothing in a schema can fail to encode
	}
	return text
}

// fragment is a part of a schema.
type fragment = map[string]any

type schemaBuilder struct{ mode SchemaMode }

// writes reports whether the document is one that is sent to the server.
func (b schemaBuilder) writes() bool { return b.mode == SchemaCreate || b.mode == SchemaReplace }

// has reports whether the property is part of such documents at all.
func (b schemaBuilder) has(p *property) bool { return p.kind != kindSecret || b.mode != SchemaRead }

func (b schemaBuilder) object(o *object, defaults reflect.Value) fragment {
	properties, needed := fragment{}, []string{}
	for i := range o.properties {
		p := &o.properties[i]
		if !b.has(p) {
			continue
		}
		initial := defaults.Field(p.index)
		properties[p.name] = b.property(p, initial)
		if b.demands(p, initial) {
			needed = append(needed, p.name)
		}
	}
	schema := fragment{"type": "object", "properties": properties, "additionalProperties": false}
	if len(needed) > 0 {
		schema["required"] = needed
	}
	if rules := b.conditional(o, defaults); len(rules) > 0 {
		schema["allOf"] = rules
	}
	return schema
}

// demands reports whether the member must be there whatever the others are.
func (b schemaBuilder) demands(p *property, initial reflect.Value) bool {
	if p.when != nil {
		return false
	}
	if b.writes() {
		return b.mandatory(p, initial) && (p.kind != kindSecret || b.mode == SchemaCreate)
	}
	switch p.kind {
	case kindBoolean:
		return true
	case kindInteger, kindObject:
		return !p.nilable
	}
	return p.required()
}

// ruleRequired is the rule that something must be given.
var ruleRequired = validation.Tag{Name: "required"}

func (p *property) required() bool {
	return slices.Contains(beforeDive(p.rules), ruleRequired)
}

// mandatory reports whether an account cannot do without the property: neither
// does it have a default nor may it be unset.
func (b schemaBuilder) mandatory(p *property, initial reflect.Value) bool {
	if p.when != nil {
		return false
	}
	if p.kind == kindObject && !p.nilable {
		for i := range p.fields.properties {
			inner := &p.fields.properties[i]
			if b.has(inner) && b.demands(inner, initial.Field(inner.index)) {
				return true
			}
		}
	}
	return p.required() && initial.IsZero()
}

func (b schemaBuilder) property(p *property, initial reflect.Value) fragment {
	schema := b.typed(p, initial)
	if b.writes() && !b.mandatory(p, initial) {
		allowNull(schema)
	}
	schema["title"] = p.label
	if p.help != "" {
		schema["description"] = p.help
	}
	if p.example != "" && p.kind == kindText {
		schema["examples"] = []string{p.example}
	}
	if value := defaultOf(p, initial); b.writes() && value != nil {
		schema["default"] = value
	}
	if b.writes() && p.kind == kindSecret {
		schema["writeOnly"] = true
	}
	return schema
}

func allowNull(schema fragment) {
	schema["type"] = []any{schema["type"], "null"}
	if values, ok := schema["enum"].([]any); ok {
		schema["enum"] = append(values, nil)
	}
}

func (b schemaBuilder) typed(p *property, initial reflect.Value) fragment {
	switch p.kind {
	case kindBoolean:
		return fragment{"type": "boolean"}
	case kindInteger:
		return p.integerSchema()
	case kindTexts:
		return p.listSchema(p.elementSchema())
	case kindMap:
		return p.mapSchema()
	case kindObject:
		if p.nilable {
			initial = reflect.Zero(p.fields.typ)
		}
		return b.object(p.fields, initial)
	case kindObjectList:
		return p.listSchema(b.object(p.fields, reflect.Zero(p.fields.typ)))
	}
	schema := p.textSchema(p.rules)
	if p.kind == kindSecret {
		schema["format"] = "password"
	}
	switch {
	case p.kind == kindSecret:
		tighten(schema, fragment{"minLength": 1}) // "" is unset
	case p.required():
		needText(schema, schema)
	}
	return schema
}
