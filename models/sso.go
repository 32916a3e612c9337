package models

import "slices"

// Sections of single sign-on: the application that somebody signs in to. The
// words are those of the properties of an account of the type sso.
const (
	SectionAgentDesktop = "agentDesktop"
	SectionAdmin        = "admin"
)

// SectionOf returns the section that somebody with the privileges signs in to:
// SectionAdmin with any that neither agents nor supervisors have. ScopeSSOBypass
// says how somebody may sign in, and administers nothing.
func SectionOf(privileges Strings) string {
	desk := append(DeskPrivileges(), ScopeSSOBypass)
	if slices.ContainsFunc(privileges, func(scope string) bool { return !slices.Contains(desk, scope) }) {
		return SectionAdmin
	}
	return SectionAgentDesktop
}

// DeskPrivileges are those that the built-in roles Agent and Supervisor give: all
// that single sign-on to SectionAgentDesktop carries.
func DeskPrivileges() Strings {
	var desk Strings
	for _, role := range BuiltInRoles() {
		if role.Name != RoleAdministrator {
			desk = append(desk, role.Privileges...)
		}
	}
	return desk
}

// SSORequest is one that a browser took to an identity provider. Its answer is
// taken from that browser only, and once.
type SSORequest struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"` // that of the AuthnRequest
	Section         string
	BrowserHash     []byte // SHA-256 of what the browser's cookie holds
	RelayState      string
	TestID          string // the test sign-in that it belongs to, if any
	CreatedAt       Time
	ExpiresAt       Time
}

// TableName names the table for GORM.
func (SSORequest) TableName() string { return "sso_requests" }

// SSOAssertion is one that was used.
type SSOAssertion struct {
	ContactCenterID string `gorm:"primaryKey"`
	Hash            []byte `gorm:"primaryKey"` // of issuer and id
	ExpiresAt       Time   // from then on its age alone has it refused
}

// TableName names the table for GORM.
func (SSOAssertion) TableName() string { return "sso_assertions" }

// SSOCode is a one-time code for a session. Only its SHA-256 is stored.
type SSOCode struct {
	ContactCenterID string `gorm:"primaryKey"`
	Hash            []byte `gorm:"primaryKey"`
	UserID          string
	Section         string
	// SessionEndsAt is when the identity provider wants sessions to be over; zero
	// where it did not say.
	SessionEndsAt Time
	ExpiresAt     Time
}

// TableName names the table for GORM.
func (SSOCode) TableName() string { return "sso_codes" }

// SSOTest is a test sign-in.
type SSOTest struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Section         string
	TokenHash       []byte // SHA-256 of what the address to begin at holds
	Status          string // SSOTestPending, SSOTestPassed, SSOTestFailed
	// Fingerprint identifies the values of the identity provider that were tested.
	Fingerprint string
	Report      string // JSON; empty while the test is pending
	CreatedAt   Time
	CreatedBy   string
	FinishedAt  Time
	ExpiresAt   Time
}

// TableName names the table for GORM.
func (SSOTest) TableName() string { return "sso_tests" }

// What became of a test sign-in.
const (
	SSOTestPending = "pending"
	SSOTestPassed  = "passed"
	SSOTestFailed  = "failed"
	// SSOTestExpired is never stored: a pending one becomes it with time.
	SSOTestExpired = "expired"
)

// SSOTrace is one sign-in through an identity provider, for administrators.
type SSOTrace struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Section         string
	Outcome         string // OutcomeSuccess, OutcomeRefused
	Code            string // why it was refused
	// Verified: the identity provider had signed what came, and it cannot come again.
	Verified    bool
	UsernameKey string // NameKey of the NameID, where the signature was good
	UserID      string // empty where nobody has that name
	Reference   string // what the person was shown, and the others that Count counts
	Count       int    // more than one where like ones were too many to be kept
	Report      string // JSON
	At          Time
}

// TableName names the table for GORM.
func (SSOTrace) TableName() string { return "sso_traces" }

// SSOTraceFilter selects traces, newest first.
type SSOTraceFilter struct {
	ContactCenterID                             string
	Section, Outcome, Code, UserID, UsernameKey string
	Reference                                   string
	Page                                        Page
}

// SSOKey is a key pair by which identity providers encrypt for a contact center.
type SSOKey struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Pointer         string // SSOPrivateKey; what the sealed value is bound to
	Certificate     string // PEM
	Sealed          []byte // the private key
	KeyID           string
	CreatedAt       Time
	CreatedBy       string
}

// TableName names the table for GORM.
func (SSOKey) TableName() string { return "sso_keys" }

// SSOPrivateKey is the pointer of the private key of a key pair. No type of account
// has a secret there.
const SSOPrivateKey = "/keyPair/privateKey"
