package integrations

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"admin-api/validation"
)

func beforeDive(rules []validation.Tag) []validation.Tag {
	if i := slices.Index(rules, validation.Tag{Name: "dive"}); i >= 0 {
		return rules[:i]
	}
	return rules
}

func afterDive(rules []validation.Tag) []validation.Tag {
	return rules[len(beforeDive(rules)):]
}

func (p *property) textSchema(rules []validation.Tag) fragment {
	schema := fragment{"type": "string"}
	least, most := p.lengths()
	if least > 0 {
		schema["minLength"] = int(least)
	}
	schema["maxLength"] = int(most)
	if p.pattern != nil {
		schema["pattern"] = p.pattern.String()
	}
	if p.enum != nil {
		schema["enum"] = anyValues(p.enum)
		delete(schema, "maxLength")
	}
	for _, rule := range rules {
		tighten(schema, validation.SchemaFragment(rule.Name, rule.Param))
	}
	return schema
}

// notBlank is what a text that must be given holds, since white space around a
// text is dropped: any character but those of Unicode's White_Space.
const notBlank = `[^\t-\r \x85\xa0` + "\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000" + `]`

// needText demands a text that is not only white space; fitting says what else
// it must be.
func needText(schema, fitting fragment) {
	least := fragment{"minLength": 1}
	if admitsBlanks(fitting) {
		least["pattern"] = notBlank
	}
	tighten(schema, least)
}

// admitsBlanks reports whether white space alone fits.
func admitsBlanks(schema fragment) bool {
	if schema["enum"] != nil {
		return false
	}
	pattern, limited := schema["pattern"].(string)
	if !limited {
		return true
	}
	expression := regexp.MustCompile(pattern)
	return expression.MatchString(" ") || expression.MatchString("\u00a0")
}

// elementSchema is what one text in a list or map must be.
func (p *property) elementSchema() fragment {
	rules := afterDive(p.rules)
	schema := p.textSchema(rules)
	if slices.Contains(rules, ruleRequired) {
		needText(schema, schema)
	}
	return schema
}

func anyValues(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return values
}

// tighten adds keywords to a schema so that both hold.
func tighten(schema, more fragment) {
	for _, keyword := range slices.Sorted(maps.Keys(more)) {
		value := more[keyword]
		old, taken := schema[keyword]
		switch {
		case !taken:
			schema[keyword] = value
		case keyword == "maxLength":
			schema[keyword] = min(old.(int), value.(int)) // lengths are integers
		case keyword == "minLength":
			schema[keyword] = max(old.(int), value.(int)) // lengths are integers
		default:
			rest, _ := schema["allOf"].([]any)
			schema["allOf"] = append(rest, fragment{keyword: value})
		}
	}
}

func (p *property) integerSchema() fragment {
	schema := fragment{"type": "integer"}
	if p.enum != nil {
		schema["enum"] = integers(p.enum)
	}
	for _, rule := range p.rules {
		switch rule.Name {
		case "port":
			schema["minimum"], schema["maximum"] = 1, 65535
		case "oneof":
			schema["enum"] = integers(strings.Fields(rule.Param))
		case "min", "gte":
			schema["minimum"] = json.Number(rule.Param)
		case "max", "lte":
			schema["maximum"] = json.Number(rule.Param)
		}
	}
	if p.min != nil {
		schema["minimum"] = *p.min
	}
	if p.max != nil {
		schema["maximum"] = *p.max
	}
	return schema
}

func integers(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = json.Number(text)
	}
	return values
}

func (p *property) listSchema(items fragment) fragment {
	schema := fragment{"type": "array", "items": items, "maxItems": p.most()}
	if p.min != nil {
		schema["minItems"] = *p.min
	}
	p.counted(schema, "minItems", "maxItems")
	return schema
}

func (p *property) mapSchema() fragment {
	schema := fragment{
		"type": "object", "additionalProperties": p.elementSchema(), "maxProperties": p.most(),
		"propertyNames": fragment{"minLength": 1, "maxLength": maxKey},
	}
	if p.min != nil {
		schema["minProperties"] = *p.min
	}
	p.counted(schema, "minProperties", "maxProperties")
	return schema
}

// counted adds what rules say of the number of entries.
func (p *property) counted(schema fragment, least, most string) {
	for _, rule := range beforeDive(p.rules) {
		n, err := strconv.Atoi(rule.Param)
		switch {
		case rule.Name == "unique" && p.kind == kindTexts:
			schema["uniqueItems"] = true
		case rule.Name == "required":
			schema[least] = 1
		case err != nil:
		case rule.Name == "min" || rule.Name == "gte":
			schema[least] = n
		case rule.Name == "max" || rule.Name == "lte":
			schema[most] = n
		case rule.Name == "len":
			schema[least], schema[most] = n, n
		}
	}
}
