package strict

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Pointer returns the JSON Pointer (RFC 6901) of the value to which the names
// and indexes parts lead, the pointer of the whole document if there are none.
func Pointer(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(p, "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// Get returns the value that pointer (RFC 6901, not its URI fragment form) leads
// to in raw, as written and sharing memory with raw. Nothing is found with a
// malformed pointer, or where raw is malformed on the way. Of members of the
// same name, which Check refuses, it takes the first.
func Get(raw json.RawMessage, pointer string) (value json.RawMessage, found bool) {
	parts, ok := splitPointer(pointer)
	if !ok {
		return nil, false
	}
	s := scanner{data: raw, deep: deepest}
	for _, part := range parts {
		if !s.descend(part) {
			return nil, false
		}
	}
	n, err := s.value()
	if err != nil {
		return nil, false
	}
	return n.raw, true
}

func splitPointer(pointer string) (parts []string, ok bool) {
	if pointer == "" {
		return nil, true
	}
	parts = strings.Split(pointer, "/")
	if parts[0] != "" {
		return nil, false
	}
	parts = parts[1:]
	unescape := strings.NewReplacer("~0", "~", "~1", "/")
	for i, p := range parts {
		parts[i] = unescape.Replace(p)
		if strings.Count(p, "~") != strings.Count(p, "~0")+strings.Count(p, "~1") {
			return nil, false
		}
	}
	return parts, true
}

// descend moves from before a container to before its part of that name or index.
func (s *scanner) descend(part string) bool {
	s.space()
	switch s.peek() {
	case '{':
		s.pos++
		return s.seek('}', func() (bool, error) {
			_, name, err := s.name()
			return string(name) == part, err
		})
	case '[':
		left, err := strconv.Atoi(part)
		if err != nil || strconv.Itoa(left) != part { // no leading zero or plus sign
			return false
		}
		s.pos++
		return s.seek(']', func() (bool, error) {
			left--
			return left == -1, nil
		})
	default:
		return false
	}
}

// seek skips parts of a container until here, called before each, says yes.
func (s *scanner) seek(closing byte, here func() (bool, error)) bool {
	for first := true; ; first = false {
		if more, err := s.more(closing, first); err != nil || !more {
			return false
		}
		if yes, err := here(); err != nil || yes {
			return err == nil
		}
		if _, err := s.value(); err != nil {
			return false
		}
	}
}
