package messenger

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // HMAC-SHA1 is what the vendor takes; SHA-1's collisions do not touch it.
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/secret"
)

// oauth1 signs requests for a user with OAuth 1.0a and HMAC-SHA1 (RFC 5849).
type oauth1 struct {
	consumerKey           string
	consumerSecret, token secret.Text
	tokenSecret           secret.Text
}

// authorization returns the value of the header Authorization for a request
// without query and form.
func (o oauth1) authorization(method, address string, now time.Time) string {
	parameters := map[string]string{
		"oauth_consumer_key":     o.consumerKey,
		"oauth_nonce":            rand.Text(),
		"oauth_signature_method": "HMAC-SHA1",
		"oauth_timestamp":        strconv.FormatInt(now.Unix(), 10),
		"oauth_token":            o.token.Reveal(),
		"oauth_version":          "1.0",
	}
	parameters["oauth_signature"] = o.signature(method, address, parameters)
	return "OAuth " + joined(parameters, `"`, ", ")
}

// signature signs the parameters of a request, those of its query included
// (RFC 5849 section 3.4).
func (o oauth1) signature(method, address string, parameters map[string]string) string {
	base := strings.Join([]string{method, escape(address), escape(joined(parameters, "", "&"))}, "&")
	key := escape(o.consumerSecret.Reveal()) + "&" + escape(o.tokenSecret.Reveal())
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// joined writes parameters in the order of their names.
func joined(parameters map[string]string, quote, separator string) string {
	pairs := make([]string, 0, len(parameters))
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		pairs = append(pairs, escape(name)+"="+quote+escape(parameters[name])+quote)
	}
	return strings.Join(pairs, separator)
}

// escape encodes all but the unreserved characters, with capitals (RFC 5849
// section 3.6); url.QueryEscape writes spaces another way.
func escape(text string) string {
	const unreserved = "-._~"
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
