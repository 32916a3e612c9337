package saml

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"
)

// attribute is one of a start tag, its value as written.
type attribute struct{ name, value []byte }

var namespaceXML = []byte("http://www.w3.org/XML/1998/namespace")

// declaration reads "<?xml ...?>". Only version 1.0 in UTF-8 is read: other
// encodings have been a way past checks that look at bytes.
func (g *guard) declaration() bool {
	g.rest = g.rest[len("<?xml"):]
	allowed := map[string][]string{
		"version": {"1.0"}, "encoding": {"utf-8"}, "standalone": {"yes", "no"},
	}
	order := []string{"version", "encoding", "standalone"}
	for g.space() {
		if bytes.HasPrefix(g.rest, []byte("?>")) {
			break
		}
		name, value, ok := g.pair()
		if !ok {
			return false
		}
		next := slices.Index(order, string(name))
		if next < 0 || len(order) == 3 && next > 0 || !anyEqualFold(allowed[string(name)], value) {
			return g.fail(CodeMalformed, "has an XML declaration other than version 1.0 in UTF-8")
		}
		order = order[next+1:]
	}
	if !bytes.HasPrefix(g.rest, []byte("?>")) || len(order) == 3 {
		return g.fail(CodeMalformed, "has an XML declaration without version or end")
	}
	g.rest = g.rest[len("?>"):]
	return true
}

func anyEqualFold(list []string, value []byte) bool {
	for _, s := range list {
		if bytes.EqualFold([]byte(s), value) {
			return true
		}
	}
	return false
}

func (g *guard) startTag() bool {
	g.rest = g.rest[1:]
	name := g.name()
	switch {
	case name == nil:
		return g.fail(CodeMalformed, "has a tag without a name that is plain ASCII")
	case len(g.open) == 0 && g.elements > 0:
		return g.outside("an element")
	case len(g.open) == g.limits.Depth:
		return g.fail(CodeTooComplex, "has elements more than %d deep in each other", g.limits.Depth)
	case g.elements == g.limits.Elements:
		return g.fail(CodeTooComplex, "has more than %d elements", g.limits.Elements)
	}
	g.elements++
	g.open = append(g.open, element{name: name, scope: len(g.scope)})
	attributes, ok := g.attributes()
	if !ok || !g.resolve(name, attributes) {
		return false
	}
	if g.take('/') {
		g.closeElement()
	}
	if !g.take('>') {
		return g.fail(CodeMalformed, "has a tag %s that does not end", name)
	}
	return true
}

// attributes reads the attributes of a tag and puts its declarations of namespaces
// in scope.
func (g *guard) attributes() ([]attribute, bool) {
	var plain []attribute
	own := len(g.scope)
	for g.space() && len(g.rest) > 0 && g.rest[0] != '/' && g.rest[0] != '>' {
		name, value, ok := g.pair()
		if !ok {
			return nil, false
		}
		prefix, local := split(name)
		switch {
		case string(name) == "xmlns":
			ok = g.bind(own, nil, value)
		case string(prefix) == "xmlns":
			ok = g.bind(own, local, value)
		case len(plain) == g.limits.Attributes:
			ok = g.fail(CodeTooComplex, "has an element with more than %d attributes", g.limits.Attributes)
		default:
			plain = append(plain, attribute{name, value})
			ok = g.identify(name, value)
		}
		if !ok {
			return nil, false
		}
	}
	return plain, true
}

