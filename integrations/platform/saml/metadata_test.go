package saml_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/platform/saml"
)

// now lies in the validity of the certificates under testdata.
var now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// The documents under testdata/metadata are made by hand in the form that each
// product gives its metadata; keys and names are our own.
func TestReadMetadata(t *testing.T) {
	const directory = "8d1e3c5a-0b47-4f6e-9a2d-7c5b1e3f9a60"
	tests := map[string]struct {
		entityID     string
		certificates []string // common names
		signOn       saml.Endpoint
		logout       string
		formats      int
		signed, asks bool
		until        string
	}{
		"azure": {
			entityID: "https://sts.windows.net/" + directory + "/", certificates: []string{"Azure double 2026"},
			signOn: saml.Endpoint{Binding: saml.BindingRedirect, Location: "https://login.microsoftonline.com/" + directory + "/saml2"},
			logout: "https://login.microsoftonline.com/" + directory + "/saml2", signed: true,
		},
		"adfs": {
			entityID:     "http://fs.example.test/adfs/services/trust",
			certificates: []string{"ADFS Signing 1 - fs.example.test", "ADFS Signing 2 - fs.example.test"},
			signOn:       saml.Endpoint{Binding: saml.BindingRedirect, Location: "https://fs.example.test/adfs/ls/"},
			logout:       "https://fs.example.test/adfs/ls/", formats: 3, signed: true,
		},
		"okta": {
			entityID: "http://www.okta.com/exk1a2b3c4D5e6F7g8h9", certificates: []string{"example okta double"},
			signOn: saml.Endpoint{
				Binding:  saml.BindingRedirect,
				Location: "https://example.okta.com/app/example_contactcenter_1/exk1a2b3c4D5e6F7g8h9/sso/saml",
			},
			formats: 2,
		},
		"google": {
			entityID:     "https://accounts.google.com/o/saml2?idpid=C01abc2de",
			certificates: []string{"Google double", "Google double, next"},
			signOn:       saml.Endpoint{Binding: saml.BindingRedirect, Location: "https://accounts.google.com/o/saml2/idp?idpid=C01abc2de"},
			formats:      1, until: "2031-02-03T04:05:06Z",
		},
		"onelogin": {
			entityID:     "https://app.onelogin.com/saml/metadata/7f0c2b9e-1111-4222-8333-944445555666",
			certificates: []string{"OneLogin double"},
			signOn: saml.Endpoint{
				Binding:  saml.BindingRedirect,
				Location: "https://example.onelogin.com/trust/saml2/http-redirect/sso/7f0c2b9e-1111-4222-8333-944445555666",
			},
			logout: "https://example.onelogin.com/trust/saml2/http-redirect/slo/4242", formats: 1,
		},
		"keycloak": {
			entityID: "https://keycloak.example.test/realms/contact-center", certificates: []string{"contact-center"},
			signOn: saml.Endpoint{
				Binding: saml.BindingRedirect, Location: "https://keycloak.example.test/realms/contact-center/protocol/saml",
			},
			logout: "https://keycloak.example.test/realms/contact-center/protocol/saml", formats: 2, asks: true,
		},
		"simplesamlphp": {
			entityID: "https://idp.example.test/simplesaml/idp", certificates: []string{"idp.example.test"},
			signOn: saml.Endpoint{
				Binding:  saml.BindingRedirect,
				Location: "https://idp.example.test/simplesaml/module.php/saml/idp/singleSignOnService",
			},
			logout: "https://idp.example.test/simplesaml/module.php/saml/idp/singleLogout", formats: 1,
		},
		"shibboleth": {
			entityID:     "https://shibboleth.example.test/idp/shibboleth",
			certificates: []string{"shibboleth.example.test back", "shibboleth.example.test front"},
			signOn: saml.Endpoint{
				Binding: saml.BindingRedirect, Location: "https://shibboleth.example.test/idp/profile/SAML2/Redirect/SSO",
			},
			logout: "https://shibboleth.example.test/idp/profile/SAML2/Redirect/SLO", formats: 2,
			until: "2031-01-01T00:00:00Z",
		},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := saml.ReadMetadata(fixture(t, name), now)
			require.NoError(t, err)
			require.Equal(t, want.entityID, m.EntityID)
			require.Equal(t, want.certificates, commonNames(m.Certificates))
			require.Contains(t, m.SignOn, want.signOn)
			require.Equal(t, want.logout != "", len(m.Logout) > 0)
			if want.logout != "" {
				require.Contains(t, m.Logout, saml.Endpoint{Binding: saml.BindingRedirect, Location: want.logout})
			}
			require.Len(t, m.NameIDFormats, want.formats)
			require.Equal(t, want.signed, m.Signed)
			require.Equal(t, want.asks, m.WantsSignedRequests)
			require.Equal(t, want.until, written(m.ValidUntil))
			require.False(t, m.Expired)
			require.Zero(t, m.UnreadableCertificates)
			require.Zero(t, m.KeysWithoutCertificate)
		})
	}
	files, err := filepath.Glob("testdata/metadata/*.xml")
	require.NoError(t, err)
	require.Len(t, files, len(tests), "every document is read")
}

