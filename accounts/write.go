package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"admin-api/access"
	"admin-api/events"
	"admin-api/models"
	"admin-api/store"
)

// Audited operations on accounts; versions carry the part behind the dot.
const (
	opCreate   = "create"
	opUpdate   = "update"
	opDelete   = "delete"
	opUndelete = "undelete"
	opRollback = "rollback"
	opDefault  = "default"
	opTest     = "test"
	opValidate = "validate"
	opLimits   = "limits"
	// opAuthorize is an update whose secret came by an authorization.
	opAuthorize = "authorize"
)

// write stores a change, its version, audit record and event in the transaction
// tx. from is the version that the change was made from, 0 for a create. Rows of
// accounts are written before the first audit record, by everybody: on PostgreSQL
// both are locked, and in one order nobody waits for somebody who waits. tx has
// locked neither people nor the contact center yet.
func (s *Service) write(
	ctx context.Context, tx *store.Store, p *access.Principal, c *change, op, detail string, from int64,
) error {
	if err := s.keepWayIn(ctx, tx, p, c); err != nil {
		return err
	}
	if err := c.people.hold(ctx, tx, c.account.ContactCenterID); err != nil {
		return err
	}
	before, err := s.writeRows(ctx, tx, p, c, from)
	if err != nil {
		return err
	}
	if before != nil {
		if err := s.record(ctx, tx, p, before, opDefault, "the default moved to another account"); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, p, c, op, detail)
}

// writeRows writes the rows of a change, which are still to be recorded. It
// returns what became of the account that was the default until now; nil for
// none.
func (s *Service) writeRows(
	ctx context.Context, tx *store.Store, p *access.Principal, c *change, from int64,
) (before *change, err error) {
	if c.account.IsDefault && c.account.DeletedAt.IsZero() {
		if before, err = s.unsetDefault(ctx, tx, p, c.account); err != nil {
			return nil, err
		}
	}
	if err := s.writeRow(ctx, tx, c, from); err != nil {
		return nil, err
	}
	return before, s.schedule(ctx, tx, c.account)
}

// defaultTries bounds how often a write is repeated because the default of the
// family moved at the same moment.
const defaultTries = 50

// commit writes a change in a transaction of its own, followed by what also
// does, which may be nil.
func (s *Service) commit(
	ctx context.Context, p *access.Principal, c *change, op, detail string, from int64, also func(tx *store.Store) error,
) error {
	for try := 1; ; try++ {
		attempt := *c
		a := *c.account
		attempt.account = &a
		err := s.Store.Tx(ctx, func(tx *store.Store) error {
			if err := s.write(ctx, tx, p, &attempt, op, detail, from); err != nil || also == nil {
				return err
			}
			return also(tx)
		})
		if !errors.Is(err, models.ErrDefaultTaken) || try == defaultTries {
			*c.account = a
			return err
		}
	}
}

func (s *Service) writeRow(ctx context.Context, tx *store.Store, c *change, from int64) error {
	if err := s.sealAnew(ctx, tx, c); err != nil {
		return err
	}
	a := c.account
	if from == 0 {
		if err := tx.InsertAccount(ctx, a); err != nil {
			return err
		}
	} else if err := s.updateRow(ctx, tx, c, from); err != nil {
		return err
	}
	if len(c.sealed) > 0 {
		if err := tx.PutSecrets(ctx, c.sealed); err != nil {
			return err
		}
	}
	if len(c.removed) > 0 {
		return tx.DeleteSecrets(ctx, a.ContactCenterID, a.ID, c.removed)
	}
	return nil
}

