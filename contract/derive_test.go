package contract_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	rules "admin-api/validation"
)

// document holds properties as plain data.
type document map[string]any

func parse(t *testing.T, text string) document {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var d document
	require.NoError(t, decoder.Decode(&d))
	return d
}

func (d document) json() json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		panic(err) // it was parsed from JSON
	}
	return b.Bytes()
}

func (d document) clone() document { return document(cloned(map[string]any(d)).(map[string]any)) }

func cloned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			out[name] = cloned(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = cloned(v[i])
		}
		return out
	}
	return v
}

// parent returns the object that holds what the pointer leads to, and its name
// there; nil where there is no such object and none is to be made.
func (d document) parent(pointer string, make bool) (map[string]any, string) {
	at := map[string]any(d)
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for _, part := range parts[:len(parts)-1] {
		next, ok := at[part].(map[string]any)
		if !ok && !make {
			return nil, ""
		}
		if !ok {
			next = map[string]any{}
			at[part] = next
		}
		at = next
	}
	return at, parts[len(parts)-1]
}

func (d document) get(pointer string) any {
	at, name := d.parent(pointer, false)
	return at[name]
}

// with returns a copy with another value; nil takes the property away.
func (d document) with(pointer string, v any) document {
	out := d.clone()
	if at, name := out.parent(pointer, v != nil); at != nil {
		delete(at, name)
		if v != nil {
			at[name] = cloned(v)
		}
	}
	return out
}

func (d document) without(pointers ...string) document {
	for _, pointer := range pointers {
		d = d.with(pointer, nil)
	}
	return d
}

// patchTo returns the merge patch (RFC 7396) that makes of d what other is.
func (d document) patchTo(other document) document {
	return document(difference(map[string]any(d), map[string]any(other)))
}

func difference(a, b map[string]any) map[string]any {
	out := map[string]any{}
	for name := range a {
		if _, stays := b[name]; !stays {
			out[name] = nil
		}
	}
	for name, after := range b {
		x, isObject := a[name].(map[string]any)
		y, becomesObject := after.(map[string]any)
		switch before, had := a[name]; {
		case isObject && becomesObject:
			if inner := difference(x, y); len(inner) > 0 {
				out[name] = inner
			}
		case !had || !same(before, after):
			out[name] = after
		}
	}
	return out
}

func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// deriver makes valid documents of a type out of its example: it changes a
// value and then does what the violations ask for.
type deriver struct {
	def    *integrations.Definition
	fields map[string]integrations.Field // by pointer, those inside lists left out
	bases  []document
	values samples
}

// testDomain is that of the contact center in which the documents are judged.
const testDomain = "acme.example"

func newDeriver(t *testing.T, def *integrations.Definition, values samples, extra ...string) *deriver {
	t.Helper()
	d := &deriver{def: def, fields: map[string]integrations.Field{}, values: values}
	d.add(def.Fields())
	for _, text := range append([]string{def.Example}, extra...) {
		d.bases = append(d.bases, parse(t, text))
	}
	d.bases = append(d.bases, document{}) // with what is required and nothing else
	return d
}

func (d *deriver) add(fields []integrations.Field) {
	for _, f := range fields {
		d.fields[f.Pointer] = f
		if f.Kind == integrations.FieldObject {
			d.add(f.Fields)
		}
	}
}

// decode judges a document as a new one.
func (d *deriver) decode(doc document) (integrations.Properties, rules.Errors) {
	c := &rules.Context{Now: time.Now(), Domain: testDomain}
	p := d.def.Decode(doc.json(), nil, c)
	return p, c.Errors()
}

// normal is a document in the form in which it is stored, secrets included.
func (d *deriver) normal(p integrations.Properties) document {
	b, err := d.def.EncodeWithSecrets(p)
	if err != nil {
		panic(err) // what was decoded can be encoded
	}
	var doc document
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber()
	if err := decoder.Decode(&doc); err != nil {
		panic(err)
	}
	return doc
}

// secrets returns the pointers of the secrets that are set and apply.
func (d *deriver) secrets(doc document) []string {
	p, broken := d.decode(doc)
	if p == nil || len(broken) > 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(d.def.Secrets(p)))
}

// longestRepair bounds how often a document is judged and mended.
const longestRepair = 60

