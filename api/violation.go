package api

import (
	"strings"

	"admin-api/validation"
)

// Violation is one broken rule, or one warning.
type Violation struct {
	// Pointer is a JSON Pointer (RFC 6901) into the request document in its URI
	// fragment form; "#" is the whole document.
	Pointer string `json:"pointer" example:"#/properties/url"`
	// Code is stable and snake_case.
	Code string `json:"code" example:"https_url"`
	// Detail says what is wrong and what to do. It never holds a secret.
	Detail string         `json:"detail"`
	Params map[string]any `json:"params,omitempty"`
}

// NewViolations returns the wire form of broken rules; it is never nil, so that
// a report shows an empty list.
func NewViolations(list validation.Errors) []Violation {
	out := make([]Violation, len(list))
	for i, v := range list {
		out[i] = Violation{Pointer: fragment(v.Pointer), Code: v.Code, Detail: v.Detail, Params: v.Params}
	}
	return out
}

// Report is the full verdict about a document that was not stored.
type Report struct {
	Valid    bool        `json:"valid"`
	Errors   []Violation `json:"errors"`
	Warnings []Violation `json:"warnings"`
}

// fragment returns the URI fragment of a JSON Pointer (RFC 6901, section 6).
func fragment(pointer string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteByte('#')
	for i := range len(pointer) {
		c := pointer[i]
		if inFragment(c) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// inFragment reports whether RFC 3986 lets the byte stand in a fragment.
func inFragment(c byte) bool {
	letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	return letter || strings.IndexByte("-._~!$&'()*+,;=:@/?", c) >= 0
}
