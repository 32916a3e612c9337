package handlers

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/models"
)

// Route is one operation of the server.
type Route struct {
	// Name is what records call the operation, for example "account.read".
	Name string
	// Method and Path; parameters of the path stand in braces, a star at the
	// end stands for the rest.
	Method, Path string
	// Scope is the right that the operation needs, or SignedIn; empty where anybody
	// may.
	Scope string
}

// SignedIn is the scope of operations that need a valid credential and no right
// in particular.
const SignedIn = "signed-in"

// Routes returns every operation, in the order of the reference. HEAD goes with
// each GET, and OPTIONS with each path.
func Routes() []Route {
	var out []Route
	for _, r := range routes() {
		out = append(out, r.Route)
	}
	return out
}

// NeedsToken reports whether the operation is for machines: a session does not do,
// whatever its user may.
func NeedsToken(r Route) bool {
	return slices.ContainsFunc(routes(), func(known route) bool { return known.Route == r && known.token })
}

// NeedsSession reports whether the operation is about a session, which a token has
// not.
func NeedsSession(r Route) bool {
	return slices.ContainsFunc(routes(), func(known route) bool { return known.Route == r && known.session })
}

// route is an operation and how it is carried out.
type route struct {
	Route
	do    func(*Server, *exchange) error
	query params
	body  bodyKind
	// logged: like operations of the API, although anybody may ask for it.
	logged bool
	// session: a token is not enough; token: a session is not.
	session, token bool
	// early: open also to who must change the password first.
	early bool
	// foreign: a page of another site may send it; for nothing but answers that
	// browsers bring from identity providers.
	foreign bool
	// failed, when set, answers errors in the place of problem documents.
	failed func(*Server, *exchange, error) error
}

// target is what the operation is about, as records name it: the first word of
// its name, but for what belongs to accounts.
func (r *route) target() string {
	switch kind, _, _ := strings.Cut(r.Name, "."); kind {
	case "type", "reference", "credentials":
		return "account"
	default:
		return kind
	}
}

// Paths that several operations share.
const (
	typesPath    = "/api/v1/integration-types"
	accountsPath = "/api/v1/integration-accounts"
	accountPath  = accountsPath + "/{id}"
	// salesforceCallbackPath is where Salesforce sends browsers back; apps there
	// have it on record.
	salesforceCallbackPath = "/admin/salesforcecallback.html"
)

func routes() []route {
	return slices.Concat(
		typeRoutes(), accountRoutes(), setRoutes(), salesforceRoutes(), historyRoutes(), auditRoutes(), eventRoutes(),
		sessionRoutes(), centerRoutes(), peopleRoutes(), tokenRoutes(), webhookRoutes(), ssoRoutes(),
		ssoSignInRoutes(), ssoSetupRoutes(), ssoImportRoutes(), scimRoutes(), openRoutes(),
	)
}

func typeRoutes() []route {
	const read = models.ScopeAccountsRead
	return []route{
		{Route: Route{"type.list", http.MethodGet, typesPath, read}, do: (*Server).listTypes},
		{Route: Route{"type.read", http.MethodGet, typesPath + "/{type}", read}, do: (*Server).readType},
	}
}

func accountRoutes() []route {
	const read, write, test = models.ScopeAccountsRead, models.ScopeAccountsWrite, models.ScopeAccountsTest
	only := single("validateOnly")
	return []route{
		{Route: Route{"account.list", http.MethodGet, accountsPath, read}, do: (*Server).listAccounts, query: listParams()},
		{
			Route: Route{"account.create", http.MethodPost, accountsPath, write},
			do:    (*Server).createAccount, query: only, body: jsonBody,
		},
		{
			Route: Route{"account.validate", http.MethodPost, accountsPath + "/validate", write},
			do:    (*Server).validateAccount, body: jsonBody,
		},
		{
			Route: Route{"account.test", http.MethodPost, accountsPath + "/test", test},
			do:    (*Server).testDraft, body: jsonBody,
		},
		{
			Route: Route{"account.read", http.MethodGet, accountPath, read},
			do:    (*Server).readAccount, query: single("deleted"),
		},
		{
			Route: Route{"account.update", http.MethodPut, accountPath, write},
			do:    (*Server).replaceAccount, query: only, body: jsonBody,
		},
		{
			Route: Route{"account.update", http.MethodPatch, accountPath, write},
			do:    (*Server).patchAccount, query: only, body: patchBody,
		},
		{Route: Route{"account.delete", http.MethodDelete, accountPath, write}, do: (*Server).deleteAccount},
		{Route: Route{"account.undelete", http.MethodPost, accountPath + "/undelete", write}, do: (*Server).undeleteAccount},
		{
			Route: Route{"account.test", http.MethodPost, accountPath + "/test", test},
			do:    (*Server).testAccount, body: optionalBody,
		},
	}
}

