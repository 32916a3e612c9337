package sso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/validation"
)

// entityOf is the metadata of a provider with these keys and addresses.
func entityOf(keys, addresses string) string {
	return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:idp">` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` + keys + addresses +
		`</IDPSSODescriptor></EntityDescriptor>`
}

func address(element, binding, location string) string {
	return `<` + element + ` Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-` + binding + `" Location="` + location + `"/>`
}

func signOn(binding, location string) string {
	return address("SingleSignOnService", binding, location)
}

func keyOf(der []byte) string {
	return `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
		base64.StdEncoding.EncodeToString(der) + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`
}

// key is a key descriptor with a certificate that is good.
func (w *world) key() string {
	w.t.Helper()
	x := assertiontest.Certificate(w.t, assertiontest.ForeignKey(), w.clock.AddDate(-1, 0, 0), w.clock.AddDate(1, 0, 0))
	return keyOf(x.Raw)
}

func (w *world) importedXML(xml string) *sso.Import {
	w.t.Helper()
	return w.imported(&sso.ImportInput{XML: xml})
}

// overlay is the stored section of administrators with the proposal laid over it.
func (w *world) overlay(out *sso.Import) *singlesignon.Section {
	w.t.Helper()
	section := w.set.Admin
	text, err := json.Marshal(out.Proposal)
	require.NoError(w.t, err)
	require.NoError(w.t, json.Unmarshal(text, &section))
	return &section
}

// Whatever the metadata hold, the account would take each member of the proposal.
func (w *world) takes(out *sso.Import) {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{"admin": out.Proposal})
	require.NoError(w.t, err)
	c := &validation.Context{Now: w.clock, Domain: w.center.Domain}
	singlesignon.Definition.Decode(text, nil, c)
	require.Empty(w.t, c.Errors())
}

func hasWarning(out *sso.Import, pointer, code string) bool {
	for _, v := range out.Warnings {
		if v.Pointer == pointer && v.Code == code {
			return true
		}
	}
	return false
}

// Browsers are sent to these addresses: what is no https address is never proposed.
func TestImportProposesOnlyGoodAddresses(t *testing.T) {
	w := importer(t)
	w.set.Admin = singlesignon.Section{}
	w.save()
	const good = "https://idp.acme.test/sso"
	for name, bad := range map[string]string{
		"plain": "http://idp.acme.test/sso", "relative": "/sso", "without a scheme": "idp.acme.test/sso",
		"script": "javascript:alert(1)", "data": "data:text/html,x", "file": "file:///etc/passwd",
		"credentials": "https://ann:s3cr3t@idp.acme.test/sso", "no host": "https:///sso", "other host by backslash": `https:\\evil.test`,
	} {
		t.Run(name, func(t *testing.T) {
			out := w.importedXML(entityOf(w.key(),
				signOn("Redirect", bad)+address("SingleLogoutService", "Redirect", bad)))
			require.Empty(t, out.Proposal.SSOURL)
			require.Empty(t, out.Proposal.LogoutURL)
			require.True(t, hasWarning(out, "/identityProviderSsoUrl", "address_left_out"), codes(out))
			require.True(t, hasWarning(out, "/identityProviderLogoutUrl", "address_left_out"), codes(out))
			w.takes(out)
			for _, v := range out.Warnings {
				require.NotContains(t, v.Detail, "s3cr3t")
			}

			out = w.importedXML(entityOf(w.key(), signOn("Redirect", bad)+signOn("POST", good)))
			require.Equal(t, good, out.Proposal.SSOURL, "another address is good")
			require.Contains(t, codes(out), "address_left_out")
			w.takes(out)
		})
	}
}

func TestImportNamesSeveralAddresses(t *testing.T) {
	w := importer(t)
	one, two := signOn("Redirect", "https://idp.acme.test/1"), signOn("Redirect", "https://idp.acme.test/2")
	out := w.importedXML(entityOf(w.key(), one+two+one))
	require.Equal(t, "https://idp.acme.test/1", out.Proposal.SSOURL)
	require.True(t, hasWarning(out, "/identityProviderSsoUrl", "several_addresses"))
	for name, other := range map[string]string{"the same": one, "the other binding": signOn("POST", "https://idp.acme.test/2"), "none": ""} {
		out := w.importedXML(entityOf(w.key(), one+other))
		require.NotContains(t, codes(out), "several_addresses", name)
	}
}

// A proposal is laid over what is stored, where an entity id of before would
// otherwise stay and every sign-in fail.
func TestImportReplacesTheEntityID(t *testing.T) {
	w := importer(t)
	for name, document := range map[string]string{
		"generic": entityOf(w.key(), signOn("Redirect", "https://idp.acme.test/sso")), "azure": metadataOf(t, "azure"),
	} {
		w.set.Admin = w.section()
		w.set.Admin.IdentityProviderEntityID = "urn:before"
		w.save()
		out := w.importedXML(document)
		require.Equal(t, out.Found.EntityID, w.overlay(out).ResponseIssuer(), name)
		require.True(t, hasWarning(out, "/identityProviderEntityId", "differs_from_stored"), name)
		w.takes(out)

		w.set.Admin = *w.overlay(out)
		w.save()
		out = w.importedXML(document)
		require.Equal(t, out.Found.EntityID, w.overlay(out).ResponseIssuer(), name)
		require.NotContains(t, codes(out), "differs_from_stored", name)
	}
}

