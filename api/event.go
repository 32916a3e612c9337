package api

import "admin-api/models"

// Event is something that happened, in the feed and in what is sent to webhooks.
// It names what it is about and holds nothing else: read the account to know more.
type Event struct {
	// ID is the same in every repetition of the event.
	ID string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// Sequence counts the events of the contact center in the order of their
	// commits; absent from a ping.
	Sequence int64 `json:"sequence,omitempty" example:"57"`
	// Type says what happened; ping is sent to webhooks on request only.
	Type        string      `json:"type" enums:"account.created,account.updated,account.deleted,account.undeleted,account.rolled_back,account.authorized,account.purged,account.default_moved,account.health_changed,certificate.expiring,certificate.expired,ping" example:"account.updated"`
	Time        models.Time `json:"time" swaggertype:"string" format:"date-time"`
	AccountID   string      `json:"accountId,omitempty" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	AccountType string      `json:"accountType,omitempty" example:"zendesk"`
	// AccountVersion is that of the account after what happened.
	AccountVersion int64 `json:"accountVersion,omitempty" example:"7"`
}

// EventGap says that events are no longer kept: those behind the sequence after
// and before the sequence before. Read the accounts anew.
type EventGap struct {
	After  int64 `json:"after" example:"5"`
	Before int64 `json:"before" example:"41"`
}

// EventPage is a part of the feed, oldest first.
type EventPage struct {
	Items []Event `json:"items"`
	// LastEventID is where the feed goes on: send it back as lastEventId.
	LastEventID string `json:"lastEventId" example:"57"`
	// More is true where there is more already.
	More bool `json:"more"`
	// Gap is present only where events behind the given lastEventId are no longer kept.
	Gap *EventGap `json:"gap,omitempty"`
}

// NewEvents returns the wire form of events; it is never nil.
func NewEvents(list []models.Event) []Event {
	out := make([]Event, len(list))
	for i := range list {
		out[i] = Event(list[i].Document())
	}
	return out
}
