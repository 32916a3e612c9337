package integrations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"admin-api/secret"
)

var errNoProperties = errors.New("no properties")

// Encode returns the canonical document of p: members in the order of their
// declaration, without secrets, without unset texts, lists and maps and without
// what does not apply; booleans, integers and nested objects are always there.
// Decode of it gives p again, apart from secrets. The error is about p being
// nil.
func (d *Definition) Encode(p Properties) (json.RawMessage, error) {
	return encode(p, false)
}

// EncodeWithSecrets is Encode with all secrets in clear, for the runtime's
// request for credentials and nothing else. A kept secret, whose value is not
// at hand, is an error that names its pointer.
func (d *Definition) EncodeWithSecrets(p Properties) (json.RawMessage, error) {
	return encode(p, true)
}

func encode(p Properties, secrets bool) (json.RawMessage, error) {
	if p == nil {
		return nil, errNoProperties
	}
	s, v := specFor(p)
	e := encoder{secrets: secrets}
	e.object("", s.root, v)
	return e.buf, e.err
}

type encoder struct {
	buf     []byte
	secrets bool
	err     error
}

func (e *encoder) object(at string, o *object, v reflect.Value) {
	e.buf = append(e.buf, '{')
	first := true
	for i := range o.properties {
		p := &o.properties[i]
		field := v.Field(p.index)
		if !o.applies(v, i) || !e.shows(p, field) {
			continue
		}
		if !first {
			e.buf = append(e.buf, ',')
		}
		first = false
		e.text(p.name)
		e.buf = append(e.buf, ':')
		e.value(at+p.pointer, p, reflect.Indirect(field))
	}
	e.buf = append(e.buf, '}')
}

// shows reports whether the property is part of the document.
func (e *encoder) shows(p *property, field reflect.Value) bool {
	switch p.kind {
	case kindText:
		return field.Len() > 0
	case kindTexts, kindMap, kindObjectList:
		return field.Len() > 0
	case kindSecret:
		return e.secrets && !field.IsZero()
	case kindInteger, kindObject:
		return !p.nilable || !field.IsNil()
	}
	return true
}

func (e *encoder) value(at string, p *property, v reflect.Value) {
	switch p.kind {
	case kindText:
		e.text(v.String())
	case kindBoolean:
		e.buf = strconv.AppendBool(e.buf, v.Bool())
	case kindInteger:
		e.buf = strconv.AppendInt(e.buf, v.Int(), 10)
	case kindSecret:
		e.secret(at, secretOf(v))
	case kindTexts:
		e.list(v.Len(), func(i int) { e.text(v.Index(i).String()) })
	case kindMap:
		e.entries(v.Interface().(map[string]string)) // the kind says so
	case kindObject:
		e.object(at, p.fields, v)
	case kindObjectList:
		e.list(v.Len(), func(i int) { e.object(at+"/"+strconv.Itoa(i), p.fields, v.Index(i)) })
	}
}

func (e *encoder) secret(at string, text secret.Text) {
	if text.IsKept() && e.err == nil {
		e.err = fmt.Errorf("secret %s is not at hand", at)
	}
	e.text(text.Reveal())
}

func (e *encoder) list(n int, element func(int)) {
	e.buf = append(e.buf, '[')
	for i := range n {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		element(i)
	}
	e.buf = append(e.buf, ']')
}

func (e *encoder) entries(texts map[string]string) {
	e.buf = append(e.buf, '{')
	for i, key := range slices.Sorted(maps.Keys(texts)) {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.text(key)
		e.buf = append(e.buf, ':')
		e.text(texts[key])
	}
	e.buf = append(e.buf, '}')
}

// text appends a JSON string in which HTML stays readable.
func (e *encoder) text(s string) {
	if isPlain(s) {
		e.buf = append(e.buf, '"')
		e.buf = append(e.buf, s...)
		e.buf = append(e.buf, '"')
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil && e.err == nil {
		e.err = fmt.Errorf("encode text: %w", err)
	}
	e.buf = append(e.buf, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// isPlain reports whether s needs no escaping.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
