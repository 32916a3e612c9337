package api

import (
	"encoding/json"

	"admin-api/models"
)

// Account is one integration account as every answer shows it. Properties
// never hold the value of a secret; what is known of secrets stands in Secrets.
//
// AppendAccount writes this document; the members stand in its order.
type Account struct {
	ID          string            `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Type        string            `json:"type" example:"zendesk"`
	Family      string            `json:"family" example:"Zendesk"`
	Name        string            `json:"name" example:"Support EU"`
	Description string            `json:"description" example:""`
	Labels      map[string]string `json:"labels"`
	Enabled     bool              `json:"enabled" example:"true"`
	Default     bool              `json:"default" example:"false"`
	// Properties are the settings of the type, see GET /integration-types/{type}.
	Properties json.RawMessage `json:"properties" swaggertype:"object"`
	// Secrets tells what is stored, by JSON Pointer into the properties.
	Secrets map[string]SecretState `json:"secrets"`
	// Computed are read-only values that the remote system needs to know.
	Computed map[string]string `json:"computed,omitempty"`
	// Certificates are those found in the properties.
	Certificates []Certificate `json:"certificates,omitempty"`
	Health       AccountHealth `json:"health"`
	// ETag is the entity tag without its quotes.
	ETag      string      `json:"etag" example:"7-3"`
	Version   int64       `json:"version" example:"7"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	UpdatedAt models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	UpdatedBy string      `json:"updatedBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// DeletedAt and DeletedBy are present only in deleted accounts.
	DeletedAt models.Time `json:"deletedAt,omitzero" swaggertype:"string" format:"date-time"`
	DeletedBy string      `json:"deletedBy,omitempty"`
	// GeneratedSecrets are present only in the answer to the write that made them,
	// by JSON Pointer into the properties: secrets of the kind that the product makes
	// where none is given. They are never shown again.
	GeneratedSecrets map[string]string `json:"generatedSecrets,omitempty"`
	// Warnings are present only in answers to a write, and only where something
	// is allowed but looks wrong.
	Warnings []Violation `json:"warnings,omitempty"`
}

// SecretState is what may be known of one stored secret.
type SecretState struct {
	// Set is always true: a secret that is not stored is not listed.
	Set     bool  `json:"set" example:"true"`
	Version int64 `json:"version" example:"2"`
	// Fingerprint is a keyed hash of the value: equal fingerprints of one
	// secret mean an equal value.
	Fingerprint string      `json:"fingerprint" example:"9f3ac210"`
	UpdatedAt   models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	UpdatedBy   string      `json:"updatedBy"`
	// Unreadable is true while the key that the value is sealed with is not at
	// hand; entering the secret again repairs it.
	Unreadable bool `json:"unreadable,omitempty"`
}

// Certificate is what is read from one certificate among the properties.
type Certificate struct {
	Pointer   string      `json:"pointer" example:"/agentDesktop/identityProviderCertificates/0"`
	Subject   string      `json:"subject"`
	NotBefore models.Time `json:"notBefore" swaggertype:"string" format:"date-time"`
	NotAfter  models.Time `json:"notAfter" swaggertype:"string" format:"date-time"`
	// SHA256 is the lower-case hexadecimal digest of the DER form.
	SHA256 string `json:"sha256"`
}

// AccountHealth is the last verdict about an account.
type AccountHealth struct {
	Status string `json:"status" enums:"ok,failing,degraded,unknown,unsupported" example:"ok"`
	// Code says why, for example credentials_rejected.
	Code      string      `json:"code,omitempty" example:"ok"`
	CheckedAt models.Time `json:"checkedAt,omitzero" swaggertype:"string" format:"date-time"`
}

// AccountPage is a part of a list of accounts.
type AccountPage struct {
	Items []Account `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// AccountCreate is the document of a new account.
type AccountCreate struct {
	Type        string            `json:"type" validate:"required" example:"zendesk"`
	Name        string            `json:"name" validate:"required" example:"Support EU"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	// Enabled is true when absent.
	Enabled bool `json:"enabled,omitempty" example:"true"`
	// Default makes the account the default of its family.
	Default bool `json:"default,omitempty"`
	// Properties are the settings of the type, secrets in their natural place.
	Properties json.RawMessage `json:"properties" validate:"required" swaggertype:"object"`
}

// AccountReplace is the document that takes the place of a stored account.
// Members that the server sets may be sent back as they were read. A secret
// that is absent is kept, null clears it.
type AccountReplace struct {
	Type        string            `json:"type,omitempty" example:"zendesk"`
	Name        string            `json:"name" validate:"required" example:"Support EU"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	// Enabled is true when absent.
	Enabled    bool            `json:"enabled,omitempty" example:"true"`
	Default    bool            `json:"default,omitempty"`
	Properties json.RawMessage `json:"properties" validate:"required" swaggertype:"object"`
}

// AccountPatch is a merge patch (RFC 7396) of an account: members that are
// absent stay, null removes, at every depth. The outcome is judged as a whole.
type AccountPatch struct {
	Name        *string            `json:"name,omitempty" example:"Support EU"`
	Description *string            `json:"description,omitempty"`
	Labels      map[string]*string `json:"labels,omitempty"`
	Enabled     *bool              `json:"enabled,omitempty"`
	Default     *bool              `json:"default,omitempty"`
	Properties  json.RawMessage    `json:"properties,omitempty" swaggertype:"object"`
}

// AccountDraft is a document to validate or to test without storing it. With
// an id it holds edits (a merge patch) of that account.
type AccountDraft struct {
	ID          string            `json:"id,omitempty" format:"uuid"`
	Type        string            `json:"type,omitempty" example:"zendesk"`
	Name        string            `json:"name,omitempty" example:"Support EU"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Enabled     bool              `json:"enabled,omitempty"`
	Default     bool              `json:"default,omitempty"`
	Properties  json.RawMessage   `json:"properties,omitempty" swaggertype:"object"`
}
