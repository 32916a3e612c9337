package sso

import (
	"context"
	"crypto/x509"

	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
)

// Metadata returns the service provider's metadata of a place for the identity
// provider to import (SAML metadata, section 2.4.4). It is there before the section is
// switched on: the provider is set up first. A contact center that is suspended, or
// lacks the feature, is refused by an *Error.
func (s *Service) Metadata(ctx context.Context, at Place) ([]byte, error) {
	if err := allowed(at.Center); err != nil {
		return nil, err
	}
	pairs, err := s.SPKeys(ctx, at.Center)
	if err != nil {
		return nil, err
	}
	// Older ones are for what is still encrypted for them. Who found them here could go
	// on using one that is about to be retired, and some providers read no second one.
	var newest *x509.Certificate
	if len(pairs) > 0 {
		newest = pairs[0].Certificate
	}
	// Both applications have one entity id. A provider that imports the metadata of one
	// must not forget the address of the other.
	addresses := []string{s.ReplyURL(at)}
	for _, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
		if section != at.Section {
			addresses = append(addresses, s.ReplyURL(Place{Center: at.Center, Section: section}))
		}
	}
	return saml.WriteMetadata(&saml.ServiceProvider{
		EntityID: singlesignon.EntityID(at.Center.Domain), ReplyURLs: addresses, Encryption: newest,
	}), nil
}
