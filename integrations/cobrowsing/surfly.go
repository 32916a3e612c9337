package cobrowsing

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists Surfly in the catalogue.
var Definition = integrations.Definition{ //nolint:gosec // The keys are made up.
	Type:             "surfly",
	Family:           integrations.CoBrowsing,
	Label:            "Surfly",
	Description:      "Lets agents see the page that a customer in a chat sees.",
	DocumentationURL: "https://docs.surfly.com/rest.html",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The documentation of the contact center describes co-browsing but no property of the account; " +
			"all of them are proposed, and so is Surfly as the vendor.",
		"Surfly publishes no list of its error codes; refusals are told by their HTTP status alone.",
	},
	ProbeDoes: "Reads the default options of the company's sessions. It starts no session and reads no agent's data. " +
		"The widget key is not tested.",
	Privileges: "The company's REST API key; it has no rights to choose from.",
	New:        func() integrations.Properties { return &Properties{URL: defaultURL} },
	Example: `{
	"url": "https://surfly.com",
	"apiKey": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
	"widgetKey": "3b57bd2d00c46d2875508b982968d26a",
	"agentControlAllowed": false
}`,
}

const defaultURL = "https://surfly.com"

// Properties configure one company at Surfly.
type Properties struct {
	URL string `json:"url" validate:"required,https_origin" label:"URL" help:"Server to use; customers with a server of their own enter its address." example:"https://surfly.com" format:"url" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"The REST key below the widget code in Surfly's integration panel." pattern:"^[0-9A-Za-z]{16,64}$" hint:"16 to 64 letters and digits"`

	WidgetKey string `json:"widgetKey" label:"Widget key" help:"The key in the code that you put on your pages; everybody can read it there." example:"3b57bd2d00c46d2875508b982968d26a" pattern:"^[0-9A-Za-z]{16,64}$" hint:"16 to 64 letters and digits"`

	AgentControlAllowed bool `json:"agentControlAllowed" label:"Agents may take control" help:"Left off, agents only watch and follow."`
}

// Normalize implements integrations.Normalizer: it drops the white space around
// the key and what a pasted address has too much.
func (p *Properties) Normalize() {
	p.URL = normalizeOrigin(p.URL)
	p.APIKey = p.APIKey.TrimSpace()
}

// normalizeOrigin returns what cannot be read, or carries more than an origin,
// as it is.
func normalizeOrigin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		strings.Trim(u.Path, "/") != "" {
		return s
	}
	return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// Validate implements integrations.Properties. Both keys look alike, but only
// one of them may be read by everybody.
func (p *Properties) Validate(c *validation.Context) {
	if p.WidgetKey != "" && p.APIKey.IsSet() && !p.APIKey.IsKept() && p.APIKey.Reveal() == p.WidgetKey {
		c.Warn("/widgetKey", "same_as_api_key", "Is the same as the API key, which must not stand on a page; check both.")
	}
}

// Probe implements integrations.Prober. The key is part of the address, so no
// error here may hold the address.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("authenticate", func() error {
		query := url.Values{"api_key": {p.APIKey.Reveal()}}
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + "/v2/company/options/?" + query.Encode()})
		if err != nil {
			return err
		}
		if f := refusal(answer); f != nil {
			return f
		}
		var options map[string]json.RawMessage
		if err := answer.JSON(&options); err != nil {
			return err
		}
		// Options that every plan has.
		if options["videochat"] == nil && options["sounds_enabled"] == nil {
			return integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
				"The answer is JSON, but not the options that Surfly documents.", "Check that the URL leads to a Surfly server.")
		}
		return nil
	})
}

// refusal says what the status means; nil for none. A key has no rights that
// could be missing, so a request that is forbidden has a key that is refused.
func refusal(answer *integrations.Answer) *integrations.Failure {
	meant := *answer
	if meant.Status == http.StatusForbidden {
		meant.Status = http.StatusUnauthorized
	}
	f := meant.Failure()
	if f == nil {
		return nil
	}
	f.HTTPStatus = answer.Status
	switch {
	case f.Cause == integrations.CauseCredentials:
		f.Hint = "Copy the REST API key again from Surfly's integration panel; the widget key above it will not do."
	case f.HTTPStatus == http.StatusNotFound:
		f.Hint = "Check the URL: it must lead to a Surfly server, https://surfly.com unless you have one of your own."
	}
	return f
}
