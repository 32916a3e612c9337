// Package setfile reads and writes sets of accounts as people keep them in git:
// YAML, in which secrets stand as references to variables and files of the machine
// on which the set is read.
//
// It talks to no server and reads no environment by itself: what an account means
// is the server's to judge, and where values come from is the caller's to say.
package setfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"admin-api/strict"
)

// The heading of a file.
const (
	apiVersion = "admin-api/v1"
	kind       = "AccountSet"
)

// Largest is how large a file may be, and what it holds once its aliases are
// written out: what a server takes as one request.
const Largest = 1 << 20

// File is a set as it was read.
type File struct {
	// Accounts are the documents, in the order of the file, secrets as they stand.
	Accounts []json.RawMessage
	lines    map[string]int
}

// Errors are what is wrong with a file, each with its line.
type Errors []string

// Error implements error.
func (e Errors) Error() string { return strings.Join(e, "\n") }

// Read reads a set. Its errors, Errors among them, never quote values.
func Read(in io.Reader) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(in, Largest+1))
	if err != nil {
		return nil, fmt.Errorf("read set: %w", err)
	}
	if len(text) > Largest {
		return nil, fmt.Errorf("the set is larger than %d bytes; divide it into several", Largest)
	}
	document, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &converter{lines: map[string]int{}}
	c.value(document, "", 0)
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	return c.file()
}

// parse returns the one document of the text.
func parse(text []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := d.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the set is empty; begin with apiVersion: " + apiVersion)
	case err != nil:
		return nil, fmt.Errorf("not YAML: %w", err)
	}
	if err := d.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("a file holds one set: there is something behind the first document")
	}
	return first.Content[0], nil
}

// file takes the heading off.
func (c *converter) file() (*File, error) {
	members, names, err := strict.Object(c.out.Bytes())
	if err != nil {
		return nil, errors.New("a set is a mapping with apiVersion, kind and accounts")
	}
	var errs Errors
	for name, want := range map[string]string{"apiVersion": apiVersion, "kind": kind} {
		var have string
		if json.Unmarshal(members[name], &have) != nil || have != want {
			errs = append(errs, at(c.lines["/"+name], name+" must be "+want))
		}
	}
	f := &File{lines: c.lines}
	if json.Unmarshal(members["accounts"], &f.Accounts) != nil || f.Accounts == nil {
		errs = append(errs, at(c.lines["/accounts"], "accounts must be a list; [] is a set without accounts"))
	}
	for _, name := range names {
		if name != "apiVersion" && name != "kind" && name != "accounts" {
			errs = append(errs, at(c.lines[strict.Pointer(name)], "a set has no member "+strconv.Quote(name)))
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return f, nil
}

// Line returns the line of the value at a JSON Pointer into {"accounts":[…]}, or of
// what holds it where it is not in the file; 0 where nothing is.
func (f *File) Line(pointer string) int {
	for {
		if line, known := f.lines[pointer]; known {
			return line
		}
		cut := strings.LastIndexByte(pointer, '/')
		if cut <= 0 {
			return 0
		}
		pointer = pointer[:cut]
	}
}

func at(line int, text string) string {
	if line == 0 {
		return text
	}
	return fmt.Sprintf("line %d: %s", line, text)
}
