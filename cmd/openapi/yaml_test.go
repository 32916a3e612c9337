package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

func TestRender(t *testing.T) {
	long := "a text that is so long that nobody would want to read it in one line with others, because it goes on and on"
	b, err := render(object(
		"short", object("b", "1", "a", 2, "c", true, "d", []string{"x", "null"}),
		"empty", "", "none", []string{}, "nil", (*yaml.Node)(nil),
		"long", object("text", long, "more", object("x", "y")),
		"lines", object("text", "one\n\ntwo"),
		"json", json.RawMessage(`{"z":1.5,"a":[null,"{",{"deep":{"er":[]}}],"":"\u2028"}`),
	))
	require.NoError(t, err)
	require.Equal(t, `short: {b: "1", a: 2, c: true, d: [x, "null"]}
long:
  text: `+long+`
  more: {x: y}
lines:
  text: |-
    one

    two
json:
  z: 1.5
  a:
    - null
    - '{'
    - deep: {er: []}
  "": "\L"
`, string(b))
}

func TestFromJSON(t *testing.T) {
	for _, wrong := range []string{``, `{`, `[`, `{"a"}`, `{} {}`, `nul`} {
		_, err := fromJSON([]byte(wrong))
		require.Error(t, err, wrong)
	}
}

func TestSet(t *testing.T) {
	n := object("a", 1, "b", 2)
	set(n, "a", value(3))
	require.Equal(t, "3", get(n, "a").Value)
	require.Len(t, n.Content, 4)
	require.Nil(t, get(n, "c"))
}

func TestConvert(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"text":      {`{"type":"string","maxLength":3,"example":"a"}`, `{type: string, maxLength: 3, examples: [a]}`},
		"nothing":   {`{"type":"string","example":""}`, `{type: string}`},
		"nullable":  {`{"type":"string","enum":["a"],"x-nullable":true}`, `{type: [string, "null"], enum: [a, null]}`},
		"anything":  {`{"type":"object"}`, `{type: object, additionalProperties: true}`},
		"map":       {`{"type":"object","additionalProperties":{"type":"string"}}`, "type: object\nadditionalProperties: {type: string}"},
		"open map":  {`{"type":"object","additionalProperties":{}}`, `{type: object, additionalProperties: true}`},
		"list":      {`{"type":"array","items":{"type":"integer"}}`, "type: array\nitems: {type: integer}"},
		"reference": {`{"$ref":"#/definitions/api.Check"}`, `{$ref: '#/components/schemas/Check'}`},
		"described": {
			`{"description":"Two\nlines.","allOf":[{"$ref":"#/definitions/api.Check"}]}`,
			`{$ref: '#/components/schemas/Check', description: Two lines.}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := new(schema)
			require.NoError(t, json.Unmarshal([]byte(tt.in), in))
			b, err := render(convert(in))
			require.NoError(t, err)
			require.Equal(t, tt.want+"\n", string(b))
		})
	}
}

func TestSortKeywords(t *testing.T) {
	n := raw(json.RawMessage(`{"allOf":[{"then":{"required":["a"]},"if":{"not":{"properties":{"a":{"enum":[1],"type":"integer"}}}}},
		{"then":{"required":["a"]},"if":{"not":{"properties":{"a":{"enum":[1],"type":"integer"}}}}}],
		"properties":{"type":{"maxLength":1,"type":"string"}},"type":"object"}`))
	sortKeywords(n)
	b, err := render(n)
	require.NoError(t, err)
	require.Equal(t, `type: object
properties:
  type: {type: string, maxLength: 1}
allOf:
  - if:
      not:
        properties:
          a: {type: integer, enum: [1]}
    then: {required: [a]}
`, string(b))
}

func TestPascal(t *testing.T) {
	for in, want := range map[string]string{"zendesk": "Zendesk", "aws_s3": "AwsS3", "If-None-Match": "IfNoneMatch"} {
		require.Equal(t, want, pascal(in))
	}
}
