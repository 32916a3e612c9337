package handlers

import (
	"errors"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/models"
	"admin-api/sso"
)

const ssoPath = "/api/v1/sso"

// exchangeCode turns a one-time code into a session. Failures are not counted against
// the address: nobody guesses 256 bits, but anybody can have the server of Agent Desktop
// try what is no code, and its address is that of everybody who signs in there.
//
//	@ID          exchangeSsoCode
//	@Summary     Exchange a one-time code for a session
//	@Description Anybody who has the code may, once and within 60 seconds. It stands in the address to which a browser is sent that
//	@Description signed in to Agent Desktop by single sign-on (ADMIN_API_AGENT_DESKTOP_URL); the server of Agent Desktop exchanges it
//	@Description at the domain of the contact center. The session is in the cookie, as after signIn.
//	@Tags        sso
//	@Param       code body api.SSOExchangeInput true "The code"
//	@Success     201 {object} api.SignedIn
//	@Header      201 {string} Set-Cookie "The session"
//	@Header      201 {string} Location "Where the session is"
//	@Header      201 {string} RateLimit-Policy "The quota"
//	@Header      201 {string} RateLimit "What is left"
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /sso/exchange [post]
func (s *Server) exchangeCode(x *exchange) error {
	if x.cookieName() == "" {
		return &api.RequestError{Code: api.CodeHTTPSRequired}
	}
	if err := x.limit("address", addressKey(x.remote)); err != nil {
		return err
	}
	code, err := sso.ReadCode(x.body)
	if err != nil {
		return err
	}
	center, err := s.here(x)
	if err != nil {
		return err
	}
	secret, p, err := s.sso.Exchange(x.Request().Context(), center, code, x.client())
	if errors.Is(err, models.ErrUnauthenticated) {
		x.set(echo.HeaderWWWAuthenticate, realm)
		return &models.RefusalError{
			Err:    models.ErrUnauthenticated,
			Detail: "The code is unknown, was used already, or is older than 60 seconds: sign in again.",
		}
	}
	if err != nil {
		return err
	}
	return s.sessionBegan(x, p, secret)
}
