package api

import (
	"encoding/json"

	"admin-api/models"
)

// Check is the answer of one probe. A probe that failed is still a check: the
// request that asked for it succeeded.
type Check struct {
	// ID is present only in checks that are on record.
	ID     string `json:"id,omitempty" format:"uuid"`
	Status string `json:"status" enums:"passed,failed,partial,unsupported" example:"failed"`
	// Cause is null unless the probe failed.
	Cause *string            `json:"cause" enums:"config,credentials,permission,network,tls,remote,rate_limited,blocked" extensions:"x-nullable"`
	Steps []models.CheckStep `json:"steps"`
	// Identity is who the remote system says we are.
	Identity string `json:"identity,omitempty" example:"ann@acme.com"`
	// Reason says why a type cannot be probed.
	Reason string `json:"reason,omitempty"`
	// Retryable: the same probe may succeed later without a change.
	Retryable      bool        `json:"retryable"`
	DurationMs     int64       `json:"durationMs" example:"812"`
	CheckedAt      models.Time `json:"checkedAt" swaggertype:"string" format:"date-time"`
	CheckedBy      string      `json:"checkedBy,omitempty"`
	AccountVersion int64       `json:"accountVersion,omitempty" example:"7"`
	// Draft: what was probed is not what is stored.
	Draft bool `json:"draft"`
}

// Limits are what a remote system says of how much of it may be used. That it
// says nothing is an answer as well: the request that asked for it succeeded.
type Limits struct {
	Status string `json:"status" enums:"passed,failed,partial" example:"passed"`
	// Limits are in the order of their names; none where they could not be read.
	Limits []models.Usage `json:"limits"`
	// Cause is null unless they could not be read.
	Cause *string            `json:"cause" enums:"config,credentials,permission,network,tls,remote,rate_limited,blocked" extensions:"x-nullable"`
	Steps []models.CheckStep `json:"steps"`
	// Identity is who the remote system says we are.
	Identity string `json:"identity,omitempty" example:"user 005xx000001SwiUAAS of organization 00Dxx0000001gPLEAY"`
	// Retryable: the same request may succeed later without a change.
	Retryable      bool        `json:"retryable"`
	DurationMs     int64       `json:"durationMs" example:"640"`
	CheckedAt      models.Time `json:"checkedAt" swaggertype:"string" format:"date-time"`
	AccountVersion int64       `json:"accountVersion" example:"7"`
}

// Authorization is how a person gives an account access to its remote system.
type Authorization struct {
	// AuthorizationURL is where a browser is to go. Whoever has it can finish the
	// authorization: hand it to nobody else.
	AuthorizationURL string `json:"authorizationUrl" format:"uri" example:"https://acme.my.salesforce.com/services/oauth2/authorize?response_type=code"`
	// RedirectURI is where the browser comes back; the app must know it.
	RedirectURI string `json:"redirectUri" format:"uri" example:"https://mycompany.example/admin/salesforcecallback.html"`
	// ExpiresAt is until when the browser must have come back.
	ExpiresAt models.Time `json:"expiresAt" swaggertype:"string" format:"date-time"`
}

// CheckPage is a part of the history of checks, newest first.
type CheckPage struct {
	Items []Check `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// NewChecks returns the wire form of checks; it is never nil.
func NewChecks(list []models.CheckResult) []Check {
	out := make([]Check, len(list))
	for i, c := range list {
		out[i] = Check(c)
	}
	return out
}

// VersionSummary is one entry of an account's history.
type VersionSummary struct {
	Version   int64       `json:"version" example:"7"`
	Operation string      `json:"operation" enums:"create,update,delete,undelete,rollback,default,authorize"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy"`
}

// VersionPage is a part of an account's history, newest first.
type VersionPage struct {
	Items []VersionSummary `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// RollbackInput says which version an account returns to.
type RollbackInput struct {
	Version int64 `json:"version" validate:"required" example:"3"`
	// Secrets are given by JSON Pointer into the properties; they are needed
	// where the return changes where a secret is sent.
	Secrets map[string]string `json:"secrets,omitempty"`
}

// Reference says who uses an account. It protects the account from deletion.
type Reference struct {
	Key  string `json:"key" example:"scenario-12"`
	Kind string `json:"kind" example:"scenario"`
	Name string `json:"name" example:"Main IVR"`
	// URL leads to what uses the account.
	URL       string      `json:"url,omitempty" format:"uri"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy"`
}

// ReferencePage is a part of the list of references.
type ReferencePage struct {
	Items []Reference `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// NewReferences returns the wire form of references; it is never nil.
func NewReferences(list []models.Reference) []Reference {
	out := make([]Reference, len(list))
	for i, r := range list {
		out[i] = Reference{
			Key: r.Key, Kind: r.Kind, Name: r.Name, URL: r.URL, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		}
	}
	return out
}

// ReferenceInput registers what uses an account.
type ReferenceInput struct {
	Kind string `json:"kind" validate:"required" example:"scenario"`
	Name string `json:"name" validate:"required" example:"Main IVR"`
	URL  string `json:"url,omitempty" format:"uri" example:"https://mycompany.example/scenarios/12"`
}

// TestInput is what to probe: nothing for a stored account as it is, edits (a
// merge patch) to lay over it, or the whole document of a draft.
type TestInput struct {
	Type       string          `json:"type,omitempty" example:"zendesk"`
	Name       string          `json:"name,omitempty"`
	Properties json.RawMessage `json:"properties,omitempty" swaggertype:"object"`
}

// Liveness says that the process answers.
type Liveness struct {
	Status string `json:"status" enums:"ok" example:"ok"`
}

// Readiness says whether the process can do its work.
type Readiness struct {
	Status string           `json:"status" enums:"ok,failing" example:"ok"`
	Checks []ReadinessCheck `json:"checks"`
}

// ReadinessCheck is one thing that the process needs. Why it fails stands in
// the log, because anybody may ask.
type ReadinessCheck struct {
	Name   string `json:"name" example:"database"`
	Status string `json:"status" enums:"ok,failing" example:"ok"`
}
