package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// Content-Security-Policies of what is answered.
const (
	// apiPolicy is for documents that no browser should draw.
	apiPolicy = "default-src 'none'; frame-ancestors 'none'"
	// pagePolicy is for our pages: everything from here, nothing inline but
	// the images that Swagger UI's style sheet holds.
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// outcomePolicy is for the page after a callback, whose address holds what came
	// with it: a style sheet of ours and nothing else.
	outcomePolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// observe is around everything: it gives the request its id, answers errors
// and panics, and tells log and metrics how it ended.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := s.newExchange(c)
		x.harden()
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		x.whole = c.Request().Context()
		ctx, cancel := context.WithTimeout(x.whole, s.timeout)
		defer cancel()
		x.SetRequest(c.Request().WithContext(ctx))

		panicked, err := s.guarded(next, x)
		halfAnswered := (panicked || x.partial) && x.Response().Committed
		if err != nil {
			s.refuse(x, err)
		}
		s.finish(x)
		if halfAnswered {
			panic(http.ErrAbortHandler) // cutting the connection tells the client
		}
		return nil
	}
}

// harden sets the header fields that every answer has. Handlers of what may be
// kept set Cache-Control anew.
func (x *exchange) harden() {
	x.set(HeaderRequestID, x.requestID)
	x.set(echo.HeaderXContentTypeOptions, "nosniff")
	x.set(echo.HeaderReferrerPolicy, "no-referrer")
	x.set(echo.HeaderContentSecurityPolicy, apiPolicy)
	x.set("Cross-Origin-Resource-Policy", "same-origin")
	x.set(echo.HeaderCacheControl, "no-store")
	if x.https() {
		x.set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// guarded calls next and turns a panic into an error. The stack goes to the
// log; it holds no values of variables.
func (s *Server) guarded(next echo.HandlerFunc, x *exchange) (panicked bool, err error) {
	defer func() {
		what := recover()
		if what == nil {
			return
		}
		panicked = true
		err = fmt.Errorf("panic: %v", what)
		s.logger.LogAttrs(x.Request().Context(), slog.LevelError, "panic",
			slog.String("requestId", x.requestID), slog.String("stack", string(debug.Stack())))
	}()
	return false, next(x)
}

// finish tells log and metrics about the request. Neither sees a query, a
// header field or a body. Where no route was found, the log has the path.
func (s *Server) finish(x *exchange) {
	took := s.now().Sub(x.start)
	r := x.Request()
	s.metrics.answered(r.Method, x.pattern(), x.status(), took)
	level := slog.LevelInfo
	if x.route != nil && x.route.Scope == "" && !x.route.logged {
		level = slog.LevelDebug // health checks and pages
	}
	if !s.logger.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", methodLabel(r.Method)), slog.String("route", x.pattern()),
		slog.Int("status", x.status()), slog.Int64("bytes", x.Response().Size),
		slog.Float64("ms", float64(took)/float64(time.Millisecond)),
		slog.String("remote", x.remote), slog.String("requestId", x.requestID),
	}
	switch id, err := x.recordID(); {
	case x.route == nil:
		attrs = append(attrs, slog.String("path", x.path()))
	case err == nil:
		attrs = append(attrs, slog.String(x.route.target(), id))
	}
	if x.principal != nil {
		attrs = append(attrs, slog.String("principal", x.principal.ID),
			slog.String("contactCenter", x.principal.ContactCenter.Domain))
	}
	// Past Logger.LogAttrs, which looks for the caller, whom nobody asks for.
	record := slog.NewRecord(time.Now(), level, "request", 0)
	record.AddAttrs(attrs...)
	_ = s.logger.Handler().Handle(r.Context(), record) // as the logger does
}

// serve carries out a route; observe is around it, so the context is our
// exchange.
func (s *Server) serve(r *route) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := c.(*exchange)
		x.route = r
		err := s.carryOut(x, r)
		if err != nil && r.failed != nil && !x.Response().Committed {
			return r.failed(s, x, err)
		}
		return err
	}
}

// carryOut does what a route is for. The order of its checks is part of the
// contract: from where, who asks and how often, before anything about what is
// asked; then the form of the request, cheapest first; the record itself last.
func (s *Server) carryOut(x *exchange, r *route) error {
	if err := s.fromHere(x); err != nil && !r.foreign {
		return err
	}
	if r.Scope != "" {
		if err := s.admit(x); err != nil {
			return err
		}
	}
	if err := x.readQuery(r.query); err != nil {
		return err
	}
	if err := x.readBody(r.body); err != nil {
		return err
	}
	return r.do(s, x)
}

// options answers which methods a path has.
func (s *Server) options(r *route) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := c.(*exchange)
		x.route = r
		x.set(echo.HeaderAllow, s.allowed[c.Path()])
		return c.NoContent(http.StatusNoContent)
	}
}

// methodNotAllowed answers the methods that a path has not.
func (s *Server) methodNotAllowed(r *route) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.(*exchange).route = r
		return echo.ErrMethodNotAllowed
	}
}