// salesforceRoutes are those of the documented "Request token" and "Check
// limits". What the callback may do is in its state, so it has no scope.
func salesforceRoutes() []route {
	return []route{
		{
			Route: Route{"account.authorize", http.MethodPost, accountPath + "/salesforce/authorize", models.ScopeAccountsWrite},
			do:    (*Server).authorizeSalesforce,
		},
		{
			Route: Route{"account.limits", http.MethodGet, accountPath + "/salesforce/limits", models.ScopeAccountsTest},
			do:    (*Server).readSalesforceLimits,
		},
		{
			Route: Route{"account.authorize", http.MethodGet, salesforceCallbackPath, ""},
			do:    (*Server).completeSalesforce, query: anyParams, logged: true,
		},
	}
}

func historyRoutes() []route {
	const read = models.ScopeAccountsRead
	paging := single("pageSize", "cursor")
	reference := accountPath + "/references/{key}"
	return []route{
		{
			Route: Route{"account.checks", http.MethodGet, accountPath + "/checks", read},
			do:    (*Server).listChecks, query: paging,
		},
		{
			Route: Route{"account.versions", http.MethodGet, accountPath + "/versions", read},
			do:    (*Server).listVersions, query: paging,
		},
		{
			Route: Route{"account.version", http.MethodGet, accountPath + "/versions/{version}", read},
			do:    (*Server).readVersion,
		},
		{
			Route: Route{"account.rollback", http.MethodPost, accountPath + "/rollback", models.ScopeAccountsWrite},
			do:    (*Server).rollbackAccount, body: jsonBody,
		},
		{
			Route: Route{"account.references", http.MethodGet, accountPath + "/references", read},
			do:    (*Server).listReferences, query: paging,
		},
		{
			Route: Route{"reference.put", http.MethodPut, reference, models.ScopeReferencesWrite},
			do:    (*Server).putReference, body: jsonBody,
		},
		{
			Route: Route{"reference.delete", http.MethodDelete, reference, models.ScopeReferencesWrite},
			do:    (*Server).deleteReference,
		},
		{
			Route: Route{"credentials.read", http.MethodGet, accountPath + "/credentials", models.ScopeCredentialsRead},
			do:    (*Server).readCredentials, token: true,
		},
	}
}

// openRoutes are those outside the API. Their query parameters are not ours to
// judge: browsers and monitors add their own.
func openRoutes() []route {
	return []route{
		{Route: Route{"health.live", http.MethodGet, "/healthz", ""}, do: (*Server).live, query: anyParams},
		{Route: Route{"health.ready", http.MethodGet, "/readyz", ""}, do: (*Server).readiness, query: anyParams},
		{
			Route: Route{"metrics.read", http.MethodGet, "/metrics", models.ScopeMetrics},
			do:    (*Server).readMetrics, query: anyParams,
		},
		{Route: Route{"docs.contract", http.MethodGet, "/openapi.yaml", ""}, do: (*Server).readContract, query: anyParams},
		{Route: Route{"docs.icon", http.MethodGet, "/favicon.ico", ""}, do: (*Server).icon, query: anyParams},
		{Route: Route{"docs.start", http.MethodGet, "/", ""}, do: (*Server).start, query: anyParams},
		{Route: Route{"docs.start", http.MethodGet, "/agentdesktop", ""}, do: (*Server).start, query: anyParams},
		{Route: Route{"docs.reference", http.MethodGet, "/docs", ""}, do: (*Server).toReference, query: anyParams},
		{Route: Route{"docs.reference", http.MethodGet, "/docs/*", ""}, do: (*Server).readPage, query: anyParams},
	}
}

// commonMethods are those for which a path that lacks them says 405 itself, so
// that no wider path answers in its place ("/validate" is no id).
func commonMethods() []string {
	return []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions,
	}
}

// register adds every route to Echo, and to each path the methods that follow
// from them.
func (s *Server) register(e *echo.Echo) {
	byPath := map[string][]route{}
	for _, r := range routes() {
		byPath[r.Path] = append(byPath[r.Path], r)
	}
	for path, list := range byPath {
		s.registerPath(e, path, list)
	}
}

func (s *Server) registerPath(e *echo.Echo, path string, list []route) {
	handlers := map[string]echo.HandlerFunc{}
	for _, r := range list {
		handlers[r.Method] = s.serve(&r)
		if r.Method == http.MethodGet {
			handlers[http.MethodHead] = handlers[r.Method]
		}
	}
	none := &route{Route: Route{Path: path}}
	handlers[http.MethodOptions] = s.options(none)
	at := echoPath(path)
	s.allowed[at] = allowOf(handlers)
	for _, method := range commonMethods() {
		handler, ok := handlers[method]
		if !ok {
			handler = s.methodNotAllowed(none)
		}
		e.Add(method, at, handler)
	}
}

func allowOf(handlers map[string]echo.HandlerFunc) string {
	var names []string
	for _, method := range commonMethods() {
		if handlers[method] != nil {
			names = append(names, method)
		}
	}
	return strings.Join(names, ", ")
}

// echoPath writes a path as Echo does: ":id" for "{id}".
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
