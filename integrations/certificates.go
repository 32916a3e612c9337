package integrations

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"reflect"
	"strconv"

	"admin-api/models"
)

// Certificates returns what can be read from the properties of format
// "certificate" that apply, in the order of their declaration. Certificates of
// a bundle in one text share its pointer; what cannot be read is left out.
func (d *Definition) Certificates(p Properties) models.Certificates {
	s, v := specFor(p)
	var found models.Certificates
	for _, at := range s.certificates {
		field, applies := at.find(v)
		if !applies || !field.IsValid() {
			continue
		}
		switch at.property().kind {
		case kindText:
			found = appendCertificates(found, at.pointer, field.String())
		case kindTexts:
			found = appendListed(found, at.pointer, field)
		}
	}
	return found
}

func appendListed(found models.Certificates, at string, list reflect.Value) models.Certificates {
	for i := range list.Len() {
		found = appendCertificates(found, at+"/"+strconv.Itoa(i), list.Index(i).String())
	}
	return found
}

func appendCertificates(found models.Certificates, pointer, text string) models.Certificates {
	rest := []byte(text)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return found
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		facts := CertificateFacts(certificate)
		facts.Pointer = pointer
		found = append(found, facts)
	}
}

// CertificateFacts returns what is shown of a certificate, without a pointer.
func CertificateFacts(certificate *x509.Certificate) models.Certificate {
	sum := sha256.Sum256(certificate.Raw)
	return models.Certificate{
		Subject:   certificate.Subject.String(),
		NotBefore: models.NewTime(certificate.NotBefore),
		NotAfter:  models.NewTime(certificate.NotAfter),
		SHA256:    hex.EncodeToString(sum[:]),
	}
}
