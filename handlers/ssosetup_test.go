package handlers_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
)

const ssoSetupPath = "/api/v1/sso/setup"

func TestSSOSetup(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.PublicURL = "https://{domain}:8443" })
	whole := decode[api.SSOSetup](t, s.must(t, http.StatusOK, call{Method: "GET", Path: ssoSetupPath}))
	require.Len(t, whole.Sections, 2)
	for _, section := range whole.Sections {
		require.Len(t, section.Providers, 6)
	}
	require.Equal(t, "https://acme.example:8443/admin/sso/redirect", whole.Sections[1].ReplyURL)

	one := decode[api.SSOSetup](t, s.must(t, http.StatusOK, call{
		Method: "GET", Path: ssoSetupPath + "?section=admin&provider=okta",
	}))
	require.Len(t, one.Sections, 1)
	require.Equal(t, whole.Sections[1].Providers[1:2], one.Sections[0].Providers)
	require.Contains(t, one.Sections[0].Providers[0].Enter, api.SSOSetupField{
		Label: "Single sign-on URL", Value: "https://acme.example:8443/admin/sso/redirect",
	})
}

func TestSSOSetupRefuses(t *testing.T) {
	s := newStack(t)
	for _, query := range []string{"?section=agent", "?provider=azureAd", "?provider=", "?x=y", "?section=admin&section=admin"} {
		s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: ssoSetupPath + query})
	}
	off := s.contactCenter(t, "plain.example")
	s.refused(t, api.CodeFeatureNotEnabled, call{Method: "GET", Path: ssoSetupPath, Token: off})
}
