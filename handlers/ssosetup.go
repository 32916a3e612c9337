package handlers

import (
	"net/http"

	"admin-api/api"
	"admin-api/models"
	"admin-api/sso"
)

const ssoSetupPath = ssoPath + "/setup"

func ssoSetupRoutes() []route {
	return []route{{
		Route: Route{"sso.setup", http.MethodGet, ssoSetupPath, models.ScopeAccountsRead},
		do:    (*Server).readSSOSetup, query: single("section", "provider"),
	}}
}

// readSSOSetup answers what is entered where.
//
//	@ID          getSsoSetup
//	@Summary     Read how single sign-on is set up
//	@Description Needs the scope accounts:read. The exact values to enter at each identity provider, under the labels that they have
//	@Description there, and where the values for the account are found. They follow from the domain and the public address of the
//	@Description server, and are there before the account is.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       section        query  string false "Only this application" Enums(agentDesktop, admin)
//	@Param       provider       query  string false "Only this provider" Enums(azure, okta, adfs, google, oneLogin, generic)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOSetup
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /sso/setup [get]
func (s *Server) readSSOSetup(x *exchange) error {
	f := &filters{query: x.query}
	section := f.oneOf("section", "", models.SectionAgentDesktop, models.SectionAdmin)
	provider := f.oneOf("provider", "", sso.SetupProviders()...)
	if f.err != nil {
		return f.err
	}
	setup, err := s.sso.Setup(x.Request().Context(), x.principal)
	if err != nil {
		return err
	}
	doc := api.SSOSetup{Sections: []api.SSOSetupSection{}}
	for i := range setup.Sections {
		if one := &setup.Sections[i]; section == "" || section == one.Section {
			doc.Sections = append(doc.Sections, ssoSetupSection(one, provider))
		}
	}
	return x.json(http.StatusOK, doc)
}

// ssoSetupSection is the document of a section, with one provider or all.
func ssoSetupSection(section *sso.SetupSection, provider string) api.SSOSetupSection {
	out := api.SSOSetupSection{
		Section: section.Section, EntityID: section.EntityID, ReplyURL: section.ReplyURL, SignOnURL: section.SignOnURL,
		MetadataURL: section.MetadataURL, Providers: []api.SSOSetupProvider{},
	}
	for i := range section.Providers {
		if one := &section.Providers[i]; provider == "" || provider == one.Provider {
			out.Providers = append(out.Providers, ssoSetupProvider(one))
		}
	}
	return out
}

func ssoSetupProvider(p *sso.SetupProvider) api.SSOSetupProvider {
	out := api.SSOSetupProvider{
		Provider: p.Provider, Label: p.Label, Documentation: p.Documentation, Where: p.Where,
		Enter: make([]api.SSOSetupField, len(p.Enter)), NameID: api.SSOSetupNameID(p.NameID),
		Claims: make([]api.SSOSetupClaim, len(p.Claims)), LeaveBlank: api.Words(p.LeaveBlank),
		Copy: make([]api.SSOSetupCopy, len(p.Copy)), Notes: api.Words(p.Notes),
	}
	for i, field := range p.Enter {
		out.Enter[i] = api.SSOSetupField(field)
	}
	for i, claim := range p.Claims {
		out.Claims[i] = api.SSOSetupClaim(claim)
	}
	for i, value := range p.Copy {
		out.Copy[i] = api.SSOSetupCopy(value)
	}
	return out
}
