package sso

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/outbound"
	"admin-api/validation"
)

// Import is what the metadata of an identity provider say, and what the account
// could take over from them.
type Import struct {
	Section string
	// Provider is one of SetupProviders, told by the address.
	Provider string
	Found    *saml.Metadata
	// Certificates are those of Found, each with what it is good for.
	Certificates []ImportedCertificate
	// Proposal has the members that metadata decide, and no others.
	Proposal Proposal
	// Warnings are about the proposal, by pointers into it.
	Warnings validation.Errors
}

// ImportedCertificate is one of the provider's.
type ImportedCertificate struct {
	Certificate *x509.Certificate
	// Status is "valid", "expired", "not-yet-valid" or "unusable".
	Status string
	// Stored: the account's section has it already.
	Stored bool
}

// What a certificate is good for.
const (
	CertificateValid       = "valid"
	CertificateExpired     = "expired"
	CertificateNotYetValid = "not-yet-valid"
	CertificateUnusable    = "unusable"
)

// Proposal are members of a section. What switches something on or off is never
// among them: that is for an administrator to decide.
type Proposal struct {
	SSOURL       string   `json:"identityProviderSsoUrl,omitempty"`
	Issuer       string   `json:"identityProviderIssuer,omitempty"`
	Certificates []string `json:"identityProviderCertificates,omitempty"`
	EntityID     string   `json:"identityProviderEntityId,omitempty"`
	LogoutURL    string   `json:"identityProviderLogoutUrl,omitempty"`
}

// ImportMetadata reads the metadata of an identity provider, says what it found, and
// proposes properties for a section. Nothing is stored. The document proves nothing
// of itself, signed or not: somebody has to look at what is proposed. Metadata that
// cannot be had or read are validation.Errors.
func (s *Service) ImportMetadata(ctx context.Context, p *access.Principal, in *ImportInput) (*Import, error) {
	document, pointer := []byte(in.XML), "/xml"
	if in.URL != "" {
		pointer = "/url"
		var err error
		if document, err = s.fetch(ctx, in.URL); err != nil {
			return nil, err
		}
	}
	found, err := saml.ReadMetadata(document, s.now())
	if err != nil {
		return nil, unreadable(pointer, err)
	}
	out := &Import{Section: in.Section, Found: found}
	if err := s.propose(ctx, p, out); err != nil {
		return nil, err
	}
	return out, nil
}

// fetch gets a document behind the guard of what may be reached. Redirects lead no
// further than the same host. An answer that is refused is never quoted.
func (s *Service) fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, unreached("The address cannot be used.")
	}
	request.Header.Set("Accept", "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1")
	request.Header.Set("User-Agent", "admin-api")
	answer, err := s.Outbound.Do(request, outbound.WithMaxBytes(int64(saml.MetadataLimits().Bytes)))
	if err != nil {
		return nil, failedFetch(ctx, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, unreached("The server there answered HTTP " + strconv.Itoa(answer.StatusCode) + ".")
	}
	document, err := s.Outbound.ReadAll(answer.Body)
	if err != nil {
		return nil, failedFetch(ctx, err)
	}
	return document, nil
}

func failedFetch(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("fetch metadata: %w", ctx.Err())
	}
	switch kind := outbound.KindOf(err); kind {
	case outbound.TooLarge:
		return validation.Errors{{
			Pointer: "/url", Code: "metadata_too_large", Detail: "The document is larger than 1 MiB; give the provider's own part of it.",
		}}
	default:
		return unreached("It could not be reached: " + kind.Text() + ".")
	}
}

func unreached(why string) error {
	return validation.Errors{{
		Pointer: "/url", Code: "metadata_unreachable",
		Detail: why + " Open the address in a browser, or download the document there and send it as xml.",
	}}
}

