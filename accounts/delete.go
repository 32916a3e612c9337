package accounts

import (
	"context"
	"errors"
	"fmt"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
)

// shownReferences is how many references a refused deletion lists.
const shownReferences = 20

// Delete marks an account as deleted; it can be undeleted within the retention
// time. It returns models.ErrInUse, naming the references, while something
// uses the account, and the errors of a precondition (see Replace).
func (s *Service) Delete(ctx context.Context, p *access.Principal, id string, m Match) error {
	for try := 1; ; try++ {
		a, err := s.live(ctx, s.Store, p, id)
		if err != nil {
			return err
		}
		if err := s.check(ctx, p, m, a, opDelete); err != nil {
			return err
		}
		err = s.deleteFrom(ctx, p, a, m)
		if !errors.Is(err, models.ErrVersionMismatch) {
			return err
		}
		if !m.Any || try == overwriteTries {
			return s.lost(ctx, p, id, opDelete)
		}
	}
}

func (s *Service) deleteFrom(ctx context.Context, p *access.Principal, a *models.Account, m Match) error {
	gone := removed(a, p, models.NewTime(s.now()))
	detail := ""
	if m.Any {
		detail = "deleted whatever was stored (If-Match: *)"
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockAccount(ctx, a.ContactCenterID, a.ID); err != nil {
			return err
		}
		n, err := tx.CountReferences(ctx, a.ContactCenterID, a.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return models.ErrInUse
		}
		return s.transition(ctx, tx, p, a, gone, opDelete, detail)
	})
	if errors.Is(err, models.ErrInUse) {
		return s.inUse(ctx, p, a)
	}
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return nil
}

// removed is a copy of the row that is marked as deleted.
func removed(a *models.Account, p *access.Principal, now models.Time) *models.Account {
	gone := *a
	gone.DeletedAt, gone.DeletedBy = now, p.ID
	gone.UpdatedAt, gone.UpdatedBy = now, p.ID
	gone.IsDefault = false // its place as the default is free at once
	return &gone
}

// transition writes a change that touches no property.
func (s *Service) transition(
	ctx context.Context, tx *store.Store, p *access.Principal, old, now *models.Account, op, detail string,
) error {
	changes, err := differences(old, now, nil)
	if err != nil {
		return err
	}
	return s.write(ctx, tx, p, &change{account: now, changes: changes, before: old}, op, detail, old.Version)
}

func (s *Service) inUse(ctx context.Context, p *access.Principal, a *models.Account) error {
	s.Refused(ctx, p, "account."+opDelete, a.ID, "in use")
	refusal := &models.RefusalError{
		Err: models.ErrInUse, Detail: "Something uses this account; release its references first.",
	}
	refs, err := s.Store.References(ctx, a.ContactCenterID, a.ID, models.Page{Limit: shownReferences})
	if err != nil {
		return refusal // the refusal stands without the list
	}
	list := make([]map[string]string, len(refs))
	for i, r := range refs {
		list[i] = map[string]string{"key": r.Key, "kind": r.Kind, "name": r.Name}
	}
	refusal.Extra = map[string]any{"references": list}
	return refusal
}

// Undelete brings a deleted account back; of one that is not deleted it returns
// what is stored, so that it can be repeated. It returns models.ErrNotFound for
// an account whose retention time is over,
// models.ErrNameTaken and models.ErrLimitReached where its place was taken, and
// models.ErrLockOut as Create.
func (s *Service) Undelete(ctx context.Context, p *access.Principal, id string) (*Result, error) {
	a, err := s.account(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	if a.DeletedAt.IsZero() { // a repeated request, whose first answer was lost
		return &Result{Account: s.view(p, a)}, nil
	}
	if s.retentionOver(a) {
		return nil, models.ErrNotFound
	}
	if def, known := s.Catalog.Definition(a.Type); known && a.Enabled && !p.ContactCenter.HasFeature(def.Feature) {
		s.Refused(ctx, p, "account."+opUndelete, a.ID, "feature "+def.Feature+" is not enabled")
		return nil, featureOff(def.Feature)
	}
	back := *a
	back.DeletedAt, back.DeletedBy = models.Time{}, ""
	back.UpdatedAt, back.UpdatedBy = models.NewTime(s.now()), p.ID
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return s.transition(ctx, tx, p, a, &back, opUndelete, "")
	})
	if errors.Is(err, models.ErrVersionMismatch) { // someone undeleted it first
		return s.undeleted(ctx, p, id)
	}
	if err != nil {
		return nil, fmt.Errorf("undelete account: %w", s.explain(ctx, p, &back, opUndelete, err))
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return &Result{Account: s.view(p, &back)}, nil
}

// undeleted is the answer where somebody else was quicker.
func (s *Service) undeleted(ctx context.Context, p *access.Principal, id string) (*Result, error) {
	a, err := s.live(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	return &Result{Account: s.view(p, a)}, nil
}
