package integrations

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/strict"
	"admin-api/validation"
)

// judge applies what the tags besides validate say.
type judge struct {
	c    *validation.Context
	sent map[string]bool
	// silent holds the pointers of properties that rules are not asked about:
	// kept secrets and what does not apply.
	silent map[string]bool
}

// all judges the struct v by its tags, having unset what does not apply.
// defaults is the struct as New makes it.
func (j *judge) all(s *spec, v, defaults reflect.Value) {
	j.settle("", s.root, v, defaults)
	for _, at := range s.secrets {
		if field, applies := at.find(v); applies && secretOf(field).IsKept() {
			j.silent[at.pointer] = true
		}
	}
	validation.Struct(v.Addr().Interface(), j.c, j.skip)
	j.object("", s.root, v)
}

// skip tells package validation where to be silent: at silent pointers and
// below them, and where something is wrong already.
func (j *judge) skip(pointer string) bool {
	if j.c.Broken(pointer) {
		return true
	}
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		if j.silent[at] {
			return true
		}
	}
	return false
}

// settle unsets what does not apply.
func (j *judge) settle(at string, o *object, v, defaults reflect.Value) {
	for i := range o.properties {
		p := &o.properties[i]
		pointer, field, initial := at+p.pointer, v.Field(p.index), defaults.Field(p.index)
		switch {
		case !o.applies(v, i):
			j.drop(pointer, p, field, initial)
		case p.kind == kindObject && !p.nilable:
			j.settle(pointer, p.fields, field, initial)
		case p.kind == kindObject && !field.IsNil():
			j.settle(pointer, p.fields, field.Elem(), reflect.Zero(p.fields.typ))
		case p.kind == kindObjectList:
			for i := range field.Len() {
				j.settle(pointer+"/"+strconv.Itoa(i), p.fields, field.Index(i), reflect.Zero(p.fields.typ))
			}
		}
	}
}

// drop unsets a property that does not apply. Only what somebody has chosen is
// worth a word: neither unset members nor defaults.
func (j *judge) drop(pointer string, p *property, field, initial reflect.Value) {
	j.silent[pointer] = true
	defer field.SetZero()
	if !j.sent[pointer] || field.IsZero() || j.c.Broken(pointer) ||
		p.kind != kindSecret && reflect.DeepEqual(field.Interface(), initial.Interface()) {
		return
	}
	if p.kind == kindSecret || j.c.Changed == nil || j.c.Changed(pointer) {
		v := validation.Rule("not_applicable", "", validation.KindText)
		v.Pointer = pointer
		j.c.Add(v)
		return
	}
	j.c.Warn(pointer, "property_dropped", "Does not apply with the other values as they are, and is dropped.")
}

func (j *judge) report(pointer string, v validation.Violation) {
	if !j.skip(pointer) {
		v.Pointer = pointer
		j.c.Add(v)
	}
}

// object judges all properties of the struct v.
func (j *judge) object(at string, o *object, v reflect.Value) {
	for i := range o.properties {
		p := &o.properties[i]
		j.property(at+p.pointer, p, v.Field(p.index))
	}
}

func (j *judge) property(at string, p *property, field reflect.Value) {
	if p.nilable {
		if field.IsNil() {
			return
		}
		field = field.Elem()
	}
	switch p.kind {
	case kindText:
		j.text(at, p, field.String())
	case kindSecret:
		j.text(at, p, secretOf(field).Reveal())
	case kindInteger:
		j.integer(at, p, field.Int())
	case kindTexts:
		j.entries(at, p, field.Len())
		for i := range field.Len() {
			j.element(at+"/"+strconv.Itoa(i), p, field.Index(i).String())
		}
	case kindMap:
		j.entries(at, p, field.Len())
		entries := field.Interface().(map[string]string) // the kind says so
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			j.text(at+strict.Pointer(key), p, entries[key])
		}
	case kindObject:
		j.object(at, p.fields, field)
	case kindObjectList:
		j.entries(at, p, field.Len())
		for i := range field.Len() {
			j.object(at+"/"+strconv.Itoa(i), p.fields, field.Index(i))
		}
	}
}

// element judges an element of a list. There an empty text is a value, which is
// none of an enum's.
func (j *judge) element(at string, p *property, text string) {
	if text == "" && p.enum != nil {
		j.report(at, p.outsideEnum())
		return
	}
	j.text(at, p, text)
}

// text judges a text, a secret or an element; the empty one is unset.
func (j *judge) text(at string, p *property, text string) {
	if text == "" {
		return
	}
	length := int64(utf8.RuneCountInString(text))
	least, most := p.lengths()
	switch {
	case strings.ContainsFunc(text, p.forbids):
		j.report(at, validation.Rule("control_character", "", validation.KindText))
	case p.enum != nil && !slices.Contains(p.enum, text):
		j.report(at, p.outsideEnum())
	case length < least:
		j.report(at, validation.Rule("min", strconv.FormatInt(least, 10), validation.KindText))
	case length > most:
		j.report(at, validation.Rule("max", strconv.FormatInt(most, 10), validation.KindText))
	case p.pattern != nil && !p.pattern.MatchString(text):
		v := validation.Rule("pattern", p.hint, validation.KindText)
		v.Params = map[string]any{"pattern": p.pattern.String()}
		j.report(at, v)
	}
}

func (p *property) outsideEnum() validation.Violation {
	v := validation.Rule("enum", strings.Join(p.enum, " "), validation.KindText)
	v.Params = map[string]any{"enum": p.enum}
	return v
}

// forbids reports whether the character has no place in the property's texts.
func (p *property) forbids(r rune) bool {
	if !unicode.IsControl(r) {
		return false
	}
	switch p.format {
	case formatMultiline, formatCertificate:
		return r != '\n' && r != '\t' && (r != '\r' || p.kind != kindSecret)
	}
	return true
}

// lengths are the bounds of the property's texts in characters. The tags min
// and max of lists and maps are about their entries.
func (p *property) lengths() (least, most int64) {
	switch {
	case p.format == formatCertificate:
		most = maxCertificate
	case p.format == formatMultiline || p.kind == kindSecret:
		most = maxLongText
	default:
		most = maxText
	}
	if p.kind != kindText && p.kind != kindSecret {
		return 0, most
	}
	if p.min != nil {
		least = *p.min
	}
	if p.max != nil {
		most = *p.max
	}
	return least, most
}

// most is how many entries a list or map may have.
func (p *property) most() int64 {
	if p.max != nil {
		return *p.max
	}
	return maxEntries
}

func (j *judge) integer(at string, p *property, n int64) {
	switch {
	case p.enum != nil && !slices.Contains(p.enum, strconv.FormatInt(n, 10)):
		j.report(at, p.outsideEnum())
	case p.min != nil && n < *p.min:
		j.report(at, validation.Rule("min", strconv.FormatInt(*p.min, 10), validation.KindNumber))
	case p.max != nil && n > *p.max:
		j.report(at, validation.Rule("max", strconv.FormatInt(*p.max, 10), validation.KindNumber))
	}
}

// entries judges how many there are; none at all is unset.
func (j *judge) entries(at string, p *property, n int) {
	switch {
	case n > 0 && p.min != nil && int64(n) < *p.min:
		j.report(at, validation.Rule("min", strconv.FormatInt(*p.min, 10), validation.KindList))
	case int64(n) > p.most():
		j.report(at, validation.Rule("max", strconv.FormatInt(p.most(), 10), validation.KindList))
	}
}
