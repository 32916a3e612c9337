package bot

import (
	"admin-api/integrations"
	"admin-api/integrations/platform/google"
	"admin-api/secret"
	"admin-api/validation"
)

// Dialogflow lists the type dialogflow in the catalogue.
var Dialogflow = integrations.Definition{
	Type:             "dialogflow",
	Family:           integrations.Bot,
	Label:            "Google Dialogflow",
	Description:      "Lets an agent of Dialogflow ES or Conversational Agents (CX) chat and suggest answers.",
	DocumentationURL: "https://cloud.google.com/dialogflow/docs/editions",
	Shape:            integrations.Proposed,
	Notes: []string{
		"Dialogflow is not among the documented engines of this family; all of its properties are proposed.",
		"Agents of Dialogflow ES are looked for in the global location only.",
		"The location us once meant global; since 16 April 2024 it is a multi-region with agents of its own.",
	},
	ProbeDoes: "It has Google issue an access token for the service account and reads the agent's description. " +
		"No text is analysed.",
	Privileges: "dialogflow.agents.get for the test, part of the role Dialogflow API Reader (roles/dialogflow.reader); " +
		"dialogflow.sessions.detectIntent for chats, part of the role Dialogflow API Client (roles/dialogflow.client).",
	Diagnoses: dialogflowDiagnoses(),
	New:       func() integrations.Properties { return &DialogflowProperties{LanguageCode: "en"} },
	Example: `{
	"edition": "cx",
	"serviceAccountKey": ` + google.ExampleMember() + `,
	"location": "europe-west1",
	"agentId": "0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60",
	"languageCode": "en",
	"maxApiCallsPerDay": 5000
}`,
}

// The editions of Dialogflow.
const (
	editionES = "es"
	editionCX = "cx"
)

// locationGlobal is the location whose name is no part of the host.
const locationGlobal = "global"

// DialogflowProperties configure one agent.
type DialogflowProperties struct {
	Edition string `json:"edition" validate:"required" label:"Edition" help:"CX agents are called Conversational Agents today." enum:"es,cx" enumLabels:"Dialogflow ES,Dialogflow CX" dest:"true"`

	ServiceAccountKey secret.Text `json:"serviceAccountKey" validate:"required" label:"Service account key" help:"The whole content of the JSON key file of a service account that may use the agent." format:"multiline" max:"16384"`

	ProjectID string `json:"projectId" label:"Project ID" help:"The Google Cloud project of the agent; left out, it is the one that the key names." example:"acme-contact-center" pattern:"^(?:[a-z0-9.-]{1,253}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$" hint:"6 to 30 lower-case letters, digits and hyphens, beginning with a letter"`

	Location string `json:"location" validate:"required" label:"Location" help:"Where the agent lives: global, us or the code of a region." example:"europe-west1" pattern:"^(?:global|[a-z]{2,16}(?:-[a-z]{2,16}[0-9]{1,2})?)$" hint:"global, us or a region such as us-central1" when:"edition=cx" dest:"true"`

	AgentID string `json:"agentId" validate:"required,uuid" label:"Agent ID" help:"The last part of the agent's name, as the console's address shows it." example:"0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60" when:"edition=cx"`

	LanguageCode string `json:"languageCode" validate:"omitempty,bcp47_language_tag" label:"Language" help:"The language in which customers are answered." example:"en" max:"35"`

	MaxAPICallsPerDay *int `json:"maxApiCallsPerDay" label:"Max API calls per day" help:"Keeps usage inside what is paid for; left out, there is no limit." min:"1" max:"10000000"`
}

// Normalize implements integrations.Normalizer.
func (p *DialogflowProperties) Normalize() { p.ServiceAccountKey = google.TidyKey(p.ServiceAccountKey) }

// Validate implements integrations.Properties.
func (p *DialogflowProperties) Validate(c *validation.Context) {
	key := google.CheckKey(c, "/serviceAccountKey", p.ServiceAccountKey)
	if key != nil && p.ProjectID != "" && p.ProjectID != key.ProjectID {
		c.Warn("/projectId", "other_project",
			"Is another project than the key's; the service account needs rights in this one.")
	}
}
