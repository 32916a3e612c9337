package integrations

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

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
	if secret.Blank(text) || secret.LooksMasked(text) {
		r.report(at, "secret_mask_submitted", "")
		// It counts as given, so that nobody is told that it is missing too.
		field.Set(reflect.ValueOf(secret.Kept()))
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
