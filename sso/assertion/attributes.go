package assertion

import (
	"fmt"

	"github.com/beevik/etree"
)

// maxNames is how many attributes are read.
const maxNames = 200

// readAttributes reads what the provider tells about the user. Values that are
// no text (elements, as in eduPersonTargetedID) and encrypted attributes are left
// out; a comment in a value is refused.
func (j *judgement) readAttributes() (string, bool, *Error) {
	skipped := 0
	for _, statement := range all(j.assertion, namespaceAssertion, "AttributeStatement") {
		if err := onlyKnown(statement, namespaceAssertion, "Attribute", "EncryptedAttribute"); err != nil {
			return "", false, err
		}
		skipped += len(all(statement, namespaceAssertion, "EncryptedAttribute"))
		for _, el := range all(statement, namespaceAssertion, "Attribute") {
			a, left, err := readAttribute(el)
			if err != nil {
				return "", false, err
			}
			skipped += left
			j.accepted.Attributes = append(j.accepted.Attributes, *a)
		}
	}
	if n := len(j.accepted.Attributes); n > maxNames {
		return "", false, refuse(CodeXMLTooComplex, "The assertion has %d attributes; %d are accepted.", n, maxNames)
	}
	if skipped > 0 {
		return fmt.Sprintf("%d values that are encrypted, or no text, were left out.", skipped), true, nil
	}
	return "", len(j.accepted.Attributes) > 0, nil
}

// readAttribute returns an attribute and how many of its values were left out.
func readAttribute(el *etree.Element) (*Attribute, int, *Error) {
	a := &Attribute{Name: attribute(el, "Name"), FriendlyName: attribute(el, "FriendlyName")}
	if a.Name == "" {
		return nil, 0, refuse(CodeSchemaInvalid, "An attribute has no Name.")
	}
	if err := onlyKnown(el, namespaceAssertion, "AttributeValue"); err != nil {
		return nil, 0, err
	}
	skipped := 0
	for _, value := range all(el, namespaceAssertion, "AttributeValue") {
		if len(value.ChildElements()) > 0 {
			skipped++
			continue
		}
		v, err := text(value)
		if err != nil {
			return nil, 0, err
		}
		a.Values = append(a.Values, v)
	}
	return a, skipped, nil
}
