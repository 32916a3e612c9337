package datagroup

import (
	"regexp"
	"strconv"

	"admin-api/validation"
)

// contactField is a field of a contact: those that the documentation lists, by
// type or by order (1 to 10) where a contact has several.
var contactField = regexp.MustCompile(`^contact\.(?:` +
	`title|firstName|lastName|position|segment|summary|dateOfBirth|messengers|status` +
	`|custom\.[A-Za-z0-9_]{1,64}|addresses\.[A-Za-z][A-Za-z0-9_]{0,31}` +
	`|(?:phones|emails)\.byType\.[A-Za-z][A-Za-z0-9_]{0,31}` +
	`|(?:phones|emails|socialLinks)\.byOrder\.(?:[1-9]|10))$`)

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	type pair struct{ internal, external string }
	seen := map[pair]bool{}
	for i, mapping := range p.FieldMappings {
		pointer := "/fieldMappings/" + strconv.Itoa(i)
		if mapping.InternalField == "" || c.Broken(pointer) {
			continue
		}
		this := pair{mapping.InternalField, mapping.ExternalField}
		switch {
		case mapping.Kind == "internal" && !contactField.MatchString(mapping.InternalField):
			c.Violate(pointer+"/internalField", "contact_field_unknown",
				"Is no field of contacts; use one such as contact.firstName, contact.phones.byType.mobile, "+
					"contact.emails.byOrder.1 or contact.custom.NAME.")
		case seen[this]:
			c.Violate(pointer, "mapped_twice", "Repeats an earlier mapping; keep one of them.")
		}
		seen[this] = true
	}
}
