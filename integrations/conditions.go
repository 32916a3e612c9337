package integrations

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// conditions resolves the tags when of an object's properties.
func (r *reader) conditions(at string, o *object) {
	for i := range o.properties {
		p := &o.properties[i]
		if p.when == nil {
			continue
		}
		name, values, found := strings.Cut(p.when.values[0], "=")
		sibling, exists := o.byName[name]
		if !found || !exists || sibling == i {
			r.complain(at+p.pointer, "when names no sibling")
			p.when = nil
			continue
		}
		p.when = &condition{sibling: sibling, values: strings.Split(values, "|")}
		r.checkCondition(at+p.pointer, &o.properties[sibling], p.when)
	}
	for i := range o.properties {
		if o.circular(i) {
			r.complain(at+o.properties[i].pointer, "when leads back to itself")
			o.properties[i].when = nil
		}
	}
}

func (r *reader) checkCondition(at string, sibling *property, c *condition) {
	possible := sibling.enum
	switch sibling.kind {
	case kindBoolean:
		possible = []string{"true", "false"}
	case kindText, kindInteger:
	default:
		r.complain(at, "when depends on a property that is neither text, integer nor boolean")
		return
	}
	for _, value := range c.values {
		if possible != nil && !slices.Contains(possible, value) {
			r.complain(at, "when names the value %q, which its sibling cannot have", value)
		}
	}
}

// circular reports whether following the conditions from i comes back to i.
func (o *object) circular(i int) bool {
	at := i
	for range o.properties {
		if o.properties[at].when == nil {
			return false
		}
		if at = o.properties[at].when.sibling; at == i {
			return true
		}
	}
	return false
}

// applies reports whether the property applies in the struct v: its sibling
// applies itself and has one of the values.
func (o *object) applies(v reflect.Value, index int) bool {
	c := o.properties[index].when
	if c == nil {
		return true
	}
	value := plain(v.Field(o.properties[c.sibling].index))
	return slices.Contains(c.values, value) && o.applies(v, c.sibling)
}

// plain is how a value is written in the tags when and enum.
func plain(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	}
	return v.String()
}
