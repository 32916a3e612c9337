package singlesignon

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

const directory = "8d1e3c5a-0b47-4f6e-9a2d-7c5b1e3f9a60"

const (
	urlPattern    = "identityProviderSsoUrl sso_url_pattern"
	issuerPattern = "identityProviderIssuer sso_issuer_pattern"
	idMismatch    = "identityProviderIssuer sso_id_mismatch"
	otherDomain   = "identityProviderIssuer issuer_of_another_domain"
	ownName       = "identityProviderIssuer own_entity_id"
	ownURL        = "identityProviderSsoUrl own_address"
	customHost    = "identityProviderSsoUrl custom_domain"
)

func TestProviders(t *testing.T) {
	const (
		okta       = "https://acme.okta.com/app/brightpattern/exk1a2b3c4/sso/saml"
		oktaIssuer = "http://www.okta.com/exk1a2b3c4"
		adfs       = "https://adfs.acme.com/adfs/ls/"
		adfsIssuer = "http://adfs.acme.com/adfs/services/trust"
		google     = "https://accounts.google.com/o/saml2/idp?idpid=C01abc"
		googleID   = "https://accounts.google.com/o/saml2?idpid=C01abc"
		onelogin   = "https://acme.onelogin.com/trust/saml2/http-post/sso/715551"
		oneloginID = "https://app.onelogin.com/saml/metadata/715551"
	)
	tests := []struct {
		name, url, issuer string
		errors, warnings  []string
	}{
		{name: "azure", url: azureURL, issuer: ownIssuer},
		{name: "azure government", url: "https://login.microsoftonline.us/" + directory + "/saml2", issuer: ownIssuer},
		{name: "azure china", url: "https://login.partner.microsoftonline.cn/" + directory + "/saml2", issuer: ownIssuer},
		{name: "azure in capitals", url: "HTTPS://Login.MicrosoftOnline.com:443/" + directory + "/SAML2", issuer: ownIssuer},
		{name: "azure common", url: "https://login.microsoftonline.com/common/saml2", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure by name", url: "https://login.microsoftonline.com/acme.onmicrosoft.com/saml2", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure short id", url: "https://login.microsoftonline.com/8d1e3c5a/saml2", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure dashes", url: "https://login.microsoftonline.com/------------------------------------/saml2", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure other protocol", url: "https://login.microsoftonline.com/" + directory + "/wsfed", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure metadata", url: "https://login.microsoftonline.com/" + directory + "/federationmetadata/2007-06/federationmetadata.xml", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure with a query", url: azureURL + "?whr=acme.com", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure on another port", url: "https://login.microsoftonline.com:8443/" + directory + "/saml2", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure, microsoft's issuer", url: azureURL, issuer: "https://sts.windows.net/" + directory + "/", errors: []string{issuerPattern}},
		{name: "azure, no suffix", url: azureURL, issuer: domain, errors: []string{issuerPattern}},
		{name: "azure, suffix only", url: azureURL, issuer: "_sso", errors: []string{issuerPattern}, warnings: []string{otherDomain}},
		{name: "azure, other domain", url: azureURL, issuer: "other.brightpattern.com_sso", warnings: []string{otherDomain}},
		{name: "azure, both broken", url: "https://login.microsoftonline.com/", issuer: "acme", errors: []string{urlPattern, issuerPattern}},

		{name: "okta", url: okta, issuer: oktaIssuer},
		{name: "okta preview", url: "https://acme.oktapreview.com/app/bp_1/exk1a2b3c4/sso/saml", issuer: oktaIssuer},
		{name: "okta emea", url: "https://acme.okta-emea.com/app/bp_1/exk1a2b3c4/sso/saml", issuer: oktaIssuer},
		{name: "okta, another application", url: okta, issuer: "http://www.okta.com/exk9z8y7x6", errors: []string{idMismatch}},
		{name: "okta, case matters", url: okta, issuer: "http://www.okta.com/EXK1A2B3C4", errors: []string{idMismatch}},
		{name: "okta issuer over https", url: okta, issuer: "https://www.okta.com/exk1a2b3c4", errors: []string{issuerPattern}},
		{name: "okta issuer like azure's", url: okta, issuer: ownIssuer, errors: []string{issuerPattern}},
		{name: "okta home page", url: "https://acme.okta.com/", issuer: oktaIssuer, errors: []string{urlPattern}},
		{name: "okta metadata", url: okta + "/metadata", issuer: oktaIssuer, errors: []string{urlPattern}},
		{name: "okta link of a tile", url: "https://acme.okta.com/home/brightpattern/0oa1b2/aln3c4", issuer: oktaIssuer, errors: []string{urlPattern}},
		{name: "okta without organization", url: "https://okta.com/app/bp/exk1a2b3c4/sso/saml", issuer: oktaIssuer, errors: []string{urlPattern}},
		{name: "okta behind an own domain", url: "https://login.acme.com/app/bp/exk1a2b3c4/sso/saml", issuer: oktaIssuer, warnings: []string{customHost}},

		{name: "ad fs", url: adfs, issuer: adfsIssuer},
		{name: "ad fs page", url: "https://ADFS.acme.com/adfs/ls/idpinitiatedsignon.aspx?loginToRp=x", issuer: adfsIssuer},
		{name: "ad fs, issuer over https", url: adfs, issuer: "https://adfs.acme.com/adfs/services/trust"},
		{name: "ad fs, another host", url: adfs, issuer: "http://sts.acme.com/adfs/services/trust", warnings: []string{idMismatch}},
		{name: "ad fs, other issuer", url: adfs, issuer: "urn:acme:adfs", warnings: []string{issuerPattern}},
		{name: "ad fs, token endpoint", url: "https://adfs.acme.com/adfs/oauth2/token", issuer: adfsIssuer, warnings: []string{urlPattern}},

		{name: "google", url: google, issuer: googleID},
		{name: "google application", url: "https://accounts.google.com/o/saml2/initsso?idpid=C01abc&spid=1234&forceauthn=false", issuer: googleID},
		{name: "google, another id", url: google, issuer: "https://accounts.google.com/o/saml2?idpid=C09xyz", warnings: []string{idMismatch}},
		{name: "google, no id", url: "https://accounts.google.com/o/saml2/idp", issuer: googleID, warnings: []string{urlPattern}},
		{name: "google, other issuer", url: google, issuer: "google.com", warnings: []string{issuerPattern}},

		{name: "onelogin", url: onelogin, issuer: oneloginID},
		{name: "onelogin redirect", url: "https://acme.onelogin.com/trust/saml2/http-redirect/sso/715551", issuer: oneloginID},
		{name: "onelogin, another application", url: onelogin, issuer: "https://app.onelogin.com/saml/metadata/999", warnings: []string{idMismatch}},
		{name: "onelogin portal", url: "https://acme.onelogin.com/portal", issuer: oneloginID, warnings: []string{urlPattern}},

		{name: "azure directory", url: "https://sts.windows.net/" + directory + "/", issuer: ownIssuer, errors: []string{urlPattern}},
		{name: "azure, name in capitals", url: azureURL, issuer: "MyCompany.BrightPattern.com_sso", warnings: []string{otherDomain}},
		{name: "ad fs metadata", url: "https://adfs.acme.com/FederationMetadata/2007-06/FederationMetadata.xml", issuer: adfsIssuer, warnings: []string{urlPattern}},
		{name: "metadata of somebody else", url: "https://sso.acme.com/idp/metadata.php", issuer: "urn:acme", warnings: []string{urlPattern}},
		{name: "own reply address", url: "https://" + domain + "/agentdesktop/sso/redirect", issuer: "urn:acme", errors: []string{ownURL}},
		{name: "own sign-on address", url: "https://" + domain + ":8443/", issuer: "urn:acme", errors: []string{ownURL}},
		{name: "provider behind the own domain", url: "https://" + domain + "/idp/saml", issuer: "urn:acme", warnings: []string{customHost}},
		{name: "somebody else", url: "https://sso.acme.com/saml", issuer: "https://sso.acme.com/metadata", warnings: []string{customHost}},
		{name: "lookalike of azure", url: "https://login.microsoftonline.com.acme.com/" + directory + "/saml2", issuer: "urn:acme", warnings: []string{customHost}},
		{name: "lookalike of okta", url: "https://acme-okta.com/app/bp/exk1/sso/saml", issuer: "urn:acme", warnings: []string{customHost}},
		{name: "own name elsewhere", url: "https://sso.acme.com/saml", issuer: ownIssuer, warnings: []string{customHost, ownName}},
		{name: "other domain elsewhere", url: "https://sso.acme.com/saml", issuer: "other_sso", warnings: []string{customHost, otherDomain}},
	}
	section := azure(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeAgent(t, section.provider(tt.url, tt.issuer))
			require.Equal(t, under(agent, tt.errors), got.errors)
			require.Equal(t, under(agent, tt.warnings), got.warnings)

			off := judgeAgent(t, section.provider(tt.url, tt.issuer).with("enabled", false))
			require.Equal(t, got.errors, off.errors, "a section that is off is judged alike")
		})
	}
}

