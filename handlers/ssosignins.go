package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/sso"
)

const (
	ssoTestsPath  = ssoPath + "/test-sign-ins"
	ssoTracesPath = ssoPath + "/traces"
	ssoKeysPath   = ssoPath + "/keys"
)

func ssoSignInRoutes() []route {
	const test, audit = models.ScopeAccountsTest, models.ScopeAuditRead
	const read, write = models.ScopeAccountsRead, models.ScopeAccountsWrite
	return []route{
		{Route: Route{"sso-test.create", http.MethodPost, ssoTestsPath, test}, do: (*Server).startTest, body: jsonBody},
		{
			Route: Route{"sso-test.list", http.MethodGet, ssoTestsPath, test},
			do:    (*Server).listTests, query: single("pageSize", "cursor"),
		},
		{Route: Route{"sso-test.read", http.MethodGet, ssoTestsPath + "/{id}", test}, do: (*Server).readTest},
		{
			Route: Route{"sso-trace.list", http.MethodGet, ssoTracesPath, audit},
			do:    (*Server).listTraces,
			query: single("outcome", "code", "section", "user", "username", "reference", "pageSize", "cursor"),
		},
		{Route: Route{"sso-trace.read", http.MethodGet, ssoTracesPath + "/{id}", audit}, do: (*Server).readTrace},
		{Route: Route{"sso-key.list", http.MethodGet, ssoKeysPath, read}, do: (*Server).listKeys},
		{Route: Route{"sso-key.create", http.MethodPost, ssoKeysPath, write}, do: (*Server).createKey},
		{Route: Route{"sso-key.retire", http.MethodDelete, ssoKeysPath + "/{id}", write}, do: (*Server).retireKey},
	}
}

// startTest begins a test sign-in.
//
//	@ID          startTestSignIn
//	@Summary     Start a test sign-in
//	@Description Needs the scope accounts:test. Works also while the section is off. Open startUrl in a browser, once, and sign in at the
//	@Description identity provider: the browser then shows step by step what arrived, and so does the test sign-in. Nobody is signed in
//	@Description by it, and no user is made or changed.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       test           body   api.SSOTestInput true "What to try"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.SSOTest
//	@Header      201 {string} Location "Address of the test sign-in"
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /sso/test-sign-ins [post]
func (s *Server) startTest(x *exchange) error {
	section, err := sso.ReadSection(x.body)
	if err != nil {
		return err
	}
	t, url, err := s.sso.StartTest(x.Request().Context(), x.principal, section)
	if err != nil {
		return err
	}
	doc := ssoTest(t)
	doc.StartURL = url
	x.set(echo.HeaderLocation, ssoTestsPath+"/"+t.ID)
	return x.json(http.StatusCreated, doc)
}

