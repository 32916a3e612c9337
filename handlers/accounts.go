package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/api"
)

// listAccounts answers a page of accounts.
//
//	@ID          listAccounts
//	@Summary     List integration accounts
//	@Description A page of accounts, in a stable order (the id breaks ties). Needs the scope accounts:read.
//	@Description Parameters that are not known are refused. label.KEY=VALUE filters by a label, and may stand for several keys.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       type           query  []string  false  "Types, any of them" collectionFormat(multi)
//	@Param       family         query  []string  false  "Families, any of them" collectionFormat(multi)
//	@Param       health         query  []string  false  "States of health, any of them" collectionFormat(multi) Enums(ok, failing, degraded, unknown, unsupported)
//	@Param       enabled        query  bool      false  "Switched on or off"
//	@Param       name           query  string    false  "Name, upper and lower case alike"
//	@Param       q              query  string    false  "Words; each must begin a word of name, description or labels" maxlength(256)
//	@Param       label.KEY      query  string    false  "Value of the label KEY" maxlength(256)
//	@Param       expiringWithin query  string    false  "With a certificate that has expired or will within this time: a number and s, m, h, d or w" example(30d)
//	@Param       updatedSince   query  string    false  "Changed at this time or later" Format(date-time)
//	@Param       deleted        query  string    false  "Deleted accounts" Enums(exclude, include, only) default(exclude)
//	@Param       sort           query  string    false  "Order; - reverses" Enums(name, -name, type, -type, createdAt, -createdAt, updatedAt, -updatedAt) default(createdAt)
//	@Param       pageSize       query  int       false  "Accounts per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string    false  "nextCursor of the page before, with the same filters and order"
//	@Param       Contact-Center header string    false  "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.AccountPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts [get]
func (s *Server) listAccounts(x *exchange) error {
	q, err := s.listQuery(x.query)
	if err != nil {
		return err
	}
	page, err := s.accounts.List(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	x.linkNext(page.NextCursor)
	return s.buffers.with(func(b []byte) ([]byte, error) {
		b = api.AppendAccountPage(b, page.Items, page.NextCursor)
		return b, x.send(http.StatusOK, jsonType, b)
	})
}

// createAccount adds an account.
//
//	@ID          createAccount
//	@Summary     Create an integration account
//	@Description Needs the scope accounts:write. With Idempotency-Key a request may be repeated safely for 24 hours:
//	@Description the first answer is given again, with Idempotency-Replayed.
//	@Description With validateOnly nothing is written and the answer is a report, with status 200.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       account         body   api.AccountCreate true "Account to create"
//	@Param       validateOnly    query  bool   false "Judge the document only"
//	@Param       Idempotency-Key header string false "Fresh for each new request" minlength(1) maxlength(255)
//	@Param       Contact-Center  header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Report "With validateOnly"
//	@Success     201 {object} api.Account
//	@Header      201 {string} Location "Address of the account"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Header      201 {string} Idempotency-Replayed "true where the answer is that of an earlier request"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts [post]
func (s *Server) createAccount(x *exchange) error {
	only, err := x.validateOnly()
	if err != nil {
		return err
	}
	if only {
		report, err := s.accounts.ValidateCreate(x.Request().Context(), x.principal, x.body)
		if err != nil {
			return err
		}
		return x.report(report)
	}
	key, err := x.idempotency()
	if err != nil {
		return err
	}
	r, err := s.accounts.Create(x.Request().Context(), x.principal, x.body, key)
	if err != nil {
		return err
	}
	if r.Replayed {
		x.set("Idempotency-Replayed", "true")
	}
	x.set(echo.HeaderLocation, accountsPath+"/"+r.Account.ID)
	return x.written(http.StatusCreated, r)
}

// readAccount answers one account.
//
//	@ID          getAccount
//	@Summary     Read an integration account
//	@Description Needs the scope accounts:read. Secrets are never shown; secrets tells which are stored.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       id            path   string true  "Account id" Format(uuid)
//	@Param       deleted       query  string false "include shows a deleted account" Enums(exclude, include) default(exclude)
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id} [get]
func (s *Server) readAccount(x *exchange) error {
	f := &filters{query: x.query}
	deleted := f.oneOf("deleted", "exclude", "exclude", "include")
	if f.err != nil {
		return f.err
	}
	id, err := x.recordID()
	if err != nil {
		return err
	}
	v, err := s.accounts.Get(x.Request().Context(), x.principal, id, deleted == "include")
	if err != nil {
		return err
	}
	if done, err := x.unchanged(v.ETag()); done {
		return err
	}
	return x.account(http.StatusOK, v)
}

