package strict_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"admin-api/strict"
)

func nested(depth int) string {
	return strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth)
}

func TestCheckAccepts(t *testing.T) {
	for _, doc := range []string{
		`{}`, `[]`, `""`, `null`, `true`, `false`, `0`, `-0`, `12.50`, `1e5`, `1E+5`, `-0.1e-10`,
		" \t\r\n{ } \n", `[ 1 , 2 , [ ] ]`, `{ "a" : { "b" : [ null ] } }`,
		`123456789012345678901234567890.123456789012345678901234567890e400`,
		`"\"\\\/\b\f\n\r\t"`, `"\u0000\u00e9\uD83D\ude00"`, `"ünïcode 🔑 ` + "\u2028\u007f" + `"`, `"�"`,
		`{"":0}`, `{"a":1,"A":2,"a ":3}`, "{\"\u00e1\":1,\"a\u0301\":2}",
		`{"a":{"b":1},"b":{"b":1},"c":[{"b":1},{"b":1}]}`,
		nested(32), `{"a":` + nested(31) + `,"b":` + nested(31) + `}`,
	} {
		if err := strict.Check([]byte(doc), strict.Limits{}); err != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
}

func TestCheckFindsSyntaxErrors(t *testing.T) {
	const (
		end        = "the document ends too early"
		unexpected = "unexpected character"
		trailing   = "something follows the document"
		utf8       = "a string is not valid UTF-8"
		control    = "a string holds an unescaped control character"
		escape     = "invalid escape in a string"
		surrogate  = "escape of half a surrogate pair"
		deep       = "nested deeper than 32"
	)
	tests := []struct {
		doc    string
		offset int64
		reason string
	}{
		{``, 0, end},
		{" \n", 2, end},
		{`{`, 1, end},
		{`{"a"`, 4, end},
		{`{"a":`, 5, end},
		{`{"a":1`, 6, end},
		{`{"a":1,`, 7, end},
		{`[1`, 2, end},
		{`[1,`, 3, end},
		{`"a`, 2, end},
		{`"\`, 2, end},
		{`-`, 1, end},
		{`1.`, 2, end},
		{`1e`, 2, end},
		{`1e+`, 3, end},
		{`tru`, 3, end},
		{`{]`, 1, unexpected},
		{`{"a":1,}`, 7, unexpected},
		{`{,}`, 1, unexpected},
		{`{"a",1}`, 4, unexpected},
		{`{"a":1 "b":2}`, 7, unexpected},
		{`{a:1}`, 1, unexpected},
		{`{'a':1}`, 1, unexpected},
		{`{1:1}`, 1, unexpected},
		{`[1,]`, 3, unexpected},
		{`[,1]`, 1, unexpected},
		{`[1 2]`, 3, unexpected},
		{`[1}`, 2, unexpected},
		{`]`, 0, unexpected},
		{`nul1`, 3, unexpected},
		{`NaN`, 0, unexpected},
		{`+1`, 0, unexpected},
		{`.5`, 0, unexpected},
		{`-a`, 1, unexpected},
		{`1.e1`, 2, unexpected},
		{"{\"a\":\x001}", 5, unexpected},
		{"\xef\xbb\xbf{}", 0, unexpected},
		{"[\u00a01]", 1, unexpected},
		{`/* c */ 1`, 0, unexpected},
		{`01`, 1, trailing},
		{`{} {}`, 3, trailing},
		{`{}x`, 2, trailing},
		{`truex`, 4, trailing},
		{"1\x00", 1, trailing},
		{"\"a\xff\"", 2, utf8},
		{"\"\xc0\xaf\"", 1, utf8},
		{"\"\xed\xa0\x80\"", 1, utf8},
		{"\"\xf4\x90\x80\x80\"", 1, utf8},
		{"\"\xe2\x82\"", 1, utf8},
		{"{\"\xff\":1}", 2, utf8},
		{"\"a\nb\"", 2, control},
		{"\"\x1f\"", 1, control},
		{`"\x"`, 1, escape},
		{`"\'"`, 1, escape},
		{`"\u12G4"`, 1, escape},
		{`"\u+123"`, 1, escape},
		{`"\u1_23"`, 1, escape},
		{`"\u12`, 1, escape},
		{`"\ud800"`, 1, surrogate},
		{`"a\udc00"`, 2, surrogate},
		{`"\ud800\ud800"`, 1, surrogate},
		{`"\ud800\n"`, 1, surrogate},
		{`"\udc00\ud800"`, 1, surrogate},
		{`"\ud800`, 1, surrogate},
		{`{"\ud800":1}`, 2, surrogate},
		{nested(33), 32, deep},
		{`{"a":` + nested(32) + `}`, 36, deep},
		{strings.Repeat(`[`, 1<<20), 32, deep},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%.40q", tt.doc), func(t *testing.T) {
			err := strict.Check([]byte(tt.doc), strict.Limits{})
			syntax, ok := errors.AsType[*strict.SyntaxError](err)
			if !ok {
				t.Fatalf("got %v, want a SyntaxError", err)
			}
			if syntax.Offset != tt.offset || syntax.Reason != tt.reason {
				t.Errorf("got %q at %d, want %q at %d", syntax.Reason, syntax.Offset, tt.reason, tt.offset)
			}
			if want := fmt.Sprintf("invalid JSON at byte %d: %s", tt.offset, tt.reason); err.Error() != want {
				t.Errorf("got %q, want %q", err.Error(), want)
			}
		})
	}
}

