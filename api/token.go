package api

import "admin-api/models"

// Token is a bearer token of a contact center, without its text.
type Token struct {
	ID string `json:"id" format:"uuid"`
	// Name says what the token is for.
	Name   string   `json:"name" example:"nightly import"`
	Scopes []string `json:"scopes" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	// EffectiveScopes are those that the token gives now: what the user who made it
	// may not do any more, it does not give either.
	EffectiveScopes []string    `json:"effectiveScopes" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	CreatedAt       models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	// CreatedBy is the user or token that made it.
	CreatedBy string `json:"createdBy" example:"user:0198c0de-6a11-7c02-9b33-0a1b2c3d4e5f"`
	// ExpiresAt is absent where the token has no end.
	ExpiresAt *models.Time `json:"expiresAt,omitempty" swaggertype:"string" format:"date-time"`
	// LastUsedAt is exact to the minute, and written some seconds later; absent where
	// the token was never used.
	LastUsedAt *models.Time `json:"lastUsedAt,omitempty" swaggertype:"string" format:"date-time"`
	// RevokedAt is absent where the token was not revoked.
	RevokedAt *models.Time `json:"revokedAt,omitempty" swaggertype:"string" format:"date-time"`
	// Current: it is the token that asks.
	Current bool `json:"current" example:"false"`
	// Token is the text that goes into the header field Authorization. Only the
	// answer that made the token has it: it is stored nowhere.
	Token string `json:"token,omitempty" example:"aat_EXAMPLE"`
}

// TokenPage is a part of the list of tokens, newest first.
type TokenPage struct {
	Items []Token `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// TokenCreate is what a token is made from.
type TokenCreate struct {
	Name string `json:"name" validate:"required" maxLength:"255" example:"nightly import"`
	// Scopes are what the token may do; each must be one that who makes it may give.
	Scopes []string `json:"scopes" validate:"required" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	// ExpiresAt is until when the token holds, at most five years from now. Absent: it
	// has no end, or that of the token that makes it.
	ExpiresAt string `json:"expiresAt,omitempty" format:"date-time" example:"2027-03-01T00:00:00Z"`
}

// TokenPatch is a merge patch of a token: another name. Other members of answers
// may be sent back as they are.
type TokenPatch struct {
	Name            string   `json:"name,omitempty" maxLength:"255" example:"nightly import"`
	Scopes          []string `json:"scopes,omitempty"`
	ExpiresAt       string   `json:"expiresAt,omitempty"`
	ID              string   `json:"id,omitempty"`
	EffectiveScopes []string `json:"effectiveScopes,omitempty"`
	CreatedAt       string   `json:"createdAt,omitempty"`
	CreatedBy       string   `json:"createdBy,omitempty"`
	LastUsedAt      string   `json:"lastUsedAt,omitempty"`
	RevokedAt       string   `json:"revokedAt,omitempty"`
	Current         bool     `json:"current,omitempty"`
}

// NewToken returns the wire form of a token. effective are the scopes that it
// gives now; current says that it is the one that asks.
func NewToken(t *models.Token, effective models.Strings, current bool) Token {
	return Token{
		ID: t.ID, Name: t.Name, Scopes: listOf(t.Scopes), EffectiveScopes: listOf(effective), CreatedAt: t.CreatedAt,
		CreatedBy: t.CreatedBy, ExpiresAt: sometime(t.ExpiresAt), LastUsedAt: sometime(t.LastUsedAt),
		RevokedAt: sometime(t.RevokedAt), Current: current,
	}
}

// sometime returns a time that is absent on the wire where it is zero.
func sometime(t models.Time) *models.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
