package scim

import (
	"maps"
	"slices"
	"strings"
)

// mostOperations bounds a PATCH; each can hold many values.
const mostOperations = 1000

// operation is one step of a PATCH (RFC 7644, section 3.5.2).
type operation struct {
	op string // opAdd, opReplace or opRemove
	// path is empty where the value says what it is about.
	path  string
	value any
}

const (
	opAdd     = "add"
	opReplace = "replace"
	opRemove  = "remove"
)

// operations reads the body of a PATCH. Names of members and operations ignore
// case: Microsoft Entra ID writes "Add" and "Replace".
func operations(body []byte) ([]operation, error) {
	in, err := document(body)
	if err != nil {
		return nil, err
	}
	if err := announces(in, patchMessage); err != nil {
		return nil, err
	}
	members, err := folded(in)
	if err != nil {
		return nil, err
	}
	list, ok := members["operations"].([]any) // Microsoft's validator sends an empty one, too
	if !ok {
		return nil, refuse(TypeInvalidSyntax, "The attribute Operations must be a list of operations.")
	}
	if len(list) > mostOperations {
		return nil, refuse(TypeInvalidSyntax, "There may be at most %d operations in one request.", mostOperations)
	}
	out := make([]operation, len(list))
	for i, v := range list {
		if out[i], err = readOperation(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readOperation(v any) (operation, error) {
	given, ok := v.(object)
	if !ok {
		return operation{}, refuse(TypeInvalidSyntax, "Each of Operations must be an object.")
	}
	in, err := folded(given)
	if err != nil {
		return operation{}, err
	}
	o := operation{value: in["value"]}
	o.op, _ = in["op"].(string)
	o.op = strings.ToLower(o.op)
	if !slices.Contains([]string{opAdd, opReplace, opRemove}, o.op) {
		return o, refuse(TypeInvalidSyntax, "The attribute op must be add, remove or replace.")
	}
	switch path := in["path"].(type) {
	case nil:
	case string:
		o.path = strings.TrimSpace(path)
	default:
		return o, refuse(TypeInvalidPath, "The attribute path must be a text.")
	}
	if o.path == "" && o.op == opRemove {
		return o, refuse(TypeNoTarget, "An operation that removes needs a path.")
	}
	return o, nil
}

// apply carries out the operations on the resource, in their order.
func (k *kind) apply(to object, list []operation) error {
	steps, err := k.spread(list)
	if err != nil {
		return err
	}
	for _, o := range steps {
		if err := k.applyAt(to, o); err != nil {
			return err
		}
	}
	return nil
}

// spread makes operations with paths of those without.
func (k *kind) spread(list []operation) ([]operation, error) {
	steps := make([]operation, 0, len(list))
	for _, o := range list {
		if o.path != "" {
			steps = append(steps, o)
			continue
		}
		more, err := k.spreadOne(o, 0)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}

// spreadOne reads an operation without a path: each member of the value is one with
// a path. Clients put paths there ("name.givenName"), the read-only attributes that
// they know, and what is not known here.
func (k *kind) spreadOne(o operation, depth int) ([]operation, error) {
	members, ok := o.value.(object)
	if !ok {
		return nil, refuse(TypeInvalidValue, "An operation without a path needs an object of attributes as its value.")
	}
	if _, err := folded(members); err != nil {
		return nil, err
	}
	var steps []operation
	for _, name := range slices.Sorted(maps.Keys(members)) {
		one := operation{op: o.op, path: name, value: members[name]}
		if strings.EqualFold(name, k.schema) && depth == 0 {
			more, err := k.spreadOne(one, depth+1)
			if err != nil {
				return nil, err
			}
			steps = append(steps, more...)
			continue
		}
		if a := k.member(name); k.knows(name) && (a == nil || a.Mutability != readOnly) {
			steps = append(steps, one)
		}
	}
	return steps, nil
}

// knows reports whether the name, or path, begins with an attribute of the kind and
// names no sub-attribute that this has not.
func (k *kind) knows(name string) bool {
	a, sub := k.named(name)
	return a != nil && (sub == "" || a.ignored || find(a.SubAttributes, sub) != nil)
}

// path is the target of an operation.
type path struct {
	target
	// of chooses values of a list; nil for all of them.
	of filter
}

// parsePath reads a path. The error is an *Error of the type invalidPath.
func (k *kind) parsePath(text string) (path, error) {
	p, err := newParser(k, text, TypeInvalidPath)
	if err != nil {
		return path{}, err
	}
	if p.next.kind != tokenWord {
		return path{}, p.unexpected("the name of an attribute")
	}
	var out path
	if out.target, err = p.target(p.next.text); err != nil {
		return path{}, err
	}
	if err := p.advance(); err != nil {
		return path{}, err
	}
	if p.next.kind == '[' {
		if out.of, err = p.bracketed(out.target); err != nil {
			return path{}, err
		}
		if p.next.kind == tokenWord && strings.HasPrefix(p.next.text, ".") {
			if out.sub, err = p.sub(out.target); err != nil {
				return path{}, err
			}
		}
	}
	if p.next.kind != tokenEnd {
		return path{}, p.unexpected("the end")
	}
	return out, nil
}

// applyAt carries out an operation with a path. What is not kept is passed over.
func (k *kind) applyAt(to object, o operation) error {
	at, err := k.parsePath(o.path)
	if err != nil {
		return err
	}
	a := at.attribute
	switch {
	case a.ignored || at.sub != nil && at.sub.ignored:
		return nil
	case a.Mutability == readOnly || at.sub != nil && at.sub.Mutability == readOnly:
		return refuse(TypeMutability, "The attribute %s cannot be changed.", o.path)
	case a.MultiValued:
		return at.applyList(to, o)
	case at.of != nil:
		return refuse(TypeInvalidPath, "The attribute %s has one value; there is nothing to choose from.", a.Name)
	case a.Type == typeComplex:
		return at.applyComplex(to, o)
	}
	if o.op == opRemove {
		to[a.Name] = nil
		return nil
	}
	to[a.Name], err = a.single(o.value)
	return err
}

// applyComplex changes sub-attributes of an attribute that is no list.
func (at path) applyComplex(to object, o operation) error {
	a := at.attribute
	was, _ := to[a.Name].(object)
	now := maps.Clone(was)
	if now == nil {
		now = object{}
	}
	switch {
	case o.op == opRemove && at.sub == nil:
		now = nil
	case o.op == opRemove:
		delete(now, at.sub.Name)
	case at.sub != nil:
		v, err := at.sub.single(o.value)
		if err != nil {
			return err
		}
		now[at.sub.Name] = v
	default:
		v, err := a.single(o.value)
		if err != nil {
			return err
		}
		given, _ := v.(object)
		maps.Copy(now, given)
	}
	to[a.Name] = now
	return nil
}
