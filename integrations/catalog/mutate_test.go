package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"admin-api/integrations"
)

// mutator makes documents out of a valid one.
type mutator struct {
	generator
	fields []integrations.Field
}

// site is where a member stands or could stand.
type site struct {
	parent   map[string]any
	field    integrations.Field
	siblings []integrations.Field
}

func (s site) value() any { return s.parent[s.field.Name] }

func (s site) set(value any) { s.parent[s.field.Name] = value }

// mutate changes a document in one to four ways.
func (m mutator) mutate(document map[string]any) {
	operations := []func(map[string]any){
		m.drop, m.null, m.empty, m.wrongKind, m.bound, m.bound, m.neighbour, m.nearMiss, m.nearMiss, m.hostile,
		m.stranger, m.toggle, m.toggle, m.toggle, m.swap, m.mask, m.replace, m.replace, m.element, m.instead,
	}
	for range 1 + m.IntN(4) {
		one(m.generator, operations...)(document)
	}
}

// sites are all places for members in the objects that a document has.
func sites(object map[string]any, fields []integrations.Field) []site {
	var all []site
	for _, f := range fields {
		all = append(all, site{object, f, fields})
		switch inner := object[f.Name].(type) {
		case map[string]any:
			all = append(all, sites(inner, f.Fields)...)
		case []any:
			for _, element := range inner {
				if object, ok := element.(map[string]any); ok {
					all = append(all, sites(object, f.Fields)...)
				}
			}
		}
	}
	return all
}

// pick draws a place for which the condition holds, mostly one that is taken.
func (m mutator) pick(document map[string]any, holds func(site) bool) (site, bool) {
	all := slices.DeleteFunc(sites(document, m.fields), func(s site) bool { return !holds(s) })
	taken := slices.DeleteFunc(slices.Clone(all), func(s site) bool { return s.value() == nil })
	if len(taken) > 0 && m.IntN(4) > 0 {
		all = taken
	}
	if len(all) == 0 {
		return site{}, false
	}
	return one(m.generator, all...), true
}

func anywhere(site) bool { return true }

func isText(s site) bool {
	switch s.field.Kind {
	case integrations.FieldBoolean, integrations.FieldInteger, integrations.FieldObject, integrations.FieldList,
		integrations.FieldCertificates, integrations.FieldMap:
		return false
	}
	return true
}

func (m mutator) drop(document map[string]any) {
	if s, ok := m.pick(document, anywhere); ok {
		delete(s.parent, s.field.Name)
	}
}

func (m mutator) null(document map[string]any) {
	if s, ok := m.pick(document, anywhere); ok {
		s.set(nil)
	}
}

func (m mutator) empty(document map[string]any) {
	s, ok := m.pick(document, anywhere)
	if !ok {
		return
	}
	switch s.field.Kind {
	case integrations.FieldBoolean:
		s.set(false)
	case integrations.FieldInteger:
		s.set(0)
	case integrations.FieldObject, integrations.FieldMap:
		s.set(map[string]any{})
	case integrations.FieldList, integrations.FieldCertificates:
		s.set([]any{})
	default:
		s.set("")
	}
}

func (m mutator) wrongKind(document map[string]any) {
	if s, ok := m.pick(document, anywhere); ok {
		s.set(one[any](m.generator, "x", "true", "1", 1, 0, -1, true, false, json.Number("1.5"), json.Number("2.0"),
			json.Number("1e300"), json.Number("9007199254740993"), []any{}, []any{"x"}, []any{nil}, []any{1},
			map[string]any{}, map[string]any{"x": "y"}, map[string]any{"x": nil}))
	}
}

// bound goes to and beyond the bounds.
func (m mutator) bound(document map[string]any) {
	s, ok := m.pick(document, func(s site) bool {
		return s.field.Kind != integrations.FieldBoolean && s.field.Kind != integrations.FieldObject
	})
	if !ok {
		return
	}
	least, most := bounds(s.field, 1, one[int64](m.generator, 100, 256, 1024, 2048, 4096, 16<<10))
	n := one(m.generator, least-1, least, most, most+1)
	switch s.field.Kind {
	case integrations.FieldInteger:
		s.set(n)
	case integrations.FieldList, integrations.FieldCertificates:
		s.set(m.list(s.field, int(min(max(n, 0), 600))))
	case integrations.FieldMap:
		entries := map[string]any{}
		for i := range min(max(n, 0), 600) {
			entries[strconv.FormatInt(i, 10)] = m.text(s.field)
		}
		s.set(entries)
	default:
		s.set(stretch(fmt.Sprint(m.text(s.field)), int(max(n, 0))))
	}
}

// stretch makes a text n characters long by repeating the one in its middle.
func stretch(text string, n int) string {
	all := []rune(text)
	if len(all) == 0 {
		all = []rune("a")
	}
	if n < len(all) {
		return string(all[:n])
	}
	middle := len(all) / 2
	return string(all[:middle]) + strings.Repeat(string(all[middle]), n-len(all)) + string(all[middle:])
}

// neighbour puts a value beside those of an enum.
func (m mutator) neighbour(document map[string]any) {
	s, ok := m.pick(document, func(s site) bool { return len(s.field.Options) > 0 })
	if !ok {
		return
	}
	option := one(m.generator, s.field.Options...)
	text := one(m.generator, option.Label, option.Value+"s", strings.ToUpper(option.Value), " "+option.Value, option.Value+"\n",
		option.Value[:len(option.Value)-1], option.Value, "")
	switch s.field.Kind {
	case integrations.FieldEnum:
		s.set(text)
	case integrations.FieldMap:
		s.set(map[string]any{"a": text})
	default:
		s.set([]any{text})
	}
}

