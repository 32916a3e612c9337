package main

import (
	"encoding/json"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"

	"admin-api/integrations"
	"admin-api/validation"
)

// kind is one type of account, as far as the contract tells about it.
type kind struct {
	key, family, label string
	// properties are the schemas of the properties, by mode.
	properties [4]json.RawMessage
	// order is that of the members, by pointer to the object that has them.
	order map[string][]string
	// example holds valid properties with secrets, shown the same without.
	example, shown json.RawMessage
	// secrets are the pointers of the secrets in the example.
	secrets []string
	// probed: accounts of the type can be tested.
	probed bool
}

// kinds describes every type of the catalogue.
func kinds(catalog integrations.Catalog) ([]kind, error) {
	out := make([]kind, len(catalog))
	for i := range catalog {
		d := &catalog[i]
		k := kind{
			key: d.Type, family: string(d.Family), label: d.Label, example: json.RawMessage(d.Example),
			order: map[string][]string{}, probed: d.NoProbe == "",
		}
		for _, mode := range []integrations.SchemaMode{
			integrations.SchemaCreate, integrations.SchemaReplace, integrations.SchemaRead, integrations.SchemaCredentials,
		} {
			k.properties[mode] = d.SchemaFor(mode)
		}
		k.arrange("", d.Fields())
		if err := k.show(d); err != nil {
			return nil, err
		}
		out[i] = k
	}
	return out, nil
}

// arrange notes the order of the members that the fields describe.
func (k *kind) arrange(at string, fields []integrations.Field) {
	for _, f := range fields {
		k.order[at] = append(k.order[at], f.Name)
		k.arrange(at+"/"+f.Name, f.Fields)
	}
}

// show derives from the example what an answer shows.
func (k *kind) show(d *integrations.Definition) error {
	// The time makes no difference: the example is shown, not judged.
	c := &validation.Context{Now: time.Unix(0, 0), Domain: "mycompany.example"}
	p := d.Decode(k.example, nil, c)
	if p == nil {
		return fmt.Errorf("example of %s: %w", d.Type, c.Err())
	}
	var err error
	if k.shown, err = d.Encode(p); err != nil {
		return fmt.Errorf("example of %s: %w", d.Type, err)
	}
	k.secrets = sortedKeys(d.Secrets(p))
	return nil
}

// schema returns the schema of the properties in the documents of a mode.
func (k *kind) schema(mode integrations.SchemaMode) *yaml.Node {
	n := raw(k.properties[mode])
	k.arrangeMembers("", n)
	return n
}

// arrangeMembers puts the members that a schema describes into the order of
// their declaration.
func (k *kind) arrangeMembers(at string, schema *yaml.Node) {
	if items := get(schema, "items"); items != nil {
		k.arrangeMembers(at, items)
	}
	members := get(schema, "properties")
	if members == nil {
		return
	}
	ordered := object()
	for _, name := range k.order[at] {
		if member := get(members, name); member != nil {
			k.arrangeMembers(at+"/"+name, member)
			set(ordered, name, member)
		}
	}
	members.Content = ordered.Content
}
