// Package datagroup describes the type the_data_group: one account of The Data
// Group (TDG), which tells who an unknown person is, and which fields of contact
// forms it may fill.
//
// It judges what an administrator enters and can test it against TDG. It looks
// nobody up, because look-ups cost. Facts about the interface come from
// https://thedatagroup.com/authorization-tutorial/
package datagroup

import (
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
)

// Definition lists The Data Group in the catalogue.
var Definition = integrations.Definition{ //nolint:gosec // The secrets are made up.
	Type:             "the_data_group",
	Family:           integrations.TheDataGroup,
	Label:            "The Data Group (TDG)",
	Description:      "Who an unknown person is, and data for contact forms.",
	DocumentationURL: "https://thedatagroup.com/authorization-tutorial/",
	Shape:            integrations.Documented,
	Notes: []string{
		"The documentation names user name, password, API key and field mapping; the base URL is our addition.",
		"TDG's newer interface (api.tdg1.io) knows the API key only, and nothing there can be tested without a paid look-up.",
		"The documentation lists the contact fields of a mapping, but neither its form nor what external fields are.",
	},
	ProbeDoes: "Asks for an authorization token, which needs all three credentials and looks nobody up. " +
		"At the newer interface it only finds out whether something answers there, and sends no credential.",
	Privileges: "The user and API key that TDG gives on registration.",
	Diagnoses:  []integrations.Diagnosis{apiKeyRejected, signInRejected, interfaceUnknown, notVerifiable},
	New:        func() integrations.Properties { return &Properties{BaseURL: versionThree} },
	Example: `{
	"baseUrl": "https://api.thedatagroup.com/v3",
	"username": "acme",
	"password": "correct horse battery staple",
	"apiKey": "EXAMPLEofAnApiKeyOfTDG0123456789abcdef",
	"fieldMappings": [
		{"kind": "internal", "internalField": "contact.firstName", "externalField": "first_name"},
		{"kind": "internal", "internalField": "contact.phones.byType.mobile", "externalField": "mobile_phone"}
	]
}`,
}

// The interfaces of TDG.
const (
	versionThree = "https://api.thedatagroup.com/v3"
	keyOnly      = "https://api.tdg1.io/v2"
)

// Properties configure one account of TDG.
type Properties struct {
	BaseURL string `json:"baseUrl" label:"Base URL" help:"Which interface of TDG the account is for." enum:"https://api.thedatagroup.com/v3,https://api.tdg1.io/v2" enumLabels:"Version 3 (user and API key),api.tdg1.io (API key only)" dest:"true"`

	Username string `json:"username" validate:"required" label:"Username" help:"User of TDG's interface, given with the API key." example:"acme" max:"256" when:"baseUrl=https://api.thedatagroup.com/v3"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Password of that user." max:"256" when:"baseUrl=https://api.thedatagroup.com/v3"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API Key" help:"TDG sends it after registration; every request needs it." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"16" max:"128"`

	FieldMappings []FieldMapping `json:"fieldMappings" validate:"dive" label:"Field Mapping" help:"Which fields of contact forms TDG may fill, and with what." max:"200"`
}

// FieldMapping says what fills one field of contact forms.
type FieldMapping struct {
	Kind string `json:"kind" validate:"required" label:"Kind" help:"An internal field belongs to the contact; an external one stands in the form only." enum:"internal,external" enumLabels:"Internal,External"`

	InternalField string `json:"internalField" validate:"required" label:"Field" help:"The field to fill: contact.NAME for an internal one, a name of your own for an external one." example:"contact.firstName" pattern:"^[A-Za-z][A-Za-z0-9_]*(?:\\.[A-Za-z0-9_]+)*$" hint:"names joined by dots, such as contact.firstName" max:"128"`

	ExternalField string `json:"externalField" validate:"required" label:"TDG field" help:"The member of TDG's answer that fills it." example:"first_name" pattern:"^[A-Za-z][A-Za-z0-9_]*(?:\\[[0-9]{0,2}\\])?(?:\\.[A-Za-z][A-Za-z0-9_]*(?:\\[[0-9]{0,2}\\])?)*$" hint:"member names joined by dots, with [0] for an entry of a list" max:"128"`
}

// Normalize implements integrations.Normalizer.
func (p *Properties) Normalize() {
	if p.BaseURL == "" {
		p.BaseURL = versionThree
	}
	p.BaseURL = strings.TrimSuffix(p.BaseURL, "/")
	p.APIKey = p.APIKey.TrimSpace()
}
