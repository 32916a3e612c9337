package handlers

import (
	"errors"
	"net/http"

	"admin-api/sso"
)

// loginAgentDesktop sends a browser to the identity provider.
//
//	@ID          loginAgentDesktop
//	@Summary     Sign in to Agent Desktop by single sign-on
//	@Description For browsers only: leads to the identity provider of the contact center (SAML 2.0), by HTTP-Redirect or, where the
//	@Description provider asks for HTTP-POST, by a page whose form submits itself. Gives the browser the cookie __Host-sso, without
//	@Description which no answer is taken. Errors are pages. HEAD does nothing.
//	@Tags        browser
//	@Produce     html
//	@Param       tenantUrl  query string false "Domain or address of the contact center; when absent the host name decides. Where that is another origin, the browser is sent there first"
//	@Param       RelayState query string false "Comes back with the answer; never leads to another site"
//	@Param       test       query string false "Start of a test sign-in"
//	@Success     200 {string} string "The form that goes to the identity provider"
//	@Header      200 {string} Set-Cookie "The secret of the browser"
//	@Success     302 "To the identity provider"
//	@Header      302 {string} Location "Where the identity provider signs people in"
//	@Header      302 {string} Set-Cookie "The secret of the browser"
//	@Failure     403 {string} string "The sign-in was refused"
//	@Failure     404 {string} string "There is no such contact center"
//	@Failure     429 {string} string "Too many requests, or too many failed sign-ins"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Failure     500 {string} string "Something went wrong on our side"
//	@Failure     503 {string} string "The database or a key is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Router      /agentdesktop/sso/login [get]
func (s *Server) loginAgentDesktop(x *exchange) error { return s.login(x, agentDesktop) }

// replyAgentDesktop takes what a browser brings from the identity provider.
//
//	@ID          replyAgentDesktop
//	@Summary     Reply address of Agent Desktop
//	@Description For browsers only: the assertion consumer service (SAML 2.0, HTTP-POST). Where the answer is accepted, a session
//	@Description begins and a page goes on by itself to Agent Desktop, with a code to exchange, or to a page of ours; or shows what a test sign-in found. Errors
//	@Description are pages with a reference number, by which administrators find the trace of the sign-in. Alone of all operations it
//	@Description takes what pages of other sites send.
//	@Tags        browser
//	@Accept      x-www-form-urlencoded
//	@Produce     html
//	@Param       tenantUrl query string false "Domain or address of the contact center; when absent the host name decides"
//	@Param       form      body  api.SSOReply true "What the identity provider sends"
//	@Success     200 {string} string "Signed in, or the result of a test sign-in"
//	@Header      200 {string} Set-Cookie "The session"
//	@Failure     400 {string} string "The answer is malformed"
//	@Failure     403 {string} string "The sign-in was refused"
//	@Failure     404 {string} string "There is no such contact center"
//	@Failure     413 {string} string "The answer is too large"
//	@Failure     415 {string} string "The body is no form"
//	@Header      415 {string} Accept "What is read"
//	@Failure     429 {string} string "Too many requests, or too many failed sign-ins"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Failure     500 {string} string "Something went wrong on our side"
//	@Failure     503 {string} string "The database or a key is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Router      /agentdesktop/sso/redirect [post]
func (s *Server) replyAgentDesktop(x *exchange) error { return s.reply(x, agentDesktop) }

// explainAgentDesktop says what the reply address is for.
//
//	@ID          explainAgentDesktop
//	@Summary     What the reply address of Agent Desktop is for
//	@Description For who opens it by hand: that the page appears shows that the address is right.
//	@Tags        browser
//	@Produce     html
//	@Success     200 {string} string "The page"
//	@Router      /agentdesktop/sso/redirect [get]
func (s *Server) explainAgentDesktop(x *exchange) error { return s.explain(x, agentDesktop) }

// metadataAgentDesktop answers our metadata.
//
//	@ID          metadataAgentDesktop
//	@Summary     Metadata of Agent Desktop as a service provider
//	@Description The document that identity providers import (SAML 2.0 metadata): entity id, reply address and, where there are
//	@Description key pairs, the certificates to encrypt for. It is no secret.
//	@Tags        browser
//	@Produce     application/samlmetadata+xml
//	@Param       tenantUrl query string false "Domain or address of the contact center; when absent the host name decides"
//	@Success     200 {string} string "The document"
//	@Header      200 {string} Content-Disposition "That it is to be saved"
//	@Failure     403,404,429,500,503 {object} api.Problem
//	@Router      /agentdesktop/sso/metadata [get]
func (s *Server) metadataAgentDesktop(x *exchange) error { return s.metadata(x, agentDesktop) }

// signedInAgentDesktop shows who is signed in.
//
//	@ID          signedInAgentDesktop
//	@Summary     Who is signed in, for browsers
//	@Description Where a sign-in to Agent Desktop ends: who signed in, with what and until when, and a button to sign out.
//	@Tags        browser
//	@Produce     html
//	@Success     200 {string} string "Who is signed in"
//	@Failure     403 {string} string "Nobody is signed in"
//	@Failure     429 {string} string "Too many requests, or too many failed sign-ins"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Failure     500 {string} string "Something went wrong on our side"
//	@Failure     503 {string} string "The database or a key is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Router      /agentdesktop/sso/signed-in [get]
func (s *Server) signedInAgentDesktop(x *exchange) error { return s.showSession(x, agentDesktop) }

// startAgentDesktop is where people begin who know only the domain.
//
//	@ID          startAgentDesktop
//	@Summary     Where people begin
//	@Description Leads to the identity provider, as /agentdesktop/sso/login does, where single sign-on is on for Agent Desktop; otherwise
//	@Description a page says that it is not. HEAD does nothing.
//	@Tags        browser
//	@Produce     html
//	@Param       tenantUrl  query string false "Domain or address of the contact center; when absent the host name decides"
//	@Param       RelayState query string false "Comes back with the answer; never leads to another site"
//	@Success     200 {string} string "Single sign-on is off; or the form that goes to the identity provider"
//	@Header      200 {string} Set-Cookie "The secret of the browser"
//	@Success     302 "To the identity provider"
//	@Header      302 {string} Location "Where the identity provider signs people in"
//	@Header      302 {string} Set-Cookie "The secret of the browser"
//	@Failure     403 {string} string "The sign-in was refused"
//	@Failure     404 {string} string "There is no such contact center"
//	@Failure     429 {string} string "Too many requests, or too many failed sign-ins"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Failure     500 {string} string "Something went wrong on our side"
//	@Failure     503 {string} string "The database or a key is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Router      /agentdesktop/ [get]
func (s *Server) startAgentDesktop(x *exchange) error {
	if x.isHead() {
		return x.send(http.StatusOK, pageType+"; charset=utf-8", nil)
	}
	if err := s.limitBrowser(x); err != nil {
		return err
	}
	place, _, err := s.place(x, agentDesktop)
	if err == nil {
		err = s.sso.On(x.Request().Context(), place)
	}
	if _, off := errors.AsType[*sso.Error](err); off {
		return s.showSSO(x, http.StatusOK, "sso-off", outcomePolicy, newSSOPage(agentDesktop, "Single sign-on is off"))
	}
	if err != nil {
		return err
	}
	return s.depart(x, agentDesktop)
}
