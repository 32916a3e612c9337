package validation

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// headerName is a token (RFC 9110 section 5.6.2).
const (
	headerName    = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
	maxHeaderName = 100
)

// reserved are the fields that say how a message is framed, routed or read; a
// credential has no place in them. What ends in "-" is a prefix.
var reserved = []string{
	"accept-", "accept", "age", "connection", "content-", "cookie", "date", "expect", "forwarded", "host", "if-",
	"keep-alive", "origin", "proxy-", "range", "referer", "sec-", "set-cookie", "te", "trailer", "transfer-encoding",
	"upgrade", "user-agent", "via",
}

// reservedHeader matches reserved names. It spells both cases of each letter
// out, because ECMA 262 knows no flag inside an expression.
func reservedHeader() string {
	names := make([]string, len(reserved))
	for i, name := range reserved {
		var b strings.Builder
		for _, r := range name {
			if unicode.IsLetter(r) {
				b.WriteString("[" + string(unicode.ToUpper(r)) + string(r) + "]")
			} else {
				b.WriteRune(r)
			}
		}
		if !strings.HasSuffix(name, "-") {
			b.WriteByte('$')
		}
		names[i] = b.String()
	}
	return "^(?:" + strings.Join(names, "|") + ")"
}

var headerExpressions = sync.OnceValues(func() (token, taken *regexp.Regexp) {
	return regexp.MustCompile(headerName), regexp.MustCompile(reservedHeader())
})

// judgeHeaderName wants a name under which a credential may be sent.
func judgeHeaderName(s string) string {
	token, taken := headerExpressions()
	if len(s) > maxHeaderName || !token.MatchString(s) || taken.MatchString(s) {
		return tagHeaderName
	}
	return ""
}
