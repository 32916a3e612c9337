package handlers

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
)

// Names of the cookie that holds a session's secret. Browsers take the first one
// over HTTPS only, from this host alone, and for all of its paths; the other one is
// for this machine itself, without HTTPS.
const (
	secureCookie = "__Host-session"
	plainCookie  = "session"
)

// cookieName returns which cookie counts for the request; none over plain HTTP
// from elsewhere.
func (x *exchange) cookieName() string {
	switch {
	case x.https():
		return secureCookie
	case x.loopback():
		return plainCookie
	default:
		return ""
	}
}

// loopback reports whether the request stays on one machine, as far as can be
// told: the peer or the host that was asked for is it, and no proxy is between.
func (x *exchange) loopback() bool {
	r := x.Request()
	for _, name := range []string{
		"Forwarded", "Via", echo.HeaderXForwardedFor, echo.HeaderXForwardedProto, echo.HeaderXRealIP,
	} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && peer.Addr().Unmap().IsLoopback() {
		return true
	}
	host := access.HostName(r.Host)
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// sessionSecret returns the secret of the session cookie; empty where the request
// comes from a page of another origin: browsers send the cookie along with links, and
// pages of sibling hosts with anything, but some reading has effects, such as asking
// another system.
func (x *exchange) sessionSecret() string {
	if !x.sameOrigin() {
		return ""
	}
	return x.sessionCookie()
}

// sessionCookie returns the secret of the one session cookie that the request has,
// wherever it comes from; empty where there is none.
func (x *exchange) sessionCookie() string {
	name := x.cookieName()
	if name == "" {
		return ""
	}
	found := x.Request().CookiesNamed(name)
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// sameOrigin reports whether nothing says that a page of another origin asks.
func (x *exchange) sameOrigin() bool {
	switch x.Request().Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}

// keepSession gives the client the secret of its session. The cookie goes with
// the browser; when the session ends is the server's matter.
func (x *exchange) keepSession(secret string) { x.setCookie(secret, 0) }

// dropSession takes the cookie from the client.
func (x *exchange) dropSession() { x.setCookie("", -1) }

func (x *exchange) setCookie(value string, maxAge int) {
	name := x.cookieName()
	x.SetCookie(&http.Cookie{ //nolint:gosec // without HTTPS there are only cookies for the machine itself
		Name: name, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: name == secureCookie,
	})
}

// ssoCookie holds the secret of a browser that signs in at an identity provider.
// The answer is a post from the provider's site, with which browsers send only
// cookies that say so; those must be bound to HTTPS.
const (
	ssoCookie    = "__Host-sso"
	ssoCookieAge = 15 * 60 // seconds, like the requests that it belongs to
)

// browserSecret returns the secret of the one such cookie, empty for none.
func (x *exchange) browserSecret() string {
	const longest = 128
	found := x.Request().CookiesNamed(ssoCookie)
	if len(found) != 1 || len(found[0].Value) > longest {
		return ""
	}
	return found[0].Value
}

// keepBrowser gives the browser its secret, for another quarter of an hour.
func (x *exchange) keepBrowser(secret string) {
	x.SetCookie(&http.Cookie{ //nolint:gosec // a post from the provider's site has to bring it
		Name: ssoCookie, Value: secret, Path: "/", MaxAge: ssoCookieAge, HttpOnly: true, Secure: true,
		SameSite: http.SameSiteNoneMode,
	})
}

// fromHere refuses what a browser sends for a page of another origin. Programs
// say nothing of an origin and are let through. Where a proxy changes host or
// port, the address that browsers see counts as well.
func (s *Server) fromHere(x *exchange) error {
	r := x.Request()
	if s.foreign.Check(r) == nil {
		return nil
	}
	origin := r.Header.Get(echo.HeaderOrigin)
	if s.public != "" && origin != "" && strings.EqualFold(origin, s.origin(access.HostName(r.Host))) {
		return nil
	}
	return &api.RequestError{Code: api.CodeCrossOrigin}
}
