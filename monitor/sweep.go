package monitor

import (
	"context"
	"fmt"

	"admin-api/events"
	"admin-api/models"
	"admin-api/store"
)

// keptEvents is how long events are kept for listeners that were away, and
// deliveries to webhooks for people to look at.
const keptEvents = 30 * day

// sweep removes what has been kept long enough.
func (m *Monitor) sweep(ctx context.Context) {
	m.failed(ctx, "deleted accounts not removed", m.purge(ctx))
	m.failed(ctx, "old events not removed", m.forget(ctx, m.Store.DeleteEvents))
	m.failed(ctx, "old deliveries not removed", m.forget(ctx, m.Store.DeleteDeliveries))
	m.failed(ctx, "deliveries not released", m.Store.ReleaseDeliveries(ctx, m.now()))
	m.failed(ctx, "old secrets of webhooks not removed", m.Store.DeleteExpiredWebhookSecrets(ctx, m.now()))
}

// purge removes for good the accounts whose retention time is over, each batch
// together with its audit records and events.
func (m *Monitor) purge(ctx context.Context) error {
	before := models.NewTime(m.Now().Add(-m.Retention))
	for {
		var purged []models.Account
		err := m.Store.Tx(ctx, func(tx *store.Store) (err error) {
			if purged, err = tx.PurgeDeleted(ctx, before, batch); err != nil {
				return err
			}
			return m.recordPurge(ctx, tx, purged)
		})
		if err != nil {
			return err
		}
		m.recorded(ctx, purged)
		if len(purged) < batch {
			return nil
		}
	}
}

func (m *Monitor) recordPurge(ctx context.Context, tx *store.Store, purged []models.Account) error {
	for i := range purged {
		a := &purged[i]
		err := m.Audit.Append(ctx, tx, &models.AuditEvent{
			ContactCenterID: a.ContactCenterID, Actor: "monitor", ActorName: "monitor", Operation: "account.purge",
			TargetType: "account", TargetID: a.ID, Detail: "its retention time was over",
		})
		if err == nil {
			err = events.Append(ctx, tx, models.EventAccountPurged, a, m.Now())
		}
		if err != nil {
			return fmt.Errorf("purge account %s: %w", a.ID, err)
		}
	}
	return nil
}

// recorded tells the audit log what was committed, and says how much it was.
func (m *Monitor) recorded(ctx context.Context, purged []models.Account) {
	centers := map[string]bool{}
	for i := range purged {
		if id := purged[i].ContactCenterID; !centers[id] {
			centers[id] = true
			m.Audit.Committed(id)
		}
	}
	if len(purged) > 0 {
		m.Logger.InfoContext(ctx, "deleted accounts removed for good", "accounts", len(purged))
	}
}

// forget removes, batch by batch, what has been kept long enough.
func (m *Monitor) forget(ctx context.Context, remove func(context.Context, models.Time, int) (int, error)) error {
	before := models.NewTime(m.Now().Add(-keptEvents))
	for {
		n, err := remove(ctx, before, 10*batch)
		if err != nil || n < 10*batch {
			return err
		}
	}
}
