// Package events puts what others want to hear of into the outbox, in the
// transaction of what happened: no event without its change, no change without
// its event. It hands events on, as a feed to who listens and by webhooks to who
// cannot, and manages the webhooks.
//
// An event names what it is about and holds no property and no secret; who wants
// to know more reads the account. The package knows no HTTP server.
package events

import (
	"context"
	"log/slog"
	"time"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/secret"
	"admin-api/store"
)

// Append adds an event about an account within the transaction tx. On PostgreSQL
// it comes behind every row of an account and every audit record that the
// transaction writes.
func Append(ctx context.Context, tx *store.Store, typ string, a *models.Account, at time.Time) error {
	return tx.InsertEvent(ctx, &models.Event{
		ContactCenterID: a.ContactCenterID, ID: models.NewID(at), Type: typ, AccountID: a.ID, AccountType: a.Type,
		AccountVersion: a.Version, At: models.NewTime(at),
	})
}

// Service hands on the events of all contact centers. Its exported members are set
// once, before the first call; it is safe for concurrent use.
type Service struct {
	Store    *store.Store
	Keys     *secret.Keyring
	Audit    *audit.Log
	Outbound *outbound.Client
	Logger   *slog.Logger
	// Poll is how often listeners are told of what other processes wrote; 0 means
	// every second. What this process wrote they hear of at once, see Committed.
	Poll time.Duration
	// Now returns the time; nil means time.Now.
	Now func() time.Time

	hub hub
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
