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

// signedInScope is what the routes call the scope of who has any credential.
const signedInScope = "signed-in"

// compatible begins the paths that others have documented.
const compatible = "/configapi/"

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
	if slices.Contains(op.Tags, operationsTag) || slices.Contains(op.Tags, browserTag) ||
		strings.HasPrefix(path, compatible) || strings.HasPrefix(path, scimPaths) {
		return path
	}
	return strings.TrimSuffix(c.in.BasePath, "/") + path
}

func (c *contract) operation(op *operation) *yaml.Node {
	scope := c.scope(op)
	return object(
		"tags", op.Tags, "summary", op.Summary, "description", sentence(op.Description), "operationId", op.ID,
		"x-scope", scope, "security", requirement(scope, op.Description),
		"parameters", c.parameterNodes(op), "requestBody", c.requestBody(op), "responses", c.answers(op, scope),
	)
}

// requirement is what the credential must carry; nothing where scope is empty.
// A session is as good as a token, and where an operation is about it, the only
// way; to operations for machines a token is.
func requirement(scope, description string) *yaml.Node {
	nothing := &yaml.Node{Kind: yaml.SequenceNode}
	if scope == "" {
		return nothing
	}
	cookie := object(cookieScheme, nothing)
	if sessionSentence.MatchString(description) {
		return value([]*yaml.Node{cookie})
	}
	roles := nothing
	if scope != signedInScope {
		roles = value([]string{scope})
	}
	token := object(securityScheme, roles)
	if tokenSentence.MatchString(description) {
		return value([]*yaml.Node{token})
	}
	return value([]*yaml.Node{token, cookie})
}

var (
	scopeSentence   = regexp.MustCompile(`Needs the scope ([a-z]+(?::[a-z]+)?)`)
	anySentence     = regexp.MustCompile(`Needs a (credential|session)[.,]`)
	sessionSentence = regexp.MustCompile(`Needs a session[.,]`)
	tokenSentence   = regexp.MustCompile(`Needs a token[:.,]`)
)

// scope returns the scope that an operation's description names; SignedIn where
// it says that any credential will do, or a session.
func (c *contract) scope(op *operation) string {
	found := scopeSentence.FindStringSubmatch(op.Description)
	signedIn := anySentence.MatchString(op.Description)
	if (found != nil || signedIn) != (len(op.Security) > 0) || found != nil && signedIn {
		c.fail("%s: an operation has a @Security and says which scope it needs, or neither", op.ID)
	}
	switch {
	case found != nil:
		return found[1]
	case signedIn:
		return signedInScope
	}
	return ""
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
		consumes := op.Consumes
		if len(consumes) == 0 {
			consumes = []string{jsonMedia}
		}
		content := object()
		for _, media := range consumes {
			set(content, media, object("schema", convert(p.Schema), "examples", c.requests(op, &p)))
		}
		set(body, "content", content)
		return body
	}
	return nil
}

// judgesOnly reports whether an operation can be asked for a verdict instead.
func judgesOnly(op *operation) bool {
	return slices.ContainsFunc(op.Parameters, func(p parameter) bool { return p.Name == "validateOnly" })
}
