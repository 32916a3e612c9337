package access

import (
	"slices"

	"admin-api/models"
)

// TokenPrincipal begins the id of a principal that is a token; the token's id
// follows.
const TokenPrincipal = "token:"

// Principal is who makes a request, and in which contact center.
type Principal struct {
	// ID is "token:<id>", "user:<id>" or "system".
	ID string
	// Name is shown in records ("bootstrap", a user name).
	Name   string
	Scopes models.Strings
	// ContactCenter is where the request acts.
	ContactCenter models.ContactCenter
	// Address is the remote IP address; RequestID correlates logs and records.
	Address, RequestID string
}

// Can reports whether the principal has the scope.
func (p *Principal) Can(scope string) bool { return slices.Contains(p.Scopes, scope) }

// Suspension returns why the principal may not use the scope in its contact
// center now, a models.ErrForbidden: while a contact center is suspended, its own
// tokens do not even authenticate, and those of the service provider can only
// look at it, so that they can find out and explain.
func (p *Principal) Suspension(scope string) error {
	if !p.ContactCenter.Suspended || onlyLooks(scope) {
		return nil
	}
	return &models.RefusalError{
		Err:    models.ErrForbidden,
		Detail: "The contact center is suspended: it can be looked at, but nothing in it can be changed or used.",
	}
}

// onlyLooks reports whether a scope neither changes anything nor lets anybody
// work with the accounts. Reading credentials does: it is how the runtime works.
func onlyLooks(scope string) bool {
	switch scope {
	case models.ScopeAccountsRead, models.ScopeEventsRead, models.ScopeAuditRead, models.ScopeMetrics:
		return true
	}
	return false
}
