package catalog

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/integrations"
)

// generator makes values for the fields of one type.
type generator struct{ *rand.Rand }

func one[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

// value is one that a field may well have. The rules that no descriptor tells
// may still refuse it.
func (g generator) value(f integrations.Field) any {
	switch f.Kind {
	case integrations.FieldBoolean:
		return g.IntN(2) == 0
	case integrations.FieldInteger:
		least, most := bounds(f, 0, 1000)
		return least + g.Int64N(most-least+1)
	case integrations.FieldObject:
		return g.object(f.Fields)
	case integrations.FieldList, integrations.FieldCertificates:
		return g.list(f, 1+g.IntN(3))
	case integrations.FieldMap:
		return map[string]any{g.word(): g.text(f)}
	}
	return g.text(f)
}

// bounds are those of a field, or others where it has none.
func bounds(f integrations.Field, least, most int64) (from, to int64) {
	if f.Min != nil {
		least = *f.Min
	}
	if most = max(most, least); f.Max != nil {
		most = *f.Max
	}
	return least, most
}

func (g generator) object(fields []integrations.Field) map[string]any {
	object := map[string]any{}
	for _, f := range fields {
		if f.Required || g.IntN(3) == 0 {
			object[f.Name] = g.value(f)
		}
	}
	return object
}

func (g generator) list(f integrations.Field, n int) []any {
	list := make([]any, n)
	for i := range list {
		if f.Fields != nil {
			list[i] = g.object(f.Fields)
		} else {
			list[i] = g.text(f)
		}
	}
	return list
}

// text is one that fits what the descriptor tells.
func (g generator) text(f integrations.Field) any {
	if len(f.Options) > 0 {
		return one(g, f.Options...).Value
	}
	if f.Example != "" && g.IntN(2) == 0 {
		return f.Example
	}
	least, most := bounds(f, 1, 40)
	for range 5 {
		text := g.unbounded(f)
		if n := int64(utf8.RuneCountInString(text)); least <= n && n <= most {
			return text
		}
	}
	return strings.Repeat("a", int(min(max(least, 1), most)))
}

func (g generator) unbounded(f integrations.Field) string {
	switch {
	case f.Pattern != "":
		return g.matching(f.Pattern)
	case f.Kind == integrations.FieldURL:
		return "https://" + g.word() + ".example" + one(g, "", "/", "/a/b", "?c=d", ":8443")
	case f.Kind == integrations.FieldEmail:
		return g.word() + "@acme.example"
	case f.Kind == integrations.FieldReference:
		return "0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60"
	}
	return strings.Repeat(g.word(), 1+g.IntN(5))
}

func (g generator) word() string {
	word := make([]byte, 1+g.IntN(9))
	for i := range word {
		word[i] = byte('a' + g.IntN(26))
	}
	return string(word)
}

// matching is a text that an expression matches.
func (g generator) matching(expression string) string {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return ""
	}
	var b strings.Builder
	g.match(&b, parsed)
	return b.String()
}

func (g generator) match(b *strings.Builder, e *syntax.Regexp) {
	switch e.Op {
	case syntax.OpLiteral:
		for _, r := range e.Rune {
			b.WriteRune(r)
		}
	case syntax.OpCharClass:
		b.WriteRune(g.inClass(e.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(rune('!' + g.IntN('~'-'!')))
	case syntax.OpCapture, syntax.OpConcat:
		for _, part := range e.Sub {
			g.match(b, part)
		}
	case syntax.OpAlternate:
		g.match(b, one(g, e.Sub...))
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		for range g.repetitions(e) {
			g.match(b, e.Sub[0])
		}
	}
}

func (g generator) repetitions(e *syntax.Regexp) int {
	switch e.Op {
	case syntax.OpStar:
		return g.IntN(12)
	case syntax.OpPlus:
		return 1 + g.IntN(24)
	case syntax.OpQuest:
		return g.IntN(2)
	}
	most := e.Max
	if most < 0 {
		most = e.Min + 12
	}
	return e.Min + g.IntN(most-e.Min+1)
}

// inClass is a character of a class, of the printable ones if there are any: a
// class that leaves out a few holds nearly all of Unicode.
func (g generator) inClass(ranges []rune) rune {
	for range 40 {
		i := 2 * g.IntN(len(ranges)/2)
		from, to := ranges[i], min(ranges[i+1], ranges[i]+200)
		if r := from + rune(g.IntN(int(to-from)+1)); unicode.IsPrint(r) && r < 0xD800 {
			return r
		}
	}
	return ranges[0]
}
