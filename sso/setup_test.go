package sso_test

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/sso"
)

func setupOf(t *testing.T, public string) *sso.Setup {
	t.Helper()
	s := &sso.Service{PublicURL: public}
	p := &access.Principal{ContactCenter: models.ContactCenter{Domain: "acme.example.com", Features: []string{"single_sign_on"}}}
	out, err := s.Setup(t.Context(), p)
	require.NoError(t, err)
	return out
}

func TestSetupNamesTheAddresses(t *testing.T) {
	for public, origin := range map[string]string{
		"": "https://acme.example.com", "https://{domain}:8443/": "https://acme.example.com:8443",
	} {
		out := setupOf(t, public)
		require.Len(t, out.Sections, 2)
		for i, path := range []string{"/agentdesktop/sso/", "/admin/sso/"} {
			section := out.Sections[i]
			require.Equal(t, []string{models.SectionAgentDesktop, models.SectionAdmin}[i], section.Section)
			require.Equal(t, "acme.example.com_sso", section.EntityID)
			require.Equal(t, origin+path+"redirect", section.ReplyURL)
			require.Equal(t, origin+[]string{"/", "/admin/sso/login"}[i], section.SignOnURL)
			require.Equal(t, origin+path+"metadata", section.MetadataURL)
		}
	}
}

// Every provider is told all that it must know, and every value of the account is found.
func TestSetupIsComplete(t *testing.T) {
	for _, section := range setupOf(t, "https://{domain}:8443").Sections {
		var names []string
		for i := range section.Providers {
			p := &section.Providers[i]
			names = append(names, p.Provider)
			t.Run(section.Section+" "+p.Provider, func(t *testing.T) {
				requireTold(t, &section, p)
				requireFound(t, &section, p)
				requireFilled(t, reflect.ValueOf(*p))
			})
		}
		require.Equal(t, sso.SetupProviders(), names)
	}
}

func requireTold(t *testing.T, section *sso.SetupSection, p *sso.SetupProvider) {
	t.Helper()
	u, err := url.Parse(p.Documentation)
	require.NoError(t, err)
	require.Equal(t, "https", u.Scheme)
	require.NotEmpty(t, p.Where)
	labels, values := map[string]bool{}, map[string]bool{}
	for _, f := range p.Enter {
		require.NotEmpty(t, f.Label)
		require.False(t, labels[f.Label], f.Label)
		labels[f.Label], values[f.Value] = true, true
	}
	require.True(t, values[section.EntityID], "the entity id")
	require.True(t, values[section.ReplyURL], "the reply address")
	require.NotEmpty(t, p.NameID.Label)
	require.NotEmpty(t, p.NameID.Attribute)
	require.Equal(t, p.NameID.FormatLabel == "", p.NameID.Format == "")
	require.NotEmpty(t, p.LeaveBlank)
	for _, blank := range p.LeaveBlank {
		require.False(t, labels[blank], "%s is entered and left blank", blank)
	}
}

func requireFound(t *testing.T, section *sso.SetupSection, p *sso.SetupProvider) {
	t.Helper()
	require.Len(t, p.Claims, 3)
	for i, name := range []string{"FirstName", "LastName", "Email"} {
		require.Equal(t, name, p.Claims[i].Name)
		require.NotEmpty(t, p.Claims[i].Attribute)
	}
	var properties []string
	for _, c := range p.Copy {
		properties = append(properties, c.Property)
		require.NotEmpty(t, c.Label)
		require.NotEmpty(t, c.Form)
	}
	at := "/properties/" + section.Section
	require.Equal(t, []string{
		at + "/identityProviderSsoUrl", at + "/identityProviderIssuer", at + "/identityProviderCertificates",
	}, properties)
}

// requireFilled: no placeholder is left over.
func requireFilled(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		require.NotRegexp(t, `\{[a-zA-Z]+\}`, v.String())
	case reflect.Slice:
		for i := range v.Len() {
			requireFilled(t, v.Index(i))
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			requireFilled(t, field)
		}
	}
}

// The pointers are those of properties that there are.
func TestSetupPointsAtProperties(t *testing.T) {
	known := map[string]bool{}
	for field := range reflect.TypeFor[singlesignon.Section]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known[name] = true
	}
	for _, section := range setupOf(t, "").Sections {
		for i := range section.Providers {
			for _, c := range section.Providers[i].Copy {
				require.True(t, known[c.Property[strings.LastIndexByte(c.Property, '/')+1:]], c.Property)
			}
		}
	}
}

// Each provider is told where its metadata are, or their text; a note that says to make
// one application for each section is not for who refuses the second one.
func TestSetupNotes(t *testing.T) {
	for _, p := range setupOf(t, "").Sections[0].Providers {
		notes := strings.Join(p.Notes, "\n")
		require.Contains(t, notes, "import-metadata", p.Provider)
		require.Equal(t, p.Provider == sso.SetupGoogle, strings.Contains(notes, "duplicate entity id"), p.Provider)
		require.False(t, p.Provider == sso.SetupGoogle && strings.Contains(notes, "one application for each section"))
		require.Equal(t, p.Provider != sso.SetupGoogle, strings.Contains(notes, "CBC mode"), "%s: what encryption needs", p.Provider)
	}
}

// A validator that takes more than the one address would let answers go elsewhere.
func TestSetupValidatorTakesOneAddress(t *testing.T) {
	section := setupOf(t, "").Sections[0]
	var pattern string
	for i := range section.Providers {
		for _, f := range section.Providers[i].Enter {
			if f.Label == "ACS (Consumer) URL Validator" {
				pattern = f.Value
			}
		}
	}
	require.NotEmpty(t, pattern)
	validator, err := regexp.Compile(pattern)
	require.NoError(t, err)
	require.True(t, validator.MatchString(section.ReplyURL))
	for _, other := range []string{
		section.ReplyURL + "/x", "https://evil.example/?" + section.ReplyURL, "https://acmeXexample.com/agentdesktop/sso/redirect",
	} {
		require.False(t, validator.MatchString(other), other)
	}
}

func TestSetupNeedsTheFeature(t *testing.T) {
	_, err := new(sso.Service).Setup(t.Context(), &access.Principal{ContactCenter: models.ContactCenter{Domain: "acme.example.com"}})
	require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
	var refused *models.RefusalError
	require.ErrorAs(t, err, &refused)
	require.Contains(t, refused.Detail, "single_sign_on")
}
