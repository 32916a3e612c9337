package integrations

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"admin-api/validation"
)

// conditional says what depends on other members of the object: the tag when,
// and rules such as required_if.
func (b schemaBuilder) conditional(o *object, defaults reflect.Value) []any {
	r := ruleBuilder{schemaBuilder: b, object: o, defaults: defaults}
	for i := range o.properties {
		p := &o.properties[i]
		if !b.has(p) {
			continue
		}
		if p.when != nil {
			r.addWhen(i)
		}
		for _, rule := range beforeDive(p.rules) {
			r.addRule(i, rule)
		}
	}
	rules := make([]any, len(r.out))
	for i, rule := range r.out {
		rules[i] = rule
	}
	return rules
}

type ruleBuilder struct {
	schemaBuilder
	object   *object
	defaults reflect.Value
	out      []fragment // if, then, else
}

// add says what holds for a member where the condition holds (branch "then")
// or does not ("else"). Members with the same condition share one rule.
func (r *ruleBuilder) add(condition fragment, branch string, name string, says fragment) {
	for _, rule := range r.out {
		if !reflect.DeepEqual(rule["if"], condition) {
			continue
		}
		if old, taken := rule[branch].(fragment); !taken {
			rule[branch] = says
			return
		} else if join(old, name, says) {
			return
		}
	}
	r.out = append(r.out, fragment{"if": condition, branch: says})
}

// join adds to a branch what it does not say yet about a member.
func join(branch fragment, name string, says fragment) bool {
	members, _ := branch["properties"].(fragment)
	more, _ := says["properties"].(fragment)
	if old, taken := members[name]; taken {
		return reflect.DeepEqual(old, more[name])
	}
	members[name] = more[name]
	if required, ok := says["required"].([]string); ok {
		others, _ := branch["required"].([]string)
		branch["required"] = append(others, required...)
	}
	return true
}

// addWhen: while the property applies it may be required, else it is unset.
func (r *ruleBuilder) addWhen(i int) {
	p := &r.object.properties[i]
	r.add(r.applies(i), "else", p.name, fragment{"properties": fragment{p.name: r.unset(p)}})
	if p.required() && r.asksFor(p) {
		r.add(r.applies(i), "then", p.name, given(p))
	}
}

// asksFor reports whether a document of this mode can be asked for the
// property: a replace leaves out secrets that stay, and what is sent may leave
// out what has a default.
func (r *ruleBuilder) asksFor(p *property) bool {
	if r.writes() && !r.defaults.Field(p.index).IsZero() {
		return false
	}
	return p.kind != kindSecret || r.mode != SchemaReplace
}

// applies is the condition under which the property applies.
func (r *ruleBuilder) applies(i int) fragment {
	c := r.object.properties[i].when
	condition := r.equals(c.sibling, c.values)
	if r.object.properties[c.sibling].when == nil {
		return condition
	}
	return all([]any{r.applies(c.sibling), condition})
}

// equals holds where the member has one of the values, or gets it by default.
func (r *ruleBuilder) equals(sibling int, values []string) fragment {
	p := &r.object.properties[sibling]
	list := make([]any, 0, len(values)+1)
	for _, value := range values {
		list = append(list, p.constant(value))
	}
	if slices.Contains(values, plain(r.defaults.Field(p.index))) {
		return fragment{"properties": fragment{p.name: fragment{"enum": append(list, nil)}}}
	}
	is := fragment{"enum": list}
	if len(list) == 1 {
		is = fragment{"const": list[0]}
	}
	return fragment{"properties": fragment{p.name: is}, "required": []string{p.name}}
}

// constant is the JSON form of a value in a tag.
func (p *property) constant(text string) any {
	switch p.kind {
	case kindBoolean:
		return text == "true"
	case kindInteger:
		return json.Number(text)
	}
	return text
}

