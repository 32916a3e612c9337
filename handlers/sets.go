package handlers

import (
	"encoding/json"
	"net/http"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/models"
)

// setRoutes are those of declarative sets of accounts.
func setRoutes() []route {
	const read, write = models.ScopeAccountsRead, models.ScopeAccountsWrite
	return []route{
		{
			Route: Route{"account.export", http.MethodPost, accountsPath + "/export", read},
			do:    (*Server).exportAccounts, body: optionalBody,
		},
		{
			Route: Route{"account.plan", http.MethodPost, accountsPath + "/plan", write},
			do:    (*Server).planAccounts, body: jsonBody,
		},
		{
			Route: Route{"account.apply", http.MethodPost, accountsPath + "/apply", write},
			do:    (*Server).applyAccounts, body: jsonBody,
		},
	}
}

// exportAccounts answers the stored accounts as a set.
//
//	@ID          exportAccounts
//	@Summary     Export integration accounts as a set
//	@Description Needs the scope accounts:read. The accounts in the form in which plan and apply take them, in the order of
//	@Description their names. Secrets are left out; their fingerprints and versions tell whether they changed.
//	@Tags        sets
//	@Security    BearerAuth
//	@Param       selection      body   api.ExportInput false "Which accounts; all without a body"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.ExportedSet
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/export [post]
func (s *Server) exportAccounts(x *exchange) error {
	page, in, err := s.accounts.Export(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	out := api.ExportedSet{Accounts: make([]api.ExportedAccount, len(page.Items)), NextCursor: page.NextCursor}
	for i := range page.Items {
		out.Accounts[i] = api.NewExportedAccount(&page.Items[i].Account, in.IDs)
	}
	return x.json(http.StatusOK, out)
}

// planAccounts tells what applying a set would do.
//
//	@ID          planAccounts
//	@Summary     Plan a set of integration accounts
//	@Description Needs the scope accounts:write. What applying the set would do: creations, changes field by field and, with
//	@Description prune, deletions; which secrets must be given; and every rule that the set breaks. Nothing is written and
//	@Description nothing is dialled. Accounts are found by name, upper and lower case alike, or by id where the set has one.
//	@Description An answer with valid false is an answer: look at errors.
//	@Tags        sets
//	@Security    BearerAuth
//	@Param       set            body   api.AccountSet true "Accounts as they are to be"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Plan
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/plan [post]
func (s *Server) planAccounts(x *exchange) error {
	plan, err := s.accounts.PlanSet(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.Plan{
		Valid: len(plan.Errors) == 0, Accounts: plannedAccounts(plan.Items),
		Errors: api.NewViolations(plan.Errors), Warnings: api.NewViolations(plan.Warnings), Base: api.SetBase(plan.Base),
	})
}

// applyAccounts brings the accounts to what a set says.
//
//	@ID          applyAccounts
//	@Summary     Apply a set of integration accounts
//	@Description Needs the scope accounts:write. All of the set or nothing, in one transaction. base is that of a plan of the
//	@Description set; where an account moved since, nothing is applied (412). What is as the set says already is left alone, so
//	@Description that the request can be repeated.
//	@Tags        sets
//	@Security    BearerAuth
//	@Param       set            body   api.AccountSetApply true "Accounts as they are to be, with the base of the plan"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Applied
//	@Failure     400,401,403,404,409,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /integration-accounts/apply [post]
func (s *Server) applyAccounts(x *exchange) error {
	done, err := s.accounts.ApplySet(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.Applied{
		Accounts: plannedAccounts(done.Items), Warnings: api.NewViolations(done.Warnings),
	})
}

func plannedAccounts(items []accounts.SetItem) []api.PlannedAccount {
	out := make([]api.PlannedAccount, len(items))
	for i, item := range items {
		one := api.PlannedAccount{
			Action: item.Action, ID: item.ID, Name: item.Name, Type: item.Type, Version: item.Version,
			Changes: make([]api.SetChange, len(item.Changes)), SecretsNeeded: item.SecretsNeeded,
		}
		if item.Pointer != "" {
			one.Pointer = api.Fragment(item.Pointer)
		}
		if one.SecretsNeeded == nil {
			one.SecretsNeeded = []string{}
		}
		for k, c := range item.Changes {
			one.Changes[k] = plannedChange(c)
		}
		if len(item.Generated) > 0 {
			one.GeneratedSecrets = map[string]string{}
		}
		for pointer, text := range item.Generated {
			one.GeneratedSecrets[pointer] = text.Reveal()
		}
		out[i] = one
	}
	return out
}

func plannedChange(c accounts.SetChange) api.SetChange {
	out := api.SetChange{Pointer: c.Pointer, Secret: c.Secret}
	if c.Old != nil {
		out.Old = json.RawMessage(c.Old)
	}
	if c.New != nil {
		out.New = json.RawMessage(c.New)
	}
	return out
}