func written(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	document, err := os.ReadFile("testdata/metadata/" + name + ".xml")
	require.NoError(t, err)
	return document
}

func commonNames(certificates []*x509.Certificate) []string {
	var names []string
	for _, c := range certificates {
		names = append(names, c.Subject.CommonName)
	}
	return names
}

const (
	opening = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" `
	roleTag = `<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"`
)

func entity(id string) string {
	return opening + `entityID="` + id + `">` + roleTag + `/></EntityDescriptor>`
}

func group(attributes, content string) string {
	return `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ` + attributes + `>` + content +
		`</EntitiesDescriptor>`
}

func TestReadMetadataRefuses(t *testing.T) {
	own := opening + `entityID="acme.example_sso"><SPSSODescriptor ` +
		`protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></EntityDescriptor>`
	var many strings.Builder
	for i := range 12 {
		many.WriteString(entity(fmt.Sprintf("urn:idp%d:%s", i, strings.Repeat("x", 300))))
	}
	tests := []struct{ name, document, code, detail string }{
		{"web page", "\n<!DOCTYPE html><html><body>Sign in</body></html>", saml.MetadataWebPage, "web page"},
		{"web page without a type", "<HTML><p>Sign in", saml.MetadataWebPage, "web page"},
		{"web page behind comments", "\ufeff\r\n<!-- Copyright --> <!-- > -->\n<!DOCTYPE html>", saml.MetadataWebPage, "web page"},
		{"other XML", `<rss/>`, saml.MetadataForeign, "no metadata of SAML"},
		{"other namespace", `<EntityDescriptor xmlns="urn:x"/>`, saml.MetadataForeign, "no metadata of SAML"},
		{"service provider", own, saml.MetadataNoEntity, "service provider"},
		{"empty group", group("", ""), saml.MetadataNoEntity, "no identity provider"},
		{
			"SAML 1.1 only", strings.Replace(entity("urn:a"), "SAML:2.0:protocol", "SAML:1.1:protocol", 1),
			saml.MetadataNoEntity, "no identity provider",
		},
		{"two", group("", entity("urn:a")+group("", entity("urn:b"))), saml.MetadataSeveral, "2 identity providers; give that of one: urn:a, urn:b"},
		{"many", group("", many.String()), saml.MetadataSeveral, ", ..."},
		{"no entity id", entity(""), saml.MetadataIncorrect, "entity id"},
		{"long entity id", entity(strings.Repeat("x", 1025)), saml.MetadataIncorrect, "entity id"},
		{"no time", group(`validUntil="tomorrow"`, entity("urn:a")), saml.MetadataIncorrect, "validUntil"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := saml.ReadMetadata([]byte(tt.document), now)
			var refused *saml.MetadataError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tt.code, refused.Code)
			require.Contains(t, refused.Detail, tt.detail)
			require.Less(t, len(refused.Detail), 3000)
		})
	}
	for name, document := range map[string]string{
		"json": `{"issuer":"x"}`, "nothing": "", "doctype": `<!DOCTYPE x [<!ENTITY a "b">]>` + entity("&a;"),
		"too large": entity("urn:a") + strings.Repeat(" ", 1<<20),
		"too deep":  strings.Repeat("<a>", 50),
	} {
		_, err := saml.ReadMetadata([]byte(document), now)
		var refused *saml.GuardError
		require.ErrorAs(t, err, &refused, name)
	}
}

