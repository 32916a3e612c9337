package main

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const (
	jsonMedia    = "application/json"
	eventMedia   = "text/event-stream"
	linesMedia   = "application/x-ndjson"
	problemMedia = "application/problem+json"
)

func (c *contract) addOperations() {
	for _, path := range sortedKeys(c.in.Paths) {
		for _, method := range sortedKeys(c.in.Paths[path]) {
			op := c.in.Paths[path][method]
			c.addOperation(c.rooted(path, &op), method, c.operation(&op))
		}
	}
}

func (c *contract) addOperation(path, method string, n *yaml.Node) {
	if c.paths[path] == nil {
		c.paths[path] = map[string]*yaml.Node{}
	}
	c.paths[path][method] = n
}

// rooted returns the whole path of an operation.
func (c *contract) rooted(path string, op *operation) string {
	if slices.Contains(op.Tags, operationsTag) || slices.Contains(op.Tags, browserTag) {
		return path
	}
	return strings.TrimSuffix(c.in.BasePath, "/") + path
}

func (c *contract) operation(op *operation) *yaml.Node {
	scope := c.scope(op)
	return object(
		"tags", op.Tags, "summary", op.Summary, "description", sentence(op.Description), "operationId", op.ID,
		"x-scope", scope, "security", requirement(scope),
		"parameters", c.parameterNodes(op), "requestBody", c.requestBody(op), "responses", c.answers(op, scope),
	)
}

// requirement is what the credential must carry; nothing where scope is empty.
func requirement(scope string) *yaml.Node {
	if scope == "" {
		return &yaml.Node{Kind: yaml.SequenceNode}
	}
	return value([]*yaml.Node{object(securityScheme, []string{scope})})
}

var scopeSentence = regexp.MustCompile(`Needs the scope ([a-z]+(?::[a-z]+)?)`)

// scope returns the scope that an operation's description names.
func (c *contract) scope(op *operation) string {
	found := scopeSentence.FindStringSubmatch(op.Description)
	if (found != nil) != (len(op.Security) > 0) {
		c.fail("%s: an operation has a @Security and says which scope it needs, or neither", op.ID)
	}
	if found == nil {
		return ""
	}
	return found[1]
}

func (c *contract) requestBody(op *operation) *yaml.Node {
	for _, p := range op.Parameters {
		if p.In != "body" {
			continue
		}
		body := object("description", sentence(p.Description))
		if p.Required {
			set(body, "required", value(true))
		}
		media := jsonMedia
		if len(op.Consumes) > 0 {
			media = op.Consumes[0]
		}
		set(body, "content", object(media, object("schema", convert(p.Schema), "examples", c.drafts(&p))))
		return body
	}
	return nil
}

// judgesOnly reports whether an operation can be asked for a verdict instead.
func judgesOnly(op *operation) bool {
	return slices.ContainsFunc(op.Parameters, func(p parameter) bool { return p.Name == "validateOnly" })
}
