package api

import (
	"encoding/json"

	"admin-api/models"
)

// SetAccount is one account of a set, as it is to be. Members that are absent get
// their defaults; a secret that is absent is kept, null clears it.
type SetAccount struct {
	// ID finds the account, so that the set can rename it; without it the name
	// finds the account.
	ID          string            `json:"id,omitempty" format:"uuid"`
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

// AccountSet says what accounts there are to be.
type AccountSet struct {
	// Accounts are at most 500.
	Accounts []SetAccount `json:"accounts" validate:"required"`
	// Prune deletes the accounts that the set does not list, at most 500.
	Prune     bool       `json:"prune,omitempty"`
	PruneOnly *PruneOnly `json:"pruneOnly,omitempty"`
}

// PruneOnly bounds what prune deletes: accounts of the types that carry all the
// labels. None of either means all.
type PruneOnly struct {
	Types  []string          `json:"types,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
}

// AccountSetApply is a set with what its plan was made from.
type AccountSetApply struct {
	Accounts  []SetAccount `json:"accounts" validate:"required"`
	Prune     bool         `json:"prune,omitempty"`
	PruneOnly *PruneOnly   `json:"pruneOnly,omitempty"`
	Base      SetBase      `json:"base" validate:"required"`
}

// SetBase is what a plan was made from. Send it back as it was answered.
type SetBase struct {
	// Accounts maps the id of each account that the set concerns to its version.
	Accounts map[string]int64 `json:"accounts"`
	// Absent are the names in the set that no account had.
	Absent []string `json:"absent"`
}

// Plan tells what applying a set would do.
type Plan struct {
	// Valid: the set could be applied as it is.
	Valid bool `json:"valid"`
	// Accounts are in the order of the set; those to be deleted follow by name.
	Accounts []PlannedAccount `json:"accounts"`
	// Errors and warnings have pointers into the set.
	Errors   []Violation `json:"errors"`
	Warnings []Violation `json:"warnings"`
	Base     SetBase     `json:"base"`
}

// Applied tells what applying a set did.
type Applied struct {
	Accounts []PlannedAccount `json:"accounts"`
	Warnings []Violation      `json:"warnings"`
}

// PlannedAccount is what a set does to one account.
type PlannedAccount struct {
	Action string `json:"action" enums:"create,update,delete,none" example:"update"`
	// Pointer leads to the account in the set; absent where it is not in it.
	Pointer string `json:"pointer,omitempty" example:"#/accounts/0"`
	// ID is absent in a plan for an account that is to be made.
	ID   string `json:"id,omitempty" format:"uuid"`
	Name string `json:"name" example:"Support EU"`
	Type string `json:"type" example:"zendesk"`
	// Version is that which is stored, absent where nothing is.
	Version int64 `json:"version,omitempty" example:"7"`
	// Changes are the members that change, leaf by leaf.
	Changes []SetChange `json:"changes"`
	// SecretsNeeded are JSON Pointers into the account of secrets that must be
	// given before the set can be applied.
	SecretsNeeded []string `json:"secretsNeeded"`
	// GeneratedSecrets are present only where applying made them, by JSON Pointer
	// into the properties. They are never shown again.
	GeneratedSecrets map[string]string `json:"generatedSecrets,omitempty"`
}

// SetChange is one member of an account that changes.
type SetChange struct {
	// Pointer is a JSON Pointer into the account.
	Pointer string `json:"pointer" example:"/properties/url"`
	// Old and New are values, or digests of long ones; absent where there is none.
	// For a secret, New is set, changed or cleared.
	Old any `json:"old,omitempty"`
	New any `json:"new,omitempty"`
	// Secret: the values are not told.
	Secret bool `json:"secret,omitempty"`
}

// ExportInput says which accounts are exported; nothing selects all.
type ExportInput struct {
	Types  []string          `json:"types,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	// IDs adds the id of each account, so that the set can rename it.
	IDs bool `json:"ids,omitempty"`
	// PageSize is 200 when absent, and at most that.
	PageSize int `json:"pageSize,omitempty" minimum:"1" maximum:"200" example:"200"`
	// Cursor is nextCursor of the page before, with the same types and labels.
	Cursor string `json:"cursor,omitempty"`
}

// ExportedSet is a set as it is stored, or a part of it, in the order of the names.
type ExportedSet struct {
	Accounts []ExportedAccount `json:"accounts"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// ExportedAccount is one account of an exported set. Version and secrets show
// drift; they are ignored when the set is sent back.
type ExportedAccount struct {
	ID          string            `json:"id,omitempty" format:"uuid"`
	Type        string            `json:"type" example:"zendesk"`
	Name        string            `json:"name" example:"Support EU"`
	Description string            `json:"description"`
	Labels      map[string]string `json:"labels"`
	Enabled     bool              `json:"enabled"`
	Default     bool              `json:"default"`
	// Properties hold no secrets.
	Properties json.RawMessage `json:"properties" swaggertype:"object"`
	// Secrets are those that are stored, by JSON Pointer into the properties.
	Secrets map[string]ExportedSecret `json:"secrets"`
	Version int64                     `json:"version" example:"7"`
}

// ExportedSecret is what an export tells of a stored secret.
type ExportedSecret struct {
	// Fingerprint changes with the value.
	Fingerprint string `json:"fingerprint" example:"9f3ac210"`
	Version     int64  `json:"version" example:"2"`
}

// NewExportedAccount returns the wire form of an account in an export.
func NewExportedAccount(a *models.Account, withID bool) ExportedAccount {
	out := ExportedAccount{
		Type: a.Type, Name: a.Name, Description: a.Description, Labels: a.Labels, Enabled: a.Enabled,
		Default: a.IsDefault, Properties: json.RawMessage(a.Properties), Secrets: map[string]ExportedSecret{},
		Version: a.Version,
	}
	if withID {
		out.ID = a.ID
	}
	if out.Labels == nil {
		out.Labels = map[string]string{}
	}
	if len(out.Properties) == 0 {
		out.Properties = json.RawMessage("{}")
	}
	for pointer, fact := range a.Secrets {
		out.Secrets[pointer] = ExportedSecret{Fingerprint: fact.Fingerprint, Version: fact.Version}
	}
	return out
}

// Fragment returns a JSON Pointer in its URI fragment form.
func Fragment(pointer string) string { return fragment(pointer) }
