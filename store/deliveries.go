package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// sameQueue selects the deliveries of one account to one webhook that are still to
// be made. Only the first of them is ever due.
const sameQueue = "contact_center_id = ? AND webhook_id = ? AND account_id = ? AND status = 'pending'"

// hasPending reports whether a delivery has to wait for another one.
func (s *Store) hasPending(ctx context.Context, d *models.WebhookDelivery) (bool, error) {
	var found []int64
	err := s.write.WithContext(ctx).Model(&models.WebhookDelivery{}).Select("event_sequence").
		Where(sameQueue, d.ContactCenterID, d.WebhookID, d.AccountID).Limit(1).Find(&found).Error
	return len(found) > 0, err
}

// Deliveries returns the deliveries that the filter selects, newest first.
func (s *Store) Deliveries(ctx context.Context, f models.DeliveryFilter) ([]models.WebhookDelivery, error) {
	db := s.query(ctx).Where("contact_center_id = ? AND webhook_id = ?", f.ContactCenterID, f.WebhookID)
	if f.Status != "" {
		db = db.Where("status = ?", f.Status)
	}
	if f.Page.Before != "" {
		db = db.Where("id < ?", f.Page.Before)
	}
	var all []models.WebhookDelivery
	if err := limited(db, f.Page.Limit).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list deliveries: %w", translate(err))
	}
	return all, nil
}

// Delivery returns one delivery of a webhook, or models.ErrNotFound.
func (s *Store) Delivery(ctx context.Context, contactCenter, webhook, id string) (*models.WebhookDelivery, error) {
	d := &models.WebhookDelivery{}
	err := s.take(ctx, "delivery", d, "contact_center_id = ? AND webhook_id = ? AND id = ?", contactCenter, webhook, id)
	return d, err
}

// DueDeliveries returns deliveries of all contact centers that are due, but for
// those to webhooks that are switched off and of contact centers that are
// suspended.
func (s *Store) DueDeliveries(ctx context.Context, f models.DueFilter) ([]models.WebhookDelivery, error) {
	var due []models.WebhookDelivery
	if err := s.dueQuery(s.query(ctx), &f).Find(&due).Error; err != nil {
		return nil, fmt.Errorf("list due deliveries: %w", translate(err))
	}
	return due, nil
}

func (s *Store) dueQuery(db *gorm.DB, f *models.DueFilter) *gorm.DB {
	table := "webhook_deliveries d"
	if s.dialect == SQLite {
		table += " INDEXED BY webhook_deliveries_due" // it would rather go through the webhooks
	}
	db = db.Table(table).Select("d.*").
		Joins("JOIN webhooks w ON w.contact_center_id = d.contact_center_id AND w.id = d.webhook_id").
		Joins("JOIN contact_centers c ON c.id = d.contact_center_id").
		Where("d.status = 'pending' AND d.next_attempt_at IS NOT NULL AND d.next_attempt_at <= ?", f.Now).
		Where("w.enabled = ? AND c.suspended = ?", true, false)
	if len(f.ExceptWebhooks) > 0 {
		db = db.Where("d.webhook_id NOT IN ?", f.ExceptWebhooks)
	}
	if len(f.ExceptCenters) > 0 {
		db = db.Where("d.contact_center_id NOT IN ?", f.ExceptCenters)
	}
	return limited(db, f.Limit).Order("d.next_attempt_at")
}

// ClaimDelivery puts a due delivery off until the given time, unless somebody else
// has done so, and reports whether it did. Whoever claims a delivery makes it; a
// process that dies leaves it to the next after that time.
func (s *Store) ClaimDelivery(ctx context.Context, d *models.WebhookDelivery, until models.Time) (bool, error) {
	claimed := false
	err := s.exec(ctx, func(db *gorm.DB) error {
		res := inHand(db, d).UpdateColumn("next_attempt_at", until)
		claimed = res.RowsAffected > 0
		return res.Error
	})
	if err != nil {
		return false, fmt.Errorf("claim delivery %s: %w", d.ID, err)
	}
	return claimed, nil
}

// inHand selects a pending delivery that is still due when d says.
func inHand(db *gorm.DB, d *models.WebhookDelivery) *gorm.DB {
	return db.Model(&models.WebhookDelivery{}).Where(
		"contact_center_id = ? AND webhook_id = ? AND id = ? AND status = 'pending' AND next_attempt_at = ?",
		d.ContactCenterID, d.WebhookID, d.ID, d.NextAttemptAt)
}

