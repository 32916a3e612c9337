package singlesignon

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

const agent = "/agentDesktop/"

func TestSections(t *testing.T) {
	section := azure(t)
	tests := []struct {
		name         string
		document     members
		errors, warn []string
	}{
		{
			name: "both on", document: members{"agentDesktop": section, "admin": section},
		},
		{
			name: "only agents", document: members{"agentDesktop": section, "admin": members{"enabled": false}},
		},
		{
			name: "nothing at all", document: members{},
			warn: []string{"/agentDesktop/enabled nothing_enabled"},
		},
		{
			name: "off and empty", document: members{"agentDesktop": members{"enabled": false}, "admin": members{}},
			warn: []string{"/agentDesktop/enabled nothing_enabled"},
		},
		{
			name: "only administrators", document: members{"admin": section},
			warn: []string{"/admin/enabled agent_desktop_disabled"},
		},
		{
			name:     "on and empty",
			document: members{"agentDesktop": members{"enabled": true}, "admin": members{"enabled": true}},
			errors: []string{
				"/agentDesktop/identityProviderSsoUrl required", "/agentDesktop/identityProviderIssuer required",
				"/agentDesktop/identityProviderCertificates required",
				"/admin/identityProviderSsoUrl required", "/admin/identityProviderIssuer required",
				"/admin/identityProviderCertificates required",
			},
		},
		{
			name:     "on with an empty list",
			document: members{"agentDesktop": section.with("identityProviderCertificates", []string{})},
			errors:   []string{"/agentDesktop/identityProviderCertificates required"},
		},
		{
			name: "off, but what is given is broken",
			document: members{"agentDesktop": section, "admin": members{
				"identityProviderSsoUrl": "http://idp.acme.com/sso", "identityProviderIssuer": "an issuer",
				"identityProviderCertificates": []string{"none"}, "identityProviderLogoutUrl": "ftp://idp.acme.com",
			}},
			errors: []string{
				"/admin/identityProviderSsoUrl https_url", "/admin/identityProviderIssuer sso_issuer",
				"/admin/identityProviderCertificates/0 pem_certificate", "/admin/identityProviderLogoutUrl https_url",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judge(t, tt.document)
			require.Equal(t, tt.errors, got.errors)
			require.Equal(t, tt.warn, got.warnings)
		})
	}
}

func TestValues(t *testing.T) {
	section := azure(t)
	long := "https://idp.acme.com/" + strings.Repeat("a", 2048)
	tests := []struct {
		name, member, value string
		code                string // empty: accepted
	}{
		{"plain text", "identityProviderSsoUrl", "not an address", "https_url"},
		{"http", "identityProviderSsoUrl", "http://login.microsoftonline.com/x/saml2", "https_url"},
		{"user-info", "identityProviderSsoUrl", "https://ann@idp.acme.com/sso", "https_url"},
		{"fragment", "identityProviderSsoUrl", "https://idp.acme.com/sso#login", "https_url"},
		{"no host", "identityProviderSsoUrl", "https:///sso", "https_url"},
		{"too long", "identityProviderSsoUrl", long, "https_url"},
		{"issuer with a blank", "identityProviderIssuer", "my company_sso", "sso_issuer"},
		{"issuer with a tab", "identityProviderIssuer", "my\tcompany_sso", "sso_issuer"},
		{"issuer with a control character", "identityProviderIssuer", "my\x01company_sso", "sso_issuer"},
		{"issuer with a no-break space", "identityProviderIssuer", "my\u00a0company_sso", "sso_issuer"},
		{"logout address", "identityProviderLogoutUrl", "https://idp.acme.com/logout?all=1", ""},
		{"logout over http", "identityProviderLogoutUrl", "http://idp.acme.com/logout", "https_url"},
		{"entity id", "identityProviderEntityId", "urn:acme:idp", ""},
		{"entity id with a blank", "identityProviderEntityId", "urn:acme idp", "no_space"},
		{"entity id too long", "identityProviderEntityId", strings.Repeat("a", 1025), "max"},
		{"template user with a blank", "templateUserId", "an agent", "no_space"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeAgent(t, section.with(tt.member, tt.value))
			if tt.code == "" {
				require.Empty(t, got.errors)
				return
			}
			require.Equal(t, []string{agent + tt.member + " " + tt.code}, got.errors)
		})
	}
	t.Run("issuer too long", func(t *testing.T) {
		got := judgeAgent(t, section.with("identityProviderIssuer", strings.Repeat("a", 1025)))
		require.Len(t, got.errors, 1)
		require.True(t, got.context.Broken(agent+"identityProviderIssuer"))
	})
}