// Google takes our entity id for one application, which has one reply address.
func TestGoogleServesOneSection(t *testing.T) {
	const (
		url, id = "https://accounts.google.com/o/saml2/idp?idpid=", "https://accounts.google.com/o/saml2?idpid="
		warning = "/admin/identityProviderSsoUrl google_one_section"
	)
	section := azure(t)
	one, other := section.provider(url+"C01abc", id+"C01abc"), section.provider(url+"C09xyz", id+"C09xyz")
	initiated := section.provider("https://accounts.google.com/o/saml2/initsso?idpid=C01abc&spid=1234", id+"C01abc")
	for name, tt := range map[string]struct {
		admin members
		want  []string
	}{
		"the same":          {one, []string{warning}},
		"by another URL":    {initiated, []string{warning}},
		"another workspace": {other, nil},
		"another provider":  {section, nil},
		"switched off":      {one.with("enabled", false), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(t, members{"agentDesktop": one, "admin": tt.admin})
			require.Empty(t, got.errors)
			require.Equal(t, tt.want, got.warnings)
		})
	}
	both := judge(t, members{"agentDesktop": section, "admin": section})
	require.Empty(t, both.warnings, "Azure takes both reply addresses in one application")
}

func TestOwnName(t *testing.T) {
	section := azure(t)
	t.Run("entity id is ours", func(t *testing.T) {
		got := judgeAgent(t, section.with("identityProviderEntityId", ownIssuer))
		require.Empty(t, got.errors)
		require.Equal(t, []string{"/agentDesktop/identityProviderEntityId own_entity_id"}, got.warnings)
	})
	t.Run("entity id of the provider settles it", func(t *testing.T) {
		got := judgeAgent(t, section.provider("https://sso.acme.com/saml", ownIssuer).with("identityProviderEntityId", "urn:acme"))
		require.Empty(t, got.errors)
		require.Equal(t, []string{"/agentDesktop/" + customHost}, got.warnings)
	})
	t.Run("issuer of a section without address", func(t *testing.T) {
		got := judge(t, members{"agentDesktop": section, "admin": members{"identityProviderIssuer": ownIssuer}})
		require.Empty(t, got.errors)
		require.Empty(t, got.warnings)
	})
	t.Run("domain not known", func(t *testing.T) {
		got := judgeAgent(t, section.with("identityProviderIssuer", "other_sso"), func(c *validation.Context) { c.Domain = "" })
		require.Empty(t, got.errors)
		require.Empty(t, got.warnings)
	})
}

