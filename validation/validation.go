// Package validation is the rule engine: validator/v10 with our own tags,
// violations with JSON Pointers, and the context in which rules are judged.
//
// It does not hold the rules of single types: those are tags and Validate
// methods in package integrations. No other package imports validator/v10.
package validation

import (
	"strings"
	"time"
)

// Violation is one broken rule (or one warning).
type Violation struct {
	// Pointer is an RFC 6901 pointer into the request document, for example
	// "/properties/url"; the empty string is the whole document.
	Pointer string `json:"pointer"`
	// Code is stable and snake_case, for example "https_url".
	Code string `json:"code"`
	// Detail is one sentence for people: what is wrong and what to do. It
	// never holds a secret's value.
	Detail string         `json:"detail"`
	Params map[string]any `json:"params,omitempty"`
}

// Errors are all broken rules of one request.
type Errors []Violation

// Error implements error. It names pointers and codes only.
func (e Errors) Error() string {
	parts := make([]string, len(e))
	for i, v := range e {
		parts[i] = v.Pointer + " " + v.Code
	}
	return "invalid: " + strings.Join(parts, ", ")
}

// Directory answers what a rule may ask about the contact center. Both methods
// may be called often and must be quick.
type Directory interface {
	// Roles returns the roles of a user and whether the user exists and is
	// not disabled.
	Roles(userID string) (roles []string, ok bool)
	// TeamExists reports whether the team exists and is not disabled.
	TeamExists(teamID string) bool
	// Teams returns names by id, for the text of a violation.
	Teams() map[string]string
}

// limit bounds how many violations, and how many warnings, are kept for one
// document, lest the report outgrow a hostile one.
const limit = 500

// Context is the situation in which a document is judged, and collects what is
// found. It is for one document and one goroutine.
type Context struct {
	// Now is the time of the request.
	Now time.Time
	// Domain is the contact center's domain, for example
	// "mycompany.brightpattern.com".
	Domain string
	// Directory knows users and teams; nil where they are not known (then the
	// rules that need it are left out).
	Directory Directory
	// Changed reports whether the request sets the property at a pointer into
	// the properties, or switches on the account or the section it belongs to.
	// A rule that depends on the clock or on other records is a violation
	// where it is true, else a warning (see Timely). Nil means always.
	Changed func(pointer string) bool

	prefix   string
	errors   Errors
	warnings Errors
}

// Prefix sets what is put before each pointer that rules report, for example
// "/properties".
func (c *Context) Prefix(p string) { c.prefix = p }

// Violate reports a broken rule at a pointer into the properties.
func (c *Context) Violate(pointer, code, detail string) {
	c.Add(Violation{Pointer: pointer, Code: code, Detail: detail})
}

// Add reports a broken rule; the prefix is put before its pointer. After 500
// violations one of code "too_many_violations" ends the list.
func (c *Context) Add(v Violation) {
	v.Pointer = c.prefix + v.Pointer
	switch {
	case len(c.errors) == limit:
		v = Violation{Code: "too_many_violations", Detail: "More rules are broken; correct those above first."}
	case len(c.errors) > limit:
		return
	}
	c.errors = append(c.errors, v)
}

// Warn reports something that is allowed but looks wrong.
func (c *Context) Warn(pointer, code, detail string) {
	if len(c.warnings) < limit {
		c.warnings = append(c.warnings, Violation{Pointer: c.prefix + pointer, Code: code, Detail: detail})
	}
}

// Timely reports a broken rule that depends on the clock or on other records:
// a violation where the request changes the property, else a warning, so that
// time does not make an account uneditable.
func (c *Context) Timely(pointer, code, detail string) {
	if c.Changed == nil || c.Changed(pointer) {
		c.Violate(pointer, code, detail)
		return
	}
	c.Warn(pointer, code, detail)
}

// Broken reports whether a violation stands at the pointer or below it.
func (c *Context) Broken(pointer string) bool {
	at := c.prefix + pointer
	for _, v := range c.errors {
		if v.Pointer == at || strings.HasPrefix(v.Pointer, at+"/") {
			return true
		}
	}
	return false
}

// Errors returns the violations in the order they were found, nil when there
// are none.
func (c *Context) Errors() Errors { return c.errors }

// Warnings returns the warnings, nil when there are none.
func (c *Context) Warnings() Errors { return c.warnings }

// Err returns the violations as an error, nil when there are none.
func (c *Context) Err() error {
	if len(c.errors) == 0 {
		return nil
	}
	return c.errors
}
