package validation

import (
	"strconv"
	"strings"
)

// Kind is the sort of values that a rule judges; texts differ by it.
type Kind int

// The kinds.
const (
	KindText   Kind = iota // strings and secrets; bounds are lengths in characters
	KindNumber             // bounds are values
	KindList               // lists and maps; bounds are numbers of entries
)

// rule is how a broken tag is reported.
type rule struct {
	// code of the violation; the tag's name when empty.
	code string
	// text for people, in which %s stands for the parameter.
	text string
	// texts replaces text where it depends on the kind.
	texts map[Kind]string
	// params tells the parameters to machines.
	params func(param string) map[string]any
}

// rules are the tags that fields may carry, and codes that only judges and
// decoders give.
var rules = map[string]rule{
	"required":             {text: "Must be given."},
	"required_if":          presence("required", "Must be given with the other values as they are."),
	"required_unless":      presence("required", "Must be given with the other values as they are."),
	"required_with":        presence("required", "Must be given together with its counterpart."),
	"required_with_all":    presence("required", "Must be given together with its counterparts."),
	"required_without":     presence("required", "Must be given, or its counterpart must be."),
	"required_without_all": presence("required", "Must be given, or one of its counterparts must be."),
	"excluded_if":          presence("not_applicable", "Does not apply with the other values as they are; leave it out."),
	"excluded_unless":      presence("not_applicable", "Does not apply with the other values as they are; leave it out."),
	"excluded_with":        presence("not_applicable", "Must not be given together with its counterpart; leave one out."),
	"excluded_with_all":    presence("not_applicable", "Must not be given together with its counterparts; leave one out."),
	"excluded_without":     presence("not_applicable", "Must not be given without its counterpart; leave it out."),
	"excluded_without_all": presence("not_applicable", "Must not be given without one of its counterparts; leave it out."),

	"oneof": {code: "enum", text: "Must be one of: %s.", params: enumParams},
	"min":   bound("min", "at least"),
	"gte":   bound("min", "at least"),
	"max":   bound("max", "at most"),
	"lte":   bound("max", "at most"),
	"len":   bound("length", "exactly"),
	"unique": {
		text: "Must not hold the same value twice.",
	},
	"port": {text: "Must be a port number from 1 to 65535."},
	"ip":   {text: "Must be an IP address."},
	"ipv4": {text: "Must be an IPv4 address such as 192.0.2.1."},
	"ipv6": {text: "Must be an IPv6 address such as 2001:db8::1."},
	"cidr": {text: "Must be a network such as 192.0.2.0/24."},
	"alphanum": {
		text: "Must consist of letters A to Z and digits only.",
	},
	"numeric":    {text: "Must be a number."},
	"number":     {text: "Must consist of digits only."},
	"ascii":      {text: "Must consist of ASCII characters only."},
	"printascii": {text: "Must consist of printable ASCII characters only."},
	"lowercase":  {text: "Must be in lower case."},
	"startswith": {text: "Must start with %s.", params: valueParams},
	"endswith":   {text: "Must end with %s.", params: valueParams},
	"contains":   {text: "Must contain %s.", params: valueParams},
	"excludes":   {text: "Must not contain %s.", params: valueParams},
	"timezone":   {text: "Must be the name of a time zone such as Europe/Berlin."},
	"bcp47_language_tag": {
		code: "language_tag", text: "Must be a language tag such as en-US.",
	},
	"e164": {text: "Must be a telephone number such as +14155550100."},

	tagHTTPSURL: {
		text: "Must be an https address such as https://host.example/path, without user name and #fragment.",
	},
	tagHTTPSOrigin: {text: "Must be an https address that ends with the host, such as https://host.example."},
	tagWSSURL: {
		text: "Must be a wss address such as wss://host.example/path, without user name and #fragment.",
	},
	tagHostname: {text: "Must be a host name such as host.example, without https:// and path."},
	tagHost:     {text: "Must be a host name such as host.example, or an IP address."},
	tagEmail:    {text: "Must be an e-mail address such as ann@acme.example."},
	tagRegion:   {text: "Must be the code of an AWS region such as us-east-1."},
	tagNoSpace:  {text: "Must not contain spaces or control characters."},
	tagUUID:     {text: "Must be a UUID such as 0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60."},
	tagHeaderName: {
		text: "Must be the name of a header field such as X-Api-Key, and not one that HTTP itself needs, such as Host.",
	},
	tagSSOIssuer: {
		text: "Must be the issuer exactly as the identity provider shows it: up to 1024 characters without spaces.",
	},
	tagCertificate: {
		text: "Must be one X.509 certificate in PEM form, from its BEGIN CERTIFICATE to its END CERTIFICATE line.",
	},
}