func TestProvisioning(t *testing.T) {
	section := azure(t)
	tests := []struct {
		name             string
		section          members
		errors, warnings []string
	}{
		{name: "complete", section: section.with("jitProvisioningEnabled", true, "useTemplate", true, "templateUserId", "agent")},
		{name: "template without provisioning", section: section.with("useTemplate", true, "templateUserId", "agent")},
		{
			name:     "section off",
			section:  members{"jitProvisioningEnabled": true, "useTemplate": true, "templateUserId": "agent"},
			warnings: []string{"jitProvisioningEnabled jit_requires_sso", "enabled nothing_enabled"},
		},
		{
			name:    "no template at all",
			section: section.with("jitProvisioningEnabled", true),
			errors:  []string{"useTemplate jit_requires_template", "templateUserId jit_requires_template"},
		},
		{
			name:    "template not used",
			section: section.with("jitProvisioningEnabled", true, "templateUserId", "agent"),
			errors:  []string{"useTemplate jit_requires_template"},
		},
		{
			name:    "template without user",
			section: section.with("jitProvisioningEnabled", true, "useTemplate", true),
			errors:  []string{"templateUserId required"},
		},
		{
			name:    "use template without user",
			section: section.with("useTemplate", true),
			errors:  []string{"templateUserId required"},
		},
		{
			name:     "everything wrong",
			section:  members{"jitProvisioningEnabled": true},
			errors:   []string{"useTemplate jit_requires_template", "templateUserId jit_requires_template"},
			warnings: []string{"jitProvisioningEnabled jit_requires_sso", "enabled nothing_enabled"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeAgent(t, tt.section)
			require.Equal(t, under(agent, tt.errors), got.errors)
			require.Equal(t, under(agent, tt.warnings), got.warnings)
		})
	}
}

func TestTemplateUser(t *testing.T) {
	tests := []struct {
		user        string
		agent, admn string // code, empty: accepted
	}{
		{"agent", "", "template_user_role"},
		{"supervisor", "", "template_user_role"},
		{"administrator", "template_user_role", ""},
		{"both", "", ""},
		{"reviewer", "template_user_role", "template_user_role"},
		{"roleless", "template_user_role", "template_user_role"},
		{"nobody", "template_user_unknown", "template_user_unknown"},
	}
	section := azure(t)
	for _, tt := range tests {
		t.Run(tt.user, func(t *testing.T) {
			templated := section.with("jitProvisioningEnabled", true, "useTemplate", true, "templateUserId", tt.user)
			document := members{"agentDesktop": templated, "admin": templated}
			var want []string
			for _, w := range []struct{ at, code string }{{agent, tt.agent}, {"/admin/", tt.admn}} {
				if w.code != "" {
					want = append(want, w.at+"templateUserId "+w.code)
				}
			}
			require.Equal(t, want, judge(t, document).errors)

			stored := judge(t, document, unchanged)
			require.Empty(t, stored.errors, "what a request leaves alone is only warned about")
			require.Equal(t, want, stored.warnings)

			unknown := judge(t, document, func(c *validation.Context) { c.Directory = nil })
			require.Empty(t, unknown.errors)
			require.Empty(t, unknown.warnings)
		})
	}
}

func under(at string, lines []string) []string {
	var out []string
	for _, l := range lines {
		out = append(out, at+l)
	}
	return out
}