func TestCheckLimitsDepth(t *testing.T) {
	tests := []struct {
		limit, depth int
		fits         bool
	}{
		{0, 32, true},
		{0, 33, false},
		{1, 1, true},
		{1, 2, false},
		{100, 100, true},
		{100, 101, false},
		{1 << 30, 10_000, true},
		{1 << 30, 10_001, false},
	}
	for _, tt := range tests {
		err := strict.Check([]byte(nested(tt.depth)), strict.Limits{Depth: tt.limit})
		if (err == nil) != tt.fits {
			t.Errorf("limit %d, depth %d: got %v, want it to fit: %t", tt.limit, tt.depth, err, tt.fits)
		}
	}
}

func TestCheckFindsDuplicates(t *testing.T) {
	long := strings.Repeat("ä", 65)
	tests := []struct {
		name string
		doc  string
		want []string
	}{
		{"top", `{"a":1,"a":1}`, []string{"/a"}},
		{"three times", `{"a":1,"a":2,"a":3}`, []string{"/a"}},
		{"several", `{"a":1,"b":1,"b":2,"a":2}`, []string{"/b", "/a"}},
		{"nested", `{"p":{"x":{"a":1,"b":2,"a":3}}}`, []string{"/p/x/a"}},
		{"in a list", `{"p":[0,{"a":1},{"a":1,"a":2}]}`, []string{"/p/2/a"}},
		{"in a list of lists", `[[],[1,[{"a":1,"a":2}]]]`, []string{"/1/1/0/a"}},
		{"every depth", `{"a":{"b":1,"b":2},"a":{"c":1,"c":2}}`, []string{"/a/b", "/a", "/a/c"}},
		{"escaped", `{"a":1,"\u0061":2}`, []string{"/a"}},
		{"escaped twice", `{"\u00e9":1,"é":2,"\/":0,"/":0}`, []string{"/é", "/~1"}},
		{"surrogates", `{"\ud83d\udd11":1,"🔑":2}`, []string{"/🔑"}},
		{"empty name", `{"":1,"":2}`, []string{"/"}},
		{"tilde and slash", `{"a/b~c":1,"a/b~c":2}`, []string{"/a~1b~0c"}},
		{"after a nested object", `{"a":{"z":1,"y":2},"z":1,"a":2}`, []string{"/a"}},
		{"long name", `{"` + long + `":1,"` + long + `":2}`, []string{"/" + strings.Repeat("ä", 64) + "…"}},
		{"name of 64", `{"` + long[2:] + `":1,"` + long[2:] + `":2}`, []string{"/" + long[2:]}},
		{"below a long name", `{"` + long + `":{"a":1,"a":2}}`, []string{"/" + strings.Repeat("ä", 64) + "…/a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := strict.Check([]byte(tt.doc), strict.Limits{})
			duplicate, ok := errors.AsType[*strict.DuplicateError](err)
			if !ok {
				t.Fatalf("got %v, want a DuplicateError", err)
			}
			if !slices.Equal(duplicate.Pointers, tt.want) {
				t.Errorf("got %q, want %q", duplicate.Pointers, tt.want)
			}
			if want := "duplicate members: " + strings.Join(tt.want, ", "); err.Error() != want {
				t.Errorf("got %q, want %q", err.Error(), want)
			}
		})
	}
}

func TestCheckFindsDuplicatesAmongMany(t *testing.T) {
	for size := range 60 {
		for first := range size {
			names := make([]string, size, size+1)
			for i := range names {
				names[i] = fmt.Sprintf(`"n%d":{"x":[]}`, i)
			}
			doc := "{" + strings.Join(append(names, fmt.Sprintf(`"n%d":0`, first)), ",") + "}"
			err := strict.Check([]byte(doc), strict.Limits{})
			want := fmt.Sprintf("duplicate members: /n%d", first)
			if err == nil || err.Error() != want {
				t.Fatalf("%d members: got %v, want %s", size, err, want)
			}
		}
	}
}

