package strict

import (
	"strconv"
	"unicode/utf8"
)

const (
	mostDuplicates = 100
	longestName    = 64
	fewNames       = 16 // up to here comparing is cheaper than hashing
)

// named is the name of a member already read.
type named struct {
	name     []byte
	reported bool
}

// names are those of one object: scanner.names from base on, and their places
// there once they are many.
type names struct {
	base  int
	index map[string]int
}

func (s *scanner) newNames() names { return names{base: len(s.names)} }

func (s *scanner) drop(n names) { s.names = s.names[:n.base] }

// note adds name to the names of an object, or reports that it is there.
func (s *scanner) note(n *names, name []byte) {
	if i := s.find(n, name); i >= 0 {
		s.report(i)
		return
	}
	s.names = append(s.names, named{name: name})
	switch own := s.names[n.base:]; {
	case n.index != nil:
		n.index[string(name)] = len(s.names) - 1
	case len(own) > fewNames:
		n.index = make(map[string]int, 2*len(own))
		for i, other := range own {
			n.index[string(other.name)] = n.base + i
		}
	}
}

func (s *scanner) find(n *names, name []byte) int {
	if n.index != nil {
		if i, found := n.index[string(name)]; found {
			return i
		}
		return -1
	}
	for i := n.base; i < len(s.names); i++ {
		if string(s.names[i].name) == string(name) {
			return i
		}
	}
	return -1
}

// report records the member that the path leads to, once however often it
// stands there.
func (s *scanner) report(i int) {
	if s.names[i].reported || len(s.duplicates) == mostDuplicates {
		return
	}
	s.names[i].reported = true
	parts := make([]string, len(s.path))
	for i, p := range s.path {
		if p.name == nil {
			parts[i] = strconv.Itoa(p.index)
		} else {
			parts[i] = shorten(p.name)
		}
	}
	s.duplicates = append(s.duplicates, Pointer(parts...))
}

// shorten returns at most longestName characters of name.
func shorten(name []byte) string {
	end := 0
	for range longestName {
		if end == len(name) {
			return string(name)
		}
		_, size := utf8.DecodeRune(name[end:])
		end += size
	}
	if end == len(name) {
		return string(name)
	}
	return string(name[:end]) + "…"
}
