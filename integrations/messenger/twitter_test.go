package messenger

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // The vendor signs with HMAC-SHA1.
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
)

const (
	exampleAPIKey       = "xvz1evFS4wEEPTGEFPHBog1aB"
	exampleAPISecretKey = "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBwQ9s2LmX"
	exampleAccessToken  = "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"
	exampleAccessSecret = "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE7Qzn"
	exampleTwitter      = `{"apiKey":"` + exampleAPIKey + `","apiSecretKey":"` + exampleAPISecretKey +
		`","accessToken":"` + exampleAccessToken + `","accessTokenSecret":"` + exampleAccessSecret + `"}`
)

// twitterDouble is a double of X's API with one user. It verifies signatures as
// X does: with the secrets that it has for the key and the token, and with its
// own clock.
type twitterDouble struct {
	secret, tokenSecret string
	now                 func() time.Time
	me                  string
}

// ServeHTTP implements http.Handler.
func (d twitterDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != "api.x.com" || r.URL.Path != "/2/users/me" || r.Method != http.MethodGet {
		answering(http.StatusNotFound, `{"title":"Not Found Error","type":"https://api.twitter.com/2/problems/resource-not-found"}`)(w, r)
		return
	}
	parameters, ok := oauthParameters(r.Header.Get("Authorization"))
	stamp, err := strconv.ParseInt(parameters["oauth_timestamp"], 10, 64)
	switch {
	case !ok || err != nil:
		answering(http.StatusUnauthorized, `{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}`)(w, r)
	case d.now().Sub(time.Unix(stamp, 0)).Abs() > 5*time.Minute:
		answering(http.StatusUnauthorized, `{"errors":[{"code":135,"message":"Timestamp out of bounds."}]}`)(w, r)
	case parameters["oauth_consumer_key"] != exampleAPIKey || parameters["oauth_signature"] != d.sign(r, parameters):
		answering(http.StatusUnauthorized, `{"errors":[{"code":32,"message":"Could not authenticate you."}]}`)(w, r)
	case parameters["oauth_token"] != exampleAccessToken:
		answering(http.StatusUnauthorized, `{"errors":[{"code":89,"message":"Invalid or expired token."}]}`)(w, r)
	default:
		answering(http.StatusOK, d.me)(w, r)
	}
}

// oauthParameters reads the header as RFC 5849 section 3.5.1 describes it.
func oauthParameters(header string) (map[string]string, bool) {
	rest, ok := strings.CutPrefix(header, "OAuth ")
	parameters := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		plain, err := url.PathUnescape(strings.Trim(value, `"`))
		if !found || err != nil || parameters[name] != "" {
			return nil, false
		}
		parameters[name] = plain
	}
	ok = ok && len(parameters) == 7 && len(parameters["oauth_nonce"]) >= 8 &&
		parameters["oauth_signature_method"] == "HMAC-SHA1" && parameters["oauth_version"] == "1.0"
	return parameters, ok
}

