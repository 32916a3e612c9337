package accounts

import (
	"context"
	"errors"

	"admin-api/models"
	"admin-api/store"
)

// directory answers rules about users and teams from the database, for one
// request. The first error that is not "not found" is kept in err.
type directory struct {
	ctx           context.Context //nolint:containedctx // lives for one call of judge; rules take no context
	store         *store.Store
	contactCenter string
	err           error
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
	return u.Roles, true
}

// TeamExists implements validation.Directory.
func (d *directory) TeamExists(teamID string) bool {
	if !models.ValidID(teamID) {
		return false
	}
	t, err := d.store.Team(d.ctx, d.contactCenter, teamID)
	return !d.failed(err) && !t.Disabled
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
