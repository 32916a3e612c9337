package integrations

import (
	"slices"
	"strings"

	"admin-api/validation"
)

// Rule is a rule that a property obeys, in words.
type Rule struct {
	// Pointer leads to the property; "-" stands for any element of a list.
	Pointer string
	// Text is a sentence. Names of properties and values stand between backquotes.
	Text string
}

// Rules describes what the tags demand beyond what Fields tells: whether a
// property goes with others, and the form of its values. It is in the order of
// the fields; the caller owns it. What Validate demands is not in it.
func (d *Definition) Rules() []Rule {
	s, _ := specFor(d.New())
	return rulesOf("", s.root)
}

func rulesOf(at string, o *object) []Rule {
	var rules []Rule
	for i := range o.properties {
		p := &o.properties[i]
		pointer := at + p.pointer
		for _, text := range o.words(at, p) {
			rules = append(rules, Rule{Pointer: pointer, Text: text})
		}
		switch p.kind {
		case kindObject:
			rules = append(rules, rulesOf(pointer, p.fields)...)
		case kindObjectList:
			rules = append(rules, rulesOf(pointer+"/-", p.fields)...)
		}
	}
	return rules
}

// silentRules are told by Fields, or say nothing of the value.
var silentRules = []string{"required", "omitempty", "omitnil", "omitzero", "-"}

func (o *object) words(at string, p *property) []string {
	var texts []string
	each := ""
	for _, rule := range p.rules {
		switch {
		case rule.Name == "dive":
			each = "Each entry: "
		case slices.Contains(silentRules, rule.Name):
		case rule.Name == "required_if" && o.requiredWhen(at, p) != nil:
		case strings.HasPrefix(rule.Name, "required") || strings.HasPrefix(rule.Name, "excluded"):
			texts = append(texts, o.presence(at, rule))
		default:
			texts = append(texts, each+validation.Rule(rule.Name, rule.Param, p.ruleKind(each != "")).Detail)
		}
	}
	return texts
}

func (p *property) ruleKind(ofEntries bool) validation.Kind {
	switch {
	case ofEntries:
		return validation.KindText
	case p.kind == kindInteger:
		return validation.KindNumber
	case p.kind == kindTexts || p.kind == kindMap || p.kind == kindObjectList:
		return validation.KindList
	}
	return validation.KindText
}

// presence says with which others a property must or must not be given.
func (o *object) presence(at string, rule validation.Tag) string {
	must, how, _ := strings.Cut(rule.Name, "_")
	words := "Must be given"
	if must == "excluded" {
		words = "Must be left out"
	}
	params := strings.Fields(rule.Param)
	switch how {
	case "if":
		return words + " while " + o.pairs(at, params, " and ") + "."
	case "unless":
		return words + " unless " + o.pairs(at, params, " or ") + "."
	case "with":
		return words + " where " + o.names(at, params, " or ") + " is given."
	case "with_all":
		return words + " where " + o.names(at, params, " and ") + " are given."
	case "without":
		return words + " where " + o.names(at, params, " or ") + " is not given."
	default:
		return words + " where none of " + o.names(at, params, " and ") + " is given."
	}
}

func (o *object) pairs(at string, params []string, join string) string {
	var parts []string
	for pair := range slices.Chunk(params, 2) {
		parts = append(parts, o.names(at, pair[:1], "")+" is `"+strings.Join(pair[1:], "")+"`")
	}
	return strings.Join(parts, join)
}

func (o *object) names(at string, fields []string, join string) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = "`" + field + "`"
		if sibling := o.byField(field); sibling != nil {
			names[i] = "`" + at + sibling.pointer + "`"
		}
	}
	return strings.Join(names, join)
}