// unreadable says what the reader found wrong.
func unreadable(pointer string, err error) error {
	v := validation.Violation{Pointer: pointer, Code: "metadata_malformed", Detail: "Is no metadata document that can be read."}
	if bad, ok := errors.AsType[*saml.MetadataError](err); ok {
		v.Code, v.Detail = bad.Code, "Holds no metadata of an identity provider: "+bad.Detail+"."
	}
	if bad, ok := errors.AsType[*saml.GuardError](err); ok {
		v.Detail = "Cannot be read: " + strings.TrimSuffix(bad.Detail, ".") + "."
		v.Params = map[string]any{"reason": bad.Code}
	}
	return validation.Errors{v}
}

// propose fills in what follows from the metadata.
func (s *Service) propose(ctx context.Context, p *access.Principal, out *Import) error {
	found := out.Found
	stored := &settings{}
	if set, err := s.settingsOf(ctx, Place{Center: &p.ContactCenter, Section: out.Section}); err == nil {
		stored = set
	} else if _, refused := errors.AsType[*Error](err); !refused {
		return err
	}
	endpoint, hasEndpoint := found.SignOnEndpoint()
	if hasEndpoint {
		out.Proposal.SSOURL = endpoint.Location
	}
	if logout, ok := found.LogoutEndpoint(); ok {
		out.Proposal.LogoutURL = logout.Location
	}
	out.Provider = setupProvider(singlesignon.ProviderOf(out.Proposal.SSOURL))
	out.proposeNames(p.ContactCenter.Domain)
	out.sort(stored, s.now())
	out.judge(p.ContactCenter.Domain, s.now())
	out.compare(stored)
	out.warnOfMetadata(endpoint, hasEndpoint)
	return nil
}

// proposeNames sets the issuer, which for Azure is our own name, and the provider's
// entity id where the issuer alone would lead to another one.
func (out *Import) proposeNames(domain string) {
	out.Proposal.Issuer = out.Found.EntityID
	if out.Provider == SetupAzure {
		out.Proposal.Issuer = singlesignon.EntityID(domain)
	}
	section := singlesignon.Section{
		IdentityProviderSSOURL: out.Proposal.SSOURL, IdentityProviderIssuer: out.Proposal.Issuer,
	}
	if section.ResponseIssuer() != out.Found.EntityID {
		out.Proposal.EntityID = out.Found.EntityID
	}
}

// sort judges the certificates. Those that are over are left out of the proposal
// while there are others.
func (out *Import) sort(stored *settings, now time.Time) {
	known := stored.SigningCertificates()
	alive := false
	for _, x := range out.Found.Certificates {
		one := ImportedCertificate{Certificate: x, Status: CertificateValid, Stored: slices.ContainsFunc(known, x.Equal)}
		switch {
		case now.After(x.NotAfter):
			one.Status = CertificateExpired
		case now.Before(x.NotBefore):
			one.Status = CertificateNotYetValid
		}
		alive = alive || one.Status != CertificateExpired
		out.Certificates = append(out.Certificates, one)
	}
	for i := range out.Certificates {
		one := &out.Certificates[i]
		if one.Status == CertificateExpired && alive {
			out.warn("/identityProviderCertificates", "certificate_left_out",
				"A certificate of the metadata expired on "+one.Certificate.NotAfter.UTC().Format(time.DateOnly)+" and was left out.")
			continue
		}
		out.Proposal.Certificates = append(out.Proposal.Certificates, encodePEM(one.Certificate))
	}
}

func encodePEM(x *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: x.Raw}))
}

// judge holds the proposal against the rules of the account. A certificate that they
// refuse is left out; what else they find is a warning.
func (out *Import) judge(domain string, now time.Time) {
	c := out.verdict(domain, now)
	at := "/" + out.Section + "/identityProviderCertificates/"
	var kept []string
	for i, text := range out.Proposal.Certificates {
		broken := slices.IndexFunc(c.Errors(), func(v validation.Violation) bool { return v.Pointer == at+strconv.Itoa(i) })
		if broken < 0 {
			kept = append(kept, text)
			continue
		}
		out.warn("/identityProviderCertificates", "certificate_left_out",
			"A certificate of the metadata cannot be used and was left out: "+c.Errors()[broken].Detail)
		out.unusable(text)
	}
	if len(kept) < len(out.Proposal.Certificates) {
		out.Proposal.Certificates = kept
		c = out.verdict(domain, now)
	}
	for _, v := range slices.Concat(c.Errors(), c.Warnings()) {
		if pointer, ours := strings.CutPrefix(v.Pointer, "/"+out.Section); ours && pointer != "/enabled" {
			v.Pointer = pointer
			out.Warnings = append(out.Warnings, v)
		}
	}
}