// replaceAccount puts a document in the place of an account.
//
//	@ID          replaceAccount
//	@Summary     Replace an integration account
//	@Description Needs the scope accounts:write. The document takes the place of what is stored. A secret that is absent
//	@Description is kept, null clears it. A property that decides where a secret is sent cannot change while the secret is kept.
//	@Description With validateOnly nothing is written and the answer is a report.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       account        body   api.AccountReplace true "Whole document"
//	@Param       validateOnly   query  bool   false "Judge the document only"
//	@Param       If-Match       header string true  "Entity tag of the account as it was read, or *"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,428,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id} [put]
func (s *Server) replaceAccount(x *exchange) error {
	return x.change(s.accounts.Replace, s.accounts.ValidateReplace)
}

// patchAccount applies a merge patch to an account.
//
//	@ID          patchAccount
//	@Summary     Change an integration account
//	@Description Needs the scope accounts:write. A JSON merge patch (RFC 7396), true at every depth; the outcome is judged
//	@Description as a whole document. A secret that is absent is kept, null clears it.
//	@Description With validateOnly nothing is written and the answer is a report.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       patch          body   api.AccountPatch true "Merge patch"
//	@Param       validateOnly   query  bool   false "Judge the outcome only"
//	@Param       If-Match       header string true  "Entity tag of the account as it was read, or *"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,428,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id} [patch]
func (s *Server) patchAccount(x *exchange) error {
	return x.change(s.accounts.Patch, s.accounts.ValidatePatch)
}

// deleteAccount marks an account as deleted.
//
//	@ID          deleteAccount
//	@Summary     Delete an integration account
//	@Description Needs the scope accounts:write. The account can be brought back until its retention time is over.
//	@Description An account that something uses is not deleted.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       If-Match       header string true  "Entity tag of the account as it was read, or *"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,428,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id} [delete]
func (s *Server) deleteAccount(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	m, err := x.match()
	if err != nil {
		return err
	}
	if err := s.accounts.Delete(x.Request().Context(), x.principal, id, m); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// undeleteAccount brings a deleted account back.
//
//	@ID          undeleteAccount
//	@Summary     Bring a deleted integration account back
//	@Description Needs the scope accounts:write. Refused where its name or its place was taken meanwhile.
//	@Tags        accounts
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/undelete [post]
func (s *Server) undeleteAccount(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	r, err := s.accounts.Undelete(x.Request().Context(), x.principal, id)
	if err != nil {
		return err
	}
	return x.written(http.StatusOK, r)
}

// rollbackAccount brings an account back to one of its versions.
//
//	@ID          rollbackAccount
//	@Summary     Bring an integration account back to a version
//	@Description Needs the scope accounts:write. What is not secret returns as a new version; secrets stay as they are,
//	@Description unless given, and must be given where the return changes where they are sent.
//	@Tags        history
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       rollback       body   api.RollbackInput true "Version to return to"
//	@Param       If-Match       header string true  "Entity tag of the account as it was read, or *"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Account
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,428,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/rollback [post]
func (s *Server) rollbackAccount(x *exchange) error {
	return x.change(s.accounts.Rollback, nil)
}