// repair mends a document until it is valid; what is pinned stays as it is. It
// returns nil where that cannot be done.
func (d *deriver) repair(doc document, pinned ...string) document {
	tries := map[string]int{}
	for range longestRepair {
		_, broken := d.decode(doc)
		if len(broken) == 0 {
			return doc
		}
		mended := doc
		for _, v := range broken {
			if next := d.mend(mended, v, pinned, tries); next != nil {
				mended = next
				if v.Code != "not_applicable" {
					break // one value at a time: the others may follow from it
				}
			}
		}
		if same(mended, doc) {
			if mended, pinned = d.unstick(doc, broken, pinned); mended == nil {
				return nil
			}
		}
		doc = mended
	}
	return nil
}

// unstick tries for a pinned property that is refused beside its siblings to add
// or to take away one of those; what was added is pinned too.
func (d *deriver) unstick(doc document, broken rules.Errors, pinned []string) (document, []string) {
	for _, v := range broken {
		if !slices.Contains(pinned, v.Pointer) {
			continue
		}
		parent := v.Pointer[:strings.LastIndexByte(v.Pointer, '/')+1]
		for _, at := range slices.Sorted(maps.Keys(d.fields)) {
			name, isSibling := strings.CutPrefix(at, parent)
			if !isSibling || strings.Contains(name, "/") || slices.Contains(pinned, at) {
				continue
			}
			f := d.fields[at]
			for _, value := range append([]any{nil}, d.values.of(&f)...) {
				next := doc.with(at, value)
				_, left := d.decode(next)
				if !same(next, doc) && !slices.ContainsFunc(left, func(other rules.Violation) bool {
					return other.Pointer == v.Pointer || other.Pointer == at && value != nil
				}) {
					return next, append(slices.Clone(pinned), at)
				}
			}
		}
	}
	return nil, pinned
}

// mend does what one violation asks for; nil where it cannot.
func (d *deriver) mend(doc document, v rules.Violation, pinned []string, tries map[string]int) document {
	f, known := d.field(v.Pointer)
	held := slices.ContainsFunc(pinned, func(at string) bool {
		return at == f.Pointer || strings.HasPrefix(at, f.Pointer+"/") && v.Code == "not_applicable"
	})
	switch {
	case !known:
		return nil
	case v.Code == "not_applicable" && held:
		return d.makeApply(doc, f.Pointer, pinned)
	case held:
		return nil
	case v.Code == "not_applicable":
		return doc.with(f.Pointer, nil)
	}
	candidates := d.values.of(&f)
	if tries[f.Pointer] >= len(candidates) {
		return nil
	}
	tries[f.Pointer]++
	return doc.with(f.Pointer, candidates[tries[f.Pointer]-1])
}

// field returns the field that a violation is about, the list for an entry.
func (d *deriver) field(pointer string) (integrations.Field, bool) {
	for ; pointer != ""; pointer = pointer[:strings.LastIndexByte(pointer, '/')] {
		if f, ok := d.fields[pointer]; ok {
			return f, true
		}
	}
	return integrations.Field{}, false
}

// makeApply gives the properties on which it depends whether the one at the
// pointer applies values with which it does; nil where one is pinned to another.
func (d *deriver) makeApply(doc document, pointer string, pinned []string) document {
	for at, values := range d.conditions(pointer) {
		if slices.Contains(values, d.plain(doc, at)) {
			continue
		}
		if slices.Contains(pinned, at) {
			return nil
		}
		f := d.fields[at]
		doc = doc.with(at, typed(&f, values[0]))
	}
	return doc
}

// plain is a value as the tag when writes it, the default where it is absent.
func (d *deriver) plain(doc document, pointer string) string {
	v := doc.get(pointer)
	if v == nil {
		v = d.fields[pointer].Default
	}
	if v == nil {
		return ""
	}
	return text(v)
}

// conditions returns, for every property that decides whether the one at the
// pointer applies, the values with which it does.
func (d *deriver) conditions(pointer string) map[string][]string {
	out := map[string][]string{}
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		f := d.fields[at]
		for f.When != nil {
			out[f.When.Pointer] = f.When.Equals
			f = d.fields[f.When.Pointer]
		}
	}
	return out
}

