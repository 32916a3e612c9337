package input

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/validation"
)

// reordering are the characters that make a text read other than it is written
// (Unicode Standard Annex 9, explicit embeddings, overrides and isolates).
var reordering = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x2066, Hi: 0x2069, Stride: 1}},
}

// Text refuses text that has more than limit characters, or holds control
// characters other than those allowed, or such as change the order of reading.
func Text(pointer, text string, limit int, allowed string, c *validation.Context) {
	if utf8.RuneCountInString(text) > limit {
		c.Add(validation.Violation{
			Pointer: pointer, Code: "max", Detail: fmt.Sprintf("The text may have at most %d characters.", limit),
			Params: map[string]any{"max": limit},
		})
	}
	if !Readable(text, allowed) {
		c.Violate(pointer, "control_character", "The text must not hold control characters.")
	}
}

// Readable reports whether text holds no control characters other than those
// allowed, and none that change the order of reading.
func Readable(text, allowed string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) || unicode.Is(reordering, r)
	})
}
