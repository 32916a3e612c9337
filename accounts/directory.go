package accounts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// directory answers rules about users and teams from the database, for one
// request. The first error that is not "not found" is kept in err.
type directory struct {
	ctx           context.Context //nolint:containedctx // lives for one call of judge; rules take no context
	store         *store.Store
	contactCenter string
	err           error
	found         people
}

// people are users, with the roles they had, and teams that rules asked for and
// that were fit to be named.
type people struct {
	users map[string][]string
	teams map[string]bool
}

// Roles implements validation.Directory.
func (d *directory) Roles(userID string) ([]string, bool) {
	if !models.ValidID(userID) {
		return nil, false
	}
	u, err := d.store.User(d.ctx, d.contactCenter, userID)
	if d.failed(err) || u.Disabled {
		return nil, false
	}
	if d.found.users == nil {
		d.found.users = map[string][]string{}
	}
	d.found.users[userID] = u.Roles
	return u.Roles, true
}

// TeamExists implements validation.Directory.
func (d *directory) TeamExists(teamID string) bool {
	if !models.ValidID(teamID) {
		return false
	}
	t, err := d.store.Team(d.ctx, d.contactCenter, teamID)
	if d.failed(err) || t.Disabled {
		return false
	}
	if d.found.teams == nil {
		d.found.teams = map[string]bool{}
	}
	d.found.teams[teamID] = true
	return true
}

// Teams implements validation.Directory.
func (d *directory) Teams() map[string]string {
	teams, err := d.store.Teams(d.ctx, d.contactCenter)
	if d.failed(err) {
		return nil
	}
	names := map[string]string{}
	for _, t := range teams {
		names[t.ID] = t.Name
	}
	return names
}

func (d *directory) failed(err error) bool {
	if err != nil && !errors.Is(err, models.ErrNotFound) && d.err == nil {
		d.err = err
	}
	return err != nil
}

// hold keeps the people whom the rules found fit as they are until tx ends: an
// account that names somebody and the deletion of who is named wait for each
// other, and the one that comes second sees what the first did. Who was changed
// since the rules asked is a violation. Rows of people are locked before those of
// accounts, by everybody.
func (f people) hold(ctx context.Context, tx *store.Store, contactCenter string) error {
	for _, id := range slices.Sorted(maps.Keys(f.users)) {
		u, err := tx.HoldUser(ctx, contactCenter, id)
		if err == nil {
			lost := func(role string) bool { return !u.HasRole(role) }
			if u.Disabled || slices.ContainsFunc(f.users[id], lost) {
				err = models.ErrNotFound
			}
		}
		if err != nil {
			return changedMeanwhile(err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.teams)) {
		t, err := tx.HoldTeam(ctx, contactCenter, id)
		if err == nil && t.Disabled {
			err = models.ErrNotFound
		}
		if err != nil {
			return changedMeanwhile(err)
		}
	}
	return nil
}

func changedMeanwhile(err error) error {
	if !errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("hold people: %w", err)
	}
	return validation.Errors{{
		Pointer: "/properties", Code: "reference_changed",
		Detail: "A user or team that the properties name was changed or deleted at this moment; look at it and try again.",
	}}
}
