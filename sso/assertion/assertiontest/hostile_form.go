package assertiontest

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"admin-api/sso/assertion"
)

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// forms are form fields that hold no document.
func (t *table) forms() {
	good := t.p.Response(t.p.Expectation()).XML(t.tb)
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.BestCompression)
	check(t.tb, err)
	_, err = w.Write([]byte(good))
	check(t.tb, err)
	check(t.tb, w.Close())

	t.raw("nothing", assertion.CodeResponseMissing, "")
	t.raw("white space", assertion.CodeResponseMissing, " \r\n\t ")
	t.raw("too large", assertion.CodeResponseTooLarge, strings.Repeat("A", 300<<10))
	t.raw("XML as it is", assertion.CodeResponseEncoding, good)
	t.raw("base64 of another alphabet", assertion.CodeResponseEncoding, "PD94bWw_-_-_")
	t.raw("base64 with stray bits", assertion.CodeResponseEncoding, encoded("<a/>x")[:6]+"f=")
	t.raw("base64 twice", assertion.CodeXMLMalformed, encoded(encoded(good)))
	t.raw("deflated, as for HTTP-Redirect", assertion.CodeXMLMalformed, base64.StdEncoding.EncodeToString(deflated.Bytes()))
	t.raw("JSON", assertion.CodeXMLMalformed, encoded(`{"NameID":"admin"}`))
	t.raw("a logout response", assertion.CodeNotAResponse,
		encoded(strings.ReplaceAll(good, "saml2p:Response", "saml2p:LogoutResponse")))
	t.raw("a response of another namespace", assertion.CodeNotAResponse,
		encoded(strings.Replace(good, "SAML:2.0:protocol", "SAML:1.0:protocol", 1)))
	t.raw("a bare assertion", assertion.CodeNotAResponse,
		encoded(good[strings.Index(good, "<saml2:Assertion"):strings.Index(good, "</saml2p:Response")]))
	t.raw("a signed response in a wrapper", assertion.CodeNotAResponse, encoded("<a>"+good+"</a>"))
}

// documents are no XML, or XML that no SAML message is.
func (t *table) documents() {
	good := t.p.Response(t.p.Expectation()).XML(t.tb)
	before := func(name, code, text string) { t.raw(name, code, encoded(text+good)) }
	behind := func(name, code, text string) { t.raw(name, code, encoded(good+text)) }

	before("a document type", assertion.CodeXMLDoctype, `<!DOCTYPE saml2p:Response>`)
	before("an external document type", assertion.CodeXMLDoctype, `<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">`)
	before("an external entity", assertion.CodeXMLDoctype, `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`)
	before("a parameter entity", assertion.CodeXMLDoctype, `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]>`)
	before("a billion laughs", assertion.CodeXMLDoctype,
		`<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>`)
	before("attributes by default", assertion.CodeXMLDoctype, `<!DOCTYPE a [<!ATTLIST Assertion ID ID "_evil">]>`)
	before("a style sheet", assertion.CodeXMLMalformed, `<?xml-stylesheet href="http://127.0.0.1/a.xsl"?>`)
	before("another encoding", assertion.CodeXMLMalformed, `<?xml version="1.0" encoding="ISO-8859-1"?>`)
	before("UTF-7", assertion.CodeXMLMalformed, `<?xml version="1.0" encoding="UTF-7"?>`)
	before("XML 1.1", assertion.CodeXMLMalformed, `<?xml version="1.1"?>`)
	before("text before the response", assertion.CodeXMLMalformed, "admin")
	before("two declarations", assertion.CodeXMLAmbiguous, `<?xml version="1.0"?><?xml version="1.0"?>`)
	behind("text behind the response", assertion.CodeXMLTrailingData, "admin")
	behind("a second response", assertion.CodeXMLTrailingData, good)
	behind("a NUL byte", assertion.CodeXMLMalformed, "\x00")
	t.raw("UTF-16", assertion.CodeXMLMalformed, base64.StdEncoding.EncodeToString(wide(good)))
	t.raw("cut off", assertion.CodeXMLMalformed, encoded(good[:len(good)-20]))

	t.altered("bytes that are no UTF-8", assertion.CodeXMLMalformed, ">jane.doe<", ">jane.doe\xff<")
	t.altered("an unknown entity", assertion.CodeXMLMalformed, ">jane.doe<", ">&user;<")
	t.altered("a character that XML does not have", assertion.CodeXMLMalformed, ">jane.doe<", ">jane.doe&#1;<")
	t.altered("a processing instruction", assertion.CodeXMLAmbiguous, ">jane.doe<", ">jane.doe<?x?><")
	t.altered("a prefix that is not declared", assertion.CodeXMLMalformed, "<saml2:Assertion", "<x:y/><saml2:Assertion")
	t.altered("an attribute twice", assertion.CodeXMLMalformed, ` Version="2.0"`, ` Version="2.0" Version="2.0"`)
	t.altered("an attribute under two prefixes", assertion.CodeXMLMalformed, ` Version="2.0"`,
		` xmlns:a="urn:x" xmlns:b="urn:x" a:v="1" b:v="2" Version="2.0"`)
	t.altered("an empty prefix", assertion.CodeXMLMalformed, ` Version="2.0"`, ` xmlns:x="" Version="2.0"`)
	t.altered("the prefix xml declared", assertion.CodeXMLMalformed, ` Version="2.0"`, ` xmlns:xml="urn:x" Version="2.0"`)
	t.altered("the prefix xmlns declared", assertion.CodeXMLMalformed, ` Version="2.0"`, ` xmlns:xmlns="urn:x" Version="2.0"`)
	t.altered("a name with two colons", assertion.CodeXMLMalformed, "<saml2:Assertion", "<a:b:c/><saml2:Assertion")
	t.altered("a name that is a colon", assertion.CodeXMLMalformed, "<saml2:Assertion", "<:a/><saml2:Assertion")
	t.altered("a marked section", assertion.CodeXMLAmbiguous, ">jane.doe<", "><![CDATA[jane.doe]]><")
	t.altered("a line break in an attribute", assertion.CodeXMLAmbiguous, ` Version="2.0"`, " Consent=\"a\nb\" Version=\"2.0\"")
	t.altered("an id written with an entity", assertion.CodeXMLAmbiguous, ` Version="2.0"`, ` Id="&#97;" Version="2.0"`)
	t.altered("a name with letters that look the same", assertion.CodeXMLMalformed, "<saml2:Assertion", "<saml2:\u0410ssertion/><saml2:Assertion")
	t.altered("xml:base", assertion.CodeSignatureStructure, ` Version="2.0"`, ` xml:base="http://evil.example/" Version="2.0"`)
	t.altered("xml:id", assertion.CodeSignatureStructure, ` Version="2.0"`, ` xml:id="_a" Version="2.0"`)
	t.altered("an XInclude", assertion.CodeSchemaInvalid, "<saml2:Assertion",
		`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><saml2:Assertion`)
}

