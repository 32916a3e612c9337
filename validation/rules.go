package validation

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Tags of our own, and codes that are no tags.
const (
	tagHTTPSURL    = "https_url"
	tagHTTPSOrigin = "https_origin"
	tagWSSURL      = "wss_url"
	tagCertificate = "pem_certificate"
	tagSSOIssuer   = "sso_issuer"
	tagHostname    = "hostname_dns"
	tagHost        = "host"
	tagEmail       = "email"
	tagRegion      = "aws_region_name"
	tagNoSpace     = "no_space"
	tagUUID        = "uuid"
	tagHeaderName  = "header_name"

	codeCertificateTooLarge    = "certificate_too_large"
	codeCertificateWeakKey     = "certificate_weak_key"
	codeCertificateKeyTooLarge = "certificate_key_too_large"
	codeCertificateRequest     = "certificate_request_submitted"
	codePrivateKey             = "private_key_submitted"
)

// White space and control characters, written for a class of an expression that
// RE2 and ECMA 262 read alike: the former's \s knows ASCII only.
const blank = `\s\x00-\x1f\x7f-\xa0` + "\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// shape is a rule that an expression and a length can say.
type shape struct {
	pattern string
	max     int // characters; 0 for no bound
}

// shapes are judged by these expressions; the HTML standard defines e-mail
// addresses the same way
// (https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address).
var shapes = map[string]shape{
	tagEmail: {
		pattern: "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@" + label + `(?:\.` + label + `)*$`,
		max:     254,
	},
	tagRegion:    {pattern: `^[a-z]{2,8}(?:-[a-z]{2,12}){1,2}-[0-9]{1,2}$`},
	tagNoSpace:   {pattern: `^[^` + blank + `]+$`},
	tagSSOIssuer: {pattern: `^[^` + blank + `]+$`, max: 1024},
	tagUUID:      {pattern: `^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`},
}

// judges hold, for each tag of our own, a function that returns the code of
// what is wrong with a value, empty for nothing.
var judges = sync.OnceValue(func() map[string]func(string) string {
	all := map[string]func(string) string{
		tagHTTPSURL:    judgeHTTPSURL,
		tagHTTPSOrigin: judgeHTTPSOrigin,
		tagWSSURL:      judgeWSSURL,
		tagCertificate: judgeCertificate,
		tagHostname:    judgeHostname,
		tagHost:        judgeHost,
		tagHeaderName:  judgeHeaderName,
	}
	for tag, s := range shapes {
		expression := regexp.MustCompile(s.pattern)
		all[tag] = func(value string) string {
			if s.max > 0 && len([]rune(value)) > s.max || !expression.MatchString(value) {
				return tag
			}
			return ""
		}
	}
	return all
})

// structural tags of validator/v10 steer the judging and break no rule
// themselves.
var structural = []string{"", "-", "omitempty", "omitnil", "omitzero", "dive"}

// Known reports whether tag, which may be alternatives joined by "|", is one
// that this package has a text and a schema for.
func Known(tag string) bool {
	if slices.Contains(structural, tag) {
		return true
	}
	for alternative := range strings.SplitSeq(tag, "|") {
		name, _, _ := strings.Cut(alternative, "=")
		if _, ok := rules[name]; !ok {
			return false
		}
	}
	return true
}

// Tags returns the names of all rules in alphabetical order.
func Tags() []string { return slices.Sorted(maps.Keys(rules)) }

// Tag is one part of a validate tag.
type Tag struct{ Name, Param string }

// String returns the tag as it is written.
func (t Tag) String() string {
	if t.Param == "" {
		return t.Name
	}
	return t.Name + "=" + t.Param
}

// ParseTags splits the text of a validate tag into its parts: "required,max=5"
// gives {required ""} and {max 5}. Alternatives stay joined in Name, parameters
// included.
func ParseTags(text string) []Tag {
	var tags []Tag
	for part := range strings.SplitSeq(text, ",") {
		name, param, _ := strings.Cut(part, "=")
		if strings.Contains(part, "|") {
			name, param = part, ""
		}
		if name != "" {
			tags = append(tags, Tag{Name: name, Param: unescapeParam(param)})
		}
	}
	return tags
}

// unescapeParam restores what validator/v10 cannot hold in a tag as it is.
func unescapeParam(param string) string {
	return strings.NewReplacer("0x2C", ",", "0x7C", "|").Replace(param)
}

// KindFor returns the kind of values that rules for fields of type t judge.
func KindFor(t reflect.Type) Kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return kindOf(t.Kind())
}
