package knowledgebase

import (
	"net/url"
	"strings"

	"admin-api/validation"
)

// Normalize implements integrations.Normalizer: it lower-cases hosts, drops the
// slash that ends the base address, and makes paths into addresses below it.
func (p *Properties) Normalize() {
	p.URL = normalizeURL(p.URL)
	p.TokenURL = normalizeURL(p.TokenURL)
	p.SearchURLTemplate = p.absolute(p.SearchURLTemplate)
	p.ArticleURLTemplate = p.absolute(p.ArticleURLTemplate)
}

func (p *Properties) absolute(template string) string {
	if strings.HasPrefix(template, "/") && p.URL != "" && !strings.ContainsAny(p.URL, "?#") {
		template = p.URL + template
	}
	return lowerHost(template)
}

func normalizeURL(s string) string {
	s = lowerHost(s)
	if !strings.ContainsAny(s, "?#") {
		s = strings.TrimRight(s, "/")
	}
	return s
}

// lowerHost lower-cases scheme and host of an https address and leaves all else
// as it is.
func lowerHost(s string) string {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || !strings.EqualFold(scheme, "https") {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return "https://" + strings.ToLower(rest[:end]) + rest[end:]
}

// Validate implements integrations.Properties.
func (p *Properties) Validate(c *validation.Context) {
	p.checkTemplate(c, "/searchUrlTemplate", p.SearchURLTemplate)
	p.checkTemplate(c, "/articleUrlTemplate", p.ArticleURLTemplate)
	if p.AuthenticationMethod == authNone && !c.Broken("/authenticationMethod") {
		c.Warn("/authenticationMethod", "unauthenticated",
			"The knowledge base is searched without credentials; make sure that it is meant for everybody.")
	}
}

// checkTemplate keeps credentials on the host of the base address.
func (p *Properties) checkTemplate(c *validation.Context, pointer, template string) {
	if template == "" || p.URL == "" || c.Broken(pointer) || c.Broken("/url") {
		return
	}
	base, err := url.Parse(p.URL)
	if err != nil {
		return
	}
	// Where the words stand, any others may.
	u, err := url.Parse(fill(template, "{query}", "test"))
	switch {
	case err != nil:
		c.Violate(pointer, "template_unreadable", "Is no address that can be read; check percent signs and the port.")
	case !sameHost(u, base):
		c.Violate(pointer, "other_host", "Must lead to the same host and port as the URL, because the credentials go there.")
	}
}

func sameHost(a, b *url.URL) bool { return authority(a) == authority(b) }

// authority is the host, without the port that https implies.
func authority(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Host), ":443") }

// fill puts a value, percent-encoded, in place of the name. Path segments and
// queries both read it.
func fill(template, name, value string) string {
	return strings.ReplaceAll(template, name, strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
}
