package api

// SSOReply is the form that an identity provider has a browser post (SAML 2.0
// bindings, section 3.5).
type SSOReply struct {
	// Response is base64 of the answer, of 256 KiB at most.
	Response string `json:"SAMLResponse" validate:"required" example:"PHNhbWxwOlJlc3BvbnNl…"`
	// RelayState never leads to another site.
	RelayState string `json:"RelayState,omitempty" example:""`
}
