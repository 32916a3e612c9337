package saml

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// The codes of a GuardError.
const (
	CodeMalformed    = "sso-xml-malformed"
	CodeDoctype      = "sso-xml-doctype"
	CodeTooComplex   = "sso-xml-too-complex"
	CodeTrailingData = "sso-xml-trailing-data"
	CodeDuplicateID  = "sso-xml-duplicate-id"
	// CodeAmbiguous is for what XML allows but its readers understand in different
	// ways, so that the one who verifies and the one who reads could differ.
	CodeAmbiguous = "sso-xml-ambiguous"
)

// GuardError says why a document is refused. Detail names the line and quotes
// nothing of the document but names of its elements and attributes.
type GuardError struct{ Code, Detail string }

// Error implements error.
func (e *GuardError) Error() string { return e.Code + ": " + e.Detail }

// Limits bound the work that a document can cause. A number that is zero allows
// nothing of its kind.
type Limits struct {
	Bytes    int // of the document
	Depth    int // of elements in each other
	Elements int // in the document
	// Attributes of one element, declarations of namespaces not counted.
	Attributes int
	Namespaces int // declarations in the document
	TextBytes  int // of one text or value of an attribute, as written

	// CommentsAllowed, CDATAAllowed, BreaksAllowed and XMLPrefixAllowed let through
	// what readers differ about: comments, which split texts; marked sections; tabs
	// and line breaks in values of attributes; the declaration of the prefix xml as
	// what it is anyway, which canonical forms leave out. They are for documents that
	// no signature protects anyway.
	CommentsAllowed, CDATAAllowed, BreaksAllowed, XMLPrefixAllowed bool

	// InScope has the prefixes that what is around the document declares, where that
	// is a part of another one; the empty one is the default namespace.
	InScope map[string]string
}

// ResponseLimits are for messages whose signatures count. The largest response
// that identity providers send, with hundreds of group names, is well below.
func ResponseLimits() Limits {
	return Limits{
		Bytes: 256 << 10, Depth: 32, Elements: 4000, Attributes: 32, Namespaces: 2000, TextBytes: 200 << 10,
	}
}

// MetadataLimits are for metadata, which federations make by hand and by the
// megabyte.
func MetadataLimits() Limits {
	return Limits{
		Bytes: 1 << 20, Depth: 32, Elements: 30_000, Attributes: 32, Namespaces: 10_000, TextBytes: 256 << 10,
		CommentsAllowed: true, CDATAAllowed: true, BreaksAllowed: true, XMLPrefixAllowed: true,
	}
}

// maxInScope bounds the declarations that hold at one place, as they are searched
// one by one.
const maxInScope = 64

// Guard reads a document once, without building anything of it, and returns a
// *GuardError unless it is one that all readers of XML read alike: UTF-8, XML 1.0,
// well-formed, with names in ASCII and declared namespaces (Namespaces in XML 1.0),
// without DOCTYPE, processing instructions, entities beyond the five, and without
// what l does not allow. A byte order mark in front is let through. Time and memory
// grow with the length of the document only.
//
// It is stricter than XML: whatever it lets through is read by encoding/xml and
// what stands on it (etree, goxmldsig) as it stands there.
func Guard(document []byte, l Limits) error {
	if len(document) > l.Bytes {
		return &GuardError{CodeTooComplex, fmt.Sprintf("the document has more than %d bytes", l.Bytes)}
	}
	g := &guard{rest: bytes.TrimPrefix(document, []byte("\ufeff")), limits: l}
	g.whole = g.rest
	for prefix, namespace := range l.InScope {
		one := binding{namespace: []byte(namespace)}
		if prefix != "" {
			one.prefix = []byte(prefix)
		}
		g.scope = append(g.scope, one)
	}
	if !g.characters() || !g.document() {
		return g.failure
	}
	return nil
}

// guard is the state of one reading. Its methods return false once failure is set.
type guard struct {
	whole, rest []byte
	limits      Limits
	failure     *GuardError

	open                 []element
	scope                []binding
	elements, namespaces int
	ids                  map[string]struct{}
}

// element is one that is not closed yet.
type element struct {
	name []byte
	// scope is how many bindings held before it.
	scope int
}

// binding is a prefix and what it stands for.
type binding struct{ prefix, namespace []byte }

func (g *guard) fail(code, format string, args ...any) bool {
	line := 1 + bytes.Count(g.whole[:len(g.whole)-len(g.rest)], []byte("\n"))
	g.failure = &GuardError{code, fmt.Sprintf("line %d: ", line) + fmt.Sprintf(format, args...)}
	return false
}

