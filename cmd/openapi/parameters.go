package main

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// labelParameter is how the annotations name the filters by label: KEY stands
// for any.
const labelParameter = "label.KEY"

func (c *contract) parameterNodes(op *operation) []*yaml.Node {
	var nodes []*yaml.Node
	for i := range op.Parameters {
		p := &op.Parameters[i]
		switch {
		case p.In == "body":
		case p.Name == labelParameter:
			nodes = append(nodes, labels(p))
		default:
			nodes = append(nodes, c.parameter(p))
		}
	}
	return nodes
}

func (c *contract) parameter(p *parameter) *yaml.Node {
	s := p.schema
	s.Description = ""
	n := object("name", p.Name, "in", p.In, "description", sentence(p.Description))
	if p.Required {
		set(n, "required", value(true))
	}
	described := convert(&s)
	if items := get(described, "items"); items != nil && get(items, "enum") == nil {
		c.name(p.Name, items)
	}
	set(n, "schema", described)
	return n
}

// name adds the words of the catalogue to the filters that take them.
func (c *contract) name(filter string, items *yaml.Node) {
	var words []string
	for _, k := range c.kinds {
		switch {
		case filter == "type":
			words = append(words, k.key)
		case filter == "family" && (len(words) == 0 || words[len(words)-1] != k.family):
			words = append(words, k.family)
		}
	}
	if words != nil {
		set(items, "enum", value(words))
	}
}

// labels describes the parameters label.KEY: the members of one object, each of
// which is a parameter of its own (style form, exploded), and whose names have
// the prefix.
func labels(p *parameter) *yaml.Node {
	s := p.schema
	s.Description = ""
	return object(
		"name", "labels", "in", "query",
		"description", sentence(p.Description)+", as a parameter of its own for each KEY: label.env=prod. "+
			"In this description the parameters are the members of one object, label. being part of their names.",
		"style", "form", "explode", true,
		"schema", object(
			"type", "object", "propertyNames", object("pattern", `^label\..`),
			"additionalProperties", convert(&s),
			"examples", []*yaml.Node{object("label.env", "prod")},
		),
	)
}

// shareParameters makes components of the parameters that stand in several
// operations.
func (c *contract) shareParameters() {
	uses := map[string]int{}
	c.eachParameter(func(n *yaml.Node) *yaml.Node {
		uses[key(n)]++
		return n
	})
	// Of parameters that share a name but not a description, the most used has
	// the name.
	best := map[string]string{}
	c.eachParameter(func(n *yaml.Node) *yaml.Node {
		name, k := c.componentName(n), key(n)
		if current, taken := best[name]; !taken || uses[k] > uses[current] {
			best[name] = k
		}
		return n
	})
	c.eachParameter(func(n *yaml.Node) *yaml.Node {
		name, k := c.componentName(n), key(n)
		if best[name] != k || uses[k] < 2 {
			return n
		}
		c.parameters[name] = n
		return reference("parameters", name)
	})
}

// eachParameter replaces every parameter by what change makes of it, in a fixed
// order.
func (c *contract) eachParameter(change func(*yaml.Node) *yaml.Node) {
	for _, path := range sortedKeys(c.paths) {
		for _, method := range sortedKeys(c.paths[path]) {
			list := get(c.paths[path][method], "parameters")
			if list == nil {
				continue
			}
			for i := range list.Content {
				list.Content[i] = change(list.Content[i])
			}
		}
	}
}

// key tells parameters apart by everything that they say.
func key(n *yaml.Node) string {
	var b strings.Builder
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		b.WriteString(n.Tag + "\x00" + n.Value + "\x00")
		for _, child := range n.Content {
			walk(child)
		}
		b.WriteString("\x01")
	}
	walk(n)
	return b.String()
}

// componentName is the name of a shared parameter: "IfMatch", "AccountID".
func (c *contract) componentName(n *yaml.Node) string {
	name := get(n, "name").Value
	if name == "id" {
		return "AccountID"
	}
	component := pascal(name)
	if c.schemas[component] != nil { // generators give both one name
		component += "Parameter"
	}
	return component
}

// pascal writes a key in PascalCase: "aws_s3" is "AwsS3".
func pascal(key string) string {
	var b strings.Builder
	for _, part := range strings.FieldsFunc(key, func(r rune) bool { return r == '_' || r == '-' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
