package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"admin-api/api"
)

const problemDefinition = definitions + "api.Problem"

// answers returns the Responses Object of an operation.
func (c *contract) answers(op *operation, scope string) *yaml.Node {
	n := object()
	for _, code := range sortedKeys(op.Responses) {
		a := op.Responses[code]
		status, err := strconv.Atoi(code)
		if err != nil {
			c.fail("%s: %q is no status", op.ID, code)
			continue
		}
		if a.Schema != nil && a.Schema.Ref == problemDefinition {
			set(n, code, c.problem(status))
			continue
		}
		if a.Schema != nil && a.Schema.Ref == scimDefinition {
			set(n, code, c.scimRefusal(status))
			continue
		}
		set(n, code, c.answer(op, status, scope))
	}
	return n
}

// answer returns what stands at one status that is no problem.
func (c *contract) answer(op *operation, status int, scope string) *yaml.Node {
	a := op.Responses[strconv.Itoa(status)]
	fields := sortedKeys(a.Headers)
	if status == http.StatusNotModified { // like the answer that it stands for
		fields = append(fields, sortedKeys(op.Responses["200"].Headers)...)
	}
	fields = append(fields, everyAnswer...)
	if scope != "" {
		fields = append(fields, limitedAnswer...)
	}
	description := sentence(a.Description)
	if description == http.StatusText(status) {
		description = sentence(op.Summary)
	}
	return object(
		"description", description, "headers", c.headerNodes(fields, c.variants(op, a.Schema)),
		"content", c.content(op, a.Schema),
	)
}

// variants are the header fields of an answer that differ from those of the same name
// elsewhere.
func (c *contract) variants(op *operation, s *schema) map[string]string {
	v := map[string]string{}
	if c.mayReport(op, s) {
		v["ETag"] = "ETagOfAccount"
	}
	if slices.Contains(op.Tags, browserTag) {
		v["Set-Cookie"] = "SetCookieOfBrowser"
	}
	return v
}

// mayReport reports whether an answer is an account or, when only a verdict is
// asked for, a report.
func (c *contract) mayReport(op *operation, s *schema) bool {
	return s != nil && s.Ref == accountDefinition && judgesOnly(op) && op.Responses["201"].Schema == nil
}

// content returns an answer's document by media type.
func (c *contract) content(op *operation, s *schema) *yaml.Node {
	if s == nil {
		return nil
	}
	document := convert(s)
	switch {
	case op.ID == credentialsOperation:
		document = reference("schemas", accountCredentials)
	case c.mayReport(op, s):
		document = reference("schemas", accountOrReport)
	}
	produces := op.Produces
	if len(produces) == 0 {
		produces = []string{jsonMedia}
	}
	n := object()
	for _, media := range produces {
		if media == eventMedia {
			if op.ID == feedOperation {
				set(n, media, feedStream())
				continue
			}
			set(n, media, eventStream(strings.TrimPrefix(s.Ref, definitions)))
			continue
		}
		if media == linesMedia {
			set(n, media, lines())
			continue
		}
		set(n, media, object("schema", document, "examples", c.examplesOf(op, s)))
	}
	return n
}

// eventStream describes a stream of events, of which OpenAPI 3.1 can only say
// that it is text.
func eventStream(last string) *yaml.Node {
	return object(
		"schema", object("type", "string", "description", "Server-sent events. The data of each event step is a CheckStep, "+
			"that of the last event, check, a "+schemaName(last)+". Should the server fail meanwhile, the last event is "+
			"problem and its data a Problem."),
		"examples", object("stream", object("value", "event: step\n"+
			`data: {"name":"resolve","status":"passed","durationMs":4}`+"\n\n"+
			"event: check\n"+
			`data: {"status":"passed","cause":null,"steps":[{"name":"resolve","status":"passed","durationMs":4}],`+
			`"retryable":false,"durationMs":4,"checkedAt":"2026-03-01T12:30:00.000Z","draft":true}`+"\n\n")),
	)
}

// lines describes an export, of which OpenAPI 3.1 can only say that it is text.
func lines() *yaml.Node {
	e := auditUpdate()
	line := string(api.AppendAuditEvent(nil, &e)) + "\n"
	return object(
		"schema", object("type", "string", "description", "Each line is an AuditEvent, oldest first."),
		"examples", object("export", object("value", line)),
	)
}

// examplesOf returns the examples of an answer: those written for the operation,
// or where the answer is an account, those of accounts.
func (c *contract) examplesOf(op *operation, s *schema) *yaml.Node {
	if written := writtenExamples(op.ID); written != nil {
		return written
	}
	if s.Ref != accountDefinition || op.ID == credentialsOperation || c.shown == "" {
		return nil
	}
	return object(strings.ToLower(c.shown[:1])+c.shown[1:], reference("examples", c.shown))
}

// Header fields of every answer, and of those that a rate limit applies to.
var (
	everyAnswer   = []string{"X-Request-Id", "Cache-Control"}
	limitedAnswer = []string{"RateLimit-Policy", "RateLimit"}
)

// headerNodes returns the header fields of an answer; variants names the components
// that are not as their fields.
func (c *contract) headerNodes(fields []string, variants map[string]string) *yaml.Node {
	n := object()
	for _, name := range slices.Compact(fields) {
		component := strings.ReplaceAll(name, "-", "")
		if variant := variants[name]; variant != "" {
			component = variant
		}
		h, known := headerNode(component)
		if !known {
			c.fail("the header field %s is in the annotations but not described in this command", name)
			continue
		}
		c.headers[component] = h
		set(n, name, reference("headers", component))
	}
	return n
}
