package bot

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/integrations"
	"admin-api/integrations/platform/ibm"
	"admin-api/secret"
	"admin-api/validation"
)

// WatsonAssistant lists the type watson_assistant in the catalogue.
var WatsonAssistant = integrations.Definition{
	Type:             "watson_assistant",
	Family:           integrations.Bot,
	Label:            "IBM Watson Assistant",
	Description:      "Lets a dialog skill of IBM Watson Assistant chat and suggest answers.",
	DocumentationURL: "https://cloud.ibm.com/docs/watson-assistant?topic=watson-assistant-api-overview",
	Shape:            integrations.Proposed,
	Notes: []string{
		"Workspaces belong to version 1 of IBM's API, which IBM keeps for compatibility; new assistants use version 2.",
		"The hosts gateway.watsonplatform.net of older documents were switched off in 2021.",
		"IBM Cloud has accepted no user names and passwords since 30 October 2019.",
		"The documentation names the URL and both kinds of credentials; the other properties are proposed.",
	},
	ProbeDoes: "It exchanges the API key for a token at IBM Cloud and reads the workspace's description. " +
		"No message is sent to the bot.",
	Privileges: "The service role Reader on the instance of Watson Assistant.",
	Diagnoses:  ibm.Diagnoses(),
	New:        func() integrations.Properties { return &WatsonAssistantProperties{AuthenticationMethod: ibm.ByAPIKey} },
	Example: `{
	"url": "https://api.us-south.assistant.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60` +
		`/v1/workspaces/0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60/message?version=2021-11-27",
	"authenticationMethod": "apiKey",
	"apiKey": "EXAMPLE0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
	"maxApiCallsPerDay": 1000
}`,
}

var watsonAssistant = ibm.Service{Host: "assistant", Label: "Watson Assistant", Strict: true, Gateway: true}

// WatsonAssistantProperties configure one workspace, which is what version 1 of
// the API calls a dialog skill.
type WatsonAssistantProperties struct {
	URL string `json:"url" validate:"required" label:"Url" help:"The skill's legacy v1 workspace URL, from View API Details, with ?version= and a date at its end." example:"https://api.us-south.assistant.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60/v1/workspaces/0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60/message?version=2021-11-27" format:"url" max:"2048" pattern:"^https://[A-Za-z0-9.-]+(?::443)?(?:/[A-Za-z0-9-]+)*/v1/workspaces/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/message\\?version=20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$" hint:"https://HOST/…/v1/workspaces/ID/message?version=2021-11-27" dest:"true"`

	AuthenticationMethod string `json:"authenticationMethod" validate:"required" label:"Authentication method" help:"User names and passwords are credentials of old, which IBM Cloud no longer accepts." enum:"apiKey,usernamePassword" enumLabels:"API key,User name and password" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"From the service credentials of the instance in IBM Cloud." pattern:"^[A-Za-z0-9_-]{40,64}$" hint:"40 to 64 letters, digits, _ and -" when:"authenticationMethod=apiKey"`

	Username string `json:"username" validate:"required" label:"Username" help:"Of credentials made before IBM Cloud had API keys." max:"128" when:"authenticationMethod=usernamePassword"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Of credentials made before IBM Cloud had API keys." max:"128" when:"authenticationMethod=usernamePassword"`

	MaxAPICallsPerDay *int `json:"maxApiCallsPerDay" label:"Max API calls per day" help:"Keeps usage inside what is paid for; left out, there is no limit." min:"1" max:"10000000"`
}

// Normalize implements integrations.Normalizer.
func (p *WatsonAssistantProperties) Normalize() {
	p.URL = ibm.TidyURL(p.URL)
	p.APIKey = p.APIKey.TrimSpace()
}

// Validate implements integrations.Properties.
func (p *WatsonAssistantProperties) Validate(c *validation.Context) {
	watsonAssistant.CheckURL(c, "/url", p.URL)
	ibm.CheckMethod(c, "/authenticationMethod", p.AuthenticationMethod)
}

// Probe implements integrations.Prober. It reads the workspace without its
// content (https://cloud.ibm.com/apidocs/assistant-v1#getworkspace), which does
// not count as a message.
func (p *WatsonAssistantProperties) Probe(ctx context.Context, s *integrations.Session) error {
	address, id := p.workspace()
	return ibm.Ask(ctx, s, ibm.Question{
		Step:  "workspace",
		URL:   address,
		Login: ibm.Login{APIKey: p.APIKey, Username: p.Username, Password: p.Password},
		Judge: func(answer *integrations.Answer) error {
			var workspace struct {
				ID   string `json:"workspace_id"`
				Name string `json:"name"`
			}
			if err := answer.JSON(&workspace); err != nil {
				return err
			}
			if !strings.EqualFold(workspace.ID, id) {
				return ibm.Unexpected(answer)
			}
			s.SetIdentity(workspaceIdentity(workspace.Name, id))
			return nil
		},
	})
}

// workspace returns the address that describes the workspace, and its id.
func (p *WatsonAssistantProperties) workspace() (address, id string) {
	before, query, _ := strings.Cut(p.URL, "?")
	address = strings.TrimSuffix(before, "/message")
	version := ""
	if values, err := url.ParseQuery(query); err == nil {
		version = values.Get("version")
	}
	return address + "?version=" + url.QueryEscape(version), address[strings.LastIndexByte(address, '/')+1:]
}

// longestName is how much of a name from outside is shown, in bytes.
const longestName = 100

// workspaceIdentity shows the name of a workspace if it can be one, else the id.
func workspaceIdentity(name, id string) string {
	unfit := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune("<>", r) }
	if name == "" || len(name) > longestName || !utf8.ValidString(name) || strings.ContainsFunc(name, unfit) {
		return "workspace " + id
	}
	return "workspace " + name
}
