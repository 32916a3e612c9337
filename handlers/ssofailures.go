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
	key := "sso " + addressKey(x.remote)
	if s.sentByOthers(x, place) {
		key += " others"
	}
	return key
}

// sentByOthers reports whether a page sends the request that is neither ours nor the
// identity provider's, by what browsers say of it and no page can change. What follows
// a click counts as the person's. Programs can say what they like, and so gain nothing
// but a second bucket.
func (s *Server) sentByOthers(x *exchange, place sso.Place) bool {
	h := x.Request().Header
	if x.Request().Method != http.MethodPost {
		return !x.sameOrigin() && h.Get("Sec-Fetch-User") == ""
	}
	origin := h.Get(echo.HeaderOrigin)
	if origin == "" || s.fromHere(x) == nil {
		return false
	}
	return !strings.EqualFold(origin, s.sso.ProviderOrigin(x.Request().Context(), place))
}