// characters wants valid UTF-8 of characters that XML knows (XML 1.0, production 2).
func (g *guard) characters() bool {
	for i := 0; i < len(g.whole); {
		r, size := utf8.DecodeRune(g.whole[i:])
		if r == utf8.RuneError && size <= 1 || !character(r) {
			g.rest = g.whole[i:]
			return g.fail(CodeMalformed, "holds bytes that are no text in UTF-8")
		}
		i += size
	}
	return true
}

func character(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000 && r <= utf8.MaxRune:
		return true
	}
	return false
}

// document reads the declaration, one element with all it holds, and nothing else.
func (g *guard) document() bool {
	if bytes.HasPrefix(g.rest, []byte("<?xml")) && !g.declaration() {
		return false
	}
	for len(g.rest) > 0 {
		var ok bool
		switch {
		case g.rest[0] != '<':
			ok = g.text()
		case bytes.HasPrefix(g.rest, []byte("<!--")):
			ok = g.comment()
		case bytes.HasPrefix(g.rest, []byte("<![CDATA[")):
			ok = g.cdata()
		case bytes.HasPrefix(g.rest, []byte("<!")):
			ok = g.fail(CodeDoctype, "has a DOCTYPE or another declaration, which no message needs")
		case bytes.HasPrefix(g.rest, []byte("<?")):
			ok = g.fail(CodeAmbiguous, "has a processing instruction, which no message needs")
		case bytes.HasPrefix(g.rest, []byte("</")):
			ok = g.endTag()
		default:
			ok = g.startTag()
		}
		if !ok {
			return false
		}
	}
	switch {
	case len(g.open) > 0:
		return g.fail(CodeMalformed, "ends inside of the element %s", g.open[len(g.open)-1].name)
	case g.elements == 0:
		return g.fail(CodeMalformed, "has no element")
	}
	return true
}

// inside reports whether the reader is in the root element; elsewhere only white
// space and comments may stand.
func (g *guard) inside() bool { return len(g.open) > 0 }

func (g *guard) outside(what string) bool {
	if g.elements > 0 {
		return g.fail(CodeTrailingData, "has %s behind the document", what)
	}
	return g.fail(CodeMalformed, "has %s before the first element", what)
}

func (g *guard) comment() bool {
	if !g.limits.CommentsAllowed {
		return g.fail(CodeAmbiguous, "has a comment, which can hide or split a value")
	}
	body := g.rest[len("<!--"):]
	end := bytes.Index(body, []byte("--"))
	if end < 0 || !bytes.HasPrefix(body[end:], []byte("-->")) {
		return g.fail(CodeMalformed, "has a comment that does not end")
	}
	g.rest = body[end+len("-->"):]
	return true
}

func (g *guard) cdata() bool {
	switch {
	case !g.inside():
		return g.outside("text")
	case !g.limits.CDATAAllowed:
		return g.fail(CodeAmbiguous, "has a CDATA section, which can hide or split a value")
	}
	body := g.rest[len("<![CDATA["):]
	end := bytes.Index(body, []byte("]]>"))
	switch {
	case end < 0:
		return g.fail(CodeMalformed, "has a CDATA section that does not end")
	case end > g.limits.TextBytes:
		return g.fail(CodeTooComplex, "has a text of more than %d bytes", g.limits.TextBytes)
	}
	g.rest = body[end+len("]]>"):]
	return true
}

func (g *guard) text() bool {
	end := bytes.IndexByte(g.rest, '<')
	if end < 0 {
		end = len(g.rest)
	}
	text := g.rest[:end]
	switch {
	case !g.inside() && len(bytes.Trim(text, " \t\r\n")) > 0:
		return g.outside("text")
	case end > g.limits.TextBytes:
		return g.fail(CodeTooComplex, "has a text of more than %d bytes", g.limits.TextBytes)
	case bytes.Contains(text, []byte("]]>")):
		return g.fail(CodeMalformed, "has ]]> in a text")
	case !g.references(text):
		return false
	}
	g.rest = g.rest[end:]
	return true
}

func (g *guard) endTag() bool {
	g.rest = g.rest[len("</"):]
	name := g.name()
	if name == nil {
		return g.fail(CodeMalformed, "has an end tag without a name")
	}
	g.space()
	switch {
	case !g.take('>'):
		return g.fail(CodeMalformed, "has an end tag %s that does not end", name)
	case len(g.open) == 0:
		return g.outside("an end tag")
	case !bytes.Equal(g.open[len(g.open)-1].name, name):
		return g.fail(CodeMalformed, "closes %s where %s is open", name, g.open[len(g.open)-1].name)
	}
	g.closeElement()
	return true
}

func (g *guard) closeElement() {
	last := len(g.open) - 1
	g.scope = g.scope[:g.open[last].scope]
	g.open = g.open[:last]
}