// pair reads NAME="VALUE".
func (g *guard) pair() (name, value []byte, ok bool) {
	name = g.name()
	if name == nil {
		return nil, nil, g.fail(CodeMalformed, "has an attribute without a name that is plain ASCII")
	}
	g.space()
	if !g.take('=') {
		return nil, nil, g.fail(CodeMalformed, "has an attribute %s without a value", name)
	}
	g.space()
	if len(g.rest) == 0 || g.rest[0] != '"' && g.rest[0] != '\'' {
		return nil, nil, g.fail(CodeMalformed, "has an attribute %s without quotes", name)
	}
	quote := g.rest[0]
	end := bytes.IndexByte(g.rest[1:], quote)
	if end < 0 {
		return nil, nil, g.fail(CodeMalformed, "has an attribute %s that does not end", name)
	}
	value = g.rest[1 : 1+end]
	switch {
	case len(value) > g.limits.TextBytes:
		return nil, nil, g.fail(CodeTooComplex, "has an attribute of more than %d bytes", g.limits.TextBytes)
	case bytes.IndexByte(value, '<') >= 0:
		return nil, nil, g.fail(CodeMalformed, "has < in the attribute %s", name)
	case !g.limits.BreaksAllowed && bytes.ContainsAny(value, "\t\r\n"):
		return nil, nil, g.fail(CodeAmbiguous, "has a line break or a tab in the attribute %s", name)
	case !g.references(value):
		return nil, nil, false
	}
	g.rest = g.rest[1+end+1:]
	return name, value, true
}

// bind declares a prefix, nil for the default namespace. own is where the
// declarations of the same tag begin.
func (g *guard) bind(own int, prefix, namespace []byte) bool {
	switch {
	case g.namespaces == g.limits.Namespaces:
		return g.fail(CodeTooComplex, "declares more than %d namespaces", g.limits.Namespaces)
	case len(g.scope) == maxInScope:
		return g.fail(CodeTooComplex, "has more than %d namespaces in one place", maxInScope)
	case prefix != nil && len(namespace) == 0:
		return g.fail(CodeMalformed, "declares the prefix %s for no namespace", prefix)
	case g.limits.XMLPrefixAllowed && string(prefix) == "xml" && bytes.Equal(namespace, namespaceXML):
		// Shibboleth writes it into its metadata.
	case bytes.EqualFold(prefix, []byte("xml")), bytes.EqualFold(prefix, []byte("xmlns")),
		bytes.Equal(namespace, namespaceXML), bytes.Equal(namespace, []byte("http://www.w3.org/2000/xmlns/")):
		return g.fail(CodeMalformed, "declares one of the namespaces of XML itself")
	case bytes.ContainsAny(namespace, "& \t\r\n"):
		return g.fail(CodeAmbiguous, "declares a namespace with an entity or white space in its name")
	}
	for _, other := range g.scope[own:] {
		if bytes.Equal(other.prefix, prefix) && (other.prefix == nil) == (prefix == nil) {
			return g.fail(CodeMalformed, "declares a prefix twice in one tag")
		}
	}
	g.namespaces++
	g.scope = append(g.scope, binding{prefix, namespace})
	return true
}

// namespaceOf finds what a prefix stands for where the reader is; nil is the
// default namespace.
func (g *guard) namespaceOf(prefix []byte) ([]byte, bool) {
	for _, b := range slices.Backward(g.scope) {
		if bytes.Equal(b.prefix, prefix) && (b.prefix == nil) == (prefix == nil) {
			return b.namespace, true
		}
	}
	if string(prefix) == "xml" {
		return namespaceXML, true
	}
	return nil, prefix == nil
}

// resolve wants every prefix declared and every attribute once, by its name as
// written and by its namespace. An element with the name of a declaration or with the
// prefix of XML itself is in a namespace for some readers, and in none for others.
func (g *guard) resolve(name []byte, attributes []attribute) bool {
	prefix, _ := split(name)
	if string(name) == "xmlns" || string(prefix) == "xml" {
		return g.fail(CodeAmbiguous, "has an element %s, a name that belongs to XML itself", name)
	}
	if !g.declared(prefix) {
		return false
	}
	type expanded struct{ namespace, local []byte }
	var seen []expanded
	for _, a := range attributes {
		prefix, local := split(a.name)
		if !g.declared(prefix) {
			return false
		}
		var namespace []byte
		if prefix != nil {
			namespace, _ = g.namespaceOf(prefix)
		}
		for _, other := range seen {
			if bytes.Equal(other.local, local) && bytes.Equal(other.namespace, namespace) {
				return g.fail(CodeMalformed, "has the attribute %s twice in one tag", a.name)
			}
		}
		seen = append(seen, expanded{namespace, local})
	}
	return true
}

