package reference

import (
	"fmt"
	"strconv"
	"strings"

	"admin-api/integrations"
)

// Property is one row of the table of properties.
type Property struct {
	// Pointer is the JSON Pointer below properties, as violations name it.
	Pointer, Label string
	// Depth is how many objects the property is inside of.
	Depth int
	// Value says what may stand there.
	Value string
	// Options are the values of an enumeration.
	Options []integrations.Option
	// Facts are bounds, form, default, example, each a phrase.
	Facts []string
	// Required is "yes", "no", or when.
	Required string
	// When says when the property applies; empty for always.
	When string
	// Marks are "secret", "destination" and "generated".
	Marks []string
	Help  string

	reference bool // the id of a user or team
}

var kinds = map[integrations.FieldKind]string{
	integrations.FieldString: "text", integrations.FieldText: "text of several lines",
	integrations.FieldBoolean: "`true` or `false`", integrations.FieldInteger: "whole number",
	integrations.FieldEnum: "one of", integrations.FieldURL: "address", integrations.FieldEmail: "e-mail address",
	integrations.FieldSecret: "text", integrations.FieldCertificate: "certificate (PEM)",
	integrations.FieldCertificates: "list of certificates (PEM)", integrations.FieldObject: "object",
	integrations.FieldList: "list", integrations.FieldMap: "texts by names of your choice",
}

func propertiesOf(fields []integrations.Field) []Property {
	var out []Property
	for i := range fields {
		f := &fields[i]
		p := Property{
			Pointer: f.Pointer, Label: f.Label, Depth: strings.Count(f.Pointer, "/") - 1, Value: valueOf(f),
			Options: f.Options, Facts: factsOf(f), Required: requiredOf(f), When: conditionOf(f.When), Marks: marksOf(f),
			Help: sentence(f.Help), reference: f.Reference != "",
		}
		out = append(append(out, p), propertiesOf(f.Fields)...)
	}
	return out
}

func valueOf(f *integrations.Field) string {
	switch {
	case f.Kind == integrations.FieldReference:
		return "id of a " + f.Reference
	case f.Multiline:
		return "text of several lines"
	case f.Kind == integrations.FieldList && len(f.Fields) > 0:
		return "list of objects"
	case f.Kind == integrations.FieldList && len(f.Options) > 0:
		return "list, each entry one of"
	case f.Kind == integrations.FieldList:
		return "list of texts"
	}
	return kinds[f.Kind]
}

func factsOf(f *integrations.Field) []string {
	var facts []string
	if text := boundsOf(f); text != "" {
		facts = append(facts, text)
	}
	if f.Default != nil {
		facts = append(facts, "default `"+fmt.Sprint(f.Default)+"`")
	}
	if f.PatternHint != "" {
		facts = append(facts, "form: "+f.PatternHint)
	}
	if f.Example != "" && !f.Secret {
		facts = append(facts, "for example `"+f.Example+"`")
	}
	return facts
}

// boundsOf says how long, how large or how many.
func boundsOf(f *integrations.Field) string {
	unit := " characters"
	switch f.Kind {
	case integrations.FieldInteger:
		unit = ""
	case integrations.FieldList, integrations.FieldCertificates, integrations.FieldMap:
		unit = " entries"
	}
	number := func(n *int64) string { return strconv.FormatInt(*n, 10) }
	switch {
	case f.Min != nil && f.Max != nil && *f.Min == *f.Max:
		return "exactly " + number(f.Min) + unit
	case f.Min != nil && f.Max != nil:
		return number(f.Min) + " to " + number(f.Max) + unit
	case f.Min != nil:
		return "at least " + number(f.Min) + unit
	case f.Max != nil:
		return "at most " + number(f.Max) + unit
	}
	return ""
}

func requiredOf(f *integrations.Field) string {
	switch {
	case f.RequiredWhen != nil && f.When != nil && conditionOf(f.RequiredWhen) == conditionOf(f.When):
		return "yes" // whenever it applies
	case f.RequiredWhen != nil:
		return "while " + conditionOf(f.RequiredWhen)
	case f.Required:
		return "yes"
	}
	return "no"
}

func conditionOf(c *integrations.FieldCondition) string {
	if c == nil {
		return ""
	}
	values := make([]string, len(c.Equals))
	for i, value := range c.Equals {
		values[i] = "`" + value + "`"
	}
	return "`" + c.Pointer + "` is " + strings.Join(values, " or ")
}

func marksOf(f *integrations.Field) []string {
	var marks []string
	if f.Secret {
		marks = append(marks, "secret")
	}
	if f.Destination {
		marks = append(marks, "destination")
	}
	if f.Generated {
		marks = append(marks, "generated")
	}
	return marks
}
