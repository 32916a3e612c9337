package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"admin-api/models"
	"admin-api/store"
)

// StillMay reports whether who has the id of a principal may still use the scope
// in the contact center: for what was begun under a credential and goes on
// without it. Nobody may whose own contact center is suspended. It knows users, not
// their sessions: who begins something must have had the very scope then.
func StillMay(
	ctx context.Context, from *store.Store, id, contactCenter, scope string, now time.Time,
) (bool, error) {
	home, scopes, err := scopesNow(ctx, from, id, now)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("rights of %s: %w", id, err)
	}
	here := home == contactCenter || slices.Contains(scopes, models.ScopeProvider)
	if !here || !slices.Contains(scopes, scope) {
		return false, nil
	}
	c, err := from.ContactCenter(ctx, home)
	if err != nil {
		return false, fmt.Errorf("rights of %s: %w", id, err)
	}
	return !c.Suspended, nil
}

// scopesNow returns the contact center of a principal and what it may do there.
func scopesNow(ctx context.Context, from *store.Store, id string, now time.Time) (string, models.Strings, error) {
	if user, ok := strings.CutPrefix(id, UserPrincipal); ok {
		u, err := from.UserByID(ctx, user)
		if err != nil || u.Disabled {
			return "", nil, err
		}
		may, err := rightsOf(ctx, from, u)
		return u.ContactCenterID, may.has, err
	}
	token, ok := strings.CutPrefix(id, TokenPrincipal)
	if !ok {
		return "", nil, models.ErrNotFound
	}
	t, err := from.TokenByID(ctx, token)
	expired := !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.Time)
	if err != nil || expired || !t.RevokedAt.IsZero() {
		return "", nil, err
	}
	if t.UserID == "" {
		return t.ContactCenterID, t.Scopes, nil
	}
	_, may, err := scopesNow(ctx, from, UserPrincipal+t.UserID, now)
	return t.ContactCenterID, intersection(t.Scopes, may), err
}
