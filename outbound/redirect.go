package outbound

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects bounds the redirects of one exchange.
const maxRedirects = 3

// Redirects says which redirects an HTTP client follows, at most three in a
// row. Each hop passes the guard anew, and none leads to plain http elsewhere. A
// redirect that is not followed is an *[Error] of kind [RedirectRefused] that
// names the host it leads to; nothing is dialled there.
type Redirects int

const (
	// SameHost follows redirects within scheme, host and port.
	SameHost Redirects = iota
	// NoRedirects follows none and returns the answer that redirects.
	NoRedirects
	// AnyHost follows to other hosts too. They get none of the request's
	// headers but those about the form of the answer, and no body.
	AnyHost
)

// follow is the http.Client's CheckRedirect; what must not be followed has
// already ended in an error.
func (r Redirects) follow(*http.Request, []*http.Request) error {
	if r == NoRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// refusal judges the redirect that resp asks for, if it asks for one.
func (r Redirects) refusal(req *http.Request, resp *http.Response) *Error {
	location := resp.Header.Get("Location")
	if r == NoRedirects || location == "" || !redirects(resp.StatusCode) {
		return nil
	}
	to, err := req.URL.Parse(location)
	if err != nil {
		return &Error{Phase: PhaseRedirect, Kind: RedirectRefused, Detail: "its Location is no URL"}
	}
	detail := r.objection(req, resp.StatusCode, to)
	if detail == "" {
		return nil
	}
	refused := &Error{Phase: PhaseRedirect, Kind: RedirectRefused, Detail: detail}
	if t, e := parseTarget(addressOf(&http.Request{URL: to})); e == nil {
		refused.Addr = t.String()
	}
	return refused
}

func (r Redirects) objection(req *http.Request, status int, to *url.URL) string {
	same := sameOrigin(req.URL, to)
	keepsBody := status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
	switch {
	case hops(req) >= maxRedirects:
		return "too many redirects"
	case to.Scheme != "https" && !same:
		return "it leads to an address without https"
	case !same && r != AnyHost:
		return "it leads to another host, port or scheme"
	case !same && keepsBody && req.Body != nil && req.Body != http.NoBody:
		return "it would carry the request's body to another host"
	}
	return ""
}

// harmless returns req as it may be sent: once the exchange has left its first
// host, without what could hold a credential. The standard library takes off
// Authorization and Cookie only, and adds a Referer with the whole URL.
func (Redirects) harmless(req *http.Request) *http.Request {
	if !strayed(req) {
		return req
	}
	kept := http.Header{}
	for _, name := range []string{"Accept", "Accept-Encoding", "Accept-Language", "User-Agent"} {
		if values := req.Header.Values(name); len(values) > 0 {
			kept[name] = values
		}
	}
	clean := req.Clone(req.Context())
	clean.Header = kept
	return clean
}

func strayed(req *http.Request) bool {
	for r, prev := req, previous(req); prev != nil; r, prev = prev, previous(prev) {
		if !sameOrigin(r.URL, prev.URL) {
			return true
		}
	}
	return false
}

func hops(req *http.Request) int {
	n := 0
	for prev := previous(req); prev != nil; prev = previous(prev) {
		n++
	}
	return n
}

// previous returns the request whose answer led to req.
func previous(req *http.Request) *http.Request {
	if req.Response == nil {
		return nil
	}
	return req.Response.Request
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && origin(a) == origin(b)
}

func origin(u *url.URL) string {
	host, port, _ := net.SplitHostPort(addressOf(&http.Request{URL: u}))
	return net.JoinHostPort(strings.ToLower(strings.TrimSuffix(host, ".")), port)
}
