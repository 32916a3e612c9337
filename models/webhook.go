package models

import (
	"strconv"
	"time"
)

// Webhook is an address of a contact center's own that its events are delivered
// to. Its primary key is (ContactCenterID, ID).
type Webhook struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	URL             string
	Description     string
	EventTypes      Strings // none: all
	Enabled         bool
	Version         int64
	CreatedAt       Time
	CreatedBy       string
	UpdatedAt       Time
	UpdatedBy       string
}

// TableName names the table for GORM.
func (Webhook) TableName() string { return "webhooks" }

// ETag is the entity tag without its quotes.
func (w *Webhook) ETag() string { return strconv.FormatInt(w.Version, 10) }

// WebhookSecret is one sealed key by which deliveries are signed. Its primary key
// is (ContactCenterID, WebhookID, Pointer).
type WebhookSecret struct {
	ContactCenterID string `gorm:"primaryKey"`
	WebhookID       string `gorm:"primaryKey"`
	Pointer         string `gorm:"primaryKey"` // WebhookKey or WebhookPreviousKey
	Sealed          []byte
	KeyID           string
	ValidUntil      Time // zero: for good
}

// TableName names the table for GORM.
func (WebhookSecret) TableName() string { return "webhook_secrets" }

// Pointers of the keys of a webhook: the one in use, and the one before, which
// signs along for a while.
const (
	WebhookKey         = "/secret"
	WebhookPreviousKey = "/previousSecret"
)

// WebhookDelivery is one event on its way to one webhook. It holds the event
// itself, so that it outlives it. Its primary key is (ContactCenterID, WebhookID,
// ID).
type WebhookDelivery struct {
	ContactCenterID string `gorm:"primaryKey"`
	WebhookID       string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	EventSequence   int64
	EventID         string
	EventType       string
	EventAt         Time
	AccountID       string
	AccountType     string
	AccountVersion  int64
	Status          string // DeliveryPending …
	Attempts        int64
	LastStatus      int    // HTTP status of the last attempt; 0 where there was no answer
	LastError       string // a word that says why the last attempt failed
	AttemptedAt     Time
	// NextAttemptAt is when it is due. The zero time of a pending one means that it
	// waits for an earlier one of the same account.
	NextAttemptAt Time
	// GiveUpAt ends the attempts.
	GiveUpAt  Time
	CreatedAt Time
}

// TableName names the table for GORM.
func (WebhookDelivery) TableName() string { return "webhook_deliveries" }

// DeliveryWindow is for how long a delivery is attempted.
const DeliveryWindow = 24 * time.Hour

// States of a delivery.
const (
	DeliveryPending   = "pending"
	DeliveryDelivered = "delivered"
	DeliveryFailed    = "failed"
)

// Event returns the event that is delivered.
func (d *WebhookDelivery) Event() *Event {
	return &Event{
		ContactCenterID: d.ContactCenterID, Sequence: d.EventSequence, ID: d.EventID, Type: d.EventType, At: d.EventAt,
		AccountID: d.AccountID, AccountType: d.AccountType, AccountVersion: d.AccountVersion,
	}
}

// DeliveryFilter selects deliveries of one webhook, newest first. An empty status
// does not filter.
type DeliveryFilter struct {
	ContactCenterID, WebhookID string
	Status                     string
	Page                       Page
}

// DueFilter selects deliveries or checks that are due, longest due first, but for
// those of the contact centers, webhooks (of deliveries) and types (of checks) that
// are left out.
type DueFilter struct {
	Now            Time
	ExceptCenters  []string
	ExceptWebhooks []string
	ExceptTypes    []string
	Limit          int
}

// WebhookAttempt is how one attempt to deliver went.
type WebhookAttempt struct {
	// Status is what becomes of the delivery by it.
	Status     string
	LastStatus int
	LastError  string
	At         Time
	// Next is when a pending one is due again.
	Next Time
}
