package events

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/secret"
	"admin-api/store"
)

const (
	// mostWebhooks is how many webhooks a contact center may have.
	mostWebhooks = 20
	// overlap is for how long the key before signs along with a new one.
	overlap = 24 * time.Hour
	// updateTries bounds how often an unconditional change is repeated because
	// someone else was quicker.
	updateTries = 50
)

// WebhookPage is a page of webhooks, newest first.
type WebhookPage struct {
	Items      []models.Webhook
	NextCursor string
}

// Webhooks lists the webhooks of the contact center.
func (s *Service) Webhooks(ctx context.Context, p *access.Principal, q paging.Query) (*WebhookPage, error) {
	bound := paging.Bind("webhooks", p.ContactCenter.ID)
	page, err := paging.Start(s.Keys, q, bound)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Webhooks(ctx, p.ContactCenter.ID, page)
	if err != nil {
		return nil, err
	}
	rows, next := paging.Cut(s.Keys, rows, page, bound, func(w *models.Webhook) string { return w.ID })
	return &WebhookPage{Items: rows, NextCursor: next}, nil
}

// Webhook returns one webhook; models.ErrNotFound for an unknown id and for one of
// another contact center.
func (s *Service) Webhook(ctx context.Context, p *access.Principal, id string) (*models.Webhook, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	return s.Store.Webhook(ctx, p.ContactCenter.ID, id)
}

// CreateWebhook stores a webhook and returns it with its key, which is never shown
// again. Errors are those of the document, and models.ErrLimitReached.
func (s *Service) CreateWebhook(
	ctx context.Context, p *access.Principal, body []byte,
) (*models.Webhook, secret.Text, error) {
	in, err := s.readWebhook(p, body)
	if err != nil {
		return nil, secret.Text{}, err
	}
	now := models.NewTime(s.now())
	w := &models.Webhook{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(now.Time), Version: 1,
		CreatedAt: now, CreatedBy: p.ID, UpdatedAt: now, UpdatedBy: p.ID,
	}
	in.apply(w)
	key := newKey()
	err = s.change(ctx, p, "webhook.create", w.ID, differences(&models.Webhook{}, w), func(tx *store.Store) error {
		n, err := tx.CountWebhooks(ctx, w.ContactCenterID)
		if err != nil {
			return err
		}
		if n >= mostWebhooks {
			return &models.RefusalError{
				Err: models.ErrLimitReached, Detail: fmt.Sprintf("A contact center can have at most %d webhooks.", mostWebhooks),
			}
		}
		if err := tx.InsertWebhook(ctx, w); err != nil {
			return err
		}
		return s.putKey(ctx, tx, w, models.WebhookKey, key, models.Time{})
	})
	if err != nil {
		return nil, secret.Text{}, err
	}
	return w, key, nil
}

// putKey seals a key of a webhook and stores it within the transaction tx, with
// whose end a rotation waits: what is sealed here is under a key that it sees.
func (s *Service) putKey(
	ctx context.Context, tx *store.Store, w *models.Webhook, pointer string, key secret.Text, until models.Time,
) error {
	if err := tx.BeginSealing(ctx); err != nil {
		return err
	}
	row := &models.WebhookSecret{ContactCenterID: w.ContactCenterID, WebhookID: w.ID, Pointer: pointer, ValidUntil: until}
	var err error
	if row.Sealed, row.KeyID, err = s.Keys.Seal(key.Reveal(), placeOf(row)); err != nil {
		return fmt.Errorf("seal secret of webhook: %w", err)
	}
	return tx.PutWebhookSecret(ctx, row)
}

func placeOf(row *models.WebhookSecret) secret.Where {
	return secret.Where{ContactCenter: row.ContactCenterID, Account: row.WebhookID, Pointer: row.Pointer}
}

