package scim

import (
	"maps"
	"strings"
)

// mostNames bounds the attributes that a request names.
const mostNames = 200

// Shape says which attributes an answer shows (RFC 7644, section 3.9). The zero
// Shape shows all.
type Shape struct{ Only, Without []string }

// names reads lists of attributes: each may hold several, separated by commas.
func names(lists []string) ([]string, error) {
	var out []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				out = append(out, name)
			}
		}
	}
	if len(out) > mostNames {
		return nil, refuse(TypeInvalidValue, "There may be at most %d names of attributes in one request.", mostNames)
	}
	return out, nil
}

// NewShape reads the parameters attributes and excludedAttributes.
func NewShape(attributes, excluded []string) (Shape, error) {
	only, err := names(attributes)
	if err != nil {
		return Shape{}, err
	}
	without, err := names(excluded)
	return Shape{Only: only, Without: without}, err
}

// Chosen reports whether the client asked for attributes by name.
func (s Shape) Chosen() bool { return len(s.Only)+len(s.Without) > 0 }

// cut returns what the shape shows of a resource of the kind. Names that are not
// known show and hide nothing.
func (s Shape) cut(k *kind, o object) object {
	out := maps.Clone(o)
	if len(s.Only) > 0 {
		out = object{}
		for name := range o {
			if a := k.find(name); a != nil && a.Returned == always {
				out[name] = o[name]
			}
		}
		for _, name := range s.Only {
			k.show(out, o, name)
		}
	}
	for _, name := range s.Without {
		k.hide(out, name)
	}
	return out
}

// shows reports whether an attribute that need not be returned is shown, in part at
// least.
func (s Shape) shows(k *kind, attribute string) bool {
	shown := len(s.Only) == 0
	for _, name := range s.Only {
		if a, _ := k.named(name); a != nil && a.Name == attribute {
			shown = true
		}
	}
	for _, name := range s.Without {
		if a, sub := k.named(name); a != nil && a.Name == attribute && sub == "" {
			return false
		}
	}
	return shown
}

// named returns the attribute that a name or path is about, nil for none. What
// chooses among its values, in brackets, does not count.
func (k *kind) named(name string) (a *Attribute, sub string) {
	name, _ = cutFold(name, k.schema+":")
	if first, rest, found := strings.Cut(name, "["); found {
		name = first + rest[strings.LastIndexByte(rest, ']')+1:]
	}
	first, sub, _ := strings.Cut(name, ".")
	return k.find(strings.TrimSpace(first)), sub
}

// show copies an attribute, or a sub-attribute.
func (k *kind) show(to, from object, name string) {
	a, sub := k.named(name)
	if a == nil || from[a.Name] == nil {
		return
	}
	if sub == "" {
		to[a.Name] = from[a.Name]
		return
	}
	s := find(a.SubAttributes, sub)
	if s == nil {
		return
	}
	if to[a.Name] != nil { // several sub-attributes of one
		merge(to, from, a.Name, s.Name)
		return
	}
	to[a.Name] = each(from[a.Name], func(o object) object { return pick(o, s.Name) })
}

// merge adds a sub-attribute to what is shown already.
func merge(to, from object, name, sub string) {
	shown, whole := values(to[name]), values(from[name])
	for i, v := range shown {
		o, ok := v.(object)
		w, also := whole[i].(object)
		if ok && also && w[sub] != nil {
			o[sub] = w[sub]
		}
	}
}

func pick(o object, name string) object {
	if o[name] == nil {
		return object{}
	}
	return object{name: o[name]}
}

// each returns a copy of an attribute in which every object is what do makes of it.
func each(v any, do func(object) object) any {
	switch v := v.(type) {
	case object:
		return do(v)
	case []member:
		return each(objects(v), do)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = each(v[i], do)
		}
		return out
	}
	return v
}

// hide removes an attribute that may be missing, or a sub-attribute.
func (k *kind) hide(from object, name string) {
	a, sub := k.named(name)
	switch {
	case a == nil || a.Returned == always:
	case sub == "":
		delete(from, a.Name)
	case from[a.Name] != nil:
		if s := find(a.SubAttributes, sub); s != nil {
			from[a.Name] = each(from[a.Name], func(o object) object {
				o = maps.Clone(o)
				delete(o, s.Name)
				return o
			})
		}
	}
}