// given demands the member with a value.
func given(p *property) fragment {
	value := fragment{}
	switch p.kind {
	case kindText:
		value["type"] = "string"
		needText(value, p.textSchema(p.rules))
	case kindSecret:
		value["type"], value["minLength"] = "string", 1
	case kindTexts, kindObjectList:
		value["type"], value["minItems"] = "array", 1
	case kindMap:
		value["type"], value["minProperties"] = "object", 1
	case kindBoolean:
		value["const"] = true
	case kindInteger:
		value["type"] = "integer"
		if !p.nilable {
			value["not"] = fragment{"const": 0}
		}
	case kindObject:
		value["type"] = "object"
	}
	return fragment{"properties": fragment{p.name: value}, "required": []string{p.name}}
}

// unset is what a member that does not apply may be: absent, or what amounts
// to it.
func (r *ruleBuilder) unset(p *property) any {
	if !r.writes() {
		return false
	}
	values := []any{nil}
	switch p.kind {
	case kindText:
		values = append(values, "")
	case kindBoolean:
		values = append(values, false)
	case kindInteger:
		if !p.nilable {
			values = append(values, 0)
		}
	case kindTexts, kindObjectList:
		values = append(values, []any{})
	case kindMap:
		values = append(values, fragment{})
	case kindSecret, kindObject:
	}
	if value := defaultOf(p, r.defaults.Field(p.index)); value != nil && !slices.Contains(values, value) {
		values = append(values, value)
	}
	return fragment{"enum": values}
}

// addRule adds a rule about presence, as far as a schema can say it.
func (r *ruleBuilder) addRule(i int, rule validation.Tag) {
	p := &r.object.properties[i]
	condition := r.condition(rule)
	if condition == nil {
		return
	}
	if p.when != nil {
		condition = all([]any{r.applies(i), condition})
	}
	switch {
	case strings.HasPrefix(rule.Name, "excluded"):
		r.add(condition, "then", p.name, fragment{"properties": fragment{p.name: r.unset(p)}})
	case r.asksFor(p):
		r.add(condition, "then", p.name, given(p))
	}
}

// condition is when the rule demands or excludes; nil where a schema cannot
// say it.
func (r *ruleBuilder) condition(rule validation.Tag) fragment {
	_, how, conditional := strings.Cut(rule.Name, "_")
	if !conditional || !strings.HasPrefix(rule.Name, "required") && !strings.HasPrefix(rule.Name, "excluded") {
		return nil
	}
	if how == "if" || how == "unless" {
		return r.byValue(how, strings.Fields(rule.Param))
	}
	return r.byPresence(how, strings.Fields(rule.Param))
}

func (r *ruleBuilder) byValue(how string, params []string) fragment {
	var equal []any
	for pair := range slices.Chunk(params, 2) {
		sibling := r.object.byField(pair[0])
		if sibling == nil || len(pair) < 2 {
			return nil
		}
		equal = append(equal, r.equals(r.object.byName[sibling.name], pair[1:]))
	}
	if how == "unless" {
		return fragment{"not": anyOf(equal)}
	}
	return all(equal)
}

// all holds where each of the conditions does, anyOf where one does.
func all(conditions []any) fragment   { return compose("allOf", conditions) }
func anyOf(conditions []any) fragment { return compose("anyOf", conditions) }

// compose writes different conditions under a keyword, and a single one without.
func compose(keyword string, conditions []any) fragment {
	var different []any
	for _, c := range conditions {
		if !slices.ContainsFunc(different, func(other any) bool { return reflect.DeepEqual(c, other) }) {
			different = append(different, c)
		}
	}
	if len(different) == 1 {
		return different[0].(fragment) // only fragments are collected
	}
	return fragment{keyword: different}
}

func (r *ruleBuilder) byPresence(how string, params []string) fragment {
	var present, absent []any
	for _, param := range params {
		sibling := r.object.byField(param)
		if sibling == nil || sibling.kind == kindSecret && (r.mode == SchemaReplace || r.mode == SchemaRead) {
			return nil // whether a stored secret stays does not show in the document
		}
		is := given(sibling)
		if sibling.kind != kindSecret && !r.defaults.Field(sibling.index).IsZero() {
			is = fragment{} // by its default
		}
		present, absent = append(present, is), append(absent, fragment{"not": is})
	}
	switch how {
	case "with":
		return anyOf(present)
	case "with_all":
		return all(present)
	case "without":
		return anyOf(absent)
	case "without_all":
		return all(absent)
	}
	return nil
}
