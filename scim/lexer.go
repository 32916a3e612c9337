package scim

import (
	"encoding/json"
	"strings"
)

// Kinds of tokens; brackets and parentheses are their own.
const (
	tokenEnd    = byte(0)
	tokenWord   = byte('w') // names, operators, true, false, null and numbers
	tokenString = byte('s')
)

// token is a part of a filter or path.
type token struct {
	kind byte
	at   int
	// text is a word as it is written, or what a string says.
	text string
}

// is reports whether the token is the word, in whatever case.
func (t token) is(word string) bool { return t.kind == tokenWord && strings.EqualFold(t.text, word) }

// lexer takes a filter or path apart.
type lexer struct {
	text string
	at   int
	next token
}

// scan reads the next token and returns what is wrong with it, empty for nothing.
func (l *lexer) scan() string {
	for l.at < len(l.text) && l.text[l.at] == ' ' {
		l.at++
	}
	l.next = token{at: l.at}
	if l.at == len(l.text) {
		return ""
	}
	switch c := l.text[l.at]; {
	case strings.IndexByte("()[]", c) >= 0:
		l.next.kind = c
		l.at++
		return ""
	case c == '"':
		return l.quoted()
	case isWord(c):
		begin := l.at
		for l.at < len(l.text) && isWord(l.text[l.at]) {
			l.at++
		}
		l.next.kind, l.next.text = tokenWord, l.text[begin:l.at]
		return ""
	default:
		return "this character stands for nothing"
	}
}

// quoted reads a string, which is written as in JSON.
func (l *lexer) quoted() string {
	end := l.at + 1
	for ; end < len(l.text) && l.text[end] != '"'; end++ {
		if l.text[end] == '\\' {
			end++
		}
	}
	if end >= len(l.text) {
		return "the text has no closing quotation mark"
	}
	if err := json.Unmarshal([]byte(l.text[l.at:end+1]), &l.next.text); err != nil {
		return "the text is not written as in JSON"
	}
	l.next.kind = tokenString
	l.at = end + 1
	return ""
}

// follows reports whether the token behind the next one begins with c.
func (l *lexer) follows(c byte) bool {
	return strings.HasPrefix(strings.TrimLeft(l.text[l.at:], " "), string(c))
}

// isWord reports whether a word may hold the byte: letters, digits, and what
// stands in URIs, numbers and "$ref".
func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_-.:$+/", c) >= 0
}
