package strict_test

import (
	"encoding/json"
	"errors"
	"testing"

	"admin-api/strict"
)

func TestMergePatch(t *testing.T) {
	tests := []struct {
		name, target, patch, want string
	}{
		// RFC 7396, appendix A.
		{"A1", `{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{"A2", `{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{"A3", `{"a":"b"}`, `{"a":null}`, `{}`},
		{"A4", `{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{"A5", `{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{"A6", `{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{"A7", `{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{"A8", `{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{"A9", `["a","b"]`, `["c","d"]`, `["c","d"]`},
		{"A10", `{"a":"b"}`, `["c"]`, `["c"]`},
		{"A11", `{"a":"foo"}`, `null`, `null`},
		{"A12", `{"a":"foo"}`, `"bar"`, `"bar"`},
		{"A13", `{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{"A14", `[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{"A15", `{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		// RFC 7396, section 3.
		{
			"section 3",
			`{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},` +
				`"tags":["example","sample"],"content":"This will be unchanged"}`,
			`{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}`,
			`{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],` +
				`"content":"This will be unchanged","phoneNumber":"+01-123-456-7890"}`,
		},

		{"no target", ``, `{"a":{"b":null,"c":1}}`, `{"a":{"c":1}}`},
		{"no target, no object", ``, `[null]`, `[null]`},
		{"empty patch", `{ "a" : 1 }`, `{}`, `{"a":1}`},
		{"empty patch of a list", `[1]`, `{}`, `{}`},
		{"empty object over a value", `{"a":1}`, `{"a":{}}`, `{"a":{}}`},
		{"empty object over an object", `{"a":{"b":1}}`, `{"a":{}}`, `{"a":{"b":1}}`},
		{"nulls in lists stay", `{"a":1}`, `{"a":[null,{"b":null}]}`, `{"a":[null,{"b":null}]}`},
		{"nulls of the target stay", `{"a":{"b":null},"c":null}`, `{"a":{"x":1}}`, `{"a":{"b":null,"x":1},"c":null}`},
		{"null over null", `{"a":null,"b":null}`, `{"a":null}`, `{"b":null}`},
		{"object over null", `{"a":null}`, `{"a":{"b":1,"c":null}}`, `{"a":{"b":1}}`},
		{"removing what is not there", `{}`, `{"a":null,"b":{"c":null}}`, `{"b":{}}`},
		{
			"order", `{"z":1,"y":2,"x":3}`, `{"x":33,"new2":0,"new1":0,"z":11,"y":null}`,
			`{"z":11,"x":33,"new2":0,"new1":0}`,
		},
		{
			"numbers", `{"a":12345678901234567890.10,"b":1e400,"c":-0,"d":1.0}`, `{"d":10000000000000000000000.50}`,
			`{"a":12345678901234567890.10,"b":1e400,"c":-0,"d":10000000000000000000000.50}`,
		},
		{"spelling", `{"a":"\u00e9<&>","b":"\/"}`, `{"c":"\u0041"}`, `{"a":"\u00e9<&>","b":"\/","c":"\u0041"}`},
		{"names are unescaped", `{"\u0061":1,"é":2}`, `{"a":3,"\u00e9":null}`, `{"\u0061":3}`},
		{"white space", " { \"a\" : [ 1 , 2 ] } ", "{ \"b\" :\n{ \"c\" : \" d \" } }", `{"a":[1,2],"b":{"c":" d "}}`},
		{"empty name", `{"":{"":1}}`, `{"":{"":null,"a":""}}`, `{"":{"a":""}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := strict.MergePatch(json.RawMessage(tt.target), json.RawMessage(tt.patch))
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s and error %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestMergePatchErrors(t *testing.T) {
	tests := []struct {
		name, target, patch, want string
	}{
		{"no patch", `{}`, ``, "read merge patch: invalid JSON at byte 0: the document ends too early"},
		{"malformed patch", `{}`, `{"a"}`, "read merge patch: invalid JSON at byte 4: unexpected character"},
		{"duplicates in the patch", `{}`, `{"a":{"b":1,"b":2}}`, "read merge patch: duplicate members: /a/b"},
		{"malformed target", `{`, `{}`, "read target of merge patch: invalid JSON at byte 1: the document ends too early"},
		{"duplicates in the target", `{"a":1,"a":2}`, `{}`, "read target of merge patch: duplicate members: /a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := strict.MergePatch(json.RawMessage(tt.target), json.RawMessage(tt.patch))
			if err == nil || err.Error() != tt.want {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			_, syntax := errors.AsType[*strict.SyntaxError](err)
			_, duplicate := errors.AsType[*strict.DuplicateError](err)
			if syntax == duplicate {
				t.Errorf("got a %T", errors.Unwrap(err))
			}
		})
	}
}

func TestMergePatchLeavesItsInput(t *testing.T) {
	target, patch := json.RawMessage(`{"a":{"b":1},"c":[1]}`), json.RawMessage(`{"a":{"b":2},"c":null}`)
	got, err := strict.MergePatch(target, patch)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i] = 'x'
	}
	if string(target) != `{"a":{"b":1},"c":[1]}` || string(patch) != `{"a":{"b":2},"c":null}` {
		t.Errorf("the input became %s and %s", target, patch)
	}
}
