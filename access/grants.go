package access

import (
	"context"
	"slices"

	"admin-api/models"
	"admin-api/store"
)

// Nobody gives what he may not give, and nobody gets at the sign-in of somebody
// who may more than he may give: it would come to the same.

// mustGrant refuses unless p may give each of the privileges to others. what
// begins the sentence.
func mustGrant(p *Principal, what string, privileges models.Strings) error {
	lacking := p.MayGrant(privileges...)
	if lacking == "" {
		return nil
	}
	return &models.RefusalError{
		Err: models.ErrForbidden, Extra: map[string]any{"scope": lacking},
		Detail: what + " needs the right to grant " + lacking + ", which you do not have.",
	}
}

// MayVouch refuses unless p may give everything that the roles of its contact center
// give: who chooses the identity provider of its administrators can sign in as any of
// them.
func MayVouch(ctx context.Context, from *store.Store, p *Principal) error {
	roles, err := from.ListRoles(ctx, p.ContactCenter.ID, models.Page{})
	if err != nil {
		return err
	}
	var all rights
	for _, role := range append(models.BuiltInRoles(), roles...) {
		all.add(&role)
	}
	return mustGrant(p, "To decide who vouches for administrators", all.has)
}

// mayReach refuses unless p may give everything that the user may: with the
// user's sign-in p could do it in the user's name.
func (s *Service) mayReach(ctx context.Context, from *store.Store, p *Principal, u *models.User) error {
	has, err := rightsOf(ctx, from, u)
	if err != nil {
		return err
	}
	return mustGrant(p, "To change how this user signs in, or whether,", has.has)
}

// mayAssign refuses unless p may give every privilege of the roles that a change
// adds to a user or takes away.
func (s *Service) mayAssign(
	ctx context.Context, from *store.Store, p *Principal, center string, before, after models.Strings,
) error {
	changed := models.User{ContactCenterID: center, Roles: symmetric(before, after)}
	concerned, err := rightsOf(ctx, from, &changed)
	if err != nil {
		return err
	}
	return mustGrant(p, "To give or take these roles", concerned.has)
}

// symmetric returns what stands in one of the lists only.
func symmetric(a, b models.Strings) models.Strings {
	return slices.Concat(without(a, b), without(b, a))
}

func without(a, b models.Strings) models.Strings {
	return slices.DeleteFunc(slices.Clone(a), func(word string) bool { return slices.Contains(b, word) })
}
