package integrations

import (
	"reflect"
	"slices"
	"strings"
)

// FieldKind says how a form draws a field.
type FieldKind string

// The kinds of fields.
const (
	FieldString       FieldKind = "string"
	FieldText         FieldKind = "text" // several lines
	FieldBoolean      FieldKind = "boolean"
	FieldInteger      FieldKind = "integer"
	FieldEnum         FieldKind = "enum" // one of Options
	FieldURL          FieldKind = "url"
	FieldEmail        FieldKind = "email"
	FieldSecret       FieldKind = "secret"
	FieldCertificate  FieldKind = "certificate"  // PEM
	FieldCertificates FieldKind = "certificates" // list of PEM
	FieldReference    FieldKind = "reference"    // the id of what Reference names
	FieldObject       FieldKind = "object"       // with Fields
	FieldList         FieldKind = "list"         // of texts, or of objects with Fields
	FieldMap          FieldKind = "map"          // texts by free names
)

// Field describes one property for a form.
type Field struct {
	Name string `json:"name"`
	// Pointer leads to the property; "-" stands for any element of a list.
	Pointer string    `json:"pointer"`
	Kind    FieldKind `json:"kind"`
	Label   string    `json:"label"`
	Help    string    `json:"help,omitempty"`
	Example string    `json:"example,omitempty"`
	// Required: must be given while the property applies. Rules may require
	// others as well, depending on the values.
	Required    bool `json:"required"`
	Secret      bool `json:"secret"`
	Destination bool `json:"destination"`
	// Generated: a secret that is made where none is given, and shown once.
	Generated bool     `json:"generated,omitempty"`
	Multiline bool     `json:"multiline,omitempty"` // of secrets
	Nullable  bool     `json:"nullable,omitempty"`  // of objects: absent is different from empty
	Options   []Option `json:"options,omitempty"`
	// Default is the value of a new account: text, boolean or integer.
	Default any    `json:"default,omitempty"`
	Min     *int64 `json:"min,omitempty"`
	Max     *int64 `json:"max,omitempty"`
	Pattern string `json:"pattern,omitempty"`
	// PatternHint says what the pattern means.
	PatternHint string `json:"patternHint,omitempty"`
	// When is set for a property that applies only while another has one of
	// some values; RequiredWhen for one that must be given then.
	When         *FieldCondition `json:"when,omitempty"`
	RequiredWhen *FieldCondition `json:"requiredWhen,omitempty"`
	Reference    string          `json:"reference,omitempty"` // "user" or "team"
	Fields       []Field         `json:"fields,omitempty"`
}

// Option is one value of an enum.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// FieldCondition holds while the property at Pointer has one of the values,
// booleans and integers written as text.
type FieldCondition struct {
	Pointer string   `json:"pointer"`
	Equals  []string `json:"equals"`
}

// Fields describes the properties as a form shows them, in the order of their
// declaration. The caller owns what is returned.
func (d *Definition) Fields() []Field {
	s, v := specFor(d.New())
	return fieldsOf("", s.root, v)
}

func fieldsOf(at string, o *object, defaults reflect.Value) []Field {
	fields := make([]Field, len(o.properties))
	for i := range o.properties {
		p := &o.properties[i]
		f := p.describe(at)
		initial := defaults.Field(p.index)
		f.Default = defaultOf(p, initial)
		f.Options = p.options()
		if c := p.when; c != nil {
			f.When = &FieldCondition{Pointer: at + o.properties[c.sibling].pointer, Equals: slices.Clone(c.values)}
		}
		f.RequiredWhen = o.requiredWhen(at, p)
		switch {
		case p.kind == kindObject && !p.nilable:
			f.Fields = fieldsOf(f.Pointer, p.fields, initial)
		case p.kind == kindObject:
			f.Fields = fieldsOf(f.Pointer, p.fields, reflect.Zero(p.fields.typ))
		case p.kind == kindObjectList:
			f.Fields = fieldsOf(f.Pointer+"/-", p.fields, reflect.Zero(p.fields.typ))
		}
		fields[i] = f
	}
	return fields
}

func (p *property) describe(at string) Field {
	f := Field{
		Name: p.name, Pointer: at + p.pointer, Kind: p.fieldKind(),
		Label: p.label, Help: p.help, Example: p.example,
		Required: p.required(),
		Secret:   p.kind == kindSecret, Destination: p.destination, Generated: p.generated,
		Multiline: p.kind == kindSecret && p.format == formatMultiline,
		Nullable:  p.kind == kindObject && p.nilable,
		Min:       p.min, Max: p.max, PatternHint: p.hint, Reference: p.ref,
	}
	if p.pattern != nil {
		f.Pattern = p.pattern.String()
	}
	return f
}

func (p *property) fieldKind() FieldKind {
	switch p.kind {
	case kindBoolean:
		return FieldBoolean
	case kindSecret:
		return FieldSecret
	case kindMap:
		return FieldMap
	case kindObject:
		return FieldObject
	case kindObjectList:
		return FieldList
	case kindTexts:
		if p.format == formatCertificate {
			return FieldCertificates
		}
		return FieldList
	case kindInteger, kindText:
	}
	switch {
	case p.enum != nil:
		return FieldEnum
	case p.kind == kindInteger:
		return FieldInteger
	case p.ref != "":
		return FieldReference
	}
	return p.textKind()
}

func (p *property) textKind() FieldKind {
	switch p.format {
	case formatMultiline:
		return FieldText
	case formatCertificate:
		return FieldCertificate
	case formatEmail:
		return FieldEmail
	case formatURL:
		return FieldURL
	}
	return FieldString
}

func (p *property) options() []Option {
	var options []Option
	for i, value := range p.enum {
		label := value
		if p.enumLabels != nil {
			label = p.enumLabels[i]
		}
		options = append(options, Option{Value: value, Label: label})
	}
	return options
}

// defaultOf is what New sets; nil where that is the same as unset. A boolean
// always has a value.
func defaultOf(p *property, initial reflect.Value) any {
	switch p.kind {
	case kindBoolean:
		return initial.Bool()
	case kindText:
		if initial.Len() > 0 {
			return initial.String()
		}
	case kindInteger:
		if !p.nilable {
			return initial.Int()
		}
		if !initial.IsNil() {
			return initial.Elem().Int()
		}
	}
	return nil
}

// requiredWhen tells a rule required_if with one condition; forms can express
// no more.
func (o *object) requiredWhen(at string, p *property) *FieldCondition {
	for _, rule := range beforeDive(p.rules) {
		parts := strings.Fields(rule.Param)
		if rule.Name != "required_if" || len(parts) != 2 {
			continue
		}
		if sibling := o.byField(parts[0]); sibling != nil {
			return &FieldCondition{Pointer: at + sibling.pointer, Equals: parts[1:]}
		}
	}
	return nil
}

// byField returns the property of a Go field, which rules name; nil for none.
func (o *object) byField(name string) *property {
	field, found := o.typ.FieldByName(name)
	for i := range o.properties {
		if found && o.properties[i].index == field.Index[0] {
			return &o.properties[i]
		}
	}
	return nil
}
