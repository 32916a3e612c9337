package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// object builds a mapping from names and values, in the order given. Members
// whose value is a nil node, an empty string or an empty list are left out.
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if v := value(pairs[i+1]); v != nil {
			set(n, name, v)
		}
	}
	return n
}

// value returns the node of a string, a number, a boolean, a list of strings or
// nodes, or of raw JSON; nil for what object leaves out.
func value(v any) *yaml.Node {
	switch v := v.(type) {
	case *yaml.Node:
		return v
	case string:
		if v == "" {
			return nil
		}
		return text(v)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case []string:
		nodes := make([]*yaml.Node, len(v))
		for i := range v {
			nodes[i] = text(v[i])
		}
		return value(nodes)
	case []*yaml.Node:
		if len(v) == 0 {
			return nil
		}
		return &yaml.Node{Kind: yaml.SequenceNode, Content: v}
	case json.RawMessage:
		return raw(v)
	default:
		panic(fmt.Sprintf("no node for a %T", v)) // our own mistake
	}
}

// text returns a string, which may be empty.
func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

// reference returns a Reference Object.
func reference(section, name string) *yaml.Node {
	return object("$ref", "#/components/"+section+"/"+name)
}

// set adds a member to a mapping, or puts another value in its place.
func set(n *yaml.Node, name string, v *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			n.Content[i+1] = v
			return
		}
	}
	n.Content = append(n.Content, text(name), v)
}

// get returns a member of a mapping, nil where it has none of the name.
func get(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// raw returns the node of JSON that was checked before; empty JSON has none.
func raw(b json.RawMessage) *yaml.Node {
	if len(b) == 0 {
		return nil
	}
	n, err := fromJSON(b)
	if err != nil {
		panic(err) // the decoder that made b has checked it
	}
	return n
}

// fromJSON returns the node of a JSON document, its members in their order.
func fromJSON(b []byte) (*yaml.Node, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	n, err := nextNode(dec)
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read JSON: text behind the document")
	}
	return n, nil
}

func nextNode(dec *json.Decoder) (*yaml.Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return nested(dec, t)
	case string:
		return text(t), nil
	case json.Number:
		tag := "!!int"
		if strings.ContainsAny(t.String(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: t.String()}, nil
	case bool:
		return value(t), nil
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	}
}

func nested(dec *json.Decoder, open json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	if open == '[' {
		n.Kind = yaml.SequenceNode
	}
	for dec.More() {
		child, err := nextNode(dec)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
	_, err := dec.Token() // the end
	return n, err
}

// widest is how long a list or an object may be to stand in one line.
const widest = 100

// render writes a document: two spaces of indentation, short leaves in one
// line, texts of several lines as blocks.
func render(n *yaml.Node) ([]byte, error) {
	layOut(n)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), nil
}

// layOut chooses the style of every node and returns its width in one line;
// what cannot stand in one line is wider than the widest.
func layOut(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode {
		return scalarWidth(n)
	}
	width, leaves := 2, true
	for i, child := range n.Content {
		width += layOut(child) + 2
		isName := n.Kind == yaml.MappingNode && i%2 == 0
		leaves = leaves && (isName || child.Kind == yaml.ScalarNode || short(child))
	}
	if leaves && width <= widest {
		n.Style = yaml.FlowStyle
	}
	return width
}

// short reports whether a node is a list of a few scalars, which may stand
// inside another node's line.
func short(n *yaml.Node) bool {
	if n.Kind != yaml.SequenceNode && len(n.Content) > 0 {
		return false
	}
	for _, child := range n.Content {
		if child.Kind != yaml.ScalarNode {
			return false
		}
	}
	return n.Style == yaml.FlowStyle
}

func scalarWidth(n *yaml.Node) int {
	switch {
	case strings.Contains(n.Value, "\n"):
		n.Style = yaml.LiteralStyle
		return widest + 1
	case strings.ContainsAny(n.Value, "\u0085\u2028\u2029\ufeff"): // breaks to some readers
		n.Style = yaml.DoubleQuotedStyle
	}
	return utf8.RuneCountInString(n.Value)
}
