//go:build full

package identity_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
)

const (
	spName  = "acme.example_sso"
	spReply = "https://acme.example/agentdesktop/sso/redirect"

	spMetadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + spName + `">` +
		`<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="` + spReply +
		`" index="0"/></SPSSODescriptor></EntityDescriptor>`
)

// request is the address of a sign-in that a service provider asks for.
func request(t *testing.T, at string) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	require.NoError(t, err)
	_, err = w.Write([]byte(`<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" ` +
		`IssueInstant="` + time.Now().UTC().Format(time.RFC3339) + `" Destination="` + at + `" AssertionConsumerServiceURL="` + spReply + `">` +
		`<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` + spName + `</Issuer></p:AuthnRequest>`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return at + "?" + url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(packed.Bytes())}, "RelayState": {"r1"}}.Encode()
}

func TestSimpleSAMLphp(t *testing.T) {
	p := identity.StartSimpleSAMLphp(t, identity.NewAuthority(t), "idp.example.net")
	p.Set(t, func(s *identity.Settings) {
		s.ServiceProviders = []string{spMetadata}
		s.People = map[string]identity.Person{"ann": {Password: "p", Attributes: map[string][]string{"uid": {"ann"}}}}
	})
	require.Contains(t, p.Metadata(t), p.EntityID())

	for name, start := range map[string]string{
		"asked for": request(t, p.SignOnURL()), "initiated": p.InitiatedURL(spName, spReply),
	} {
		t.Run(name, func(t *testing.T) {
			got := p.SignIn(t, start, "ann")
			require.Equal(t, spReply, got.Action)
			text, err := base64.StdEncoding.DecodeString(got.Fields.Get("SAMLResponse"))
			require.NoError(t, err)
			require.Contains(t, string(text), ">ann</saml:NameID>")
		})
	}

	p.Set(t, func(s *identity.Settings) { s.ClockOff = -10 * time.Minute })
	got := p.SignIn(t, p.InitiatedURL(spName, spReply), "ann")
	text, err := base64.StdEncoding.DecodeString(got.Fields.Get("SAMLResponse"))
	require.NoError(t, err)
	instant := regexp.MustCompile(`IssueInstant="([^"]+)"`).FindStringSubmatch(string(text))
	require.Len(t, instant, 2)
	issued, err := time.Parse(time.RFC3339, instant[1])
	require.NoError(t, err)
	require.WithinDuration(t, time.Now().Add(-10*time.Minute), issued, time.Minute)
}

func TestLasso(t *testing.T) {
	l := &identity.Lasso{
		EntityID: "https://idp.example.org/", URL: "https://idp.example.org/sso", Signer: identity.NewSigner(t, time.Hour),
		ServiceProvider: spMetadata, Audience: spName,
	}
	require.Contains(t, l.Metadata(t), `entityID="https://idp.example.org/"`)
	for name, start := range map[string]string{"asked for": request(t, l.URL), "initiated": ""} {
		t.Run(name, func(t *testing.T) {
			got := l.SignIn(t, start, "bob", map[string][]string{"FirstName": {"Bob <&>"}})
			require.Equal(t, spReply, got.Action)
			text, err := base64.StdEncoding.DecodeString(got.Fields.Get("SAMLResponse"))
			require.NoError(t, err)
			require.Contains(t, string(text), ">bob</saml:NameID>")
		})
	}
}

func TestDialects(t *testing.T) {
	by := identity.NewSigner(t, time.Hour)
	for _, dialect := range identity.Dialects(t) {
		t.Run(dialect, func(t *testing.T) {
			what := identity.Saying{
				Issuer: "https://idp.example.org/", Audience: spName, Reply: spReply, InResponseTo: "_1", NameID: "cid",
			}
			document := identity.Say(t, dialect, by, what)
			require.NotContains(t, document, "SignatureValue/>")
			require.Contains(t, document, ">cid</")
			what.EncryptFor, what.Cipher = by.PEM, "aes256-gcm"
			require.NotContains(t, identity.Say(t, dialect, by, what), ">cid</")
		})
	}
}
