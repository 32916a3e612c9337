// Package singlesignon describes the type sso: how people sign in to Agent
// Desktop and to the administrator portal through a SAML 2.0 identity provider.
//
// It judges what an administrator enters and knows the addresses that the
// identity provider must be given. A probe takes the request of a sign-in there
// and reads the page that comes; answers, sign-in and just-in-time provisioning
// belong to package sso.
package singlesignon

import (
	"strings"

	"admin-api/integrations"
	"admin-api/validation"
)

// Definition lists single sign-on in the catalogue.
var Definition = integrations.Definition{
	Type:        "sso",
	Family:      integrations.SingleSignOn,
	Label:       "Single Sign-On",
	Description: "Sign in to Agent Desktop and the administrator portal with a SAML 2.0 identity provider.",
	DocumentationURL: "https://learn.microsoft.com/en-us/entra/identity/saas-apps/" +
		"bright-pattern-omnichannel-contact-center-tutorial",
	Shape:   integrations.Documented,
	Feature: "single_sign_on",
	Limit:   integrations.OnePerType,
	Notes: []string{
		"The documentation of version 5.3 has one section for each application; 5.19 has one identity provider for both " +
			"and a check box for administrators.",
		"For Azure the issuer is what Azure calls Identifier (Entity ID), DOMAIN_sso; the issuer of Azure's own answers " +
			"is not entered.",
		"Users are matched by their user name, which must be the NameID, never by their e-mail address.",
		"The logout URL is documented for version 5.19 only; entity ID, several certificates, the binding of requests and " +
			"the switch for sign-in started at the provider are additions of this product.",
		"How users made just in time get their values is documented in part only: that a template user is copied.",
	},
	ProbeDoes: "For each enabled section (for each with an address, if none is enabled): takes the request of a " +
		"sign-in to the " +
		"provider's address, as a browser would, and looks at the page that comes. Where the address tells where the " +
		"metadata " +
		"are (Okta, AD FS, OneLogin), compares their certificates with those of the account. Redirects to other hosts " +
		"are not " +
		"followed. Nobody signs in, so the best result is partial; a test sign-in proves the rest.",
	Privileges: "Nothing: no credential is sent.",
	Diagnoses:  diagnoses(),
	New:        func() integrations.Properties { return new(Properties) },
	Computed:   computed,
	Example:    example,
}

// Properties configure single sign-on of one contact center. Nothing in them
// is secret, so no property is a destination either: no stored secret can be
// carried to another address by changing one.
type Properties struct {
	AgentDesktop Section `json:"agentDesktop" label:"Agent Desktop SSO" help:"How agents and supervisors sign in to Agent Desktop."`
	Admin        Section `json:"admin" label:"Admin SSO" help:"How administrators sign in to the administrator portal."`
}

