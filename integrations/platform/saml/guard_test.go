package saml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/beevik/etree"
	validator "github.com/mattermost/xml-roundtrip-validator"
	"github.com/stretchr/testify/require"

	"admin-api/integrations/platform/saml"
)

func TestGuard(t *testing.T) {
	tests := []struct {
		name, document string
		code           string // empty: let through
	}{
		{"one element", `<a/>`, ""},
		{"white space around", "\n <a>\n</a >\n", ""},
		{"byte order mark", "\ufeff<a/>", ""},
		{"declaration", `<?xml version="1.0" encoding="UTF-8" standalone='no' ?><a/>`, ""},
		{"entities", `<a b="&lt;&#10;">&amp;&gt;&quot;&apos;&#x10FFFF;&#13;</a>`, ""},
		{"namespaces", `<p:a xmlns:p="urn:p" xmlns="urn:d" p:b="1" b="2" xml:lang="de"><c xmlns=""/></p:a>`, ""},
		{"inner prefix anew", `<p:a xmlns:p="urn:p"><p:a xmlns:p="urn:q" p:b=""/></p:a>`, ""},
		{"text beyond ASCII", "<a b=\"\u00e9\">\U0001f600</a>", ""},
		{"greater-than signs", `<a b=">]]>">></a>`, ""},

		{"nothing", ``, saml.CodeMalformed},
		{"white space", " \n", saml.CodeMalformed},
		{"text alone", `SAMLResponse`, saml.CodeMalformed},
		{"not closed", `<a>`, saml.CodeMalformed},
		{"not ended", `<a`, saml.CodeMalformed},
		{"closed by another", `<a></b>`, saml.CodeMalformed},
		{"closed by another prefix", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`, saml.CodeMalformed},
		{"crossed", `<a><b></a></b>`, saml.CodeMalformed},
		{"end first", `</a>`, saml.CodeMalformed},
		{"end tag with attribute", `<a></a b="">`, saml.CodeMalformed},
		{"slash apart", `<a/ >`, saml.CodeMalformed},
		{"space before name", `< a/>`, saml.CodeMalformed},
		{"no space between attributes", `<a b="1"c="2"/>`, saml.CodeMalformed},
		{"attribute twice", `<a b="1" b="2"/>`, saml.CodeMalformed},
		{"attribute twice by namespace", `<a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>`, saml.CodeMalformed},
		{"attribute without value", `<a b/>`, saml.CodeMalformed},
		{"attribute without quotes", `<a b=1/>`, saml.CodeMalformed},
		{"attribute not ended", `<a b="1/>`, saml.CodeMalformed},
		{"tag in attribute", `<a b="<"/>`, saml.CodeMalformed},
		{"prefix not declared", `<p:a/>`, saml.CodeMalformed},
		{"prefix out of scope", `<a><b xmlns:p="u"/><p:c/></a>`, saml.CodeMalformed},
		{"attribute prefix not declared", `<a p:b=""/>`, saml.CodeMalformed},
		{"prefix declared twice", `<a xmlns:p="u" xmlns:p="v"/>`, saml.CodeMalformed},
		{"default namespace twice", `<a xmlns="u" xmlns="v"/>`, saml.CodeMalformed},
		{"prefix for nothing", `<a xmlns:p=""/>`, saml.CodeMalformed},
		{"prefix xml", `<a xmlns:xml="u"/>`, saml.CodeMalformed},
		{"prefix xml as it is", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`, saml.CodeMalformed},
		{"prefix xmlns", `<a xmlns:xmlns="u"/>`, saml.CodeMalformed},
		{"element xmlns", `<xmlns:a/>`, saml.CodeMalformed},
		{"namespace of XML", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, saml.CodeMalformed},
		{"two colons", `<p:q:a xmlns:p="u"/>`, saml.CodeMalformed},
		{"colon first", `<:a/>`, saml.CodeMalformed},
		{"colon last", `<a:/>`, saml.CodeMalformed},
		{"attribute colon first", `<a :b=""/>`, saml.CodeMalformed},
		{"attribute xmlns colon", `<a xmlns:="u"/>`, saml.CodeMalformed},
		{"name beyond ASCII", "<\u00e9/>", saml.CodeMalformed},
		{"name with digit first", `<1a/>`, saml.CodeMalformed},
		{"endless name", `<` + strings.Repeat("a", 300) + `/>`, saml.CodeMalformed},
		{"section end in text", `<a>]]></a>`, saml.CodeMalformed},
		{"nul", "<a>\x00</a>", saml.CodeMalformed},
		{"control character", "<a>\x1b</a>", saml.CodeMalformed},
		{"noncharacter", "<a>\uffff</a>", saml.CodeMalformed},
		{"Latin-1", "<a>\xe9</a>", saml.CodeMalformed},
		{"overlong", "<a>\xc0\xbc</a>", saml.CodeMalformed},
		{"surrogate", "<a>\xed\xa0\x80</a>", saml.CodeMalformed},
		{"UTF-16", "\xff\xfe<\x00a\x00/\x00>\x00", saml.CodeMalformed},
		{"other encoding", `<?xml version="1.0" encoding="UTF-7"?><a/>`, saml.CodeMalformed},
		{"other version", `<?xml version="1.1"?><a/>`, saml.CodeMalformed},
		{"declaration without version", `<?xml encoding="utf-8"?><a/>`, saml.CodeMalformed},
		{"declaration out of order", `<?xml version="1.0" standalone="no" encoding="utf-8"?><a/>`, saml.CodeMalformed},
		{"unknown entity", `<a>&nbsp;</a>`, saml.CodeMalformed},
		{"ampersand", `<a>a & b</a>`, saml.CodeMalformed},
		{"character nul", `<a>&#0;</a>`, saml.CodeMalformed},
		{"character too high", `<a>&#x110000;</a>`, saml.CodeMalformed},
		{"character with sign", `<a>&#+65;</a>`, saml.CodeMalformed},
		{"character written long", `<a>&#00000000000065;</a>`, saml.CodeMalformed},

		{"doctype", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, saml.CodeDoctype},
		{"doctype inside", `<a><!DOCTYPE a></a>`, saml.CodeDoctype},
		{"doctype behind", `<a/><!DOCTYPE a>`, saml.CodeDoctype},
		{"element declaration", `<!ELEMENT a ANY><a/>`, saml.CodeDoctype},
		{"processing instruction", `<a><?php x ?></a>`, saml.CodeAmbiguous},
		{"stylesheet", `<?xml version="1.0"?><?xml-stylesheet href="x"?><a/>`, saml.CodeAmbiguous},
		{"declaration inside", `<a><?xml version="1.0"?></a>`, saml.CodeAmbiguous},
		{"comment", `<a>admin<!-- -->@example.com</a>`, saml.CodeAmbiguous},
		{"comment behind", `<a/><!-- x -->`, saml.CodeAmbiguous},
		{"section", `<a><![CDATA[b]]></a>`, saml.CodeAmbiguous},
		{"line break in attribute", "<a b=\"1\n2\"/>", saml.CodeAmbiguous},
		{"element of the name xmlns", `<a xmlns="u"><xmlns/></a>`, saml.CodeAmbiguous},
		{"element of XML", `<a><xml:b/></a>`, saml.CodeAmbiguous},
		{"namespace with entity", `<a xmlns:p="u&amp;v"/>`, saml.CodeAmbiguous},
		{"id with entity", `<a ID="&#97;"/>`, saml.CodeAmbiguous},

		{"second element", `<a/><b/>`, saml.CodeTrailingData},
		{"text behind", `<a/>x`, saml.CodeTrailingData},
		{"section behind", `<a/><![CDATA[b]]>`, saml.CodeTrailingData},
		{"end behind", `<a/></a>`, saml.CodeTrailingData},

		{"id twice", `<a ID="x"><b ID="x"/></a>`, saml.CodeDuplicateID},
		{"id twice, other case", `<a ID="x"><b Id="x"/></a>`, saml.CodeDuplicateID},
		{"id twice, apart", `<a><b xml:id="x"/><b id="x"/></a>`, saml.CodeDuplicateID},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := saml.Guard([]byte(tt.document), saml.ResponseLimits())
			if tt.code == "" {
				require.NoError(t, err)
				readAlike(t, []byte(tt.document))
				return
			}
			var refused *saml.GuardError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tt.code, refused.Code, refused.Detail)
			require.NotEmpty(t, refused.Detail)
		})
	}
}

