package contracttest

import (
	"encoding/json"
	"strconv"

	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
	"gopkg.in/yaml.v3"
)

// anything is the schema of values of which nothing is said.
const anything = `
anything:
  patternProperties:
    .*: {$ref: '#/components/schemas/anything'}
  items: {$ref: '#/components/schemas/anything'}
`

// prepare rewrites a contract to mean the same in words that the strict mode
// understands. It knows members by their names only, so those that
// additionalProperties describes get a pattern that fits every name; it does not
// follow references that have something beside them; and where a condition says
// of a member only that it is an object, it takes that for all that is said.
func prepare(spec []byte) ([]byte, error) {
	var doc, more yaml.Node
	if err := yaml.Unmarshal(spec, &doc); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(anything), &more); err != nil {
		return nil, err
	}
	reword(&doc)
	if len(doc.Content) == 1 {
		if schemas := member(member(doc.Content[0], "components"), "schemas"); schemas != nil {
			schemas.Content = append(schemas.Content, more.Content[0].Content...)
		}
	}
	return yaml.Marshal(&doc)
}

func reword(n *yaml.Node) {
	for _, child := range n.Content {
		reword(child)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	if ref := member(n, "$ref"); ref != nil {
		n.Content = reference(ref.Value).Content
		return
	}
	if then := member(n, "then"); then != nil {
		openObjects(member(then, "properties"))
	}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Value != "additionalProperties" || value.Value == "false" {
			continue
		}
		if value.Kind == yaml.ScalarNode { // true
			value = reference("#/components/schemas/anything")
		}
		name.Value = "patternProperties"
		n.Content[i+1] = &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{text(".*"), value}}
	}
}

// openObjects says of members of which nothing is said but that they are objects
// that these may have any members.
func openObjects(members *yaml.Node) {
	if members == nil {
		return
	}
	for i := 1; i < len(members.Content); i += 2 {
		schema := members.Content[i]
		if kind := member(schema, "type"); kind != nil && kind.Value == "object" && len(schema.Content) == 2 {
			anything := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
				text(".*"), reference("#/components/schemas/anything"),
			}}
			schema.Content = append(schema.Content, text("patternProperties"), anything)
		}
	}
}

func reference(to string) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{text("$ref"), text(to)}}
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// member returns a member of a mapping, nil where there is none of the name.
func member(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// narrow returns the path as it is, or with the answer's schema narrowed to one
// branch where that is a union of other unions: the strict mode does not look
// into those.
func (p *template) narrow(method string, status int, body []byte) *template {
	documented := responseOf(operationOf(p.item, method), status)
	if documented == nil || documented.Content == nil {
		return p
	}
	media := documented.Content.GetOrZero("application/json")
	if media == nil || media.Schema == nil {
		return p
	}
	schema := media.Schema.Schema()
	if len(schema.OneOf) == 0 || schema.Discriminator != nil {
		return p
	}
	branch := branchFor(schema, body)
	if branch == nil {
		return p
	}
	content := orderedmap.New[string, *v3.MediaType]()
	content.Set("application/json", &v3.MediaType{Schema: branch})
	return p.answering(status, &v3.Response{Headers: documented.Headers, Content: content})
}

// branchFor returns the branch of a union that a document belongs to: the union
// by a member that it has, else what is no such union. Nil where that is not
// one.
func branchFor(schema *base.Schema, body []byte) *base.SchemaProxy {
	var document map[string]json.RawMessage
	if json.Unmarshal(body, &document) != nil {
		return nil
	}
	var plain, told []*base.SchemaProxy
	for _, branch := range schema.OneOf {
		d := branch.Schema().Discriminator
		switch {
		case d == nil:
			plain = append(plain, branch)
		case document[d.PropertyName] != nil:
			told = append(told, branch)
		}
	}
	if told != nil {
		plain = told
	}
	if len(plain) != 1 {
		return nil
	}
	return plain[0]
}

// answering returns the path with one operation, for GET, HEAD and changes
// alike, that answers one status.
func (p *template) answering(status int, r *v3.Response) *template {
	codes := orderedmap.New[string, *v3.Response]()
	codes.Set(strconv.Itoa(status), r)
	op := &v3.Operation{Responses: &v3.Responses{Codes: codes}}
	shadow := newTemplate(p.text, &v3.PathItem{Get: op, Head: op, Put: op, Post: op, Patch: op, Delete: op})
	return &shadow
}
