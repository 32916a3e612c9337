package api

// SSOSetup says how single sign-on is set up: what identity providers are told, and
// where they show what the account needs.
type SSOSetup struct {
	Sections []SSOSetupSection `json:"sections"`
}

// SSOSetupSection is one application.
type SSOSetupSection struct {
	Section string `json:"section" enums:"agentDesktop,admin" example:"agentDesktop"`
	// EntityID is the name of the contact center at the provider, and the audience of
	// its answers.
	EntityID string `json:"entityId" example:"mycompany.example_sso"`
	// ReplyURL is the only address that answers may go to (assertion consumer service).
	ReplyURL string `json:"replyUrl" format:"uri" example:"https://mycompany.example/agentdesktop/sso/redirect"`
	// SignOnURL is where a sign-in begins on our side.
	SignOnURL string `json:"signOnUrl" format:"uri" example:"https://mycompany.example/"`
	// MetadataURL has all of this for providers that read it.
	MetadataURL string             `json:"metadataUrl" format:"uri" example:"https://mycompany.example/agentdesktop/sso/metadata"`
	Providers   []SSOSetupProvider `json:"providers"`
}

// SSOSetupProvider is what is to be done at one provider, in its own words.
type SSOSetupProvider struct {
	Provider string `json:"provider" enums:"azure,okta,adfs,google,oneLogin,generic" example:"azure"`
	Label    string `json:"label" example:"Microsoft Entra ID (Azure AD)"`
	// Documentation is a page of the vendor.
	Documentation string `json:"documentation" format:"uri"`
	// Where is the page or the menu with the fields.
	Where string `json:"where" example:"Basic SAML Configuration"`
	// Enter are fields there and what belongs into them, letter by letter.
	Enter  []SSOSetupField `json:"enter"`
	NameID SSOSetupNameID  `json:"nameId"`
	// Claims are only needed for just-in-time provisioning.
	Claims []SSOSetupClaim `json:"claims"`
	// LeaveBlank are fields that must stay as they are.
	LeaveBlank []string `json:"leaveBlank" example:"Relay State (Optional)"`
	// Copy is where the values for the account are found.
	Copy  []SSOSetupCopy `json:"copy"`
	Notes []string       `json:"notes"`
}

// SSOSetupField is a field at the provider.
type SSOSetupField struct {
	Label string `json:"label" example:"Identifier (Entity ID)"`
	Value string `json:"value" example:"mycompany.example_sso"`
}

// SSOSetupNameID says how the provider is made to name people by their user name here.
type SSOSetupNameID struct {
	Label string `json:"label" example:"Unique User Identifier (Name ID)"`
	// Attribute is what holds the user name at the provider.
	Attribute string `json:"attribute" example:"user.userprincipalname"`
	// FormatLabel is the field for the format, absent where the provider has none.
	FormatLabel string `json:"formatLabel,omitempty" example:"Name ID format"`
	Format      string `json:"format,omitempty" example:"Unspecified"`
}

// SSOSetupClaim is an attribute for answers.
type SSOSetupClaim struct {
	// Name is what we look for.
	Name string `json:"name" example:"FirstName"`
	// Attribute is what the provider takes it from, in its own words.
	Attribute string `json:"attribute" example:"user.givenname"`
}

// SSOSetupCopy is a value that the provider shows and the account needs.
type SSOSetupCopy struct {
	// Property is the JSON pointer of the property in the account.
	Property string `json:"property" example:"/properties/agentDesktop/identityProviderSsoUrl"`
	// Label is what the provider calls it, Form what it looks like.
	Label string `json:"label" example:"Login URL"`
	Form  string `json:"form" example:"https://login.microsoftonline.com/<directory id>/saml2"`
}
