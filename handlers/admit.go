package handlers

import (
	"errors"
	"strings"

	"github.com/labstack/echo/v4"

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
	if err := x.limit("principal", x.principal.ID); err != nil {
		return err
	}
	if err := s.enter(x); err != nil {
		return err
	}
	if !x.principal.Can(x.route.Scope) {
		return s.lacksScope(x)
	}
	if err := x.principal.Suspension(x.route.Scope); err != nil {
		s.recordRefusal(x, "the contact center is suspended")
		return err
	}
	return nil
}

// authenticate sets the principal, or the challenge of RFC 6750.
func (s *Server) authenticate(x *exchange) error {
	token := bearer(x.Request().Header[echo.HeaderAuthorization])
	if token == "" {
		x.set(echo.HeaderWWWAuthenticate, realm)
		return models.ErrUnauthenticated
	}
	if scheme, _, more := strings.Cut(token, " "); more && strings.EqualFold(scheme, "Bearer") {
		x.set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token"`)
		return &models.RefusalError{
			Err: models.ErrUnauthenticated,
			Detail: "The header field Authorization says Bearer twice. Where a tool asks for the token, enter it alone: " +
				"the tool adds the word.",
		}
	}
	p, err := s.access.Authenticate(x.Request().Context(), token)
	if errors.Is(err, models.ErrUnauthenticated) {
		x.set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token"`)
	}
	if err != nil {
		return err
	}
	p.Address, p.RequestID = x.remote, x.requestID
	x.principal = p
	return nil
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

// enter lets the token of a service provider act in the contact center that
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
		s.accounts.Refused(x.Request().Context(), x.principal, x.route.Name, "", "may not act in another contact center")
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
	target, err := x.accountID()
	if err != nil {
		target = ""
	}
	if kind := x.route.personal(); kind != "" {
		s.access.Refused(x.Request().Context(), x.principal, x.route.Name, kind, target, why)
		return
	}
	s.accounts.Refused(x.Request().Context(), x.principal, x.route.Name, target, why)
}
