package integrations

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"unicode/utf8"

	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// Decode builds properties from a JSON object and collects every violation in
// c: members that do not exist, wrong types, broken tags, and what Normalize
// and Validate of the type say. It returns properties even then; nil only if
// raw is not one JSON object without duplicate members.
//
// kept holds the pointers of stored secrets that stay. They are set to
// secret.Kept before rules run, so that they count as given and no rule about
// values applies to them; kept secrets that do not apply any more, whose parent
// object is absent, or that the document clears, are left out.
//
// For secrets null means unset; for other properties null is the same as
// absent, and so are empty texts, lists and maps. White space around text is dropped, of
// secrets only line ends. A property that does not apply (tag when) is a
// violation if the request sets it; where it only stands in the document from
// before, it is dropped with a warning.
func (d *Definition) Decode(raw json.RawMessage, kept []string, c *validation.Context) Properties {
	p := d.New()
	s, v := specFor(p)
	members, order, err := strict.Object(raw)
	if err != nil {
		reportDocument(err, c)
		return nil
	}
	r := decoder{c: c, sent: map[string]bool{}, silent: map[string]bool{}}
	r.object("", &source{members, order}, s.root, v)
	r.keep(s, v, kept)
	if n, ok := p.(Normalizer); ok {
		n.Normalize()
	}
	_, defaults := specFor(d.New())
	j := judge{c: c, sent: r.sent, silent: r.silent}
	j.all(s, v, defaults)
	p.Validate(c)
	return p
}

func reportDocument(err error, c *validation.Context) {
	var twice *strict.DuplicateError
	if !errors.As(err, &twice) {
		c.Add(validation.Rule("type", "object", validation.KindText))
		return
	}
	for _, pointer := range twice.Pointers {
		c.Violate(pointer, "duplicate_member", "Must not be given twice.")
	}
}

// source is a JSON object whose members are still to be decoded.
type source struct {
	members map[string]json.RawMessage
	order   []string
}

// decoder gives a document the shape of the properties.
type decoder struct {
	c *validation.Context
	// sent holds the pointers of conditional properties and of secrets that the
	// document names, in whatever way.
	sent map[string]bool
	// silent holds the pointers of values of a wrong type, about which and
	// about whose members nothing else is said.
	silent map[string]bool
}

func (r *decoder) mistyped(pointer, want string) {
	r.silent[pointer] = true
	r.report(pointer, "type", want)
}

func (r *decoder) report(pointer, code, param string) {
	v := validation.Rule(code, param, validation.KindText)
	v.Pointer = pointer
	r.c.Add(v)
}

// maxStrangers is how many unknown members of one object are worth a word: more
// than a report holds.
const maxStrangers = 1000

func (r *decoder) object(at string, in *source, o *object, v reflect.Value) {
	var strangers int
	for _, name := range in.order {
		i, known := o.byName[name]
		if !known {
			if strangers++; strangers <= maxStrangers {
				r.report(at+strict.Pointer(shorten(name)), "unknown_member", "")
			}
			continue
		}
		p := &o.properties[i]
		if p.when != nil || p.kind == kindSecret {
			r.sent[at+p.pointer] = true
		}
		if raw := in.members[name]; string(raw) != "null" {
			r.property(at+p.pointer, raw, p, v.Field(p.index))
		} else if p.kind == kindSecret {
			v.Field(p.index).SetZero()
		}
	}
}

// shorten cuts a member's name, which may be as long as the document.
func shorten(name string) string {
	const most = 64
	if utf8.RuneCountInString(name) <= most {
		return name
	}
	return string([]rune(name)[:most]) + "…"
}

func (r *decoder) property(at string, raw json.RawMessage, p *property, field reflect.Value) {
	switch p.kind {
	case kindText:
		if text, ok := r.text(at, raw); ok {
			if text = clean(p, text); text != "" {
				field.SetString(text)
			}
		}
	case kindBoolean:
		r.boolean(at, raw, field)
	case kindInteger:
		r.integer(at, raw, p, field)
	case kindSecret:
		r.secret(at, raw, field)
	case kindTexts:
		r.texts(at, raw, p, field)
	case kindMap:
		r.entries(at, raw, p, field)
	case kindObject:
		if in, ok := r.source(at, raw); ok {
			if p.nilable {
				field.Set(reflect.New(p.fields.typ))
				field = field.Elem()
			}
			r.object(at, in, p.fields, field)
		}
	case kindObjectList:
		r.objects(at, raw, p, field)
	}
}

// keep marks secrets that stay.
func (r *decoder) keep(s *spec, v reflect.Value, kept []string) {
	for _, p := range s.secrets {
		if !slices.Contains(kept, p.pointer) || r.sent[p.pointer] {
			continue
		}
		if field, _ := p.find(v); field.IsValid() {
			field.Set(reflect.ValueOf(secret.Kept()))
		}
	}
}
