package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

const (
	tokensPath = "/api/v1/tokens" //nolint:gosec // a path, no credential
	tokenPath  = tokensPath + "/{id}"
)

func tokenRoutes() []route {
	const scope = models.ScopeAdmin
	return []route{
		{
			Route: Route{"token.list", http.MethodGet, tokensPath, scope},
			do:    (*Server).listTokens, query: single("state", "createdBy", "pageSize", "cursor"),
		},
		{Route: Route{"token.create", http.MethodPost, tokensPath, scope}, do: (*Server).createToken, body: jsonBody},
		{Route: Route{"token.read", http.MethodGet, tokenPath, scope}, do: (*Server).readToken},
		{Route: Route{"token.update", http.MethodPatch, tokenPath, scope}, do: (*Server).patchToken, body: patchBody},
		{Route: Route{"token.revoke", http.MethodDelete, tokenPath, scope}, do: (*Server).revokeToken},
	}
}

// listTokens answers a page of the tokens.
//
//	@ID          listTokens
//	@Summary     List tokens
//	@Description Needs the scope admin. The tokens of the contact center, newest first, without their text. Those that a client
//	@Description gets for its credentials, for an hour, are not among them.
//	@Tags        tokens
//	@Security    BearerAuth
//	@Param       state          query  string false "What became of them" Enums(active, expired, revoked, all) default(all)
//	@Param       createdBy      query  string false "The user or token that made them, as createdBy shows it" maxlength(256)
//	@Param       pageSize       query  int    false "Tokens per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before, with the same filters"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.TokenPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /tokens [get]
func (s *Server) listTokens(x *exchange) error {
	const all = "all"
	f := &filters{query: x.query}
	q := access.TokenQuery{
		Query:     paging.Query{Size: f.size(), Cursor: f.cursor()},
		State:     f.oneOf("state", all, models.TokenActive, models.TokenExpired, models.TokenRevoked, all),
		CreatedBy: f.text("createdBy"),
	}
	if q.State == all {
		q.State = ""
	}
	if f.err != nil {
		return f.err
	}
	tokens, next, err := s.access.Tokens(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	page := api.TokenPage{Items: make([]api.Token, len(tokens)), NextCursor: next}
	for i := range tokens {
		page.Items[i] = tokenDocument(&tokens[i])
	}
	x.linkNext(next)
	return x.json(http.StatusOK, page)
}

func tokenDocument(v *access.TokenView) api.Token {
	return api.NewToken(&v.Token, v.Effective, v.Current)
}

// createToken makes a token.
//
//	@ID          createToken
//	@Summary     Create a token
//	@Description Needs the scope admin. The answer has the text of the token, once: it is stored nowhere. A token never grants
//	@Description more than its maker may give, now or later, and ends no later than the token that makes it.
//	@Tags        tokens
//	@Security    BearerAuth
//	@Param       token          body   api.TokenCreate true "Token to create"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.Token
//	@Header      201 {string} Location "Address of the token"
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /tokens [post]
func (s *Server) createToken(x *exchange) error {
	made, text, err := s.access.IssueToken(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	doc := tokenDocument(made)
	doc.Token = text.Reveal()
	x.set(echo.HeaderLocation, tokensPath+"/"+doc.ID)
	return x.json(http.StatusCreated, doc)
}

// readToken answers one token.
//
//	@ID          getToken
//	@Summary     Read a token
//	@Description Needs the scope admin. The text of the token is not shown again.
//	@Tags        tokens
//	@Security    BearerAuth
//	@Param       id             path   string true  "Id of the token" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Token
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /tokens/{id} [get]
func (s *Server) readToken(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	t, err := s.access.Token(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, tokenDocument(t))
}

// patchToken gives a token another name.
//
//	@ID          patchToken
//	@Summary     Rename a token
//	@Description Needs the scope admin. A JSON merge patch (RFC 7396), of which only name can differ from what is stored.
//	@Tags        tokens
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id             path   string true  "Id of the token" Format(uuid)
//	@Param       patch          body   api.TokenPatch true "Merge patch"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Token
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /tokens/{id} [patch]
func (s *Server) patchToken(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	t, err := s.access.RenameToken(x.Request().Context(), x.principal, id, x.body)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, tokenDocument(t))
}

// revokeToken makes a token worthless.
//
//	@ID          revokeToken
//	@Summary     Revoke a token
//	@Description Needs the scope admin. The token is refused from the next request on, by every server. It stays in the list.
//	@Description Tokens that it made live on; createdBy of the list finds them. Repeating the request does nothing.
//	@Tags        tokens
//	@Security    BearerAuth
//	@Param       id             path   string true  "Id of the token" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Revoked"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /tokens/{id} [delete]
func (s *Server) revokeToken(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	if err := s.access.DropToken(x.Request().Context(), x.principal, id); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}
