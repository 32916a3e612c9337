package models

import (
	"strconv"
	"strings"
	"unicode"
)

// Account is one stored integration account, without the values of its
// secrets. Its primary key is (ContactCenterID, ID); ID is a UUIDv7 whose
// millisecond is CreatedAt, so ordering by ID is ordering by creation.
type Account struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Type            string
	Family          string
	Name            string
	NameKey         string // NameKey(Name)
	Description     string
	Labels          Labels
	Enabled         bool
	IsDefault       bool
	// LimitKey names what there may be only one of (the type or the family);
	// nil where there may be many.
	LimitKey *string
	// Properties holds the canonical document without secrets.
	Properties JSON
	Secrets    SecretFacts
	// Certificates are read from Properties when they are written.
	Certificates Certificates
	// ExpiresAt is the earliest NotAfter of Certificates.
	ExpiresAt Time
	// SearchText holds the folded words of name, description and labels, each
	// preceded by one space, so that a word prefix is found by "% word%".
	SearchText string

	HealthStatus    string
	HealthCode      string
	HealthCheckedAt Time
	HealthSequence  int64
	// HealthReset: an update writes the health as it stands here; otherwise it
	// leaves what is stored.
	HealthReset bool `gorm:"-" json:"-"`

	Version   int64
	CreatedAt Time
	CreatedBy string
	UpdatedAt Time
	UpdatedBy string
	DeletedAt Time
	DeletedBy string
}

// TableName names the table for GORM.
func (Account) TableName() string { return "accounts" }

// ETag is the entity tag without its quotes: "<version>-<health sequence>",
// with a "u" behind it while a secret cannot be read, so that a repaired key
// file is noticed by conditional reads.
func (a *Account) ETag(unreadable bool) string {
	tag := strconv.FormatInt(a.Version, 10) + "-" + strconv.FormatInt(a.HealthSequence, 10)
	if unreadable {
		tag += "u"
	}
	return tag
}

// SearchWords returns the folded words of texts in the form of SearchText. What
// stands between white space is a word, and so is each run of letters, marks and
// digits inside it: "support-eu" is found by "support-e" and by "eu".
func SearchWords(texts ...string) string {
	var b strings.Builder
	for _, t := range texts {
		for w := range strings.FieldsSeq(NameKey(t)) {
			b.WriteByte(' ')
			b.WriteString(w)
			runs := strings.FieldsFunc(w, separates)
			for i, run := range runs {
				if i > 0 || !strings.HasPrefix(w, run) { // else the whole word begins with it
					b.WriteByte(' ')
					b.WriteString(run)
				}
			}
		}
	}
	return b.String()
}

func separates(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }

// Health states of an account.
const (
	HealthOK          = "ok"
	HealthFailing     = "failing"
	HealthDegraded    = "degraded"
	HealthUnknown     = "unknown"
	HealthUnsupported = "unsupported"
)

// AccountSecret is one sealed secret of an account. Its primary key is
// (ContactCenterID, AccountID, Pointer).
type AccountSecret struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	Pointer         string `gorm:"primaryKey"`
	Sealed          []byte
	KeyID           string
}

// TableName names the table for GORM.
func (AccountSecret) TableName() string { return "account_secrets" }

// AccountVersion is what an account looked like at one version. Its primary
// key is (ContactCenterID, AccountID, Version). Document is the JSON of the
// Account row at that version, without sealed secrets.
type AccountVersion struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	Version         int64  `gorm:"primaryKey"`
	Operation       string // create, update, delete, undelete, rollback, default, authorize
	Document        JSON
	CreatedAt       Time
	CreatedBy       string
}

// TableName names the table for GORM.
func (AccountVersion) TableName() string { return "account_versions" }

// Reference says who uses an account. Its primary key is (ContactCenterID,
// AccountID, Key).
type Reference struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	Key             string `gorm:"primaryKey;column:reference_key"`
	Kind            string // scenario, scheduled_report, service …
	Name            string
	URL             string
	CreatedAt       Time
	CreatedBy       string
}

// TableName names the table for GORM.
func (Reference) TableName() string { return "account_references" }

// Check is the recorded result of one probe. Its primary key is
// (ContactCenterID, AccountID, ID). Document is the wire form of the result.
type Check struct {
	ContactCenterID string `gorm:"primaryKey"`
	AccountID       string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	AccountVersion  int64
	Status          string
	Document        JSON
	CheckedAt       Time
	CheckedBy       string
}

// TableName names the table for GORM.
func (Check) TableName() string { return "checks" }

// IdempotencyRecord remembers a create that succeeded. Its primary key is
// (ContactCenterID, Principal, Key). RequestMAC is a keyed hash of method,
// path and body.
type IdempotencyRecord struct {
	ContactCenterID string `gorm:"primaryKey"`
	Principal       string `gorm:"primaryKey"`
	Key             string `gorm:"primaryKey;column:idempotency_key"`
	RequestMAC      []byte
	AccountID       string
	Version         int64
	ExpiresAt       Time
}

// TableName names the table for GORM.
func (IdempotencyRecord) TableName() string { return "idempotency_records" }

// AccountKey is the primary key of an account.
type AccountKey struct {
	ContactCenterID string
	ID              string
}

// AccountCount is how many live accounts have a type and a health state.
type AccountCount struct {
	Type   string
	Health string
	Count  int
}
