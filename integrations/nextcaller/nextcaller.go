// Package nextcaller describes the type next_caller: one account of Next Caller,
// which tells who an unknown caller or visitor is, and which fields of contact
// forms it may fill.
//
// It judges what an administrator enters and can test it against Next Caller. It
// looks nobody up. Facts about the interface come from
// https://nextcaller.com/documentation/v2.1/
package nextcaller

import (
	"admin-api/integrations"
	"admin-api/secret"
)

// Definition lists Next Caller in the catalogue.
var Definition = integrations.Definition{
	Type:             "next_caller",
	Family:           integrations.NextCaller,
	Label:            "Next Caller",
	Description:      "Who an unknown caller or visitor is, and data for contact forms.",
	DocumentationURL: "https://nextcaller.com/documentation/v2.1/",
	Shape:            integrations.Documented,
	Notes: []string{
		"Next Caller belongs to Pindrop today; its public interface may take no new customers and may not answer at all.",
		"The documentation lists the contact fields of a mapping, but neither its form nor what external fields are.",
	},
	ProbeDoes: "Asks for a telephone number that is too short to exist, first as nobody and then with the credentials, " +
		"so that nobody is looked up. Only a caller who is known hears that the number is wrong.",
	Privileges: "The API user name and password of the account; the sandbox has its own.",
	Diagnoses:  []integrations.Diagnosis{notVerifiable},
	New:        func() integrations.Properties { return new(Properties) },
	Example: `{
	"sandboxMode": false,
	"username": "acme-api",
	"password": "correct horse battery staple",
	"fieldMappings": [
		{"kind": "internal", "target": "contact.firstName", "source": "first_name"},
		{"kind": "internal", "target": "contact.phones.byType.mobile", "source": "phone[0].number"},
		{"kind": "external", "target": "lineType", "source": "phone[0].line_type"}
	]
}`,
}

// Properties configure one account of Next Caller. The sandbox switch decides to
// which host the credentials go.
type Properties struct {
	SandboxMode bool `json:"sandboxMode" label:"Sandbox Mode" help:"Whether the account is one for the sandbox of Next Caller." dest:"true"`

	Username string `json:"username" validate:"required" label:"Username" help:"API user name, which Next Caller gives with the account." example:"acme-api" pattern:"^[^:]+$" hint:"a user name without :" max:"255"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"API password, given with the user name." max:"255"`

	FieldMappings []FieldMapping `json:"fieldMappings" validate:"dive" label:"Field Mapping" help:"Which fields of contact forms Next Caller may fill, and with what." max:"100"`
}

// FieldMapping says what fills one field of contact forms.
type FieldMapping struct {
	Kind string `json:"kind" validate:"required" label:"Kind" help:"An internal field belongs to the contact; an external one stands in the form only." enum:"internal,external" enumLabels:"Internal,External"`

	Target string `json:"target" validate:"required" label:"Field" help:"The field to fill: contact.NAME for an internal one, a name of your own for an external one." example:"contact.firstName" pattern:"^[A-Za-z][A-Za-z0-9_]*(?:\\.[A-Za-z0-9_]+)*$" hint:"names joined by dots, such as contact.firstName" max:"128"`

	Source string `json:"source" validate:"required" label:"Source" help:"Where the value stands in a record of Next Caller." example:"first_name" pattern:"^[a-z][a-z0-9_]*(?:\\[[0-9]{0,2}\\])?(?:\\.[a-z][a-z0-9_]*(?:\\[[0-9]{0,2}\\])?)*$" hint:"member names joined by dots, with [0] for an entry of a list, such as phone[0].number" max:"128"`
}
