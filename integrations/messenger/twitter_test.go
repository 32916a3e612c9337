package messenger

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	exampleAPIKey       = "xvz1evFS4wEEPTGEFPHBog1aB"
	exampleAPISecretKey = "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBwQ9s2LmX"
	exampleAccessToken  = "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"
	exampleAccessSecret = "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE7Qzn"
	exampleTwitter      = `{"apiKey":"` + exampleAPIKey + `","apiSecretKey":"` + exampleAPISecretKey +
		`","accessToken":"` + exampleAccessToken + `","accessTokenSecret":"` + exampleAccessSecret + `"}`
)

// twitterTokensAPI is a double of X's token endpoint with one app, whose secret
// is the given one. Like X it refuses wrong keys with 403.
func twitterTokensAPI(secret string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		switch {
		case r.Host != "api.x.com" || r.URL.RequestURI() != "/oauth2/token":
			answering(http.StatusNotFound, `{"errors":[{"code":34,"message":"Sorry, that page does not exist"}]}`)(w, r)
		case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
			r.PostFormValue("grant_type") != "client_credentials":
			answering(http.StatusForbidden, `{"errors":[{"code":170,"message":"Missing required parameter: grant_type"}]}`)(w, r)
		case !ok || user != exampleAPIKey || password != secret:
			answering(http.StatusForbidden, `{"errors":[{"code":99,"message":"Unable to verify your credentials",`+
				`"label":"authenticity_token_error"}]}`)(w, r)
		default:
			answering(http.StatusOK, `{"token_type":"bearer","access_token":"AAAA%2FAAA%3DAAAAAAAA"}`)(w, r)
		}
	}
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
		Remote: twitterTokensAPI(exampleAPISecretKey),
		Hosts:  []string{"api.x.com"},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "another API secret", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: twitterTokensAPI("x"),
			},
			{
				Name: "could not authenticate", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: answering(http.StatusUnauthorized, `{"errors":[{"code":32,"message":"Could not authenticate you."}]}`),
			},
			{
				Name: "suspended app", Cause: integrations.CausePermission, Code: "app_suspended",
				Handler: answering(http.StatusUnauthorized, `{"errors":[{"code":416,"message":"Invalid / suspended application"}]}`),
			},
			{
				Name: "suspended account", Cause: integrations.CausePermission, Code: "app_suspended",
				Handler: answering(http.StatusForbidden, `{"errors":[{"code":64,"message":"Your account is suspended"}]}`),
			},
			{
				Name: "another refusal", Cause: integrations.CausePermission, Code: "permission_denied",
				Handler: answering(http.StatusForbidden, `{"errors":[{"code":170,"message":"Missing required parameter: grant_type"}]}`),
			},
			{
				Name: "no token", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: answering(http.StatusOK, `{"token_type":"bearer"}`),
			},
			{
				Name: "token of another kind", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: answering(http.StatusOK, `{"token_type":"mac","access_token":"AAAA"}`),
			},
		},
	})
}

// The access token is nowhere sent: it cannot be proved for free.
func TestTwitterAccessTokenIsNotTested(t *testing.T) {
	s, f := try(t, valid(t, Twitter, exampleTwitter), twitterTokensAPI(exampleAPISecretKey))
	require.Nil(t, f)
	require.Equal(t, []string{"token access_token_not_verifiable"}, warnings(s))
	require.Empty(t, s.Identity())

	s, f = try(t, valid(t, Twitter, exampleTwitter), twitterTokensAPI("x"))
	require.Equal(t, http.StatusForbidden, f.HTTPStatus)
	require.Empty(t, warnings(s))
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

func TestTwitterNormalize(t *testing.T) {
	p, violations, _ := decoded(t, Twitter, strings.ReplaceAll(exampleTwitter, `":"`, `":" `))
	require.Empty(t, violations)
	require.Equal(t, exampleAccessToken, p.(*TwitterProperties).AccessToken.Reveal())
	_, violations, _ = decoded(t, Twitter, `{"apiKey":"`+exampleAPIKey+`"}`, "/apiSecretKey", "/accessToken", "/accessTokenSecret")
	require.Empty(t, violations)
}
