package strict

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// peek returns the byte at pos, or 0, which no JSON text has there, at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func (s *scanner) fail(reason string) error {
	return &SyntaxError{Offset: int64(s.pos), Reason: reason}
}

func (s *scanner) unexpected() error {
	if s.pos >= len(s.data) {
		return s.fail(reasonEnd)
	}
	return s.fail(reasonUnexpected)
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) literal(word string) error {
	for i := range len(word) {
		if s.peek() != word[i] {
			return s.unexpected()
		}
		s.pos++
	}
	return nil
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return s.unexpected()
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return s.unexpected()
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		if !s.digits() {
			return s.unexpected()
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.pos
	for '0' <= s.peek() && s.peek() <= '9' {
		s.pos++
	}
	return s.pos > start
}

// text reads a string and returns it as written.
func (s *scanner) text() (raw []byte, escaped bool, err error) {
	start := s.pos
	s.pos++
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.data[start:s.pos:s.pos], escaped, nil
		case c == '\\':
			escaped = true
			err = s.escape()
		case c < ' ':
			err = s.fail(reasonControl)
		case c < utf8.RuneSelf:
			s.pos++
		default:
			err = s.encoded()
		}
		if err != nil {
			return nil, false, err
		}
	}
	return nil, false, s.fail(reasonEnd)
}

// encoded reads a character of several bytes.
func (s *scanner) encoded() error {
	r, size := utf8.DecodeRune(s.data[s.pos:])
	if r == utf8.RuneError && size == 1 {
		return s.fail(reasonUTF8)
	}
	s.pos += size
	return nil
}

func (s *scanner) escape() error {
	if s.pos+1 == len(s.data) {
		s.pos++
		return s.fail(reasonEnd)
	}
	c := s.data[s.pos+1]
	if c == 'u' {
		return s.unicodeEscape()
	}
	if strings.IndexByte(`"\/bfnrt`, c) < 0 {
		return s.fail(reasonEscape)
	}
	s.pos += 2
	return nil
}

const unicodeEscapeSize = len(`\u0000`)

func (s *scanner) unicodeEscape() error {
	r, ok := s.codeUnit(s.pos)
	if !ok {
		return s.fail(reasonEscape)
	}
	if utf16.IsSurrogate(r) {
		low, ok := s.codeUnit(s.pos + unicodeEscapeSize)
		if !ok || utf16.DecodeRune(r, low) == unicode.ReplacementChar {
			return s.fail(reasonSurrogate)
		}
		s.pos += unicodeEscapeSize
	}
	s.pos += unicodeEscapeSize
	return nil
}

// codeUnit returns the UTF-16 code unit whose escape stands at start, if one does.
func (s *scanner) codeUnit(start int) (unit rune, ok bool) {
	if start+unicodeEscapeSize > len(s.data) || s.data[start] != '\\' || s.data[start+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.data[start+2:start+unicodeEscapeSize]), 16, 16)
	return rune(n), err == nil
}
