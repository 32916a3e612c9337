package handlers

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/sso"
)

// portal is an application that people sign in to: what the addresses of its
// single sign-on begin with, and what people call it, in a sentence and by itself.
type portal struct{ section, path, name, title string }

// The portals. Below /admin/ the sso folder is all that is taken here.
var (
	agentDesktop = portal{models.SectionAgentDesktop, "/agentdesktop/sso", "Agent Desktop", "Agent Desktop"}
	adminPortal  = portal{models.SectionAdmin, "/admin/sso", "the administrator portal", "Administrator portal"}
)

// Below the path of a portal.
const (
	ssoLogin    = "/login"
	ssoRedirect = "/redirect"
	ssoMetadata = "/metadata"
	ssoSignedIn = "/signed-in"
)

// testParameter has the start of a test sign-in.
const testParameter = "test"

// agentDesktopStart is where people begin who know only the domain.
const agentDesktopStart = "/agentdesktop/"

func ssoRoutes() []route {
	// The reply addresses alone take what a page of another site sends: what comes
	// there is judged by its signature and by the cookie of the browser.
	reply := func(at portal, do func(*Server, *exchange) error) route {
		return route{
			Route: Route{"sso.reply", http.MethodPost, at.path + ssoRedirect, ""},
			do:    do, query: anyParams, body: formBody, logged: true, foreign: true, failed: (*Server).refuseSSO,
		}
	}
	page := func(name, path string, do func(*Server, *exchange) error) route {
		return route{
			Route: Route{name, http.MethodGet, path, ""},
			do:    do, query: anyParams, logged: true, failed: (*Server).refuseSSO,
		}
	}
	document := func(at portal, do func(*Server, *exchange) error) route {
		return route{
			Route: Route{"sso.metadata", http.MethodGet, at.path + ssoMetadata, ""}, do: do, query: anyParams, logged: true,
		}
	}
	return []route{
		page("sso.start", agentDesktopStart, (*Server).startAgentDesktop),
		page("sso.login", agentDesktop.path+ssoLogin, (*Server).loginAgentDesktop),
		reply(agentDesktop, (*Server).replyAgentDesktop),
		page("sso.explain", agentDesktop.path+ssoRedirect, (*Server).explainAgentDesktop),
		document(agentDesktop, (*Server).metadataAgentDesktop),
		page("sso.signed-in", agentDesktop.path+ssoSignedIn, (*Server).signedInAgentDesktop),
		page("sso.login", adminPortal.path+ssoLogin, (*Server).loginAdmin),
		reply(adminPortal, (*Server).replyAdmin),
		page("sso.explain", adminPortal.path+ssoRedirect, (*Server).explainAdmin),
		document(adminPortal, (*Server).metadataAdmin),
		page("sso.signed-in", adminPortal.path+ssoSignedIn, (*Server).signedInAdmin),
		{
			Route: Route{"sso.exchange", http.MethodPost, ssoPath + "/exchange", ""},
			do:    (*Server).exchangeCode, body: jsonBody, logged: true,
		},
	}
}

// portalOf is the portal that an exchange is about.
func portalOf(x *exchange) portal {
	if strings.HasPrefix(x.pattern(), adminPortal.path) {
		return adminPortal
	}
	return agentDesktop
}

// login sends a browser to the identity provider.
func (s *Server) login(x *exchange, at portal) error {
	if x.isHead() { // whoever looks before loading begins nothing
		return x.send(http.StatusOK, pageType+"; charset=utf-8", nil)
	}
	if err := s.limitBrowser(x); err != nil {
		return err
	}
	return s.depart(x, at)
}

// depart is login for a request that was counted.
func (s *Server) depart(x *exchange, at portal) error {
	place, elsewhere, err := s.place(x, at)
	if err != nil {
		return err
	}
	if elsewhere {
		return x.Redirect(http.StatusFound, s.sameElsewhere(x, place))
	}
	return s.begin(x, place)
}

// begin sends a browser to the identity provider of a place.
func (s *Server) begin(x *exchange, place sso.Place) error {
	if !x.https() {
		return &sso.Error{Code: api.CodeSSOHTTPSRequired, Detail: "the browser came over plain HTTP"}
	}
	if err := s.mayStillFail(x, place); err != nil {
		return err
	}
	start, err := s.sso.Begin(x.Request().Context(), place, sso.Departure{
		Browser: x.browserSecret(), RelayState: x.sole("RelayState"), Test: x.testStart(), From: x.client(),
	})
	if err != nil {
		return s.signInFailed(x, place, err)
	}
	x.keepBrowser(start.Browser)
	if start.Action == "" {
		return x.Redirect(http.StatusFound, start.URL)
	}
	return s.showForm(x, start)
}

