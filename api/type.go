package api

import (
	"encoding/json"
	"fmt"

	"admin-api/integrations"
	"admin-api/models"
)

// TypePath is where the pages stand that explain the types.
const TypePath = "/docs/types/"

// Type describes one type of account: what people call it, what its form shows
// and which properties it takes.
type Type struct {
	Type        string `json:"type" example:"zendesk"`
	Family      string `json:"family" example:"Zendesk"`
	Label       string `json:"label" example:"Zendesk"`
	Description string `json:"description"`
	// DocumentationURL leads to the remote system's own documentation.
	DocumentationURL string `json:"documentationUrl" format:"uri"`
	// ReferenceURL leads to the page on the type in this server's own reference.
	ReferenceURL string `json:"referenceUrl" format:"uri-reference" example:"/docs/types/zendesk"`
	// Shape says where the properties come from: documented by the vendor of
	// the contact center, or proposed from the remote system's documentation.
	Shape string `json:"shape" enums:"documented,proposed"`
	// Limit says how many accounts a contact center may have.
	Limit string `json:"limit" enums:"unlimited,one_per_type,one_per_family"`
	// HasDefault: one account of the family may be its default.
	HasDefault   bool         `json:"hasDefault"`
	Capabilities Capabilities `json:"capabilities"`
	// Notes are what to know before using the type: that a product was retired,
	// say, or that no public source describes a part of it.
	Notes []string `json:"notes,omitempty"`
	// Fields are what a form shows, in order.
	Fields []integrations.Field `json:"fields"`
	// Schema is the JSON Schema (2020-12) of the properties of a new account.
	Schema json.RawMessage `json:"schema" swaggertype:"object"`
	// Feature is absent where every contact center may use the type.
	Feature *Feature `json:"feature,omitempty"`
	// Computed are read-only values that accounts of the type show, with those
	// of this contact center.
	Computed []Computed `json:"computed,omitempty"`
}

// Capabilities say what can be done with accounts of a type.
type Capabilities struct {
	// Probe: the account can be tested against the remote system.
	Probe bool `json:"probe"`
	// NoProbeReason is present where it cannot.
	NoProbeReason string `json:"noProbeReason,omitempty"`
	// ProbeDoes says what a test asks of the remote system, Privileges what the
	// credentials must be permitted there.
	ProbeDoes  string `json:"probeDoes,omitempty"`
	Privileges string `json:"privileges,omitempty"`
	// Authorization: a person can give an account its access in a browser.
	Authorization bool `json:"authorization"`
	// Limits: the remote system tells how much of it may be used.
	Limits bool `json:"limits"`
}

// Feature is what the service provider switches on per contact center.
type Feature struct {
	Key     string `json:"key" example:"single_sign_on"`
	Enabled bool   `json:"enabled"`
}

// Computed is one read-only value.
type Computed struct {
	Name  string `json:"name" example:"remoteLoginUrl"`
	Label string `json:"label"`
	Value string `json:"value"`
}

// TypePage is the whole catalogue.
type TypePage struct {
	Items []Type `json:"items"`
}

// newType returns what is the same for every contact center.
func newType(def *integrations.Definition) Type {
	limits := map[integrations.Limit]string{
		integrations.Unlimited: "unlimited", integrations.OnePerType: "one_per_type",
		integrations.OnePerFamily: "one_per_family",
	}
	return Type{
		Type: def.Type, Family: string(def.Family), Label: def.Label, Description: def.Description,
		DocumentationURL: def.DocumentationURL, ReferenceURL: TypePath + def.Type,
		Shape: string(def.Shape), Limit: limits[def.Limit], HasDefault: def.HasDefault, Notes: def.Notes,
		Capabilities: Capabilities{
			Probe: def.NoProbe == "", NoProbeReason: def.NoProbe, ProbeDoes: def.ProbeDoes, Privileges: def.Privileges,
			Authorization: def.Authorizes(), Limits: def.TellsLimits(),
		},
		Fields: def.Fields(), Schema: def.Schema(),
	}
}

// TypeEncoder writes the document Type of one definition for any contact
// center. It is safe for concurrent use.
type TypeEncoder struct {
	def    *integrations.Definition
	static []byte // the document without the members below, and without its end
}

// NewTypeEncoder encodes what is the same for every contact center.
func NewTypeEncoder(def *integrations.Definition) (*TypeEncoder, error) {
	b, err := Encode(newType(def))
	if err != nil {
		return nil, fmt.Errorf("type %s: %w", def.Type, err)
	}
	return &TypeEncoder{def: def, static: b[:len(b)-1]}, nil
}

// Append appends the document for a contact center to b; public is where browsers see
// the server, see integrations.CenterAt.
func (e *TypeEncoder) Append(b []byte, center *models.ContactCenter, public string) []byte {
	b = append(b, e.static...)
	if e.def.Feature != "" {
		b = appendText(b, `,"feature":{"key":`, e.def.Feature)
		b = append(b, `,"enabled":`...)
		if center.HasFeature(e.def.Feature) {
			b = append(b, "true}"...)
		} else {
			b = append(b, "false}"...)
		}
	}
	if e.def.Computed != nil {
		b = append(b, `,"computed":[`...)
		for i, c := range e.def.Computed(integrations.CenterAt(center.Domain, public)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, `{"name":`, c.Name)
			b = appendText(b, `,"label":`, c.Label)
			b = append(appendText(b, `,"value":`, c.Value), '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}