// FinishAttempt records how an attempt went of a delivery that was claimed until
// its NextAttemptAt. Where that ends the delivery, the next one of the account is
// due. It does nothing where the claim is over.
func (s *Store) FinishAttempt(ctx context.Context, d *models.WebhookDelivery, a models.WebhookAttempt) error {
	err := s.Tx(ctx, func(tx *Store) error {
		if a.Status != models.DeliveryPending {
			if err := tx.lockEvents(ctx, d.ContactCenterID); err != nil {
				return err
			}
		}
		res := inHand(tx.write.WithContext(ctx), d).UpdateColumns(map[string]any{
			"status": a.Status, "attempts": gorm.Expr("attempts + 1"), "last_status": a.LastStatus,
			"last_error": a.LastError, "attempted_at": a.At, "next_attempt_at": a.Next,
		})
		if res.Error != nil || res.RowsAffected == 0 || a.Status == models.DeliveryPending {
			return res.Error
		}
		return tx.write.WithContext(ctx).Model(&models.WebhookDelivery{}).
			Where(sameQueue, d.ContactCenterID, d.WebhookID, d.AccountID).
			Where("next_attempt_at IS NULL AND event_sequence = (?)",
				tx.write.Model(&models.WebhookDelivery{}).Select("min(event_sequence)").
					Where(sameQueue, d.ContactCenterID, d.WebhookID, d.AccountID)).
			UpdateColumn("next_attempt_at", a.At).Error
	})
	if err != nil {
		return fmt.Errorf("finish attempt of delivery %s: %w", d.ID, translate(err))
	}
	return nil
}

// RepeatDelivery has a delivery that has ended made again, from now on and until
// giveUp, behind those of its account that are still to be made. One that has not
// ended stays as it is. It returns models.ErrNotFound where there is none.
func (s *Store) RepeatDelivery(
	ctx context.Context, contactCenter, webhook, id string, now, giveUp models.Time,
) (d *models.WebhookDelivery, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockEvents(ctx, contactCenter); err != nil {
			return err
		}
		if d, err = tx.Delivery(ctx, contactCenter, webhook, id); err != nil || d.Status == models.DeliveryPending {
			return err
		}
		waits, err := tx.hasPending(ctx, d)
		if err != nil {
			return err
		}
		d.Status, d.Attempts, d.GiveUpAt, d.NextAttemptAt = models.DeliveryPending, 0, giveUp, now
		if waits {
			d.NextAttemptAt = models.Time{}
		}
		return tx.write.WithContext(ctx).Model(d).Select("status", "attempts", "give_up_at", "next_attempt_at").
			UpdateColumns(d).Error
	})
	if err != nil {
		return nil, fmt.Errorf("repeat delivery %s: %w", id, translate(err))
	}
	return d, nil
}

// DeleteDeliveries removes at most limit deliveries from before the given time,
// oldest first, and returns how many.
func (s *Store) DeleteDeliveries(ctx context.Context, before models.Time, limit int) (int, error) {
	return s.deleteSome(ctx, "deliveries", `DELETE FROM webhook_deliveries
		WHERE (contact_center_id, webhook_id, id) IN (
		SELECT contact_center_id, webhook_id, id FROM webhook_deliveries WHERE created_at < ?
		ORDER BY created_at LIMIT ?)`, before, limit)
}

// ReleaseDeliveries makes those due that wait for a delivery which is gone.
func (s *Store) ReleaseDeliveries(ctx context.Context, now models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Exec(`UPDATE webhook_deliveries SET next_attempt_at = ?
			WHERE status = 'pending' AND next_attempt_at IS NULL AND NOT EXISTS (
				SELECT 1 FROM webhook_deliveries e WHERE e.contact_center_id = webhook_deliveries.contact_center_id
				AND e.webhook_id = webhook_deliveries.webhook_id AND e.account_id = webhook_deliveries.account_id
				AND e.status = 'pending' AND e.id <> webhook_deliveries.id
				AND (e.next_attempt_at IS NOT NULL OR e.event_sequence < webhook_deliveries.event_sequence))`, now).Error
	})
	if err != nil {
		return fmt.Errorf("release deliveries: %w", err)
	}
	return nil
}
