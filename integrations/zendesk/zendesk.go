// Package zendesk describes the type zendesk: one Zendesk Support account, used
// for signing agents in to Zendesk (JSON Web Token) and for reading and writing
// its records in scenarios.
//
// It calls Zendesk only to test an account. Facts about its API come from
// https://developer.zendesk.com/api-reference/introduction/security-and-auth/
package zendesk

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Definition lists Zendesk in the catalogue.
var Definition = integrations.Definition{
	Type:             "zendesk",
	Family:           integrations.Zendesk,
	Label:            "Zendesk",
	Description:      "One login for Agent Desktop and Zendesk, and Zendesk data in scenarios.",
	DocumentationURL: "https://developer.zendesk.com/api-reference/introduction/security-and-auth/",
	Shape:            integrations.Proposed,
	HasDefault:       true,
	Notes: []string{
		"Tell your service provider before you use the integration; users need the same e-mail address on both sides.",
		"Passwords over the API are a thing of the past at Zendesk and not offered here.",
	},
	ProbeDoes: "With an API token or OAuth token: reads the own user and counts tickets. Without: only looks " +
		"whether a Zendesk answers at the address, because only signing somebody in proves a shared secret.",
	Privileges: "The user must be an agent or an administrator; an OAuth token needs the scope read.",
	Diagnoses:  []integrations.Diagnosis{otherUser, notVerifiable, userInactive, roleInsufficient},
	New:        func() integrations.Properties { return &Properties{AuthorizationType: authNone} },
	Computed:   computed,
	Example: `{
	"url": "https://acme.zendesk.com",
	"sharedSecret": "example-of-a-shared-secret-of-zendesk",
	"authorizationType": "apiToken",
	"username": "integration@acme.com",
	"apiToken": "exampleApiTokenOfZendeskWith40Characters"
}`,
}

// How requests authenticate.
const (
	authNone     = "none"
	authAPIToken = "apiToken"
	authOAuth    = "oauthAccessToken"
)

// Properties configure one Zendesk account: single sign-on needs the shared
// secret, access to data an authorization type and its credential. The user is
// no destination: it says for whom a token acts, not who receives it or how.
type Properties struct {
	URL string `json:"url" validate:"required,https_origin" label:"URL" help:"Your Zendesk address; a page of it will do as well." example:"https://acme.zendesk.com" format:"url" dest:"true"`

	SharedSecret secret.Text `json:"sharedSecret" label:"Shared secret" help:"From the JSON Web Token page of Zendesk's single sign-on settings; signs agents in to Zendesk." pattern:"^[!-~]+$" hint:"printable characters without spaces" min:"32" max:"256"`

	AuthorizationType string `json:"authorizationType" label:"Authorization type" help:"How scenarios authenticate when they use Zendesk data." enum:"none,apiToken,oauthAccessToken" enumLabels:"None,API token,OAuth access token" dest:"true"`

	Username string `json:"username" validate:"required_if=AuthorizationType apiToken,omitempty,email" label:"User" help:"E-mail address of the Zendesk user for whom the API token acts." example:"integration@acme.com" format:"email" max:"254" when:"authorizationType=apiToken"`

	APIToken secret.Text `json:"apiToken" validate:"required_if=AuthorizationType apiToken" label:"API token" help:"Created in the Zendesk Admin Center under Apps and integrations, APIs." pattern:"^[A-Za-z0-9]+$" hint:"letters and digits" min:"30" max:"100" when:"authorizationType=apiToken"`

	OAuthAccessToken secret.Text `json:"oauthAccessToken" validate:"required_if=AuthorizationType oauthAccessToken" label:"OAuth access token" help:"Issued to an OAuth client that is registered in Zendesk; needs the scope read." pattern:"^[A-Za-z0-9._~+/=-]+$" hint:"letters, digits and . _ ~ + / = -" min:"20" max:"512" when:"authorizationType=oauthAccessToken"`
}

// Normalize implements integrations.Normalizer: it expands a bare subdomain,
// cuts a pasted page address back to the site, and drops the "/token" that the
// API wants behind the user but people copy from examples.
func (p *Properties) Normalize() {
	p.URL = normalizeURL(p.URL)
	p.Username = strings.TrimSuffix(strings.TrimSpace(p.Username), "/token")
	if p.AuthorizationType == "" {
		p.AuthorizationType = authNone
	}
	for _, s := range []*secret.Text{&p.SharedSecret, &p.APIToken, &p.OAuthAccessToken} {
		if s.IsSet() && !s.IsKept() {
			*s = secret.New(strings.Trim(s.Reveal(), "\r\n"))
		}
	}
}

var (
	subdomain = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
	tenantURL = regexp.MustCompile(`^https://([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.zendesk\.com$`)
)

// normalizeURL returns what cannot be read, or carries user-info, only trimmed.
func normalizeURL(s string) string {
	s = strings.TrimSpace(s)
	if subdomain.MatchString(s) {
		return "https://" + strings.ToLower(s) + ".zendesk.com"
	}
	full := s
	if !strings.Contains(s, "://") {
		full = "https://" + s
	}
	u, err := url.Parse(full)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
		return s
	}
	origin := u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if isZendesk(u.Hostname()) || isAgentPage(u.Path) || u.RequestURI() == "/" && u.Fragment == "" {
		return origin
	}
	_, rest, _ := strings.Cut(full, "://")
	return origin + rest[strings.IndexAny(rest, "/?#"):]
}

func isAgentPage(path string) bool { return path == "/agent" || strings.HasPrefix(path, "/agent/") }

// isZendesk reports whether the host is zendesk.com or below it.
func isZendesk(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "zendesk.com" || strings.HasSuffix(host, ".zendesk.com")
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.checkURL(c)
	if !p.SharedSecret.IsSet() && p.AuthorizationType == authNone {
		c.Warn("/authorizationType", "nothing_configured",
			"Neither a shared secret nor an authorization type is set, so the account can do nothing yet.")
	}
}

func (p *Properties) checkURL(c *validation.Context) {
	const pointer = "/url"
	u, err := url.Parse(p.URL)
	if p.URL == "" || err != nil || c.Broken(pointer) {
		return
	}
	tenant := tenantURL.FindStringSubmatch(p.URL)
	switch {
	case !isZendesk(u.Hostname()):
		c.Warn(pointer, "unusual_host", "Is not an address under zendesk.com; check that it leads to your Zendesk.")
	case tenant == nil:
		c.Violate(pointer, "zendesk_url", "Must have the form https://SUBDOMAIN.zendesk.com.")
	case slices.Contains([]string{"www", "support", "developer"}, tenant[1]):
		c.Violate(pointer, "zendesk_not_a_customer",
			"Is an address of Zendesk's own, not of a customer; enter the one where your agents work.")
	}
}

func computed(c integrations.Center) []integrations.Computed {
	return []integrations.Computed{
		{Name: "remoteLoginUrl", Label: "Remote login URL", Value: "https://" + c.Domain + "/agentdesktop?zin=true"},
		{Name: "remoteLogoutUrl", Label: "Remote logout URL", Value: "https://" + c.Domain + "/agentdesktop?zout=true"},
	}
}
