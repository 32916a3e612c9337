package sso_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/sso"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store/storetest"
	"admin-api/validation"
)

func metadataOf(t *testing.T, provider string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../integrations/platform/saml/testdata/metadata", provider+".xml"))
	require.NoError(t, err)
	return string(text)
}

// importer is a world at a time when the certificates of the metadata are good.
func importer(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, storetest.SQLite(t))
	w.clock = time.Date(2030, 3, 1, 12, 0, 0, 0, time.UTC)
	return w
}

func (w *world) imported(in *sso.ImportInput) *sso.Import {
	w.t.Helper()
	if in.Section == "" {
		in.Section = models.SectionAdmin
	}
	out, err := w.ImportMetadata(w.t.Context(), w.admin, in)
	require.NoError(w.t, err)
	return out
}

func codes(out *sso.Import) (all []string) {
	for _, v := range out.Warnings {
		all = append(all, v.Code)
	}
	return all
}

// What is proposed is what the account takes, for every provider.
func TestImport(t *testing.T) {
	w := importer(t)
	w.set.Admin = singlesignon.Section{}
	w.save()
	for name, want := range map[string]string{
		"azure": sso.SetupAzure, "okta": sso.SetupOkta, "adfs": sso.SetupADFS, "google": sso.SetupGoogle,
		"onelogin": sso.SetupOneLogin, "keycloak": sso.SetupGeneric, "simplesamlphp": sso.SetupGeneric,
		"shibboleth": sso.SetupGeneric,
	} {
		t.Run(name, func(t *testing.T) {
			before := *w.account
			out := w.imported(&sso.ImportInput{XML: metadataOf(t, name)})
			require.Equal(t, want, out.Provider)
			require.NotEmpty(t, out.Proposal.SSOURL)
			require.NotEmpty(t, out.Proposal.Certificates)
			require.Len(t, out.Certificates, len(out.Found.Certificates))
			require.Contains(t, codes(out), "metadata_unverified")
			for _, code := range codes(out) {
				require.NotContains(t, []string{"sso_url_pattern", "sso_issuer_pattern", "sso_id_mismatch", "pem_certificate"}, code)
			}

			// Laid over the section, it expects the issuer that the provider has.
			section := singlesignon.Section{
				IdentityProviderSSOURL: out.Proposal.SSOURL, IdentityProviderIssuer: out.Proposal.Issuer,
				IdentityProviderEntityID: out.Proposal.EntityID, IdentityProviderCertificates: out.Proposal.Certificates,
			}
			require.Equal(t, out.Found.EntityID, section.ResponseIssuer())
			require.Len(t, section.SigningCertificates(), len(out.Proposal.Certificates))
			if name == "azure" {
				require.Equal(t, "acme.example.com_sso", out.Proposal.Issuer)
				require.Empty(t, out.Proposal.EntityID)
			}
			live, err := w.db.Account(t.Context(), w.center.ID, w.account.ID)
			require.NoError(t, err)
			require.Equal(t, before.Version, live.Version, "nothing is stored")
		})
	}
}

// What the account trusts and the metadata lack is named.
func TestImportNamesWhatWouldGo(t *testing.T) {
	w := importer(t)
	old := assertiontest.Certificate(t, assertiontest.ForeignKey(), w.clock.AddDate(-1, 0, 0), w.clock.AddDate(1, 0, 0))
	w.set.Admin.IdentityProviderCertificates = []string{pemOf(old)}
	w.save()
	out := w.imported(&sso.ImportInput{XML: metadataOf(t, "okta")})
	require.Contains(t, codes(out), "certificate_would_go")
	require.Contains(t, codes(out), "differs_from_stored")
	require.NotContains(t, out.Proposal.Certificates, pemOf(old))
	for _, c := range out.Certificates {
		require.False(t, c.Stored)
	}

	w.set.Admin.IdentityProviderCertificates = out.Proposal.Certificates
	w.set.Admin.IdentityProviderSSOURL, w.set.Admin.IdentityProviderIssuer = out.Proposal.SSOURL, out.Proposal.Issuer
	w.save()
	same := w.imported(&sso.ImportInput{XML: metadataOf(t, "okta")})
	require.True(t, same.Certificates[0].Stored)
	require.NotContains(t, codes(same), "certificate_would_go")
	require.NotContains(t, codes(same), "differs_from_stored")
}