func (g *guard) declared(prefix []byte) bool {
	if _, ok := g.namespaceOf(prefix); !ok || string(prefix) == "xmlns" {
		return g.fail(CodeMalformed, "uses the prefix %s, which is not declared", prefix)
	}
	return true
}

// identify refuses an id that stands in the document already: a reference would
// find either, depending on who looks.
func (g *guard) identify(name, value []byte) bool {
	switch string(name) {
	case "ID", "Id", "id", "xml:id":
	default:
		return true
	}
	if bytes.IndexByte(value, '&') >= 0 {
		return g.fail(CodeAmbiguous, "has an id written with an entity")
	}
	if _, twice := g.ids[string(value)]; twice {
		return g.fail(CodeDuplicateID, "has two elements with the same id")
	}
	if g.ids == nil {
		g.ids = map[string]struct{}{}
	}
	g.ids[string(value)] = struct{}{}
	return true
}

// references wants every & to begin one of the five entities or the number of a
// character. The text is what the reader stands at.
func (g *guard) references(text []byte) bool {
	for at := 0; ; {
		next := bytes.IndexByte(text[at:], '&')
		if next < 0 {
			return true
		}
		at += next + 1
		const longest = len("#x0010FFFF;")
		end := bytes.IndexByte(text[at:min(len(text), at+longest)], ';')
		if end < 0 || !known(text[at:at+end]) {
			g.rest = g.rest[at:]
			return g.fail(CodeMalformed, "has an entity other than the five of XML, or an & that begins none")
		}
		at += end + 1
	}
}

func known(entity []byte) bool {
	switch name := string(entity); {
	case name == "lt", name == "gt", name == "amp", name == "quot", name == "apos":
		return true
	case len(name) > 2 && name[:2] == "#x":
		return numbered(name[2:], 16)
	case len(name) > 1 && name[0] == '#':
		return numbered(name[1:], 10)
	}
	return false
}

func numbered(digits string, base int) bool {
	n, err := strconv.ParseUint(digits, base, 32)
	return err == nil && n <= utf8.MaxRune && character(rune(n))
}

// name takes a name of ASCII letters, digits, ".", "-", "_" with at most one colon
// inside; nil if there is none.
func (g *guard) name() []byte {
	end, colons := 0, 0
	for end < len(g.rest) && nameByte(g.rest[end]) {
		if g.rest[end] == ':' {
			colons++
		}
		end++
	}
	name := g.rest[:end]
	prefix, local := split(name)
	if colons > 1 || !initial(local) || colons == 1 && !initial(prefix) || end > 256 {
		return nil
	}
	g.rest = g.rest[end:]
	return name
}

func nameByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' ||
		b == '_' || b == '-' || b == '.' || b == ':'
}

func initial(name []byte) bool {
	return len(name) > 0 && (name[0] >= 'a' && name[0] <= 'z' || name[0] >= 'A' && name[0] <= 'Z' || name[0] == '_')
}

// split cuts a name at its colon; the prefix is nil where there is none.
func split(name []byte) (prefix, local []byte) {
	if before, after, found := bytes.Cut(name, []byte(":")); found {
		return before, after
	}
	return nil, name
}

// space skips white space and reports whether there was some.
func (g *guard) space() bool {
	rest := bytes.TrimLeft(g.rest, " \t\r\n")
	some := len(rest) < len(g.rest)
	g.rest = rest
	return some
}

func (g *guard) take(b byte) bool {
	if len(g.rest) == 0 || g.rest[0] != b {
		return false
	}
	g.rest = g.rest[1:]
	return true
}
