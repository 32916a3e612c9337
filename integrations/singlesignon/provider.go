package singlesignon

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"admin-api/validation"
)

// Provider is the product behind a login address.
type Provider string

// The providers that are told apart. Custom is everything else, also a known
// product behind a company's own domain.
const (
	Azure    Provider = "azure"
	Okta     Provider = "okta"
	ADFS     Provider = "adfs"
	Google   Provider = "google"
	OneLogin Provider = "onelogin"
	Custom   Provider = "custom"
)

const (
	guid         = `[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`
	oktaDomains  = `(?:okta|oktapreview|okta-emea|okta-gov)\.com`
	azureDomains = `(?:login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn)`
)

// pattern is what a provider's two values look like. Where both expressions
// have a group, the texts they catch must be the same.
type pattern struct {
	label string
	// documented: the contact center's documentation shows these forms, so
	// others are refused; elsewhere they are warned about.
	documented bool
	// ours: the issuer is made of our own domain, and the address of a GUID.
	ours                        bool
	ssoURL, issuer              *regexp.Regexp
	ssoURLExample, issuerFormat string
}

// The forms stand in the documentation of the contact center (Azure, Okta) and
// in the guides of the providers; Azure's national clouds:
// https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud
var patterns = map[Provider]pattern{
	Azure: {
		label: "Azure", documented: true, ours: true,
		ssoURL:        regexp.MustCompile(`^https://` + azureDomains + `/` + guid + `/(?i:saml2)$`),
		ssoURLExample: "https://login.microsoftonline.com/<directory id>/saml2",
		issuer:        regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?_sso$`),
		issuerFormat:  "<domain>_sso",
	},
	Okta: {
		label: "Okta", documented: true,
		ssoURL:        regexp.MustCompile(`^https://[a-z0-9-]+\.` + oktaDomains + `/app/[^/?#]+/([A-Za-z0-9]+)/sso/saml$`),
		ssoURLExample: "https://<organization>.okta.com/app/<application>/<entity id>/sso/saml",
		issuer:        regexp.MustCompile(`^http://www\.okta\.com/([A-Za-z0-9]+)$`),
		issuerFormat:  "http://www.okta.com/<entity id>",
	},
	ADFS: {
		label:         "AD FS",
		ssoURL:        regexp.MustCompile(`^https://([^/?#:@]+)(?::[0-9]+)?/(?i:adfs/ls)/?(?:[^/?#]*\.aspx)?(?:[?].*)?$`),
		ssoURLExample: "https://<host>/adfs/ls/",
		issuer:        regexp.MustCompile(`^https?://([^/?#:@]+)/adfs/services/trust$`),
		issuerFormat:  "http://<host>/adfs/services/trust",
	},
	Google: {
		label: "Google",
		ssoURL: regexp.MustCompile(`^https://accounts\.google\.com/o/saml2/(?:initsso|idp)` +
			`\?(?:[^#]*&)?idpid=([^&#]+)(?:&[^#]*)?$`),
		ssoURLExample: "https://accounts.google.com/o/saml2/idp?idpid=<id>",
		issuer:        regexp.MustCompile(`^https://accounts\.google\.com/o/saml2\?idpid=([^&#]+)$`),
		issuerFormat:  "https://accounts.google.com/o/saml2?idpid=<id>",
	},
	OneLogin: {
		label: "OneLogin",
		ssoURL: regexp.MustCompile(`^https://[a-z0-9-]+\.onelogin\.com` +
			`/trust/saml2/http-(?:post|redirect)/sso/([^/?#]+)$`),
		ssoURLExample: "https://<subdomain>.onelogin.com/trust/saml2/http-redirect/sso/<id>",
		issuer:        regexp.MustCompile(`^https://app\.onelogin\.com/saml/metadata/([^/?#]+)$`),
		issuerFormat:  "https://app.onelogin.com/saml/metadata/<id>",
	},
}

var (
	azureHost = regexp.MustCompile(`^` + azureDomains + `$`)
	oktaHost  = regexp.MustCompile(`(?:^|\.)` + oktaDomains + `$`)
)

