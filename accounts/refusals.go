package accounts

import (
	"context"
	"errors"
	"strings"

	"admin-api/access"
	"admin-api/models"
	"admin-api/validation"
)

// Refused records a refusal that deserves a trace (a missing right, a stale
// version, a secret or destination rule) in a transaction of its own. Where
// even that fails the failure is logged: the refusal stands anyway.
func (s *Service) Refused(ctx context.Context, p *access.Principal, operation, accountID, detail string) {
	s.Audit.Refuse(ctx, p.Event(operation, "account", accountID), detail)
}

// secretRules are the codes of violations that are audited.
var secretRules = map[string]bool{"secret_mask_submitted": true, "secret_reentry_required": true}

// verdict turns what judge found into an error, and records refusals that the
// rules on secrets made.
func (s *Service) verdict(ctx context.Context, e *edit, op string) error {
	broken := e.c.Errors()
	if len(broken) == 0 {
		return nil
	}
	var about []string
	for _, v := range broken {
		if secretRules[v.Code] {
			about = append(about, v.Code+" at "+v.Pointer)
		}
	}
	if len(about) > 0 {
		s.Refused(ctx, e.p, "account."+op, storedID(e.stored), strings.Join(about, ", "))
	}
	return broken
}

func storedID(a *models.Account) string {
	if a == nil {
		return ""
	}
	return a.ID
}

// explain adds to a refused write what the client needs to know, and puts on record
// what deserves it.
func (s *Service) explain(ctx context.Context, p *access.Principal, a *models.Account, op string, err error) error {
	switch {
	case errors.Is(err, models.ErrLockOut):
		s.Refused(ctx, p, "account."+op, a.ID, "would shut administrators out: "+whyUnproven)
		return err
	case errors.Is(err, models.ErrNameTaken):
		return &models.RefusalError{
			Err: models.ErrNameTaken, Detail: "Another account of the contact center has this name; choose another.",
			Extra: s.holder(ctx, p, a),
		}
	case errors.Is(err, models.ErrLimitReached):
		refusal := &models.RefusalError{
			Err: models.ErrLimitReached, Detail: "The contact center has its one account of this kind already; change that one.",
		}
		if id, findErr := s.Store.FindLimit(ctx, p.ContactCenter.ID, *a.LimitKey); findErr == nil {
			refusal.Extra = map[string]any{"existingId": id}
		}
		return refusal
	default:
		return err
	}
}

func (s *Service) holder(ctx context.Context, p *access.Principal, a *models.Account) map[string]any {
	id, err := s.Store.NameHolder(ctx, p.ContactCenter.ID, a.NameKey)
	if err != nil || !p.Can(models.ScopeAccountsRead) {
		return nil
	}
	return map[string]any{"existingId": id}
}

// featureOff is the refusal of a type that the contact center may not use.
func featureOff(feature string) error {
	return &models.RefusalError{
		Err:    models.ErrFeatureNotEnabled,
		Detail: "The service provider has not switched on the feature " + feature + " for this contact center; ask them to.",
		Extra:  map[string]any{"feature": feature},
	}
}

// newContext returns the situation in which documents of p are judged.
func (s *Service) newContext(p *access.Principal) *validation.Context {
	return &validation.Context{Now: s.now(), Domain: p.ContactCenter.Domain}
}
