package singlesignon_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/singlesignon"
)

var _ integrations.AdminSignOn = (*singlesignon.Properties)(nil)

// What the provider is told by belongs to the sign-on of administrators, and what
// happens besides does not. Certificates may be added.
func TestAdminSignOn(t *testing.T) {
	base := func() singlesignon.Section {
		return singlesignon.Section{
			Enabled: true, IdentityProviderSSOURL: "https://idp.example/saml", IdentityProviderIssuer: "https://idp.example",
			IdentityProviderCertificates: []string{"one", "two"},
		}
	}
	tests := map[string]struct {
		change              func(s *singlesignon.Section)
		same, keeps, noMore bool
	}{
		"nothing":            {func(*singlesignon.Section) {}, true, true, true},
		"order":              {func(s *singlesignon.Section) { s.IdentityProviderCertificates = []string{"two", "one"} }, true, true, true},
		"a certificate more": {func(s *singlesignon.Section) { s.IdentityProviderCertificates = []string{"x", "one", "two"} }, false, true, false},
		"a certificate less": {func(s *singlesignon.Section) { s.IdentityProviderCertificates = []string{"one"} }, false, false, true},
		"a certificate for another": {
			func(s *singlesignon.Section) { s.IdentityProviderCertificates = []string{"one", "x"} }, false, false, false,
		},
		"the address":       {func(s *singlesignon.Section) { s.IdentityProviderSSOURL += "2" }, false, false, false},
		"the issuer":        {func(s *singlesignon.Section) { s.IdentityProviderIssuer += "2" }, false, false, false},
		"the entity id":     {func(s *singlesignon.Section) { s.IdentityProviderEntityID = "x" }, false, false, false},
		"logout":            {func(s *singlesignon.Section) { s.IdentityProviderLogoutURL = "https://idp.example/out" }, true, true, true},
		"the other binding": {func(s *singlesignon.Section) { s.RequestBinding = singlesignon.RequestByPost }, false, false, true},
		"the binding that it had": {
			func(s *singlesignon.Section) { s.RequestBinding = singlesignon.RequestByRedirect }, true, true, true,
		},
		"where it starts, and who is made": {func(s *singlesignon.Section) {
			s.AllowIDPInitiated, s.JITProvisioningEnabled, s.UseTemplate, s.TemplateUserID = true, true, true, "x"
		}, true, true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before, now := &singlesignon.Properties{Admin: base()}, &singlesignon.Properties{Admin: base()}
			tt.change(&now.Admin)
			at, fingerprint := now.AdminSignOn()
			require.Equal(t, "/admin/enabled", at)
			_, was := before.AdminSignOn()
			require.Equal(t, tt.same, fingerprint == was)
			require.Equal(t, tt.keeps, now.KeepsAdminSignOn(before))
			require.Equal(t, tt.noMore, now.AdmitsNoMore(before))
			before.Admin.Enabled = false
			require.False(t, now.AdmitsNoMore(before), "there was none")
			require.False(t, now.KeepsAdminSignOn(before), "there was none")
			now.Admin.Enabled = false
			at, fingerprint = now.AdminSignOn()
			require.Empty(t, at+fingerprint)
		})
	}
}
