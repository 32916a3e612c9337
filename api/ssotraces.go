package api

import "admin-api/models"

// SSOTrace is one attempt to sign in by single sign-on.
type SSOTrace struct {
	ID      string      `json:"id" format:"uuid"`
	At      models.Time `json:"at" swaggertype:"string" format:"date-time"`
	Section string      `json:"section" enums:"agentDesktop,admin" example:"agentDesktop"`
	Outcome string      `json:"outcome" enums:"success,refused" example:"refused"`
	// Code is why it was refused; /docs/problems/ has a page for each.
	Code string `json:"code,omitempty" example:"sso-audience-wrong"`
	// Detail says what is wrong, Remedy what to do.
	Detail string `json:"detail,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Value is what came where something else was expected; anybody may have written it.
	Value string `json:"value,omitempty" example:"mycompany"`
	// Reference is what the person was shown, to read it to an administrator.
	Reference string `json:"reference" example:"7K2M-4QXP"`
	// Count is more than one where so many failures of the kind came within a minute
	// that they were not kept one by one; whoever they happened to was shown reference.
	Count int `json:"count" minimum:"1" example:"1"`
	// Username is the NameID. It is absent where no provider vouched for it.
	Username string `json:"username,omitempty" example:"ann"`
	// UserID is absent where it did not come to a user.
	UserID string `json:"userId,omitempty" format:"uuid"`
	// Provisioned: the user was made just in time.
	Provisioned bool   `json:"provisioned" example:"false"`
	Address     string `json:"address" example:"203.0.113.7"`
	UserAgent   string `json:"userAgent" example:"Mozilla/5.0"`
	// Result is the whole of it; lists leave it out.
	Result *SSOResult `json:"result,omitempty"`
}

// SSOTracePage is a part of the list of traces, newest first.
type SSOTracePage struct {
	Items []SSOTrace `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// SSOKey is a key pair of the contact center as a service provider: identity
// providers encrypt for it. The private half never shows.
type SSOKey struct {
	ID string `json:"id" format:"uuid"`
	// Certificate is for the provider, in PEM; our metadata has that of the newest.
	Certificate string      `json:"certificate" example:"-----BEGIN CERTIFICATE-----…"`
	SHA256      string      `json:"sha256" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	NotAfter    models.Time `json:"notAfter" swaggertype:"string" format:"date-time"`
	CreatedAt   models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy   string      `json:"createdBy" example:"user:0198c0de-6a11-7c02-9b33-0a1b2c3d4e5f"`
}

// SSOKeyList holds the key pairs, newest first. All of them decrypt.
type SSOKeyList struct {
	Items []SSOKey `json:"items"`
}
