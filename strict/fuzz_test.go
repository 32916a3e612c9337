package strict_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"admin-api/strict"
)

// facts are what encoding/json's tokens say of a well-formed document.
type facts struct {
	depth      int
	duplicates []string
}

// examine reads data token by token, independently of the package.
func examine(t *testing.T, data []byte) facts {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var f facts
	var path []string
	if err := f.value(d, path); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("got %v, want EOF", err)
	}
	return f
}

func (f *facts) value(d *json.Decoder, path []string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	f.depth = max(f.depth, len(path)+1)
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		name := strconv.Itoa(i)
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, _ = key.(string)
			if seen[name] {
				f.duplicates = append(f.duplicates, strict.Pointer(append(path, name)...))
			}
			seen[name] = true
		}
		if err := f.value(d, append(path, name)); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

var halfPair = regexp.MustCompile(`(?i)\\ud[89a-f]`)

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+3,true,false,null,"\u00e9\ud83d\udd11"],"b":{"a":{}}}`, `{"a":1,"\u0061":{"b":1,"b":2}}`,
		`[{"":0,"":1}]`, `"\ud800"`, `"\udc00\ud800"`, "\"\xff\"", nested(32), nested(33), `01`, `{} {}`, `{"a":1,}`,
		`{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,"o":0,"p":0,"q":0,"p":0}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		err := strict.Check(data, strict.Limits{})
		if !bytes.Equal(data, before) {
			t.Fatal("the document changed")
		}
		if syntax, ok := errors.AsType[*strict.SyntaxError](err); ok {
			checkRefusal(t, data, syntax)
		} else {
			checkAcceptance(t, data, err)
		}
	})
}

// checkRefusal fails unless data is malformed or breaks a rule of our own.
func checkRefusal(t *testing.T, data []byte, err *strict.SyntaxError) {
	t.Helper()
	if err.Offset < 0 || err.Offset > int64(len(data)) {
		t.Fatalf("offset %d of %d", err.Offset, len(data))
	}
	if json.Valid(data) && utf8.Valid(data) && !halfPair.Match(data) && examine(t, data).depth <= strict.DefaultDepth {
		t.Fatalf("got %v for what encoding/json accepts", err)
	}
}

// checkAcceptance fails unless data is well-formed and err lists its duplicates.
func checkAcceptance(t *testing.T, data []byte, err error) {
	t.Helper()
	if !json.Valid(data) || !utf8.Valid(data) {
		t.Fatalf("got %v, want a SyntaxError", err)
	}
	want := examine(t, data)
	if want.depth > strict.DefaultDepth {
		t.Fatalf("got %v at depth %d", err, want.depth)
	}
	duplicate, ok := errors.AsType[*strict.DuplicateError](err)
	if ok != (len(want.duplicates) > 0) {
		t.Fatalf("got %v, want duplicates %q", err, want.duplicates)
	}
	const short = 64 // bytes in which nothing is cut from the pointers
	if ok && len(data) < short && !slices.Equal(duplicate.Pointers, unique(want.duplicates)) {
		t.Fatalf("got %q, want %q", duplicate.Pointers, want.duplicates)
	}
}

func unique(pointers []string) (once []string) {
	for _, p := range pointers {
		if !slices.Contains(once, p) {
			once = append(once, p)
		}
	}
	return once
}

// mergeValues is the algorithm of RFC 7396, section 2, on decoded values.
func mergeValues(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	merged, ok := target.(map[string]any)
	if !ok {
		merged = map[string]any{}
	}
	for name, value := range changes {
		if value == nil {
			delete(merged, name)
		} else {
			merged[name] = mergeValues(merged[name], value)
		}
	}
	return merged
}

func decode(t *testing.T, data []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

func FuzzMergePatch(f *testing.F) {
	f.Add([]byte(`{"a":{"b":1.0,"c":null},"d":[1,{"e":null}]}`), []byte(`{"a":{"b":null,"x":{"y":null}},"d":[null]}`))
	f.Add([]byte(`[1]`), []byte(`{"a":{"b":null}}`))
	f.Add([]byte(` {"\u0061":1e400} `), []byte(`{"a":{"":2}}`))
	f.Add([]byte(`{"a":1}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, target, patch []byte) {
		merged, err := strict.MergePatch(target, patch)
		loose := strict.Limits{Depth: 10_000}
		targetErr, patchErr := strict.Check(target, loose), strict.Check(patch, loose)
		if (err == nil) != (patchErr == nil && (targetErr == nil || len(target) == 0)) {
			t.Fatalf("got %v, target %v, patch %v", err, targetErr, patchErr)
		}
		if err != nil {
			return
		}
		var before any
		if len(target) > 0 {
			before = decode(t, target)
		}
		if got, want := decode(t, merged), mergeValues(before, decode(t, patch)); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s and %s: got %s, want %v", target, patch, merged, want)
		}
		again, err := strict.MergePatch(merged, patch)
		if err != nil || !bytes.Equal(again, merged) {
			t.Fatalf("twice: got %s and error %v, want %s", again, err, merged)
		}
		if compact, err := strict.Compact(merged); err != nil || !bytes.Equal(compact, merged) {
			t.Fatalf("not compact: %s, error %v", merged, err)
		}
	})
}

func FuzzGet(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b/c":2}]}`), "/a/1/b~1c")
	f.Add([]byte(`{"a":{"b":tru`), "/a/b")
	f.Fuzz(func(t *testing.T, data []byte, pointer string) {
		value, found := strict.Get(data, pointer)
		if found != (value != nil) {
			t.Fatalf("got %s, found %t", value, found)
		}
		if found && !json.Valid(value) {
			t.Fatalf("got %s, which is not JSON", value)
		}
		members, order, err := strict.Object(data)
		if err != nil {
			return
		}
		for _, name := range order {
			if got, found := strict.Get(data, strict.Pointer(name)); !found || !bytes.Equal(got, members[name]) {
				t.Fatalf("%q: got %s, want %s", name, got, members[name])
			}
		}
	})
}
