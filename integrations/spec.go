package integrations

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"admin-api/validation"
)

// kind is the sort of values that a property holds.
type kind int

const (
	kindText kind = iota
	kindBoolean
	kindInteger
	kindSecret
	kindTexts      // list of text
	kindMap        // text by text
	kindObject     // nested struct
	kindObjectList // list of structs
)

// The values of the tag format.
const (
	formatMultiline   = "multiline"
	formatCertificate = "certificate"
	formatEmail       = "email"
	formatURL         = "url"
	formatPassword    = "password"
)

var formats = []string{"", formatMultiline, formatCertificate, formatEmail, formatURL, formatPassword}

// Bounds of what no tag bounds, in characters and entries.
const (
	maxText        = 4096
	maxLongText    = 16 << 10 // multi-line text and secrets
	maxCertificate = 64 << 10 // an authority's bundle
	maxEntries     = 100      // of lists and maps
	maxKey         = 255
)

// property is what the tags of one field say.
type property struct {
	name    string
	pointer string // from the object that it belongs to
	index   int    // of the field
	kind    kind
	nilable bool // *int or pointer to a struct

	label, help, example string
	format, ref, hint    string
	enum, enumLabels     []string
	pattern              *regexp.Regexp
	min, max             *int64
	destination          bool
	generated            bool
	when                 *condition
	rules                []validation.Tag // of the validate tag, of elements after "dive"
	fields               *object          // of objects and lists of them
}

// condition is the tag when: the property applies while its sibling has one of
// the values.
type condition struct {
	sibling int // in the properties of the same object
	values  []string
}

// object is a struct.
type object struct {
	typ        reflect.Type
	properties []property
	byName     map[string]int
}

// place leads from the properties to one of them, through objects only.
type place struct {
	pointer string
	path    []step
}

type step struct {
	object *object
	index  int // in its properties
}

func (p place) property() *property {
	last := p.path[len(p.path)-1]
	return &last.object.properties[last.index]
}

// find returns the field at the place, and whether the property applies there.
// It returns the zero Value where an object above is absent.
func (p place) find(v reflect.Value) (field reflect.Value, applies bool) {
	applies = true
	for i, s := range p.path {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		applies = applies && s.object.applies(v, s.index)
		v = v.Field(s.object.properties[s.index].index)
	}
	return v, applies
}

// spec is what a type of properties declares.
type spec struct {
	root         *object
	secrets      []place
	destinations []place
	certificates []place
	problems     []string
}

// specs caches by reflect.Type: tags do not change.
var specs sync.Map

func specOf(typ reflect.Type) *spec {
	if cached, ok := specs.Load(typ); ok {
		return cached.(*spec) // nothing else is stored
	}
	r := reader{spec: new(spec)}
	r.spec.root = r.object("", typ, 0)
	r.places("", r.spec.root, nil)
	cached, _ := specs.LoadOrStore(typ, r.spec)
	return cached.(*spec) // nothing else is stored
}

// specFor returns the declarations of p and its struct. Wrong declarations are
// programming errors, which Check reports, and panic.
func specFor(p Properties) (*spec, reflect.Value) {
	v := reflect.ValueOf(p)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("integrations: properties of %T are no pointer to a struct", p))
	}
	s := specOf(v.Elem().Type())
	if len(s.problems) > 0 {
		panic("integrations: " + strings.Join(s.problems, "; "))
	}
	return s, v.Elem()
}

// Check reports every mistake in the declarations of the definition: members
// that are missing, tags that are not understood. It is for tests; with such
// mistakes the other methods panic.
func (d *Definition) Check() error {
	var found []error
	complain := func(wrong bool, text string) {
		if wrong {
			found = append(found, fmt.Errorf("%s: %s", d.Type, text))
		}
	}
	complain(!regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(d.Type), "type is not lower_snake")
	complain(d.Family == "" || d.Label == "" || d.Description == "", "family, label or description is missing")
	complain(d.Shape != Documented && d.Shape != Proposed, "shape is neither documented nor proposed")
	complain(d.Example == "", "example is missing")
	if d.New == nil {
		return errors.Join(append(found, fmt.Errorf("%s: New is missing", d.Type))...)
	}
	p := d.New()
	_, probes := p.(Prober)
	complain(probes == (d.NoProbe != ""), "either a probe or a reason why there is none")
	typ := reflect.TypeOf(p)
	if typ == nil || typ.Kind() != reflect.Pointer || typ.Elem().Kind() != reflect.Struct {
		return errors.Join(append(found, fmt.Errorf("%s: properties are no pointer to a struct", d.Type))...)
	}
	for _, problem := range specOf(typ.Elem()).problems {
		complain(true, problem)
	}
	return errors.Join(found...)
}
