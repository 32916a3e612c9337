package main

import (
	"slices"

	"gopkg.in/yaml.v3"

	"admin-api/integrations"
)

const (
	accountDefinition    = definitions + "api.Account"
	accountCredentials   = "AccountCredentials"
	accountOrReport      = "AccountOrReport"
	credentialsOperation = "getCredentials"
)

// form is one of the documents that an account has.
type form struct {
	// suffix ends the names of the schemas of types, union is that of all.
	suffix, union string
	// definition is the document of package api that the types share.
	definition  string
	mode        integrations.SchemaMode
	description string
}

var forms = []form{
	{"Account", "Account", "api.Account", integrations.SchemaRead, "An account as answers show it, without its secrets."},
	{"Create", "AccountCreate", "api.AccountCreate", integrations.SchemaCreate, "What a new account is made from."},
	{
		"Replace", "AccountReplace", "api.AccountReplace", integrations.SchemaReplace,
		"What takes the place of an account. A secret that is absent stays, null clears it. Members that only the server " +
			"sets may be sent back as they were read.",
	},
	{
		"Credentials", accountCredentials, "api.Account", integrations.SchemaCredentials,
		"An account with its secrets, for the contact center's runtime only.",
	},
}

// addSchemas adds every document that an operation reads or answers.
func (c *contract) addSchemas() {
	var bodies, all []*schema
	for _, path := range c.in.Paths {
		for _, op := range path {
			for _, a := range op.Responses {
				all = append(all, a.Schema)
			}
			for _, p := range op.Parameters {
				bodies = append(bodies, p.Schema)
			}
		}
	}
	for name := range c.referred(append(all, bodies...)...) {
		n, err := c.definition(name)
		if err != nil {
			c.errs = append(c.errs, err)
			continue
		}
		if slices.ContainsFunc(bodies, func(s *schema) bool { return s != nil && s.Ref == definitions+name }) {
			set(n, "additionalProperties", value(false))
		}
		c.schemas[schemaName(name)] = n
	}
	c.completeProblem()
	c.completeSCIM()
	c.bound()
	shared := c.sharedMembers()
	for _, f := range forms {
		c.addForm(f, shared)
	}
	c.schemas[accountOrReport] = object(
		"description", "The account or, with validateOnly, the verdict.",
		"oneOf", []*yaml.Node{reference("schemas", "Account"), reference("schemas", "Report")},
	)
	c.addExample()
	c.addDrafts()
	for _, n := range c.schemas {
		sortKeywords(n)
	}
}

// addForm adds the schema of each type and their union.
func (c *contract) addForm(f form, shared map[string]*yaml.Node) {
	var variants []*yaml.Node
	mapping := object()
	for i := range c.kinds {
		k := &c.kinds[i]
		name := pascal(k.key) + f.suffix
		if _, taken := c.schemas[name]; taken {
			c.fail("two schemas are named %s", name)
		}
		c.schemas[name] = c.account(f, k, shared)
		variants = append(variants, reference("schemas", name))
		set(mapping, k.key, text("#/components/schemas/"+name))
	}
	c.schemas[f.union] = object(
		"description", f.description, "oneOf", variants,
		"discriminator", object("propertyName", "type", "mapping", mapping),
	)
}

// account returns the closed schema of a document of one type.
func (c *contract) account(f form, k *kind, shared map[string]*yaml.Node) *yaml.Node {
	d := c.documents[f.definition]
	members := object()
	for _, name := range d.members {
		set(members, name, c.member(f, k, name, shared))
	}
	required := slices.Clone(d.required)
	if f.mode == integrations.SchemaReplace {
		for _, name := range c.documents["api.Account"].members {
			if get(members, name) == nil {
				set(members, name, readOnly(c.member(f, k, name, shared)))
			}
		}
		required = slices.Insert(required, 0, "type") // it tells which schema applies
	}
	n := object(
		"title", k.label, "type", "object", "additionalProperties", false,
		"required", required, "properties", members,
	)
	if f.mode == integrations.SchemaCreate {
		set(n, "examples", value([]*yaml.Node{
			object("type", k.key, "name", k.label, "properties", k.example),
		}))
	}
	return n
}

func (c *contract) member(f form, k *kind, name string, shared map[string]*yaml.Node) *yaml.Node {
	switch name {
	case "type":
		return object("type", "string", "const", k.key)
	case "family":
		return object("type", "string", "const", k.family)
	case "properties":
		return k.schema(f.mode)
	default:
		return clone(shared[name])
	}
}

