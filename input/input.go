// Package input reads the documents of requests: strict JSON, taken apart into
// members or decoded into a struct whose tags are the rules, with every
// violation at once.
//
// Properties of accounts are read by package integrations, whose rules depend on
// the type; what this package reads has one shape for everybody.
package input

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"admin-api/strict"
	"admin-api/validation"
)

// shownUnknown is how many unknown members are named.
const shownUnknown = 100

// Limits bound every request document.
func Limits() strict.Limits { return strict.Limits{Depth: 32} }

// Members checks that body is one strict JSON object and returns its members.
// The error is a *strict.SyntaxError, or validation.Errors for duplicates and
// for another value than an object.
func Members(body []byte) (map[string]json.RawMessage, error) {
	if err := strict.Check(body, Limits()); err != nil {
		return nil, duplicates(err)
	}
	in, _, err := strict.Object(body)
	if err != nil {
		return nil, validation.Errors{{Code: "type", Detail: "The body must be a JSON object."}}
	}
	return in, nil
}

// duplicates turns a strict.DuplicateError into violations.
func duplicates(err error) error {
	var dup *strict.DuplicateError
	if !errors.As(err, &dup) {
		return err
	}
	var broken validation.Errors
	for _, pointer := range dup.Pointers {
		broken = append(broken, validation.Violation{
			Pointer: pointer, Code: "duplicate_member", Detail: "The member stands more than once; keep one.",
		})
	}
	return broken
}

// Decode reads body into the struct that into points to, by the names of its
// json tags, and judges it by its validate tags; what is wrong goes to c. Members
// of ignored are passed over: answers carry them. null counts as absent. The
// struct should begin as it is to be where members are absent. The error is that
// of Members.
func Decode(body []byte, into any, c *validation.Context, ignored ...string) error {
	in, err := Members(body)
	if err != nil {
		return err
	}
	for _, name := range ignored {
		delete(in, name)
	}
	decodeObject("", in, reflect.ValueOf(into).Elem(), c)
	judge(into, c)
	return nil
}

// Patch applies body, a JSON merge patch (RFC 7396), to the struct that into
// points to, and judges the outcome as Decode does. It also returns the names of
// the members that the patch gives.
func Patch(body []byte, into any, c *validation.Context, ignored ...string) ([]string, error) {
	in, err := Members(body)
	if err != nil {
		return nil, err
	}
	for _, name := range ignored {
		delete(in, name)
	}
	given := slices.Sorted(maps.Keys(in))
	v := reflect.ValueOf(into).Elem()
	for i := range v.NumField() {
		if raw, ok := in[memberName(v.Type().Field(i))]; ok {
			merge(v.Field(i), raw, in, memberName(v.Type().Field(i)))
		}
	}
	decodeObject("", in, v, c)
	judge(into, c)
	return given, nil
}

// merge prepares a field for a member of a merge patch: null empties it, and an
// object is laid over what is there.
func merge(field reflect.Value, raw json.RawMessage, in map[string]json.RawMessage, name string) {
	if string(raw) == "null" {
		field.SetZero()
		return
	}
	if raw[0] != '{' {
		return
	}
	base, err := json.Marshal(field.Interface())
	if err != nil {
		return // the field takes no object; decoding says so
	}
	if merged, err := strict.MergePatch(base, raw); err == nil {
		in[name] = merged
		field.SetZero()
	}
}

func memberName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// decodeObject sets the fields of v to the members of in. Structs inside are
// read as strictly.
func decodeObject(at string, in map[string]json.RawMessage, v reflect.Value, c *validation.Context) {
	known := map[string]bool{}
	for i := range v.NumField() {
		name := memberName(v.Type().Field(i))
		known[name] = true
		if raw, ok := in[name]; ok && string(raw) != "null" {
			decodeMember(at+strict.Pointer(name), raw, v.Field(i), c)
		}
	}
	shown := 0
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if !known[name] && shown < shownUnknown {
			c.Violate(at+strict.Pointer(name), "unknown_member", "There is no such member here.")
			shown++
		}
	}
}

func decodeMember(at string, raw json.RawMessage, field reflect.Value, c *validation.Context) {
	target := field
	if field.Kind() == reflect.Pointer && field.Type().Elem().Kind() == reflect.Struct {
		target = reflect.New(field.Type().Elem()).Elem()
	}
	_, own := reflect.TypeAssert[json.Unmarshaler](target.Addr())
	if target.Kind() == reflect.Struct && !own {
		in, _, err := strict.Object(raw)
		if err != nil {
			c.Violate(at, "type", "The value must be an object.")
			return
		}
		decodeObject(at, in, target, c)
		if target != field {
			field.Set(target.Addr())
		}
		return
	}
	if field.Kind() == reflect.Slice || field.Kind() == reflect.Pointer {
		field.SetZero() // else it would be decoded into memory that the stored record shares
	}
	if json.Unmarshal(raw, field.Addr().Interface()) != nil {
		field.SetZero()
		c.Violate(at, "type", fmt.Sprintf("The value must be %s.", wanted(field.Type())))
	}
}

// wanted names the JSON type that a Go type takes.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list, each element " + wanted(t.Elem())
	case reflect.Map:
		return "an object, each member " + wanted(t.Elem())
	}
	return "of another type"
}

// judge runs the rules of the tags, but for members about which something was
// said already.
func judge(into any, c *validation.Context) { validation.Struct(into, c, c.Broken) }
