package zendesk

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

const withToken = `{"url":"https://acme.zendesk.com","authorizationType":"apiToken","username":"` + user + `","apiToken":"` + token + `"}`

func decode(t *testing.T, document string, kept ...string) (*Properties, *validation.Context) {
	t.Helper()
	c := &validation.Context{}
	p, ok := Definition.Decode(json.RawMessage(document), kept, c).(*Properties)
	require.True(t, ok)
	return p, c
}

func lines(violations validation.Errors) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}

func TestURL(t *testing.T) {
	tests := []struct {
		in, want      string // what is stored; empty: as it is
		code, warning string
	}{
		{in: "https://acme.zendesk.com"},
		{in: "acme", want: "https://acme.zendesk.com"},
		{in: " ACME\n", want: "https://acme.zendesk.com"},
		{in: "acme.zendesk.com", want: "https://acme.zendesk.com"},
		{in: "acme.zendesk.com/agent", want: "https://acme.zendesk.com"},
		{in: "https://ACME.zendesk.com/", want: "https://acme.zendesk.com"},
		{in: "HTTPS://acme.zendesk.com:443/", want: "https://acme.zendesk.com"},
		{in: "https://acme.zendesk.com/agent/tickets/35436?brand_id=1#x", want: "https://acme.zendesk.com"},
		{in: "https://acme.zendesk.com/api/v2", want: "https://acme.zendesk.com"},
		{in: "https://a-1.zendesk.com"},
		{in: "http://acme.zendesk.com", code: "https_url"},
		{in: "ftp://acme.zendesk.com", code: "https_url"},
		{in: "https://ann:pw@acme.zendesk.com", code: "https_url"},
		{in: "not an address", code: "https_url"},
		{in: "https://", code: "https_url"},
		{in: "https://zendesk.com", code: "zendesk_url"},
		{in: "https://a.b.zendesk.com", code: "zendesk_url"},
		{in: "https://-acme.zendesk.com", code: "zendesk_url"},
		{in: "https://acme_1.zendesk.com", code: "zendesk_url"},
		{in: "https://acme.zendesk.com:8443", code: "zendesk_url"},
		{in: "https://" + strings.Repeat("a", 64) + ".zendesk.com", code: "zendesk_url"},
		{in: "www", want: "https://www.zendesk.com", code: "zendesk_not_a_customer"},
		{in: "https://support.zendesk.com/hc", want: "https://support.zendesk.com", code: "zendesk_not_a_customer"},
		{in: "developer.zendesk.com", want: "https://developer.zendesk.com", code: "zendesk_not_a_customer"},
		{in: "https://support.acme.com", warning: "unusual_host"},
		{in: "Support.Acme.com/agent/dashboard", want: "https://support.acme.com", warning: "unusual_host"},
		{in: "https://support.acme.com/", want: "https://support.acme.com", warning: "unusual_host"},
		{in: "https://acmezendesk.com", warning: "unusual_host"},
		{in: "https://acme.zendesk.com.evil.example", warning: "unusual_host"},
		{in: "https://support.acme.com/help", code: "https_origin"},
		{in: "https://support.acme.com/?x=1", code: "https_origin"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			document, err := json.Marshal(map[string]any{"url": tt.in, "sharedSecret": strings.Repeat("s", 32)})
			require.NoError(t, err)
			p, c := decode(t, string(document))
			if tt.want == "" {
				tt.want = tt.in
			}
			require.Equal(t, tt.want, p.URL)
			require.Equal(t, at("/url", tt.code), lines(c.Errors()))
			require.Equal(t, at("/url", tt.warning), lines(c.Warnings()))
		})
	}
}

func at(pointer, code string) []string {
	if code == "" {
		return nil
	}
	return []string{pointer + " " + code}
}

