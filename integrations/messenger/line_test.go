package messenger

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	exampleLineToken = "bNl4YEFPI/hjFWhTqexp4MuEw5YPs7qhr6dJDXKwNPuLkazZ3xQ8vT1mB6cRdB04t89/1O/w1cDnyilFU="
	exampleLineJWT   = "eyJhbGciOiJIUzI1NiJ9.UnQ_o-GP0VtnwDjbK0C8E_NvKq7n4vW8nB3.q7T2xZ9mK4vW8nB3"
	exampleLine      = `{"token":"` + exampleLineToken + `","channelId":"1573163733","channelSecret":"fedcba9876543210fedcba9876543210"}`
)

// lineDouble is a double of LINE's Messaging API with one channel.
type lineDouble struct {
	token string
	// left is how many seconds the token is good; refused tells no more about
	// it than that.
	left    int64
	refused int
	bot     string
}

// ServeHTTP implements http.Handler.
func (d lineDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	jwt := d.token == exampleLineJWT
	switch {
	case r.Host == "api.line.me" && r.Method == http.MethodGet && r.URL.Path == "/v2/bot/info":
		if r.Header.Get("Authorization") != "Bearer "+d.token {
			answering(http.StatusUnauthorized, `{"message":"Authentication failed due to the following reason: invalid token."}`)(w, r)
			return
		}
		result := d.bot
		if result == "" {
			result = `{"userId":"U0123456789abcdef","basicId":"@216ru","displayName":"Acme サポート","chatMode":"bot","markAsReadMode":"auto"}`
		}
		_, _ = fmt.Fprint(w, result)
	case r.Host == "api.line.me" && r.Method == http.MethodPost && r.URL.Path == "/v2/oauth/verify" && !jwt:
		d.verify(w, r, r.PostFormValue("access_token"))
	case r.Host == "api.line.me" && r.Method == http.MethodGet && r.URL.Path == "/oauth2/v2.1/verify" && jwt:
		d.verify(w, r, r.URL.Query().Get("access_token"))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (d lineDouble) verify(w http.ResponseWriter, r *http.Request, token string) {
	if token != d.token || d.refused != 0 || r.Header.Get("Authorization") != "" {
		answering(max(d.refused, http.StatusBadRequest), `{"error":"invalid_request","error_description":"access token expired"}`)(w, r)
		return
	}
	_, _ = fmt.Fprintf(w, `{"client_id":"1573163733","expires_in":%d,"scope":"P CM"}`, d.left)
}

func line(change func(*lineDouble)) http.HandlerFunc {
	d := &lineDouble{token: exampleLineToken, left: 3138007490}
	if change != nil {
		change(d)
	}
	return d.ServeHTTP
}

func TestLine(t *testing.T) {
	t.Parallel()
	later := func(status int) http.HandlerFunc { return line(func(d *lineDouble) { d.refused = status }) }
	integrationtest.Run(t, Line, integrationtest.Fixture{
		Valid:    exampleLine,
		Required: []string{"token"},
		Invalid: []integrationtest.Case{
			{Name: "short token", Patch: `{"token":"abc"}`, Pointer: "/token", Code: "pattern"},
			{Name: "channel is a name", Patch: `{"channelId":"acme"}`, Pointer: "/channelId", Code: "pattern"},
			{Name: "secret of another form", Patch: `{"channelSecret":"s3cr3t"}`, Pointer: "/channelSecret", Code: "pattern"},
		},
		Remote:   line(nil),
		Hosts:    []string{"api.line.me"},
		Identity: "Acme サポート (@216ru)",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "another token", Cause: integrations.CauseCredentials, Code: "credentials_rejected",
				Handler: line(func(d *lineDouble) { d.token += "x" }),
			},
			{
				Name: "no bot", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: line(func(d *lineDouble) { d.bot = `{"displayName":"Acme"}` }),
			},
			{Name: "refused later", Handler: later(401), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "forbidden later", Handler: later(403), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "limited later", Handler: later(429), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "out of order later", Handler: later(500), Cause: integrations.CauseRemote, Code: "remote_error"},
		},
	})
}

func TestLineToken(t *testing.T) {
	tests := []struct {
		name, document string
		remote         http.HandlerFunc
		code           string
		want           []string
	}{
		{"long-lived", exampleLine, line(nil), "", nil},
		{"expiring", exampleLine, line(func(d *lineDouble) { d.left = 86400 }), "", []string{"token token_expires_soon"}},
		{"in a week", exampleLine, line(func(d *lineDouble) { d.left = 7 * 86400 }), "", nil},
		{"never told", exampleLine, line(func(d *lineDouble) { d.refused = 400 }), "", []string{"token token_lifetime_unknown"}},
		{
			"with an expiry of its own", `{"token":"` + exampleLineJWT + `"}`,
			line(func(d *lineDouble) { d.token = exampleLineJWT }), "", nil,
		},
		{"of another channel", `{"token":"` + exampleLineToken + `","channelId":"0000000001"}`, line(nil), "other_channel", nil},
		{"told without a channel", exampleLine, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/oauth/verify" {
				answering(http.StatusOK, `{"expires_in":5}`)(w, r)
				return
			}
			line(nil)(w, r)
		}, "unexpected_answer", nil},
		{"told in no form", exampleLine, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/oauth/verify" {
				answering(http.StatusOK, `[]`)(w, r)
				return
			}
			line(nil)(w, r)
		}, "unexpected_answer", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := try(t, valid(t, Line, tt.document), tt.remote)
			if tt.code != "" {
				require.NotNil(t, f)
				require.Equal(t, tt.code, f.Code)
				return
			}
			require.Nil(t, f)
			require.Equal(t, tt.want, warnings(s))
		})
	}
}

func TestLineExpiryInDays(t *testing.T) {
	for left, want := range map[int64]string{-5: "1", 0: "1", 86399: "1", 86400: "2", 6*86400 + 5: "7"} {
		s, f := try(t, valid(t, Line, exampleLine), line(func(d *lineDouble) { d.left = left }))
		require.Nil(t, f)
		steps := s.Steps()
		require.Equal(t, "The token expires in less than "+want+" days.", steps[len(steps)-1].Failure.Detail)
	}
}

func TestLineSecret(t *testing.T) {
	p, violations, found := decoded(t, Line, `{"token":" `+exampleLineToken+` "}`)
	require.Empty(t, violations)
	require.Equal(t, []string{"/channelSecret signatures_unchecked"}, found)
	require.Equal(t, exampleLineToken, p.(*LineProperties).Token.Reveal())
	_, _, found = decoded(t, Line, `{}`, "/token", "/channelSecret")
	require.Empty(t, found)
}
