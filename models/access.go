package models

import "slices"

// ContactCenter is one tenant, known by its domain.
type ContactCenter struct {
	ID        string `gorm:"primaryKey"`
	Domain    string // lower case, unique
	Name      string
	Features  Strings
	Suspended bool
	CreatedAt Time
}

// TableName names the table for GORM.
func (ContactCenter) TableName() string { return "contact_centers" }

// HasFeature reports whether the service provider switched the feature on. The
// empty feature is always on.
func (c *ContactCenter) HasFeature(feature string) bool {
	if feature == "" {
		return true
	}
	return slices.Contains(c.Features, feature)
}

// Features that a service provider switches on per contact center.
const (
	FeatureSingleSignOn = "single_sign_on"
	FeatureLogMeIn      = "logmein_rescue"
	FeatureAWS          = "aws"
	FeatureFacebook     = "facebook"
	FeatureWFMReports   = "wfm_reports"
)

// AllFeatures lists every feature.
func AllFeatures() Strings {
	return Strings{FeatureSingleSignOn, FeatureLogMeIn, FeatureAWS, FeatureFacebook, FeatureWFMReports}
}

// Scopes of tokens; privileges of users use the same words.
const (
	ScopeAccountsRead    = "accounts:read"
	ScopeAccountsWrite   = "accounts:write"
	ScopeAccountsTest    = "accounts:test"
	ScopeCredentialsRead = "credentials:read"
	ScopeReferencesWrite = "references:write"
	ScopeEventsRead      = "events:read"
	ScopeAuditRead       = "audit:read"
	ScopeUsersWrite      = "users:write"
	ScopeSCIM            = "scim"
	ScopeMetrics         = "metrics"
	ScopeAdmin           = "admin"
	ScopeProvider        = "provider"
)

// AllScopes lists every scope.
func AllScopes() Strings {
	return Strings{
		ScopeAccountsRead, ScopeAccountsWrite, ScopeAccountsTest, ScopeCredentialsRead, ScopeReferencesWrite,
		ScopeEventsRead, ScopeAuditRead, ScopeUsersWrite, ScopeSCIM, ScopeMetrics, ScopeAdmin, ScopeProvider,
	}
}

// Token is one bearer token. Only the SHA-256 of its text is stored.
type Token struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Name            string
	Hash            []byte // SHA-256 of the whole text
	Scopes          Strings
	CreatedAt       Time
	CreatedBy       string
	ExpiresAt       Time // zero: never
	RevokedAt       Time
	LastUsedAt      Time
}

// TableName names the table for GORM.
func (Token) TableName() string { return "tokens" }

// User is a person of a contact center.
type User struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Username        string
	UsernameKey     string // NameKey(Username), unique
	PasswordHash    string // PHC string of Argon2id, empty: cannot sign in by password
	Roles           Strings
	TeamID          string
	Disabled        bool
	CreatedAt       Time
	UpdatedAt       Time
}

// TableName names the table for GORM.
func (User) TableName() string { return "users" }

// Built-in roles.
const (
	RoleAgent         = "Agent"
	RoleSupervisor    = "Supervisor"
	RoleAdministrator = "Administrator"
)

// HasRole reports whether the user has one of the roles.
func (u *User) HasRole(roles ...string) bool {
	return slices.ContainsFunc(roles, func(role string) bool { return slices.Contains(u.Roles, role) })
}

// Team is a group of users.
type Team struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Name            string
	NameKey         string
	Disabled        bool
	CreatedAt       Time
}

// TableName names the table for GORM.
func (Team) TableName() string { return "teams" }
