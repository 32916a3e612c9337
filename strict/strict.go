// Package strict reads JSON (RFC 8259) the way an API contract must: one value,
// valid Unicode, limited nesting, no member twice. It finds members by JSON
// Pointer and applies merge patches to documents as they are written, so that
// numbers, spelling and order survive. It does not decode into Go values and
// knows nothing of schemas. All functions are safe for concurrent use, take time
// proportional to their input and leave it unchanged.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// DefaultDepth is the nesting that documents may have unless Limits say otherwise.
const DefaultDepth = 32

// deepest bounds the recursion on documents of any origin. It is the bound of
// encoding/json, too.
const deepest = 10_000

// Limits bound a document. The zero value means the defaults.
type Limits struct {
	Depth int // objects and lists inside each other; 0 means DefaultDepth, the most is 10,000
}

// SyntaxError says that a document is not what this package takes for JSON:
// malformed, not UTF-8, nested too deeply or followed by something else.
type SyntaxError struct {
	Offset int64  // bytes before the error
	Reason string // a fixed text that quotes nothing of the document
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// DuplicateError says that objects of a well-formed document name members twice.
type DuplicateError struct {
	// Pointers are the JSON Pointers (RFC 6901) of the duplicates, each once, in
	// the order of the document. Names are cut after 64 characters, and the
	// list after 100 pointers, lest the error outgrow a hostile document.
	Pointers []string
}

// Error implements error.
func (e *DuplicateError) Error() string {
	return "duplicate members: " + strings.Join(e.Pointers, ", ")
}

// Check reports whether data is one JSON value in UTF-8 within limits, whose
// objects have no member twice, names compared after unescaping. Escapes of half
// a surrogate pair count as malformed. Check returns a *SyntaxError or, only for
// documents without such an error, a *DuplicateError.
func Check(data []byte, limits Limits) error {
	if limits.Depth == 0 {
		limits.Depth = DefaultDepth
	}
	_, err := parse(data, min(limits.Depth, deepest), 0)
	return err
}

// Compact returns data without insignificant white space, otherwise as written.
// Its errors are those of Check, but for nesting up to 10,000.
func Compact(data []byte) (json.RawMessage, error) {
	if _, err := parse(data, deepest, 0); err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(make([]byte, 0, len(data)))
	if err := json.Compact(b, data); err != nil {
		return nil, fmt.Errorf("compact checked JSON: %w", err)
	}
	return b.Bytes(), nil
}

// ErrNotObject says that a document is well-formed JSON, but no object.
var ErrNotObject = errors.New("not a JSON object")

// Object returns the members of the object data by their unescaped names, and
// the names in the order of the document. Values are as written and share
// memory with data. Its errors are those of Check, but for nesting up to
// 10,000, and ErrNotObject.
func Object(data []byte) (members map[string]json.RawMessage, order []string, err error) {
	root, err := parse(data, deepest, 1)
	if err != nil {
		return nil, nil, err
	}
	if !root.object {
		return nil, nil, ErrNotObject
	}
	members = make(map[string]json.RawMessage, len(root.members))
	order = make([]string, len(root.members))
	for i, m := range root.members {
		order[i] = string(m.name)
		members[order[i]] = m.value.raw
	}
	return members, order, nil
}
