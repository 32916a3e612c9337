package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// opApply is the operation of refusals that concern a set as a whole; what is
// written goes by the operation on each account.
const (
	opApply  = "apply"
	byASet   = "apply"
	byASetTo = "apply: the default moved to another account"
)

// PlanSet tells what ApplySet would do. It writes and dials nothing. The body is
// {"accounts":[…],"prune":false,"pruneOnly":{…}}. Errors are those of reading the set as such:
// *strict.SyntaxError and validation.Errors; what is wrong with its accounts is in
// the plan.
func (s *Service) PlanSet(ctx context.Context, p *access.Principal, body []byte) (*Plan, error) {
	st, err := readSet(p, body, false, s.newContext(p))
	if err != nil {
		return nil, err
	}
	if err := s.match(ctx, st); err != nil {
		return nil, fmt.Errorf("plan set: %w", err)
	}
	if err := s.judgeSet(ctx, st); err != nil {
		return nil, fmt.Errorf("plan set: %w", err)
	}
	st.judgeFeatures()
	if err := s.judgeWaysIn(ctx, st); err != nil {
		return nil, fmt.Errorf("plan set: %w", err)
	}
	if err := s.findDemoted(ctx, st); err != nil {
		return nil, fmt.Errorf("plan set: %w", err)
	}
	plan := &Plan{Items: []SetItem{}, Errors: st.c.Errors(), Warnings: st.c.Warnings(), Base: st.madeFrom()}
	for _, e := range st.entries {
		plan.Items = append(plan.Items, e.item())
	}
	for _, a := range st.gone {
		plan.Items = append(plan.Items, removal(a))
	}
	return plan, nil
}

// ApplySet brings the accounts of the contact center to what the set says: all of
// it or nothing. The body is that of PlanSet with the base of the plan. What is as
// the set says already is left alone, so that a set can be applied again.
//
// Errors are those of PlanSet, all violations of all accounts together,
// models.ErrVersionMismatch naming each account that moved since the plan,
// models.ErrFeatureNotEnabled, models.ErrInUse naming an account that would
// be deleted, and models.ErrLockOut as Create.
func (s *Service) ApplySet(ctx context.Context, p *access.Principal, body []byte) (*Applied, error) {
	for try := 1; ; try++ {
		done, err := s.applySet(ctx, p, body)
		if !errors.Is(err, models.ErrDefaultTaken) || try == defaultTries {
			return done, err
		}
	}
}

func (s *Service) applySet(ctx context.Context, p *access.Principal, body []byte) (*Applied, error) {
	st, err := readSet(p, body, true, s.newContext(p))
	if err != nil {
		return nil, err
	}
	if err := s.match(ctx, st); err != nil {
		return nil, fmt.Errorf("apply set: %w", err)
	}
	if err := s.judgeSet(ctx, st); err != nil {
		return nil, fmt.Errorf("apply set: %w", err)
	}
	if err := s.findDemoted(ctx, st); err != nil {
		return nil, fmt.Errorf("apply set: %w", err)
	}
	if moved := st.moved(); len(moved) > 0 {
		return nil, s.setMoved(ctx, p, moved)
	}
	if err := s.setVerdict(ctx, st); err != nil {
		return nil, err
	}
	steps, err := s.steps(st)
	if err != nil {
		return nil, fmt.Errorf("apply set: %w", err)
	}
	if len(steps) > 0 {
		if err := s.writeSet(ctx, st, steps); err != nil {
			return nil, err
		}
		s.Audit.Committed(p.ContactCenter.ID)
	}
	return &Applied{Items: st.outcome(), Warnings: st.c.Warnings()}, nil
}

// outcome is what was done, in the order of a plan.
func (st *set) outcome() []SetItem {
	items := []SetItem{}
	for _, e := range st.entries {
		i := e.item()
		i.ID, i.Version = e.change.account.ID, e.change.account.Version
		if i.Action == SetCreate {
			i.Generated = e.edit.generated
		}
		items = append(items, i)
	}
	for _, a := range st.gone {
		i := removal(a)
		i.Version++
		items = append(items, i)
	}
	return items
}

// setVerdict is verdict for all accounts of a set.
func (s *Service) setVerdict(ctx context.Context, st *set) error {
	broken, recorded := st.c.Errors(), 0
	for _, e := range st.entries {
		if e.edit == nil || len(e.edit.c.Errors()) == 0 || recorded == recordedRefusal {
			continue
		}
		_ = s.verdict(ctx, e.edit, opApply) // which puts refusals about secrets on record
		recorded++
	}
	if len(broken) > 0 {
		return broken
	}
	for _, e := range st.entries {
		if off := e.featureOff(st); off != "" {
			s.Refused(ctx, st.p, "account."+opApply, storedID(e.stored), "feature "+off+" is not enabled")
			return featureOff(off)
		}
	}
	return nil
}