func TestGuardRelaxed(t *testing.T) {
	for name, tt := range map[string]struct{ document, code string }{
		"comment":               {`<!-- a - b --><a>b<!----></a><!-- -->`, ""},
		"section":               {`<a><![CDATA[<b>&c;]]></a>`, ""},
		"line break":            {"<a b=\"1\n\t2\"/>", ""},
		"comment not ended":     {`<a><!-- </a>`, saml.CodeMalformed},
		"hyphens in comment":    {`<a><!-- -- --></a>`, saml.CodeMalformed},
		"section not ended":     {`<a><![CDATA[b]]</a>`, saml.CodeMalformed},
		"section outside":       {`<![CDATA[b]]><a/>`, saml.CodeMalformed},
		"namespace with breaks": {"<a xmlns:p=\"u\nv\"/>", saml.CodeAmbiguous},
		"prefix xml as it is":   {`<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="de"/>`, ""},
		"prefix xml otherwise":  {`<a xmlns:xml="u"/>`, saml.CodeMalformed},
		"namespace of XML":      {`<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, saml.CodeMalformed},
		"prefix xml twice": {
			`<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`, saml.CodeMalformed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			requireCode(t, tt.code, saml.Guard([]byte(tt.document), saml.MetadataLimits()))
		})
	}
}

func TestGuardLimits(t *testing.T) {
	limits := saml.Limits{Bytes: 200, Depth: 3, Elements: 4, Attributes: 2, Namespaces: 2, TextBytes: 10}
	for name, tt := range map[string]struct{ document, code string }{
		"as many as allowed": {`<a xmlns="u" xmlns:p="v" b="1" c="2"><b><c>0123456789</c></b><d/></a>`, ""},
		"bytes":              {strings.Repeat(" ", 200) + `<a/>`, saml.CodeTooComplex},
		"depth":              {`<a><a><a><a/></a></a></a>`, saml.CodeTooComplex},
		"elements":           {`<a><b/><b/><b/><b/></a>`, saml.CodeTooComplex},
		"attributes":         {`<a b="" c="" d=""/>`, saml.CodeTooComplex},
		"namespaces":         {`<a xmlns="u"><b xmlns="v"/><b xmlns="w"/></a>`, saml.CodeTooComplex},
		"text":               {`<a>01234567890</a>`, saml.CodeTooComplex},
		"white space":        {`<a>           </a>`, saml.CodeTooComplex},
		"attribute value":    {`<a b="01234567890"/>`, saml.CodeTooComplex},
	} {
		t.Run(name, func(t *testing.T) {
			requireCode(t, tt.code, saml.Guard([]byte(tt.document), limits))
		})
	}
	requireCode(t, saml.CodeTooComplex, saml.Guard([]byte(`<a/>`), saml.Limits{}))

	var many strings.Builder
	for i := range 65 {
		fmt.Fprintf(&many, ` xmlns:p%d="u"`, i)
	}
	requireCode(t, saml.CodeTooComplex, saml.Guard([]byte(`<a`+many.String()+`/>`), saml.ResponseLimits()))
}

func TestGuardSaysWhere(t *testing.T) {
	err := saml.Guard([]byte("<a>\n<b>\n&secret;</b></a>"), saml.ResponseLimits())
	require.ErrorContains(t, err, "sso-xml-malformed: line 3: ")
	require.NotContains(t, err.Error(), "secret", "what a document holds is not for messages")
}

// The guard stands in front of all limits, so its own work must be small.
func TestGuardWork(t *testing.T) {
	for name, document := range map[string]string{
		"depth":      strings.Repeat("<a>", 80_000),
		"attributes": "<a " + strings.Repeat(`b="" `, 50_000) + "/>",
		"entities":   "<a>" + strings.Repeat("&amp;", 50_000) + "</a>",
		"ids":        "<a>" + strings.Repeat(`<b ID=""/>`, 20_000) + "</a>",
		"prefixes":   "<a>" + strings.Repeat(`<p:b xmlns:p="u"/>`, 12_000) + "</a>",
		"less-than":  strings.Repeat("<", 250_000),
		"ampersands": "<a>" + strings.Repeat("&", 250_000),
	} {
		allocated := testing.AllocsPerRun(1, func() { _ = saml.Guard([]byte(document), saml.ResponseLimits()) })
		require.Less(t, allocated, 10_000.0, name)
	}
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	if code == "" {
		require.NoError(t, err)
		return
	}
	var refused *saml.GuardError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code, refused.Detail)
}

// readAlike is what the guard promises: encoding/xml with and without namespaces,
// etree and a round trip find the same elements, attributes and texts.
func readAlike(t *testing.T, document []byte) {
	t.Helper()
	require.NoError(t, validator.Validate(bytes.NewReader(document)), "survives a round trip")

	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromBytes(document))
	require.NotNil(t, tree.Root())
	var fromTree strings.Builder
	var walk func(e *etree.Element)
	walk = func(e *etree.Element) {
		fmt.Fprintf(&fromTree, "<%s|%s", e.NamespaceURI(), e.Tag)
		for _, a := range e.Attr {
			if a.Space != "xmlns" && (a.Space != "" || a.Key != "xmlns") {
				namespace := a.NamespaceURI()
				if a.Space == "xml" { // etree does not know what needs no declaration
					namespace = "http://www.w3.org/XML/1998/namespace"
				}
				fmt.Fprintf(&fromTree, " %s|%s=%q", namespace, a.Key, a.Value)
			}
		}
		for _, child := range e.Child {
			switch c := child.(type) {
			case *etree.Element:
				walk(c)
			case *etree.CharData:
				fromTree.WriteString(c.Data)
			}
		}
		fromTree.WriteByte('>')
	}
	walk(tree.Root())
	require.Equal(t, fromTree.String(), byTokens(t, document))
}

func byTokens(t *testing.T, document []byte) string {
	t.Helper()
	var out strings.Builder
	depth := 0
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			fmt.Fprintf(&out, "<%s|%s", token.Name.Space, token.Name.Local)
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
					fmt.Fprintf(&out, " %s|%s=%q", a.Name.Space, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			depth--
			out.WriteByte('>')
		case xml.CharData:
			if depth > 0 {
				out.Write(token)
			}
		default:
			_, declaration := token.(xml.ProcInst)
			require.True(t, declaration, "%T", token)
		}
	}
}

func FuzzGuard(f *testing.F) {
	for _, seed := range []string{
		`<a/>`, `<?xml version="1.0"?><p:a xmlns:p="u" p:b='"'>&#x41;<c xmlns="v" d=""/></p:a>`, "\ufeff<a xml:lang=\"\">\r\n</a>",
		`<a>]]&gt;</a>`, `<a xmlns:p="u" xmlns:q="v" p:b="" q:b="" b=""/>`, `<a::b/>`, `<a b="&#10;"/>`, `<!DOCTYPE a><a/>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if saml.Guard(document, saml.ResponseLimits()) == nil {
			readAlike(t, document)
		}
	})
}
