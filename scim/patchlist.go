package scim

import (
	"maps"
	"slices"
	"strings"
)

// applyList changes a list of values, in place: the resource is the operation's
// own.
func (at path) applyList(to object, o operation) error {
	list := values(to[at.attribute.Name])
	var err error
	switch {
	case at.of == nil && at.sub == nil:
		list, err = at.attribute.changed(list, o)
	case o.op == opRemove:
		list = at.without(list)
	default:
		list, err = at.with(list, o)
	}
	if err != nil {
		return err
	}
	if list == nil {
		list = []any{} // nil would not say that there is none
	}
	to[at.attribute.Name] = list
	return nil
}

// changed carries out an operation on the list as a whole.
func (a *Attribute) changed(list []any, o operation) ([]any, error) {
	if o.op == opRemove && o.value == nil {
		return []any{}, nil
	}
	read, err := a.value(o.value)
	if err != nil {
		return nil, err
	}
	given, _ := read.([]any)
	switch o.op {
	case opReplace:
		return given, nil
	case opRemove: // members that clients name in the value, not in the path
		gone := indexOf(given)
		return slices.DeleteFunc(list, func(v any) bool {
			_, named := gone[keyOf(v)]
			_, untyped := gone[key{value: keyOf(v).value}]
			return named || untyped
		}), nil
	}
	return added(list, given), nil
}

// added appends the values that are not there; others are laid over what is known
// of them.
func added(list, given []any) []any {
	index := indexOf(list)
	for _, v := range given {
		i, there := index[keyOf(v)]
		if !there {
			i = len(list)
			index[keyOf(v)] = i
			list = append(list, v)
		}
		was, _ := list[i].(object)
		now, isObject := v.(object)
		if there && was != nil {
			maps.Copy(was, now)
		}
		if isObject && now["primary"] == true {
			demote(list, i)
		}
	}
	return list
}

// key is what values of a list are told apart by.
type key struct{ value, typ string }

func keyOf(v any) key {
	o, ok := v.(object)
	if !ok {
		return key{value: strings.ToLower(asText(v))}
	}
	return key{strings.ToLower(asText(o["value"])), strings.ToLower(asText(o["type"]))}
}

// indexOf returns where each value stands.
func indexOf(list []any) map[key]int {
	index := make(map[key]int, len(list))
	for i, v := range list {
		index[keyOf(v)] = i
	}
	return index
}

// chosen reports whether the path means the value.
func (at path) chosen(v any) bool {
	o, ok := v.(object)
	return at.of == nil || ok && at.of.holds(o)
}

// without removes values, or a sub-attribute of them. What is not there needs no
// removing.
func (at path) without(list []any) []any {
	if at.sub == nil {
		return slices.DeleteFunc(list, at.chosen)
	}
	for _, v := range list {
		if o, ok := v.(object); ok && at.chosen(v) {
			delete(o, at.sub.Name)
		}
	}
	return list
}

// with adds to or replaces the values that the path means. Where there is none,
// one is made that meets the condition: Microsoft Entra ID adds
// emails[type eq "work"].value to users without an e-mail address.
func (at path) with(list []any, o operation) ([]any, error) {
	given, err := at.given(o.value)
	if err != nil {
		return nil, err
	}
	first := -1
	for i, v := range list {
		one, ok := v.(object)
		if !ok || !at.chosen(v) {
			continue
		}
		if first < 0 {
			first = i
		}
		if at.sub == nil && o.op == opReplace {
			list[i] = maps.Clone(given)
		} else {
			maps.Copy(one, given)
		}
	}
	if first >= 0 {
		if given["primary"] == true {
			demote(list, first)
		}
		return list, nil
	}
	made := object{}
	if !described(at.of, made) {
		return nil, refuse(TypeNoTarget, "No value of %s meets the condition of the path.", at.attribute.Name)
	}
	maps.Copy(made, given)
	list = append(list, made)
	if made["primary"] == true {
		demote(list, len(list)-1)
	}
	return list, nil
}

// given reads the value of an operation on chosen values, as an object.
func (at path) given(value any) (object, error) {
	if at.sub != nil {
		v, err := at.sub.single(value)
		return object{at.sub.Name: v}, err
	}
	if list, ok := value.([]any); ok && len(list) == 1 {
		value = list[0]
	}
	v, err := at.attribute.single(value)
	if err != nil {
		return nil, err
	}
	if o, ok := v.(object); ok {
		return o, nil
	}
	return nil, refuse(TypeInvalidValue, "The operation on %s needs a value.", at.attribute.Name)
}

// described fills in what a value must be to meet the condition, and reports
// whether that is all there is to it: equalities, joined by and.
func described(f filter, into object) bool {
	switch f := f.(type) {
	case nil:
		return true
	case both:
		return described(f.left, into) && described(f.right, into)
	case comparison:
		if f.operator != "eq" || f.value == nil || f.leaf != f.at.attribute {
			return false
		}
		into[f.leaf.Name] = f.value
		return true
	}
	return false
}
