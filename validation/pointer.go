package validation

import (
	"reflect"
	"strconv"
	"strings"
)

// escaper writes a name as a part of a JSON Pointer (RFC 6901).
var escaper = strings.NewReplacer("~", "~0", "/", "~1")

// pointerOf turns a namespace of validator/v10 ("Properties.hosts[2].name")
// into a pointer. It walks along the value, because keys of maps may hold any
// character.
func pointerOf(v reflect.Value, namespace string) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	rest := namespace
	if v.Type().Name() != "" {
		_, rest, _ = strings.Cut(namespace, ".")
	}
	if !strings.ContainsAny(rest, "[~/") { // members of objects only: the usual case
		return "/" + strings.ReplaceAll(rest, ".", "/")
	}
	var b strings.Builder
	for rest != "" {
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		var name string
		switch v.Kind() {
		case reflect.Struct:
			v, name, rest = member(v, rest)
		case reflect.Slice, reflect.Array:
			v, name, rest = element(v, rest)
		case reflect.Map:
			v, name, rest = entry(v, rest)
		default:
			return b.String()
		}
		b.WriteString("/" + escaper.Replace(name))
	}
	return b.String()
}

// ownerOf returns the struct that has the field of a namespace of validator/v10 in
// names of Go ("Properties.Hosts[2].Name").
func ownerOf(t reflect.Type, namespace string) reflect.Type {
	path := strings.Split(namespace, ".")
	path = path[:len(path)-1]
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() != "" {
		path = path[1:]
	}
	for _, name := range path {
		name, _, _ = strings.Cut(name, "[")
		field, _ := t.FieldByName(name)
		for t = field.Type; t.Kind() != reflect.Struct; {
			t = t.Elem()
		}
	}
	return t
}

func member(v reflect.Value, rest string) (reflect.Value, string, string) {
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	name := rest[:end]
	rest = strings.TrimPrefix(rest[end:], ".")
	for field, value := range v.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name {
			return value, name, rest
		}
	}
	return reflect.Value{}, name, rest
}

func element(v reflect.Value, rest string) (reflect.Value, string, string) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(rest, "["), "]")
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || i >= v.Len() {
		return reflect.Value{}, name, ""
	}
	return v.Index(i), name, strings.TrimPrefix(rest, ".")
}

// entry finds the key: nothing may follow it unless the values are structs.
func entry(v reflect.Value, rest string) (reflect.Value, string, string) {
	iter := v.MapRange()
	for iter.Next() {
		key := iter.Key().String()
		if behind, found := strings.CutPrefix(rest, "["+key+"]"); found && (behind == "" || behind[0] == '.') {
			return iter.Value(), key, strings.TrimPrefix(behind, ".")
		}
	}
	return reflect.Value{}, strings.Trim(rest, "[]"), ""
}
