package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The codes of a MetadataError.
const (
	MetadataWebPage   = "metadata_web_page"
	MetadataForeign   = "metadata_not_saml"
	MetadataNoEntity  = "metadata_no_provider"
	MetadataSeveral   = "metadata_several_providers"
	MetadataIncorrect = "metadata_incorrect"
)

// MetadataError says why a document that is good XML is no use as the metadata of
// one identity provider. Detail says what to do.
type MetadataError struct{ Code, Detail string }

// Error implements error.
func (e *MetadataError) Error() string { return e.Code + ": " + e.Detail }

// The most that is taken of each kind; what is beyond is left out.
const (
	maxCertificates = 50
	maxEndpoints    = 50
	maxEntityID     = 1024 // characters, saml-core-2.0-os section 8.3.6
	maxLocation     = 2048
)

// Metadata is what an identity provider says of itself (saml-metadata-2.0-os). Its
// signature is not verified: whoever hands in the document vouches for it, so it is
// for a person to look at and never for taking over unseen.
type Metadata struct {
	EntityID string
	// Certificates are those that the provider signs with, in order, each once.
	Certificates []*x509.Certificate
	// SignOn and Logout are the addresses for both, in order.
	SignOn, Logout []Endpoint
	NameIDFormats  []string
	// WantsSignedRequests: the provider refuses requests without a signature.
	WantsSignedRequests bool
	// Signed: the document carries a signature, which nobody has verified.
	Signed bool
	// ValidUntil is the earliest end that the document gives itself; zero for none.
	// Expired says whether that has passed.
	ValidUntil time.Time
	Expired    bool
	// UnreadableCertificates could not be read; KeysWithoutCertificate are keys for
	// signing that the document gives in another form.
	UnreadableCertificates, KeysWithoutCertificate int
}

// Endpoint is an address of a provider and how messages come to it.
type Endpoint struct{ Binding, Location string }

// ReadMetadata reads the metadata of one identity provider: an EntityDescriptor, or
// an EntitiesDescriptor in which exactly one entity is an identity provider. What
// else the document holds, such as the roles of WS-Federation in the metadata of
// AD FS and Azure, is passed over. It returns a *GuardError for what Guard refuses
// and a *MetadataError for what is no such metadata.
func ReadMetadata(document []byte, now time.Time) (*Metadata, error) {
	document = bytes.TrimPrefix(document, []byte("\ufeff")) // AD FS
	document = bytes.TrimLeft(document, " \t\r\n")          // what is pasted
	if isWebPage(document) {
		return nil, &MetadataError{
			MetadataWebPage,
			"this is a web page; use the address or the file of the metadata itself",
		}
	}
	if err := Guard(document, MetadataLimits()); err != nil {
		return nil, err
	}
	found, err := providers(document)
	if err != nil {
		return nil, err
	}
	return found.metadata(now)
}

// isWebPage recognises what people get who copy the address of a page. Microsoft's
// begin with a comment.
func isWebPage(document []byte) bool {
	for {
		document = bytes.TrimSpace(document)
		body, found := bytes.CutPrefix(document, []byte("<!--"))
		_, after, ended := bytes.Cut(body, []byte("-->"))
		if !found || !ended {
			break
		}
		document = after
	}
	start := strings.ToLower(string(document[:min(len(document), len("<!doctype html"))]))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// provider is an entity that is an identity provider, with what its surroundings
// say about it.
type provider struct {
	entity *entityXML
	role   *roleXML
	until  []string
	signed bool
}

// providers finds the one identity provider of a document.
func providers(document []byte) (*provider, error) {
	found, err := entities(document)
	if err != nil {
		return nil, err
	}
	switch len(found) {
	case 1:
		return &found[0], nil
	case 0:
		return nil, &MetadataError{MetadataNoEntity, "the document describes no identity provider of SAML 2.0; " +
			"perhaps it is the metadata of a service provider, such as this contact center's own"}
	}
	return nil, several(found)
}

// entities lists the identity providers of a document.
func entities(document []byte) ([]provider, error) {
	decoder := xml.NewDecoder(bytes.NewReader(document))
	root, err := firstElement(decoder)
	if err != nil {
		return nil, err
	}
	switch root.Name {
	case xml.Name{Space: NamespaceMetadata, Local: "EntityDescriptor"}:
		var entity entityXML
		if err := decoder.DecodeElement(&entity, root); err != nil {
			return nil, incorrect
		}
		return entity.providers(provider{}), nil
	case xml.Name{Space: NamespaceMetadata, Local: "EntitiesDescriptor"}:
		var group groupXML
		if err := decoder.DecodeElement(&group, root); err != nil {
			return nil, incorrect
		}
		return group.providers(provider{}), nil
	}
	return nil, &MetadataError{MetadataForeign, "this is XML, but no metadata of SAML 2.0: " +
		"it begins with neither EntityDescriptor nor EntitiesDescriptor"}
}

var incorrect = &MetadataError{MetadataIncorrect, "a value of the document is not as it must be"}

func firstElement(decoder *xml.Decoder) (*xml.StartElement, error) {
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil, incorrect
		}
		if start, ok := token.(xml.StartElement); ok {
			return &start, nil
		}
	}
}

