package secret

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	bullets    = "•●∙·◦○⬤⚫■▪█"
	asterisks  = "*∗＊"
	dots       = ".…"
	separators = "- _:"

	fewest     = 3 // symbols that make a mask
	fewestX    = 4 // letters that do: "xxx" may be somebody's poor password
	longestEnd = 4 // characters some products show after a mask
)

// LooksMasked reports whether s looks like what a product shows in place of a
// secret, so that it must not be stored as one:
//   - at least three asterisks, bullets, dots or # and nothing else, or four x,
//     possibly grouped as in xxxx-xxxx;
//   - three bullets in a row anywhere, as in ••••1234, or four asterisks
//     followed by at most four letters or digits;
//   - a word for redaction in brackets, asterisks or underscores, such as
//     <secret>, [REDACTED], ***REMOVED*** or (sensitive value), and the bare
//     word REDACTED.
//
// White space around s does not matter. The empty string is no mask.
func LooksMasked(s string) bool {
	s = strings.TrimSpace(s)
	return isSymbolRun(s) || showsEnd(s) || isRedactionWord(s)
}

// Blank reports whether s has nothing that could be seen: white space and
// characters without width, or nothing at all. A form field that looks empty is
// no secret.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) })
}

func isSymbolRun(s string) bool {
	for _, symbols := range []string{asterisks, bullets, dots, "#"} {
		if n, only := countOnly(s, symbols); only {
			return n >= fewest || strings.Contains(s, "…")
		}
	}
	for _, letter := range []string{"x", "X"} {
		if n, only := countOnly(s, letter); only {
			return n >= fewestX
		}
	}
	return false
}

// countOnly returns how many of symbols s has, and whether s consists of them
// and separators.
func countOnly(s, symbols string) (n int, only bool) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(symbols, r):
			n++
		case !strings.ContainsRune(separators, r):
			return n, false
		}
	}
	return n, n > 0
}

func showsEnd(s string) bool {
	run := 0
	for _, r := range s {
		if !strings.ContainsRune(bullets, r) {
			run = 0
			continue
		}
		if run++; run == fewest {
			return true
		}
	}
	end := strings.TrimLeft(s, asterisks)
	hidden := utf8.RuneCountInString(s) - utf8.RuneCountInString(end)
	return hidden > fewest && len(end) <= longestEnd && isAlphanumeric(end)
}

func isAlphanumeric(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

func isRedactionWord(s string) bool {
	const left, right = "<[({*_", ">])}*_"
	word := strings.TrimRight(strings.TrimLeft(s, left), right)
	wrapped := strings.IndexAny(s, left) == 0 && len(word) < len(strings.TrimLeft(s, left))
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "redacted":
		return true
	case "secret", "hidden", "masked", "filtered", "removed", "omitted", "protected", "encrypted",
		"sensitive", "sensitive value", "password", "token", "api key", "private key":
		return wrapped
	default:
		return false
	}
}
