package saml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/platform/saml"
)

func TestWriteMetadata(t *testing.T) {
	keys, err := saml.ReadMetadata(fixture(t, "adfs"), now)
	require.NoError(t, err)
	provider := &saml.ServiceProvider{
		EntityID:   "acme.example_sso",
		ReplyURLs:  []string{"https://acme.example/agentdesktop/sso/redirect?a=1&b=2", "https://acme.example/admin/sso/redirect"},
		Encryption: keys.Certificates[0],
	}
	got := saml.WriteMetadata(provider)
	require.Equal(t, got, saml.WriteMetadata(provider))
	require.NoError(t, saml.Guard(got, saml.ResponseLimits()), "as strict as for a response")
	readAlike(t, got)
	text := string(got)
	for _, want := range []string{
		`entityID="acme.example_sso"`, `AuthnRequestsSigned="false" WantAssertionsSigned="true"`,
		`Binding="` + saml.BindingPost + `" Location="https://acme.example/agentdesktop/sso/redirect?a=1&amp;b=2" index="0" isDefault="true"`,
		`Location="https://acme.example/admin/sso/redirect" index="1" isDefault="false"`,
	} {
		require.Contains(t, text, want)
	}
	require.Equal(t, 1, strings.Count(text, `<md:KeyDescriptor use="encryption">`))

	// the order of children is that of the schema (saml-schema-metadata-2.0.xsd)
	last := 0
	for _, element := range []string{
		"<md:KeyDescriptor", "<ds:KeyInfo", "<md:EncryptionMethod", "<md:NameIDFormat", "<md:AssertionConsumerService",
	} {
		at := strings.Index(text, element)
		require.Greater(t, at, last, element)
		last = at
	}

	_, err = saml.ReadMetadata(got, now)
	var refused *saml.MetadataError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, saml.MetadataNoEntity, refused.Code, "who takes ours for the provider's is told")
}

// Names cannot change the structure of the document.
func TestWriteMetadataEscapes(t *testing.T) {
	got := saml.WriteMetadata(&saml.ServiceProvider{EntityID: `"><md:X/>`, ReplyURLs: []string{`"/><!--`}})
	require.NoError(t, saml.Guard(got, saml.ResponseLimits()))
	readAlike(t, got)
	require.NotContains(t, string(got), "<md:X")
}
