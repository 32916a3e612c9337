package validation

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// values are judged by each tag of our own: by its function, and by the
// expression and length of its schema fragment, which must agree.
var values = map[string]struct {
	good []string
	bad  map[string]string // code by value
}{
	tagHTTPSURL: {
		good: []string{
			"https://a", "https://acme.example", "https://acme.example/", "https://acme.example:8443/a/b?c=d&e=%2F",
			"HTTPS://ACME.example/x", "https://192.0.2.1/", "https://[2001:db8::1]:443/x", "https://acme_1.example",
			"https://-acme.example", "https://acme.example:65535", "https://acme.example:0443", "https://bücher.example/ü", "https://acme.example./", "https://acme.example?x=/",
			"https://acme.example/" + strings.Repeat("a", 2048-21),
		},
		bad: codes(
			tagHTTPSURL, "http://acme.example", "acme.example", "https:acme.example", "https:///x", "https://",
			"https://ann@acme.example", "https://ann:pw@acme.example", "https://acme.example#x", "https://acme.example/#",
			"https://acme .example", "https://acme.example/a b", "https://acme.example\\x", "https://acme.example/\x00",
			"https://acme.example/\u00a0", "https://{host}.example", "https://acme..example", "https://.example",
			"https://acme.example/%zz", "https://acme.example:port", "https://acme.example:0", "https://acme.example:65536", "https://acme.example:70000",
			"https://acme.example:100000", "https://[::1", "ftp://acme.example", " https://acme.example",
			"https://acme.example/"+strings.Repeat("a", 2048), "https://acme%2eexample/", "https://a,b.example", "javascript:alert(1)",
		),
	},
	tagHTTPSOrigin: {
		good: []string{"https://acme.example", "https://acme.example/", "https://acme.example:8443"},
		bad: merge(
			codes(tagHTTPSOrigin, "https://acme.example/x", "https://acme.example?x", "https://acme.example/?", "https://acme.example//"),
			codes(tagHTTPSURL, "http://acme.example", "https://ann@acme.example", "https://acme.example#"),
		),
	},
	tagWSSURL: {
		good: []string{
			"wss://acme.example", "WSS://acme.example:49149/telephony?x=1", "wss://[2001:db8::1]/x",
			"wss://acme.example/" + strings.Repeat("a", 2046-19),
		},
		bad: codes(
			tagWSSURL, "ws://acme.example", "https://acme.example", "wss:acme.example", "wss:///x", "acme.example",
			"wss://ann@acme.example", "wss://acme.example#x", "wss://acme .example", "wss://acme.example/%zz",
			"wss://acme.example/"+strings.Repeat("a", 2046),
		),
	},
	tagHeaderName: {
		good: []string{"X-Api-Key", "Authorization", "x_key", "Hostile", "Teapot", strings.Repeat("a", 100)},
		bad: codes(
			tagHeaderName, "X Api Key", "X-Api-Key:", "", "\u00e9", "Host", "HOST", "Content-Type", "content-length", "Cookie", "TE",
			"Transfer-Encoding", "Sec-Fetch-Mode", "Accept", "Accept-Encoding", "Proxy-Authorization", strings.Repeat("a", 101),
		),
	},
	tagHostname: {
		good: []string{"acme", "sftp.acme.example", "a-1.example", "3com.example", "xn--bcher-kva.example", strings.Repeat("a", 63) + ".example"},
		bad: codes(
			tagHostname, "https://acme.example", "acme.example.", "-acme.example", "acme-.example", "acme_1.example", "192.0.2.1", "::1",
			"acme.example:22", "a b", "", ".", "a..b", strings.Repeat("a", 64)+".example", strings.Repeat("a.", 126)+"example", "bücher.example",
		),
	},
	tagHost: {
		good: []string{"acme", "192.0.2.1", "2001:db8::1", "sftp.acme.example"},
		bad:  codes(tagHost, "acme.example:22", "[::1]", "fe80::1%eth0", "a b", "", "a/b"),
	},
	tagEmail: {
		good: []string{"ann@acme.example", "a.b+c@acme.example", "ann@localhost"},
		bad: codes(
			tagEmail, "ann", "@acme.example", "ann@", "ann@acme example", "Ann <ann@acme.example>", "ann@-acme.example", "ann@@acme.example",
			strings.Repeat("a", 250)+"@b.example", "ann@acme.example\n",
		),
	},
	tagRegion: {
		good: []string{"us-east-1", "eu-central-2", "us-gov-west-1", "us-iso-east-1", "mx-central-1", "ap-southeast-10"},
		bad:  codes(tagRegion, "us-east", "US-East-1", "us_east_1", "useast1", "us-east-1a", "-east-1", "us-east-1 "),
	},
	tagNoSpace: {
		good: []string{"a", "urn:acme:idp", "é"},
		bad:  codes(tagNoSpace, "a b", "a\tb", "a\x01", "a\u00a0b", "a\u2003", "\u2028", "a\x7f", "a\u0085"),
	},
	tagSSOIssuer: {
		good: []string{"acme.example_sso", "http://www.okta.com/exk1", strings.Repeat("é", 1024)},
		bad:  codes(tagSSOIssuer, "a b", "a\x01b", "a\u00a0b", strings.Repeat("a", 1025)),
	},
	tagUUID: {
		good: []string{"0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60", "8D1E3C5A-0B47-4F6E-9A2D-7C5B1E3F9A60"},
		bad:  codes(tagUUID, "0198a7c26f4e7b1d9a3c2e5f8d1b4c60", "{0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60}", "x"),
	},
}

func codes(code string, values ...string) map[string]string {
	out := map[string]string{}
	for _, v := range values {
		out[v] = code
	}
	return out
}

func merge(a, b map[string]string) map[string]string {
	maps.Copy(a, b)
	return a
}

func TestRules(t *testing.T) {
	for tag, judge := range judges() {
		if tag == tagCertificate {
			continue
		}
		t.Run(tag, func(t *testing.T) {
			require.NotEmpty(t, values[tag].good)
			require.NotEmpty(t, values[tag].bad)
			for _, value := range values[tag].good {
				require.Empty(t, judge(value), "%q", value)
				require.True(t, fits(SchemaFragment(tag, ""), value), "the schema refuses %q", value)
			}
			for value, code := range values[tag].bad {
				require.Equal(t, code, judge(value), "%q", value)
				require.False(t, fits(SchemaFragment(tag, ""), value), "the schema accepts %q", value)
			}
		})
	}
}

func fits(fragment map[string]any, value string) bool {
	if most, ok := fragment["maxLength"].(int); ok && len([]rune(value)) > most {
		return false
	}
	if not, ok := fragment["not"].(map[string]any); ok && fits(not, value) {
		return false
	}
	return regexp.MustCompile(fragment["pattern"].(string)).MatchString(value)
}

// FuzzAddresses: rule and schema agree on any text.
func FuzzAddresses(f *testing.F) {
	for _, v := range values[tagHTTPSURL].good {
		f.Add(v)
	}
	for v := range values[tagHTTPSURL].bad {
		f.Add(v)
	}
	patterns := map[string]*regexp.Regexp{}
	for tag := range judges() {
		patterns[tag] = regexp.MustCompile(SchemaFragment(tag, "")["pattern"].(string))
	}
	f.Fuzz(func(t *testing.T, value string) {
		for tag, judge := range judges() {
			if judge(value) == "" && !patterns[tag].MatchString(value) {
				t.Errorf("%s: the rule accepts %q, the schema does not", tag, value)
			}
		}
	})
}
