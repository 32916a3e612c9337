package handlers

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

const (
	realm               = `Bearer realm="admin-api"`
	headerContactCenter = "Contact-Center"
)

// admit finds out who asks, and refuses who asks too often or lacks the scope
// of the route. A request without a valid credential counts against its
// address, so that one client's refused tokens do not lock out its neighbours'
// valid ones.
func (s *Server) admit(x *exchange) error {
	if err := s.authenticate(x); err != nil {
		if !errors.Is(err, models.ErrUnauthenticated) {
			return err
		}
		if limited := x.limit("address", addressKey(x.remote)); limited != nil {
			return limited
		}
		return err
	}
	if err := x.limit("principal", x.limitKey()); err != nil {
		return err
	}
	if x.principal.MustChangePassword && !x.route.early {
		return &api.RequestError{Code: api.CodePasswordChangeRequired}
	}
	if err := s.enter(x); err != nil {
		return err
	}
	if x.route.Scope == SignedIn {
		return x.needsSession()
	}
	if !x.principal.Can(x.route.Scope) {
		return s.lacksScope(x)
	}
	if err := s.needsToken(x); err != nil {
		return err
	}
	if err := x.principal.Suspension(x.route.Scope); err != nil {
		s.recordRefusal(x, "the contact center is suspended")
		return err
	}
	return nil
}

// needsToken refuses a session where only machines may go: who sits at a signed-in
// browser, or runs a script in it, gets at no stored secret.
func (s *Server) needsToken(x *exchange) error {
	if !x.route.token || x.principal.SessionID == "" {
		return nil
	}
	s.recordRefusal(x, "needs a token, not a session")
	return &api.RequestError{
		Code: api.CodeForbidden,
		Detail: "This operation is for machines and takes no session: use a token with the scope " + x.route.Scope +
			", which POST /api/v1/tokens makes.",
	}
}

// limitKey is what the requests of a principal are counted under: each session by
// itself.
func (x *exchange) limitKey() string {
	if x.principal.SessionID != "" {
		return "session:" + x.principal.SessionID
	}
	return x.principal.ID
}

// needsSession refuses a token where only somebody who is signed in may go.
func (x *exchange) needsSession() error {
	if !x.route.session || x.principal.SessionID != "" {
		return nil
	}
	return &api.RequestError{
		Code: api.CodeForbidden,
		Detail: "This operation is about a session, and a token has none: sign in with POST /api/v1/session. " +
			"GET /api/v1/me tells about a token.",
	}
}

// authenticate sets the principal, or the challenge of RFC 6750. A request that
// has the header field Authorization is judged by that alone.
func (s *Server) authenticate(x *exchange) error {
	p, err := s.whoAsks(x)
	if err != nil {
		return err
	}
	p.Address, p.RequestID = x.remote, x.requestID
	x.principal = p
	return nil
}

func (s *Server) whoAsks(x *exchange) (*access.Principal, error) {
	fields := x.Request().Header[echo.HeaderAuthorization]
	if len(fields) > 0 {
		return s.whoseToken(x, bearer(fields))
	}
	if secret := x.sessionSecret(); secret != "" {
		find := s.access.AuthenticateSession
		if x.ongoing {
			find = s.access.RecallSession
		}
		p, err := find(x.Request().Context(), secret)
		if errors.Is(err, models.ErrUnauthenticated) {
			x.set(echo.HeaderWWWAuthenticate, realm)
		}
		return p, err
	}
	x.set(echo.HeaderWWWAuthenticate, realm)
	return nil, models.ErrUnauthenticated
}

func (s *Server) whoseToken(x *exchange, token string) (*access.Principal, error) {
	if token == "" {
		x.set(echo.HeaderWWWAuthenticate, realm)
		return nil, models.ErrUnauthenticated
	}
	if scheme, _, more := strings.Cut(token, " "); more && strings.EqualFold(scheme, "Bearer") {
		x.set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token"`)
		return nil, &models.RefusalError{
			Err: models.ErrUnauthenticated,
			Detail: "The header field Authorization says Bearer twice. Where a tool asks for the token, enter it alone: " +
				"the tool adds the word.",
		}
	}
	p, err := s.access.Authenticate(x.Request().Context(), token)
	if errors.Is(err, models.ErrUnauthenticated) {
		x.set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token"`)
	}
	return p, err
}

// bearer returns the token of the header field Authorization, empty where
// there is none or more than one.
func bearer(fields []string) string {
	if len(fields) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(fields[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// enter lets the credential of a service provider act in the contact center that
// the request names.
func (s *Server) enter(x *exchange) error {
	fields := x.Request().Header[headerContactCenter]
	if len(fields) == 0 {
		return nil
	}
	if len(fields) > 1 || fields[0] == "" {
		return badHeader(headerContactCenter, "names one contact center by its domain")
	}
	if strings.EqualFold(fields[0], x.principal.ContactCenter.Domain) {
		return nil
	}
	err := s.access.ActIn(x.Request().Context(), x.principal, fields[0])
	switch {
	case errors.Is(err, models.ErrForbidden):
		s.access.Refused(x.Request().Context(), x.principal, x.route.Name, x.route.target(), "",
			"may not act in another contact center")
	case errors.Is(err, models.ErrNotFound):
		return &api.RequestError{
			Code: api.CodeNotFound, Detail: "There is no contact center that " + headerContactCenter + " names.",
		}
	}
	return err
}

// lacksScope is the refusal of a principal without the scope of the route. It
// is on the audit record.
func (s *Server) lacksScope(x *exchange) error {
	scope := x.route.Scope
	s.recordRefusal(x, "needs the scope "+scope)
	x.set(echo.HeaderWWWAuthenticate, realm+`, error="insufficient_scope", scope="`+scope+`"`)
	return &api.RequestError{
		Code: api.CodeForbidden, Extra: map[string]any{"scope": scope},
		Detail: "This operation needs the scope " + scope + ", which the credential does not carry.",
	}
}

// recordRefusal puts on the audit record that the request was refused.
func (s *Server) recordRefusal(x *exchange, why string) {
	target, err := x.recordID()
	if err != nil {
		target = ""
	}
	s.access.Refused(x.Request().Context(), x.principal, x.route.Name, x.route.target(), target, why)
}