// findings are codes that judges and decoders give besides those of tags.
var findings = map[string]rule{
	codeCertificateTooLarge: {text: "Must be a single certificate of at most 16 KiB."},
	codeCertificateWeakKey: {
		text: "Must have an RSA key of at least 2048 bits or an ECDSA key on P-256 or a stronger curve.",
	},
	codeCertificateKeyTooLarge: {
		text: "Must not have an RSA key of more than 8192 bits or with a public exponent above 2^24.",
	},
	codeCertificateRequest: {text: "Is a certificate request; enter the certificate that was issued for it."},
	codePrivateKey: {
		text: "Is or contains a private key, which must not leave its owner; enter the certificate only.",
	},

	"enum":    {text: "Must be one of: %s.", params: enumParams},
	"pattern": {text: "Must be of the form: %s."},
	"type": {text: "Must be %s.", params: func(want string) map[string]any {
		return map[string]any{"want": want}
	}},
	"unknown_member": {text: "No such property exists; check its name or leave it out."},
	"not_applicable": {text: "Does not apply with the other values as they are; leave it out."},
	"invalid_key": {
		text: "Must be named by 1 to 255 characters, without control characters and without blanks at the ends.",
	},
	"control_character": {
		text: "Must not contain control characters, such as tabs or line breaks.",
	},
	"secret_mask_submitted": {
		text: "Is not a value but a placeholder for one; enter the value, or leave the property out to keep what is stored.",
	},
}

func presence(code, text string) rule { return rule{code: code, text: text} }

func bound(code, words string) rule {
	return rule{
		code: code,
		texts: map[Kind]string{
			KindText:   "Must have " + words + " %s characters.",
			KindNumber: "Must be " + words + " %s.",
			KindList:   "Must have " + words + " %s entries.",
		},
		params: func(param string) map[string]any {
			if n, err := strconv.ParseInt(param, 10, 64); err == nil {
				return map[string]any{code: n}
			}
			return nil
		},
	}
}

func enumParams(param string) map[string]any {
	return map[string]any{"enum": strings.Split(param, " ")}
}

func valueParams(param string) map[string]any { return map[string]any{"value": param} }

// Rule returns the violation, without a pointer, of a broken tag ("min" with
// parameter "5") or of another rule of the product known by its code. Values
// are no part of it. A tag that is not Known gives a general text.
func Rule(tag, param string, kind Kind) Violation {
	first, _, several := strings.Cut(tag, "|")
	if several {
		return alternatives(tag, first)
	}
	r, ok := rules[tag]
	if !ok {
		r, ok = findings[tag]
	}
	if !ok {
		return Violation{Code: tag, Detail: "Must have another form."}
	}
	v := Violation{Code: r.code, Detail: r.text}
	if v.Code == "" {
		v.Code = tag
	}
	if r.texts != nil {
		v.Detail = r.texts[kind]
	}
	if param == "1" {
		v.Detail = strings.NewReplacer("characters", "character", "entries", "entry").Replace(v.Detail)
	}
	v.Detail = strings.Replace(v.Detail, "%s", shown(v.Code, param), 1)
	if r.params != nil {
		v.Params = r.params(param)
	}
	return v
}

// shown is how a parameter reads in a text.
func shown(code, param string) string {
	switch code {
	case "enum":
		return strings.Join(strings.Fields(param), ", ")
	case "type":
		return typeWords[param]
	}
	return param
}

var typeWords = map[string]string{
	"string": "text", "integer": "a whole number", "boolean": "true or false", "object": "an object", "array": "a list",
}

// alternatives joins the texts of rules of which one must hold.
func alternatives(tags, first string) Violation {
	name, param, _ := strings.Cut(first, "=")
	v := Rule(name, param, KindText)
	for tag := range strings.SplitSeq(strings.TrimPrefix(tags, first+"|"), "|") {
		name, param, _ := strings.Cut(tag, "=")
		detail := Rule(name, param, KindText).Detail
		v.Detail = strings.TrimSuffix(v.Detail, ".") + ", or m" + strings.TrimPrefix(detail, "M")
	}
	return v
}
