// Package google knows how Google Cloud authenticates callers and words its
// refusals: keys of service accounts, the tokens that are got for them, API
// keys, and the errors of its JSON interfaces.
//
// It does not know what to ask of which product; that belongs to the types.
// Facts come from
// https://developers.google.com/identity/protocols/oauth2/service-account and
// https://cloud.google.com/apis/design/errors
package google

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// APIKey returns a header with an API key, which keeps it out of addresses
// (https://cloud.google.com/docs/authentication/api-keys-use).
func APIKey(key secret.Text) http.Header { return http.Header{"X-Goog-Api-Key": {key.Reveal()}} }

var usualAPIKey = regexp.MustCompile(`^AIza[A-Za-z0-9_-]{35}$`)

// CheckAPIKey warns of an API key that does not look like most of Google's.
func CheckAPIKey(c *validation.Context, pointer string, key secret.Text) {
	if key.IsSet() && !key.IsKept() && !c.Broken(pointer) && !usualAPIKey.MatchString(key.Reveal()) {
		c.Warn(pointer, "unusual_api_key",
			"Most API keys of Google's begin with AIza and have 39 characters; check that it was copied whole.")
	}
}

// TidyURL cuts white space, brings scheme and host to lower case, drops the
// port that goes without saying, and adds https:// where a host stands alone
// and the slash at the end. What cannot be read is only trimmed.
func TidyURL(raw string) string {
	raw = strings.TrimSpace(raw)
	full := raw
	if raw != "" && !strings.Contains(raw, "://") {
		full = "https://" + raw
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return raw
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	return strings.ToLower(u.Scheme) + "://" + host + strings.TrimRight(u.EscapedPath(), "/") + "/"
}

// Unexpected is the failure for an answer that is JSON but not what Google
// documents.
func Unexpected(a *integrations.Answer) *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON but not what Google documents.",
		"Check the address; if it is right, look for a proxy between this server and Google.")
	f.HTTPStatus = a.Status
	return f
}
