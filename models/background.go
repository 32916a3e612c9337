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
