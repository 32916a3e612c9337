package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// InsertWebhook stores a webhook.
func (s *Store) InsertWebhook(ctx context.Context, w *models.Webhook) error {
	return s.create(ctx, "webhook", w)
}

// Webhook returns a webhook of the contact center, or models.ErrNotFound.
func (s *Store) Webhook(ctx context.Context, contactCenter, id string) (*models.Webhook, error) {
	w := &models.Webhook{}
	return w, s.take(ctx, "webhook", w, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// Webhooks returns a page of the webhooks of a contact center, newest first.
func (s *Store) Webhooks(ctx context.Context, contactCenter string, page models.Page) ([]models.Webhook, error) {
	db := s.query(ctx).Where("contact_center_id = ?", contactCenter)
	if page.Before != "" {
		db = db.Where("id < ?", page.Before)
	}
	var all []models.Webhook
	if err := limited(db, page.Limit).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list webhooks: %w", translate(err))
	}
	return all, nil
}

// CountWebhooks returns how many webhooks a contact center has.
func (s *Store) CountWebhooks(ctx context.Context, contactCenter string) (int, error) {
	n := int64(0)
	err := s.query(ctx).Model(&models.Webhook{}).Where("contact_center_id = ?", contactCenter).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count webhooks: %w", translate(err))
	}
	return int(n), nil
}

// UpdateWebhook writes a webhook over its version from; models.ErrVersionMismatch
// means that it has another one by now, or is gone.
func (s *Store) UpdateWebhook(ctx context.Context, w *models.Webhook, from int64) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		res := db.Model(&models.Webhook{}).
			Where("contact_center_id = ? AND id = ? AND version = ?", w.ContactCenterID, w.ID, from).
			Select("url", "description", "event_types", "enabled", "version", "updated_at", "updated_by").UpdateColumns(w)
		if res.Error == nil && res.RowsAffected == 0 {
			return models.ErrVersionMismatch
		}
		return res.Error
	})
	if err != nil {
		return fmt.Errorf("update webhook %s: %w", w.ID, err)
	}
	return nil
}

// DeleteWebhook removes a webhook of the version with its secrets and deliveries;
// models.ErrVersionMismatch means that it has another one by now, or is gone. No
// event is queued for it meanwhile.
func (s *Store) DeleteWebhook(ctx context.Context, contactCenter, id string, version int64) error {
	err := s.Tx(ctx, func(tx *Store) error {
		if err := tx.lockEvents(ctx, contactCenter); err != nil {
			return err
		}
		res := tx.write.WithContext(ctx).
			Where("contact_center_id = ? AND id = ? AND version = ?", contactCenter, id, version).Delete(&models.Webhook{})
		if res.Error == nil && res.RowsAffected == 0 {
			return models.ErrVersionMismatch
		}
		return res.Error
	})
	if err != nil {
		return fmt.Errorf("delete webhook %s: %w", id, translate(err))
	}
	return nil
}

// WebhookSecrets returns the sealed keys of a webhook, the one in use last.
func (s *Store) WebhookSecrets(ctx context.Context, contactCenter, webhook string) ([]models.WebhookSecret, error) {
	var secrets []models.WebhookSecret
	err := s.query(ctx).Where("contact_center_id = ? AND webhook_id = ?", contactCenter, webhook).
		Order("pointer").Find(&secrets).Error
	if err != nil {
		return nil, fmt.Errorf("read secrets of webhook %s: %w", webhook, translate(err))
	}
	return secrets, nil
}

// PutWebhookSecret stores a sealed key, replacing that of the same pointer. Without
// the webhook it returns models.ErrNotFound.
func (s *Store) PutWebhookSecret(ctx context.Context, secret *models.WebhookSecret) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "contact_center_id"}, {Name: "webhook_id"}, {Name: "pointer"}},
			DoUpdates: clause.AssignmentColumns([]string{"sealed", "key_id", "valid_until"}),
		}).Create(secret).Error
	})
	if err != nil {
		return fmt.Errorf("put secret of webhook %s: %w", secret.WebhookID, err)
	}
	return nil
}

// DeleteExpiredWebhookSecrets removes the keys that no longer sign at now.
func (s *Store) DeleteExpiredWebhookSecrets(ctx context.Context, now models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Where("valid_until <= ?", now).Delete(&models.WebhookSecret{}).Error
	})
	if err != nil {
		return fmt.Errorf("delete expired secrets of webhooks: %w", err)
	}
	return nil
}
