package integrations

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
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

func (r *decoder) object(at string, in *source, o *object, v reflect.Value) {
	for _, name := range in.order {
		i, known := o.byName[name]
		if !known {
			r.report(at+strict.Pointer(shorten(name)), "unknown_member", "")
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

func (r *decoder) text(at string, raw json.RawMessage) (string, bool) {
	if raw[0] != '"' {
		r.mistyped(at, "string")
		return "", false
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		r.mistyped(at, "string")
		return "", false
	}
	return text, true
}

// clean drops what people paste along with a text.
func clean(p *property, text string) string {
	switch p.format {
	case formatCertificate:
		return validation.NormalizePEM(strings.ReplaceAll(text, "\r\n", "\n"))
	case formatMultiline:
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return strings.TrimSpace(text)
}

func (r *decoder) boolean(at string, raw json.RawMessage, field reflect.Value) {
	switch string(raw) {
	case "true":
		field.SetBool(true)
	case "false":
		field.SetBool(false)
	default:
		r.mistyped(at, "boolean")
	}
}

// largest is the largest integer that every reader of JSON takes for what it
// is (RFC 8259 section 6).
const largest = 1<<53 - 1

func (r *decoder) integer(at string, raw json.RawMessage, p *property, field reflect.Value) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil { // 5.0 and 5e0 are integers too
		f, err := strconv.ParseFloat(string(raw), 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > largest {
			r.mistyped(at, "integer")
			return
		}
		n = int64(f)
	}
	if n > largest || n < -largest {
		r.mistyped(at, "integer")
		return
	}
	if p.nilable {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	field.SetInt(n)
}

func (r *decoder) secret(at string, raw json.RawMessage, field reflect.Value) {
	text, ok := r.text(at, raw)
	if !ok {
		return
	}
	text = strings.Trim(text, "\r\n")
	if text == "" || secret.LooksMasked(text) {
		r.report(at, "secret_mask_submitted", "")
		return
	}
	field.Set(reflect.ValueOf(secret.New(text)))
}

func (r *decoder) texts(at string, raw json.RawMessage, p *property, field reflect.Value) {
	elements, ok := r.elements(at, raw, p)
	if !ok {
		return
	}
	texts := make([]string, len(elements))
	for i, element := range elements {
		if text, ok := r.text(at+"/"+strconv.Itoa(i), element); ok {
			texts[i] = clean(p, text)
		}
	}
	field.Set(reflect.ValueOf(texts))
}

// elements returns what stands in a list, not ok for none. A list longer than
// any that is permitted is not looked into.
func (r *decoder) elements(at string, raw json.RawMessage, p *property) ([]json.RawMessage, bool) {
	var elements []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &elements) != nil {
		r.mistyped(at, "array")
		return nil, false
	}
	if most := p.most(); int64(len(elements)) > most {
		r.tooMany(at, most)
		return nil, false
	}
	return elements, len(elements) > 0
}

func (r *decoder) tooMany(at string, most int64) {
	v := validation.Rule("max", strconv.FormatInt(most, 10), validation.KindList)
	v.Pointer = at
	r.c.Add(v)
}

func (r *decoder) entries(at string, raw json.RawMessage, p *property, field reflect.Value) {
	in, ok := r.source(at, raw)
	if !ok {
		return
	}
	if most := p.most(); int64(len(in.order)) > most {
		r.tooMany(at, most)
		return
	}
	texts := make(map[string]string, len(in.order))
	for _, key := range in.order {
		pointer := at + strict.Pointer(key)
		if !isKey(key) {
			r.report(at+strict.Pointer(shorten(key)), "invalid_key", "")
		} else if text, ok := r.text(pointer, in.members[key]); ok {
			texts[key] = clean(p, text)
		}
	}
	if len(texts) > 0 {
		field.Set(reflect.ValueOf(texts))
	}
}

func isKey(key string) bool {
	return key != "" && strings.TrimSpace(key) == key && utf8.RuneCountInString(key) <= maxKey &&
		!strings.ContainsFunc(key, unicode.IsControl)
}

func (r *decoder) objects(at string, raw json.RawMessage, p *property, field reflect.Value) {
	elements, ok := r.elements(at, raw, p)
	if !ok {
		return
	}
	list := reflect.MakeSlice(field.Type(), len(elements), len(elements))
	for i, element := range elements {
		pointer := at + "/" + strconv.Itoa(i)
		if in, ok := r.source(pointer, element); ok {
			r.object(pointer, in, p.fields, list.Index(i))
		}
	}
	field.Set(list)
}

func (r *decoder) source(at string, raw json.RawMessage) (*source, bool) {
	if raw[0] != '{' {
		r.mistyped(at, "object")
		return nil, false
	}
	members, order, err := strict.Object(raw)
	return &source{members, order}, err == nil // the whole document was checked
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
