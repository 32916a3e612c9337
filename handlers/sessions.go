package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

// Paths about who asks.
const (
	sessionPath  = "/api/v1/session"
	sessionsPath = "/api/v1/sessions"
	mePath       = "/api/v1/me"
)

func sessionRoutes() []route {
	return []route{
		{
			Route: Route{"session.create", http.MethodPost, sessionPath, ""},
			do:    (*Server).signIn, body: jsonBody, logged: true,
		},
		{
			Route: Route{"session.read", http.MethodGet, sessionPath, SignedIn},
			do:    (*Server).readSession, session: true, early: true,
		},
		{
			Route: Route{"session.end", http.MethodDelete, sessionPath, SignedIn},
			do:    (*Server).signOut, session: true, early: true,
		},
		{Route: Route{"session.list", http.MethodGet, sessionsPath, SignedIn}, do: (*Server).listSessions, session: true},
		{
			Route: Route{"session.end-all", http.MethodDelete, sessionsPath, SignedIn},
			do:    (*Server).signOutEverywhere, session: true,
		},
		{Route: Route{"me.read", http.MethodGet, mePath, SignedIn}, do: (*Server).readMe, early: true},
		{
			Route: Route{"password.change", http.MethodPut, mePath + "/password", SignedIn},
			do:    (*Server).changePassword, body: jsonBody, session: true, early: true,
		},
		{
			Route: Route{"user.unlock", http.MethodPost, "/api/v1/users/{id}/unlock", models.ScopeUsersWrite},
			do:    (*Server).unlockUser,
		},
		{
			Route: Route{"token.issue", http.MethodPost, "/configapi/v2/oauth/token", ""},
			do:    (*Server).issueToken, body: formBody, logged: true, failed: (*Server).refuseClient,
		},
	}
}

// signIn begins a session.
//
//	@ID          signIn
//	@Summary     Sign in
//	@Description Anybody may try. Which contact center it is for is told by the host name, which must be its domain; where there
//	@Description is only one contact center, localhost or an IP address is as good. The session is in the cookie __Host-session; over plain
//	@Description HTTP, which works on the machine itself only, in the cookie session. It ends when it was not used for a while, and
//	@Description at the time expiresAt. After 5 failures from one address each further attempt has to wait, up to 15 minutes; who is
//	@Description not there is answered as who is. Where single sign-on is on, a right password is answered with 403
//	@Description single-sign-on-required and the address to open, unless the user has the privilege sso:bypass.
//	@Tags        sign-in
//	@Param       credentials body api.SignInInput true "Who signs in"
//	@Success     201 {object} api.SignedIn
//	@Header      201 {string} Set-Cookie "The session"
//	@Header      201 {string} Location "Where the session is"
//	@Header      201 {string} RateLimit-Policy "The quota"
//	@Header      201 {string} RateLimit "What is left"
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /session [post]
func (s *Server) signIn(x *exchange) error {
	if x.cookieName() == "" {
		return &api.RequestError{Code: api.CodeHTTPSRequired}
	}
	if err := s.limitSignIn(x); err != nil {
		return err
	}
	in, err := access.ReadCredentials(x.body)
	if err != nil {
		return err
	}
	center, err := s.here(x)
	if err != nil {
		return err
	}
	ctx := x.Request().Context()
	secret, p, err := s.access.SignIn(ctx, center, in.Username, in.Password, x.client())
	if errors.Is(err, models.ErrSignInRefused) {
		x.set(echo.HeaderWWWAuthenticate, realm)
	}
	if err != nil {
		return err
	}
	return s.sessionBegan(x, p, secret)
}

// sessionBegan answers with a session that began just now.
func (s *Server) sessionBegan(x *exchange, p *access.Principal, secret string) error {
	x.principal = p
	doc, err := s.signedIn(x)
	if err != nil {
		return err
	}
	x.keepSession(secret)
	x.set(echo.HeaderLocation, sessionPath)
	return x.json(http.StatusCreated, doc)
}

