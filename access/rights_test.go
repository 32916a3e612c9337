package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// A token that a user made gives what is in the token and what the user may do
// now, whichever is less.
func TestTokensAreBoundByTheirMaker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, c := newService(t, db)
		first := bootstrap(t, s, access.Bootstrap{})
		p, err := s.Authenticate(t.Context(), first.Token)
		require.NoError(t, err)
		center := p.ContactCenter.ID
		user := models.User{
			ContactCenterID: center, ID: models.NewID(c.at), Username: "ann", UsernameKey: "ann", Version: 1,
			Roles: models.Strings{models.RoleAdministrator, "None such"},
		}
		require.NoError(t, db.CreateUser(t.Context(), &user))
		ann := access.Principal{ID: access.UserPrincipal + user.ID, UserID: user.ID, ContactCenter: p.ContactCenter}
		_, text, err := s.CreateToken(t.Context(), ann, access.NewTokenInput{
			ContactCenterID: center, Name: "ci", Expires: time.Hour,
			Scopes: models.Strings{models.ScopeAccountsRead, models.ScopeAccountsWrite, models.ScopeProvider},
		})
		require.NoError(t, err)
		got, err := s.Authenticate(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, user.ID, got.UserID)
		require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAccountsWrite}, got.Scopes,
			"no administrator is a service provider")
		require.Empty(t, got.MayGrant(models.ScopeAccountsWrite))
		require.Equal(t, models.ScopeAuditRead, got.MayGrant(models.ScopeAccountsWrite, models.ScopeAuditRead))
	})
}

func TestBuiltInRoles(t *testing.T) {
	seen := map[string]bool{}
	for _, role := range models.BuiltInRoles() {
		require.True(t, models.ValidID(role.ID))
		require.False(t, seen[role.ID] || seen[role.NameKey])
		seen[role.ID], seen[role.NameKey] = true, true
		require.NotContains(t, role.Privileges, models.ScopeProvider, role.Name)
		require.NotContains(t, role.Privileges, models.ScopeSSOBypass, role.Name)
		require.Subset(t, append(role.Privileges, models.ScopeSSOBypass), role.Grantable, role.Name)
		require.Equal(t, role.Name == models.RoleAdministrator, slices.Contains(role.Grantable, models.ScopeSSOBypass), role.Name)
		again, ok := models.BuiltInRole(role.Name)
		require.True(t, ok)
		require.Equal(t, role, again)
	}
	_, ok := models.BuiltInRole("agent")
	require.False(t, ok)
}
