package main

import (
	"net/http"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"admin-api/api"
)

const (
	scimDefinition = definitions + "api.SCIMError"
	// scimPaths begins the paths that RFC 7644 names.
	scimPaths = "/scim/"
)

// scimFields are the header fields of refusals of SCIM beside those of every
// answer.
var scimFields = map[int]map[string]string{
	http.StatusUnauthorized:         {"WWW-Authenticate": "WWWAuthenticate"},
	http.StatusForbidden:            {"WWW-Authenticate": "WWWAuthenticateSometimes"},
	http.StatusMethodNotAllowed:     {"Allow": "Allow"},
	http.StatusUnsupportedMediaType: {"Accept": "Accept"},
	http.StatusTooManyRequests:      {"Retry-After": "RetryAfter"},
	http.StatusServiceUnavailable:   {"Retry-After": "RetryAfter"},
}

// scimExamples are refusals by their status.
var scimExamples = map[int][2]string{
	http.StatusBadRequest: {"invalidFilter", "At byte 9 of the filter or path an operator is expected."},
	http.StatusForbidden: {"", "This contact center has no enabled integration account of the type SCIM; " +
		"an administrator makes one and chooses its default team."},
	http.StatusConflict: {"uniqueness", "Another user of the contact center has this name; choose another."},
}

// scimRefusal refers to the shared answer of all refusals of SCIM with a status.
func (c *contract) scimRefusal(status int) *yaml.Node {
	name := "SCIM" + strings.ReplaceAll(http.StatusText(status), " ", "")
	if _, made := c.responses[name]; !made {
		fields := c.headerNodes(append(append([]string(nil), everyAnswer...), limitedAnswer...), nil)
		for _, field := range sortedKeys(scimFields[status]) {
			component := scimFields[status][field]
			c.headers[component], _ = headerNode(component)
			set(fields, field, reference("headers", component))
		}
		c.responses[name] = object(
			"description", http.StatusText(status)+", in the form of RFC 7644, section 3.12.", "headers", fields,
			"content", scimContent(status),
		)
	}
	return reference("responses", name)
}

// scimContent is the document of a refusal.
func scimContent(status int) *yaml.Node {
	example := api.NewSCIMError(strconv.Itoa(status), "", http.StatusText(status)+".")
	if known, ok := scimExamples[status]; ok {
		example.SCIMType, example.Detail = known[0], known[1]
	}
	text, err := api.Encode(example)
	if err != nil {
		panic(err) // a literal without a JSON form
	}
	return object(api.SCIMMediaType, object(
		"schema", reference("schemas", "SCIMError"), "examples", object("refusal", object("value", raw(text))),
	))
}

// completeSCIM says what Go's types cannot: that requests may hold what is not
// kept, and that references have a member "$ref", which many a tool would take for
// a reference of the contract if it stood among the others.
func (c *contract) completeSCIM() {
	for _, name := range []string{"SCIMUserInput", "SCIMGroupInput"} {
		if c.schemas[name] != nil {
			c.schemas[name] = without(c.schemas[name], "additionalProperties")
		}
	}
	if c.schemas["SCIMReference"] != nil {
		set(c.schemas["SCIMReference"], "patternProperties", object(`^\$ref$`, object(
			"description", "Address of the resource.", "type", "string", "format", "uri")))
	}
}

// scimDocuments are those of package api that SCIM has.
func scimDocuments() []any {
	return []any{
		api.SCIMUserList{},
		api.SCIMUserInput{},
		api.SCIMGroupList{},
		api.SCIMGroupInput{},
		api.SCIMSearch{},
		api.SCIMPatch{},
		api.SCIMProviderConfig{},
		api.SCIMSchemaList{},
		api.SCIMResourceTypeList{},
		api.SCIMError{},
	}
}
