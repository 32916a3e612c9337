package integrations

import "reflect"

// Destinations returns the pointers of all destinations that the type has, in
// the order of their declaration. The caller must not change the list.
func (d *Definition) Destinations() []string {
	s, _ := specFor(d.New())
	return pointers(s.destinations)
}

// ChangedDestinations returns the pointers of destinations whose effective
// value differs between before and after, properties as Decode gives them. A
// property that does not apply, or whose parent object is absent, has no value,
// which differs from any other, the empty one included. A secret among
// destinations differs if a new value is given.
func (d *Definition) ChangedDestinations(before, after Properties) []string {
	s, old := specFor(before)
	_, now := specFor(after)
	if old.Type() != now.Type() {
		return pointers(s.destinations)
	}
	var changed []string
	for _, at := range s.destinations {
		a, b := effective(at, old), effective(at, now)
		if a.IsValid() != b.IsValid() || a.IsValid() && !same(a, b) {
			changed = append(changed, at.pointer)
		}
	}
	return changed
}

func effective(at place, v reflect.Value) reflect.Value {
	field, applies := at.find(v)
	if !applies {
		return reflect.Value{}
	}
	return field
}

func same(a, b reflect.Value) bool {
	if a.Type() == textType {
		x, y := secretOf(a), secretOf(b)
		return x.IsKept() && y.IsKept() || x.Equal(y)
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
