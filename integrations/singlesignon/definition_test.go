package singlesignon

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

func TestDefinition(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid: example,
		// Nothing here is secret, so nothing can be carried elsewhere.
		NoDestination: []string{
			"/agentDesktop/identityProviderSsoUrl", "/agentDesktop/identityProviderLogoutUrl",
			"/admin/identityProviderSsoUrl", "/admin/identityProviderLogoutUrl",
		},
		Required: []string{
			"/agentDesktop/identityProviderSsoUrl", "/agentDesktop/identityProviderIssuer",
			"/agentDesktop/identityProviderCertificates",
		},
		Invalid: []integrationtest.Case{
			{
				Name: "login address over http", Patch: `{"agentDesktop":{"identityProviderSsoUrl":"http://idp.acme.com/"}}`,
				Pointer: "/agentDesktop/identityProviderSsoUrl", Code: "https_url",
			},
			{
				Name: "issuer with a blank", Patch: `{"agentDesktop":{"identityProviderIssuer":"my company_sso"}}`,
				Pointer: "/agentDesktop/identityProviderIssuer", Code: "sso_issuer",
			},
			{
				Name: "provisioning without template", Patch: `{"agentDesktop":{"jitProvisioningEnabled":true}}`,
				Pointer: "/agentDesktop/useTemplate", Code: "jit_requires_template",
			},
		},
		Remote: newEntra().ServeHTTP,
		Hosts:  []string{"login.microsoftonline.com"},
		Expect: pages(),
		Custom: []integrationtest.RemoteCase{{
			Name: "unknown identifier", Handler: (&entra{directory: directory}).ServeHTTP,
			Cause: integrations.CauseConfig, Code: "azure_identifier_not_found",
		}},
	})
}

// pages are the outcomes where the answer is a page for people, of which the beginning
// is enough.
func pages() map[string]integrationtest.Outcome {
	return map[string]integrationtest.Outcome{
		integrationtest.HTML:      {},
		integrationtest.Oversized: {Cause: integrations.CauseConfig, Code: "no_sign_in_page"},
	}
}

// Okta publishes metadata, which are no more than a warning, whatever comes.
func TestDefinitionWithMetadata(t *testing.T) {
	x := issued{from: -year, to: 200 * year}.pem(t)
	document, err := json.Marshal(members{"agentDesktop": azure(t).provider(oktaURL, oktaIssuer).
		with("identityProviderCertificates", []string{x})})
	require.NoError(t, err)
	expect := pages()
	expect[integrationtest.RedirectInside] = integrationtest.Outcome{} // a warning; nothing is dialled there
	expect[integrationtest.RedirectElsewhere] = integrationtest.Outcome{}
	for _, name := range []string{
		integrationtest.Unauthorized, integrationtest.Forbidden, integrationtest.NotFound, integrationtest.TooManyRequests,
		integrationtest.ServerError, integrationtest.Slow, integrationtest.Truncated, integrationtest.HTML,
		integrationtest.RedirectInside, integrationtest.RedirectElsewhere, integrationtest.Oversized,
	} {
		expect[integrationtest.Later(name)] = integrationtest.Outcome{}
	}
	remote := &okta{issuer: oktaIssuer, certificates: (&Section{IdentityProviderCertificates: []string{x}}).SigningCertificates()}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid: string(document),
		NoDestination: []string{
			"/agentDesktop/identityProviderSsoUrl", "/agentDesktop/identityProviderLogoutUrl",
			"/admin/identityProviderSsoUrl", "/admin/identityProviderLogoutUrl",
		},
		Required: []string{"/agentDesktop/identityProviderIssuer"},
		Remote:   remote.ServeHTTP, Hosts: []string{"acme.okta.com"}, Expect: expect,
	})
}

func TestNormalize(t *testing.T) {
	tests := map[string]string{
		" https://IDP.Acme.com:443/Sso?A=B ": "https://idp.acme.com/Sso?A=B",
		"HTTPS://IDP.ACME.COM":               "https://idp.acme.com",
		"https://idp.acme.com:8443/":         "https://idp.acme.com:8443/",
		"https://Ann@IDP.acme.com/":          "https://Ann@IDP.acme.com/",
		"http://IDP.acme.com/":               "http://IDP.acme.com/",
		"IDP.acme.com":                       "IDP.acme.com",
		"":                                   "",
	}
	for in, want := range tests {
		require.Equal(t, want, normalizeURL(in))
	}
	s := Section{IdentityProviderIssuer: "\tacme_sso\n", IdentityProviderCertificates: []string{}}
	s.normalize()
	require.Equal(t, "acme_sso", s.IdentityProviderIssuer)
	require.Nil(t, s.IdentityProviderCertificates)
}

// FuzzRules: no address and no issuer, however odd, stops the rules, and what
// they accept is in its normal form.
func FuzzRules(f *testing.F) {
	f.Add(azureURL, ownIssuer, "urn:acme", domain)
	f.Add("https://acme.okta.com/app/bp/exk1/sso/saml", "http://www.okta.com/exk1", "", "")
	f.Add("https://accounts.google.com/o/saml2/idp?idpid=%zz&idpid=#", "https://accounts.google.com/o/saml2?idpid=", "\x00", "_sso")
	f.Add("https://[::1]:443/adfs/ls/", "http://[::1]/adfs/services/trust", "é", "É.example")
	f.Add("https://a:443:443", "_sso", " ", "\xff")
	f.Add("https://a :443", "_sso", "", "")
	addresses := regexp.MustCompile(validation.SchemaFragment("https_url", "")["pattern"].(string))
	f.Fuzz(func(t *testing.T, ssoURL, issuer, entityID, domain string) {
		section := Section{
			Enabled: true, IdentityProviderSSOURL: ssoURL, IdentityProviderIssuer: issuer, IdentityProviderEntityID: entityID,
			IdentityProviderCertificates: []string{issuer},
		}
		p := &Properties{AgentDesktop: section, Admin: section}
		p.Normalize()
		p.Validate(&validation.Context{Now: now, Domain: domain, Directory: people{}})
		once := *p
		if p.Normalize(); !addresses.MatchString(once.Admin.IdentityProviderSSOURL) { // it is refused
			once.AgentDesktop.IdentityProviderSSOURL = p.AgentDesktop.IdentityProviderSSOURL
			once.Admin.IdentityProviderSSOURL = p.Admin.IdentityProviderSSOURL
		}
		require.Equal(t, once, *p, "the normal form stays as it is")
		if azureIssuer(once.Admin.IdentityProviderSSOURL) != "" {
			require.Equal(t, Azure, ProviderOf(once.Admin.IdentityProviderSSOURL), "only Azure has a directory")
		}
	})
}

// FuzzDecode: no document stops the decoder, and what it accepts survives a
// round trip.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(example))
	f.Add([]byte(`{"agentDesktop":{"enabled":true,"identityProviderCertificates":[null,"",1]},"admin":[]}`))
	f.Add([]byte(`{"agentDesktop":null,"admin":{"identityProviderSsoUrl":"https://login.microsoftonline.com"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := &validation.Context{Now: now, Domain: domain, Directory: people{}}
		p := Definition.Decode(json.RawMessage(raw), nil, c)
		if p == nil || c.Err() != nil {
			return
		}
		again := &validation.Context{Now: now, Domain: domain, Directory: people{}}
		encoded, err := Definition.Encode(p)
		require.NoError(t, err)
		require.Equal(t, p, Definition.Decode(encoded, nil, again))
		require.Nil(t, again.Errors())
	})
}

var (
	_ integrations.Properties = (*Properties)(nil)
	_ integrations.Normalizer = (*Properties)(nil)
)
