package api

import "admin-api/models"

// SSOImportInput says which metadata are to be looked at. Give either xml or url.
type SSOImportInput struct {
	// XML is the document itself, of 1 MiB at most together with the rest.
	XML string `json:"xml,omitempty" example:"<EntityDescriptor …"`
	// URL is where it is, by HTTPS; it may have 1 MiB. Microsoft's names the application.
	URL string `json:"url,omitempty" format:"uri" example:"https://login.microsoftonline.com/3fa85f64-5717-4562-b3fc-2c963f66afa6/federationmetadata/2007-06/federationmetadata.xml?appid=6f9b2c1d-3e4a-4b5c-8d7e-9f0a1b2c3d4e"`
	// Section is what the proposal is for; agentDesktop where it is absent.
	Section string `json:"section,omitempty" enums:"agentDesktop,admin" example:"agentDesktop"`
}

// SSOImport is what the metadata of an identity provider say. Nothing of it was stored.
type SSOImport struct {
	Section string `json:"section" enums:"agentDesktop,admin" example:"agentDesktop"`
	// Provider is told by the address.
	Provider string            `json:"provider" enums:"azure,okta,adfs,google,oneLogin,generic" example:"azure"`
	Found    SSOImportFound    `json:"found"`
	Proposal SSOImportProposal `json:"proposal"`
	// Warnings are about the proposal; each points to a member of it, or to "#".
	Warnings []Violation `json:"warnings"`
}

// SSOImportFound is what stands in the document.
type SSOImportFound struct {
	EntityID            string                 `json:"entityId" example:"https://sts.windows.net/3fa85f64-5717-4562-b3fc-2c963f66afa6/"`
	SignOn              []SSOImportEndpoint    `json:"signOn"`
	Logout              []SSOImportEndpoint    `json:"logout"`
	Certificates        []SSOImportCertificate `json:"certificates"`
	NameIDFormats       []string               `json:"nameIdFormats" example:"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"`
	WantsSignedRequests bool                   `json:"wantsSignedRequests" example:"false"`
	// Signed: the document carries a signature, which nobody has verified.
	Signed     bool        `json:"signed" example:"true"`
	ValidUntil models.Time `json:"validUntil,omitzero" swaggertype:"string" format:"date-time"`
}

// SSOImportEndpoint is an address and how messages come to it.
type SSOImportEndpoint struct {
	Binding  string `json:"binding" example:"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"`
	Location string `json:"location" example:"https://login.microsoftonline.com/3fa85f64-5717-4562-b3fc-2c963f66afa6/saml2"`
}

// SSOImportCertificate is one that the provider signs with.
type SSOImportCertificate struct {
	SHA256    string      `json:"sha256" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Subject   string      `json:"subject" example:"CN=Microsoft Azure Federated SSO Certificate"`
	NotBefore models.Time `json:"notBefore" swaggertype:"string" format:"date-time"`
	NotAfter  models.Time `json:"notAfter" swaggertype:"string" format:"date-time"`
	// Status is unusable for one with a weak key, for example.
	Status string `json:"status" enums:"valid,expired,not-yet-valid,unusable" example:"valid"`
	// Stored: the account has it already.
	Stored bool `json:"stored" example:"false"`
}

// SSOImportProposal has the members of a section that metadata decide. Lay it over the
// section of the account; what switches something on is never part of it.
type SSOImportProposal struct {
	IdentityProviderSSOURL       string   `json:"identityProviderSsoUrl,omitempty"`
	IdentityProviderIssuer       string   `json:"identityProviderIssuer,omitempty"`
	IdentityProviderCertificates []string `json:"identityProviderCertificates,omitempty"`
	IdentityProviderEntityID     string   `json:"identityProviderEntityId,omitempty"`
	IdentityProviderLogoutURL    string   `json:"identityProviderLogoutUrl,omitempty"`
	// RequestBinding is there where requests would else go to the address by another
	// binding than it takes.
	RequestBinding string `json:"requestBinding,omitempty" enums:"redirect,post"`
}