func TestReadMetadataDetails(t *testing.T) {
	role := func(content string) *saml.Metadata {
		t.Helper()
		m, err := saml.ReadMetadata([]byte(opening+`entityID=" urn:a ">`+roleTag+`>`+content+`</IDPSSODescriptor></EntityDescriptor>`), now)
		require.NoError(t, err)
		return m
	}
	m := role(`<KeyDescriptor/><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>` +
		`<X509Certificate>bm90IGE=</X509Certificate><X509Certificate>%</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
		`<KeyDescriptor use="encryption"/><SingleSignOnService Binding="` + saml.BindingPost + `" Location=" https://a.example/post "/>` +
		`<SingleSignOnService Binding="` + saml.BindingPost + `"/>`)
	require.Equal(t, "urn:a", m.EntityID)
	require.Equal(t, 1, m.KeysWithoutCertificate)
	require.Equal(t, 2, m.UnreadableCertificates)
	require.Equal(t, []saml.Endpoint{{Binding: saml.BindingPost, Location: "https://a.example/post"}}, m.SignOn)

	_, err := saml.ReadMetadata([]byte("\ufeff\r\n <?xml version=\"1.0\"?>"+entity("urn:a")), now)
	require.NoError(t, err, "pasted with white space in front")
}

// A certificate is read with the lines of PEM around it, too, and where those were
// encoded along with it.
func TestReadMetadataPEM(t *testing.T) {
	document := fixture(t, "okta")
	want, err := saml.ReadMetadata(document, now)
	require.NoError(t, err)
	block := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: want.Certificates[0].Raw}))
	for _, text := range []string{block, "\n  " + strings.ReplaceAll(block, "\n", "\n  "), base64.StdEncoding.EncodeToString([]byte(block))} {
		pasted := regexp.MustCompile(`(?s)(X509Certificate>).*?(</)`).ReplaceAll(document, []byte("${1}"+text+"${2}"))
		got, err := saml.ReadMetadata(pasted, now)
		require.NoError(t, err)
		require.Equal(t, commonNames(want.Certificates), commonNames(got.Certificates))
		require.Zero(t, got.UnreadableCertificates)
	}
}

func TestReadMetadataValidity(t *testing.T) {
	tests := []struct {
		name, outer, inner string
		want               string
		expired            bool
	}{
		{"none", "", "", "", false},
		{"inner", "", "2030-06-01T00:00:00Z", "2030-06-01T00:00:00Z", false},
		{"earliest", "2030-05-01T00:00:00+02:00", "2030-06-01T00:00:00Z", "2030-04-30T22:00:00Z", false},
		{"without a zone", "2030-05-01T00:00:00.5", "", "2030-05-01T00:00:00Z", false},
		{"over", "2029-12-31T23:59:59Z", "2030-06-01T00:00:00Z", "2029-12-31T23:59:59Z", true},
		{"this moment", "", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inner := strings.Replace(entity("urn:a"), "entityID", `validUntil="`+tt.inner+`" entityID`, 1)
			m, err := saml.ReadMetadata([]byte(group(`validUntil="`+tt.outer+`"`, inner)), now)
			require.NoError(t, err)
			require.Equal(t, tt.want, written(m.ValidUntil.Truncate(time.Second)))
			require.Equal(t, tt.expired, m.Expired)
		})
	}
}

// Metadata is read without a panic, and what is read is within bounds.
func FuzzReadMetadata(f *testing.F) {
	files, err := filepath.Glob("testdata/metadata/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatal("no documents to begin with")
	}
	for _, name := range files {
		document, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(document)
	}
	f.Add([]byte(group(`validUntil="2030-01-01T00:00:00Z"`, entity("urn:a"))))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := saml.ReadMetadata(document, now)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		require.NotEmpty(t, m.EntityID)
		require.Equal(t, strings.TrimSpace(m.EntityID), m.EntityID)
		require.True(t, bytes.Contains(document, []byte("IDPSSODescriptor")))
		for _, e := range append(m.SignOn, m.Logout...) {
			require.NotEmpty(t, e.Location)
		}
		require.LessOrEqual(t, len(m.Certificates), 50)
	})
}
