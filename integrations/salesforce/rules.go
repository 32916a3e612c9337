package salesforce

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"admin-api/secret"
	"admin-api/validation"
)

// expiring is how long before its end the certificate is warned about.
const expiring = 30 * 24 * time.Hour

var (
	// myDomain is the documented form of an organization's address
	// (https://help.salesforce.com/s/articleView?id=xcloud.domain_name_app_url_changes.htm).
	myDomain = regexp.MustCompile(`^https://[a-z0-9-]+(?:\.(?:sandbox|develop|scratch|demo|patch|trailblaze|free))?\.my\.salesforce\.com$`)
	sandbox  = regexp.MustCompile(`^https://[a-z0-9-]+--[a-z0-9]+(?:\.sandbox)?\.my\.salesforce\.com$`)
)

// Normalize implements integrations.Normalizer: it cuts a pasted page of
// Salesforce back to its site, lower-cases its host and trims secrets. The
// certificate may come without its frame, as Salesforce's guide wants it.
func (p *Properties) Normalize() {
	p.URL = normalizeURL(p.URL)
	p.IdentityProviderCertificate = validation.NormalizePEM(p.IdentityProviderCertificate)
	if p.APIVersion == "" {
		p.APIVersion = defaultAPIVersion
	}
	for _, s := range []*secret.Text{&p.ConsumerSecret, &p.RefreshToken} {
		*s = s.TrimSpace()
	}
}

// normalizeURL returns what cannot be read, or carries user-info, as it is.
func normalizeURL(s string) string {
	full := s
	if !strings.Contains(s, "://") && strings.HasSuffix(strings.ToLower(s), ".salesforce.com") {
		full = "https://" + s
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return s
	}
	origin := strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if under(u.Hostname(), "salesforce.com") || u.RequestURI() == "/" && u.Fragment == "" {
		return origin
	}
	_, rest, _ := strings.Cut(full, "://")
	return origin + rest[strings.IndexAny(rest, "/?#"):]
}

// under reports whether host is domain or a name below it.
func under(host, domain string) bool {
	host = strings.ToLower(host)
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.checkURL(c)
	p.checkLoginURL(c)
	p.checkCertificate(c)
	if p.ConsumerKey != "" && !c.Broken("/consumerKey") && !strings.HasPrefix(p.ConsumerKey, "3MVG") {
		c.Warn("/consumerKey", "unusual_consumer_key",
			"Does not begin with 3MVG as consumer keys usually do; check that it is not the secret.")
	}
	switch {
	case p.ConsumerKey != "" && !p.RefreshToken.IsSet():
		c.Warn("/refreshToken", "not_authorized",
			"Without a refresh token no scenario reaches data; request one by authorizing the app, or enter it.")
	case p.ConsumerKey == "" && !p.ConsumerSecret.IsSet() && !p.RefreshToken.IsSet() && !p.SSOEnabled:
		c.Warn("/consumerKey", "nothing_configured",
			"Neither data access nor single sign-on is set up, so the account can do nothing yet.")
	}
}

func (p *Properties) checkURL(c *validation.Context) {
	const pointer = "/url"
	if p.URL == "" || c.Broken(pointer) {
		return
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	switch {
	case under(u.Hostname(), "lightning.force.com"):
		c.Violate(pointer, "lightning_url",
			"Is where Lightning pages live, not where users sign in; enter https://DOMAIN.my.salesforce.com.")
	case !myDomain.MatchString(p.URL):
		c.Warn(pointer, "unusual_host",
			"Has not the form https://DOMAIN.my.salesforce.com; check that it is where your users sign in.")
	case sandbox.MatchString(p.URL) && !p.SandboxEnvironment:
		c.Warn("/sandboxEnvironment", "sandbox_mismatch", "The Url is that of a sandbox, but the switch is off.")
	case !sandbox.MatchString(p.URL) && p.SandboxEnvironment:
		c.Warn("/sandboxEnvironment", "sandbox_mismatch", "The switch is on, but the Url is not that of a sandbox.")
	}
}

func (p *Properties) checkLoginURL(c *validation.Context) {
	const pointer = "/identityProviderLoginUrl"
	if p.IdentityProviderLoginURL == "" || c.Broken(pointer) {
		return
	}
	u, err := url.Parse(p.IdentityProviderLoginURL)
	if err == nil && !under(u.Hostname(), "my.salesforce.com") {
		c.Violate(pointer, "salesforce_login_url", "Must be an address below my.salesforce.com.")
	}
}

// checkCertificate judges its dates; its form is the tag's matter.
func (p *Properties) checkCertificate(c *validation.Context) {
	const pointer = "/identityProviderCertificate"
	x, ok := validation.DecodeCertificate(p.IdentityProviderCertificate)
	if !ok || c.Broken(pointer) {
		return
	}
	report := c.Timely
	if !p.SSOEnabled {
		report = c.Warn
	}
	switch {
	case c.Now.After(x.NotAfter):
		report(pointer, "certificate_expired", "Expired on "+day(x.NotAfter)+"; copy Salesforce's current certificate.")
	case c.Now.Before(x.NotBefore):
		report(pointer, "certificate_not_yet_valid", "Is not valid before "+day(x.NotBefore)+".")
	case c.Now.Add(expiring).After(x.NotAfter):
		c.Warn(pointer, "certificate_expiring",
			"Expires on "+day(x.NotAfter)+"; have Salesforce create the next one in time.")
	}
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