// updateRow writes the row over version from. Re-encryption may have moved a
// secret that is kept to another key since the row was read; then the facts are
// brought up to date, so that they do not name the older key again.
func (s *Service) updateRow(ctx context.Context, tx *store.Store, c *change, from int64) error {
	a := c.account
	if !s.onPrimary(a.Secrets) {
		if err := tx.LockAccount(ctx, a.ContactCenterID, a.ID); err != nil {
			return err
		}
		stored, err := tx.Secrets(ctx, a.ContactCenterID, a.ID)
		if err != nil {
			return err
		}
		a.Secrets = maps.Clone(a.Secrets) // also the caller's, which may try again
		for _, row := range stored {
			if fact, ok := a.Secrets[row.Pointer]; ok && !isSealed(c.sealed, row.Pointer) {
				fact.KeyID = row.KeyID
				a.Secrets[row.Pointer] = fact
			}
		}
	}
	return tx.UpdateAccount(ctx, a, from)
}

func (s *Service) onPrimary(facts models.SecretFacts) bool {
	primary := s.Keys.Primary()
	for _, fact := range facts {
		if fact.KeyID != primary {
			return false
		}
	}
	return true
}

// isSealed reports whether the change brings a value for the pointer.
func isSealed(sealed []models.AccountSecret, pointer string) bool {
	return slices.ContainsFunc(sealed, func(row models.AccountSecret) bool { return row.Pointer == pointer })
}

// record writes the version, the audit record and the event of a change.
func (s *Service) record(
	ctx context.Context, tx *store.Store, p *access.Principal, c *change, op, detail string,
) error {
	a := c.account
	document, err := snapshot(a)
	if err != nil {
		return err
	}
	err = tx.InsertVersion(ctx, &models.AccountVersion{
		ContactCenterID: a.ContactCenterID, AccountID: a.ID, Version: a.Version, Operation: op, Document: document,
		CreatedAt: a.UpdatedAt, CreatedBy: a.UpdatedBy,
	})
	if err != nil {
		return err
	}
	event := p.Event("account."+op, "account", a.ID)
	event.Detail = detail
	if len(c.changes) > 0 {
		if event.Changes, err = json.Marshal(c.changes); err != nil {
			return fmt.Errorf("encode changes: %w", err)
		}
	}
	if err := s.Audit.Append(ctx, tx, event); err != nil {
		return err
	}
	return events.Append(ctx, tx, eventOf(op), a, a.UpdatedAt.Time)
}

// snapshot is what a version keeps of a row.
func snapshot(a *models.Account) (models.JSON, error) {
	kept := *a
	kept.SearchText = "" // made anew from the rest
	document, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("encode version: %w", err)
	}
	return document, nil
}

// fromSnapshot brings the row of a version back.
func fromSnapshot(document models.JSON) (*models.Account, error) {
	var a models.Account
	if err := json.Unmarshal(document, &a); err != nil {
		return nil, fmt.Errorf("decode version: %w", err)
	}
	a.SearchText = searchText(&a)
	return &a, nil
}

// unsetDefault takes the default from the account of the family that has it,
// if it is not a itself, and returns that change, which is still to be recorded;
// nil for none.
func (s *Service) unsetDefault(
	ctx context.Context, tx *store.Store, p *access.Principal, a *models.Account,
) (*change, error) {
	old, err := tx.DefaultAccount(ctx, a.ContactCenterID, a.Family)
	if errors.Is(err, models.ErrNotFound) || (err == nil && old.ID == a.ID) {
		return nil, nil //nolint:nilnil // most families have no default yet
	}
	if err != nil {
		return nil, err
	}
	// In the order in which a set locks what it changes.
	if err := lockInOrder(ctx, tx, a.ContactCenterID, []string{old.ID, a.ID}); err != nil {
		return nil, err
	}
	now := *old
	now.IsDefault, now.UpdatedAt, now.UpdatedBy = false, a.UpdatedAt, p.ID
	changes, err := differences(old, &now, nil)
	if err != nil {
		return nil, err
	}
	c := &change{account: &now, changes: changes}
	err = s.writeRow(ctx, tx, c, old.Version)
	if errors.Is(err, models.ErrVersionMismatch) {
		err = models.ErrDefaultTaken // someone moved it at the same moment
	}
	return c, err
}