// limitSignIn counts an attempt to sign in against the address.
func (s *Server) limitSignIn(x *exchange) error {
	return x.limitBy(s.signIns, "address", addressKey(x.remote))
}

func (x *exchange) client() access.Client {
	return access.Client{Address: x.remote, UserAgent: x.Request().UserAgent(), RequestID: x.requestID}
}

// here returns the contact center that a request without a credential is for. The
// answer says nothing about the host: whoever it is, it is the same.
func (s *Server) here(x *exchange) (*models.ContactCenter, error) {
	center, err := s.access.Here(x.Request().Context(), x.Request().Host, s.ownHost())
	if errors.Is(err, models.ErrNotFound) {
		return nil, &api.RequestError{
			Code: api.CodeNotFound, Detail: "There is no contact center at this host name; use its domain.",
		}
	}
	return center, err
}

// ownHost is the host that browsers see where it does not depend on the contact
// center.
func (s *Server) ownHost() string {
	u, err := url.Parse(s.public)
	if err != nil || strings.Contains(s.public, "{domain}") {
		return ""
	}
	return u.Host
}

// signedIn is the document of the session that asks.
func (s *Server) signedIn(x *exchange) (*api.SignedIn, error) {
	p := x.principal
	who, err := s.access.WhoIs(x.Request().Context(), p)
	if err != nil {
		return nil, x.ended(err)
	}
	return &api.SignedIn{
		Session: api.NewSession(who.Session, p.SessionID), User: api.NewPerson(who.User),
		ContactCenter: api.NewPlace(&p.ContactCenter), Privileges: api.Words(p.Scopes),
		MustChangePassword: p.MustChangePassword,
	}, nil
}

// ended adds the challenge to the error of a session that ended meanwhile.
func (x *exchange) ended(err error) error {
	if errors.Is(err, models.ErrUnauthenticated) {
		x.set(echo.HeaderWWWAuthenticate, realm)
	}
	return err
}

// readSession answers who is signed in.
//
//	@ID          readSession
//	@Summary     Who is signed in
//	@Description Needs a session. What the user may do is what their roles give now.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Success     200 {object} api.SignedIn
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /session [get]
func (s *Server) readSession(x *exchange) error {
	doc, err := s.signedIn(x)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, doc)
}

// signOut ends the session.
//
//	@ID          signOut
//	@Summary     Sign out
//	@Description Needs a session, and ends it: from now on every process refuses it. The cookie goes, too.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Success     204 "Signed out"
//	@Header      204 {string} Set-Cookie "Takes the cookie away"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /session [delete]
func (s *Server) signOut(x *exchange) error {
	if err := s.access.SignOut(x.Request().Context(), x.principal); err != nil {
		return err
	}
	x.dropSession()
	return x.NoContent(http.StatusNoContent)
}

// listSessions answers where the user is signed in.
//
//	@ID          listSessions
//	@Summary     Where you are signed in
//	@Description Needs a session. The sessions of the user who asks, newest first.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Success     200 {object} api.SessionList
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sessions [get]
func (s *Server) listSessions(x *exchange) error {
	all, err := s.access.Sessions(x.Request().Context(), x.principal)
	if err != nil {
		return err
	}
	list := api.SessionList{Items: []api.Session{}}
	for i := range all {
		list.Items = append(list.Items, api.NewSession(&all[i], x.principal.SessionID))
	}
	return x.json(http.StatusOK, list)
}

// signOutEverywhere ends all sessions of the user.
//
//	@ID          signOutEverywhere
//	@Summary     Sign out everywhere
//	@Description Needs a session. Ends all sessions of the user who asks, this one included. Tokens are not sessions and stay.
//	@Tags        sign-in
//	@Security    BearerAuth
//	@Success     204 "Signed out everywhere"
//	@Header      204 {string} Set-Cookie "Takes the cookie away"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sessions [delete]
func (s *Server) signOutEverywhere(x *exchange) error {
	if err := s.access.SignOutEverywhere(x.Request().Context(), x.principal); err != nil {
		return err
	}
	x.dropSession()
	return x.NoContent(http.StatusNoContent)
}
