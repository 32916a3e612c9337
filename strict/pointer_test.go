package strict_test

import (
	"encoding/json"
	"testing"

	"admin-api/strict"
)

func TestPointer(t *testing.T) {
	tests := []struct {
		parts []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, "/"},
		{[]string{"properties", "apiToken"}, "/properties/apiToken"},
		{[]string{"a/b", "m~n", "~1"}, "/a~1b/m~0n/~01"},
		{[]string{"0", "", " "}, "/0// "},
	}
	for _, tt := range tests {
		if got := strict.Pointer(tt.parts...); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.parts, got, tt.want)
		}
	}
}

// The first document is that of RFC 6901, section 5.
func TestGet(t *testing.T) {
	const rfc = `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`
	const other = ` { "a" : [ 10 , { "b" : 1.0 } , [ ] ] , "\u0062" : { "~1" : null } , "0" : "zero", "c" : {} } `
	tests := []struct {
		doc, pointer, want string // nothing is found where want is empty
	}{
		{rfc, "", rfc},
		{rfc, "/foo", `["bar","baz"]`},
		{rfc, "/foo/0", `"bar"`},
		{rfc, "/", `0`},
		{rfc, "/a~1b", `1`},
		{rfc, "/c%d", `2`},
		{rfc, "/e^f", `3`},
		{rfc, "/g|h", `4`},
		{rfc, `/i\j`, `5`},
		{rfc, `/k"l`, `6`},
		{rfc, "/ ", `7`},
		{rfc, "/m~0n", `8`},

		{other, "/a/1/b", `1.0`},
		{other, "/a/2", `[ ]`},
		{other, "/b/~01", `null`},
		{other, "/b", `{ "~1" : null }`},
		{other, "/0", `"zero"`},
		{`"s"`, "", `"s"`},

		{rfc, "/missing", ""},
		{rfc, "/foo/2", ""},
		{rfc, "/foo/-", ""},
		{rfc, "/foo/-1", ""},
		{rfc, "/foo/00", ""},
		{rfc, "/foo/+1", ""},
		{rfc, "/foo/1e0", ""},
		{rfc, "/foo/99999999999999999999", ""},
		{rfc, "/foo/0/x", ""},
		{rfc, "foo", ""},
		{rfc, "#/foo", ""},
		{rfc, "/m~n", ""},
		{rfc, "/m~2n", ""},
		{rfc, "/foo~", ""},
		{other, "/a/2/0", ""},
		{other, "/c/x", ""},
		{other, "/A", ""},
		{``, "", ""},
		{``, "/a", ""},
		{`{"a"`, "/a", ""},
		{`{"a":`, "/a", ""},
		{`{"a":tru`, "/a", ""},
		{`{"x":tru,"a":1}`, "/a", ""},
		{`{"x":1 "a":1}`, "/a", ""},
		{`[1`, "/1", ""},
		{`[1,]`, "/1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.pointer, func(t *testing.T) {
			got, found := strict.Get(json.RawMessage(tt.doc), tt.pointer)
			if string(got) != tt.want || found != (tt.want != "") {
				t.Errorf("in %s: got %s, found %t, want %s", tt.doc, got, found, tt.want)
			}
		})
	}
}

func TestGetFindsWhatPointerNames(t *testing.T) {
	for _, name := range []string{"", "/", "~", "~1", "~0", "a/b", "é", "0", "-", "\"", "\\", " \t"} {
		key, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		doc := `{"x":{"y":0,` + string(key) + `:[false,1]}}`
		if got, found := strict.Get(json.RawMessage(doc), strict.Pointer("x", name, "1")); !found || string(got) != "1" {
			t.Errorf("%q: got %s, found %t", name, got, found)
		}
	}
}
