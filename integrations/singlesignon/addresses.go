package singlesignon

import "admin-api/integrations"

// EntityID is the name of the contact center as a SAML service provider: the
// Issuer of its requests and the audience of the assertions made for it.
func EntityID(domain string) string { return domain + "_sso" }

// AgentDesktopURL is where the identity provider posts its answer for Agent
// Desktop (reply URL, assertion consumer service).
func AgentDesktopURL(origin string) string { return origin + "/agentdesktop/sso/redirect" }

// AdminURL is where the identity provider posts its answer for the
// administrator portal.
func AdminURL(origin string) string { return origin + "/admin/sso/redirect" }

// SignOnURL is where people start a sign-in from the contact center's side.
func SignOnURL(origin string) string { return origin + "/" }

func computed(c integrations.Center) []integrations.Computed {
	return []integrations.Computed{
		{Name: "agentDesktopEntityId", Label: "Agent Desktop: Identifier (Entity ID)", Value: EntityID(c.Domain)},
		{Name: "agentDesktopReplyUrl", Label: "Agent Desktop: Reply URL", Value: AgentDesktopURL(c.Origin)},
		{Name: "adminEntityId", Label: "Admin: Identifier (Entity ID)", Value: EntityID(c.Domain)},
		{Name: "adminReplyUrl", Label: "Admin: Reply URL", Value: AdminURL(c.Origin)},
		{Name: "signOnUrl", Label: "Sign-on URL", Value: SignOnURL(c.Origin)},
	}
}

// Complete reports whether the section says who the identity provider is.
func (s *Section) Complete() bool {
	return s.IdentityProviderSSOURL != "" && s.ResponseIssuer() != "" && len(s.SigningCertificates()) > 0
}

// ResponseIssuer is the Issuer that the identity provider's answers must name:
// the entity id if it is set; for Azure the directory of the login address,
// because the issuer property holds the service provider's name there;
// otherwise the issuer property. It is empty while the section is.
func (s *Section) ResponseIssuer() string {
	if s.IdentityProviderEntityID != "" {
		return s.IdentityProviderEntityID
	}
	if issuer := azureIssuer(s.IdentityProviderSSOURL); issuer != "" {
		return issuer
	}
	return s.IdentityProviderIssuer
}
