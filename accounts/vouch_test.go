package accounts_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// Who could choose the identity provider of administrators could sign in as any of
// them; so nobody does who may not give others all that they may do.
func TestWhoMayVouchForAdministrators(t *testing.T) {
	on := func(o *office) signOn { return signOn{admin: true, certificates: []string{o.one}} }
	admin := func(values map[string]any) map[string]any {
		return map[string]any{"properties": map[string]any{"admin": values}}
	}
	all := doors()
	for name, change := range map[string]func(t *testing.T, o *office) map[string]any{
		"another certificate beside the first": func(_ *testing.T, o *office) map[string]any {
			return admin(map[string]any{"identityProviderCertificates": []string{o.one, o.two}})
		},
		"just-in-time provisioning": func(t *testing.T, o *office) map[string]any {
			id := o.hire(t, models.User{Username: "likeness", Roles: models.Strings{models.RoleAdministrator}})
			return admin(map[string]any{"jitProvisioningEnabled": true, "useTemplate": true, "templateUserId": id})
		},
		"sign-ins without a request": func(*testing.T, *office) map[string]any { return admin(map[string]any{"allowIdpInitiated": true}) },
	} {
		all[name] = func(t *testing.T, o *office) func(t *testing.T) error {
			o.settle(t, on(o))
			return o.patch(change(t, o))
		}
	}
	for name, open := range all {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, storetest.SQLite(t))
			through := open(t, o)
			o.hireBypass(t)
			before, full := o.stored(t), o.p.Grantable
			o.p.Grantable = models.Strings{models.ScopeAccountsRead, models.ScopeAccountsWrite}
			require.ErrorIs(t, through(t), models.ErrForbidden)
			require.Equal(t, before, o.stored(t))
			o.p.Grantable = slices.DeleteFunc(full, func(scope string) bool { return scope == models.ScopeProvider })
			require.NoError(t, through(t), "administrators may, where no role gives more")
		})
	}
}

// What lets nobody in who was not let in before is everybody's business who may
// change accounts.
func TestWhatVouchesForNobodyNew(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	o.settle(t, signOn{admin: true, certificates: []string{o.one, o.two}})
	o.hireBypass(t)
	o.p.Grantable = nil
	for _, change := range []map[string]any{
		{"description": "x"},
		{"properties": map[string]any{"admin": map[string]any{"identityProviderCertificates": []string{o.two}}}},
		{"properties": map[string]any{"agentDesktop": map[string]any{"allowIdpInitiated": true}}},
		{"properties": map[string]any{"admin": map[string]any{"enabled": false}}},
	} {
		require.NoError(t, o.patch(change)(t), change)
	}
}

// A role that gives more than administrators may give is more than they may have
// vouched for.
func TestNobodyVouchesForTheServiceProvider(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	_, err := o.people.CreateRole(t.Context(), o.p, []byte(`{"name":"Operator","privileges":["provider"]}`))
	require.NoError(t, err)
	o.settle(t, signOn{certificates: []string{o.one}})
	o.hireBypass(t)
	switched := map[string]any{"properties": map[string]any{"admin": map[string]any{"enabled": true}}}
	full := o.p.Grantable
	o.p.Grantable = slices.DeleteFunc(slices.Clone(full), func(scope string) bool { return scope == models.ScopeProvider })
	require.ErrorIs(t, o.patch(switched)(t), models.ErrForbidden)
	o.p.Grantable = full
	require.NoError(t, o.patch(switched)(t))
}

// Dry runs say beforehand who may not vouch, and of what the right is lacking.
func TestDryRunsTellWhoMayNotVouch(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	o.settle(t, signOn{certificates: []string{o.one}})
	o.hireBypass(t)
	on := signOn{admin: true, certificates: []string{o.one}}.document(t, "IdP")
	reports := func() map[string]validation.Errors {
		draft, err := o.ValidateReplace(t.Context(), o.p, o.account, at(1), []byte(on))
		require.NoError(t, err)
		return map[string]validation.Errors{"": draft.Errors, "/accounts/0": o.plan(t, setOf(false, on)).Errors}
	}
	full := o.p.Grantable
	o.p.Grantable = models.Strings{models.ScopeAccountsWrite}
	for place, errs := range reports() {
		require.Equal(t, []string{place + "/properties/admin/enabled grant_needed"}, codes(errs))
		require.NotEqual(t, models.ScopeAccountsWrite, errs[0].Params["scope"])
		require.Contains(t, errs[0].Detail, errs[0].Params["scope"])
	}
	require.ErrorIs(t, o.applySet(false, on)(t), models.ErrForbidden, "and so it is")
	o.p.Grantable = full
	for _, errs := range reports() {
		require.Empty(t, errs)
	}
}
