package integrations

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// reader builds a spec from tags.
type reader struct{ spec *spec }

func (r *reader) complain(at, format string, args ...any) {
	r.spec.problems = append(r.spec.problems, at+": "+fmt.Sprintf(format, args...))
}

const deepest = 5 // objects inside each other; a type that holds itself has no end

func (r *reader) object(at string, typ reflect.Type, depth int) *object {
	o := &object{typ: typ, byName: map[string]int{}}
	if depth > deepest {
		r.complain(at, "objects are nested too deeply")
		return o
	}
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || name == "-" {
			continue
		}
		pointer := strict.Pointer(name)
		if _, twice := o.byName[name]; name == "" || twice || field.Anonymous {
			r.complain(at+pointer, "field %s needs a json name of its own and must not be embedded", field.Name)
			continue
		}
		o.byName[name] = len(o.properties)
		p := property{name: name, pointer: pointer, index: i}
		r.shape(at+pointer, &p, field.Type, depth)
		r.tags(at+pointer, &p, field.Tag)
		o.properties = append(o.properties, p)
	}
	r.conditions(at, o)
	return o
}

var textType = reflect.TypeFor[secret.Text]()

func (r *reader) shape(at string, p *property, typ reflect.Type, depth int) {
	if typ.Kind() == reflect.Pointer {
		p.nilable, typ = true, typ.Elem()
	}
	switch {
	case typ == textType && !p.nilable:
		p.kind = kindSecret
	case typ.Kind() == reflect.Struct && typ != textType:
		p.kind, p.fields = kindObject, r.object(at, typ, depth+1)
	case typ.Kind() == reflect.Int:
		p.kind = kindInteger
	case p.nilable:
		r.complain(at, "a pointer to %s is not supported", typ)
	case typ.Kind() == reflect.String:
		p.kind = kindText
	case typ.Kind() == reflect.Bool:
		p.kind = kindBoolean
	case typ == reflect.TypeFor[[]string]():
		p.kind = kindTexts
	case typ == reflect.TypeFor[map[string]string]():
		p.kind = kindMap
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() == reflect.Struct && typ.Elem() != textType:
		p.kind, p.fields = kindObjectList, r.object(at, typ.Elem(), depth+1)
	default:
		r.complain(at, "type %s is not supported", typ)
	}
}

func (r *reader) tags(at string, p *property, tag reflect.StructTag) {
	p.label, p.help, p.example = tag.Get("label"), tag.Get("help"), tag.Get("example")
	p.format, p.ref, p.hint = tag.Get("format"), tag.Get("ref"), tag.Get("hint")
	p.destination, p.generated = tag.Get("dest") == "true", tag.Get("generated") == "true"
	p.rules = validation.ParseTags(tag.Get("validate"))
	p.enum, p.enumLabels = list(tag.Get("enum")), list(tag.Get("enumLabels"))
	p.min, p.max = r.number(at, tag.Get("min")), r.number(at, tag.Get("max"))
	if pattern := tag.Get("pattern"); pattern != "" {
		var err error
		if p.pattern, err = regexp.Compile(pattern); err != nil {
			r.complain(at, "pattern: %v", err)
		}
	}
	if when := tag.Get("when"); when != "" {
		p.when = &condition{sibling: -1, values: []string{when}} // resolved by conditions
	}
	r.check(at, p)
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func (r *reader) number(at, text string) *int64 {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.complain(at, "bound %q is no integer", text)
		return nil
	}
	return &n
}

// check finds tags that say nothing or contradict each other.
func (r *reader) check(at string, p *property) {
	complain := func(wrong bool, text string) {
		if wrong {
			r.complain(at, "%s", text)
		}
	}
	complain(p.label == "", "label is missing")
	complain((p.pattern == nil) != (p.hint == ""), "pattern and hint go together")
	complain(p.enumLabels != nil && len(p.enumLabels) != len(p.enum), "enum and enumLabels differ in length")
	complain(!slices.Contains(formats, p.format), "format is not known")
	complain(!slices.Contains([]string{"", "user", "team"}, p.ref), "ref is not known")
	for _, rule := range p.rules {
		complain(!validation.Known(rule.String()), "rule "+rule.Name+" is not known")
	}
	p.checkKind(complain)
	if p.generated {
		complain(p.kind != kindSecret, "only secrets are generated")
		complain(p.when != nil || p.required(), "what is generated applies always and is not required")
		complain(strings.Count(at, "/") > 1, "what is generated stands in no other object")
	}
}

// checkKind finds tags that do not go with the field's type.
func (p *property) checkKind(complain func(wrong bool, text string)) {
	texts := p.kind == kindText || p.kind == kindTexts || p.kind == kindMap
	complain(p.enum != nil && !texts && p.kind != kindInteger, "only text and integers have an enum")
	complain(p.pattern != nil && !texts && p.kind != kindSecret, "only text has a pattern")
	complain(p.ref != "" && p.kind != kindText, "only text has a ref")
	bounded := p.kind != kindBoolean && p.kind != kindObject
	complain((p.min != nil || p.max != nil) && !bounded, "booleans and objects have no bounds")
	complain(p.min != nil && p.max != nil && *p.min > *p.max, "min is above max")
	dives := slices.Contains(p.rules, validation.Tag{Name: "dive"})
	complain(p.kind == kindObjectList && !dives, "a list of objects needs the rule dive")
}

// places lists what is found at fixed pointers, that is not inside lists.
func (r *reader) places(at string, o *object, path []step) {
	for i := range o.properties {
		p := &o.properties[i]
		here := place{pointer: at + p.pointer, path: append(slices.Clone(path), step{o, i})}
		switch {
		case p.kind == kindSecret:
			r.spec.secrets = append(r.spec.secrets, here)
		case p.format == formatCertificate:
			r.spec.certificates = append(r.spec.certificates, here)
		}
		if p.destination {
			r.spec.destinations = append(r.spec.destinations, here)
		}
		switch p.kind {
		case kindObject:
			r.places(here.pointer, p.fields, here.path)
		case kindObjectList:
			r.listed(here.pointer, p.fields)
		}
	}
}

// listed refuses secrets and destinations inside lists, which have no lasting
// pointers.
func (r *reader) listed(at string, o *object) {
	for _, p := range o.properties {
		if p.kind == kindSecret || p.destination {
			r.complain(at+p.pointer, "no secret and no destination stands inside a list; mark the list")
		}
		if p.fields != nil {
			r.listed(at+p.pointer, p.fields)
		}
	}
}
