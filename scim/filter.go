package scim

import (
	"strings"
)

// Bounds of a filter, and of a path, which may hold one.
const (
	longestFilter   = 4096
	deepestFilter   = 16
	mostComparisons = 64
)

// filter is a condition on a resource or on a value of a list (RFC 7644, section
// 3.4.2.2).
type filter interface {
	// holds reports whether the object meets the condition.
	holds(o object) bool
}

type (
	both    struct{ left, right filter }
	either  struct{ left, right filter }
	negated struct{ of filter }
	// some asks for a value of a list that meets the condition: emails[type eq "work"].
	some struct {
		attribute *Attribute
		of        filter
	}
)

func (f both) holds(o object) bool    { return f.left.holds(o) && f.right.holds(o) }
func (f either) holds(o object) bool  { return f.left.holds(o) || f.right.holds(o) }
func (f negated) holds(o object) bool { return !f.of.holds(o) }
func (f some) holds(o object) bool {
	for _, v := range values(o[f.attribute.Name]) {
		if one, ok := v.(object); ok && f.of.holds(one) {
			return true
		}
	}
	return false
}

// mentions counts how often the filter asks about the attribute.
func mentions(f filter, a *Attribute) int {
	about := (*Attribute)(nil)
	switch f := f.(type) {
	case both:
		return mentions(f.left, a) + mentions(f.right, a)
	case either:
		return mentions(f.left, a) + mentions(f.right, a)
	case negated:
		return mentions(f.of, a)
	case some:
		about = f.attribute
	case comparison:
		about = f.at.attribute
	}
	if about == a {
		return 1
	}
	return 0
}

// values returns the values of an attribute, of a list or not.
func values(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	case []member:
		return objects(v)
	default:
		return []any{v}
	}
}

// parser reads filters and paths. Its scope is what names may stand for: the
// attributes of a kind, or within brackets those of a list.
type parser struct {
	lexer
	kind  *kind
	inner *Attribute // set within brackets
	// typ is the scimType of what is refused.
	typ         string
	depth       int
	comparisons int
}

// parseFilter reads a filter on resources of the kind. The error is an *Error of
// the type invalidFilter. The work is bounded whatever the text.
func (k *kind) parseFilter(text string) (filter, error) {
	p, err := newParser(k, text, TypeInvalidFilter)
	if err != nil {
		return nil, err
	}
	f, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.next.kind != tokenEnd {
		return nil, p.unexpected("and, or, or the end")
	}
	return f, nil
}

// parseOptional is parseFilter where an empty text is no filter.
func (k *kind) parseOptional(text string) (filter, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no filter
	}
	return k.parseFilter(text)
}

func newParser(k *kind, text, typ string) (*parser, error) {
	p := &parser{lexer: lexer{text: text}, kind: k, typ: typ}
	if len(text) > longestFilter {
		return nil, refuse(typ, "The filter or path is longer than %d bytes.", longestFilter)
	}
	return p, p.advance()
}

func (p *parser) advance() error {
	if err := p.scan(); err != "" {
		return refuse(p.typ, "At byte %d of the filter or path: %s.", p.at, err)
	}
	return nil
}

func (p *parser) unexpected(wanted string) error {
	return refuse(p.typ, "At byte %d of the filter or path %s is expected.", p.next.at, wanted)
}

// alternatives reads what "or" joins; "and" binds closer.
func (p *parser) alternatives() (filter, error) {
	left, err := p.conjunction()
	for err == nil && p.next.is("or") {
		if err = p.advance(); err != nil {
			break
		}
		var right filter
		right, err = p.conjunction()
		left = either{left, right}
	}
	return left, err
}

func (p *parser) conjunction() (filter, error) {
	left, err := p.condition()
	for err == nil && p.next.is("and") {
		if err = p.advance(); err != nil {
			break
		}
		var right filter
		right, err = p.condition()
		left = both{left, right}
	}
	return left, err
}

