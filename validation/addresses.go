package validation

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// maxURL is how long an address may be, in bytes.
const maxURL = 2048

// judgeHTTPSURL says why s is no absolute https address that a server can be
// asked at; user names and fragments have no place in one.
func judgeHTTPSURL(s string) string {
	if _, ok := parseHTTPS(s); !ok {
		return tagHTTPSURL
	}
	return ""
}

// judgeHTTPSOrigin wants an address without path and query.
func judgeHTTPSOrigin(s string) string {
	u, ok := parseHTTPS(s)
	switch {
	case !ok:
		return tagHTTPSURL
	case u.RequestURI() != "/" || u.ForceQuery:
		return tagHTTPSOrigin
	}
	return ""
}

// judgeWSSURL wants the same of the address of a secure WebSocket (RFC 6455
// section 3).
func judgeWSSURL(s string) string {
	scheme, rest, _ := strings.Cut(s, "://")
	if !strings.EqualFold(scheme, "wss") {
		return tagWSSURL
	}
	if _, ok := parseHTTPS("https://" + rest); !ok {
		return tagWSSURL
	}
	return ""
}

func parseHTTPS(s string) (*url.URL, bool) {
	if len(s) > maxURL || strings.ContainsFunc(s, unprintable) || strings.ContainsAny(s, `#\<>"{}|^`+"`") {
		return nil, false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Opaque != "" || u.User != nil || !addressesHost(u) ||
		!strings.Contains(s, u.Host) { // a host with escapes
		return nil, false
	}
	return u, true
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF' }

// addressesHost reports whether host and port can be meant: names may be
// international and hold underscores, as some customers' do.
func addressesHost(u *url.URL) bool {
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(host)
		return err == nil && address.Is6() && address.Zone() == ""
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || strings.ContainsFunc(label, notInHost) {
			return false
		}
	}
	return true
}

func notInHost(r rune) bool {
	return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}

// A name of RFC 1123: labels of up to 63 letters, digits and inner hyphens. The
// last label is no number, else the name would be read as an IP address.
const (
	label       = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`
	lastLabel   = `(?:[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?|[0-9][A-Za-z0-9-]{0,61}[A-Za-z])`
	hostPattern = `^(?:` + label + `\.)*` + lastLabel + `$`
	maxHost     = 253
)

var hostname = regexp.MustCompile(hostPattern)

func judgeHostname(s string) string {
	if len(s) > maxHost || !hostname.MatchString(s) {
		return tagHostname
	}
	return ""
}

// judgeHost accepts a name, an IPv4 address or an IPv6 address without
// brackets.
func judgeHost(s string) string {
	if address, err := netip.ParseAddr(s); err == nil && address.Zone() == "" {
		return ""
	}
	if judgeHostname(s) != "" {
		return tagHost
	}
	return ""
}
