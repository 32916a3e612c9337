package access

import (
	"slices"

	"admin-api/models"
)

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
