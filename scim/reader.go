package scim

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"admin-api/strict"
)

// object is a resource, or a complex value of one, by the names as schemas write
// them. Multi-valued attributes are []any. A member that is nil, or an empty list,
// was given as having no value.
type object = map[string]any

// document checks that body is one strict JSON object and returns its members by
// their names. The error is an *Error.
func document(body []byte) (object, error) {
	err := strict.Check(body, strict.Limits{})
	if _, twice := errors.AsType[*strict.DuplicateError](err); twice {
		return nil, refuse(TypeInvalidSyntax, "The body has a member more than once.")
	}
	if err != nil {
		return nil, explain(err)
	}
	var in object
	if err := json.Unmarshal(body, &in); err != nil || in == nil {
		return nil, refuse(TypeInvalidSyntax, "The body must be a JSON object.")
	}
	return in, nil
}

// folded returns the members of an object by their names in lower case: names
// ignore case, so two that differ in case only are one member twice.
func folded(in object) (object, error) {
	out := make(object, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		key := strings.ToLower(name)
		if _, twice := out[key]; twice {
			return nil, refuse(TypeInvalidSyntax, "The attribute %s stands more than once; names ignore case.", quote(name))
		}
		out[key] = in[name]
	}
	return out, nil
}

// announces refuses a message or resource that names schemas, but not its own. One
// that names none is what its address says: authentik sends such ones.
func announces(in object, schema string) error {
	var list []any
	for name, value := range in {
		if !strings.EqualFold(name, "schemas") || value == nil {
			continue
		}
		given, ok := value.([]any)
		if !ok {
			given = []any{value}
		}
		list = append(list, given...)
	}
	named := func(v any) bool {
		s, ok := v.(string)
		return ok && strings.EqualFold(s, schema)
	}
	if len(list) == 0 || slices.ContainsFunc(list, named) {
		return nil
	}
	return refuse(TypeInvalidSyntax, "The attribute schemas must be a list that holds %s.", schema)
}

// resource reads a whole resource of the kind. What is read-only, not kept or not
// known is passed over: Microsoft's tests of service providers ask for it, and one
// wrong mapping must not keep a provider from disabling somebody.
func (k *kind) resource(body []byte) (object, error) {
	in, err := document(body)
	if err != nil {
		return nil, err
	}
	if err := announces(in, k.schema); err != nil {
		return nil, err
	}
	if _, err := folded(in); err != nil {
		return nil, err
	}
	out := object{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		a := k.member(name)
		if a == nil || a.ignored || a.Mutability == readOnly {
			continue
		}
		if out[a.Name], err = a.value(in[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// member returns the attribute that a member's name stands for, nil for none.
func (k *kind) member(name string) *Attribute {
	name, _ = cutFold(name, k.schema+":")
	return k.find(name)
}

func cutFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// value reads the value of an attribute. null means none.
func (a *Attribute) value(in any) (any, error) {
	if !a.MultiValued {
		return a.single(in)
	}
	if in == nil {
		return []any{}, nil
	}
	list, ok := in.([]any)
	if !ok {
		list = []any{in} // some send the only value alone
	}
	out := make([]any, 0, len(list))
	for _, v := range list {
		if v == nil {
			continue
		}
		one, err := a.single(v)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return onePrimary(out), nil
}

// unwrapped returns the value that stands alone in a list, or as the member value
// of an object: so older jobs of Microsoft Entra ID send what has one value.
func (a *Attribute) unwrapped(in any) any {
	if list, ok := in.([]any); ok && len(list) == 1 {
		in = list[0]
	}
	o, ok := in.(object)
	if !ok || a.Type == typeComplex {
		return in
	}
	for name, v := range o {
		if strings.EqualFold(name, "value") {
			return v
		}
	}
	return in
}

// single reads one value.
func (a *Attribute) single(in any) (any, error) {
	if in = a.unwrapped(in); in == nil {
		return nil, nil //nolint:nilnil // having no value is one
	}
	switch a.Type {
	case typeBoolean:
		return a.boolean(in)
	case typeComplex:
		return a.complexValue(in)
	}
	if s, ok := in.(string); ok {
		return s, nil
	}
	return nil, refuse(TypeInvalidValue, "The attribute %s must be a text.", a.Name)
}

// boolean reads a boolean; Microsoft Entra ID writes them as "True" and "False".
func (a *Attribute) boolean(in any) (any, error) {
	if b, ok := in.(bool); ok {
		return b, nil
	}
	if s, ok := in.(string); ok {
		switch {
		case strings.EqualFold(s, "true"):
			return true, nil
		case strings.EqualFold(s, "false"):
			return false, nil
		}
	}
	return nil, refuse(TypeInvalidValue, "The attribute %s must be true or false.", a.Name)
}

// complexValue reads a complex value; of a list, a text alone is its value.
func (a *Attribute) complexValue(in any) (any, error) {
	if s, ok := in.(string); ok && a.MultiValued {
		return a.unpack(object{"value": s}), nil
	}
	members, ok := in.(object)
	if !ok {
		return nil, refuse(TypeInvalidValue, "The attribute %s must be an object.", a.Name)
	}
	if _, err := folded(members); err != nil {
		return nil, err
	}
	out := object{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		// Values come with what the provider knows beside: Microsoft Entra ID gives
		// members a displayName.
		sub := find(a.SubAttributes, name)
		if sub == nil || sub.ignored || sub.Mutability == readOnly {
			continue
		}
		v, err := sub.single(members[name])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[sub.Name] = v
		}
	}
	return a.unpack(out), nil
}

// unpack takes the value out of the JSON object that Microsoft Entra ID sends as the
// text of a role: {"id":"…","value":"Admin","displayName":"Administrator"}.
func (a *Attribute) unpack(o object) object {
	text := asText(o["value"])
	if !a.packed || !strings.HasPrefix(text, "{") {
		return o
	}
	var in struct{ Value, DisplayName string }
	if json.Unmarshal([]byte(text), &in) == nil && cmp.Or(in.Value, in.DisplayName) != "" {
		o["value"] = cmp.Or(in.Value, in.DisplayName)
	}
	return o
}

// onePrimary leaves the first of several primary values primary (RFC 7643,
// section 2.4).
func onePrimary(list []any) []any {
	for i, v := range list {
		if o, ok := v.(object); ok && o["primary"] == true {
			demote(list, i)
			break
		}
	}
	return list
}

// demote leaves no value primary but the one at keep.
func demote(list []any, keep int) {
	for i, v := range list {
		if o, ok := v.(object); ok && i != keep {
			delete(o, "primary")
		}
	}
}

// longestQuote is how much of a name that a client made up is repeated to it.
const longestQuote = 64

// quote repeats a name to the client.
func quote(name string) string {
	if len(name) > longestQuote {
		name = strings.ToValidUTF8(name[:longestQuote], "") + "…"
	}
	return `"` + name + `"`
}
