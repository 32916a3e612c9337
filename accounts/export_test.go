package accounts

import (
	"context"

	"admin-api/models"
	"admin-api/store"
)

// WriteStale writes a row as an update does that read it some time ago.
func WriteStale(ctx context.Context, s *Service, a *models.Account) error {
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		return s.writeRow(ctx, tx, &change{account: a}, a.Version)
	})
}

// AuthorizationState is what a state holds.
type AuthorizationState = authorizationState

// Reseal changes what a state holds, as only who has the key file could.
func Reseal(s *Service, state string, change func(*AuthorizationState)) (string, error) {
	st, err := s.openState(state)
	if err != nil {
		return "", err
	}
	change(st)
	return s.sealState(st)
}

// Found asks for the user as rules do, and returns what holds who was found fit.
func Found(ctx context.Context, s *store.Store, contactCenter, user string) func(context.Context, *store.Store) error {
	d := &directory{ctx: ctx, store: s, contactCenter: contactCenter}
	d.Roles(user)
	return func(ctx context.Context, s *store.Store) error {
		return s.Tx(ctx, func(tx *store.Store) error { return d.found.hold(ctx, tx, contactCenter) })
	}
}