// metadata answers what an identity provider can import. It is read by programs, so
// what is wrong is told by problem documents.
func (s *Server) metadata(x *exchange, at portal) error {
	if err := s.limitBrowser(x); err != nil {
		return err
	}
	place, _, err := s.place(x, at)
	if err != nil {
		return asProblem(err)
	}
	document, err := s.sso.Metadata(x.Request().Context(), place)
	if err != nil {
		return asProblem(err)
	}
	x.set(echo.HeaderContentDisposition, `attachment; filename="`+place.Center.Domain+`.xml"`)
	return x.send(http.StatusOK, "application/samlmetadata+xml", document)
}

// asProblem turns a refusal by its code into a kind of problem.
func asProblem(err error) error {
	refused, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return err
	}
	if refused.Code == api.CodeSSOContactCenterUnknown {
		return &api.RequestError{Code: api.CodeNotFound, Detail: "There is no such contact center; use its domain."}
	}
	return &models.RefusalError{
		Err: models.ErrFeatureNotEnabled, Detail: "Single sign-on is not switched on for this contact center.",
		Extra: map[string]any{"feature": models.FeatureSingleSignOn},
	}
}

// place returns the place that a browser means: the contact center that the
// parameter tenantUrl names, else that of the host name. Elsewhere says that the
// contact center has another origin than this: a cookie that is given here would
// not be there. It is an *sso.Error where there is no such contact center.
func (s *Server) place(x *exchange, at portal) (_ sso.Place, elsewhere bool, err error) {
	query := x.Request().URL.Query()
	here, err := s.here(x)
	if !query.Has("tenantUrl") {
		if err != nil {
			return sso.Place{}, false, unknownCenter(err)
		}
		return sso.Place{Center: here, Section: at.section}, false, nil
	}
	named, notNamed := s.access.Domain(x.Request().Context(), domainOf(x.sole("tenantUrl")))
	if notNamed != nil {
		return sso.Place{}, false, unknownCenter(notNamed)
	}
	same := err == nil && here.ID == named.ID || s.atOriginOf(x, named)
	return sso.Place{Center: named, Section: at.section}, !same, nil
}

// placeHere is place for what a browser brings: it is judged where it arrived, or
// nowhere.
func (s *Server) placeHere(x *exchange, at portal) (sso.Place, error) {
	place, elsewhere, err := s.place(x, at)
	if elsewhere {
		return sso.Place{}, unknownCenter(models.ErrNotFound)
	}
	return place, err
}

// unknownCenter turns the error of a contact center that is not there into what the
// browser is told.
func unknownCenter(err error) error {
	if _, request := errors.AsType[*api.RequestError](err); request || errors.Is(err, models.ErrNotFound) {
		return &sso.Error{
			Code: api.CodeSSOContactCenterUnknown, Detail: "neither host name nor tenantUrl is the domain of a contact center",
		}
	}
	return err
}

// domainOf is the domain that a tenantUrl names: an address, or a domain itself.
func domainOf(tenant string) string {
	const longest = 2048
	if len(tenant) > longest {
		return ""
	}
	if u, err := url.Parse(tenant); err == nil && u.Host != "" {
		return access.HostName(u.Host)
	}
	return access.HostName(strings.TrimSuffix(tenant, "/"))
}

// atOriginOf reports whether the browser is where the contact center is seen.
func (s *Server) atOriginOf(x *exchange, center *models.ContactCenter) bool {
	u, err := url.Parse(s.origin(center.Domain))
	return err == nil && access.HostName(u.Host) == access.HostName(x.Request().Host)
}

// sameElsewhere is the address of the request in the contact center's own origin.
// It no longer says which contact center is meant: the host name does, and nobody
// goes round in circles.
func (s *Server) sameElsewhere(x *exchange, place sso.Place) string {
	query := x.Request().URL.Query()
	maps.DeleteFunc(query, func(name string, _ []string) bool { return name != "RelayState" && name != testParameter })
	address := s.sso.LoginURL(place)
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

// sole returns a query parameter that stands once; empty for any other.
func (x *exchange) sole(name string) string {
	values := x.Request().URL.Query()[name]
	if len(values) != 1 || noText(values[0]) {
		return ""
	}
	return values[0]
}

// testStart returns the start of a test sign-in; empty where the request is about none.
// A link that was mangled starts no test sign-in, and no real one either.
func (x *exchange) testStart() string {
	start := x.sole(testParameter)
	if start == "" && x.Request().URL.Query().Has(testParameter) {
		return "none"
	}
	return start
}

// limitBrowser counts the request against the browser's address. What is left is
// for programs to read, not for browsers.
func (s *Server) limitBrowser(x *exchange) error {
	err := x.limit("address", addressKey(x.remote))
	x.Response().Header().Del("RateLimit-Policy")
	x.Response().Header().Del("RateLimit")
	return err
}
