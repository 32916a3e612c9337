package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"admin-api/api"
)

// problemKind is one kind of problem, as the table of package api has it.
type problemKind struct {
	api.ProblemKind
	example json.RawMessage
}

func problemKinds() []problemKind {
	var kinds []problemKind
	for _, k := range api.ProblemKinds() {
		example, err := api.Encode(k.Example())
		if err != nil {
			panic(err) // a literal without a JSON form
		}
		kinds = append(kinds, problemKind{k, example})
	}
	return kinds
}

// problemFields are the header fields of problems beside those of every answer.
var problemFields = map[int]map[string]string{
	http.StatusUnauthorized:         {"WWW-Authenticate": "WWWAuthenticate"},
	http.StatusForbidden:            {"WWW-Authenticate": "WWWAuthenticateSometimes"},
	http.StatusMethodNotAllowed:     {"Allow": "Allow"},
	http.StatusConflict:             {"Retry-After": "RetryAfterSometimes"},
	http.StatusPreconditionFailed:   {"ETag": "ETagSometimes"},
	http.StatusUnsupportedMediaType: {"Accept": "Accept", "Accept-Patch": "AcceptPatch"},
	http.StatusTooManyRequests:      {"Retry-After": "RetryAfter", "WWW-Authenticate": "WWWAuthenticateSometimes"},
	http.StatusServiceUnavailable:   {"Retry-After": "RetryAfter"},
}

// problem refers to the shared answer of all problems with a status.
func (c *contract) problem(status int) *yaml.Node {
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	if _, made := c.responses[name]; !made {
		c.responses[name] = c.problemAnswer(status)
	}
	return reference("responses", name)
}

// problemAnswer names the kinds of problems with a status and leads to the page of
// each: told in full under every operation, they would bury what it does.
func (c *contract) problemAnswer(status int) *yaml.Node {
	fields := c.headerNodes(append(slices.Clone(everyAnswer), limitedAnswer...), nil)
	for _, name := range sortedKeys(problemFields[status]) {
		component := problemFields[status][name]
		c.headers[component], _ = headerNode(component)
		set(fields, name, reference("headers", component))
	}
	examples := object()
	var kinds []string
	for _, k := range c.problems {
		if k.Status == status {
			set(examples, k.Code, object("summary", k.Title, "value", k.example))
			kinds = append(kinds, "- ["+k.Code+"]("+api.ProblemPath+k.Code+"): "+k.Title)
		}
	}
	if kinds == nil {
		c.fail("no kind of problem has status %d", status)
	}
	content := object(problemMedia, object("schema", reference("schemas", "Problem"), "examples", examples))
	return object("description", strings.Join(kinds, "\n"), "headers", fields, "content", content)
}

// completeProblem adds to the schema of problems what the table knows: all
// codes, and the members that some kinds have.
func (c *contract) completeProblem() {
	n := c.schemas["Problem"]
	if n == nil {
		return
	}
	var codes []string
	members := map[string]*yaml.Node{}
	for _, k := range c.problems {
		codes = append(codes, k.Code)
		for _, m := range k.Members {
			members[m.Name] = problemMember(members[m.Name], k, m)
		}
	}
	properties := get(n, "properties")
	set(get(properties, "code"), "enum", value(codes))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		set(properties, name, members[name])
	}
}

// problemMember describes a member of some kinds of problems; before is what
// other kinds said of it.
func problemMember(before *yaml.Node, k problemKind, m api.ProblemMember) *yaml.Node {
	description := "Of " + k.Code + ": " + m.Description + "."
	if before != nil {
		set(before, "description", text(get(before, "description").Value+" "+description))
		return before
	}
	n := object("type", "string")
	if example := get(raw(k.example), m.Name); example != nil {
		n = infer(example)
	}
	set(n, "description", text(description))
	return n
}

// infer returns the schema of an example: of its kind, with its members.
func infer(example *yaml.Node) *yaml.Node {
	switch example.Kind {
	case yaml.SequenceNode:
		return object("type", "array", "items", infer(example.Content[0]))
	case yaml.MappingNode:
		var required []string
		members := object()
		for i := 0; i < len(example.Content); i += 2 {
			required = append(required, example.Content[i].Value)
			set(members, example.Content[i].Value, infer(example.Content[i+1]))
		}
		return object("type", "object", "required", required, "properties", members)
	default:
		return object("type", strings.TrimPrefix(strings.Replace(example.Tag, "str", "string", 1), "!!"))
	}
}
