package messenger

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	exampleAppSecret = "0123456789abcdef0123456789abcdef"
	examplePageToken = "EAAGm0PX4ZCpsBAKZBq7d1nWvR8yT2uI5oP9aS3dF6gH0jK4lZxC7vB"
	exampleFacebook  = `{"pageUsername":"acme.support","pageId":"106540352242922","token":"` + examplePageToken +
		`","webhookVerifyToken":"q7T2xZ9mK4vW8nB3","appSecret":"` + exampleAppSecret + `"}`
)

// page is a double of the Graph API as the token of one Page sees it.
func page(change func(*graphDouble)) http.HandlerFunc {
	g := &graphDouble{
		token: examplePageToken, secret: exampleAppSecret,
		objects: map[string]string{
			"me":                   `{"id":"106540352242922","name":"Acme","username":"Acme.Support"}`,
			"me/messenger_profile": `{"data":[]}`,
		},
		refused: map[string]string{},
	}
	if change != nil {
		change(g)
	}
	return g.ServeHTTP
}

// refusingMe is a Page whose token is refused.
func refusingMe(members string) http.HandlerFunc {
	return page(func(g *graphDouble) { g.refused["me"] = members })
}

func TestFacebook(t *testing.T) {
	t.Parallel()
	profile := func(members string) http.HandlerFunc {
		return page(func(g *graphDouble) { g.refused["me/messenger_profile"] = members })
	}
	me := func(document string) http.HandlerFunc {
		return page(func(g *graphDouble) { g.objects["me"] = document })
	}
	integrationtest.Run(t, Facebook, integrationtest.Fixture{
		Valid:    exampleFacebook,
		Required: []string{"pageUsername", "pageId", "token"},
		Invalid: []integrationtest.Case{
			{Name: "username with a space", Patch: `{"pageUsername":"acme support"}`, Pointer: "/pageUsername", Code: "pattern"},
			{Name: "page ID is a name", Patch: `{"pageId":"acme"}`, Pointer: "/pageId", Code: "pattern"},
			{Name: "page ID is a number", Patch: `{"pageId":106540352242922}`, Pointer: "/pageId", Code: "type"},
			{Name: "short token", Patch: `{"token":"EAAG"}`, Pointer: "/token", Code: "min"},
			{Name: "token in two words", Patch: `{"token":"` + examplePageToken + ` x"}`, Pointer: "/token", Code: "pattern"},
			{Name: "guessable verify token", Patch: `{"webhookVerifyToken":"acme"}`, Pointer: "/webhookVerifyToken", Code: "pattern"},
			{Name: "app secret of another form", Patch: `{"appSecret":"s3cr3t"}`, Pointer: "/appSecret", Code: "pattern"},
		},
		Remote:   page(nil),
		Hosts:    []string{"graph.facebook.com"},
		Identity: "Acme (106540352242922)",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "revoked", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: refusingMe(`"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":460`),
			},
			{
				Name: "expired", Cause: integrations.CauseCredentials, Code: "token_expired",
				Handler: refusingMe(`"message":"Session has expired","type":"OAuthException","code":190,"error_subcode":463`),
			},
			{
				Name: "too many requests", Cause: integrations.CauseRateLimited, Code: "rate_limited",
				Handler: refusingMe(`"message":"(#4) Application request limit reached","type":"OAuthException","code":4`),
			},
			{
				Name: "many requests to the page", Cause: integrations.CauseRateLimited, Code: "rate_limited",
				Handler: refusingMe(`"message":"(#80001) There have been too many calls","type":"OAuthException","code":80001`),
			},
			{
				Name: "out of order", Cause: integrations.CauseRemote, Code: "remote_error",
				Handler: refusingMe(`"message":"An unexpected error has occurred","type":"OAuthException","code":2`),
			},
			{
				Name: "blocked", Cause: integrations.CausePermission, Code: "policy_block",
				Handler: refusingMe(`"message":"The action attempted has been deemed abusive","type":"OAuthException","code":368`),
			},
			{
				Name: "secret of another app", Cause: integrations.CauseConfig, Code: "app_secret_mismatch",
				Handler: page(func(g *graphDouble) { g.secret = strings.Repeat("f", 32) }),
			},
			{
				Name: "no proof", Cause: integrations.CauseConfig, Code: "app_secret_required",
				Handler: refusingMe(`"message":"API calls from the server require an appsecret_proof argument","type":"GraphMethodException","code":100`),
			},
			{
				Name: "token of a person", Cause: integrations.CauseConfig, Code: "not_a_page",
				Handler: refusingMe(`"message":"(#100) Tried accessing nonexisting field (username) on node type (User)","type":"OAuthException","code":100`),
			},
			{
				Name: "retired version", Cause: integrations.CauseRemote, Code: "unexpected_status",
				Handler: refusingMe(`"message":"(#2635) You are calling a deprecated version","type":"OAuthException","code":2635`),
			},
			{
				Name: "another argument", Cause: integrations.CauseRemote, Code: "unexpected_status",
				Handler: refusingMe(`"message":"(#100) Something else","type":"OAuthException","code":100`),
			},
			{
				Name: "refusal in an answer of 200", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: answering(http.StatusOK, `{"error":{"message":"?","code":9999}}`),
			},
			{Name: "another page", Handler: me(`{"id":"5","name":"Other"}`), Cause: integrations.CauseConfig, Code: "other_page"},
			{Name: "nobody", Handler: me(`{"name":"Acme"}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{
				Name: "no right to messages", Cause: integrations.CausePermission, Code: "permission_denied",
				Handler: profile(`"message":"(#200) Requires pages_messaging permission","type":"OAuthException","code":200`),
			},
			{
				Name: "permission removed", Cause: integrations.CausePermission, Code: "permission_denied",
				Handler: profile(`"message":"(#10) Application does not have permission","type":"OAuthException","code":10`),
			},
			{
				Name: "no profile", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: page(func(g *graphDouble) { g.objects["me/messenger_profile"] = `{}` }),
			},
		},
	})
}

func TestFacebookUsername(t *testing.T) {
	s, f := try(t, valid(t, Facebook, exampleFacebook), page(func(g *graphDouble) {
		g.objects["me"] = `{"id":"106540352242922","name":"Acme","username":"acme.sales"}`
	}))
	require.Nil(t, f)
	require.Equal(t, []string{"page other_page_username"}, warnings(s))

	s, f = try(t, valid(t, Facebook, exampleFacebook), page(nil))
	require.Nil(t, f)
	require.Empty(t, warnings(s), "Facebook does not tell capitals apart")
}

func TestFacebookStopsAtTheFirstRefusal(t *testing.T) {
	s, f := try(t, valid(t, Facebook, exampleFacebook), refusingMe(`"code":190`))
	require.Equal(t, http.StatusBadRequest, f.HTTPStatus)
	steps := s.Steps()
	require.Len(t, steps, 2)
	require.Equal(t, integrations.StepSkipped, steps[1].Status)
}

func TestFacebookNormalize(t *testing.T) {
	for _, name := range []string{"@acme.support", "https://www.facebook.com/acme.support/", "https://m.me/acme.support", " acme.support"} {
		p, violations, found := decoded(t, Facebook, `{"pageUsername":"`+name+`","pageId":"106540352242922","token":"`+examplePageToken+` "}`)
		require.Empty(t, violations, "the verify token is made here")
		require.Empty(t, found)
		require.Equal(t, "acme.support", p.(*FacebookProperties).PageUsername)
		require.Equal(t, examplePageToken, p.(*FacebookProperties).Token.Reveal())
	}
}

func TestFacebookWarnsOfATokenOfAnotherForm(t *testing.T) {
	odd := `{"pageUsername":"acme.support","pageId":"106540352242922","token":"` + strings.Repeat("a7", 30) + `"}`
	_, violations, found := decoded(t, Facebook, odd)
	require.Empty(t, violations)
	require.Equal(t, []string{"/token unusual_token"}, found)
	_, violations, found = decoded(t, Facebook, `{"pageUsername":"acme.support","pageId":"106540352242922"}`, "/token")
	require.Empty(t, violations)
	require.Empty(t, found, "a stored token is not looked at")
}
