package handlers

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/sso"
)

func TestReadMessage(t *testing.T) {
	long := strings.Repeat("A", longestResponse)
	tests := []struct {
		name, body string
		want       sso.Message
		code       string // empty: read
	}{
		{"as providers send it", "SAMLResponse=PHNh%2Bw%3D%3D&RelayState=%2Fa", sso.Message{Response: "PHNh+w==", RelayState: "/a"}, ""},
		{"no relay state", "SAMLResponse=PHNh", sso.Message{Response: "PHNh"}, ""},
		{"an empty relay state", "SAMLResponse=PHNh&RelayState=", sso.Message{Response: "PHNh"}, ""},
		{"line breaks in base64", "SAMLResponse=PH%0D%0ANh", sso.Message{Response: "PH\r\nNh"}, ""},
		{"fields of the provider's own", "SAMLResponse=PHNh&isPost=1&isPost=2", sso.Message{Response: "PHNh"}, ""},
		{"as large as may be", "SAMLResponse=" + long, sso.Message{Response: long}, ""},
		{"a long relay state", "SAMLResponse=PHNh&RelayState=" + long, sso.Message{Response: "PHNh"}, ""},
		{"a relay state that is no text", "SAMLResponse=PHNh&RelayState=%ff%00", sso.Message{Response: "PHNh"}, ""},
		{"nothing", "", sso.Message{}, api.CodeSSOResponseMissing},
		{"an empty field", "SAMLResponse=", sso.Message{}, api.CodeSSOResponseMissing},
		{"another case", "samlresponse=PHNh", sso.Message{}, api.CodeSSOResponseMissing},
		{"a request to sign out", "SAMLRequest=PHNh&RelayState=x", sso.Message{}, api.CodeSSOResponseMissing},
		{"twice", "SAMLResponse=PHNh&SAMLResponse=PHNh", sso.Message{}, api.CodeSSOResponseMissing},
		{"once empty", "SAMLResponse=PHNh&SAMLResponse=", sso.Message{}, api.CodeSSOResponseMissing},
		{"two relay states", "SAMLResponse=PHNh&RelayState=a&RelayState=b", sso.Message{}, api.CodeSSOResponseMissing},
		{"not percent-encoded", "SAMLResponse=%zz", sso.Message{}, api.CodeSSOResponseMissing},
		{"a semicolon", "SAMLResponse=a;RelayState=b", sso.Message{}, api.CodeSSOResponseMissing},
		{"too large", "SAMLResponse=A" + long, sso.Message{}, api.CodeSSOResponseTooLarge},
		{"no text", "SAMLResponse=%ff", sso.Message{}, api.CodeSSOResponseEncoding},
		{"a NUL", "SAMLResponse=PH%00Nh", sso.Message{}, api.CodeSSOResponseEncoding},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readMessage([]byte(tt.body))
			if tt.code == "" {
				require.NoError(t, err)
				require.Equal(t, tt.want, got)
				return
			}
			refused, ok := asSignIn(err)
			require.True(t, ok, "%v", err)
			require.Equal(t, tt.code, refused.Code)
			require.NotContains(t, refused.Detail, "PHNh", "what was sent is not repeated")
		})
	}
}

// FuzzReadMessage: whatever is posted, what is read is what a form with just that
// says, within bounds, or it is refused by a code that has a page.
func FuzzReadMessage(f *testing.F) {
	for _, seed := range []string{
		"SAMLResponse=PHNh&RelayState=%2Fa", "SAMLResponse=PHNh&SAMLResponse=PHNi", "SAMLResponse=%ff", "RelayState=x", "%", "a;b",
		"SAMLResponse=PH%0D%0ANh+w%3D%3D&RelayState=" + strings.Repeat("r", longestRelayState+1), "=&=&SAMLResponse", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := readMessage(body)
		if err != nil {
			refused, ok := asSignIn(err)
			require.True(t, ok, "%v", err)
			_, known := api.SSOKindOf(refused.Code)
			require.True(t, known, refused.Code)
			require.Equal(t, sso.Message{}, m)
			return
		}
		require.NotEmpty(t, m.Response)
		require.LessOrEqual(t, len(m.Response), longestResponse)
		require.LessOrEqual(t, len(m.RelayState), longestRelayState)
		require.False(t, noText(m.Response) || noText(m.RelayState))
		again, err := readMessage([]byte(url.Values{"SAMLResponse": {m.Response}, "RelayState": {m.RelayState}}.Encode()))
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