func TestCredentials(t *testing.T) {
	shared := strings.Repeat("s", 32)
	tests := []struct {
		name             string
		document         map[string]any
		errors, warnings []string
	}{
		{name: "nothing", document: map[string]any{}, warnings: []string{"/authorizationType nothing_configured"}},
		{name: "explicitly nothing", document: map[string]any{"authorizationType": "none"}, warnings: []string{"/authorizationType nothing_configured"}},
		{name: "single sign-on", document: map[string]any{"sharedSecret": shared}},
		{name: "shared secret with line end", document: map[string]any{"sharedSecret": shared + "\r\n"}},
		{name: "short shared secret", document: map[string]any{"sharedSecret": shared[1:]}, errors: []string{"/sharedSecret min"}},
		{name: "long shared secret", document: map[string]any{"sharedSecret": strings.Repeat("s", 257)}, errors: []string{"/sharedSecret max"}},
		{name: "shared secret with a blank", document: map[string]any{"sharedSecret": shared + " s"}, errors: []string{"/sharedSecret pattern"}},
		{name: "shared secret beyond ASCII", document: map[string]any{"sharedSecret": shared + "é"}, errors: []string{"/sharedSecret pattern"}},
		{name: "api token", document: map[string]any{"authorizationType": "apiToken", "username": user, "apiToken": token}},
		{name: "both uses", document: map[string]any{"sharedSecret": shared, "authorizationType": "apiToken", "username": user, "apiToken": token}},
		{
			name: "api token missing", document: map[string]any{"authorizationType": "apiToken"},
			errors: []string{"/username required", "/apiToken required"},
		},
		{
			name:     "user is no address",
			document: map[string]any{"authorizationType": "apiToken", "username": "integration", "apiToken": token}, errors: []string{"/username email"},
		},
		{
			name:     "short api token",
			document: map[string]any{"authorizationType": "apiToken", "username": user, "apiToken": token[:29]}, errors: []string{"/apiToken min"},
		},
		{
			name:     "long api token",
			document: map[string]any{"authorizationType": "apiToken", "username": user, "apiToken": strings.Repeat("t", 101)}, errors: []string{"/apiToken max"},
		},
		{
			name:     "api token with a dash",
			document: map[string]any{"authorizationType": "apiToken", "username": user, "apiToken": token + "-"}, errors: []string{"/apiToken pattern"},
		},
		{name: "oauth", document: map[string]any{"authorizationType": "oauthAccessToken", "oauthAccessToken": bearer}},
		{
			name: "oauth token missing", document: map[string]any{"authorizationType": "oauthAccessToken"},
			errors: []string{"/oauthAccessToken required"},
		},
		{
			name:     "short oauth token",
			document: map[string]any{"authorizationType": "oauthAccessToken", "oauthAccessToken": bearer[:19]}, errors: []string{"/oauthAccessToken min"},
		},
		{
			name:     "oauth token with a blank",
			document: map[string]any{"authorizationType": "oauthAccessToken", "oauthAccessToken": bearer + " x"}, errors: []string{"/oauthAccessToken pattern"},
		},
		{name: "password", document: map[string]any{"authorizationType": "password"}, errors: []string{"/authorizationType enum"}},
		{name: "capitals", document: map[string]any{"authorizationType": "APIToken"}, errors: []string{"/authorizationType enum"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.document["url"] = "acme"
			document, err := json.Marshal(tt.document)
			require.NoError(t, err)
			_, c := decode(t, string(document))
			require.Equal(t, tt.errors, lines(c.Errors()))
			require.Equal(t, tt.warnings, lines(c.Warnings()))
			for _, v := range c.Errors() {
				require.NotContains(t, v.Detail, token[:20])
				require.NotContains(t, v.Detail, bearer[:19])
			}
		})
	}
}

func TestNormalize(t *testing.T) {
	p, c := decode(t, `{"url":"acme","authorizationType":"apiToken","username":" `+user+`/token ","apiToken":"`+token+`\r\n"}`)
	require.NoError(t, c.Err())
	require.Equal(t, user, p.Username)
	require.Equal(t, token, p.APIToken.Reveal(), "the case of a token matters, its line end does not")

	var empty Properties
	empty.Normalize()
	require.Equal(t, authNone, empty.AuthorizationType)

	kept := Properties{APIToken: secret.Kept()}
	kept.Normalize()
	require.True(t, kept.APIToken.IsKept())
}

func TestKeptSecret(t *testing.T) {
	p, c := decode(t, `{"url":"acme","authorizationType":"apiToken","username":"`+user+`"}`, "/apiToken")
	require.NoError(t, c.Err())
	require.True(t, p.APIToken.IsKept())

	_, c = decode(t, `{"url":"acme"}`, "/sharedSecret")
	require.NoError(t, c.Err())
	require.Empty(t, c.Warnings(), "a stored shared secret is a configured one")
}

func TestSecretsAndDestinations(t *testing.T) {
	require.ElementsMatch(t, []string{"/sharedSecret", "/apiToken", "/oauthAccessToken"}, Definition.SecretPointers())
	require.ElementsMatch(t, []string{"/url", "/authorizationType"}, Definition.Destinations())
}

func TestComputed(t *testing.T) {
	got := map[string]string{}
	for _, c := range Definition.Computed(integrations.CenterAt("mycompany.brightpattern.com", "")) {
		got[c.Name] = c.Value
	}
	require.Equal(t, map[string]string{
		"remoteLoginUrl":  "https://mycompany.brightpattern.com/agentdesktop?zin=true",
		"remoteLogoutUrl": "https://mycompany.brightpattern.com/agentdesktop?zout=true",
	}, got)
}

// FuzzURL: no input stops the rules, and the normal form of an address stays as it
// is.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{
		"acme", "https://acme.zendesk.com/agent", "a:443:443", "//0://", "https://[::1]:443/agent", "//x", "x?#", "https://%zz",
		"https://a#", "https://a?", "a.b/c://d", "É.zendesk.com", "\x00", "https://a\u00a0:443", "a%2525",
	} {
		f.Add(seed)
	}
	addresses := regexp.MustCompile(validation.SchemaFragment("https_url", "")["pattern"].(string))
	f.Fuzz(func(t *testing.T, address string) {
		p := &Properties{URL: address}
		p.Normalize()
		once := p.URL
		p.Validate(new(validation.Context))
		p.Normalize()
		if addresses.MatchString(once) { // all else is refused
			require.Equal(t, once, p.URL)
		}
	})
}
