// Package events puts what others want to hear of into the outbox, in the
// transaction of what happened: no event without its change, no change without
// its event.
//
// An event names an account and holds no property and no secret. Handing events
// to listeners is not done here.
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"admin-api/models"
	"admin-api/store"
)

// Append adds an event about an account within the transaction tx. detail becomes
// a small JSON object; nil is none.
func Append(
	ctx context.Context, tx *store.Store, typ string, a *models.Account, detail any, now time.Time,
) (*models.Event, error) {
	e := &models.Event{
		ContactCenterID: a.ContactCenterID, ID: models.NewID(now), Type: typ, AccountID: a.ID, AccountType: a.Type,
		At: models.NewTime(now),
	}
	if detail != nil {
		text, err := json.Marshal(detail)
		if err != nil {
			return nil, fmt.Errorf("event %s: %w", typ, err)
		}
		e.Detail = text
	}
	return e, tx.InsertEvent(ctx, e)
}