func (out *Import) unusable(text string) {
	for i := range out.Certificates {
		if encodePEM(out.Certificates[i].Certificate) == text {
			out.Certificates[i].Status = CertificateUnusable
		}
	}
}

// verdict is what the rules say of a section with the proposal that is switched on.
func (out *Import) verdict(domain string, now time.Time) *validation.Context {
	c := &validation.Context{Now: now, Domain: domain}
	section := struct {
		Proposal
		Enabled bool `json:"enabled"`
	}{out.Proposal, true}
	text, _ := json.Marshal(map[string]any{out.Section: section}) //nolint:errchkjson // texts can always be encoded
	singlesignon.Definition.Decode(text, nil, c)
	return c
}

// compare says what would change in a section that has values already.
func (out *Import) compare(stored *settings) {
	for _, one := range []struct{ member, what, now, proposed string }{
		{"identityProviderSsoUrl", "sign-in address", stored.IdentityProviderSSOURL, out.Proposal.SSOURL},
		{"identityProviderIssuer", "issuer", stored.IdentityProviderIssuer, out.Proposal.Issuer},
	} {
		if one.now != "" && one.now != one.proposed {
			out.warn("/"+one.member, "differs_from_stored", "The account has another "+one.what+": "+strconv.Quote(one.now)+".")
		}
	}
	for _, x := range stored.SigningCertificates() {
		if slices.Contains(out.Proposal.Certificates, encodePEM(x)) {
			continue
		}
		out.warn("/identityProviderCertificates", "certificate_would_go",
			"The account trusts a certificate that the proposal lacks: "+strconv.Quote(x.Subject.String())+", SHA-256 "+
				certificateOf(x).SHA256+". Keep it in the list while the provider may still sign with it.")
	}
}

// warnOfMetadata says what in the document itself deserves a look.
func (out *Import) warnOfMetadata(endpoint saml.Endpoint, hasEndpoint bool) {
	found := out.Found
	if found.Expired {
		out.warn("", "metadata_expired", "The document says that it was valid until "+
			found.ValidUntil.UTC().Format(time.RFC3339)+"; get it anew.")
	}
	if found.WantsSignedRequests {
		out.warn("", "wants_signed_requests",
			"The provider wants requests to be signed, which is not done here; switch that off for this application.")
	}
	if hasEndpoint && endpoint.Binding == saml.BindingPost {
		out.warn("/identityProviderSsoUrl", "post_only", "The provider takes requests by HTTP-POST only.")
		section := singlesignon.Section{IdentityProviderSSOURL: endpoint.Location}
		if !section.TakesPost() {
			out.Warnings[len(out.Warnings)-1].Detail += " Requests to this address will be sent by HTTP-Redirect all the same; " +
				"try that with a test sign-in."
		}
	}
	if n := found.UnreadableCertificates + found.KeysWithoutCertificate; n > 0 {
		out.warn("/identityProviderCertificates", "keys_left_out",
			strconv.Itoa(n)+" keys of the document hold no certificate that can be read, and were left out.")
	}
	out.warn("", "metadata_unverified",
		"Nobody has verified that the document is the provider's. Compare the certificate's fingerprint with what the provider shows.")
}

func (out *Import) warn(pointer, code, detail string) {
	out.Warnings = append(out.Warnings, validation.Violation{Pointer: pointer, Code: code, Detail: detail})
}
