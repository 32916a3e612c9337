package main

import "net/http"

// addPages adds what is served beside the API and has no annotations: the
// contract itself, and the pages for people that answers lead to.
func (c *contract) addPages() {
	c.addPage("/", operation{
		ID: "start", Summary: "The sign-on address", Description: "Leads to where people begin, /agentdesktop/.",
		Responses: redirect("To where people begin"),
	})
	c.addPage("/agentdesktop", operation{
		ID: "startWithoutSlash", Summary: "The same, as people type it", Description: "Leads to /agentdesktop/.",
		Responses: redirect("To where people begin"),
	})
	c.addPage("/docs", operation{
		ID: "getReference", Summary: "The reference for people", Description: "Leads to Swagger UI, below /docs/.",
		Responses: redirect("To the pages below /docs/"),
	})
	c.addPage("/docs/problems/{code}", operation{
		ID: "getProblem", Summary: "What a kind of problem means",
		Description: "The page that the member type of a problem leads to.", Produces: []string{"text/html"},
		Parameters: []parameter{{
			Name: "code", In: "path", Required: true,
			schema: schema{Type: "string", Description: "Code of the problem, such as not-found"},
		}},
		Responses: kept("The page"),
	})
	c.alsoForBrowsers("/docs/problems/{code}")
	c.addPage("/favicon.ico", operation{
		ID: "getIcon", Summary: "The icon", Description: "Leads to the icon of the pages.",
		Responses: redirect("To the icon"),
	})
	c.addPage("/docs/types/", operation{
		ID: "getTypePages", Summary: "The types of accounts for people", Description: "By family, each with its page.",
		Produces: []string{"text/html"}, Responses: kept("The page"),
	})
	c.addPage("/docs/types/{type}", operation{
		ID: "getTypePage", Summary: "What a type of account needs, and what to do when its test fails",
		Description: "The page that the member referenceUrl of a type leads to; failures names what any test can end with.",
		Produces:    []string{"text/html"},
		Parameters: []parameter{{
			Name: "type", In: "path", Required: true, schema: schema{Type: "string", Description: "Type, or failures"},
		}},
		Responses: kept("The page"),
	})
	c.addPage("/openapi.yaml", operation{
		ID: "getContract", Summary: "This document", Description: "OpenAPI 3.1.", Produces: []string{"application/yaml"},
		Responses: kept("The document"),
	})
}

// alsoForBrowsers says that who prefers HTML gets a page where there is nothing.
func (c *contract) alsoForBrowsers(path string) {
	missing := clone(c.responses["NotFound"])
	set(get(missing, "content"), "text/html", object("schema", object("type", "string")))
	set(get(c.paths[path]["get"], "responses"), "404", missing)
}

func (c *contract) addPage(path string, op operation) {
	if c.paths[path] != nil {
		return // the annotations have it
	}
	op.Tags = []string{operationsTag}
	c.addOperation(path, "get", c.operation(&op))
}

func redirect(description string) map[string]answer {
	return map[string]answer{"302": {Description: description, Headers: map[string]*schema{"Location": {}}}}
}

// kept are the answers of a file that clients may keep.
func kept(description string) map[string]answer {
	return map[string]answer{
		"200": {Description: description, Schema: &schema{Type: "string"}, Headers: map[string]*schema{"ETag": {}}},
		"304": {Description: "The client has it"},
		"404": {Description: http.StatusText(http.StatusNotFound), Schema: &schema{Ref: problemDefinition}},
	}
}