// condition reads one comparison, or what stands in parentheses.
func (p *parser) condition() (filter, error) {
	if p.next.is("not") && p.follows('(') {
		if err := p.advance(); err != nil {
			return nil, err
		}
		f, err := p.grouped()
		return negated{f}, err
	}
	if p.next.kind == '(' {
		return p.grouped()
	}
	return p.comparison()
}

func (p *parser) grouped() (filter, error) {
	if p.depth++; p.depth > deepestFilter {
		return nil, refuse(p.typ, "The filter is nested deeper than %d.", deepestFilter)
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	f, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	return f, p.expect(')', "a closing parenthesis")
}

func (p *parser) expect(kind byte, wanted string) error {
	if p.next.kind != kind {
		return p.unexpected(wanted)
	}
	return p.advance()
}

// comparison reads "attribute operator value", "attribute pr", and an attribute
// with a condition on its values, behind which Microsoft Entra ID puts a
// sub-attribute and an operator: emails[type eq "work"].value eq "a@b.example".
func (p *parser) comparison() (filter, error) {
	if p.comparisons++; p.comparisons > mostComparisons {
		return nil, refuse(p.typ, "The filter has more than %d comparisons.", mostComparisons)
	}
	if p.next.kind != tokenWord {
		return nil, p.unexpected("the name of an attribute")
	}
	at, err := p.target(p.next.text)
	if err != nil {
		return nil, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.next.kind != '[' {
		return p.operation(at)
	}
	of, err := p.bracketed(at)
	if err != nil {
		return nil, err
	}
	if p.next.kind == tokenWord && strings.HasPrefix(p.next.text, ".") {
		sub, err := p.sub(at)
		if err != nil {
			return nil, err
		}
		compared, err := p.operation(target{attribute: sub})
		if err != nil {
			return nil, err
		}
		of = both{of, compared}
	}
	return some{at.attribute, of}, nil
}

// bracketed reads a condition on the values of a list.
func (p *parser) bracketed(at target) (filter, error) {
	complexOnes := at.attribute.Type == typeComplex || at.attribute.ignored
	if p.inner != nil || at.sub != nil || !complexOnes {
		return nil, p.unexpected("an operator")
	}
	p.inner = at.attribute
	defer func() { p.inner = nil }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	f, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	return f, p.expect(']', "a closing bracket")
}

// sub reads the sub-attribute behind a bracket.
func (p *parser) sub(at target) (*Attribute, error) {
	name := p.next.text[1:]
	sub := find(at.attribute.SubAttributes, name)
	if at.attribute.ignored {
		sub = unknown(name)
	}
	if sub == nil {
		return nil, refuse(p.typ, "The attribute %s has no sub-attribute %s.", at.attribute.Name, quote(name))
	}
	return sub, p.advance()
}

// unknown is an attribute of which nothing is kept, so that nothing has a value
// for it.
func unknown(name string) *Attribute { return &Attribute{Name: name, Type: typeString, ignored: true} }

// target is what a name stands for.
type target struct{ attribute, sub *Attribute }

// target resolves a name, with or without the URI of its schema.
func (p *parser) target(name string) (target, error) {
	if p.inner != nil {
		if p.inner.ignored {
			return target{attribute: unknown(name)}, nil
		}
		if a := find(p.inner.SubAttributes, name); a != nil {
			return target{attribute: a}, nil
		}
		return target{}, refuse(p.typ, "The attribute %s has no sub-attribute %s.", p.inner.Name, quote(name))
	}
	if rest, ours := cutFold(name, p.kind.schema+":"); ours {
		name = rest
	} else if strings.Contains(name, ":") {
		return target{attribute: unknown(name)}, nil // of an extension
	}
	first, second, dotted := strings.Cut(name, ".")
	a := p.kind.find(first)
	if a == nil {
		return target{}, refuse(p.typ, "The attribute %s is not known.", quote(first))
	}
	if !dotted || a.ignored {
		return target{attribute: a}, nil
	}
	sub := find(a.SubAttributes, second)
	if sub == nil {
		return target{}, refuse(p.typ, "The attribute %s has no sub-attribute %s.", a.Name, quote(second))
	}
	return target{attribute: a, sub: sub}, nil
}
