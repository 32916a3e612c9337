package sso

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/integrations"
	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/validation"
)

// mostProposed is how many certificates a section of the account takes.
const mostProposed = 10

// propose fills in what follows from the metadata. The proposal is meant to be laid
// over the stored section: members that it lacks stay as they are.
func (s *Service) propose(ctx context.Context, p *access.Principal, out *Import) error {
	stored := &settings{}
	if set, err := s.settingsOf(ctx, Place{Center: &p.ContactCenter, Section: out.Section}); err == nil {
		stored = set
	} else if _, refused := errors.AsType[*Error](err); !refused {
		return err
	}
	domain, now := p.ContactCenter.Domain, s.now()
	signOn := out.choose("identityProviderSsoUrl", out.Found.SignOn)
	out.Proposal.SSOURL = signOn.Location
	out.Proposal.LogoutURL = out.choose("identityProviderLogoutUrl", out.Found.Logout).Location
	out.Provider = setupProvider(singlesignon.ProviderOf(signOn.Location))
	out.proposeBinding(stored, signOn)
	out.proposeNames(stored, domain)
	out.sort(stored, now)
	out.proposeCertificates()
	out.judge(domain, now)
	out.compare(stored)
	out.warnOfMetadata(signOn)
	return nil
}

// choose returns the endpoint whose address the account takes: one for HTTP-Redirect,
// else one for HTTP-POST, in the order of the document. Browsers are sent there, so
// an address that the rules refuse is never proposed. It is not quoted either: it may
// hold a password.
func (out *Import) choose(member string, endpoints []saml.Endpoint) saml.Endpoint {
	var good []saml.Endpoint
	refused := 0
	for _, binding := range []string{saml.BindingRedirect, saml.BindingPost} {
		for _, e := range endpoints {
			switch {
			case e.Binding != binding:
			case len(out.objections(member, e.Location)) > 0:
				refused++
			default:
				good = append(good, e)
			}
		}
	}
	if refused > 0 {
		out.warn("/"+member, "address_left_out",
			"Addresses of the metadata were left out, as the account takes no such address: "+strconv.Itoa(refused)+
				". It must be an absolute https address without a user name.")
	}
	if len(good) == 0 {
		return saml.Endpoint{}
	}
	differs := func(e saml.Endpoint) bool { return e.Binding == good[0].Binding && e.Location != good[0].Location }
	if slices.ContainsFunc(good, differs) {
		out.warn("/"+member, "several_addresses",
			"The metadata give several addresses of this kind, and the first is proposed; see that it is the right one.")
	}
	return good[0]
}

// objections are what the rules of the account have against one value. The section
// is off, so that nothing is missing and no date is judged.
func (out *Import) objections(member string, value any) validation.Errors {
	c := &validation.Context{}
	text, _ := json.Marshal(map[string]any{out.Section: map[string]any{member: value}}) //nolint:errchkjson // texts only
	singlesignon.Definition.Decode(text, nil, c)
	return c.Errors()
}

// proposeNames sets the issuer, which for Azure is our own name, and the provider's
// entity id where the section would expect another one with the proposal laid over
// it: the entity id of a provider before would stay there.
func (out *Import) proposeNames(stored *settings, domain string) {
	out.Proposal.Issuer = out.Found.EntityID
	if out.Provider == SetupAzure {
		out.Proposal.Issuer = singlesignon.EntityID(domain)
	}
	section := stored.Section
	section.IdentityProviderIssuer = out.Proposal.Issuer
	if out.Proposal.SSOURL != "" {
		section.IdentityProviderSSOURL = out.Proposal.SSOURL
	}
	if section.ResponseIssuer() != out.Found.EntityID {
		out.Proposal.EntityID = out.Found.EntityID
	}
}

// proposeBinding says how requests are sent where the section, with the proposal laid
// over it, would send them otherwise than the address takes them.
func (out *Import) proposeBinding(stored *settings, signOn saml.Endpoint) {
	if signOn.Location == "" {
		return
	}
	section := stored.Section
	section.IdentityProviderSSOURL = signOn.Location
	post := signOn.Binding == saml.BindingPost
	switch {
	case section.TakesPost() == post:
	case post:
		out.Proposal.Binding = singlesignon.RequestByPost
	default:
		out.Proposal.Binding = singlesignon.RequestByRedirect
	}
}

// sort judges the certificates, each by itself.
func (out *Import) sort(stored *settings, now time.Time) {
	known := stored.SigningCertificates()
	for _, x := range out.Found.Certificates {
		one := ImportedCertificate{Certificate: x, Status: CertificateValid, Stored: slices.ContainsFunc(known, x.Equal)}
		against := out.objections("identityProviderCertificates", []string{validation.EncodeCertificate(x.Raw)})
		switch {
		case len(against) > 0:
			one.Status = CertificateUnusable
			out.leaveOut(x, "cannot be used: "+against[0].Detail)
		case now.After(x.NotAfter):
			one.Status = CertificateExpired
		case now.Before(x.NotBefore):
			one.Status = CertificateNotYetValid
		}
		out.Certificates = append(out.Certificates, one)
	}
}

// proposeCertificates takes as many as the account does, in the order of the
// document; those that are good now go before those that will be, and those that are
// over are left out while there are others.
func (out *Import) proposeCertificates() {
	chosen := map[int]bool{}
	choose := func(status string) {
		for i, one := range out.Certificates {
			if one.Status == status && len(chosen) < mostProposed {
				chosen[i] = true
			}
		}
	}
	choose(CertificateValid)
	choose(CertificateNotYetValid)
	if len(chosen) == 0 {
		choose(CertificateExpired)
	}
	for i, one := range out.Certificates {
		switch {
		case chosen[i]:
			out.Proposal.Certificates = append(out.Proposal.Certificates, validation.EncodeCertificate(one.Certificate.Raw))
		case one.Status == CertificateUnusable: // that was said
		case one.Status == CertificateExpired:
			out.leaveOut(one.Certificate, "expired on "+one.Certificate.NotAfter.UTC().Format(time.DateOnly)+".")
		default:
			out.leaveOut(one.Certificate, "is one too many: a section takes "+strconv.Itoa(mostProposed)+".")
		}
	}
}

