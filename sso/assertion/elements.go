package assertion

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
	saml2 "github.com/russellhaering/gosaml2"
	dsig "github.com/russellhaering/goxmldsig"
)

const (
	namespaceAssertion    = saml2.SAMLAssertionNamespace
	namespaceProtocol     = saml2.SAMLProtocolNamespace
	namespaceSignature    = dsig.Namespace
	namespaceEncryption   = "http://www.w3.org/2001/04/xmlenc#"
	namespaceEncryption11 = "http://www.w3.org/2009/xmlenc11#"
	namespaceExclusive    = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// is tells whether an element has this name in this namespace.
func is(el *etree.Element, space, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == space
}

// all returns the children of this name.
func all(el *etree.Element, space, tag string) []*etree.Element {
	var found []*etree.Element
	for _, child := range el.ChildElements() {
		if is(child, space, tag) {
			found = append(found, child)
		}
	}
	return found
}

// first returns the first child of this name, nil if there is none.
func first(el *etree.Element, space, tag string) *etree.Element {
	for _, child := range el.ChildElements() {
		if is(child, space, tag) {
			return child
		}
	}
	return nil
}

// atMostOne returns the child of this name, nil if there is none.
func atMostOne(el *etree.Element, space, tag string) (*etree.Element, *Error) {
	found := all(el, space, tag)
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	return nil, refuse(CodeSchemaInvalid, "%s has %d elements %s; it may have one.", el.Tag, len(found), tag)
}

// onlyKnown refuses children of other names, and text between them.
func onlyKnown(el *etree.Element, space string, tags ...string) *Error {
	for _, child := range el.ChildElements() {
		if !oneOf(child, space, tags) {
			return refuse(CodeSchemaInvalid, "%s has an element %s, which has no place there.", el.Tag, quoted(child.Tag))
		}
	}
	if !elementsOnly(el) {
		return refuse(CodeSchemaInvalid, "%s has text between its elements.", el.Tag)
	}
	return nil
}

// elementsOnly tells whether there is nothing but white space, or comments,
// between the children.
func elementsOnly(el *etree.Element) bool {
	for _, child := range el.Child {
		if data, ok := child.(*etree.CharData); ok && strings.Trim(data.Data, " \t\r\n") != "" {
			return false
		}
	}
	return true
}

// commented tells whether there are comments between the children.
func commented(el *etree.Element) bool {
	return slices.ContainsFunc(el.Child, func(child etree.Token) bool {
		_, ok := child.(*etree.Comment)
		return ok
	})
}

func oneOf(el *etree.Element, space string, tags []string) bool {
	for _, tag := range tags {
		if is(el, space, tag) {
			return true
		}
	}
	return false
}

// attribute returns the value of an attribute without a namespace. The library
// would take one of any namespace.
func attribute(el *etree.Element, name string) string {
	value, _ := lookup(el, name)
	return value
}

func lookup(el *etree.Element, name string) (string, bool) {
	for _, a := range el.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value, true
		}
	}
	return "", false
}

// text returns the text of an element that has nothing but text. A comment would
// make two texts of it, of which some reader takes only one.
func text(el *etree.Element) (string, *Error) {
	var b strings.Builder
	for _, child := range el.Child {
		switch child := child.(type) {
		case *etree.CharData:
			b.WriteString(child.Data)
		case *etree.Comment:
			return "", refuse(CodeXMLComment, "The value of %s has a comment in it.", el.Tag)
		default:
			return "", refuse(CodeSchemaInvalid, "%s has elements where a text is expected.", el.Tag)
		}
	}
	return b.String(), nil
}

// claim returns the text of an element as it may be shown, empty where el is nil.
func claim(el *etree.Element) string {
	if el == nil {
		return ""
	}
	return shown(el.Text())
}
