package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/sso"
)

// mayStillFail refuses who failed to sign in too often. Sign-ins that succeed do not
// count: a whole office may have one address.
func (s *Server) mayStillFail(x *exchange, place sso.Place) error {
	if s.signIns == nil {
		return nil
	}
	if v := s.signIns.look(s.failures(x, place)); !v.ok {
		x.set(echo.HeaderRetryAfter, seconds(v.wait))
		return &sso.Error{Code: api.CodeSSOTooMany, Detail: "too many sign-ins from this address failed"}
	}
	return nil
}

// signInFailed counts a sign-in that was refused against the address.
func (s *Server) signInFailed(x *exchange, place sso.Place, err error) error {
	if _, refused := errors.AsType[*sso.Error](err); refused && s.signIns != nil {
		s.signIns.take(s.failures(x, place))
	}
	return err
}

// failures is what refused sign-ins are counted under: the address. What a page of
// some other site has browsers send is counted apart from what people do and their
// identity provider sends: else such a page, open at one desk, would keep a whole
// office from signing in.
func (s *Server) failures(x *exchange, place sso.Place) string {
	return "sso " + addressKey(x.remote) + s.sentBy(x, place)
}

// Who has the browser send a request, by what browsers say of it and no page can
// change. Programs can say what they like, and so gain nothing but further buckets.
const (
	byPeople = "" // or the identity provider, or a program
	// byWindow: a page, in a window of its own that people see, and it is not told
	// whose: some identity providers do not let browsers tell.
	byWindow = " window"
	byOthers = " others" // in a frame, for example, which nobody sees
)

// sentBy tells who has the browser send the request. What follows a click counts as
// the person's.
func (s *Server) sentBy(x *exchange, place sso.Place) string {
	h := x.Request().Header
	window := h.Get("Sec-Fetch-Dest") == "document"
	origin := h.Get(echo.HeaderOrigin)
	if x.Request().Method != http.MethodPost { // there browsers name no origin
		return x.opened(window)
	}
	switch {
	case origin == "", s.fromHere(x) == nil:
		return byPeople
	case origin == "null" && window:
		return byWindow
	case strings.EqualFold(origin, s.sso.ProviderOrigin(x.Request().Context(), place)):
		return byPeople
	}
	return byOthers
}

// opened is sentBy for an address that was opened.
func (x *exchange) opened(window bool) string {
	switch {
	case x.sameOrigin(), x.Request().Header.Get("Sec-Fetch-User") != "":
		return byPeople
	case window:
		return byWindow
	}
	return byOthers
}
