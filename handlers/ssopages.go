package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/sso"
)

// script is one that stands in a page, and what its policy allows.
type script struct {
	text   template.JS
	source string
}

// readScript reads a script of ours. A policy that names its hash lets the page run
// it and nothing else.
func readScript(name string) (script, error) {
	b, err := pageFiles.ReadFile("pages/" + name)
	if err != nil {
		return script{}, err
	}
	text := strings.TrimSpace(string(b))
	sum := sha256.Sum256([]byte(text))
	return script{
		text:   template.JS(text), //nolint:gosec // a file of ours
		source: "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'",
	}, nil
}

// ssoPages draws the pages of single sign-on.
type ssoPages struct {
	templates       *template.Template
	submit, signOut script
}

func newSSOPages() (*ssoPages, error) {
	var p ssoPages
	var errs [3]error
	p.templates, errs[0] = template.New("").ParseFS(pageFiles, "pages/sso.html", "pages/ssotest.html")
	p.submit, errs[1] = readScript("submit.js")
	p.signOut, errs[2] = readScript("signout.js")
	return &p, errors.Join(errs[:]...)
}

// Policies of the pages beyond a style sheet of ours and nothing else.
func (p *ssoPages) formPolicy() string {
	// The form goes to the one address that the server wrote into it. Browsers hold
	// form-action also against where the provider redirects the form to, which for
	// federated directories is another host; so any HTTPS will do.
	return "default-src 'none'; style-src 'self'; script-src " + p.submit.source +
		"; base-uri 'none'; form-action https:; frame-ancestors 'none'"
}

