package dynamics

import (
	"encoding/json"
	"maps"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

func decode(t *testing.T, document string) *Properties {
	t.Helper()
	c := new(validation.Context)
	p, ok := Definition.Decode(json.RawMessage(document), nil, c).(*Properties)
	require.True(t, ok)
	require.NoError(t, c.Err())
	return p
}

func lines(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

func TestRules(t *testing.T) {
	endpoints := func(authorize, token string) map[string]any {
		return map[string]any{"authorizationUrl": "https://" + authorize + "/authorize", "tokenUrl": "https://" + token + "/token"}
	}
	const directory = loginHost + "/acme.onmicrosoft.com/oauth2"
	tests := []struct {
		name             string
		members          map[string]any
		errors, warnings []string
	}{
		{name: "complete"},
		{name: "directory by name", members: endpoints(directory, directory)},
		{name: "other host of the same cloud", members: endpoints(directory, "login.windows.net/acme.onmicrosoft.com/oauth2")},
		{
			name: "two directories", members: endpoints(directory, loginHost+"/other.onmicrosoft.com/oauth2"),
			errors: []string{"/tokenUrl directories_differ"},
		},
		{name: "two versions", members: endpoints(directory+"/v2.0", directory), errors: []string{"/tokenUrl versions_differ"}},
		{
			name: "two clouds", members: endpoints(directory, "login.microsoftonline.us/acme.onmicrosoft.com/oauth2"),
			errors: []string{"/tokenUrl clouds_differ"}, warnings: []string{"/apiUrl clouds_differ"},
		},
		{
			name: "no directory", members: endpoints(loginHost+"/common/oauth2", loginHost+"/common/oauth2"),
			warnings: []string{"/tokenUrl shared_directory"},
		},
		{
			name: "token endpoint twice", members: map[string]any{"authorizationUrl": "https://" + directory + "/token"},
			errors: []string{"/authorizationUrl pattern"},
		},
		{name: "endpoint with a query", members: map[string]any{"tokenUrl": "https://" + directory + "/token?x=1"}, errors: []string{"/tokenUrl pattern"}},
		{name: "endpoint with a port", members: map[string]any{"tokenUrl": "https://" + loginHost + ":8443/x/oauth2/token"}, errors: []string{"/tokenUrl pattern"}},
		{
			name: "organization in another cloud", members: map[string]any{"apiUrl": "https://acme.crm.dynamics.cn"},
			warnings: []string{"/apiUrl clouds_differ"},
		},
		{name: "organization of Europe", members: map[string]any{"apiUrl": "https://acme.api.crm4.dynamics.com/api/data/v9.2"}},
		{name: "version 8", members: map[string]any{"apiUrl": "https://acme.crm.dynamics.com/api/data/v8.2"}, errors: []string{"/apiUrl pattern"}},
		{name: "own server", members: map[string]any{"apiUrl": "https://crm.acme.com/api/data/v9.0"}, errors: []string{"/apiUrl pattern"}},
		{name: "plus", members: map[string]any{"clientSecret": "abc+def"}, warnings: []string{"/clientSecret plus_in_secret"}},
		{name: "no refresh token", members: map[string]any{"refreshToken": nil}, warnings: []string{"/refreshToken not_authorized"}},
		{name: "nothing", members: map[string]any{"tokenUrl": nil, "authorizationUrl": nil}, errors: []string{"/authorizationUrl required", "/tokenUrl required"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var all map[string]any
			require.NoError(t, json.Unmarshal([]byte(versionOne), &all))
			maps.Copy(all, tt.members)
			document, err := json.Marshal(all)
			require.NoError(t, err)
			c := new(validation.Context)
			Definition.Decode(document, nil, c)
			require.Equal(t, tt.errors, lines(c.Errors()))
			require.Equal(t, tt.warnings, lines(c.Warnings()))
		})
	}
}

func TestNormalizeAPI(t *testing.T) {
	const api = "https://acme.crm4.dynamics.com/api/data/v9.2"
	tests := []struct{ name, in, want string }{
		{"as it is", api, api},
		{"trailing slash", api + "/", api},
		{"capitals", "HTTPS://ACME.crm4.Dynamics.com/api/data/v9.2", api},
		{"port", "https://acme.crm4.dynamics.com:443/api/data/v9.2/", api},
		{"site", "https://acme.crm4.dynamics.com", api},
		{"host", "acme.crm4.dynamics.com", api},
		{"half of the path", "https://acme.crm4.dynamics.com/api/", api},
		{"page", "https://acme.crm4.dynamics.com/main.aspx?appid=1&pagetype=dashboard#x", api},
		{"older version", "https://acme.crm4.dynamics.com/api/data/v9.0", "https://acme.crm4.dynamics.com/api/data/v9.0"},
		{"elsewhere", "https://crm.acme.com/main.aspx", "https://crm.acme.com/main.aspx"},
		{"look-alike", "https://acme.crm4.dynamics.com.evil.example/", "https://acme.crm4.dynamics.com.evil.example/"},
		{"user-info", "https://ann:pw@acme.crm4.dynamics.com", "https://ann:pw@acme.crm4.dynamics.com"},
		{"other port", "https://acme.crm4.dynamics.com:8443/", "https://acme.crm4.dynamics.com:8443/api/data/v9.2"},
		{"unreadable", "https://%zz", "https://%zz"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, normalizeAPI(tt.in)) })
	}
}

func TestNormalizeSecrets(t *testing.T) {
	p := decode(t, `{"authorizationUrl":"https://LOGIN.microsoftonline.com/x/oauth2/authorize/","tokenUrl":"https://login.microsoftonline.com:443/x/oauth2/token",`+
		`"apiUrl":"acme.crm.dynamics.com","clientId":"`+exampleClient+`","clientSecret":" `+exampleSecret+`\n"}`)
	require.Equal(t, "https://login.microsoftonline.com/x/oauth2/authorize", p.AuthorizationURL)
	require.Equal(t, "https://login.microsoftonline.com/x/oauth2/token", p.TokenURL)
	require.Equal(t, exampleSecret, p.ClientSecret.Reveal())
}

// FuzzAddresses: no input stops the rules, and the normal form of an address stays
// as it is.
func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"acme.crm.dynamics.com", "//x", "a:443:443", "https://[::1]:443/api/", "https://a/%2f/", "https://a#", "x?#", "\x00"} {
		f.Add(seed)
	}
	f.Add("https://acme.crm.dynamics.com/api/")
	f.Add("https://a%c2%a0/api/") // without the white space it is an address
	addresses := regexp.MustCompile(validation.SchemaFragment("https_url", "")["pattern"].(string))
	f.Fuzz(func(t *testing.T, address string) {
		p := &Properties{AuthorizationURL: address, TokenURL: address, APIURL: address}
		p.Normalize()
		once := *p
		p.Validate(new(validation.Context))
		p.Normalize()
		if addresses.MatchString(once.APIURL) {
			require.Equal(t, once.APIURL, p.APIURL)
		}
		if addresses.MatchString(once.TokenURL) {
			require.Equal(t, once.TokenURL, p.TokenURL)
		}
	})
}
