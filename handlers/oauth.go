package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

// oauthError is a refusal in the words of RFC 6749.
type oauthError struct {
	status      int
	code, words string
}

// Error implements error.
func (e *oauthError) Error() string { return e.code + ": " + e.words }

// issueToken is the client-credentials call.
//
//	@ID          issueToken
//	@Summary     Get a token with an API secret
//	@Description The client-credentials grant (RFC 6749, section 4.4) in the form that is documented for Bright Pattern: client_id is
//	@Description a user name, client_secret the user's API secret, scope the domain of the contact center. The token holds for an hour
//	@Description and gives what the roles of the user give at each moment. Client authentication by HTTP Basic works as well. expires_in
//	@Description is a text, as documented. Single sign-on, which is for people, does not concern it.
//	@Tags        sign-in
//	@Accept      x-www-form-urlencoded
//	@Param       form body api.ClientTokenInput true "The grant"
//	@Success     200 {object} api.ClientToken
//	@Header      200 {string} RateLimit-Policy "The quota"
//	@Header      200 {string} RateLimit "What is left"
//	@Failure     400 {object} api.OAuthError "The request is malformed, or names another grant or an unknown contact center"
//	@Header      400 {string} RateLimit-Policy "The quota"
//	@Header      400 {string} RateLimit "What is left"
//	@Failure     401 {object} api.OAuthError "The client is not known, its secret is another one, or it may not have a token"
//	@Header      401 {string} WWW-Authenticate "How to authenticate"
//	@Header      401 {string} RateLimit-Policy "The quota"
//	@Header      401 {string} RateLimit "What is left"
//	@Failure     403 {object} api.OAuthError "A page of another site sent the request"
//	@Failure     413 {object} api.OAuthError "The form is too large"
//	@Failure     415 {object} api.OAuthError "The body is no form"
//	@Header      415 {string} Accept "What is read"
//	@Failure     429 {object} api.OAuthError "Too many requests, or too many failed attempts under this name"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Header      429 {string} RateLimit-Policy "The quota"
//	@Header      429 {string} RateLimit "What is left"
//	@Failure     500 {object} api.OAuthError "Something went wrong on our side"
//	@Header      500 {string} RateLimit-Policy "The quota"
//	@Header      500 {string} RateLimit "What is left"
//	@Failure     503 {object} api.OAuthError "The database is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Header      503 {string} RateLimit-Policy "The quota"
//	@Header      503 {string} RateLimit "What is left"
//	@Router      /configapi/v2/oauth/token [post]
func (s *Server) issueToken(x *exchange) error {
	if err := s.limitSignIn(x); err != nil {
		return err
	}
	form, err := x.grant()
	if err != nil {
		return err
	}
	center, err := s.clientCenter(x, form.Get("scope"))
	if err != nil {
		return err
	}
	text, err := s.access.ClientToken(
		x.Request().Context(), center, form.Get("client_id"), form.Get("client_secret"), x.client(),
	)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.ClientToken{
		AccessToken: text, TokenType: "Bearer", Scope: center.Domain,
		ExpiresIn: strconv.Itoa(int(access.ClientTokenLife.Seconds())),
	})
}

// Bounds of what a client may call itself and its secret.
const (
	longestClientID     = 256
	longestClientSecret = access.MaxTokenLength
)

// grant reads the form, with the client's name and secret wherever they stand.
func (x *exchange) grant() (url.Values, error) {
	form, err := url.ParseQuery(string(x.body))
	if err != nil {
		return nil, malformed("The form is not encoded as it should be.")
	}
	for _, name := range []string{"grant_type", "client_id", "client_secret", "scope"} {
		if len(form[name]) > 1 {
			return nil, malformed("The parameter " + name + " may stand only once.")
		}
	}
	if err := x.basicClient(form); err != nil {
		return nil, err
	}
	id, secret := form.Get("client_id"), form.Get("client_secret")
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return nil, malformed("The parameter grant_type is missing; it is client_credentials.")
	case grant != "client_credentials":
		return nil, &oauthError{
			http.StatusBadRequest, "unsupported_grant_type", "The only grant_type here is client_credentials.",
		}
	case id == "" || secret == "":
		return nil, malformed("The parameters client_id and client_secret are needed: a user name and the user's API secret.")
	case len(id) > longestClientID || len(secret) > longestClientSecret || noText(id):
		return nil, malformed("The parameter client_id or client_secret is too long, or no text.")
	}
	return form, nil
}

// basicClient takes the client from the header field Authorization, where it
// stands form-encoded (RFC 6749, section 2.3.1).
func (x *exchange) basicClient(form url.Values) error {
	fields := x.Request().Header[echo.HeaderAuthorization]
	if len(fields) == 0 {
		return nil
	}
	id, secret, ok := x.Request().BasicAuth()
	if !ok || len(fields) > 1 {
		return malformed("Authenticate the client by one Authorization: Basic, or in the form.")
	}
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	if errID != nil || errSecret != nil {
		return malformed("What Authorization: Basic holds is not encoded as it should be.")
	}
	if form.Has("client_secret") || form.Has("client_id") && form.Get("client_id") != id {
		return malformed("Authenticate the client once, by Authorization: Basic or in the form.")
	}
	form.Set("client_id", id)
	form.Set("client_secret", secret)
	return nil
}

func malformed(words string) error {
	return &oauthError{http.StatusBadRequest, "invalid_request", words}
}

// clientCenter returns the contact center that the scope names, else the one of
// the host.
func (s *Server) clientCenter(x *exchange, scope string) (*models.ContactCenter, error) {
	var center *models.ContactCenter
	var err error
	if scope != "" {
		center, err = s.access.Domain(x.Request().Context(), scope)
	} else {
		center, err = s.access.Here(x.Request().Context(), x.Request().Host, s.ownHost())
	}
	if errors.Is(err, models.ErrNotFound) {
		return nil, &oauthError{http.StatusBadRequest, "invalid_scope", "The scope must be the domain of a contact center."}
	}
	return center, err
}

// refuseClient answers errors of the client-credentials call in its own form.
func (s *Server) refuseClient(x *exchange, err error) error {
	if own, ok := errors.AsType[*oauthError](err); ok {
		return x.json(own.status, api.OAuthError{Error: own.code, ErrorDescription: own.words})
	}
	p := x.problem(err)
	s.logFailure(x, p, err)
	status, doc := p.Status, api.OAuthError{Error: oauthCode(p.Status), ErrorDescription: p.Detail}
	if errors.Is(err, models.ErrSignInRefused) {
		x.set(echo.HeaderWWWAuthenticate, strings.Replace(realm, "Bearer", "Basic", 1))
		doc.ErrorDescription = "The client is not known, its secret is another one, or it may not have a token."
	}
	if p.RetryAfter > 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		x.set(echo.HeaderRetryAfter, seconds(p.RetryAfter))
	}
	return x.json(status, doc)
}

func oauthCode(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "invalid_client"
	case http.StatusForbidden:
		return "access_denied"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "temporarily_unavailable"
	}
	if status >= http.StatusInternalServerError {
		return "server_error"
	}
	return "invalid_request"
}