// UpdateWebhook changes a webhook by a merge patch (RFC 7396). Errors are those of
// the document, models.ErrNotFound, and models.ErrVersionMismatch with the current
// tag where m does not hold.
func (s *Service) UpdateWebhook(
	ctx context.Context, p *access.Principal, id string, m access.Match, body []byte,
) (*models.Webhook, error) {
	var changed *models.Webhook
	err := s.conditional(ctx, p, id, "webhook.update", m, func(old *models.Webhook) error {
		in, err := s.patchWebhook(p, old, body)
		if err != nil {
			return err
		}
		now := *old
		in.apply(&now)
		changed = &now
		changes := differences(old, &now)
		if len(changes) == 0 {
			return nil
		}
		now.Version, now.UpdatedAt, now.UpdatedBy = old.Version+1, models.NewTime(s.now()), p.ID
		return s.change(ctx, p, "webhook.update", id, changes, func(tx *store.Store) error {
			return tx.UpdateWebhook(ctx, &now, old.Version)
		})
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// DeleteWebhook removes a webhook and what was still to be delivered to it. Errors
// are those of UpdateWebhook but for the document.
func (s *Service) DeleteWebhook(ctx context.Context, p *access.Principal, id string, m access.Match) error {
	return s.conditional(ctx, p, id, "webhook.delete", m, func(old *models.Webhook) error {
		changes := differences(old, &models.Webhook{})
		return s.change(ctx, p, "webhook.delete", id, changes, func(tx *store.Store) error {
			return tx.DeleteWebhook(ctx, old.ContactCenterID, old.ID, old.Version)
		})
	})
}

// conditional runs do with the stored webhook where m holds, and again where
// someone else was quicker and m does not mind.
func (s *Service) conditional(
	ctx context.Context, p *access.Principal, id, op string, m access.Match, do func(*models.Webhook) error,
) error {
	for try := 1; ; try++ {
		w, err := s.Webhook(ctx, p, id)
		if err != nil {
			return err
		}
		if !m.Allows(w.Version) {
			s.refused(ctx, p, op, id, "stale If-Match")
			return &models.RefusalError{
				Err: models.ErrVersionMismatch, ETag: w.ETag(),
				Detail: "The webhook was changed since you read it; read it again and repeat your change.",
			}
		}
		if err := do(w); !errors.Is(err, models.ErrVersionMismatch) || try == updateTries {
			return err
		}
	}
}

// RotateWebhookSecret gives a webhook a new key and returns it; it is never shown
// again. The key before signs along for a day.
func (s *Service) RotateWebhookSecret(
	ctx context.Context, p *access.Principal, id string,
) (*models.Webhook, secret.Text, error) {
	w, err := s.Webhook(ctx, p, id)
	if err != nil {
		return nil, secret.Text{}, err
	}
	key := newKey()
	changes := []models.FieldChange{{Pointer: models.WebhookKey, New: models.JSON(`"changed"`)}}
	err = s.change(ctx, p, "webhook.rotate-secret", id, changes, func(tx *store.Store) error {
		keys, err := s.keysOf(ctx, tx, w)
		if err != nil && !errors.Is(err, errUnreadable) { // one that nobody can read is of no use
			return err
		}
		if len(keys) > 0 {
			until := models.NewTime(s.now().Add(overlap))
			if err := s.putKey(ctx, tx, w, models.WebhookPreviousKey, keys[0], until); err != nil {
				return err
			}
		}
		return s.putKey(ctx, tx, w, models.WebhookKey, key, models.Time{})
	})
	if err != nil {
		return nil, secret.Text{}, err
	}
	return w, key, nil
}

// errUnreadable means that the key of a webhook cannot be read.
var errUnreadable = errors.New("the secret of the webhook cannot be read")

// keysOf returns the keys that sign for a webhook now, the one in use first. One
// that cannot be read is left out; errUnreadable means that none can.
func (s *Service) keysOf(ctx context.Context, from *store.Store, w *models.Webhook) ([]secret.Text, error) {
	rows, err := from.WebhookSecrets(ctx, w.ContactCenterID, w.ID)
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	var keys []secret.Text
	reason := errUnreadable
	for i := range rows {
		if !rows[i].ValidUntil.IsZero() && !s.now().Before(rows[i].ValidUntil.Time) {
			continue
		}
		key, err := s.Keys.Unseal(rows[i].Sealed, placeOf(&rows[i]))
		if err != nil {
			reason = fmt.Errorf("%w: %w", errUnreadable, err)
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("webhook %s: %w", w.ID, reason)
	}
	return keys, nil
}