// sharedMembers returns the schemas of the members that all types share. What
// takes more than a line becomes a component.
func (c *contract) sharedMembers() map[string]*yaml.Node {
	shared := map[string]*yaml.Node{}
	properties := get(c.schemas["Account"], "properties")
	for i := 0; i+1 < len(properties.Content); i += 2 {
		name, n := properties.Content[i].Value, clone(properties.Content[i+1])
		if get(n, "additionalProperties") != nil || get(n, "items") != nil {
			component := "Account" + pascal(name)
			c.schemas[component] = n
			n = reference("schemas", component)
		}
		shared[name] = without(n, "examples") // once is enough
	}
	delete(c.schemas, "AccountProperties") // each type has its own
	c.schemas["AccountPatch"] = nullable(c.schemas["AccountPatch"])
	return shared
}

// bound adds the limits that the service sets to what all types share.
func (c *contract) bound() {
	for _, name := range []string{"Account", "AccountPatch", "AccountDraft"} {
		members := get(c.schemas[name], "properties")
		if members == nil {
			c.fail("%s has no members", name)
			continue
		}
		set(get(members, "name"), "minLength", value(1))
		set(get(members, "name"), "maxLength", value(255))
		set(get(members, "description"), "maxLength", value(1024))
		labels := get(members, "labels")
		set(labels, "maxProperties", value(64))
		set(labels, "propertyNames", object("pattern", `^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$`))
		set(get(labels, "additionalProperties"), "maxLength", value(256))
	}
}

// nullable lets a merge patch remove what may be absent.
func nullable(patch *yaml.Node) *yaml.Node {
	members := get(patch, "properties")
	for _, name := range []string{"description", "labels", "enabled", "default"} {
		m := get(members, name)
		set(m, "type", value([]string{get(m, "type").Value, "null"}))
	}
	values := get(get(members, "labels"), "additionalProperties")
	set(values, "type", value([]string{"string", "null"}))
	return patch
}

// without removes a member of a mapping.
func without(n *yaml.Node, name string) *yaml.Node {
	out := object()
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != name {
			set(out, n.Content[i].Value, n.Content[i+1])
		}
	}
	n.Content = out.Content
	return n
}

func readOnly(n *yaml.Node) *yaml.Node {
	set(n, "readOnly", value(true))
	return n
}

// clone copies a node, because its style depends on where it stands.
func clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	out := *n
	out.Content = make([]*yaml.Node, len(n.Content))
	for i := range n.Content {
		out.Content[i] = clone(n.Content[i])
	}
	return &out
}

// draftSuffix ends the names of the examples of new accounts.
const draftSuffix = "Draft"

// addDrafts adds a new account of each type, for the operations that read one.
func (c *contract) addDrafts() {
	for i := range c.kinds {
		k := &c.kinds[i]
		c.examples[pascal(k.key)+draftSuffix] = object(
			"summary", k.label, "value", object("type", k.key, "name", k.label, "properties", k.example),
		)
	}
}

// drafts refers to the examples of an operation that reads a new account; where
// it probes that, to those of the types that can be probed.
func (c *contract) drafts(p *parameter) *yaml.Node {
	probes := p.Schema.Ref == definitions+"api.TestInput"
	reads := p.Schema.Ref == definitions+"api.AccountCreate" || p.Schema.Ref == definitions+"api.AccountDraft"
	if !p.Required || !reads && !probes {
		return nil
	}
	n := object()
	for i := range c.kinds {
		if k := &c.kinds[i]; k.probed || reads {
			set(n, k.key, reference("examples", pascal(k.key)+draftSuffix))
		}
	}
	return n
}

// addExample adds an account as answers show it.
func (c *contract) addExample() {
	i := max(0, slices.IndexFunc(c.kinds, func(k kind) bool { return k.key == "zendesk" }))
	if i >= len(c.kinds) {
		return
	}
	k := &c.kinds[i]
	const at, by = "2026-03-01T12:30:00.000Z", "0198c0de-6a11-7c02-9b33-0a1b2c3d4e5f"
	secrets := object()
	for _, pointer := range k.secrets {
		set(secrets, pointer, object("set", true, "version", 2, "fingerprint", "9f3ac210", "updatedAt", at, "updatedBy", by))
	}
	c.shown = pascal(k.key)
	c.examples[c.shown] = object("summary", k.label, "value", object(
		"id", "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", "type", k.key, "family", k.family, "name", "Support EU",
		"description", text(""), "labels", object("env", "prod"), "enabled", true, "default", false,
		"properties", k.shown, "secrets", secrets, "health", object("status", "ok", "code", "ok", "checkedAt", at),
		"etag", "7-3", "version", 7, "createdAt", at, "createdBy", by, "updatedAt", at, "updatedBy", by,
	))
}
