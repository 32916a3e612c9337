package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const definitions = "#/definitions/"

// schemaName is the name in the contract of a definition of swag's.
func schemaName(definition string) string {
	_, name, _ := strings.Cut(definition, ".")
	return name
}

// convert returns the schema in OpenAPI 3.1: JSON Schema 2020-12.
func convert(s *schema) *yaml.Node {
	if len(s.AllOf) == 1 { // swag's way to describe a reference
		n := convert(s.AllOf[0])
		set(n, "description", text(sentence(s.Description)))
		return n
	}
	if name, ok := strings.CutPrefix(s.Ref, definitions); ok {
		return reference("schemas", schemaName(name))
	}
	n := object(
		"type", typeOf(s), "format", s.Format, "description", sentence(s.Description), "enum", enumOf(s),
		"default", s.Default, "minimum", s.Minimum, "maximum", s.Maximum,
		"minLength", s.MinLength, "maxLength", s.MaxLength,
	)
	if s.Items != nil {
		set(n, "items", convert(s.Items))
	}
	switch more := s.AdditionalProperties; {
	case more != nil && more.Type+more.Ref != "":
		set(n, "additionalProperties", convert(more))
	case s.Type == "object" && s.Properties == nil: // anything
		set(n, "additionalProperties", value(true))
	}
	if len(s.Example) > 0 && string(s.Example) != `""` {
		set(n, "examples", value([]*yaml.Node{raw(s.Example)}))
	}
	return n
}

func typeOf(s *schema) *yaml.Node {
	if s.Nullable {
		return value([]string{s.Type, "null"})
	}
	return value(s.Type)
}

func enumOf(s *schema) []*yaml.Node {
	var nodes []*yaml.Node
	for _, one := range s.Enum {
		nodes = append(nodes, raw(one))
	}
	if s.Nullable && nodes != nil {
		nodes = append(nodes, raw(json.RawMessage("null")))
	}
	return nodes
}

// sentence joins the lines of a comment; empty lines stay.
func sentence(comment string) string {
	paragraphs := strings.Split(comment, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.Join(strings.Fields(p), " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// definition returns the schema of one of swag's definitions, with the members
// in the order of their declaration.
func (c *contract) definition(name string) (*yaml.Node, error) {
	s := c.in.Definitions[name]
	if s == nil {
		return nil, fmt.Errorf("the annotations name %s, which swag did not find", name)
	}
	if s.Properties == nil {
		return convert(s), nil
	}
	d, known := c.documents[name]
	if !known {
		return nil, fmt.Errorf("%s is in the annotations but not among the documents of this command", name)
	}
	members := &yaml.Node{Kind: yaml.MappingNode}
	for _, member := range d.members {
		if p := s.Properties[member]; p != nil {
			set(members, member, convert(p))
		}
	}
	if missing := len(s.Properties) - len(members.Content)/2; missing != 0 {
		return nil, fmt.Errorf("%s: swag knows %d members that Go's type does not", name, missing)
	}
	return object("type", "object", "description", sentence(s.Description),
		"required", slices.Clone(d.required), "properties", members), nil
}

// referred returns the definitions that a list of schemas leads to.
func (c *contract) referred(list ...*schema) map[string]bool {
	found := map[string]bool{}
	for len(list) > 0 {
		s := list[len(list)-1]
		list = list[:len(list)-1]
		if s == nil {
			continue
		}
		if name, ok := strings.CutPrefix(s.Ref, definitions); ok && !found[name] {
			found[name] = true
			list = append(list, c.in.Definitions[name])
		}
		list = append(list, s.Items, s.AdditionalProperties)
		list = append(list, s.AllOf...)
		list = slices.AppendSeq(list, maps.Values(s.Properties))
	}
	return found
}

// keywords in the order in which people read them; others follow as they came.
var keywords = []string{
	"$ref", "title", "description", "type", "const", "enum", "format", "readOnly", "writeOnly", "default",
	"minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "items",
	"maxProperties", "propertyNames", "required", "additionalProperties", "properties", "if", "then", "else",
}

// sortKeywords puts the keywords of a schema, and of those inside it, in order.
func sortKeywords(schema *yaml.Node) {
	if schema.Kind != yaml.MappingNode { // true or false
		return
	}
	ordered := object()
	for _, name := range keywords {
		if v := get(schema, name); v != nil {
			set(ordered, name, v)
		}
	}
	for i := 0; i+1 < len(schema.Content); i += 2 {
		name, v := schema.Content[i].Value, schema.Content[i+1]
		for _, inner := range inside(name, v) {
			sortKeywords(inner)
		}
		if name == "allOf" {
			dropRepeated(v)
		}
		set(ordered, name, v)
	}
	schema.Content = ordered.Content
	if only := get(schema, "allOf"); only != nil && len(schema.Content) == 2 && len(only.Content) == 1 {
		schema.Content = only.Content[0].Content
	}
}

// dropRepeated removes the elements of a list that stand in it already.
func dropRepeated(list *yaml.Node) {
	seen := map[string]bool{}
	list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool {
		k := key(n)
		defer func() { seen[k] = true }()
		return seen[k]
	})
}

// inside returns the schemas in the value of a keyword.
func inside(keyword string, v *yaml.Node) []*yaml.Node {
	switch keyword {
	case "items", "additionalProperties", "propertyNames", "if", "then", "else", "not":
		return []*yaml.Node{v}
	case "allOf", "anyOf", "oneOf":
		return v.Content
	case "properties":
		var list []*yaml.Node
		for i := 1; i < len(v.Content); i += 2 {
			list = append(list, v.Content[i])
		}
		return list
	default:
		return nil
	}
}
