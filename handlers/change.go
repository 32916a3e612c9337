package handlers

import (
	"context"
	"net/http"

	"admin-api/access"
	"admin-api/accounts"
)

// Ways to change an account, and to judge a change only.
type (
	changer func(context.Context, *access.Principal, string, accounts.Match, []byte) (*accounts.Result, error)
	judge   func(context.Context, *access.Principal, string, accounts.Match, []byte) (*accounts.Report, error)
)

// change carries out what the routes have in common that change an account by
// a document. Routes without validateOnly have no judge.
func (x *exchange) change(do changer, report judge) error {
	only, err := x.validateOnly()
	if err != nil {
		return err
	}
	id, err := x.recordID()
	if err != nil {
		return err
	}
	m, err := x.match()
	if err != nil {
		return err
	}
	ctx := x.Request().Context()
	if only {
		r, err := report(ctx, x.principal, id, m, x.body)
		if err != nil {
			return err
		}
		return x.report(r)
	}
	r, err := do(ctx, x.principal, id, m, x.body)
	if err != nil {
		return err
	}
	return x.written(http.StatusOK, r)
}

// validateOnly reads the query parameter of that name.
func (x *exchange) validateOnly() (bool, error) {
	f := &filters{query: x.query}
	only := f.flag("validateOnly")
	return only != nil && *only, f.err
}
