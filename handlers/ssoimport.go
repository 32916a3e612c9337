package handlers

import (
	"net/http"

	"admin-api/api"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/sso"
)

const ssoImportPath = ssoPath + "/import-metadata"

func ssoImportRoutes() []route {
	return []route{{
		Route: Route{"sso.import", http.MethodPost, ssoImportPath, models.ScopeAccountsWrite},
		do:    (*Server).importMetadata, body: jsonBody,
	}}
}

// importMetadata reads the metadata of an identity provider.
//
//	@ID          importSsoMetadata
//	@Summary     Read the metadata of an identity provider
//	@Description Needs the scope accounts:write. Takes the document or its address, says what it found, and proposes values for a section
//	@Description of the account. Nothing is stored, and nothing that switches something on is proposed. Whether the document is
//	@Description the provider's is for a person to judge: signatures of metadata are not verified.
//	@Tags        sso
//	@Security    BearerAuth
//	@Param       metadata       body   api.SSOImportInput true "Which metadata"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SSOImport
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /sso/import-metadata [post]
func (s *Server) importMetadata(x *exchange) error {
	in, err := sso.ReadImport(x.body)
	if err != nil {
		return err
	}
	// Fetching keeps a connection, and reading a large document a processor, for a while.
	leave, err := s.chores.enter("metadata "+x.principal.ContactCenter.ID,
		"Metadata are being read for this contact center; try again in a moment.")
	if err != nil {
		return err
	}
	defer leave()
	out, err := s.sso.ImportMetadata(x.Request().Context(), x.principal, in)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, ssoImport(out))
}

func ssoImport(in *sso.Import) api.SSOImport {
	out := api.SSOImport{
		Section: in.Section, Provider: in.Provider, Proposal: api.SSOImportProposal{
			IdentityProviderSSOURL: in.Proposal.SSOURL, IdentityProviderIssuer: in.Proposal.Issuer,
			IdentityProviderCertificates: in.Proposal.Certificates, IdentityProviderEntityID: in.Proposal.EntityID,
			IdentityProviderLogoutURL: in.Proposal.LogoutURL, RequestBinding: in.Proposal.Binding,
		},
		Warnings: api.NewViolations(in.Warnings),
		Found: api.SSOImportFound{
			EntityID: in.Found.EntityID, NameIDFormats: api.Words(in.Found.NameIDFormats), Signed: in.Found.Signed,
			WantsSignedRequests: in.Found.WantsSignedRequests,
			SignOn:              []api.SSOImportEndpoint{}, Logout: []api.SSOImportEndpoint{},
			Certificates: make([]api.SSOImportCertificate, len(in.Certificates)),
		},
	}
	if !in.Found.ValidUntil.IsZero() {
		out.Found.ValidUntil = models.NewTime(in.Found.ValidUntil)
	}
	for _, e := range in.Found.SignOn {
		out.Found.SignOn = append(out.Found.SignOn, api.SSOImportEndpoint{Binding: e.Binding, Location: e.Location})
	}
	for _, e := range in.Found.Logout {
		out.Found.Logout = append(out.Found.Logout, api.SSOImportEndpoint{Binding: e.Binding, Location: e.Location})
	}
	for i, one := range in.Certificates {
		facts := integrations.CertificateFacts(one.Certificate)
		out.Found.Certificates[i] = api.SSOImportCertificate{
			SHA256: facts.SHA256, Subject: facts.Subject, Status: one.Status, Stored: one.Stored,
			NotBefore: facts.NotBefore, NotAfter: facts.NotAfter,
		}
	}
	return out
}
