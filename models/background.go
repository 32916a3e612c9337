package models

// ScheduledCheck says when the monitor checks an account next. Its primary key is
// (ContactCenterID, AccountID).
type ScheduledCheck struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	AccountType     string
	DueAt           Time
	// Failures counts the checks that failed in a row.
	Failures int
}

// TableName names the table for GORM.
func (ScheduledCheck) TableName() string { return "check_schedule" }

// CertificateNotice remembers that people were told that a certificate of an
// account expires in so many days, 0 for that it has expired. Its primary key is
// (ContactCenterID, AccountID, SHA256, Days).
type CertificateNotice struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	SHA256          string `gorm:"primaryKey;column:sha256"`
	Days            int    `gorm:"primaryKey"`
	NoticedAt       Time
}

// TableName names the table for GORM.
func (CertificateNotice) TableName() string { return "certificate_notices" }

// ExpiringAccount is a live, enabled account with a certificate that expires soon
// or has expired.
type ExpiringAccount struct {
	ContactCenterID string
	ID              string
	ExpiresAt       Time
}

// Event is something that others want to hear of. It names what it is about and
// holds no property and no secret. Its primary key is (ContactCenterID, ID); ID is
// a UUIDv7.
type Event struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Type            string // EventHealthChanged …
	AccountID       string
	AccountType     string
	// Detail is a small JSON object whose members depend on the type.
	Detail JSON
	At     Time
}

// TableName names the table for GORM.
func (Event) TableName() string { return "events" }

// Types of events.
const (
	// EventHealthChanged: a check found another state of health. Detail: from, to,
	// code.
	EventHealthChanged = "account.health_changed"
	// EventCertificateExpiring: a certificate expires soon. Detail: pointer, sha256,
	// notAfter, days.
	EventCertificateExpiring = "certificate.expiring"
	// EventCertificateExpired: a certificate has expired. Detail as for expiring.
	EventCertificateExpired = "certificate.expired"
)