// listTests answers the test sign-ins.
//
//	@ID          listTestSignIns
//	@Summary     List test sign-ins
//	@Description Needs the scope accounts:test. Newest first, as long as traces are kept.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       pageSize       query  int    false "Test sign-ins per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOTestPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/test-sign-ins [get]
func (s *Server) listTests(x *exchange) error {
	q, err := pageQuery(x.query)
	if err != nil {
		return err
	}
	tests, next, err := s.sso.Tests(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	page := api.SSOTestPage{Items: make([]api.SSOTest, len(tests)), NextCursor: next}
	for i := range tests {
		page.Items[i] = ssoTest(&tests[i])
	}
	x.linkNext(next)
	return x.json(http.StatusOK, page)
}

// readTest answers one test sign-in.
//
//	@ID          getTestSignIn
//	@Summary     Read a test sign-in
//	@Description Needs the scope accounts:test. What arrived, step by step, once the browser came back.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       id             path   string true  "Id of the test sign-in" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOTest
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/test-sign-ins/{id} [get]
func (s *Server) readTest(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	t, err := s.sso.Test(x.Request().Context(), &x.principal.ContactCenter, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, ssoTest(t))
}

// referenceAsShown writes a reference as the person saw it, however it was dictated:
// in lower case, without the hyphen, with letters for the digits they look like
// (Crockford's base 32).
func referenceAsShown(text string) string {
	const half = 4
	said := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	if len(said) != 2*half {
		return text
	}
	return said[:half] + "-" + said[half:]
}

// listTraces answers who tried to sign in.
//
//	@ID          listSsoTraces
//	@Summary     List sign-ins by single sign-on
//	@Description Needs the scope audit:read. Those that succeeded and those that did not, newest first, the last ones of a bounded time.
//	@Description People who could not sign in were shown the reference of theirs.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       outcome        query  string false "Only those that ended so" Enums(success, refused)
//	@Param       code           query  string false "Only those that were refused for this, such as sso-audience-wrong" maxlength(256)
//	@Param       section        query  string false "Only those at this application" Enums(agentDesktop, admin)
//	@Param       user           query  string false "Only those of the user with this id" maxlength(256)
//	@Param       username       query  string false "Only those whose NameID, signed by the provider, was this user name" maxlength(256)
//	@Param       reference      query  string false "Only the one with this reference, such as 7K2M-4QXP" maxlength(256)
//	@Param       pageSize       query  int    false "Sign-ins per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before, with the same filters"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOTracePage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/traces [get]
func (s *Server) listTraces(x *exchange) error {
	f := &filters{query: x.query}
	q := sso.TraceQuery{
		Query:   paging.Query{Size: f.size(), Cursor: f.cursor()},
		Outcome: f.oneOf("outcome", "", models.OutcomeSuccess, models.OutcomeRefused),
		Section: f.oneOf("section", "", models.SectionAgentDesktop, models.SectionAdmin),
		Code:    f.word("code"), User: f.word("user"), Username: f.word("username"),
		Reference: referenceAsShown(f.word("reference")),
	}
	if f.err != nil {
		return f.err
	}
	traces, next, err := s.sso.Traces(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	page := api.SSOTracePage{Items: make([]api.SSOTrace, len(traces)), NextCursor: next}
	for i := range traces {
		page.Items[i] = ssoTrace(&traces[i], false)
	}
	x.linkNext(next)
	return x.json(http.StatusOK, page)
}

// readTrace answers one sign-in, whole.
//
//	@ID          getSsoTrace
//	@Summary     Read a sign-in by single sign-on
//	@Description Needs the scope audit:read. What arrived, step by step, and why it was refused; without signatures and certificates. What
//	@Description was encrypted is shown as it was decrypted.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       id             path   string true  "Id of the trace" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOTrace
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/traces/{id} [get]
func (s *Server) readTrace(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	t, err := s.sso.Trace(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, ssoTrace(t, true))
}

// listKeys answers the key pairs.
//
//	@ID          listSsoKeys
//	@Summary     List key pairs for encrypted assertions
//	@Description Needs the scope accounts:read. Newest first, without their private halves. All of them decrypt.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOKeyList
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/keys [get]
func (s *Server) listKeys(x *exchange) error {
	keys, err := s.sso.SPKeys(x.Request().Context(), &x.principal.ContactCenter)
	if err != nil {
		return err
	}
	list := api.SSOKeyList{Items: make([]api.SSOKey, len(keys))}
	for i := range keys {
		list.Items[i] = ssoKey(&keys[i])
	}
	return x.json(http.StatusOK, list)
}

// createKey makes a key pair.
//
//	@ID          createSsoKey
//	@Summary     Make a key pair for encrypted assertions
//	@Description Needs the scope accounts:write. Give its certificate to the identity provider, or let it read our metadata; older key pairs
//	@Description go on decrypting until they are retired. Let it sign the response as a whole first: AES-CBC, which many providers use, is
//	@Description read in no other, and some, such as AD FS, encrypt as soon as they find the key pair in our metadata.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.SSOKey
//	@Failure     400,401,403,404,409,429,500,503 {object} api.Problem
//	@Router      /sso/keys [post]
func (s *Server) createKey(x *exchange) error {
	leave, err := s.chores.enter("key "+x.principal.ContactCenter.ID,
		"A key pair of this contact center is being made; try again in a moment.")
	if err != nil {
		return err
	}
	defer leave()
	k, err := s.sso.NewSPKey(x.Request().Context(), x.principal)
	if err != nil {
		return err
	}
	return x.json(http.StatusCreated, ssoKey(k))
}

// retireKey removes a key pair.
//
//	@ID          retireSsoKey
//	@Summary     Retire a key pair
//	@Description Needs the scope accounts:write. What is encrypted for it cannot be read any more, so wait until the identity provider uses
//	@Description the newer one: keyPairId of test sign-ins and traces tells. Where only the identity provider lets administrators in, a test
//	@Description sign-in to Admin that did without the key pair must have succeeded within 24 hours.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       id             path   string true  "Id of the key pair" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Retired"
//	@Failure     400,401,403,404,409,429,500,503 {object} api.Problem
//	@Router      /sso/keys/{id} [delete]
func (s *Server) retireKey(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	if err := s.sso.RetireSPKey(x.Request().Context(), x.principal, id); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}
