package assertion

import (
	"encoding/base64"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"admin-api/integrations/platform/saml"
)

// maxEncoded is how long the base64 of a response may be.
const maxEncoded = 256 << 10

// limits is what a document may have. goxmldsig gives up at 1000 elements.
// Comments are let through here, because what is wrong with them depends on where
// they stand.
func limits() saml.Limits {
	l := saml.ResponseLimits()
	l.Elements = 900
	l.CommentsAllowed = true
	return l
}

// What a tree may have beyond that: canonical forms copy the prefixes in scope for
// each element, and comments are taken out one by one.
const (
	maxComments = 16
	maxPrefixes = 32
	maxID       = 256
)

// decode returns the bytes of the form field. White space is allowed anywhere in
// it: many providers break lines, some inside the attribute of an HTML form.
func decode(encoded string) ([]byte, *Error) {
	if len(encoded) > maxEncoded {
		return nil, refuse(CodeResponseTooLarge, "The response has %d characters of base64; %d are accepted.",
			len(encoded), maxEncoded)
	}
	packed := unspaced(encoded)
	if packed == "" {
		return nil, refuse(CodeResponseMissing, "There is no SAMLResponse.")
	}
	document, err := base64.StdEncoding.Strict().DecodeString(packed)
	if err != nil {
		return nil, refuse(CodeResponseEncoding, "SAMLResponse is not base64.")
	}
	return document, nil
}

// unspaced takes white space out of base64.
func unspaced(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		}
		return r
	}, text)
}

// document is a tree that was scanned, and what in it must stand in its place.
type document struct {
	root *etree.Element
	// signatures and assertions are all elements of these names, wherever they
	// are; assertions includes the encrypted ones.
	signatures, assertions []*etree.Element
	ids                    map[string]bool
	comments               int
}

// read makes a tree of a document. Its ids are added to those given, which must
// not have them yet. around are the namespaces in scope where it stood, if it is a
// part of another one.
func read(text []byte, ids map[string]bool, around map[string]string) (*document, *Error) {
	limits := limits()
	limits.InScope = around
	if err := saml.Guard(text, limits); err != nil {
		if g, ok := errors.AsType[*saml.GuardError](err); ok {
			return nil, refuse(g.Code, "XML: %s.", g.Detail)
		}
		return nil, refuse(CodeXMLMalformed, "XML: %s.", err.Error())
	}
	tree := etree.NewDocument()
	tree.ReadSettings.MaxDepth = limits.Depth + 1
	if err := tree.ReadFromBytes(text); err != nil || tree.Root() == nil {
		return nil, refuse(CodeXMLMalformed, "The message is not well-formed XML.")
	}
	adopt(tree.Root(), around)
	return survey(tree.Root(), ids)
}

// survey goes over a tree once.
func survey(root *etree.Element, ids map[string]bool) (*document, *Error) {
	d := &document{root: root, ids: ids}
	if err := d.element(root, map[string]string{}); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *document) element(el *etree.Element, scope map[string]string) *Error {
	scope = declared(el, scope)
	if len(scope) > maxPrefixes {
		return refuse(CodeXMLTooComplex, "More than %d namespace prefixes are in scope.", maxPrefixes)
	}
	if err := d.identify(el); err != nil {
		return err
	}
	switch space := scope[el.Space]; {
	case space == namespaceSignature && el.Tag == "Signature":
		d.signatures = append(d.signatures, el)
	case space == namespaceAssertion && (el.Tag == "Assertion" || el.Tag == "EncryptedAssertion"):
		d.assertions = append(d.assertions, el)
	}
	return d.children(el, scope)
}

func (d *document) children(el *etree.Element, scope map[string]string) *Error {
	for _, child := range el.Child {
		switch child := child.(type) {
		case *etree.Element:
			if err := d.element(child, scope); err != nil {
				return err
			}
		case *etree.Comment:
			if err := d.comment(el, scope[el.Space]); err != nil {
				return err
			}
		case *etree.CharData:
		default:
			return refuse(CodeXMLMalformed, "The message has a processing instruction or a directive.")
		}
	}
	return nil
}

