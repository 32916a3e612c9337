package models

// Event is something that others want to hear of. It names what it is about and
// holds no property and no secret. Its primary key is (ContactCenterID, Sequence);
// in a contact center, sequences start at 1 without gaps and are in the order of
// the commits. ID is a UUIDv7.
type Event struct {
	ContactCenterID string `gorm:"primaryKey"`
	Sequence        int64  `gorm:"primaryKey;autoIncrement:false"`
	ID              string
	Type            string // EventAccountCreated …
	AccountID       string
	AccountType     string
	// AccountVersion is that of the account after the event.
	AccountVersion int64
	At             Time
}

// TableName names the table for GORM.
func (Event) TableName() string { return "events" }

// EventHead counts the events of one contact center.
type EventHead struct {
	ContactCenterID string `gorm:"primaryKey"`
	Sequence        int64
}

// TableName names the table for GORM.
func (EventHead) TableName() string { return "event_heads" }

// Types of events.
const (
	// EventAccountCreated to EventAccountAuthorized: a version of an account was
	// written, by the operation of that name.
	EventAccountCreated    = "account.created"
	EventAccountUpdated    = "account.updated"
	EventAccountDeleted    = "account.deleted"
	EventAccountUndeleted  = "account.undeleted"
	EventAccountRolledBack = "account.rolled_back"
	EventAccountAuthorized = "account.authorized"
	// EventAccountPurged: the retention time of a deleted account is over, and it is
	// gone for good.
	EventAccountPurged = "account.purged"
	// EventDefaultMoved: the account is no longer the default of its family,
	// because another one is now.
	EventDefaultMoved = "account.default_moved"
	// EventHealthChanged: a check found another state of health.
	EventHealthChanged = "account.health_changed"
	// EventCertificateExpiring: a certificate of the account expires soon.
	EventCertificateExpiring = "certificate.expiring"
	// EventCertificateExpired: a certificate of the account has expired.
	EventCertificateExpired = "certificate.expired"
)

// AllEventTypes lists every type of events.
func AllEventTypes() []string {
	return []string{
		EventAccountCreated, EventAccountUpdated, EventAccountDeleted, EventAccountUndeleted, EventAccountRolledBack,
		EventAccountAuthorized, EventAccountPurged, EventDefaultMoved, EventHealthChanged, EventCertificateExpiring,
		EventCertificateExpired,
	}
}

// EventFilter selects events of one contact center behind a position, in their
// order. Zero members do not filter.
type EventFilter struct {
	ContactCenterID string
	After           int64
	Types           []string
	AccountID       string
	Limit           int
}

// EventDocument is an event in its wire form.
type EventDocument struct {
	ID             string `json:"id"`
	Sequence       int64  `json:"sequence,omitempty"`
	Type           string `json:"type"`
	Time           Time   `json:"time"`
	AccountID      string `json:"accountId,omitempty"`
	AccountType    string `json:"accountType,omitempty"`
	AccountVersion int64  `json:"accountVersion,omitempty"`
}

// Document returns the wire form.
func (e *Event) Document() EventDocument {
	return EventDocument{
		ID: e.ID, Sequence: e.Sequence, Type: e.Type, Time: e.At, AccountID: e.AccountID, AccountType: e.AccountType,
		AccountVersion: e.AccountVersion,
	}
}
