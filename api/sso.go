package api

import "admin-api/models"

// SSOReply is the form that an identity provider has a browser post (SAML 2.0
// bindings, section 3.5).
type SSOReply struct {
	// Response is base64 of the answer, of 256 KiB at most.
	Response string `json:"SAMLResponse" example:"PHNhbWxwOlJlc3BvbnNl…"`
	// RelayState never leads to another site.
	RelayState string `json:"RelayState,omitempty" example:""`
}

// SSOExchangeInput is a one-time code.
type SSOExchangeInput struct {
	// Code is what stands in the address that the browser was sent to.
	Code string `json:"code" validate:"required" maxLength:"128" example:"Xq3vJp0…"`
}

// SSOTestInput says what to try.
type SSOTestInput struct {
	Section string `json:"section" validate:"required" enums:"agentDesktop,admin" example:"agentDesktop"`
}

// SSOStep is one thing that was checked in an answer.
type SSOStep struct {
	Name   string `json:"name" example:"audience"`
	Status string `json:"status" enums:"passed,failed,skipped" example:"passed"`
	// Detail is for people.
	Detail string `json:"detail,omitempty" example:"is mycompany.example_sso"`
}

// SSOAttribute is what the identity provider says of a person under one name.
type SSOAttribute struct {
	Name         string   `json:"name" example:"FirstName"`
	FriendlyName string   `json:"friendlyName,omitempty" example:"First name"`
	Values       []string `json:"values" example:"Ann"`
}

// SSOSeen is what an answer says. Unless it was verified, anybody may have written
// it.
type SSOSeen struct {
	ResponseID   string         `json:"responseId,omitempty" example:"_a75adf55"`
	AssertionID  string         `json:"assertionId,omitempty" example:"_5d2f0b1c"`
	InResponseTo string         `json:"inResponseTo,omitempty" example:"_0c0ffee0"`
	Issuer       string         `json:"issuer,omitempty" example:"https://sts.windows.net/3fa85f64-5717-4562-b3fc-2c963f66afa6/"`
	Destination  string         `json:"destination,omitempty" example:"https://mycompany.example/agentdesktop/sso/redirect"`
	Recipient    string         `json:"recipient,omitempty" example:"https://mycompany.example/agentdesktop/sso/redirect"`
	Audiences    []string       `json:"audiences" example:"mycompany.example_sso"`
	NameID       string         `json:"nameId,omitempty" example:"ann"`
	NameIDFormat string         `json:"nameIdFormat,omitempty" example:"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"`
	Attributes   []SSOAttribute `json:"attributes"`
	IssueInstant string         `json:"issueInstant,omitempty" example:"2026-03-01T12:30:00Z"`
	NotBefore    string         `json:"notBefore,omitempty" example:"2026-03-01T12:25:00Z"`
	NotOnOrAfter string         `json:"notOnOrAfter,omitempty" example:"2026-03-01T13:30:00Z"`
	// Signed says what carries a signature, SignatureMethods how it was made.
	Signed           []string `json:"signed" example:"assertion"`
	SignatureMethods []string `json:"signatureMethods" example:"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"`
	Encrypted        bool     `json:"encrypted" example:"false"`
	// Certificate is the one that the answer brings along, by which a roll-over can be
	// told. It is not trusted.
	Certificate *SSOCertificate `json:"certificate,omitempty"`
	// XML is the answer without signatures, certificates and ciphers, and with what was
	// decrypted; cut where it is long.
	XML string `json:"xml,omitempty"`
}

// SSOCertificate tells certificates apart.
type SSOCertificate struct {
	// SHA256 is the fingerprint, in hexadecimal.
	SHA256   string      `json:"sha256" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	Subject  string      `json:"subject,omitempty" example:"CN=Microsoft Azure Federated SSO Certificate"`
	NotAfter models.Time `json:"notAfter,omitzero" swaggertype:"string" format:"date-time"`
}
