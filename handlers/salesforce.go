package handlers

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/api"
	"admin-api/integrations"
	"admin-api/models"
)

// authorizeSalesforce answers where a person can authorize the account.
//
//	@ID          authorizeSalesforce
//	@Summary     Request a Salesforce token
//	@Description Needs the scope accounts:write. The first half of "Request token": answers where a browser is to go, so that a
//	@Description Salesforce user allows the account the access (OAuth 2.0 web server flow with PKCE). The refresh token is stored
//	@Description when the browser comes back, within ten minutes, once, and only if the account was not changed meanwhile. What a
//	@Description session asks for ends only in the browser with this session, if it asks at the host of redirectUri. The
//	@Description account must have the consumer key and secret of an app that knows redirectUri as its callback URL; accounts of
//	@Description other types are refused by the rule authorization_not_supported.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Authorization
//	@Failure     400,401,403,404,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/salesforce/authorize [post]
func (s *Server) authorizeSalesforce(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	back := s.origin(x.principal.ContactCenter.Domain) + salesforceCallbackPath
	a, err := s.accounts.BeginAuthorization(x.Request().Context(), x.principal, id, back, x.sessionAt(back))
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.Authorization{
		AuthorizationURL: a.URL, RedirectURI: a.RedirectURI, ExpiresAt: a.ExpiresAt,
	})
}

// sessionAt returns the id of the session that asks, if a browser that goes to the
// address will show it there: cookies belong to a host, and by HTTPS to HTTPS.
func (x *exchange) sessionAt(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Hostname(), access.HostName(x.Request().Host)) ||
		(u.Scheme == "https") != x.https() {
		return ""
	}
	return x.principal.SessionID
}

// browserSession returns the id of the session that the browser is signed in with,
// empty for none. It tells who sits there, even if a page of another site sent them;
// it lets nobody do anything.
func (s *Server) browserSession(x *exchange) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		p, err := s.access.RecallSession(ctx, x.sessionCookie())
		if errors.Is(err, models.ErrUnauthenticated) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return p.SessionID, nil
	}
}

// origin is where browsers see a contact center. It follows from the settings
// and what is registered, never from what a request says.
func (s *Server) origin(domain string) string {
	return integrations.CenterAt(domain, s.public).Origin
}

// readSalesforceLimits answers the limits of an organization.
//
//	@ID          readSalesforceLimits
//	@Summary     Check Salesforce limits
//	@Description Needs the scope accounts:test. "Check limits": asks Salesforce now how many API requests and how much else the
//	@Description organization may use, with the stored refresh token. That Salesforce refuses is an answer, not an error: then
//	@Description status is failed and cause says why. Nothing goes on record. One at a time with the account's tests, and within
//	@Description their rate; accounts of other types are refused by the rule limits_not_supported.
//	@Tags        checks
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Limits
//	@Failure     400,401,403,404,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/salesforce/limits [get]
func (s *Server) readSalesforceLimits(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	r, err := s.accounts.Limits(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.Limits(*r))
}

// completeSalesforce is where Salesforce sends a browser back.
//
//	@ID          completeSalesforce
//	@Summary     Callback of the Salesforce authorization
//	@Description The second half of "Request token", for browsers only: exchanges the code for a refresh token, stores it and says
//	@Description in a page what happened and what to do. What it may do is sealed in the state, so it needs no credential; errors
//	@Description are pages as well. HEAD does nothing.
//	@Tags        browser
//	@Produce     html
//	@Param       state             query string false "State of the authorization"
//	@Param       code              query string false "Code to exchange"
//	@Param       error             query string false "Why Salesforce refused"
//	@Param       error_description query string false "Ignored"
//	@Success     200 {string} string "The account is connected"
//	@Failure     400 {string} string "No authorization that began here, or one that took too long"
//	@Failure     403 {string} string "Salesforce or its user refused"
//	@Failure     409 {string} string "The account was changed, or the authorization was used already"
//	@Failure     429 {string} string "Too many requests, or the account is being tested"
//	@Header      429 {integer} Retry-After "Seconds to wait"
//	@Failure     500 {object} api.Problem
//	@Failure     502 {string} string "The code could not be exchanged"
//	@Failure     503 {string} string "The database or a key is not at hand"
//	@Header      503 {integer} Retry-After "Seconds to wait"
//	@Router      /admin/salesforcecallback.html [get]
func (s *Server) completeSalesforce(x *exchange) error {
	if x.isHead() { // whoever looks before loading must not spend the code
		return x.send(http.StatusOK, pageType+"; charset=utf-8", nil)
	}
	if err := s.limitBrowser(x); err != nil {
		return s.outcome(x, err)
	}
	cb := x.callback()
	cb.Session = s.browserSession(x)
	done, err := s.accounts.CompleteAuthorization(x.Request().Context(), cb)
	if err != nil {
		return s.outcome(x, err)
	}
	return s.showOutcome(x, http.StatusOK, outcomePage{Authorized: done, Title: "Salesforce is connected"})
}

// callback reads what Salesforce sent. A query that is malformed, or says
// something twice, is none at all.
func (x *exchange) callback() accounts.Callback {
	query, err := url.ParseQuery(x.Request().URL.RawQuery)
	for _, name := range []string{"state", "code", "error"} {
		if err != nil || len(query[name]) > 1 {
			query = nil
		}
	}
	cb := accounts.NewCallback(query.Get("state"), query.Get("code"), query.Get("error"))
	cb.Address, cb.RequestID = x.remote, x.requestID
	return cb
}

// outcomePage is what the template shows: who was authorized, or else what
// happened and what to do.
type outcomePage struct {
	*accounts.Authorized
	Title, Detail, Hint, Code, RequestID string
}

// outcome answers an authorization that failed.
func (s *Server) outcome(x *exchange, err error) error {
	page := outcomePage{Title: "Salesforce is not connected", RequestID: x.requestID}
	if failed, ok := errors.AsType[*accounts.AuthorizationError](err); ok {
		f := failed.Failure
		page.Detail, page.Hint, page.Code = f.Detail, f.Hint, f.Code
		return s.showOutcome(x, statusOf(failed.Reason), page)
	}
	p := x.problem(err)
	if p.Status != http.StatusTooManyRequests && p.Status != http.StatusServiceUnavailable {
		return err
	}
	s.logFailure(x, p, err)
	x.set(echo.HeaderRetryAfter, seconds(p.RetryAfter))
	page.Detail, page.Code = p.Detail, p.Code
	page.Hint = "Nothing was stored. Load this page again in a moment; if it stays like this, ask for the " +
		"authorization again."
	return s.showOutcome(x, p.Status, page)
}

func statusOf(reason accounts.AuthorizationReason) int {
	switch reason {
	case accounts.AuthorizationInvalid:
		return http.StatusBadRequest
	case accounts.AuthorizationOvertaken:
		return http.StatusConflict
	case accounts.AuthorizationRefused:
		return http.StatusForbidden
	case accounts.AuthorizationFailed:
	}
	return http.StatusBadGateway
}

func (s *Server) showOutcome(x *exchange, status int, page outcomePage) error {
	var b bytes.Buffer
	if err := s.outcomes.ExecuteTemplate(&b, "salesforce.html", page); err != nil {
		return err
	}
	x.set(echo.HeaderContentSecurityPolicy, outcomePolicy)
	return x.send(status, pageType+"; charset=utf-8", b.Bytes())
}
