package assertion

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Error is a response that was refused.
type Error struct {
	// Code is one of Codes.
	Code string
	// Detail says what is wrong, Cure what to do; both are sentences for an
	// administrator.
	Detail, Cure string
	// Value is what the message has where something else was expected; shortened,
	// without control characters, and not to be trusted.
	Value string
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Detail }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...), Cure: cure(code)}
}

// with names the offending value.
func (e *Error) with(value string) *Error {
	e.Value = shown(value)
	return e
}

// shownLength is how many characters of a value are shown.
const shownLength = 256

// shown makes a value of the message fit to be shown.
func shown(value string) string {
	value = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(value, string(unicode.ReplacementChar)))
	if runes := []rune(value); len(runes) > shownLength {
		return string(runes[:shownLength]) + "…"
	}
	return value
}

func quoted(value string) string { return strconv.Quote(shown(value)) }
