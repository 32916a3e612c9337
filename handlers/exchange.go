package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/models"
)

// HeaderRequestID carries the request id, both ways.
const HeaderRequestID = "X-Request-Id"

// statusClientGone is what the log says where the client went away before the
// answer; nobody receives it.
const statusClientGone = 499

// exchange is one request, its answer, and what is known of both so far.
type exchange struct {
	echo.Context
	server *Server
	start  time.Time
	// requestID correlates the answer, the log and the audit record.
	requestID string
	// remote is the client's address.
	remote string
	// route is nil until one was found.
	route     *route
	principal *access.Principal
	query     url.Values
	body      []byte
	// whole is the context without the time that a request may be worked on, for
	// answers that go on.
	whole context.Context
	// gone: the client went away before it was answered.
	gone bool
	// partial: what was sent is not all, and nothing more comes.
	partial bool
	// ongoing: the answer has begun, and who asks is found out anew.
	ongoing bool
	// base is the context of the connection, without the bound on requests.
	base context.Context //nolint:containedctx // an exchange is one request
}

func (s *Server) newExchange(c echo.Context) *exchange {
	x := &exchange{Context: c, server: s, start: s.now(), remote: c.RealIP(), base: c.Request().Context()}
	x.requestID = requestID(c.Request().Header.Get(HeaderRequestID), x.start)
	return x
}

// requestID returns the client's id where it is short and harmless in a log,
// else a new one.
func requestID(given string, now time.Time) string {
	if given == "" || len(given) > 128 {
		return models.NewID(now)
	}
	for i := range len(given) {
		c := given[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("-._:", c) < 0 {
			return models.NewID(now)
		}
	}
	return given
}

// param returns a parameter of the path, decoded. It is models.ErrNotFound
// where the parameter holds a slash that was not encoded: then the path is
// longer than the route.
func (x *exchange) param(name string) (string, error) {
	value := x.Param(name)
	if strings.Contains(value, "/") {
		return "", models.ErrNotFound
	}
	if x.Request().URL.RawPath == "" { // Echo matched the decoded path
		return value, nil
	}
	value, err := url.PathUnescape(value)
	if err != nil {
		return "", models.ErrNotFound
	}
	return value, nil
}

// recordID returns the id in the path. What cannot be an id does not exist.
func (x *exchange) recordID() (string, error) {
	id, err := x.param("id")
	if err != nil || !models.ValidID(id) {
		return "", models.ErrNotFound
	}
	return id, nil
}

// pattern names the route for logs and metrics.
func (x *exchange) pattern() string {
	if x.route == nil {
		return "unmatched"
	}
	return x.route.Path
}

// longestPath is how much of a path that leads nowhere is worth a log line.
const longestPath = 200

// path is that of the request, without its query.
func (x *exchange) path() string {
	p := x.Request().URL.EscapedPath()
	return p[:min(len(p), longestPath)]
}

// https reports whether the client came by HTTPS, as far as can be told.
func (x *exchange) https() bool {
	r := x.Request()
	if r.TLS != nil || x.server.secure {
		return true
	}
	return r.Header.Get(echo.HeaderXForwardedProto) == "https" && x.server.trusts(r.RemoteAddr)
}

// trusts reports whether the peer is one of the trusted proxies.
func (s *Server) trusts(peer string) bool {
	at, err := netip.ParseAddrPort(peer)
	if err != nil {
		return false
	}
	for _, p := range s.proxies {
		if p.Contains(at.Addr().Unmap()) {
			return true
		}
	}
	return false
}

func hasHTTPS(address string) bool { return strings.HasPrefix(strings.ToLower(address), "https://") }

// status is that of the answer, for logs and metrics.
func (x *exchange) status() int {
	if x.gone {
		return statusClientGone
	}
	return x.Response().Status
}

// set sets a header field of the answer.
func (x *exchange) set(name, value string) { x.Response().Header().Set(name, value) }

// isHead reports whether the answer has no body.
func (x *exchange) isHead() bool { return x.Request().Method == http.MethodHead }