// What is over is left out while there is something better.
func TestImportSortsCertificates(t *testing.T) {
	w := importer(t)
	at := w.clock
	key := func(from, to time.Time) string {
		return keyOf(assertiontest.Certificate(t, assertiontest.ForeignKey(), from, to).Raw)
	}
	document := func(keys ...string) string {
		return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.acme.test">` +
			`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true">` +
			strings.Join(keys, "") +
			`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.acme.test/sso"/>` +
			`</IDPSSODescriptor></EntityDescriptor>`
	}
	good, over, next := key(at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)), key(at.AddDate(-2, 0, 0), at.AddDate(-1, 0, 0)),
		key(at.AddDate(0, 1, 0), at.AddDate(2, 0, 0))
	out := w.imported(&sso.ImportInput{XML: document(over, good, next)})
	require.Len(t, out.Proposal.Certificates, 2)
	var statuses []string
	for _, c := range out.Certificates {
		statuses = append(statuses, c.Status)
	}
	require.Equal(t, []string{sso.CertificateExpired, sso.CertificateValid, sso.CertificateNotYetValid}, statuses)
	for _, want := range []string{"certificate_left_out", "wants_signed_requests", "post_only", "custom_domain"} {
		require.Contains(t, codes(out), want)
	}

	out = w.imported(&sso.ImportInput{XML: document(over)})
	require.Len(t, out.Proposal.Certificates, 1)
	require.Contains(t, codes(out), "certificate_expired")
}

func TestImportRefuses(t *testing.T) {
	w := importer(t)
	for name, tt := range map[string]struct{ xml, code string }{
		"a web page":         {"<!DOCTYPE html><html></html>", "metadata_web_page"},
		"no XML":             {"hello", "metadata_malformed"},
		"entities":           {`<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>`, "metadata_malformed"},
		"a service provider": {`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>`, "metadata_no_provider"},
	} {
		_, err := w.ImportMetadata(t.Context(), w.admin, &sso.ImportInput{XML: tt.xml, Section: models.SectionAdmin})
		var broken validation.Errors
		require.ErrorAs(t, err, &broken, name)
		require.Equal(t, "/xml", broken[0].Pointer)
		require.Equal(t, tt.code, broken[0].Code, name)
	}
	for name, body := range map[string]string{
		"neither": `{}`, "both": `{"xml":"x","url":"https://x.test/"}`, "plain": `{"url":"http://x.test/"}`,
		"section": `{"xml":"x","section":"other"}`, "unknown": `{"xml":"x","save":true}`,
	} {
		_, err := sso.ReadImport([]byte(body))
		var broken validation.Errors
		require.ErrorAs(t, err, &broken, name)
	}
}

// Microsoft's metadata without the id of an application have certificates that no
// application signs with.
func TestImportFromDirectory(t *testing.T) {
	const at = "https://login.microsoftonline.com/8d1e3c5a-0b47-4f6e-9a2d-7c5b1e3f9a60/federationmetadata/2007-06/federationmetadata.xml"
	for address, want := range map[string]bool{
		"": false, "https://idp.acme.test/metadata": false, at: true, at + "?appid=": true, at + "?other=1": true,
		at + "?appid=6f9b2c1d-3e4a-4b5c-8d7e-9f0a1b2c3d4e": false, at + "?AppId=6f9b2c1d-3e4a-4b5c-8d7e-9f0a1b2c3d4e": false,
	} {
		out := &sso.Import{}
		out.WarnOfAddress(address)
		require.Equal(t, want, hasWarning(out, "/identityProviderCertificates", "certificates_of_directory"), address)
	}
}

// The address is fetched behind the guard, and what comes is bounded and never
// quoted.
func TestImportFetches(t *testing.T) {
	w := importer(t)
	answer := func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/metadata":
			_, _ = rw.Write([]byte(metadataOf(t, "keycloak")))
		case "/large":
			_, _ = rw.Write(bytes.Repeat([]byte("<a/>"), 1<<19))
		case "/elsewhere":
			http.Redirect(rw, r, "https://internal.example/", http.StatusFound)
		default:
			http.Error(rw, "s3cr3t page", http.StatusNotFound)
		}
	}
	server := httptest.NewTLSServer(http.HandlerFunc(answer))
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, []byte(pemOf(server.Certificate())), 0o600))
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	way, err := outbound.New(outbound.Config{ConnectTo: []string{"example.com:443=" + u.Host}, CAFile: ca})
	require.NoError(t, err)
	w.Outbound = way

	out := w.imported(&sso.ImportInput{URL: "https://example.com/metadata"})
	require.NotEmpty(t, out.Found.EntityID)
	for address, code := range map[string]string{
		"https://example.com/missing": "metadata_unreachable", "https://example.com/large": "metadata_too_large",
		"https://example.com/elsewhere": "metadata_unreachable", "https://127.0.0.1/": "metadata_unreachable",
		"https://[::1]/": "metadata_unreachable", "https://169.254.169.254/": "metadata_unreachable",
	} {
		_, err := w.ImportMetadata(t.Context(), w.admin, &sso.ImportInput{URL: address, Section: models.SectionAdmin})
		var broken validation.Errors
		require.ErrorAs(t, err, &broken, address)
		require.Equal(t, code, broken[0].Code, broken[0].Detail)
		require.Equal(t, "/url", broken[0].Pointer)
		require.NotContains(t, broken[0].Detail, "s3cr3t")
	}
}
