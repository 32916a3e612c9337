package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"strconv"
)

// ServiceProvider is what our metadata say of an application
// (saml-metadata-2.0-os section 2.4.4).
type ServiceProvider struct {
	// EntityID is the name by which identity providers know it.
	EntityID string
	// ReplyURLs take responses by HTTP-POST; the first one is that of who does not say
	// which.
	ReplyURLs []string
	// Encryption is the certificate of the key that assertions may be encrypted for; nil
	// where they may not.
	Encryption *x509.Certificate
}

// Ways to encrypt that are read here, those to be preferred first. CBC is only read
// in a signed response, but many providers know nothing else.
var encryptionMethods = []string{
	"http://www.w3.org/2009/xmlenc11#aes256-gcm",
	"http://www.w3.org/2009/xmlenc11#aes128-gcm",
	"http://www.w3.org/2001/04/xmlenc#aes256-cbc",
	"http://www.w3.org/2001/04/xmlenc#aes128-cbc",
	"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
}

// WriteMetadata returns the metadata as an XML document. They are not signed: they
// are fetched over HTTPS or carried by hand, and name nothing that must be secret.
func WriteMetadata(p *ServiceProvider) []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:md=\"" + NamespaceMetadata + `"`)
	writeAttribute(&b, "entityID", p.EntityID)
	b.WriteString(">\n  <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"true\"")
	writeAttribute(&b, "protocolSupportEnumeration", NamespaceProtocol)
	b.WriteString(">\n")
	if p.Encryption != nil {
		b.WriteString("    <md:KeyDescriptor use=\"encryption\">\n      <ds:KeyInfo xmlns:ds=\"" + NamespaceSignature +
			"\"><ds:X509Data><ds:X509Certificate>" + base64.StdEncoding.EncodeToString(p.Encryption.Raw) +
			"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n")
		for _, method := range encryptionMethods {
			b.WriteString("      <md:EncryptionMethod")
			writeAttribute(&b, "Algorithm", method)
			b.WriteString("/>\n")
		}
		b.WriteString("    </md:KeyDescriptor>\n")
	}
	b.WriteString("    <md:NameIDFormat>" + NameIDUnspecified + "</md:NameIDFormat>\n")
	for i, address := range p.ReplyURLs {
		b.WriteString("    <md:AssertionConsumerService")
		for _, a := range []struct{ name, value string }{
			{"Binding", BindingPost},
			{"Location", address},
			{"index", strconv.Itoa(i)},
			{"isDefault", strconv.FormatBool(i == 0)},
		} {
			writeAttribute(&b, a.name, a.value)
		}
		b.WriteString("/>\n")
	}
	b.WriteString("  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n")
	return b.Bytes()
}