// several names the providers, not more than fit on a page.
func several(found []provider) error {
	const most, longest = 10, 200
	var names []string
	for _, p := range found[:min(len(found), most)] {
		name := []rune(plain(p.entity.Attributes, "entityID"))
		names = append(names, string(name[:min(len(name), longest)]))
	}
	detail := fmt.Sprintf("the document describes %d identity providers; give that of one: %s",
		len(found), strings.Join(names, ", "))
	if len(found) > most {
		detail += ", ..."
	}
	return &MetadataError{MetadataSeveral, detail}
}

// metadata judges and orders what was found.
func (p *provider) metadata(now time.Time) (*Metadata, error) {
	id := strings.TrimSpace(plain(p.entity.Attributes, "entityID"))
	if id == "" || len([]rune(id)) > maxEntityID {
		return nil, &MetadataError{MetadataIncorrect, "the entity id is missing or has more than 1024 characters"}
	}
	m := &Metadata{
		EntityID: id, Signed: p.signed,
		WantsSignedRequests: isTrue(plain(p.role.Attributes, "WantAuthnRequestsSigned")),
		SignOn:              endpoints(p.role.SignOn),
		Logout:              endpoints(p.role.Logout),
	}
	for _, format := range p.role.Formats {
		if format = strings.TrimSpace(format); format != "" && len(m.NameIDFormats) < maxEndpoints {
			m.NameIDFormats = append(m.NameIDFormats, format)
		}
	}
	for _, text := range p.until {
		until, ok := parseTime(strings.TrimSpace(text))
		if !ok {
			return nil, &MetadataError{MetadataIncorrect, "a time validUntil is not written as a time"}
		}
		if m.ValidUntil.IsZero() || until.Before(m.ValidUntil) {
			m.ValidUntil = until.UTC()
		}
	}
	m.Expired = !m.ValidUntil.IsZero() && !now.Before(m.ValidUntil)
	m.addKeys(p.role.Keys)
	return m, nil
}

// parseTime reads xs:dateTime; times are UTC also where they do not say so
// (saml-core-2.0-os section 1.3.3).
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func endpoints(list []endpointXML) []Endpoint {
	var out []Endpoint
	for _, e := range list {
		location := strings.TrimSpace(plain(e.Attributes, "Location"))
		if location != "" && len(location) <= maxLocation && len(out) < maxEndpoints {
			out = append(out, Endpoint{strings.TrimSpace(plain(e.Attributes, "Binding")), location})
		}
	}
	return out
}

// addKeys takes the certificates of keys that sign: those that say so and those
// that do not say (saml-metadata-2.0-os section 2.4.1.1).
func (m *Metadata) addKeys(keys []keyXML) {
	for _, key := range keys {
		if use := plain(key.Attributes, "use"); use != "signing" && use != "" {
			continue
		}
		if len(key.Certificates) == 0 {
			m.KeysWithoutCertificate++
		}
		for _, text := range key.Certificates {
			certificate, err := parseCertificate(text)
			switch {
			case err != nil:
				m.UnreadableCertificates++
			case len(m.Certificates) < maxCertificates && !slices.ContainsFunc(m.Certificates, certificate.Equal):
				m.Certificates = append(m.Certificates, certificate)
			}
		}
	}
}
