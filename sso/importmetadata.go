package sso

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/integrations/platform/saml"
	"admin-api/outbound"
	"admin-api/validation"
)

// fetchTime is how long metadata may take to come, whatever others may take.
const fetchTime = 10 * time.Second

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
	Binding      string   `json:"requestBinding,omitempty"`
}

// ImportMetadata reads the metadata of an identity provider, says what it found, and
// proposes properties for a section. Nothing is stored. The document proves nothing
// of itself, signed or not: somebody has to look at what is proposed. Metadata that
// cannot be had or read are validation.Errors; without the feature it returns
// models.ErrFeatureNotEnabled.
func (s *Service) ImportMetadata(ctx context.Context, p *access.Principal, in *ImportInput) (*Import, error) {
	if err := needFeature(&p.ContactCenter); err != nil {
		return nil, err
	}
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
	out.warnOfAddress(in.URL)
	return out, nil
}

// fetch gets a document behind the guard of what may be reached. Redirects lead no
// further than the same host. An answer that is refused is never quoted.
func (s *Service) fetch(ctx context.Context, address string) ([]byte, error) {
	soon, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(soon, http.MethodGet, address, http.NoBody)
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
			Pointer: "/url", Code: "metadata_too_large",
			Detail: "The document is larger than 1 MiB; give the provider's own part of it.",
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
	v := validation.Violation{
		Pointer: pointer, Code: "metadata_malformed", Detail: "Is no metadata document that can be read.",
	}
	if bad, ok := errors.AsType[*saml.MetadataError](err); ok {
		v.Code, v.Detail = bad.Code, "Holds no metadata of an identity provider: "+bad.Detail+"."
	}
	if bad, ok := errors.AsType[*saml.GuardError](err); ok {
		v.Detail = "Cannot be read: " + strings.TrimSuffix(bad.Detail, ".") + "."
		v.Params = map[string]any{"reason": bad.Code}
	}
	return validation.Errors{v}
}
