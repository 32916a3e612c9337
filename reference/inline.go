package reference

import "strings"

// Span is a part of a text: words, or a name or value that is set as code.
type Span struct {
	Text string
	Code bool
}

// Spans takes a text apart at its backquotes. Code is never empty; a quote
// without a counterpart is a character like any other.
func Spans(text string) []Span {
	var spans []Span
	plain := ""
	for text != "" {
		before, rest, opened := strings.Cut(text, "`")
		code, after, closed := strings.Cut(rest, "`")
		plain += before
		switch {
		case !opened:
			text = ""
			continue
		case !closed || code == "":
			plain, text = plain+"`", rest
			continue
		}
		if plain != "" {
			spans = append(spans, Span{Text: plain})
		}
		spans, plain, text = append(spans, Span{Text: code, Code: true}), "", after
	}
	if plain != "" {
		spans = append(spans, Span{Text: plain})
	}
	return spans
}
