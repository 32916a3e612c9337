package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"
)

// The structure of metadata as far as it is read.
type (
	groupXML struct {
		Attributes []xml.Attr  `xml:",any,attr"`
		Signature  *struct{}   `xml:"http://www.w3.org/2000/09/xmldsig# Signature"`
		Groups     []groupXML  `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntitiesDescriptor"`
		Entities   []entityXML `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
	}
	entityXML struct {
		Attributes []xml.Attr `xml:",any,attr"`
		Signature  *struct{}  `xml:"http://www.w3.org/2000/09/xmldsig# Signature"`
		Roles      []roleXML  `xml:"urn:oasis:names:tc:SAML:2.0:metadata IDPSSODescriptor"`
	}
	roleXML struct {
		Attributes []xml.Attr    `xml:",any,attr"`
		Keys       []keyXML      `xml:"urn:oasis:names:tc:SAML:2.0:metadata KeyDescriptor"`
		Logout     []endpointXML `xml:"urn:oasis:names:tc:SAML:2.0:metadata SingleLogoutService"`
		Formats    []string      `xml:"urn:oasis:names:tc:SAML:2.0:metadata NameIDFormat"`
		SignOn     []endpointXML `xml:"urn:oasis:names:tc:SAML:2.0:metadata SingleSignOnService"`
	}
	keyXML struct {
		Attributes   []xml.Attr `xml:",any,attr"`
		Certificates []string   `xml:"http://www.w3.org/2000/09/xmldsig# KeyInfo>X509Data>X509Certificate"`
	}
	endpointXML struct {
		Attributes []xml.Attr `xml:",any,attr"`
	}
)

// providers lists the identity providers of a group and the groups in it.
func (g *groupXML) providers(around provider) []provider {
	around = around.within(g.Attributes, g.Signature)
	var found []provider
	for i := range g.Entities {
		found = append(found, g.Entities[i].providers(around)...)
	}
	for i := range g.Groups {
		found = append(found, g.Groups[i].providers(around)...)
	}
	return found
}

// providers returns the entity if it is an identity provider of SAML 2.0. It has
// one such role; where it has more, the first counts.
func (e *entityXML) providers(around provider) []provider {
	for i := range e.Roles {
		role := &e.Roles[i]
		protocols := strings.Fields(plain(role.Attributes, "protocolSupportEnumeration"))
		if !slices.Contains(protocols, NamespaceProtocol) {
			continue
		}
		p := around.within(e.Attributes, e.Signature).within(role.Attributes, nil)
		p.entity, p.role = e, role
		return []provider{p}
	}
	return nil
}

// within adds what an element says about all that is in it.
func (p provider) within(attributes []xml.Attr, signature *struct{}) provider {
	if until := plain(attributes, "validUntil"); until != "" {
		p.until = append(slices.Clone(p.until), until)
	}
	p.signed = p.signed || signature != nil
	return p
}

// What people paste with a certificate where its bare base64 belongs, and some
// programs encode along with it.
const pemBegins, pemEnds = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"

func parseCertificate(text string) (*x509.Certificate, error) {
	der, err := decodeCertificate(text)
	if err == nil && bytes.HasPrefix(der, []byte(pemBegins)) {
		der, err = decodeCertificate(string(der))
	}
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func decodeCertificate(text string) ([]byte, error) {
	text = strings.NewReplacer(pemBegins, "", pemEnds, "").Replace(text)
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
}