func TestCheckReportsNoEndOfDuplicates(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(`{"z":0`)
	for i := range 1000 {
		fmt.Fprintf(&doc, `,"%d":0,"%d":0`, i, i)
	}
	doc.WriteString(`}`)
	err := strict.Check([]byte(doc.String()), strict.Limits{})
	duplicate, ok := errors.AsType[*strict.DuplicateError](err)
	if !ok || len(duplicate.Pointers) != 100 || duplicate.Pointers[99] != "/99" {
		t.Errorf("got %v, want the first 100 pointers", err)
	}
}

func TestSyntaxBeatsDuplicates(t *testing.T) {
	for _, doc := range []string{
		`{"a":1,"a":2`, `{"a":1,"a":2} x`, "{\"a\":1,\"a\":\"\xff\"}", `{"a":1,"a":` + nested(32) + `}`,
	} {
		err := strict.Check([]byte(doc), strict.Limits{})
		if _, ok := errors.AsType[*strict.SyntaxError](err); !ok {
			t.Errorf("%s: got %v, want a SyntaxError", doc, err)
		}
	}
}

func TestErrorsQuoteNoValues(t *testing.T) {
	const value = "s3cr3t"
	for _, doc := range []string{
		`{"a":"` + value + `","a":"` + value + `"}`, `{"a":"` + value, `{"a":"` + value + `" x}`,
		`{"a":"` + value + `\q"}`, `["` + value + `"] ` + value, value,
	} {
		_, compactErr := strict.Compact([]byte(doc))
		_, _, objectErr := strict.Object([]byte(doc))
		_, mergeErr := strict.MergePatch([]byte(doc), []byte(doc))
		for _, err := range []error{strict.Check([]byte(doc), strict.Limits{}), compactErr, objectErr, mergeErr} {
			if err == nil || strings.Contains(err.Error(), value) {
				t.Errorf("%s: got %v, want an error without the value", doc, err)
			}
		}
	}
}

func TestObject(t *testing.T) {
	members, order, err := strict.Object([]byte(` { "b" : 1.50 , "\u0061": {"x": [ 1 ]} , "":null,"c":"\u00e9" } `))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"b", "a", "", "c"}; !slices.Equal(order, want) {
		t.Errorf("got order %q, want %q", order, want)
	}
	want := map[string]string{"b": `1.50`, "a": `{"x": [ 1 ]}`, "": `null`, "c": `"\u00e9"`}
	if len(members) != len(want) {
		t.Errorf("got %d members, want %d", len(members), len(want))
	}
	for name, value := range want {
		if string(members[name]) != value {
			t.Errorf("%q: got %s, want %s", name, members[name], value)
		}
	}
}

func TestObjectValuesDoNotOverlap(t *testing.T) {
	members, _, err := strict.Object([]byte(`{"a":1,"b":2}`))
	if err != nil {
		t.Fatal(err)
	}
	if _ = append(members["a"], `,"x":9`...); string(members["b"]) != "2" {
		t.Errorf("appending to one value changed another to %s", members["b"])
	}
}

func TestObjectErrors(t *testing.T) {
	for _, doc := range []string{`[]`, `null`, `"{}"`, `1`} {
		if _, _, err := strict.Object([]byte(doc)); !errors.Is(err, strict.ErrNotObject) {
			t.Errorf("%s: got %v, want ErrNotObject", doc, err)
		}
	}
	if _, _, err := strict.Object([]byte(`{"a":{"b":1,"b":2}}`)); err == nil || err.Error() != "duplicate members: /a/b" {
		t.Errorf("got %v, want a DuplicateError", err)
	}
	if _, _, err := strict.Object([]byte(`{"a":1`)); err == nil {
		t.Error("malformed: got no error")
	}
}

func TestCompact(t *testing.T) {
	got, err := strict.Compact([]byte(" {\n\t\"a b\" : [ 1.0 , \"<&> \\u00e9\" ] } "))
	if want := `{"a b":[1.0,"<&> \u00e9"]}`; err != nil || string(got) != want {
		t.Errorf("got %s and error %v, want %s", got, err, want)
	}
	if _, err := strict.Compact([]byte(`{"a":1,"a":2}`)); err == nil {
		t.Error("duplicates: got no error")
	}
	if got, err := strict.Compact(json.RawMessage(nested(10_000))); err != nil || len(got) != 20_000 {
		t.Errorf("got %d bytes and error %v", len(got), err)
	}
}
