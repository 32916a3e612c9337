package access

import (
	"slices"

	"admin-api/models"
)

// What the id of a principal begins with; the id of the token or user follows.
const (
	TokenPrincipal = "token:"
	UserPrincipal  = "user:"
)

// Principal is who makes a request, and in which contact center.
type Principal struct {
	// ID is "token:<id>", "user:<id>" or "system".
	ID string
	// Name is shown in records ("bootstrap", a user name).
	Name   string
	Scopes models.Strings
	// Grantable is what the principal may give to others; see models.Role.
	Grantable models.Strings
	// UserID is the user behind a session or behind a token that a user made;
	// SessionID is set for sessions only.
	UserID, SessionID string
	// MustChangePassword: the session is good for nothing else yet.
	MustChangePassword bool
	// ContactCenter is where the request acts.
	ContactCenter models.ContactCenter
	// home is the id of the contact center that the credential belongs to, where it
	// acts in another one.
	home string
	// ExpiresAt is when the token ends; zero for never, and for what is no token.
	ExpiresAt models.Time
	// Via begins the details of records of what the principal does to people, where
	// it is worth saying how: "over SCIM".
	Via string
	// Address is the remote IP address; RequestID correlates logs and records.
	Address, RequestID string
}

// Can reports whether the principal has the scope.
func (p *Principal) Can(scope string) bool { return slices.Contains(p.Scopes, scope) }

// Home returns the id of the contact center that the credential belongs to,
// wherever it acts.
func (p *Principal) Home() string {
	if p.home != "" {
		return p.home
	}
	return p.ContactCenter.ID
}

// Event is the audit record of what the principal does to the target, in the chain
// of the contact center where it acts.
func (p *Principal) Event(operation, targetType, targetID string) *models.AuditEvent {
	return &models.AuditEvent{
		ContactCenterID: p.ContactCenter.ID, Actor: p.ID, ActorName: p.Name, Address: p.Address, RequestID: p.RequestID,
		Operation: operation, TargetType: targetType, TargetID: targetID,
	}
}

// MayGrant returns the first of the scopes that the principal may not give to
// others; empty where it may give all of them.
func (p *Principal) MayGrant(scopes ...string) (lacking string) {
	for _, scope := range scopes {
		if !slices.Contains(p.Grantable, scope) {
			return scope
		}
	}
	return ""
}

// Suspension returns why the principal may not use the scope in its contact
// center now, a models.ErrForbidden: while a contact center is suspended, its own
// tokens do not even authenticate, and those of the service provider can only
// look at it, so that they can find out and explain. What is done about contact
// centers, to end the suspension for example, is not done in one.
func (p *Principal) Suspension(scope string) error {
	if !p.ContactCenter.Suspended || scope == models.ScopeProvider || onlyLooks(scope) {
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
