package validation

import (
	"strconv"
	"strings"
)

// The same addresses that judgeHTTPSURL accepts.
const (
	hostClass    = hostNoDot
	urlScheme    = `^[Hh][Tt][Tt][Pp][Ss]://`
	wssScheme    = `^[Ww][Ss][Ss]://`
	urlAuthority = `(?:` + hostClass + `(?:\.` + hostNoDot + `)*\.?|\[[0-9A-Fa-f:.]+\])` + urlPort
	urlPort      = `(?::0*(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?`
	hostNoDot    = `[^` + blank + `\x21-\x2c\x2e\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7e]+`
	urlUnsafe    = blank + `"#<>\\^{|}` + "`"
	urlPath      = `(?:/(?:[^%?` + urlUnsafe + `]|%[0-9A-Fa-f]{2})*)?`
	urlQuery     = `(?:\?[^` + urlUnsafe + `]*)?$`
)

// SchemaFragment returns the keywords of JSON Schema 2020-12 that say for a
// string what a tag says; nil where a schema cannot say it or the tag says
// nothing about the value itself. The caller owns the map.
func SchemaFragment(tag, param string) map[string]any {
	if strings.Contains(tag, "|") {
		return anyOf(tag)
	}
	if s, ok := shapes[tag]; ok {
		return shapeFragment(tag, s)
	}
	switch tag {
	case tagHTTPSURL:
		return map[string]any{
			"format": "uri-reference", "pattern": urlScheme + urlAuthority + urlPath + urlQuery, "maxLength": maxURL,
		}
	case tagHTTPSOrigin:
		return map[string]any{"format": "uri-reference", "pattern": urlScheme + urlAuthority + `/?$`, "maxLength": maxURL}
	case tagWSSURL: // two characters shorter than the scheme https
		return map[string]any{
			"format": "uri-reference", "pattern": wssScheme + urlAuthority + urlPath + urlQuery, "maxLength": maxURL - 2,
		}
	case tagHeaderName:
		return map[string]any{
			"pattern": headerName, "not": textLike(reservedHeader()), "maxLength": maxHeaderName,
		}
	case tagHostname:
		return map[string]any{"pattern": hostPattern, "maxLength": maxHost}
	case tagHost:
		return map[string]any{
			"pattern": `^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*|` +
				strings.Trim(hostPattern, "^$") + `)$`,
			"maxLength": maxHost,
		}
	case tagCertificate:
		return map[string]any{
			"pattern":   `^` + beginCertificate + `[A-Za-z0-9+/=\s]+` + endCertificate + `\s*$`,
			"maxLength": maxCertificate,
		}
	}
	return builtinFragment(tag, param)
}

func shapeFragment(tag string, s shape) map[string]any {
	fragment := map[string]any{"pattern": s.pattern}
	if s.max > 0 {
		fragment["maxLength"] = s.max
	}
	switch tag {
	case tagEmail, tagUUID:
		fragment["format"] = tag
	}
	return fragment
}

func builtinFragment(tag, param string) map[string]any {
	switch tag {
	case "oneof":
		return map[string]any{"enum": strings.Fields(param)}
	case "min", "gte", "max", "lte", "len":
		return lengthFragment(tag, param)
	case "startswith":
		return map[string]any{"pattern": "^" + quote(param)}
	case "endswith":
		return map[string]any{"pattern": quote(param) + "$"}
	case "contains":
		return map[string]any{"pattern": quote(param)}
	case "excludes":
		return map[string]any{"not": textLike(quote(param))}
	}
	if pattern := builtinPatterns[tag]; pattern != "" {
		return map[string]any{"pattern": pattern}
	}
	return nil
}

// textLike is what only a text can be: an expression alone says nothing about
// null, so that "not" would refuse it.
func textLike(pattern string) map[string]any {
	return map[string]any{"type": "string", "pattern": pattern}
}

var builtinPatterns = map[string]string{
	"alphanum":   `^[a-zA-Z0-9]+$`,
	"numeric":    `^[-+]?[0-9]+(?:\.[0-9]+)?$`,
	"number":     `^[0-9]+$`,
	"ascii":      `^[\x00-\x7f]*$`,
	"printascii": `^[\x20-\x7e]*$`,
	"e164":       `^\+?[1-9][0-9]{7,14}$`,
	"ipv4":       `^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$`,
	"ipv6":       `^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$`,
	"ip":         `^[0-9A-Fa-f:.]+$`,
	"cidr":       `^[0-9A-Fa-f:.]+/[0-9]{1,3}$`,

	// the form; which languages there are is a matter of registers
	"bcp47_language_tag": `^[A-Za-z0-9]{1,8}(?:[-_][A-Za-z0-9]{1,8})*$`,
}

func lengthFragment(tag, param string) map[string]any {
	n, err := strconv.Atoi(param)
	if err != nil {
		return nil
	}
	switch tag {
	case "min", "gte":
		return map[string]any{"minLength": n}
	case "max", "lte":
		return map[string]any{"maxLength": n}
	}
	return map[string]any{"minLength": n, "maxLength": n}
}

func anyOf(tags string) map[string]any {
	var options []map[string]any
	for tag := range strings.SplitSeq(tags, "|") {
		name, param, _ := strings.Cut(tag, "=")
		fragment := SchemaFragment(name, param)
		if fragment == nil {
			return nil // one alternative that a schema cannot say allows all
		}
		options = append(options, fragment)
	}
	return map[string]any{"anyOf": options}
}

// quote escapes text for an expression that RE2 and ECMA 262 read alike.
func quote(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\^$.|?*+()[]{}/`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