// step is one change of a set.
type step struct {
	*change
	op   string
	from int64
	// freed: the name goes to another account or none, so it is given up first.
	freed bool
	at    string // pointer into the set
}

func (s step) pointer() string {
	if s.at == "" {
		return ""
	}
	return "#" + s.at
}

// steps orders the changes of a set so that each finds its place free: deletions,
// then changes, those first that give up the default, then creations.
func (s *Service) steps(st *set) ([]step, error) {
	var deletes, demotes, updates, creates []step
	now := models.NewTime(s.now())
	for _, a := range st.gone {
		gone := removed(a, st.p, now)
		changes, err := differences(a, gone, nil)
		if err != nil {
			return nil, err
		}
		deletes = append(deletes, step{change: &change{account: gone, changes: changes}, op: opDelete, from: a.Version})
	}
	for _, e := range st.entries {
		one := step{change: e.change, op: opUpdate, at: e.at}
		switch {
		case e.action() == SetNone:
			continue
		case e.stored == nil:
			one.op = opCreate
			creates = append(creates, one)
			continue
		}
		one.from, one.freed = e.stored.Version, e.stored.NameKey != e.key
		if losesDefault(e.stored, e.change.account) {
			demotes = append(demotes, one)
		} else {
			updates = append(updates, one)
		}
	}
	return slices.Concat(deletes, demotes, updates, creates), nil
}

// writeSet carries the steps out in one transaction. The sets of a contact center
// take turns: two that make the same names, each in its order, would wait for each
// other.
func (s *Service) writeSet(ctx context.Context, st *set, steps []step) error {
	var failed step
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockContactCenter(ctx, st.p.ContactCenter.ID); err != nil {
			return err
		}
		for _, one := range steps {
			if err := s.keepWayIn(ctx, tx, st.p, one.change); err != nil {
				failed = one
				return err
			}
		}
		for _, one := range steps {
			if err := one.people.hold(ctx, tx, one.account.ContactCenterID); err != nil {
				return placed(err, one.at)
			}
		}
		if err := s.lockSet(ctx, tx, st, steps); err != nil {
			return err
		}
		for _, one := range steps {
			if !one.freed {
				continue
			}
			if err := tx.FreeName(ctx, one.account.ContactCenterID, one.account.ID); err != nil {
				failed = one
				return err
			}
		}
		befores := make([]*change, len(steps))
		for i, one := range steps {
			var err error
			if befores[i], err = s.writeRows(ctx, tx, st.p, one.change, one.from); err != nil {
				failed = one
				return err
			}
		}
		return s.recordSet(ctx, tx, st.p, steps, befores)
	})
	if err != nil {
		return s.explainSet(ctx, st.p, failed, err)
	}
	return nil
}

// placed puts the violations of one account at its place in the set.
func placed(err error, at string) error {
	var broken validation.Errors
	if !errors.As(err, &broken) {
		return err
	}
	moved := slices.Clone(broken)
	for i := range moved {
		moved[i].Pointer = at + moved[i].Pointer
	}
	return moved
}

// lockSet takes the rows that exist in the order of their ids, and the defaults
// that move with them: two sets that meet wait for each other in one order.
func (s *Service) lockSet(ctx context.Context, tx *store.Store, st *set, steps []step) error {
	var ids []string
	for _, one := range steps {
		if one.from > 0 {
			ids = append(ids, one.account.ID)
		}
		if !one.account.IsDefault {
			continue
		}
		old, err := tx.DefaultAccount(ctx, st.p.ContactCenter.ID, one.account.Family)
		switch {
		case err == nil && !st.knows(old):
			return models.ErrDefaultTaken // somebody moved it at this moment: look again
		case err == nil:
			ids = append(ids, old.ID)
		case !errors.Is(err, models.ErrNotFound):
			return err
		}
	}
	return lockInOrder(ctx, tx, st.p.ContactCenter.ID, ids)
}

// lockInOrder locks accounts in the order of their ids. One that is not there is
// passed over: whoever writes it finds out.
func lockInOrder(ctx context.Context, tx *store.Store, center string, ids []string) error {
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if err := tx.LockAccount(ctx, center, id); err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
	}
	return nil
}

// recordSet writes versions and audit records, after all rows.
func (s *Service) recordSet(
	ctx context.Context, tx *store.Store, p *access.Principal, steps []step, befores []*change,
) error {
	for i, one := range steps {
		if befores[i] != nil {
			if err := s.record(ctx, tx, p, befores[i], opDefault, byASetTo); err != nil {
				return err
			}
		}
		if err := s.record(ctx, tx, p, one.change, one.op, byASet); err != nil {
			return err
		}
	}
	return nil
}
