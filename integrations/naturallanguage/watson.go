package naturallanguage

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/ibm"
	"admin-api/secret"
	"admin-api/validation"
)

// Watson lists the type watson_nlu in the catalogue.
var Watson = integrations.Definition{
	Type:             "watson_nlu",
	Family:           integrations.NaturalLanguage,
	Label:            "Watson Natural Language Understanding",
	Description:      "Tells the sentiment of calls, chats and e-mails with IBM Watson.",
	DocumentationURL: "https://cloud.ibm.com/apidocs/natural-language-understanding",
	Shape:            integrations.Proposed,
	Notes: []string{
		"All properties but the version are documented; the version used to be part of the URL.",
		"The hosts gateway.watsonplatform.net of older documents were switched off in 2021.",
		"IBM Cloud has accepted no user names and passwords since 30 October 2019.",
	},
	ProbeDoes: "It exchanges the API key for a token at IBM Cloud and lists the instance's models. " +
		"No text is analysed, so nothing counts against the plan.",
	Privileges: "The service role Reader on the instance of Natural Language Understanding.",
	Diagnoses:  ibm.Diagnoses(),
	New: func() integrations.Properties {
		return &WatsonProperties{Method: methodPOST, AuthenticationMethod: ibm.ByAPIKey}
	},
	Example: `{
	"url": "https://api.us-south.natural-language-understanding.watson.cloud.ibm.com` +
		`/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60",
	"authenticationMethod": "apiKey",
	"apiKey": "EXAMPLE0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
	"maxApiCallsPerDay": 1000,
	"version": "2022-08-10"
}`,
}

const (
	methodPOST = "POST"
	// presentVersion is the latest date of IBM's that changed the interface
	// (https://cloud.ibm.com/docs/natural-language-understanding?topic=natural-language-understanding-versioning).
	presentVersion = "2022-08-10"
	analyzePath    = "/v1/analyze"
)

var watson = ibm.Service{
	Host: "natural-language-understanding", Label: "Natural Language Understanding", Strict: true, Gateway: true,
}

// WatsonProperties configure one instance of the service.
type WatsonProperties struct {
	URL string `json:"url" validate:"required" label:"Url" help:"From the service credentials; an address that goes on with /v1/analyze will do as well." example:"https://api.us-south.natural-language-understanding.watson.cloud.ibm.com/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60" format:"url" max:"2048" pattern:"^https://[A-Za-z0-9.-]+(?::443)?(?:/natural-language-understanding/api|/instances/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?:/v1/analyze)?/?(?:\\?version=20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?$" hint:"https://HOST/instances/ID" dest:"true"`

	Method string `json:"method" label:"Method" help:"How texts are sent; IBM knows this one way only." enum:"POST"`

	AuthenticationMethod string `json:"authenticationMethod" validate:"required" label:"Authentication method" help:"User names and passwords are credentials of old, which IBM Cloud no longer accepts." enum:"apiKey,usernamePassword" enumLabels:"API key,User name and password" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"From the service credentials of the instance in IBM Cloud." pattern:"^[A-Za-z0-9_-]{40,64}$" hint:"40 to 64 letters, digits, _ and -" when:"authenticationMethod=apiKey"`

	Username string `json:"username" validate:"required" label:"Username" help:"Given when you signed up with IBM before it had API keys." max:"128" when:"authenticationMethod=usernamePassword"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"The password of that user name." max:"128" when:"authenticationMethod=usernamePassword"`

	MaxAPICallsPerDay *int `json:"maxApiCallsPerDay" label:"Limit" help:"Calls per day, to stay inside a free plan; left out, there is no limit." min:"1" max:"10000000"`

	Version string `json:"version" label:"Version" help:"The date of IBM's interface; left out, it is that of the URL or else the present one." example:"2022-08-10" pattern:"^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$" hint:"a date such as 2022-08-10"`
}

// Normalize implements integrations.Normalizer: it takes a pasted address of the
// method apart.
func (p *WatsonProperties) Normalize() {
	p.APIKey = p.APIKey.TrimSpace()
	p.URL = ibm.TidyURL(p.URL)
	address, query, queried := strings.Cut(p.URL, "?")
	version, versioned := strings.CutPrefix(query, "version=")
	if !queried || versioned && !strings.Contains(version, "&") { // what else stands there, the rules refuse
		p.URL = strings.TrimSuffix(strings.TrimRight(address, "/"), analyzePath)
		p.Version = cmp.Or(p.Version, version)
	}
	p.Version = cmp.Or(p.Version, presentVersion)
	p.Method = cmp.Or(p.Method, methodPOST)
}

// Validate implements integrations.Properties.
func (p *WatsonProperties) Validate(c *validation.Context) {
	watson.CheckURL(c, "/url", p.URL)
	ibm.CheckMethod(c, "/authenticationMethod", p.AuthenticationMethod)
}

// Probe implements integrations.Prober. It lists the models that the customer
// made (https://cloud.ibm.com/apidocs/natural-language-understanding#listmodels),
// of which there may be none.
func (p *WatsonProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return ibm.Ask(ctx, s, ibm.Question{
		Step:  "models",
		URL:   p.URL + "/v1/models?version=" + url.QueryEscape(p.Version),
		Login: ibm.Login{APIKey: p.APIKey, Username: p.Username, Password: p.Password},
		Judge: func(answer *integrations.Answer) error {
			var list struct {
				Models *[]struct{} `json:"models"`
			}
			if err := answer.JSON(&list); err != nil {
				return err
			}
			if list.Models == nil {
				return ibm.Unexpected(answer)
			}
			return nil
		},
	})
}