// ProviderOf tells the provider from the host of a login address, and AD FS,
// which always stands on a company's own host, from its path. An address that
// cannot be read is Custom.
func ProviderOf(ssoURL string) Provider {
	u, err := url.Parse(ssoURL)
	if err != nil {
		return Custom
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch {
	case azureHost.MatchString(host):
		return Azure
	case oktaHost.MatchString(host):
		return Okta
	case tokenService.MatchString(host): // so that the right address is named
		return Azure
	case host == "accounts.google.com":
		return Google
	case host == "onelogin.com" || strings.HasSuffix(host, ".onelogin.com"):
		return OneLogin
	case strings.HasPrefix(strings.ToLower(u.Path), "/adfs/"):
		return ADFS
	}
	return Custom
}

// azureIssuer is the Issuer of an Azure directory's answers, empty for the
// login address of another provider. China's cloud has a token service of its own.
func azureIssuer(ssoURL string) string {
	if !patterns[Azure].ssoURL.MatchString(ssoURL) {
		return ""
	}
	host, path, _ := strings.Cut(strings.TrimPrefix(ssoURL, "https://"), "/")
	directory, _, _ := strings.Cut(path, "/")
	service := "https://sts.windows.net/"
	if strings.HasSuffix(host, ".cn") {
		service = "https://sts.chinacloudapi.cn/"
	}
	return service + strings.ToLower(directory) + "/"
}

// checkProvider judges login address and issuer against what their provider
// hands out, and the issuer against the contact center's own name.
func (s *Section) checkProvider(c *validation.Context, at string) {
	urlAt, issuerAt := at+"/identityProviderSsoUrl", at+"/identityProviderIssuer"
	urlKnown := s.IdentityProviderSSOURL != "" && !c.Broken(urlAt)
	issuerKnown := s.IdentityProviderIssuer != "" && !c.Broken(issuerAt)
	provider := ProviderOf(s.IdentityProviderSSOURL)
	p, found := patterns[provider]
	switch {
	case urlKnown && found:
		id, matches := match(p.ssoURL, s.IdentityProviderSSOURL)
		if !matches {
			detail := cmp.Or(wrongAddress(s.IdentityProviderSSOURL), "Is not a login address of "+p.label+".")
			expected := p.ssoURLExample
			if p.ours {
				expected = filled(expected, anyGUID.FindString(s.IdentityProviderSSOURL))
			}
			p.report(c, urlAt, "sso_url_pattern", detail, expected)
		}
		if issuerKnown {
			s.checkIssuer(c, issuerAt, p, id)
		}
	case urlKnown && isOwn(s.IdentityProviderSSOURL, c.Domain):
		c.Violate(urlAt, "own_address",
			"Is an address of this contact center itself; enter the one at which the identity provider signs people in.")
	case urlKnown && wrongAddress(s.IdentityProviderSSOURL) != "":
		c.Warn(urlAt, "sso_url_pattern", wrongAddress(s.IdentityProviderSSOURL))
	case urlKnown:
		c.Warn(urlAt, "custom_domain",
			"The host belongs to no identity provider that is known here; check the address twice.")
	}
	if issuerKnown {
		s.checkOwnName(c, at)
	}
}

// checkGoogle warns where both sections sign in at one Google Workspace. That takes an
// entity id for one application only, ours is the same for both sections, and an
// application has one reply address (https://support.google.com/a/answer/6301076).
func (p *Properties) checkGoogle(c *validation.Context) {
	agents, admins := &p.AgentDesktop, &p.Admin
	if agents.Enabled && admins.Enabled && agents.IdentityProviderIssuer == admins.IdentityProviderIssuer &&
		ProviderOf(agents.IdentityProviderSSOURL) == Google && ProviderOf(admins.IdentityProviderSSOURL) == Google {
		c.Warn("/admin/identityProviderSsoUrl", "google_one_section",
			"One Google Workspace serves one section only: it refuses a second application with our entity id, and an "+
				"application has one reply address there.")
	}
}

// checkIssuer judges the issuer against the provider's form; id is what the
// login address says of itself, empty if it says nothing.
func (s *Section) checkIssuer(c *validation.Context, at string, p pattern, id string) {
	named, matches := match(p.issuer, s.IdentityProviderIssuer)
	if p.ours {
		id = c.Domain
	}
	switch {
	case !matches:
		p.report(c, at, "sso_issuer_pattern", "Is not an issuer as "+p.label+" needs it.",
			filled(p.issuerFormat, id))
	case !p.ours && id != "" && !p.same(named, id):
		p.report(c, at, "sso_id_mismatch",
			"Names another "+p.label+" application than the login address does; copy both from the same one.",
			filled(p.issuerFormat, id))
	}
}

// same compares ids; those that are only warned about, host names among them,
// without regard to case.
func (p pattern) same(a, b string) bool { return a == b || !p.documented && strings.EqualFold(a, b) }

// checkOwnName warns where the issuer cannot be the one that is meant.
func (s *Section) checkOwnName(c *validation.Context, at string) {
	if c.Domain == "" {
		return
	}
	own := EntityID(c.Domain)
	urlAt, pointer := at+"/identityProviderSsoUrl", at+"/identityProviderIssuer"
	s.checkOwnSuffix(c, pointer, own)
	if s.ResponseIssuer() != own || s.IdentityProviderSSOURL == "" || c.Broken(urlAt) || c.Broken(pointer) {
		return
	}
	if s.IdentityProviderEntityID != "" {
		pointer = at + "/identityProviderEntityId"
	}
	c.Warn(pointer, "own_entity_id",
		"Is this contact center's own name, but answers name the provider. "+
			"Set identityProviderEntityId to what the provider calls itself.")
}

// report refuses documented forms that are broken and warns about others.
func (p pattern) report(c *validation.Context, pointer, code, detail, expected string) {
	detail += " Expected: " + expected
	if !p.documented {
		c.Warn(pointer, code, detail)
		return
	}
	c.Add(validation.Violation{
		Pointer: pointer, Code: code, Detail: detail,
		Params: map[string]any{"provider": p.label, "expected": expected},
	})
}

// match returns what the group of the expression caught, empty if it has none.
func match(e *regexp.Regexp, s string) (group string, ok bool) {
	found := e.FindStringSubmatch(s)
	if len(found) > 1 {
		group = found[1]
	}
	return group, found != nil
}

// Values of RequestBinding.
const (
	RequestByRedirect = "redirect"
	RequestByPost     = "post"
)

// TakesPost reports whether requests go to the login address by HTTP-POST: because the
// section says so, or by the look of the address.
func (s *Section) TakesPost() bool {
	if s.RequestBinding != "" {
		return s.RequestBinding == RequestByPost
	}
	return s.looksLikePost()
}

// looksLikePost reports whether the login address takes requests by HTTP-POST only, as
// far as addresses tell: OneLogin and Shibboleth have one for each binding. Every other
// provider that is known takes HTTP-Redirect where it takes HTTP-POST.
func (s *Section) looksLikePost() bool {
	u, err := url.Parse(s.IdentityProviderSSOURL)
	if err != nil {
		return false
	}
	path := strings.ToLower(u.Path)
	return strings.Contains(path, "/http-post/") || strings.HasSuffix(path, "/saml2/post/sso")
}
