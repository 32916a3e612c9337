package handlers

import (
	"net/http"
	"strconv"

	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

// part reads what the lists that belong to one account have in common.
func (x *exchange) part() (id string, q paging.Query, err error) {
	if q, err = pageQuery(x.query); err != nil {
		return "", q, err
	}
	id, err = x.recordID()
	return id, q, err
}

// listVersions answers the history of an account.
//
//	@ID          listVersions
//	@Summary     List the versions of an integration account
//	@Description Needs the scope accounts:read. Newest first.
//	@Tags        history
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       pageSize       query  int    false "Versions per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.VersionPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/versions [get]
func (s *Server) listVersions(x *exchange) error {
	id, q, err := x.part()
	if err != nil {
		return err
	}
	page, err := s.accounts.Versions(x.Request().Context(), x.principal, id, q)
	if err != nil {
		return err
	}
	out := api.VersionPage{Items: make([]api.VersionSummary, len(page.Items)), NextCursor: page.NextCursor}
	for i, v := range page.Items {
		out.Items[i] = api.VersionSummary(v)
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, out)
}

// readVersion answers what an account looked like.
//
//	@ID          getVersion
//	@Summary     Read a version of an integration account
//	@Description Needs the scope accounts:read. The account as it was at the version, without secrets.
//	@Tags        history
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       version        path   int    true  "Number of the version" minimum(1)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag that the account had"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/versions/{version} [get]
func (s *Server) readVersion(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	text, err := x.param("version")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
		return models.ErrNotFound
	}
	v, err := s.accounts.Version(x.Request().Context(), x.principal, id, n)
	if err != nil {
		return err
	}
	return x.account(http.StatusOK, v)
}

// listReferences answers who uses an account.
//
//	@ID          listReferences
//	@Summary     List who uses an integration account
//	@Description Needs the scope accounts:read. In the order of the keys.
//	@Tags        references
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       pageSize       query  int    false "References per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.ReferencePage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/references [get]
func (s *Server) listReferences(x *exchange) error {
	id, q, err := x.part()
	if err != nil {
		return err
	}
	page, err := s.accounts.References(x.Request().Context(), x.principal, id, q)
	if err != nil {
		return err
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, api.ReferencePage{Items: api.NewReferences(page.Items), NextCursor: page.NextCursor})
}

// putReference registers what uses an account.
//
//	@ID          putReference
//	@Summary     Register what uses an integration account
//	@Description Needs the scope references:write. An account with references cannot be deleted. Repeating the request
//	@Description describes the reference anew.
//	@Tags        references
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       key            path   string true  "Key of the reference, made by whoever uses the account" maxlength(128)
//	@Param       reference      body   api.ReferenceInput true "What uses the account"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Registered"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/references/{key} [put]
func (s *Server) putReference(x *exchange) error {
	id, key, err := x.reference()
	if err != nil {
		return err
	}
	if err := s.accounts.PutReference(x.Request().Context(), x.principal, id, key, x.body); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// deleteReference releases an account.
//
//	@ID          deleteReference
//	@Summary     Release an integration account
//	@Description Needs the scope references:write.
//	@Tags        references
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       key            path   string true  "Key of the reference" maxlength(128)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Released"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/references/{key} [delete]
func (s *Server) deleteReference(x *exchange) error {
	id, key, err := x.reference()
	if err != nil {
		return err
	}
	if err := s.accounts.DeleteReference(x.Request().Context(), x.principal, id, key); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// reference reads the path of one reference.
func (x *exchange) reference() (id, key string, err error) {
	if id, err = x.recordID(); err != nil {
		return "", "", err
	}
	key, err = x.param("key")
	return id, key, err
}

// readCredentials answers an account with its secrets.
//
//	@ID          getCredentials
//	@Summary     Read the credentials of an integration account
//	@Description Needs the scope credentials:read, which only the contact center's own runtime should have. Needs a token: a
//	@Description session is refused, whatever its user may. The reading is on the audit record before it is answered.
//	@Tags        credentials
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account "Properties hold the secrets in their natural place"
//	@Header      200 {string} ETag "Entity tag of the account"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/credentials [get]
func (s *Server) readCredentials(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	v, properties, err := s.accounts.Credentials(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	v.Properties = models.JSON(properties)
	x.set("ETag", quoted(v.ETag()))
	// Not in a shared buffer: secrets should not outlive their answer there.
	return x.send(http.StatusOK, jsonType, api.AppendAccount(nil, v))
}
