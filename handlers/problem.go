package handlers

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/models"
	"admin-api/strict"
)

// refuse answers an error with its problem document. Where the client has half
// an answer already, it only notes what happened. A client that seems gone is
// answered all the same: it may have closed only its sending side, and silence
// would become an empty 200.
func (s *Server) refuse(x *exchange, err error) {
	if x.speaksSCIM() {
		s.refuseSCIM(x, err)
		return
	}
	p := x.problem(err)
	s.logFailure(x, p, err)
	if x.Response().Committed {
		return
	}
	if p.ETag != "" {
		x.set("ETag", quoted(p.ETag))
	}
	if p.RetryAfter > 0 {
		x.set(echo.HeaderRetryAfter, seconds(p.RetryAfter))
	}
	if errors.Is(err, models.ErrProbeRunning) || errors.Is(err, models.ErrRateLimited) {
		// What is used up is the account's allowance, not the principal's.
		x.Response().Header().Del("RateLimit-Policy")
		x.set("RateLimit", `"probe";r=0;t=`+seconds(p.RetryAfter))
	}
	b, err := api.Encode(p)
	if err != nil { // a further member without a JSON form
		p.Extra = nil
		b, _ = api.Encode(p) // strings and numbers only
	}
	x.set(echo.HeaderCacheControl, "no-store")
	x.set(echo.HeaderContentSecurityPolicy, apiPolicy)
	_ = x.send(p.Status, api.ProblemMediaType, b) // nobody is left to tell
}

// logFailure logs what failed on our side.
func (s *Server) logFailure(x *exchange, p api.Problem, err error) {
	if p.Status < http.StatusInternalServerError {
		return
	}
	if x.gone = errors.Is(x.Request().Context().Err(), context.Canceled); x.gone {
		return
	}
	s.logger.LogAttrs(x.Request().Context(), slog.LevelError, "request failed",
		slog.String("requestId", x.requestID), slog.String("route", x.pattern()),
		slog.String("code", p.Code), slog.String("error", err.Error()))
}

// problem returns the document for an error of this request.
func (x *exchange) problem(err error) api.Problem {
	p := api.NewProblem(x.server.translate(x, err))
	if ctxErr := x.Request().Context().Err(); ctxErr != nil && p.Status >= http.StatusInternalServerError {
		p = api.NewProblem(ctxErr) // what failed then, failed because of it
		if errors.Is(ctxErr, context.Canceled) {
			p = api.NewProblem(models.ErrUnavailable)
		}
	}
	p.Instance, p.RequestID = x.Request().URL.EscapedPath(), x.requestID
	return p
}

// translate turns the errors of the router and of the JSON reader into those
// that package api knows.
func (s *Server) translate(x *exchange, err error) error {
	var routing *echo.HTTPError
	var syntax *strict.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &api.RequestError{Code: api.CodeMalformedJSON, Detail: sentence(syntax.Error())}
	case !errors.As(err, &routing):
		return err
	case routing.Code == http.StatusNotFound:
		return &api.RequestError{Code: api.CodeNotFound}
	case routing.Code == http.StatusMethodNotAllowed:
		if x.route == nil { // a method that Echo was not told of
			x.route = &route{Route: Route{Path: x.Path()}}
		}
		x.set(echo.HeaderAllow, s.allowed[x.Path()])
		return &api.RequestError{Code: api.CodeMethodNotAllowed}
	default:
		return err
	}
}

// sentence makes the text of an error a sentence.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first := text[0]
	if 'a' <= first && first <= 'z' {
		first -= 'a' - 'A'
	}
	return string(first) + text[1:] + "."
}

// seconds is a duration as header fields carry it: whole seconds, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(d.Seconds()))))
}

// quoted is an entity tag as header fields carry it.
func quoted(tag string) string { return `"` + tag + `"` }