// An account takes ten certificates: those that are good now come before others.
func TestImportOfManyCertificates(t *testing.T) {
	w := importer(t)
	var keys strings.Builder
	for i := range 12 {
		from := w.clock.AddDate(-1, 0, 0)
		if i < 5 {
			from = w.clock.AddDate(0, 1, 0)
		}
		keys.WriteString(keyOf(assertiontest.Certificate(t, assertiontest.ForeignKey(), from, w.clock.AddDate(0, 0, 300+i)).Raw))
	}
	out := w.importedXML(entityOf(keys.String(), signOn("Redirect", "https://idp.acme.test/sso")))
	require.Len(t, out.Certificates, 12)
	require.Len(t, out.Proposal.Certificates, 10)
	require.Contains(t, codes(out), "certificate_left_out")
	for _, c := range out.Certificates {
		if c.Status == sso.CertificateValid {
			require.Contains(t, out.Proposal.Certificates, pemOf(c.Certificate))
		}
	}
	w.takes(out)
}

// What is no certificate is left out, and never shown.
func TestImportOfBadKeys(t *testing.T) {
	w := importer(t)
	w.set.Admin = singlesignon.Section{}
	w.save()
	weak := weakCertificate(t, w.clock)
	private := privateKey(t)
	out := w.importedXML(entityOf(keyOf(weak)+keyOf(private)+keyOf([]byte("no ASN.1")),
		signOn("Redirect", "https://idp.acme.test/sso")))
	require.Empty(t, out.Proposal.Certificates)
	require.Equal(t, sso.CertificateUnusable, out.Certificates[0].Status)
	for _, want := range []string{"certificate_left_out", "keys_left_out"} {
		require.Contains(t, codes(out), want)
	}
	shown, err := json.Marshal(out.Warnings)
	require.NoError(t, err)
	require.NotContains(t, string(shown), base64.StdEncoding.EncodeToString(private)[:40])
	w.takes(out)
}

func TestImportOfOldMetadata(t *testing.T) {
	w := importer(t)
	text := entityOf(w.key(), signOn("Redirect", "https://idp.acme.test/sso"))
	for until, want := range map[string]bool{"-1h": true, "1h": false} {
		ago, err := time.ParseDuration(until)
		require.NoError(t, err)
		dated := strings.Replace(text, "entityID", `validUntil="`+w.clock.Add(ago).Format(time.RFC3339)+`" entityID`, 1)
		require.Equal(t, want, hasWarning(w.importedXML(dated), "", "metadata_expired"), until)
	}
}

func TestImportWithoutTheFeature(t *testing.T) {
	w := importer(t)
	w.admin.ContactCenter.Features = nil
	_, err := w.ImportMetadata(t.Context(), w.admin, &sso.ImportInput{XML: metadataOf(t, "okta"), Section: models.SectionAdmin})
	require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
}

// weakCertificate has a key of RSA-1024.
func weakCertificate(t *testing.T, at time.Time) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // it has to be refused
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return der
}

func privateKey(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return der
}

// What the metadata say of the binding counts, whatever the address looks like and
// whatever the account had before.
func TestImportProposesTheBinding(t *testing.T) {
	const plain, looks = "https://idp.acme.test/sso", "https://idp.acme.test/saml2/POST/SSO"
	for name, tt := range map[string]struct{ stored, addresses, want, effective string }{
		"by post only":                  {"", signOn("POST", plain), "post", "post"},
		"by post only, as it looks":     {"", signOn("POST", looks), "", "post"},
		"by redirect":                   {"", signOn("Redirect", plain), "", "redirect"},
		"by redirect, unlike its looks": {"", signOn("Redirect", looks), "redirect", "redirect"},
		"by both":                       {"", signOn("POST", plain) + signOn("Redirect", plain), "", "redirect"},
		"post before":                   {"post", signOn("Redirect", plain), "redirect", "redirect"},
		"redirect before":               {"redirect", signOn("POST", plain), "post", "post"},
		"post before and now":           {"post", signOn("POST", plain), "", "post"},
		"no address":                    {"post", "", "", "post"},
	} {
		t.Run(name, func(t *testing.T) {
			w := importer(t)
			w.set.Admin.RequestBinding = tt.stored
			w.save()
			out := w.importedXML(entityOf(w.key(), tt.addresses))
			require.Equal(t, tt.want, out.Proposal.Binding)
			require.Equal(t, tt.effective == "post", w.overlay(out).TakesPost())
			differs := tt.stored != "" && tt.want != ""
			require.Equal(t, differs, hasWarning(out, "/requestBinding", "differs_from_stored"), codes(out))
			w.takes(out)
		})
	}
}
