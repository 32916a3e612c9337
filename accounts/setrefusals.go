package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"admin-api/access"
	"admin-api/models"
)

// explainSet says which account a set failed at.
func (s *Service) explainSet(ctx context.Context, p *access.Principal, at step, err error) error {
	if at.change == nil {
		return fmt.Errorf("apply set: %w", err)
	}
	m := movedAccount{ID: at.account.ID, Name: at.account.Name, Pointer: at.pointer(), Reason: "changed"}
	switch {
	case errors.Is(err, models.ErrInUse):
		return s.setInUse(ctx, p, at.account)
	case errors.Is(err, models.ErrNameTaken):
		m.ID, m.Reason = "", "appeared"
	case errors.Is(err, models.ErrNotFound):
		m.Reason = "vanished"
	case !errors.Is(err, models.ErrVersionMismatch):
		return fmt.Errorf("apply set: %w", s.explain(ctx, p, at.account, opApply, err))
	}
	return s.setMoved(ctx, p, []movedAccount{m})
}

// setInUse is inUse for an account that a set does not list.
func (s *Service) setInUse(ctx context.Context, p *access.Principal, a *models.Account) error {
	err := s.inUse(ctx, p, a)
	if refusal, ok := errors.AsType[*models.RefusalError](err); ok {
		refusal.Detail = "The account " + quotedName(a.Name) + " is not in the set, but something uses it; release its " +
			"references first, or list the account. Nothing was applied."
		if refusal.Extra == nil {
			refusal.Extra = map[string]any{}
		}
		refusal.Extra["accounts"] = []movedAccount{{ID: a.ID, Name: a.Name, Reason: "in_use"}}
	}
	return err
}

// movedAccount tells of an account for which a set was refused.
type movedAccount struct {
	ID   string `json:"id"` // empty where it is not known
	Name string `json:"name"`
	// Pointer leads into the set, in its URI fragment form; empty where the account
	// is not in it.
	Pointer string `json:"pointer"`
	Reason  string `json:"reason"` // changed, appeared, vanished, in_use
}

// Bounds of a refusal: how many accounts its detail names, and how many it puts on
// the audit record, each of which is a transaction of its own.
const (
	shownMoved      = 5
	recordedRefusal = 20
)

// setMoved is the refusal of a set whose accounts moved since the plan. They
// are on the audit record.
func (s *Service) setMoved(ctx context.Context, p *access.Principal, moved []movedAccount) error {
	var names []string
	for i, m := range moved {
		if i < shownMoved {
			names = append(names, quotedName(m.Name)+" "+m.Reason)
		}
		if i < recordedRefusal {
			s.Refused(ctx, p, "account."+opApply, m.ID, m.Reason+" since the plan")
		}
	}
	if more := len(moved) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, Extra: map[string]any{"accounts": moved},
		Detail: "Accounts moved since the plan: " + strings.Join(names, ", ") +
			". Nothing was applied; plan again and look at what would happen now.",
	}
}