func (out *Import) leaveOut(x *x509.Certificate, why string) {
	out.warn("/identityProviderCertificates", "certificate_left_out", "Left out: the certificate "+named(x)+" "+why)
}

// named tells people which certificate is meant.
func named(x *x509.Certificate) string {
	const longest = 200
	subject := []rune(x.Subject.String())
	short := strconv.Quote(string(subject[:min(len(subject), longest)]))
	return short + ", SHA-256 " + integrations.CertificateFacts(x).SHA256 + ","
}

// judge holds the proposal as a whole against the rules of the account, as if the
// section were switched on. What they find is a warning.
func (out *Import) judge(domain string, now time.Time) {
	section := struct {
		Proposal
		Enabled bool `json:"enabled"`
	}{out.Proposal, true}
	c := &validation.Context{Now: now, Domain: domain}
	text, _ := json.Marshal(map[string]any{out.Section: section}) //nolint:errchkjson // texts can always be encoded
	singlesignon.Definition.Decode(text, nil, c)
	for _, v := range slices.Concat(c.Errors(), c.Warnings()) {
		if pointer, ours := strings.CutPrefix(v.Pointer, "/"+out.Section); ours && pointer != "/enabled" {
			v.Pointer = pointer
			if v.Code == "required" {
				v.Detail = "The metadata have none that the account takes; what the account has stays, or enter it by hand."
			}
			out.Warnings = append(out.Warnings, v)
		}
	}
}

// compare says what would change in a section that has values already.
func (out *Import) compare(stored *settings) {
	expected := stored.IdentityProviderEntityID
	if stored.IdentityProviderIssuer == out.Proposal.Issuer { // else the issuer tells
		expected = stored.ResponseIssuer()
	}
	for _, one := range []struct{ member, what, now, proposed string }{
		{"identityProviderSsoUrl", "sign-in address", stored.IdentityProviderSSOURL, out.Proposal.SSOURL},
		{"identityProviderIssuer", "issuer", stored.IdentityProviderIssuer, out.Proposal.Issuer},
		{"identityProviderEntityId", "entity id of the provider", expected, out.Found.EntityID},
		{"identityProviderLogoutUrl", "logout address", stored.IdentityProviderLogoutURL, out.Proposal.LogoutURL},
		{"requestBinding", "binding of requests", stored.RequestBinding, out.Proposal.Binding},
	} {
		if one.now != "" && one.proposed != "" && one.now != one.proposed {
			out.warn("/"+one.member, "differs_from_stored", "The account has another "+one.what+": "+strconv.Quote(one.now)+".")
		}
	}
	if len(out.Proposal.Certificates) == 0 {
		return // those of the account stay
	}
	for _, x := range stored.SigningCertificates() {
		if !slices.Contains(out.Proposal.Certificates, validation.EncodeCertificate(x.Raw)) {
			out.warn("/identityProviderCertificates", "certificate_would_go", "The account trusts a certificate that "+
				"the proposal lacks: "+named(x)+" and it would go. Keep it in the list while the provider may still sign with it.")
		}
	}
}

// warnOfMetadata says what in the document itself deserves a look.
func (out *Import) warnOfMetadata(signOn saml.Endpoint) {
	found := out.Found
	if found.Expired {
		out.warn("", "metadata_expired", "The document says that it was valid until "+
			found.ValidUntil.UTC().Format(time.RFC3339)+"; get it anew.")
	}
	if found.WantsSignedRequests {
		out.warn("", "wants_signed_requests",
			"The provider wants requests to be signed, which is not done here; switch that off for this application. "+
				"In Keycloak that is Client signature required, on the tab Keys of the client; its metadata always say so.")
	}
	if signOn.Binding == saml.BindingPost {
		out.warn("/identityProviderSsoUrl", "post_only",
			"The provider takes requests by HTTP-POST only, and with the proposal they are sent so.")
	}
	if n := found.UnreadableCertificates + found.KeysWithoutCertificate; n > 0 {
		out.warn("/identityProviderCertificates", "keys_left_out",
			strconv.Itoa(n)+" keys of the document hold no certificate that can be read, and were left out.")
	}
	out.warn("", "metadata_unverified",
		"Nobody has verified that the document is the provider's. "+
			"Compare the certificate's fingerprint with what the provider shows.")
}

// warnOfAddress looks at where the document was. Microsoft answers without the id of
// an application as well, with the certificates of the directory, and an enterprise
// application signs with one of its own
// (https://learn.microsoft.com/en-us/entra/identity-platform/federation-metadata).
func (out *Import) warnOfAddress(address string) {
	u, err := url.Parse(address)
	if err != nil || singlesignon.ProviderOf(address) != singlesignon.Azure {
		return
	}
	for name, values := range u.Query() {
		if strings.EqualFold(name, "appid") && values[0] != "" {
			return
		}
	}
	out.warn("/identityProviderCertificates", "certificates_of_directory",
		"The address names no application, so these are the certificates of the directory, and the enterprise application "+
			"signs with one of its own. Give its App Federation Metadata Url, which ends in ?appid= and an id.")
}

func (out *Import) warn(pointer, code, detail string) {
	out.Warnings = append(out.Warnings, validation.Violation{Pointer: pointer, Code: code, Detail: detail})
}