// comment counts a comment in an element, and refuses it beside text: what signs
// leaves comments out, and some readers take only the text before one. Those in
// a signature are refused with it.
func (d *document) comment(el *etree.Element, space string) *Error {
	if d.comments++; d.comments > maxComments {
		return refuse(CodeXMLTooComplex, "The message has more than %d comments.", maxComments)
	}
	if elementsOnly(el) || space == namespaceSignature {
		return nil
	}
	if el.Tag == "NameID" {
		return refuse(CodeNameIDInvalid, "The NameID has a comment in it.")
	}
	return refuse(CodeXMLComment, "The value of %s has a comment in it.", quoted(el.Tag))
}

// declared adds the namespaces that an element declares to those in scope.
func declared(el *etree.Element, scope map[string]string) map[string]string {
	own := map[string]string{}
	for _, a := range el.Attr {
		if prefix, ok := declares(a); ok {
			own[prefix] = a.Value
		}
	}
	if len(own) == 0 {
		return scope
	}
	inner := maps.Clone(scope)
	maps.Copy(inner, own)
	return inner
}

// around returns the namespaces in scope at an element.
func around(el *etree.Element) map[string]string {
	scope := map[string]string{}
	for ; el != nil; el = el.Parent() {
		for _, a := range el.Attr {
			if prefix, ok := declares(a); ok {
				if _, closer := scope[prefix]; !closer {
					scope[prefix] = a.Value
				}
			}
		}
	}
	return scope
}

// adopt declares on the root of a part what it uses and only its surroundings
// declared: XML Encryption puts what was decrypted back into its place. What it does
// not use stays out, for that could change a canonical form.
func adopt(root *etree.Element, scope map[string]string) {
	for prefix, namespace := range scope {
		switch {
		case prefix == "" && root.Space == "" && uses(root, ""):
			root.CreateAttr("xmlns", namespace)
		case prefix != "" && uses(root, prefix):
			root.CreateAttr("xmlns:"+prefix, namespace)
		}
	}
}

// uses tells whether an element, or one in it, has a prefix that is not declared
// there.
func uses(el *etree.Element, prefix string) bool {
	found := el.Space == prefix
	for _, a := range el.Attr {
		if own, ok := declares(a); ok && own == prefix {
			return false
		}
		found = found || prefix != "" && a.Space == prefix
	}
	return found || slices.ContainsFunc(el.ChildElements(), func(child *etree.Element) bool { return uses(child, prefix) })
}

// declares returns the prefix that an attribute declares, empty for the default
// namespace.
func declares(a etree.Attr) (string, bool) {
	if a.Space == "" && a.Key == "xmlns" {
		return "", true
	}
	return a.Key, a.Space == "xmlns"
}

// idForm is what an id may look like, in the ASCII part of XML names. A digit may
// come first, which XML has no name for: some providers give bare UUIDs.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// identify collects the id of an element. Ids in other namespaces and xml:base
// change what a reference means for one reader and not for another, so there are
// none.
func (d *document) identify(el *etree.Element) *Error {
	has := false
	for _, a := range el.Attr {
		if a.Space == "xmlns" {
			continue
		}
		if a.Space == "xml" && a.Key == "base" {
			return refuse(CodeSignatureStructure, "The message uses xml:base.")
		}
		if !strings.EqualFold(a.Key, "id") {
			continue
		}
		if a.Space != "" {
			return refuse(CodeSignatureStructure, "An id belongs to another namespace (%s:%s).", shown(a.Space), shown(a.Key))
		}
		if len(a.Value) > maxID || !idForm.MatchString(a.Value) {
			return refuse(CodeSchemaInvalid, "The id %s is no name of XML.", quoted(a.Value)).with(a.Value)
		}
		if has || d.ids[a.Value] {
			return refuse(CodeXMLDuplicateID, "The id %s is there twice.", quoted(a.Value)).with(a.Value)
		}
		has = true
		d.ids[a.Value] = true
	}
	return nil
}
