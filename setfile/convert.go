package setfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"

	"admin-api/strict"
)

// Bounds of what a file may say.
const (
	deepest    = 32
	shownWrong = 50
)

// number is how JSON writes one (RFC 8259 section 6). YAML knows more ways, some
// of which mean another number than people think: 0123 is 83.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// converter writes YAML as JSON. Numbers and strings stay as they are written.
type converter struct {
	out   bytes.Buffer
	lines map[string]int // by JSON Pointer
	errs  Errors
}

func (c *converter) wrong(n *yaml.Node, format string, args ...any) {
	if len(c.errs) < shownWrong {
		c.errs = append(c.errs, at(n.Line, fmt.Sprintf(format, args...)))
	}
}

// value writes a node that stands at a pointer. Aliases are written out within the
// bounds of the whole, so that few lines cannot become many.
func (c *converter) value(n *yaml.Node, pointer string, depth int) {
	if len(c.errs) >= shownWrong { // nobody reads on, and an alias may repeat what is wrong for long
		return
	}
	if c.out.Len() > Largest {
		if len(c.errs) == 0 {
			c.wrong(n, "the set is larger than %d bytes once its aliases are written out", Largest)
		}
		return
	}
	if depth > deepest {
		c.wrong(n, "more than %d levels of nesting", deepest)
		return
	}
	if _, known := c.lines[pointer]; !known {
		c.lines[pointer] = n.Line
	}
	switch n.Kind {
	case yaml.AliasNode:
		c.value(n.Alias, pointer, depth+1)
	case yaml.MappingNode:
		c.mapping(n, pointer, depth)
	case yaml.SequenceNode:
		c.out.WriteByte('[')
		for i, element := range n.Content {
			if i > 0 {
				c.out.WriteByte(',')
			}
			c.value(element, pointer+strict.Pointer(strconv.Itoa(i)), depth+1)
		}
		c.out.WriteByte(']')
	default:
		c.scalar(n)
	}
}

func (c *converter) mapping(n *yaml.Node, pointer string, depth int) {
	c.out.WriteByte('{')
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			c.wrong(n.Content[i], "a key must be text")
			continue
		case key.ShortTag() == "!!merge":
			c.wrong(n.Content[i], "merge keys (<<) are not supported; write the members out")
			continue
		case seen[key.Value]:
			c.wrong(n.Content[i], "the key %q stands more than once; keep one", key.Value)
			continue
		}
		if len(seen) > 0 {
			c.out.WriteByte(',')
		}
		seen[key.Value] = true
		c.text(key.Value)
		c.out.WriteByte(':')
		at := pointer + strict.Pointer(key.Value)
		c.lines[at] = n.Content[i].Line
		c.value(n.Content[i+1], at, depth+1)
	}
	c.out.WriteByte('}')
}

func (c *converter) scalar(n *yaml.Node) {
	switch n.ShortTag() {
	case "!!str", "!!timestamp", "!!merge": // JSON has no times; as text it stays what was written
		c.text(n.Value)
	case "!!null":
		c.out.WriteString("null")
	case "!!bool":
		var v bool
		if n.Decode(&v) != nil {
			c.wrong(n, "write true or false")
		}
		c.out.WriteString(strconv.FormatBool(v))
	case "!!int", "!!float":
		if !number.MatchString(n.Value) {
			c.wrong(n, "write the number in plain decimal digits, or the text in quotes")
		}
		c.out.WriteString(n.Value)
	default:
		c.wrong(n, "the tag %s is not supported", n.ShortTag())
	}
}

func (c *converter) text(text string) {
	b, _ := json.Marshal(text) // text always has a form
	c.out.Write(b)
}