// sign computes what the signature ought to be, the way of section 3.4.
func (d twitterDouble) sign(r *http.Request, parameters map[string]string) string {
	var pairs []string
	for name, value := range parameters {
		if name != "oauth_signature" {
			pairs = append(pairs, name+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
		}
	}
	sort.Strings(pairs)
	base := r.Method + "&" + url.QueryEscape("https://"+r.Host+r.URL.Path) + "&" + url.QueryEscape(strings.Join(pairs, "&"))
	mac := hmac.New(sha1.New, []byte(d.secret+"&"+d.tokenSecret))
	_, _ = mac.Write([]byte(base)) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func xuser(change func(*twitterDouble)) http.HandlerFunc {
	d := &twitterDouble{
		secret: exampleAPISecretKey, tokenSecret: exampleAccessSecret, now: time.Now,
		me: `{"data":{"id":"370773112","name":"Acme","username":"acme_support"}}`,
	}
	if change != nil {
		change(d)
	}
	return d.ServeHTTP
}

func TestTwitter(t *testing.T) {
	t.Parallel()
	integrationtest.Run(t, Twitter, integrationtest.Fixture{
		Valid:    exampleTwitter,
		Required: []string{"apiKey", "apiSecretKey", "accessToken", "accessTokenSecret"},
		Invalid: []integrationtest.Case{
			{Name: "short key", Patch: `{"apiKey":"abc"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "key in place of the secret", Patch: `{"apiSecretKey":"` + exampleAPIKey + `"}`, Pointer: "/apiSecretKey", Code: "pattern"},
			{Name: "bearer token", Patch: `{"accessToken":"AAAAAAAAAAAAAAAAAAAAAFnz2wAAAAAA"}`, Pointer: "/accessToken", Code: "pattern"},
			{Name: "short secret", Patch: `{"accessTokenSecret":"abc"}`, Pointer: "/accessTokenSecret", Code: "pattern"},
			{
				Name: "one secret twice", Patch: `{"accessTokenSecret":"` + exampleAPISecretKey + `"}`,
				Pointer: "/accessTokenSecret", Code: "same_as_api_secret_key",
			},
			{Name: "environment in words", Patch: `{"environmentLabel":"my env"}`, Pointer: "/environmentLabel", Code: "pattern"},
		},
		Remote:   xuser(nil),
		Hosts:    []string{"api.x.com"},
		Identity: "@acme_support",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "another API secret", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: xuser(func(d *twitterDouble) { d.secret = "x" }),
			},
			{
				Name: "another token secret", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: xuser(func(d *twitterDouble) { d.tokenSecret = "x" }),
			},
			{
				Name: "clock", Cause: integrations.CauseConfig, Code: "clock_skewed",
				Handler: xuser(func(d *twitterDouble) { d.now = func() time.Time { return at } }),
			},
			{
				Name: "app outside projects", Cause: integrations.CausePermission, Code: "app_not_enrolled",
				Handler: answering(http.StatusForbidden, `{"title":"Client Forbidden","required_enrollment":"Appropriate Level of API Access",`+
					`"reason":"client-not-enrolled","type":"https://api.twitter.com/2/problems/client-forbidden"}`),
			},
			{
				Name: "plan", Cause: integrations.CausePermission, Code: "app_not_enrolled",
				Handler: answering(http.StatusForbidden, `{"errors":[{"code":453,"message":"a subset of X API V2 endpoints"}]}`),
			},
			{
				Name: "app permissions", Cause: integrations.CausePermission, Code: "app_permissions",
				Handler: answering(http.StatusForbidden, `{"title":"Forbidden","type":"https://api.twitter.com/2/problems/oauth1-permissions"}`),
			},
			{
				Name: "suspended", Cause: integrations.CausePermission, Code: "account_suspended",
				Handler: answering(http.StatusForbidden, `{"errors":[{"code":64,"message":"Your account is suspended"}]}`),
			},
			{
				Name: "no credits", Cause: integrations.CausePermission, Code: "credits_depleted",
				Handler: answering(http.StatusPaymentRequired, `{"title":"CreditsDepleted","type":"https://api.twitter.com/2/problems/credits"}`),
			},
			{
				Name: "capped", Cause: integrations.CauseRateLimited, Code: "usage_capped",
				Handler: answering(http.StatusTooManyRequests, `{"title":"UsageCapExceeded","type":"https://api.twitter.com/2/problems/usage-capped"}`),
			},
			{
				Name: "nobody", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: xuser(func(d *twitterDouble) { d.me = `{"errors":[]}` }),
			},
		},
	})
}

// TestSignature is the example of RFC 5849 section 1.2.
func TestSignature(t *testing.T) {
	o := oauth1{
		consumerKey: "dpf43f3p2l4k3l03", consumerSecret: secret.New("kd94hf93k423kf44"),
		token: secret.New("nnch734d00sl2jdk"), tokenSecret: secret.New("pfkkdhi9sl3r4s00"),
	}
	require.Equal(t, "MdpQcU8iPSUjWoN/UDMsK2sui9I=", o.signature("GET", "http://photos.example.net/photos", map[string]string{
		"file": "vacation.jpg", "size": "original", "oauth_consumer_key": "dpf43f3p2l4k3l03", "oauth_token": "nnch734d00sl2jdk",
		"oauth_signature_method": "HMAC-SHA1", "oauth_timestamp": "137131202", "oauth_nonce": "chapoH",
	}))
	require.Equal(t, "Ladies%20%2B%20Gentlemen%21%20%E2%98%83-._~", escape("Ladies + Gentlemen! ☃-._~"))
}

func TestSignatureUsesEachNonceOnce(t *testing.T) {
	o := oauth1{consumerKey: "k", consumerSecret: secret.New("s"), token: secret.New("t"), tokenSecret: secret.New("u")}
	first, second := o.authorization("GET", twitterSelf, at), o.authorization("GET", twitterSelf, at)
	require.NotEqual(t, first, second)
	require.Contains(t, first, fmt.Sprintf(`oauth_timestamp="%d"`, at.Unix()))
}

func TestTwitterReset(t *testing.T) {
	tests := map[string]time.Duration{
		strconv.FormatInt(at.Add(90*time.Second).Unix(), 10): 90 * time.Second,
		strconv.FormatInt(at.Add(-time.Hour).Unix(), 10):     0,
		strconv.FormatInt(at.Add(999*time.Hour).Unix(), 10):  24 * time.Hour,
		"9223372036854775807":                                0,
		"soon":                                               0,
		"":                                                   0,
	}
	for reset, want := range tests {
		_, f := try(t, valid(t, Twitter, exampleTwitter), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Rate-Limit-Reset", reset)
			answering(http.StatusTooManyRequests, `{"title":"Too Many Requests"}`)(w, r)
		}))
		require.Equal(t, "rate_limited", f.Code)
		require.True(t, f.Retryable)
		require.Equal(t, want, f.RetryAfter, reset)
	}
}

func TestTwitterIdentity(t *testing.T) {
	require.Equal(t, "@acme", twitterIdentity("acme", "7"))
	require.Equal(t, "user 7", twitterIdentity("<b>", "7"))
	require.Empty(t, twitterIdentity("<b>", "<i>"))
}

func TestTwitterNormalize(t *testing.T) {
	p, violations, _ := decoded(t, Twitter, strings.ReplaceAll(exampleTwitter, `":"`, `":" `))
	require.Empty(t, violations)
	require.Equal(t, exampleAccessToken, p.(*TwitterProperties).AccessToken.Reveal())
	_, violations, _ = decoded(t, Twitter, `{"apiKey":"`+exampleAPIKey+`"}`, "/apiSecretKey", "/accessToken", "/accessTokenSecret")
	require.Empty(t, violations)
}
