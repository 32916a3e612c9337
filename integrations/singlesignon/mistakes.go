package singlesignon

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"admin-api/validation"
)

// wrongAddress says which other address of the provider was entered as the one to sign
// in at, as far as that can be seen; empty where it cannot.
func wrongAddress(ssoURL string) string {
	u, err := url.Parse(ssoURL)
	if err != nil {
		return ""
	}
	isMetadata := func(segment string) bool {
		return segment == "metadata" || strings.HasPrefix(segment, "metadata.") ||
			strings.HasPrefix(segment, "federationmetadata")
	}
	switch {
	case slices.ContainsFunc(strings.Split(strings.ToLower(u.Path), "/"), isMetadata):
		return "Is the address of the provider's metadata, where nobody can sign in. " +
			"Give it to POST /api/v1/sso/import-metadata, which reads the right one from it."
	case tokenService.MatchString(u.Hostname()):
		return "Is what Microsoft calls its directory in answers, where nobody can sign in; copy Login URL."
	}
	return ""
}

// tokenService is the host in the names of Azure's directories.
var tokenService = regexp.MustCompile(`^sts\.(?:windows\.net|chinacloudapi\.cn)$`)

// isOwn reports whether an address is one of the contact center's own for signing in,
// which would send browsers round in a circle.
func isOwn(ssoURL, domain string) bool {
	u, err := url.Parse(ssoURL)
	if err != nil || domain == "" || !strings.EqualFold(u.Hostname(), domain) {
		return false
	}
	return strings.Trim(u.Path, "/") == "" || strings.HasPrefix(u.Path, "/agentdesktop") ||
		strings.HasPrefix(u.Path, "/admin/sso")
}

// What stands in forms for a value, and what fills the one of Azure.
var (
	placeholder = regexp.MustCompile(`<[a-z ]+>`)
	anyGUID     = regexp.MustCompile(guid)
)

// filled puts what is known in place of the only placeholder of a form, so that the
// value to enter can be copied.
func filled(form, value string) string {
	if value == "" || len(placeholder.FindAllString(form, 2)) != 1 {
		return form
	}
	return placeholder.ReplaceAllLiteralString(form, value)
}

// checkOwnSuffix warns of a name like this contact center's own that is not it.
func (s *Section) checkOwnSuffix(c *validation.Context, pointer, own string) {
	issuer := s.IdentityProviderIssuer
	switch {
	case issuer == own || !strings.HasSuffix(strings.ToLower(issuer), "_sso"):
	case strings.EqualFold(issuer, own):
		c.Warn(pointer, "issuer_of_another_domain",
			"Differs from "+own+", this contact center's name, in upper and lower case; providers compare letter by letter.")
	default:
		c.Warn(pointer, "issuer_of_another_domain",
			"Names another contact center; this one is known to identity providers as "+own+".")
	}
}