func TestPatternTexts(t *testing.T) {
	got := judgeAgent(t, azure(t).with("identityProviderIssuer", "https://sts.windows.net/x/"))
	require.Len(t, got.context.Errors(), 1)
	v := got.context.Errors()[0]
	require.Contains(t, v.Detail, ownIssuer, "the text names the value to enter")
	require.Equal(t, map[string]any{"provider": "Azure", "expected": ownIssuer}, v.Params)
}

// What is wrong is called by its name, and the value to enter stands in the text as far
// as it follows from the others.
func TestMistakesAreNamed(t *testing.T) {
	const okta = "https://acme.okta.com/app/bp/exk1a2b3c4/sso/saml"
	for name, tt := range map[string]struct{ url, issuer, says string }{
		"azure metadata": {
			"https://login.microsoftonline.com/" + directory + "/federationmetadata/2007-06/federationmetadata.xml", ownIssuer,
			"metadata, where nobody can sign in",
		},
		"azure metadata, address": {
			"https://login.microsoftonline.com/" + directory + "/federationmetadata/2007-06/federationmetadata.xml", ownIssuer,
			"Expected: " + azureURL,
		},
		"azure directory":       {"https://sts.windows.net/" + directory + "/", ownIssuer, "Expected: " + azureURL},
		"azure without an id":   {"https://login.microsoftonline.com/common/saml2", ownIssuer, "<directory id>"},
		"okta metadata":         {okta + "/metadata", "http://www.okta.com/exk1a2b3c4", "import-metadata"},
		"okta, other issuer":    {okta, ownIssuer, "Expected: http://www.okta.com/exk1a2b3c4"},
		"okta, another id":      {okta, "http://www.okta.com/exk9", "Expected: http://www.okta.com/exk1a2b3c4"},
		"ad fs metadata":        {"https://fs.acme.com/FederationMetadata/2007-06/FederationMetadata.xml", "urn:a", "import-metadata"},
		"ad fs, other issuer":   {"https://fs.acme.com/adfs/ls", "urn:a", "Expected: http://fs.acme.com/adfs/services/trust"},
		"name in other letters": {azureURL, "MYCOMPANY.brightpattern.com_sso", "upper and lower case"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judgeAgent(t, azure(t).provider(tt.url, tt.issuer))
			found := slices.Concat(got.context.Errors(), got.context.Warnings())
			require.Len(t, found, 1)
			require.Contains(t, found[0].Detail, tt.says)
		})
	}
}

