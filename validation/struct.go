package validation

import (
	"errors"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"admin-api/secret"
)

// keptSecret stands for a stored secret while rules run: its value is not at
// hand, but it counts as set.
const keptSecret = "kept"

// engine is built once; validator/v10 caches what it learns of each struct and
// is safe for concurrent use.
var engine = sync.OnceValue(newEngine)

func newEngine() *validator.Validate {
	e := validator.New(validator.WithRequiredStructEnabled())
	e.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	e.RegisterCustomTypeFunc(func(v reflect.Value) any {
		text := textOf(v)
		switch {
		case text.IsKept():
			return keptSecret
		case text.IsZero():
			return unset
		}
		return text.Reveal()
	}, secret.Text{})
	for tag, judge := range judges() {
		err := e.RegisterValidation(tag, func(fl validator.FieldLevel) bool {
			return fl.Field().Kind() == reflect.String && judge(fl.Field().String()) == ""
		})
		if err != nil {
			panic("validation: tag " + tag + ": " + err.Error()) // a programming error: an empty name or no function
		}
	}
	return e
}

// unset is what unset secrets are to the engine, boxed once.
var unset any = ""

// textOf avoids a copy on the heap where it can.
func textOf(v reflect.Value) secret.Text {
	if v.CanAddr() {
		if text, ok := reflect.TypeAssert[*secret.Text](v.Addr()); ok {
			return *text
		}
	}
	text, _ := reflect.TypeAssert[secret.Text](v)
	return text
}

// Struct judges v, a pointer to a struct, by the validate tags of its fields
// and reports one violation per field at most, in the order of the fields,
// with pointers made of the json names. Rules other than those about presence
// (required…, excluded…) pass over unset members, whether or not they say
// omitempty. skip, unless nil, is asked for the pointer of a broken rule
// whether to be silent about it. A tag that is not Known is a programming
// error and panics.
func Struct(v any, c *Context, skip func(pointer string) bool) {
	err := engine().Struct(v)
	if err == nil {
		return
	}
	var broken validator.ValidationErrors
	if !errors.As(err, &broken) {
		panic("validation: " + err.Error()) // v is no struct
	}
	for _, field := range broken {
		pointer := pointerOf(reflect.ValueOf(v), field.Namespace())
		if passesOver(field) || skip != nil && skip(pointer) {
			continue
		}
		found := violationOf(reflect.TypeOf(v), field)
		found.Pointer = pointer
		c.Add(found)
	}
}

// passesOver reports whether the field is unset and the rule is about values.
func passesOver(field validator.FieldError) bool {
	if isPresence(field.Tag()) || strings.HasSuffix(field.Namespace(), "]") {
		return false
	}
	switch field.Kind() {
	case reflect.Invalid, reflect.Pointer:
		return true
	case reflect.String, reflect.Slice, reflect.Map:
		return reflect.ValueOf(field.Value()).Len() == 0
	}
	return false
}

func isPresence(tag string) bool {
	return strings.HasPrefix(tag, "required") || strings.HasPrefix(tag, "excluded")
}

func violationOf(root reflect.Type, field validator.FieldError) Violation {
	judge, own := judges()[field.Tag()]
	if !own {
		found := Rule(field.Tag(), field.Param(), kindOf(field.Kind()))
		if detail := whenRequired(root, field); detail != "" {
			found.Detail = detail
		}
		return found
	}
	text, _ := field.Value().(string)
	found := Rule(judge(text), "", KindText)
	if detail := pastedInstead(text); detail != "" && found.Code == tagCertificate {
		found.Detail = detail
	}
	return found
}

// whenRequired says on which value of its neighbour it depends that a member must be
// given; empty for other rules.
func whenRequired(root reflect.Type, field validator.FieldError) string {
	words := map[string]string{"required_if": "while", "required_unless": "unless"}
	pair := strings.Fields(field.Param())
	if words[field.Tag()] == "" || len(pair) != 2 {
		return ""
	}
	neighbour, ok := ownerOf(root, field.StructNamespace()).FieldByName(pair[0])
	name, _, _ := strings.Cut(neighbour.Tag.Get("json"), ",")
	if !ok || name == "" {
		return ""
	}
	return "Must be given " + words[field.Tag()] + " " + name + " is " + pair[1] + "."
}

func kindOf(k reflect.Kind) Kind {
	switch k {
	case reflect.Slice, reflect.Array, reflect.Map:
		return KindList
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return KindNumber
	}
	return KindText
}