// wide encodes a text in UTF-16 with a byte order mark.
func wide(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

// bombs are small to send and large to read.
func (t *table) bombs() {
	many := func(name, old, item string, n int) {
		t.altered(name, assertion.CodeXMLTooComplex, old, strings.Repeat(item, n)+old)
	}
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	const assertionTag, versionAttribute = "<saml2:Assertion", ` Version="2.0"`
	many("elements", assertionTag, "<a/>", 20_000)
	many("comments", assertionTag, "<!---->", 20_000)
	t.altered("depth", assertion.CodeXMLTooComplex, assertionTag,
		strings.Repeat("<a>", 10_000)+strings.Repeat("</a>", 10_000)+assertionTag)
	t.altered("attributes", assertion.CodeXMLTooComplex, versionAttribute, numbered(` a%d=""`, 10_000)+versionAttribute)
	t.altered("attributes, just below what one scan allows", assertion.CodeXMLTooComplex, versionAttribute,
		numbered(` a%d=""`, 60)+versionAttribute)
	t.altered("namespaces", assertion.CodeXMLTooComplex, versionAttribute,
		numbered(` xmlns:a%d="urn:x"`, 5_000)+versionAttribute)
	t.altered("namespaces of many elements", assertion.CodeXMLTooComplex, assertionTag,
		"<b"+numbered(` xmlns:a%d="urn:x"`, 29)+"><b"+numbered(` xmlns:b%d="urn:x"`, 29)+"/></b>"+assertionTag)
	t.altered("comments, a few", assertion.CodeXMLTooComplex, assertionTag, strings.Repeat("<!--x-->", 17)+assertionTag)
	t.add("attributes of a user", assertion.CodeXMLTooComplex, func(r *Response) {
		for i := range 250 {
			r.Attributes = append(r.Attributes, assertion.Attribute{Name: fmt.Sprint("group", i), Values: []string{"x"}})
		}
	})
	t.altered("thousands of transforms", assertion.CodeXMLTooComplex, "<ds:Transforms>",
		"<ds:Transforms>"+strings.Repeat(`<ds:Transform Algorithm="`+Exclusive+`"/>`, 2_000))
	t.signed("a hundred transforms", assertion.CodeSignatureTransform, func(s *Signing) {
		s.Transforms = new(strings.Repeat(`<ds:Transform Algorithm="`+Exclusive+`"/>`, 100))
	})
	t.signed("a long list of prefixes", assertion.CodeSignatureTransform, func(s *Signing) {
		s.Transforms = new(`<ds:Transform Algorithm="` + Enveloped + `"/><ds:Transform Algorithm="` + Exclusive + `">` +
			`<InclusiveNamespaces xmlns="` + Exclusive + `" PrefixList="` + strings.Repeat("a ", 5_000) + `"/></ds:Transform>`)
	})
}
