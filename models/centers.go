package models

import "strconv"

// ContactCenterFilter selects tenants, in the order of their domains. Zero
// members do not filter.
type ContactCenterFilter struct {
	Suspended *bool
	// After is the domain of the last one seen; empty: from the start.
	After string
	Limit int
}

// ETag is the entity tag without its quotes.
func (c *ContactCenter) ETag() string { return strconv.FormatInt(c.Version, 10) }

// States of tokens, by which lists filter.
const (
	TokenActive  = "active"
	TokenExpired = "expired"
	TokenRevoked = "revoked"
)

// TokenFilter selects tokens of one contact center and one kind, newest first.
// Zero members do not filter.
type TokenFilter struct {
	ContactCenterID string
	Kind            string // required
	State           string // TokenActive, TokenExpired, TokenRevoked
	// At is the time by which is judged whether a token has expired.
	At Time
	// CreatedBy is the principal that made the token.
	CreatedBy string
	Page      Page // Before is an id
}
