package singlesignon

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"admin-api/integrations"
	"admin-api/integrations/platform/saml"
)

// compare looks whether the provider signs with certificates that the account lacks.
// Whatever it finds is a warning: the provider may publish a certificate long before
// it uses it.
func (v *visit) compare(ctx context.Context) {
	address := v.metadataURL()
	if address == "" {
		return
	}
	found, err := v.metadata(ctx, address)
	if err != nil {
		v.session.Warn(v.prefix+stepMetadata, metadataUnreadable.Failure())
		return
	}
	ours := v.SigningCertificates()
	known := func(x *x509.Certificate) bool { return slices.ContainsFunc(ours, x.Equal) }
	current := slices.DeleteFunc(found.Certificates, func(x *x509.Certificate) bool {
		return v.session.Now().After(x.NotAfter)
	})
	switch {
	case len(current) > 0 && !slices.ContainsFunc(current, known):
		v.session.Warn(v.prefix+stepCertificates, rolledOver.Failure())
	case slices.ContainsFunc(current, func(x *x509.Certificate) bool { return !known(x) }):
		v.session.Warn(v.prefix+stepCertificates, certificateMissing.Failure())
	default:
		_ = v.session.Step(v.prefix+stepCertificates, func() error { return nil })
	}
	if found.EntityID != v.ResponseIssuer() {
		v.session.Warn(v.prefix+stepIssuer, issuerDiffers.Failure())
	}
}

// metadata reads those at the address, which may be larger than a page: AD FS's are.
func (v *visit) metadata(ctx context.Context, address string) (*saml.Metadata, error) {
	answer, err := v.session.Exchange(ctx, integrations.Request{
		Method: http.MethodGet, URL: address, MaxBytes: int64(saml.MetadataLimits().Bytes),
		Header: http.Header{"Accept": {"application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"}},
	})
	if err != nil {
		return nil, err
	}
	if f := answer.Failure(); f != nil {
		return nil, f
	}
	return saml.ReadMetadata(answer.Body, v.session.Now())
}

var (
	oktaApplication  = regexp.MustCompile(`^/app/[^/]+/([A-Za-z0-9]+)/sso/saml$`)
	oneLoginMetadata = patterns[OneLogin].issuer
)

// metadataURL is where the provider publishes the certificates of the application, as
// far as the values tell; empty otherwise. That of Azure needs the id of the
// application, which nobody enters here: without it the document has the certificates
// of the directory, and an enterprise application signs with one of its own
// (https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata).
// Google publishes none.
func (v *visit) metadataURL() string {
	u, err := url.Parse(v.IdentityProviderSSOURL)
	if err != nil || u.Scheme != "https" {
		return ""
	}
	origin := "https://" + u.Host
	switch ProviderOf(v.IdentityProviderSSOURL) {
	case Okta:
		if id := oktaApplication.FindStringSubmatch(u.Path); id != nil {
			return origin + "/app/" + id[1] + "/sso/saml/metadata"
		}
	case ADFS:
		return origin + "/FederationMetadata/2007-06/FederationMetadata.xml"
	case OneLogin:
		if oneLoginMetadata.MatchString(v.IdentityProviderIssuer) {
			return v.IdentityProviderIssuer
		}
	}
	return ""
}
