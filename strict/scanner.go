package strict

import (
	"encoding/json"
	"strconv"
)

// The reasons of a SyntaxError.
const (
	reasonEnd        = "the document ends too early"
	reasonUnexpected = "unexpected character"
	reasonTrailing   = "something follows the document"
	reasonUTF8       = "a string is not valid UTF-8"
	reasonControl    = "a string holds an unescaped control character"
	reasonEscape     = "invalid escape in a string"
	reasonSurrogate  = "escape of half a surrogate pair"
	reasonDepth      = "nested deeper than "
)

// node is a value of a document.
type node struct {
	raw     []byte   // as written, without white space around; nil if the node was made
	object  bool     // an object, whose members follow if they are kept
	members []member // in the order of the document
}

// member is a member of an object.
type member struct {
	key   []byte // the name as written, with its quotes
	name  []byte // the name itself
	value node
}

func (n node) isNull() bool { return len(n.raw) > 0 && n.raw[0] == 'n' }

// scanner reads a document from front to end, each byte once.
type scanner struct {
	data []byte
	pos  int
	deep int // how many levels the document may have
	keep int // how many levels of objects get their members into the nodes

	path       []step  // the containers around pos, and where in each
	names      []named // of the members so far of the objects around pos
	duplicates []string
}

// step is a position in a container.
type step struct {
	name  []byte // nil in a list
	index int
}

// parse returns the root of data, with the members of the upper keep levels.
func parse(data []byte, deep, keep int) (node, error) {
	s := scanner{data: data, deep: deep, keep: keep}
	root, err := s.value()
	if err != nil {
		return node{}, err
	}
	if s.space(); s.pos < len(data) {
		return node{}, s.fail(reasonTrailing)
	}
	if len(s.duplicates) > 0 {
		return node{}, &DuplicateError{Pointers: s.duplicates}
	}
	return root, nil
}

func (s *scanner) value() (n node, err error) {
	s.space()
	start := s.pos
	switch s.peek() {
	case '{':
		n, err = s.object()
	case '[':
		err = s.list()
	case '"':
		_, _, err = s.text()
	case 't':
		err = s.literal("true")
	case 'f':
		err = s.literal("false")
	case 'n':
		err = s.literal("null")
	default:
		err = s.number()
	}
	n.raw = s.data[start:s.pos:s.pos]
	return n, err
}

func (s *scanner) object() (n node, err error) {
	if err := s.enter(); err != nil {
		return node{}, err
	}
	n.object = true
	kept := len(s.path) <= s.keep
	seen := s.newNames()
	for first := true; ; first = false {
		more, err := s.more('}', first)
		if err != nil {
			return node{}, err
		}
		if !more {
			break
		}
		m, err := s.member(&seen)
		if err != nil {
			return node{}, err
		}
		if kept {
			n.members = append(n.members, m)
		}
	}
	s.drop(seen)
	s.leave()
	return n, nil
}

func (s *scanner) member(seen *names) (m member, err error) {
	if m.key, m.name, err = s.name(); err != nil {
		return member{}, err
	}
	s.path[len(s.path)-1].name = m.name
	s.note(seen, m.name)
	m.value, err = s.value()
	return m, err
}

// name reads the name of a member and the colon after it.
func (s *scanner) name() (key, name []byte, err error) {
	s.space()
	if s.peek() != '"' {
		return nil, nil, s.unexpected()
	}
	key, escaped, err := s.text()
	if err != nil {
		return nil, nil, err
	}
	if s.space(); s.peek() != ':' {
		return nil, nil, s.unexpected()
	}
	s.pos++
	if !escaped {
		return key, key[1 : len(key)-1], nil
	}
	var unescaped string
	if err := json.Unmarshal(key, &unescaped); err != nil {
		return nil, nil, s.fail(reasonEscape)
	}
	return key, []byte(unescaped), nil
}

func (s *scanner) list() error {
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; ; first = false {
		more, err := s.more(']', first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if _, err := s.value(); err != nil {
			return err
		}
		s.path[len(s.path)-1].index++
	}
	s.leave()
	return nil
}

// enter reads the bracket that opens a container.
func (s *scanner) enter() error {
	if len(s.path) == s.deep {
		return s.fail(reasonDepth + strconv.Itoa(s.deep))
	}
	s.pos++
	s.path = append(s.path, step{})
	return nil
}

func (s *scanner) leave() { s.path = s.path[:len(s.path)-1] }

// more reads what stands before the next part of a container, or the bracket
// that closes it.
func (s *scanner) more(closing byte, first bool) (bool, error) {
	s.space()
	switch c := s.peek(); {
	case c == closing:
		s.pos++
		return false, nil
	case first:
		return true, nil
	case c == ',':
		s.pos++
		return true, nil
	default:
		return false, s.unexpected()
	}
}