// Section configures the sign-in to one application. A section that is switched
// off may be empty; a value that is given must be valid in any case.
type Section struct {
	Enabled bool `json:"enabled" label:"Enable Single Sign-On"`

	IdentityProviderSSOURL string `json:"identityProviderSsoUrl" validate:"required_if=Enabled true,omitempty,https_url" label:"Identity Provider Single Sign-On URL" help:"The provider's SAML 2.0 login address." example:"https://acme.okta.com/app/brightpattern/exk1a2b3c4D5e6F7g8h9/sso/saml" format:"url"`

	IdentityProviderIssuer string `json:"identityProviderIssuer" validate:"required_if=Enabled true,omitempty,sso_issuer" label:"Identity Provider Issuer" help:"For Azure the Identifier (Entity ID) entered there, DOMAIN_sso; otherwise the provider's own id." example:"http://www.okta.com/exk1a2b3c4D5e6F7g8h9" max:"1024"`

	IdentityProviderCertificates []string `json:"identityProviderCertificates" validate:"required_if=Enabled true,omitempty,dive,pem_certificate" label:"Identity Provider Certificates" help:"What the provider signs with, BEGIN and END lines included. Add the next one before a roll-over." format:"certificate" max:"10"`

	IdentityProviderEntityID string `json:"identityProviderEntityId" validate:"omitempty,no_space" label:"Identity Provider Entity ID" help:"The Issuer in the provider's answers, where it is not the one expected for the provider." example:"https://idp.acme.com/saml" max:"1024"`

	IdentityProviderLogoutURL string `json:"identityProviderLogoutUrl" validate:"omitempty,https_url" label:"Identity Provider Single Sign-On Logout URL" help:"Starts a logout at the provider." example:"https://acme.okta.com/login/signout" format:"url"`

	RequestBinding string `json:"requestBinding" label:"Binding of requests" help:"How requests get to the provider. Not set: HTTP-POST where the address looks made for it, as of OneLogin and Shibboleth; else HTTP-Redirect." enum:"redirect,post" enumLabels:"HTTP-Redirect,HTTP-POST"`

	AllowIDPInitiated bool `json:"allowIdpInitiated" label:"Allow sign-in started at the identity provider" help:"Needed for tiles of the provider's app portal; such an answer belongs to no request of ours."`

	JITProvisioningEnabled bool `json:"jitProvisioningEnabled" label:"Enable Just-in-time user provisioning" help:"Creates a user at the first sign-in that the provider approves."`

	UseTemplate bool `json:"useTemplate" label:"Use Template" help:"Gives new users the assignments of one chosen user."`

	TemplateUserID string `json:"templateUserId" validate:"required_if=UseTemplate true,omitempty,no_space" label:"Template user" help:"An agent or supervisor for Agent Desktop, an administrator for Admin." max:"64" ref:"user"`
}

// Normalize implements integrations.Normalizer: it trims what was pasted,
// lower-cases host names and re-wraps certificates as PEM.
func (p *Properties) Normalize() {
	p.AgentDesktop.normalize()
	p.Admin.normalize()
}

func (s *Section) normalize() {
	s.IdentityProviderSSOURL = normalizeURL(s.IdentityProviderSSOURL)
	s.IdentityProviderLogoutURL = normalizeURL(s.IdentityProviderLogoutURL)
	s.IdentityProviderIssuer = strings.TrimSpace(s.IdentityProviderIssuer)
	s.IdentityProviderEntityID = strings.TrimSpace(s.IdentityProviderEntityID)
	s.TemplateUserID = strings.TrimSpace(s.TemplateUserID)
	for i, text := range s.IdentityProviderCertificates {
		s.IdentityProviderCertificates[i] = validation.NormalizePEM(text)
	}
	if len(s.IdentityProviderCertificates) == 0 {
		s.IdentityProviderCertificates = nil
	}
}

// normalizeURL trims s, lower-cases scheme and host and drops the port that
// https implies. What is no https address is only trimmed.
func normalizeURL(s string) string {
	s = strings.TrimSpace(s)
	scheme, rest, found := strings.Cut(s, "://")
	if !found || !strings.EqualFold(scheme, "https") {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host := strings.ToLower(rest[:end])
	if strings.Contains(host, "@") {
		return s
	}
	if bare := strings.TrimSuffix(host, ":443"); !strings.Contains(bare, ":") {
		host = bare
	}
	return "https://" + host + rest[end:]
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.AgentDesktop.validate(c, "/agentDesktop", agentRoles)
	p.Admin.validate(c, "/admin", adminRoles)
	switch {
	case !p.AgentDesktop.Enabled && !p.Admin.Enabled:
		c.Warn("/agentDesktop/enabled", "nothing_enabled",
			"Single sign-on is switched off in both sections, so nobody signs in with it.")
	case p.Admin.Enabled && !p.AgentDesktop.Enabled:
		c.Warn("/admin/enabled", "agent_desktop_disabled",
			"Administrators sign in through the identity provider while agents do not; usually both or only agents do.")
	}
	p.checkGoogle(c)
}

func (s *Section) validate(c *validation.Context, at string, r roles) {
	s.checkProvider(c, at)
	s.checkCertificates(c, at)
	s.checkProvisioning(c, at)
	s.checkTemplateUser(c, at, r)
}
