package access

import (
	"context"
	"fmt"
	"slices"

	"admin-api/models"
	"admin-api/store"
)

// rights are the privileges that somebody has, and those that somebody may give
// to others.
type rights struct{ has, grantable models.Strings }

// rightsOf returns what the roles of a user give, taken from the database now:
// what an administrator changes holds with the next request. Names of roles that
// do not exist give nothing.
func rightsOf(ctx context.Context, from *store.Store, u *models.User) (rights, error) {
	var all rights
	custom := slices.DeleteFunc(slices.Clone(u.Roles), func(name string) bool {
		role, builtIn := models.BuiltInRole(name)
		all.add(&role)
		return builtIn
	})
	if len(custom) == 0 {
		return all, nil
	}
	roles, err := from.RolesByName(ctx, u.ContactCenterID, custom)
	if err != nil {
		return rights{}, fmt.Errorf("rights of user %s: %w", u.ID, err)
	}
	for i := range roles {
		all.add(&roles[i])
	}
	return all, nil
}

func (r *rights) add(role *models.Role) {
	r.has = union(r.has, role.Privileges)
	r.grantable = union(r.grantable, role.Grantable)
}

// atDesk returns those that a session at Agent Desktop has. Agents and supervisors
// give nothing to others, so neither does it: it makes no tokens and gets at
// nobody's sign-in.
func (r *rights) atDesk() rights {
	return rights{has: intersection(r.has, models.DeskPrivileges())}
}

// union returns the scopes of both lists in the order of models.AllScopes.
func union(a, b models.Strings) models.Strings {
	return slices.DeleteFunc(models.AllScopes(), func(scope string) bool {
		return !slices.Contains(a, scope) && !slices.Contains(b, scope)
	})
}

// intersection returns the scopes of a that b has, too.
func intersection(a, b models.Strings) models.Strings {
	return slices.DeleteFunc(slices.Clone(a), func(scope string) bool { return !slices.Contains(b, scope) })
}
