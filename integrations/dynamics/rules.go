package dynamics

import (
	"net/url"
	"regexp"
	"strings"

	"admin-api/secret"
	"admin-api/validation"
)

// webAPI is the path of the Web API that a page's address is completed with; a
// newer version takes what was written for an older one of the same major
// (https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors#version-compatibility).
const webAPI = "/api/data/v9.2"

// organization is a host of a Dynamics 365 organization; the rest of the name
// tells the region and the cloud
// (https://learn.microsoft.com/power-platform/admin/new-datacenter-regions).
var organization = regexp.MustCompile(
	`^[a-z0-9-]+\.(?:api\.)?crm[0-9]*\.(dynamics\.com|microsoftdynamics\.us|appsplatform\.us|dynamics\.cn)$`)

// endpoint takes an address apart that the tags have accepted: host, directory
// and version.
var endpoint = regexp.MustCompile(`^https://([^/]+)/([^/]+)/oauth2/(v2\.0/)?(?:authorize|token)$`)

// clouds are the separate installations of Microsoft's, by host
// (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud).
var clouds = map[string]string{
	"login.microsoftonline.com": "global", "login.windows.net": "global", "dynamics.com": "global",
	"login.microsoftonline.us": "us", "microsoftdynamics.us": "us", "appsplatform.us": "us",
	"login.partner.microsoftonline.cn": "cn", "dynamics.cn": "cn",
}

// Normalize implements integrations.Normalizer: it lower-cases hosts, drops
// trailing slashes, completes the address of a page to that of the Web API and
// trims secrets.
func (p *Properties) Normalize() {
	p.AuthorizationURL, p.TokenURL = normalizeEndpoint(p.AuthorizationURL), normalizeEndpoint(p.TokenURL)
	p.APIURL = normalizeAPI(p.APIURL)
	for _, s := range []*secret.Text{&p.ClientSecret, &p.RefreshToken} {
		*s = s.TrimSpace()
	}
}

func normalizeEndpoint(s string) string {
	u, ok := plainURL(s)
	if !ok || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return s
	}
	return origin(u) + strings.TrimRight(u.EscapedPath(), "/")
}

func normalizeAPI(s string) string {
	full := s
	if !strings.Contains(s, "://") {
		full = "https://" + s
	}
	u, ok := plainURL(full)
	switch {
	case !ok:
		return s
	case strings.HasPrefix(strings.TrimRight(u.EscapedPath(), "/"), "/api/"):
		return normalizeEndpoint(full)
	case organization.MatchString(strings.ToLower(u.Hostname())):
		return origin(u) + webAPI
	}
	return s
}

// plainURL reads what may be an address without user-info.
func plainURL(s string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(s))
	return u, err == nil && u.Scheme != "" && u.Host != "" && u.User == nil && u.Opaque == ""
}

func origin(u *url.URL) string {
	return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.checkEndpoints(c)
	if strings.Contains(p.ClientSecret.Reveal(), "+") {
		c.Warn("/clientSecret", "plus_in_secret",
			"Holds a +, which some programs garble; if sign-in fails with a good secret, create one without.")
	}
	if !p.RefreshToken.IsSet() {
		c.Warn("/refreshToken", "not_authorized",
			"Without a refresh token no scenario reaches data; consent to the app as one of its users and enter the token.")
	}
}

func (p *Properties) checkEndpoints(c *validation.Context) {
	const pointer = "/tokenUrl"
	if c.Broken(pointer) || c.Broken("/authorizationUrl") {
		return
	}
	token, authorization := endpoint.FindStringSubmatch(p.TokenURL), endpoint.FindStringSubmatch(p.AuthorizationURL)
	if token == nil || authorization == nil {
		return
	}
	switch {
	case clouds[token[1]] != clouds[authorization[1]]:
		c.Violate(pointer, "clouds_differ", "Is in another cloud than the authorization URL; copy both from one app.")
	case !strings.EqualFold(token[2], authorization[2]):
		c.Violate(pointer, "directories_differ", "Names another directory than the authorization URL; copy both of one app.")
	case token[3] != authorization[3]:
		c.Violate(pointer, "versions_differ", "Is of another version than the authorization URL; copy both of one app.")
	case sharedDirectory(token[2]):
		c.Warn(pointer, "shared_directory", "Names no directory of your own; put the ID of your directory in its place.")
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(p.APIURL, "https://"), "/")
	if found := organization.FindStringSubmatch(host); found != nil && clouds[found[1]] != clouds[token[1]] {
		c.Warn("/apiUrl", "clouds_differ", "Is in another cloud than the token URL, so tokens may not be good there.")
	}
}

// sharedDirectory reports whether the name stands for directories of all sorts.
func sharedDirectory(name string) bool {
	switch strings.ToLower(name) {
	case "common", "organizations", "consumers":
		return true
	}
	return false
}
