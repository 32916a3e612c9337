package models

import "slices"

// ContactCenter is one tenant, known by its domain.
type ContactCenter struct {
	ID        string `gorm:"primaryKey"`
	Domain    string // lower case, unique
	Name      string
	Features  Strings
	Suspended bool
	Version   int64
	CreatedAt Time
	UpdatedAt Time
	// RestoredAt is when it was last restored from a backup; zero for never.
	RestoredAt Time
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
	// ScopeSSOBypass lets a user sign in with a password where single sign-on is on.
	// In a token, which signs nobody in, it is the right to give it to others.
	ScopeSSOBypass = "sso:bypass"
	ScopeSCIM      = "scim"
	ScopeMetrics   = "metrics"
	ScopeAdmin     = "admin"
	ScopeProvider  = "provider"
)

// AllScopes lists every scope.
func AllScopes() Strings {
	return Strings{
		ScopeAccountsRead, ScopeAccountsWrite, ScopeAccountsTest, ScopeCredentialsRead, ScopeReferencesWrite,
		ScopeEventsRead, ScopeAuditRead, ScopeUsersWrite, ScopeSSOBypass, ScopeSCIM, ScopeMetrics, ScopeAdmin,
		ScopeProvider,
	}
}
