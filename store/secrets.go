package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// Secrets returns the sealed secrets of an account in the order of their
// pointers; none is no error.
func (s *Store) Secrets(ctx context.Context, contactCenter, account string) ([]models.AccountSecret, error) {
	var secrets []models.AccountSecret
	err := s.query(ctx).Where("contact_center_id = ? AND account_id = ?", contactCenter, account).
		Order("pointer").Find(&secrets).Error
	if err != nil {
		return nil, fmt.Errorf("read secrets of account %s: %w", account, translate(err))
	}
	return secrets, nil
}

// PutSecrets stores sealed secrets, replacing those of the same pointer. Without
// the account it returns models.ErrNotFound.
func (s *Store) PutSecrets(ctx context.Context, secrets []models.AccountSecret) error {
	if len(secrets) == 0 {
		return nil
	}
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{
			Columns:   keyColumns("pointer"),
			DoUpdates: clause.AssignmentColumns([]string{"sealed", "key_id"}),
		}).Create(&secrets).Error
	})
	if err != nil {
		return fmt.Errorf("put secrets of account %s: %w", secrets[0].AccountID, err)
	}
	return nil
}

// DeleteSecrets removes the secrets at the given pointers; missing ones are no
// error.
func (s *Store) DeleteSecrets(ctx context.Context, contactCenter, account string, pointers []string) error {
	if len(pointers) == 0 {
		return nil
	}
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Where("contact_center_id = ? AND account_id = ? AND pointer IN ?", contactCenter, account, pointers).
			Delete(&models.AccountSecret{}).Error
	})
	if err != nil {
		return fmt.Errorf("delete secrets of account %s: %w", account, err)
	}
	return nil
}

// sealedSecrets are the sealed secrets of accounts and, with their ids in the place
// of an account's, those of webhooks and of key pairs of single sign-on.
const sealedSecrets = `(SELECT contact_center_id, account_id, pointer, sealed, key_id FROM account_secrets UNION ALL
	SELECT contact_center_id, webhook_id, pointer, sealed, key_id FROM webhook_secrets UNION ALL
	SELECT contact_center_id, id, pointer, sealed, key_id FROM sso_keys) AS sealed_secrets`

// SecretsNotOnKey returns at most limit secrets that are sealed under another
// key than keyID, in the order of their primary key and behind after. The zero
// AccountSecret starts from the beginning; of after only the key counts. The
// AccountID of another secret is the id of the webhook or key pair.
func (s *Store) SecretsNotOnKey(
	ctx context.Context, keyID string, after models.AccountSecret, limit int,
) ([]models.AccountSecret, error) {
	var secrets []models.AccountSecret
	err := s.query(ctx).Table(sealedSecrets).Where("key_id <> ?", keyID).
		Where("(contact_center_id, account_id, pointer) > (?, ?, ?)",
			after.ContactCenterID, after.AccountID, after.Pointer).
		Order("contact_center_id, account_id, pointer").Limit(limit).Find(&secrets).Error
	if err != nil {
		return nil, fmt.Errorf("list secrets to seal again: %w", translate(err))
	}
	return secrets, nil
}

// ReplaceSealed stores replacement where the secret still has the sealed bytes of
// old, and notes its key among the facts of the account, whose version stays: the
// secret is the same. It reports whether it replaced anything. Both must have the
// same primary key.
func (s *Store) ReplaceSealed(ctx context.Context, old, replacement models.AccountSecret) (replaced bool, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		replaced, err = tx.replaceSealed(ctx, old, replacement)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("seal secret of account %s again: %w", old.AccountID, translate(err))
	}
	return replaced, nil
}

func (s *Store) replaceSealed(ctx context.Context, old, replacement models.AccountSecret) (bool, error) {
	// Account before secret, the order in which an update takes them: two
	// transactions must not wait for each other.
	account := s.query(ctx).Model(&models.Account{}).Select("secrets").
		Where("contact_center_id = ? AND id = ?", old.ContactCenterID, old.AccountID)
	if s.dialect == Postgres {
		account = account.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
	}
	var rows []models.Account
	if err := account.Find(&rows).Error; err != nil {
		return false, err
	}
	switch {
	case len(rows) > 0:
		replaced, err := s.swapSealed(ctx, "account_secrets", "account_id", old, replacement)
		if err != nil || !replaced {
			return false, err
		}
		return true, s.noteKey(ctx, rows[0].Secrets, replacement)
	case old.Pointer == models.SSOPrivateKey:
		return s.swapSealed(ctx, "sso_keys", "id", old, replacement)
	default:
		return s.swapSealed(ctx, "webhook_secrets", "webhook_id", old, replacement)
	}
}

// swapSealed writes the sealed bytes of replacement over those of old, where they
// still stand; owner is the column of the id that stands in AccountID.
func (s *Store) swapSealed(
	ctx context.Context, table, owner string, old, replacement models.AccountSecret,
) (bool, error) {
	res := s.write.WithContext(ctx).Exec("UPDATE "+table+" SET sealed = ?, key_id = ? WHERE contact_center_id = ? AND "+
		owner+" = ? AND pointer = ? AND sealed = ?",
		replacement.Sealed, replacement.KeyID, old.ContactCenterID, old.AccountID, old.Pointer, old.Sealed)
	return res.RowsAffected > 0, res.Error
}

// noteKey writes the id of the key under which a secret is sealed to the facts.
func (s *Store) noteKey(ctx context.Context, facts models.SecretFacts, secret models.AccountSecret) error {
	fact, ok := facts[secret.Pointer]
	if !ok || fact.KeyID == secret.KeyID {
		return nil
	}
	fact.KeyID = secret.KeyID
	facts[secret.Pointer] = fact
	return s.write.WithContext(ctx).Model(&models.Account{}).
		Where("contact_center_id = ? AND id = ?", secret.ContactCenterID, secret.AccountID).
		UpdateColumn("secrets", facts).Error
}

// CountByKey counts the secrets by the id of the key they are sealed under.
func (s *Store) CountByKey(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		KeyID string
		Count int
	}
	err := s.query(ctx).Table(sealedSecrets).
		Select("key_id, count(*) AS count").Group("key_id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("count secrets by key: %w", translate(err))
	}
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.KeyID] = r.Count
	}
	return counts, nil
}