// nearMiss changes a character of a text.
func (m mutator) nearMiss(document map[string]any) {
	s, ok := m.pick(document, isText)
	if !ok {
		return
	}
	text, ok := s.value().(string)
	if !ok || text == "" {
		text = fmt.Sprint(m.text(s.field))
	}
	s.set(m.alter(text))
}

func (m mutator) alter(text string) string {
	all := []rune(text)
	if len(all) == 0 {
		return ""
	}
	i := m.IntN(len(all))
	strange := one(m.generator, []rune("aZ09-_.:/?#@%&=+ {}<>|\\^\"'`~!$*()[];,é\u00a0\n\t\u0000\u2028ß😀")...)
	switch m.IntN(7) {
	case 0:
		all = slices.Delete(all, i, i+1)
	case 1:
		all = slices.Insert(all, i, strange)
	case 2:
		all[i] = strange
	case 3:
		return strings.ToUpper(text)
	case 4:
		return one(m.generator, " ", "\n", "\t", "") + text + one(m.generator, " ", "\n", "\r\n", "/", ".")
	case 5:
		return string(all[:i])
	case 6:
		return text + text
	}
	return string(all)
}

// hostile puts a text that belongs elsewhere.
func (m mutator) hostile(document map[string]any) {
	if s, ok := m.pick(document, isText); ok {
		s.set(one(m.generator, " ", "\n", "null", "0", "http://acme.example", "https://acme.example", "https://ann@acme.example",
			"https://127.0.0.1", "https://[::1]:8443/a", "https://acme.example:70000", "https://acme.example/#x", "acme.example", "acme",
			"10.0.0.1", "::1", ":1", "ann@acme.example", "Ann <ann@acme.example>", "us-east-1", "é", "\u00a0x", "a\tb", "a\x00", "{id}",
			"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----",
			strings.Repeat("é", 2040), strings.Repeat("a", 5000)))
	}
}

// stranger adds a member that no type has.
func (m mutator) stranger(document map[string]any) {
	if s, ok := m.pick(document, anywhere); ok && m.IntN(3) == 0 {
		s.parent[one(m.generator, "name", "x", "", s.field.Name+"s", strings.ToUpper(s.field.Name))] = one[any](m.generator, nil, "x", 1)
	}
}

// toggle decides a choice anew and mostly brings along what depends on it.
func (m mutator) toggle(document map[string]any) {
	s, ok := m.pick(document, func(s site) bool {
		return s.field.Kind == integrations.FieldBoolean || s.field.Kind == integrations.FieldEnum
	})
	if !ok {
		return
	}
	s.set(m.value(s.field))
	chosen := fmt.Sprint(s.value())
	for _, f := range s.siblings {
		dependent := site{s.parent, f, s.siblings}
		switch {
		case m.IntN(8) == 0: // forgotten
		case f.When != nil && f.When.Pointer == s.field.Pointer && !slices.Contains(f.When.Equals, chosen):
			delete(s.parent, f.Name)
		case needs(f, s.field.Pointer, chosen) && dependent.value() == nil:
			dependent.set(m.value(f))
		}
	}
}

// needs reports whether a field may be missed once the field at the pointer has
// the value.
func needs(f integrations.Field, pointer, value string) bool {
	for _, condition := range []*integrations.FieldCondition{f.When, f.RequiredWhen} {
		if condition != nil && condition.Pointer == pointer && slices.Contains(condition.Equals, value) {
			return true
		}
	}
	return false
}

// swap exchanges two texts, or gives one to another field.
func (m mutator) swap(document map[string]any) {
	a, ok := m.pick(document, isText)
	b, found := m.pick(document, isText)
	if !ok || !found {
		return
	}
	from, to := a.value(), b.value()
	b.set(from)
	if m.IntN(2) == 0 {
		a.set(to)
	}
}

// instead gives one text in place of another beside it: some exclude each other.
func (m mutator) instead(document map[string]any) {
	a, ok := m.pick(document, func(s site) bool { return isText(s) && s.value() != nil })
	if !ok {
		return
	}
	delete(a.parent, a.field.Name)
	b := site{a.parent, one(m.generator, a.siblings...), a.siblings}
	if isText(b) {
		b.set(m.value(b.field))
	}
}

func (m mutator) mask(document map[string]any) {
	if s, ok := m.pick(document, func(s site) bool { return s.field.Secret }); ok && m.IntN(2) == 0 {
		s.set(one(m.generator, "***", "[REDACTED]", "<secret>", "••••••••", "********"))
	}
}

func (m mutator) replace(document map[string]any) {
	if s, ok := m.pick(document, anywhere); ok {
		s.set(m.value(s.field))
	}
}

// element changes what a list or a map holds.
func (m mutator) element(document map[string]any) {
	s, ok := m.pick(document, func(s site) bool {
		return s.field.Kind == integrations.FieldMap || s.field.Kind == integrations.FieldList || s.field.Kind == integrations.FieldCertificates
	})
	if !ok {
		return
	}
	strange := one[any](m.generator, nil, "", " ", 1, "x", "a\x00", []any{}, map[string]any{}, m.alter(fmt.Sprint(m.text(s.field))))
	switch held := s.value().(type) {
	case []any:
		if len(held) > 0 && m.IntN(2) == 0 {
			strange = one(m.generator, held...) // the same once more
		}
		s.set(append(slices.Clone(held), strange))
	case map[string]any:
		entries := maps.Clone(held)
		entries[one(m.generator, "", " k", "k ", "k", "é", "a\nb", strings.Repeat("k", 255), strings.Repeat("k", 256))] = strange
		s.set(entries)
	default:
		s.set(m.value(s.field))
	}
}
