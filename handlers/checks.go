package handlers

import (
	"net/http"

	"admin-api/api"
	"admin-api/models"
)

// validateAccount answers the full report of a draft.
//
//	@ID          validateAccount
//	@Summary     Validate a draft
//	@Description Needs the scope accounts:write. Judges a document as a create would or, with an id, as a merge patch of
//	@Description that account. Writes nothing and connects to nothing.
//	@Tags        checks
//	@Security    BearerAuth
//	@Param       draft          body   api.AccountDraft true "Draft, or edits of the account with the id"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Report
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/validate [post]
func (s *Server) validateAccount(x *exchange) error {
	r, err := s.accounts.Validate(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	return x.report(r)
}

// testDraft probes a document that is not stored.
//
//	@ID          testDraft
//	@Summary     Test a draft
//	@Description Needs the scope accounts:test. Connects to the remote system with what the draft says; nothing is stored.
//	@Description A failed probe is an answer, not an error. With Accept: text/event-stream each step is sent as an
//	@Description event "step" when it ends, and the check as the last event "check".
//	@Tags        checks
//	@Security    BearerAuth
//	@Produce     json,text/event-stream
//	@Param       draft          body   api.TestInput true "Draft"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Check
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/test [post]
func (s *Server) testDraft(x *exchange) error { return s.test(x, "") }

// testAccount probes a stored account, or edits laid over it.
//
//	@ID          testAccount
//	@Summary     Test an integration account
//	@Description Needs the scope accounts:test. Without a body the account is probed as it is stored and the check goes on
//	@Description its record; with one, the edits (a merge patch) are laid over it and nothing is stored.
//	@Description A failed probe is an answer, not an error. With Accept: text/event-stream each step is sent as an
//	@Description event "step" when it ends, and the check as the last event "check".
//	@Tags        checks
//	@Security    BearerAuth
//	@Produce     json,text/event-stream
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       edits          body   api.TestInput false "Edits to lay over the stored account"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Check
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/test [post]
func (s *Server) testAccount(x *exchange) error {
	id, err := x.recordID()
	if err != nil {
		return err
	}
	return s.test(x, id)
}

// listChecks answers the history of an account's probes.
//
//	@ID          listChecks
//	@Summary     List the checks of an integration account
//	@Description Needs the scope accounts:read. Newest first.
//	@Tags        checks
//	@Security    BearerAuth
//	@Param       id             path   string true  "Account id" Format(uuid)
//	@Param       pageSize       query  int    false "Checks per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.CheckPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/{id}/checks [get]
func (s *Server) listChecks(x *exchange) error {
	id, q, err := x.part()
	if err != nil {
		return err
	}
	page, err := s.accounts.Checks(x.Request().Context(), x.principal, id, q)
	if err != nil {
		return err
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, api.CheckPage{Items: api.NewChecks(page.Items), NextCursor: page.NextCursor})
}

// test probes, and answers the check at once or step by step.
func (s *Server) test(x *exchange, id string) error {
	ctx := x.Request().Context()
	if !wantsEvents(x.Request().Header) {
		check, err := s.accounts.Test(ctx, x.principal, id, x.body, nil)
		if err != nil {
			return err
		}
		return x.json(http.StatusOK, api.Check(*check))
	}
	events := &stream{x: x}
	check, err := s.accounts.Test(ctx, x.principal, id, x.body, func(step models.CheckStep) { events.send("step", step) })
	if err != nil {
		return events.fail(err)
	}
	events.send("check", api.Check(*check))
	return nil
}