func TestProviderOf(t *testing.T) {
	tests := map[string]Provider{
		azureURL:                             Azure,
		"https://LOGIN.microsoftonline.us/x": Azure,
		"https://acme.okta.com/":             Okta,
		"https://fs.acme.com/ADFS/ls":        ADFS,
		"https://accounts.google.com/":       Google,
		"https://acme.onelogin.com/x":        OneLogin,
		"https://sso.acme.com/saml":          Custom,
		"https://notokta.com/":               Custom,
		"https://myonelogin.com/":            Custom,
		"":                                   Custom,
		"https://%zz":                        Custom,
	}
	for address, want := range tests {
		require.Equal(t, want, ProviderOf(address), address)
	}
}

func TestResponseIssuer(t *testing.T) {
	tests := []struct {
		name    string
		section Section
		want    string
	}{
		{"empty", Section{}, ""},
		{"azure", Section{IdentityProviderSSOURL: azureURL, IdentityProviderIssuer: ownIssuer}, "https://sts.windows.net/" + directory + "/"},
		{
			"azure in capitals",
			Section{IdentityProviderSSOURL: "https://login.microsoftonline.com/8D1E3C5A-0B47-4F6E-9A2D-7C5B1E3F9A60/saml2"},
			"https://sts.windows.net/" + directory + "/",
		},
		{
			"azure government",
			Section{IdentityProviderSSOURL: "https://login.microsoftonline.us/" + directory + "/saml2"},
			"https://sts.windows.net/" + directory + "/",
		},
		{
			"azure china",
			Section{IdentityProviderSSOURL: "https://login.partner.microsoftonline.cn/" + directory + "/saml2"},
			"https://sts.chinacloudapi.cn/" + directory + "/",
		},
		{
			"entity id first",
			Section{IdentityProviderSSOURL: azureURL, IdentityProviderIssuer: ownIssuer, IdentityProviderEntityID: "urn:acme"},
			"urn:acme",
		},
		{
			"okta",
			Section{IdentityProviderSSOURL: "https://acme.okta.com/app/bp/exk1/sso/saml", IdentityProviderIssuer: "http://www.okta.com/exk1"},
			"http://www.okta.com/exk1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.section.ResponseIssuer()) })
	}
}

func TestAddresses(t *testing.T) {
	for public, origin := range map[string]string{
		"": "https://mycompany.brightpattern.com", "https://{domain}:8443": "https://mycompany.brightpattern.com:8443",
		"https://sign-in.example/": "https://sign-in.example",
	} {
		got := map[string]string{}
		for _, c := range Definition.Computed(integrations.CenterAt(domain, public)) {
			require.NotEmpty(t, c.Label)
			got[c.Name] = c.Value
		}
		require.Equal(t, map[string]string{
			"agentDesktopEntityId": "mycompany.brightpattern.com_sso",
			"agentDesktopReplyUrl": origin + "/agentdesktop/sso/redirect",
			"adminEntityId":        "mycompany.brightpattern.com_sso",
			"adminReplyUrl":        origin + "/admin/sso/redirect",
			"signOnUrl":            origin + "/",
		}, got)
	}
}
