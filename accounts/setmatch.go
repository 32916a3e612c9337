package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"admin-api/models"
	"admin-api/validation"
)

// match finds the stored account of each entry: by the id where the entry has
// one, else by the name. An account that an entry claims by its id is not found
// by its name, so that a set can pass names on.
func (s *Service) match(ctx context.Context, st *set) error {
	st.twice()
	claimed := map[string]bool{}
	for _, e := range st.entries {
		if e.id == "" {
			continue
		}
		a, err := s.live(ctx, s.Store, st.p, e.id)
		switch {
		case errors.Is(err, models.ErrNotFound):
			e.violate(st.c, "/id", "unknown_id", "No account has this id; leave the id out to find the account by its name.")
			continue
		case err != nil:
			return err
		}
		e.stored, claimed[a.ID] = a, true
	}
	for _, e := range st.entries {
		if e.id != "" || e.key == "" {
			continue
		}
		a, err := s.named(ctx, st, e.key)
		if err != nil {
			return err
		}
		if a != nil && !claimed[a.ID] {
			e.stored = a
		}
	}
	if !st.prune {
		return nil
	}
	return s.findUnlisted(ctx, st)
}

// named returns the live account with a name, nil where there is none.
func (s *Service) named(ctx context.Context, st *set, key string) (*models.Account, error) {
	id, err := found(s.Store.NameHolder(ctx, st.p.ContactCenter.ID, key))
	if err != nil || id == "" {
		return nil, err
	}
	a, err := s.live(ctx, s.Store, st.p, id)
	if errors.Is(err, models.ErrNotFound) || err == nil && a.NameKey != key {
		return nil, nil //nolint:nilnil // it went, or was renamed, this moment
	}
	return a, err
}

// findUnlisted finds the live accounts that the set does not list.
func (s *Service) findUnlisted(ctx context.Context, st *set) error {
	listed := st.listed()
	f := models.AccountFilter{
		ContactCenterID: st.p.ContactCenter.ID, Sort: models.SortByName, Limit: MaxSet,
		Types: st.only.Types, Labels: st.only.Labels,
	}
	for {
		rows, err := s.Store.ListAccounts(ctx, f)
		if err != nil {
			return fmt.Errorf("list accounts: %w", err)
		}
		for i := range rows {
			if !listed[rows[i].ID] {
				st.gone = append(st.gone, &rows[i])
			}
		}
		if len(st.gone) > maxPruned {
			st.c.Add(validation.Violation{
				Pointer: "/prune", Code: "max", Params: map[string]any{"max": maxPruned},
				Detail: fmt.Sprintf("More than %d accounts are not in the set and would be deleted at once; "+
					"delete some of them first, if you mean it.", maxPruned),
			})
			st.gone = nil
			return nil
		}
		if len(rows) < f.Limit {
			return nil
		}
		at := position(&rows[len(rows)-1], f.Sort)
		f.After = &at
	}
}

// listed are the ids of the stored accounts that the set lists.
func (st *set) listed() map[string]bool {
	ids := map[string]bool{}
	for _, e := range st.entries {
		if e.stored != nil {
			ids[e.stored.ID] = true
		}
	}
	return ids
}

// leaving are the ids of the accounts that the set deletes.
func (st *set) leaving() map[string]bool {
	ids := map[string]bool{}
	for _, a := range st.gone {
		ids[a.ID] = true
	}
	return ids
}

// knows reports whether the set was judged with the account in mind.
func (st *set) knows(a *models.Account) bool {
	return st.listed()[a.ID] || st.leaving()[a.ID] ||
		slices.ContainsFunc(st.demoted, func(d *models.Account) bool { return d.ID == a.ID })
}

// madeFrom is the base of a plan of the set.
func (st *set) madeFrom() SetBase {
	base := SetBase{Accounts: map[string]int64{}, Absent: []string{}}
	for _, e := range st.entries {
		switch {
		case e.stored != nil:
			base.Accounts[e.stored.ID] = e.stored.Version
		case e.name != "" && e.id == "":
			base.Absent = append(base.Absent, e.name)
		}
	}
	for _, a := range st.gone {
		base.Accounts[a.ID] = a.Version
	}
	for _, a := range st.demoted {
		base.Accounts[a.ID] = a.Version
	}
	slices.SortFunc(base.Absent, strings.Compare)
	return base
}

// moved tells of the accounts that the set would touch and that are not as they
// were when the plan was made.
func (st *set) moved() []movedAccount {
	absent := map[string]bool{}
	for _, name := range st.base.Absent {
		absent[models.NameKey(name)] = true
	}
	var list []movedAccount
	for _, e := range st.entries {
		switch {
		case e.stored == nil && e.id != "":
			if _, planned := st.base.Accounts[e.id]; planned {
				list = append(list, movedAccount{ID: e.id, Name: e.name, Pointer: "#" + e.at, Reason: "vanished"})
			}
		case e.stored == nil && e.key != "" && !absent[e.key]:
			list = append(list, movedAccount{Name: e.name, Pointer: "#" + e.at, Reason: "vanished"})
		case e.stored != nil && e.action() != SetNone:
			list = append(list, st.compare(e.stored, "#"+e.at)...)
		}
	}
	for _, a := range slices.Concat(st.gone, st.demoted) {
		list = append(list, st.compare(a, "")...)
	}
	return list
}

// compare tells whether an account moved since the plan: none or one.
func (st *set) compare(a *models.Account, at string) []movedAccount {
	version, planned := st.base.Accounts[a.ID]
	m := movedAccount{ID: a.ID, Name: a.Name, Pointer: at, Reason: "changed"}
	switch {
	case !planned:
		m.Reason = "appeared"
	case version == a.Version:
		return nil
	}
	return []movedAccount{m}
}
