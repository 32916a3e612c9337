package accounts

import (
	"context"
	"fmt"
	"maps"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

// sealAnew moves what the change has sealed to the newest key, if that is younger
// than the change. A rotation waits for transactions that were here, so that none
// of them stores anything under the older key behind its back.
func (s *Service) sealAnew(ctx context.Context, tx *store.Store, c *change) error {
	if len(c.sealed) == 0 {
		return nil
	}
	if err := tx.BeginSealing(ctx); err != nil {
		return err
	}
	primary, cloned := s.Keys.Primary(), false
	for i, row := range c.sealed {
		if row.KeyID == primary {
			continue
		}
		if !cloned {
			c.account.Secrets, cloned = maps.Clone(c.account.Secrets), true // also the caller's, which may try again
		}
		if err := s.sealRowAnew(c.account, &c.sealed[i]); err != nil {
			return fmt.Errorf("seal %s: %w: %w", row.Pointer, err, models.ErrUnavailable)
		}
	}
	return nil
}

func (s *Service) sealRowAnew(a *models.Account, row *models.AccountSecret) error {
	where := secret.Where{ContactCenter: row.ContactCenterID, Account: row.AccountID, Pointer: row.Pointer}
	text, err := s.Keys.Unseal(row.Sealed, where)
	if err != nil {
		return err
	}
	if row.Sealed, row.KeyID, err = s.Keys.Seal(text.Reveal(), where); err != nil {
		return err
	}
	if fact, ok := a.Secrets[row.Pointer]; ok {
		fact.KeyID = row.KeyID
		a.Secrets[row.Pointer] = fact
	}
	return nil
}
