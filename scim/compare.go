package scim

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"admin-api/models"
)

// comparison is "attribute operator value".
type comparison struct {
	at target
	// leaf is the attribute whose values are compared.
	leaf     *Attribute
	operator string
	// value is nil for pr and for null, else a string, a bool or a time.
	value any
}

// operation reads operator and value behind the name of an attribute.
func (p *parser) operation(at target) (filter, error) {
	if p.next.kind != tokenWord {
		return nil, p.unexpected("an operator")
	}
	c := comparison{at: at, leaf: at.leaf(), operator: strings.ToLower(p.next.text)}
	if c.leaf.Mutability == writeOnly {
		return nil, refuse(p.typ, "The attribute %s cannot be asked for.", c.leaf.Name)
	}
	if !slices.Contains([]string{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"}, c.operator) {
		return nil, p.unexpected("one of the operators eq, ne, co, sw, ew, gt, ge, lt, le and pr")
	}
	if err := p.advance(); err != nil || c.operator == "pr" {
		return c, err
	}
	var err error
	if c.value, err = p.literal(&c); err != nil {
		return nil, err
	}
	return c, p.advance()
}

// leaf is the attribute whose values count: of a list of objects, value.
func (t target) leaf() *Attribute {
	if t.sub != nil {
		return t.sub
	}
	if value := find(t.attribute.SubAttributes, "value"); value != nil && t.attribute.MultiValued {
		return value
	}
	return t.attribute
}

// literal reads the value that an attribute is compared with.
func (p *parser) literal(c *comparison) (any, error) {
	mismatch := refuse(p.typ, "The attribute %s cannot be compared by %s with this value.", c.leaf.Name, c.operator)
	equality := c.operator == "eq" || c.operator == "ne"
	switch isText := p.next.kind == tokenString; {
	case !isText && p.next.kind != tokenWord:
		return nil, p.unexpected("a value: a text in quotation marks, true, false or null")
	case p.next.is("null") && equality:
		return nil, nil //nolint:nilnil // null is a value
	case c.leaf.ignored:
		return p.next.text, nil // nothing is equal to it
	case c.leaf.Type == typeComplex:
		return nil, mismatch
	case c.leaf.Type == typeBoolean:
		v, err := c.leaf.boolean(p.next.text)
		if err != nil || !equality {
			return nil, mismatch
		}
		return v, nil
	case !isText:
		return nil, mismatch
	case c.leaf.Type == typeDateTime:
		at, err := time.Parse(time.RFC3339, p.next.text)
		if err != nil || slices.Contains([]string{"co", "sw", "ew"}, c.operator) {
			return nil, mismatch
		}
		return at, nil
	}
	return p.next.text, nil
}

// holds compares every value of the attribute: one that fits is enough. An
// attribute without a value differs from every value.
func (c comparison) holds(o object) bool {
	found := c.found(o)
	switch {
	case c.operator == "pr":
		return len(found) > 0
	case c.value == nil:
		return (c.operator == "eq") == (len(found) == 0)
	case len(found) == 0:
		return c.operator == "ne"
	}
	return slices.ContainsFunc(found, c.fits)
}

// found returns the values that the attribute has.
func (c comparison) found(o object) []any {
	var out []any
	for _, v := range values(o[c.at.attribute.Name]) {
		if c.leaf != c.at.attribute {
			one, _ := v.(object)
			v = one[c.leaf.Name]
		}
		if v != nil && v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (c comparison) fits(v any) bool {
	switch want := c.value.(type) {
	case bool:
		return (v == want) == (c.operator == "eq")
	case time.Time:
		is, err := time.Parse(time.RFC3339, asText(v))
		return err == nil && ordered(c.operator, is.Compare(want))
	case string:
		return compareText(c.operator, asText(v), want, c.leaf.CaseExact)
	}
	return false
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

func ordered(operator string, order int) bool {
	switch operator {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	default:
		return order <= 0
	}
}

// compareText compares as user names are: in normal form, and unless exact with
// case folded.
func compareText(operator, is, want string, exact bool) bool {
	if !exact {
		if operator == "eq" || operator == "ne" { // as the database compares
			return (models.NameKey(is) == models.NameKey(want)) == (operator == "eq")
		}
		is, want = fold(is), fold(want)
	}
	switch operator {
	case "co":
		return strings.Contains(is, want)
	case "sw":
		return strings.HasPrefix(is, want)
	case "ew":
		return strings.HasSuffix(is, want)
	}
	return ordered(operator, strings.Compare(is, want))
}

// fold is models.NameKey with the white space at the ends.
func fold(s string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(s))) }

// equalities are the values that every resource which meets a filter must have:
// those of eq, joined by and; of a list, one that must be in it. They let an index
// find the few to look at.
func equalities(f filter, into map[string]string) {
	switch f := f.(type) {
	case both:
		equalities(f.left, into)
		equalities(f.right, into)
	case some:
		inner := map[string]string{}
		equalities(f.of, inner)
		if want, named := inner["value"]; named {
			into[f.attribute.Name] = want
		}
	case comparison:
		want, isText := f.value.(string)
		if isText && f.operator == "eq" && (f.at.sub == nil || f.at.sub.Name == "value") {
			into[f.at.attribute.Name] = want
		}
	}
}
