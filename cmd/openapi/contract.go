package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const heading = "# Made by make openapi from the annotations in handlers/ and the catalogue; do not edit.\n"

// contract is the document while it is made.
type contract struct {
	in        *swagger
	documents map[string]document
	kinds     []kind
	problems  []problemKind
	// Components by name; each is one that an operation needs.
	schemas, responses, parameters, headers, examples map[string]*yaml.Node
	// shown names the example of an account as answers show it.
	shown string
	// paths holds the operations of each path by method.
	paths map[string]map[string]*yaml.Node
	errs  []error
}

// generate makes the contract from what swag found in the annotations, from the
// catalogue and from the table of problems. The same input makes the same
// bytes.
func generate(in *swagger, kinds []kind) ([]byte, error) {
	c := &contract{
		in: in, documents: documents(), kinds: kinds, problems: problemKinds(),
		schemas: map[string]*yaml.Node{}, responses: map[string]*yaml.Node{}, parameters: map[string]*yaml.Node{},
		headers: map[string]*yaml.Node{}, examples: map[string]*yaml.Node{},
		paths: map[string]map[string]*yaml.Node{},
	}
	c.addSchemas()
	c.addOperations()
	c.addPages()
	c.problem(http.StatusMethodNotAllowed) // of methods that are not operations
	c.scimRefusal(http.StatusMethodNotAllowed)
	c.shareParameters()
	doc := c.assemble()
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	body, err := render(doc)
	return append([]byte(heading), body...), err
}

func (c *contract) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

func (c *contract) assemble() *yaml.Node {
	return object(
		"openapi", "3.1.0",
		"info", c.info(),
		"servers", []*yaml.Node{object("url", "/", "description", "The server that this document comes from.")},
		"tags", c.tags(),
		"paths", c.pathItems(),
		"components", object(
			"securitySchemes", object(securityScheme, c.security(), cookieScheme, session()),
			"parameters", sorted(c.parameters),
			"headers", sorted(c.headers),
			"responses", sorted(c.responses),
			"examples", sorted(c.examples),
			"schemas", sorted(c.schemas),
		),
	)
}

// How every path answers methods that the document does not list.
const otherMethods = `

Every path answers OPTIONS with 204 and its methods in Allow, and what answers GET answers HEAD as well. A method ` +
	`that a path has not is refused with 405 and Allow, see the answer MethodNotAllowed, below /scim/v2 ` +
	`SCIMMethodNotAllowed.`

func (c *contract) info() *yaml.Node {
	i := c.in.Info
	return object(
		"title", i.Title, "version", i.Version, "description", sentence(i.Description)+otherMethods,
		"license", object("name", i.License.Name, "identifier", i.License.Name),
	)
}

func (c *contract) tags() []*yaml.Node {
	var nodes []*yaml.Node
	for _, t := range append(slices.Clone(c.in.Tags), c.missingTags()...) {
		nodes = append(nodes, object("name", t.Name, "description", sentence(t.Description)))
	}
	return nodes
}

// missingTags returns the tag of the operations around the API unless the
// annotations describe it.
func (c *contract) missingTags() []tag {
	if slices.ContainsFunc(c.in.Tags, func(t tag) bool { return t.Name == operationsTag }) {
		return nil
	}
	return []tag{{Name: operationsTag, Description: "Whether the process is well, what it counts, and its documentation."}}
}

const (
	// operationsTag and browserTag mark what is not below the base path.
	operationsTag  = "operations"
	browserTag     = "browser"
	securityScheme = "bearerAuth"
	cookieScheme   = "sessionCookie"
)

// session is the way in which browsers show who is signed in.
func session() *yaml.Node {
	return object("type", "apiKey", "in", "cookie", "name", "__Host-session", "description",
		"The session of a person who signed in. In a browser, sign in with POST /api/v1/session and enter nothing here: the "+
			"browser keeps the cookie and sends it. Over plain HTTP, which works on the machine itself only, the cookie is "+
			"session. Where a request has the header field Authorization, too, that one counts.")
}

func (c *contract) security() *yaml.Node {
	description := ""
	for _, s := range c.in.Security {
		description = sentence(s.Description)
	}
	return object("type", "http", "scheme", "bearer", "description", description)
}

// methods in the order in which a path shows them.
var methods = []string{"get", "put", "post", "delete", "patch"}

func (c *contract) pathItems() *yaml.Node {
	paths := object()
	for _, path := range sortedKeys(c.paths) {
		item := object()
		for _, method := range methods {
			if op := c.paths[path][method]; op != nil {
				set(item, method, op)
			}
		}
		if len(item.Content) != 2*len(c.paths[path]) {
			c.fail("%s has a method that is not one of %s", path, strings.Join(methods, ", "))
		}
		set(paths, path, item)
	}
	return paths
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sorted returns a mapping in the order of its names.
func sorted(members map[string]*yaml.Node) *yaml.Node {
	n := object()
	for _, name := range sortedKeys(members) {
		set(n, name, members[name])
	}
	return n
}