// documents returns valid documents in which the secret is set: the bases, and
// for each value of each enumeration and switch one that has it.
func (d *deriver) documents(secret string) []document {
	f := d.fields[secret]
	var out []document
	for _, base := range d.bases {
		for _, value := range append([]any{base.get(secret)}, d.values.of(&f)...) {
			if value == nil {
				continue
			}
			if doc := d.settled(base.with(secret, value), secret); doc != nil {
				out = append(out, doc)
				break
			}
		}
	}
	for _, doc := range slices.Clone(out) {
		for _, at := range slices.Sorted(maps.Keys(d.fields)) {
			f := d.fields[at]
			if f.Kind != integrations.FieldEnum && f.Kind != integrations.FieldBoolean {
				continue
			}
			for _, value := range d.values.of(&f) {
				if variant := d.settled(doc.with(at, value), at, secret); variant != nil {
					out = append(out, variant)
				}
			}
		}
	}
	return out
}

// settled repairs a document in which what is pinned must be set and apply.
func (d *deriver) settled(doc document, pinned ...string) document {
	for _, pointer := range pinned {
		if next := d.makeApply(doc, pointer, pinned); next != nil {
			doc = next
		}
	}
	doc = d.repair(doc, pinned...)
	if doc == nil {
		return nil
	}
	secrets := d.secrets(doc)
	for _, pointer := range pinned {
		if d.fields[pointer].Secret && !slices.Contains(secrets, pointer) {
			return nil
		}
	}
	return doc
}

// move is a change of a destination that leaves secrets where they are.
type move struct {
	before, after document
	// destinations are those that change, kept the secrets that stay.
	destinations, kept []string
}

// move returns a change of the destination that keeps the secret; false where
// none was found.
func (d *deriver) move(destination, secret string) (move, bool) {
	f := d.fields[destination]
	for _, doc := range d.documents(secret) {
		starts := []document{doc}
		if doc.get(destination) == nil {
			for _, value := range d.values.of(&f) {
				if start := d.settled(doc.with(destination, value), destination, secret); start != nil {
					starts = append(starts, start)
					break
				}
			}
		}
		for _, before := range starts {
			if m, found := d.moveFrom(before, &f, secret); found {
				return m, true
			}
		}
	}
	return move{}, false
}

func (d *deriver) moveFrom(before document, f *integrations.Field, secret string) (move, bool) {
	old, _ := d.decode(before)
	for _, value := range d.values.others(f, before.get(f.Pointer)) {
		after := d.settled(before.with(f.Pointer, value), f.Pointer, secret)
		if after == nil { // others may have to say the same
			after = d.settled(d.everywhere(before, before.get(f.Pointer), value), f.Pointer, secret)
		}
		if after == nil || !same(after.get(secret), before.get(secret)) {
			continue
		}
		now, _ := d.decode(after)
		m := move{before: d.normal(old), after: d.normal(now), destinations: d.def.ChangedDestinations(old, now)}
		for _, pointer := range d.secrets(m.after) {
			if slices.Contains(d.secrets(m.before), pointer) && same(m.before.get(pointer), m.after.get(pointer)) {
				m.kept = append(m.kept, pointer)
			}
		}
		if slices.Contains(m.destinations, f.Pointer) && slices.Contains(m.kept, secret) {
			return m, true
		}
	}
	return move{}, false
}

// everywhere replaces the word in which two texts differ wherever a text of the
// document has it, secrets left out.
func (d *deriver) everywhere(doc document, old, now any) document {
	a, _ := old.(string)
	b, _ := now.(string)
	start, end := differingWord(a, b)
	if start == end {
		return doc
	}
	for pointer, f := range d.fields {
		if value, ok := doc.get(pointer).(string); ok && !f.Secret {
			doc = doc.with(pointer, strings.ReplaceAll(value, a[start:end], b[start:end]))
		}
	}
	return doc
}

// differingWord returns where the letters, digits and hyphens stand in which two
// texts of one length differ.
func differingWord(a, b string) (start, end int) {
	if len(a) != len(b) || a == b {
		return 0, 0
	}
	for a[start] == b[start] {
		start++
	}
	for end = len(a); a[end-1] == b[end-1]; {
		end--
	}
	isEnd := func(r rune) bool { return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	start = strings.LastIndexFunc(a[:start], isEnd) + 1
	if rest := strings.IndexFunc(a[end:], isEnd); rest >= 0 {
		return start, end + rest
	}
	return start, len(a)
}
