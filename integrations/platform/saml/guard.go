// Package saml is interim: the guard of branch messages replaces it.
package saml

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

type Limits struct{ Bytes, Depth, Elements, Attributes, Namespaces, TextBytes int }
type GuardError struct{ Code, Detail string }

func (e *GuardError) Error() string { return e.Code }

func Guard(doc []byte, l Limits) error {
	if len(doc) > l.Bytes {
		return &GuardError{"sso-response-too-large", ""}
	}
	if bytes.IndexByte(doc, 0) >= 0 || strings.ToValidUTF8(string(doc), "") != string(doc) || (len(doc) > 0 && doc[0] != '<') {
		return &GuardError{"sso-xml-malformed", ""}
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	depth, n, roots := 0, 0, 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return &GuardError{"sso-xml-malformed", err.Error()}
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
				if roots > 1 {
					return &GuardError{"sso-xml-trailing-data", ""}
				}
			}
			depth++
			n++
			if depth > l.Depth || n > l.Elements || len(t.Attr) > 100 {
				return &GuardError{"sso-xml-too-complex", ""}
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return &GuardError{"sso-xml-doctype", ""}
		case xml.ProcInst:
			if t.Target != "xml" || roots > 0 {
				return &GuardError{"sso-xml-malformed", "pi"}
			}
		case xml.CharData:
			if depth == 0 && roots > 0 && len(bytes.TrimSpace(t)) > 0 {
				return &GuardError{"sso-xml-trailing-data", ""}
			}
		}
	}
	if roots != 1 {
		return &GuardError{"sso-xml-malformed", ""}
	}
	return nil
}
