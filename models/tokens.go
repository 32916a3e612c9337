package models

// Kinds of tokens.
const (
	// TokenAPI is made by hand, for scripts and machines.
	TokenAPI = "api"
	// TokenOAuth is what the client-credentials call answers: it lives for an hour
	// and is in no list.
	TokenOAuth = "oauth"
)

// Token is one bearer token. Only the SHA-256 of its text is stored.
type Token struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Kind            string // TokenAPI when empty
	Name            string
	Hash            []byte // SHA-256 of the whole text
	Scopes          Strings
	// UserID is the user who made the token, whose privileges bound what it may
	// do at any time; empty for one that no user made.
	UserID     string
	CreatedAt  Time
	CreatedBy  string
	ExpiresAt  Time // zero: never
	RevokedAt  Time
	LastUsedAt Time
}

// TableName names the table for GORM.
func (Token) TableName() string { return "tokens" }
