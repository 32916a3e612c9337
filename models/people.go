package models

import (
	"database/sql/driver"
	"slices"
)

// User is a person of a contact center.
type User struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Username        string
	UsernameKey     string // NameKey(Username), unique
	FirstName       string
	LastName        string
	// DisplayName is what an identity provider calls the user to others; it is shown to
	// identity providers only.
	DisplayName string
	Email       string
	WorkPhone   string
	MobilePhone string
	Extension   string
	// ExternalID is what an identity provider calls the user, and ExternalKey its
	// NameKey, which the store sets; not unique.
	ExternalID   string
	ExternalKey  string
	TeamID       string
	Roles        Strings // names of roles
	Skills       Skills
	Disabled     bool
	PasswordHash string // PHC string of Argon2id, empty: cannot sign in by password
	// ChangePassword: the user must choose a new password after the next sign-in.
	ChangePassword    bool
	PasswordChangedAt Time
	APISecretHash     []byte // SHA-256; nil: the user has no API secret
	APISecretAt       Time
	LastSignInAt      Time
	Version           int64
	CreatedAt         Time
	CreatedBy         string
	UpdatedAt         Time
	UpdatedBy         string
	// SearchText holds the folded words of names and e-mail address in the form of
	// SearchWords; the store sets it.
	SearchText string
}

// TableName names the table for GORM.
func (User) TableName() string { return "users" }

// HasRole reports whether the user has one of the roles.
func (u *User) HasRole(roles ...string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(u.Roles, role) })
}

// Skills are levels from 0 to 100 by the name of a skill.
type Skills map[string]int

// Value implements driver.Valuer.
func (s Skills) Value() (driver.Value, error) { return jsonValue(len(s) == 0, s) }

// Scan implements sql.Scanner.
func (s *Skills) Scan(src any) error {
	return scanColumn(src, s, func(string) (Skills, bool) { return nil, false })
}

// Team is a group of users.
type Team struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Name            string
	NameKey         string
	// ExternalID is what an identity provider calls the team, and ExternalKey its
	// NameKey, which the store sets; not unique.
	ExternalID  string
	ExternalKey string
	Disabled    bool
	Version     int64
	// Roster counts how often somebody joined or left the team, or was renamed in it;
	// RosterAt is when that was last.
	Roster    int64
	RosterAt  Time
	CreatedAt Time
	CreatedBy string
	UpdatedAt Time
	UpdatedBy string
}

// TableName names the table for GORM.
func (Team) TableName() string { return "teams" }

// Member is what a team shows of one of its users.
type Member struct{ ID, Username, TeamID string }

// Session is one sign-in of a user. Only the SHA-256 of its secret is stored.
type Session struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	UserID          string
	Hash            []byte
	Method          string // SessionPassword, SessionSSO
	// Portal is the section of single sign-on that it began in; empty for a password.
	// One that began in SectionAgentDesktop carries no privilege to administer.
	Portal    string
	Address   string
	UserAgent string
	CreatedAt Time
	// SeenAt is when it was last used, to the minute.
	SeenAt Time
	// ExpiresAt is when it ends however much it is used.
	ExpiresAt Time
}

// TableName names the table for GORM.
func (Session) TableName() string { return "sessions" }

// How a session began.
const (
	SessionPassword = "password"
	SessionSSO      = "sso"
)

// SignInAttempts is what is known of the attempts to sign in under one user name,
// which need not exist, from one address.
type SignInAttempts struct {
	ContactCenterID string `gorm:"primaryKey"`
	// NameKey is a keyed hash of the name, not the name: people type passwords
	// into the wrong field.
	NameKey string `gorm:"primaryKey"`
	// Address is an IPv4 address, an IPv6 network of 64 bits, or EveryAddress.
	Address string `gorm:"primaryKey"`
	UserID  string // empty where nobody has the name
	// Failures counts those since the last success.
	Failures int
	// Failed and Blocked count the attempts that are not on the audit record yet.
	Failed, Blocked int
	BlockedUntil    Time
	SucceededAt     Time
	LastAt          Time
}

// EveryAddress stands for all addresses that nobody signed in from before.
const EveryAddress = "*"

// TableName names the table for GORM.
func (SignInAttempts) TableName() string { return "sign_in_attempts" }
