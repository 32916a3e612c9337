package accounts

import (
	"context"
	"errors"

	"admin-api/models"
	"admin-api/validation"
)

// judgePlaces judges what the contact center knows: names, how many accounts
// there may be, defaults and features, as all of it will be once the set is
// applied.
func (s *Service) judgePlaces(ctx context.Context, st *set) error {
	limits, defaults := map[string]string{}, map[string]string{}
	listed, leaving := st.listed(), st.leaving()
	for _, e := range st.entries {
		if e.edit == nil {
			continue
		}
		if err := s.judgeName(ctx, st, e, listed, leaving); err != nil {
			return err
		}
		if err := s.judgeLimit(ctx, st, e, limits, leaving); err != nil {
			return err
		}
		e.judgeDefault(st, defaults)
	}
	return s.judgeGone(ctx, st)
}

// judgeName refuses a name that an account has which the set leaves alone.
func (s *Service) judgeName(ctx context.Context, st *set, e *setEntry, listed, leaving map[string]bool) error {
	if e.id == "" || e.key == "" || e.stored == nil || e.stored.NameKey == e.key {
		return nil // else it was found by that name, or nobody has it
	}
	holder, err := found(s.Store.NameHolder(ctx, st.p.ContactCenter.ID, e.key))
	if err != nil {
		return err
	}
	if holder != "" && !listed[holder] && !leaving[holder] {
		e.violate(st.c, "/name", "name_taken", "Another account of the contact center has this name; choose another.")
	}
	return nil
}

func (s *Service) judgeLimit(
	ctx context.Context, st *set, e *setEntry, limits map[string]string, leaving map[string]bool,
) error {
	key := limitKey(e.edit.def)
	if key == nil {
		return nil
	}
	first, again := limits[*key]
	if !again {
		limits[*key] = e.at
	}
	if e.stored != nil {
		return nil
	}
	other, err := found(s.Store.FindLimit(ctx, st.p.ContactCenter.ID, *key))
	switch {
	case err != nil:
		return err
	case again:
		e.violate(st.c, "/type", "limit_reached",
			"The set has the one account of this kind that there may be at "+first+" already.")
	case other != "" && !leaving[other]:
		e.add(st.c, validation.Violation{
			Pointer: "/type", Code: "limit_reached", Params: map[string]any{"existingId": other},
			Detail: "The contact center has its one account of this kind already; give this one its name, or delete it.",
		})
	}
	return nil
}

// judgeDefault refuses a second default of a family.
func (e *setEntry) judgeDefault(st *set, defaults map[string]string) {
	if !e.edit.doc.Default || !e.edit.def.HasDefault {
		return
	}
	family := string(e.edit.def.Family)
	if first, again := defaults[family]; again {
		e.violate(st.c, "/default", "default_twice",
			"The set makes the account at "+first+" the default of the family already; a family has one default.")
		return
	}
	defaults[family] = e.at
}

// judgeGone finds those that would be deleted although something uses them. A
// plan says so; an apply is refused when it comes to them, as a deletion is.
func (s *Service) judgeGone(ctx context.Context, st *set) error {
	if st.base != nil {
		return nil
	}
	for _, a := range st.gone {
		n, err := s.Store.CountReferences(ctx, a.ContactCenterID, a.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			st.c.Add(validation.Violation{
				Pointer: "/prune", Code: "in_use", Params: map[string]any{"id": a.ID, "name": a.Name},
				Detail: "The account " + quotedName(a.Name) + " is not in the set, but something uses it; release its " +
					"references first, or list the account.",
			})
		}
	}
	return nil
}

func quotedName(name string) string { return "“" + name + "”" }

// judgeFeatures reports accounts of types that are switched off, in a plan.
func (st *set) judgeFeatures() {
	for _, e := range st.entries {
		if off := e.featureOff(st); off != "" {
			at := "/type"
			if e.stored != nil {
				at = "/enabled"
			}
			e.violate(st.c, at, "feature_not_enabled", "The service provider has not switched this type on.")
		}
	}
}

// featureOff names the feature without which the account may not be made or
// switched on; empty where nothing is missing.
func (e *setEntry) featureOff(st *set) string {
	if e.edit == nil || st.p.ContactCenter.HasFeature(e.edit.def.Feature) {
		return ""
	}
	if e.stored != nil && (!e.edit.doc.Enabled || e.stored.Enabled) {
		return ""
	}
	return e.edit.def.Feature
}

// findDemoted finds the accounts outside the set that lose the default to it, and
// in a plan tells of them.
func (s *Service) findDemoted(ctx context.Context, st *set) error {
	listed, leaving := st.listed(), st.leaving()
	for _, e := range st.entries {
		if e.change == nil || e.takesDefault() == "" {
			continue
		}
		old, err := s.Store.DefaultAccount(ctx, st.p.ContactCenter.ID, e.takesDefault())
		if errors.Is(err, models.ErrNotFound) || err == nil && (listed[old.ID] || leaving[old.ID]) {
			continue
		}
		if err != nil {
			return err
		}
		st.demoted = append(st.demoted, old)
		if st.base == nil {
			st.c.Warn(e.at+"/default", "default_moves", "The default of the family moves here from the account "+
				quotedName(old.Name)+", which is not in the set.")
		}
	}
	return nil
}

// takesDefault returns the family whose default the account becomes, empty for
// none.
func (e *setEntry) takesDefault() string {
	a := e.change.account
	if !a.IsDefault || e.stored != nil && e.stored.IsDefault {
		return ""
	}
	return a.Family
}

// losesDefault reports whether the set takes the default from the account.
func losesDefault(old, now *models.Account) bool {
	return old != nil && old.IsDefault && !now.IsDefault
}