func (p *ssoPages) signedInPolicy() string {
	return "default-src 'none'; style-src 'self'; connect-src 'self'; script-src " + p.signOut.source +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// ssoPage is what every page of single sign-on shows.
type ssoPage struct {
	// Portal is what it is about in a sentence, Application by itself.
	Title, Portal, Application string
	// Again is where to try again, empty where that does not help.
	Again string
	// Words, Code and Reference are of the page about a refused sign-in.
	Words, Code, Reference string
	// Next is where the page goes on to.
	Next   string
	Script template.JS
}

func newSSOPage(at portal, title string) ssoPage {
	return ssoPage{Title: title, Portal: at.name, Application: at.title, Again: at.path + ssoLogin}
}

func (s *Server) showSSO(x *exchange, status int, name, policy string, data any) error {
	var b bytes.Buffer
	if err := s.ssoPages.templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	x.set(echo.HeaderContentSecurityPolicy, policy)
	return x.send(status, pageType+"; charset=utf-8", b.Bytes())
}

// formPage is the page that posts a request to the identity provider.
type formPage struct {
	ssoPage
	Action string
	Fields []formField
}

type formField struct{ Name, Value string }

// showForm sends the browser on by a form that submits itself.
func (s *Server) showForm(x *exchange, start *sso.Start) error {
	page := formPage{ssoPage: newSSOPage(portalOf(x), "To the identity provider"), Action: start.Action}
	page.Script = s.ssoPages.submit.text
	for _, name := range slices.Sorted(maps.Keys(start.Fields)) {
		page.Fields = append(page.Fields, formField{name, start.Fields[name]})
	}
	return s.showSSO(x, http.StatusOK, "sso-form", s.ssoPages.formPolicy(), page)
}

// showContinue goes on to another page of ours, or to Agent Desktop.
func (s *Server) showContinue(x *exchange, at portal, next string) error {
	page := newSSOPage(at, "You are signed in")
	page.Next = next
	return s.showSSO(x, http.StatusOK, "sso-continue", outcomePolicy, page)
}

// explain answers who opens a reply address by hand, and whom a provider sends there
// with its answer in the address, which is not read.
func (s *Server) explain(x *exchange, at portal) error {
	page := newSSOPage(at, "Nothing to see here")
	if x.Request().URL.Query().Has("SAMLResponse") {
		page.Title, page.Code = "You are not signed in", api.CodeSSOResponseMissing
	}
	return s.showSSO(x, http.StatusOK, "sso-explain", outcomePolicy, page)
}

// signedInPage is what the page about a session shows.
type signedInPage struct {
	ssoPage
	User, Center, With, Ends, EndsAt string
}

// showSession shows who is signed in, or how to.
func (s *Server) showSession(x *exchange, at portal) error {
	if err := s.limitBrowser(x); err != nil {
		return err
	}
	secret := x.sessionSecret()
	p, err := s.access.AuthenticateSession(x.Request().Context(), secret)
	var who access.Who
	if err == nil {
		p.Address, p.RequestID = x.remote, x.requestID
		x.principal = p
		who, err = s.access.WhoIs(x.Request().Context(), p)
	}
	if errors.Is(err, models.ErrUnauthenticated) {
		return s.showSSO(x, http.StatusForbidden, "sso-signed-out", outcomePolicy, newSSOPage(at, "You are not signed in"))
	}
	if err != nil {
		return err
	}
	page := signedInPage{
		ssoPage: newSSOPage(at, "You are signed in"), User: who.User.Username, Center: p.ContactCenter.Domain,
		With:   s.methodOf(x, who.Session),
		Ends:   who.Session.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC"),
		EndsAt: who.Session.ExpiresAt.UTC().Format(time.RFC3339),
	}
	page.Application, page.Script = applicationOf(who.Session), s.ssoPages.signOut.text
	return s.showSSO(x, http.StatusOK, "sso-signed-in", s.ssoPages.signedInPolicy(), page)
}

// refuseSSO answers a sign-in that failed: with a short page that says nothing of
// the reason, for it may be somebody else who tries. Administrators find that by the
// reference. The code is shown where there is no trace to look at.
func (s *Server) refuseSSO(x *exchange, err error) error {
	at := portalOf(x)
	page := newSSOPage(at, "You are not signed in")
	page.Reference = x.requestID
	refused, ok := asSignIn(err)
	if !ok {
		p := x.problem(err)
		s.logFailure(x, p, err)
		if p.RetryAfter > 0 {
			x.set(echo.HeaderRetryAfter, seconds(p.RetryAfter))
		}
		page.Words = "Something does not work on our side just now. Try again in a moment; if it stays like this, " +
			"give your administrator the reference below."
		return s.showSSO(x, p.Status, "sso-refused", outcomePolicy, page)
	}
	if refused.TestID != "" {
		return s.showTest(x, at, refused.TestID)
	}
	status := statusOfSignIn(refused.Code, err)
	if status == http.StatusTooManyRequests && x.Response().Header().Get(echo.HeaderRetryAfter) == "" {
		x.set(echo.HeaderRetryAfter, seconds(time.Second))
	}
	page.Words = "Signing in to " + at.name + " did not work. Try again; if it stays like this, give your " +
		"administrator the reference below."
	if refused.Reference != "" {
		page.Reference = refused.Reference
	}
	if x.Request().Method == http.MethodGet && x.testStart() != "" { // an administrator, and no trace was kept
		page.Code, page.Again = refused.Code, ""
		page.Words = "The test sign-in could not begin. The code leads to what to do."
	} else if refused.Reference == "" {
		page.Code = refused.Code
	}
	return s.showSSO(x, status, "sso-refused", outcomePolicy, page)
}

// statusOfSignIn is the status of the page about a refused sign-in.
func statusOfSignIn(code string, err error) int {
	request, ok := errors.AsType[*api.RequestError](err)
	if ok && request.Code == api.CodeUnsupportedMediaType {
		return http.StatusUnsupportedMediaType
	}
	if kind, known := api.SSOKindOf(code); known {
		return kind.Status
	}
	return http.StatusForbidden
}

// methodOf says how a session began. Of a provider its present address is shown: what
// was signed in with may have been another one.
func (s *Server) methodOf(x *exchange, session *models.Session) string {
	if session.Method != models.SessionSSO {
		return "a password"
	}
	at := sso.Place{Center: &x.principal.ContactCenter, Section: session.Portal}
	if host := s.sso.ProviderHost(x.Request().Context(), at); host != "" {
		return "single sign-on, " + host
	}
	return "single sign-on"
}

// applicationOf names what somebody signed in to.
func applicationOf(session *models.Session) string {
	switch session.Portal {
	case agentDesktop.section:
		return agentDesktop.title
	case adminPortal.section:
		return adminPortal.title
	}
	return "The API"
}
