package singlesignon

import (
	"crypto/x509"
	"slices"
	"strconv"
	"time"

	"admin-api/validation"
)

// expiring is how long before its end a certificate without a successor is
// warned about.
const expiring = 30 * 24 * time.Hour

// SigningCertificates returns the certificates whose signatures are trusted, in
// the order they are stored, those that cannot be read left out. Their dates
// are the caller's to judge.
func (s *Section) SigningCertificates() []*x509.Certificate {
	var certificates []*x509.Certificate
	for _, text := range s.IdentityProviderCertificates {
		if certificate, ok := validation.DecodeCertificate(text); ok {
			certificates = append(certificates, certificate)
		}
	}
	return certificates
}

// checkCertificates judges dates and what else form does not tell. Nothing is
// said while a certificate of the list is broken in itself.
func (s *Section) checkCertificates(c *validation.Context, at string) {
	list := at + "/identityProviderCertificates"
	if len(s.IdentityProviderCertificates) == 0 || c.Broken(list) {
		return
	}
	certificates := s.SigningCertificates()
	if len(certificates) < len(s.IdentityProviderCertificates) {
		return // the tags say which one and why
	}
	s.checkDates(c, list, certificates)
	for i, certificate := range certificates {
		pointer := list + "/" + strconv.Itoa(i)
		if slices.ContainsFunc(certificates[:i], certificate.Equal) {
			c.Warn(pointer, "certificate_duplicate", "Stands in the list already.")
		}
		if weakSignature(certificate) {
			c.Warn(pointer, "certificate_weak_signature",
				"Is signed with an outdated hash. Its key is what counts here, but consider a new certificate.")
		}
	}
}

// checkDates wants one certificate to be valid now; around it, others may be
// over or yet to come, as happens in a roll-over.
func (s *Section) checkDates(c *validation.Context, list string, certificates []*x509.Certificate) {
	if !anyValidAt(certificates, c.Now) {
		s.reportNoneValid(c, list, certificates)
		return
	}
	replaced := anyValidAt(certificates, c.Now.Add(expiring))
	for i, x := range certificates {
		pointer := list + "/" + strconv.Itoa(i)
		switch {
		case c.Now.After(x.NotAfter):
			c.Warn(pointer, "certificate_expired", "Expired on "+day(x.NotAfter)+"; remove it when the roll-over is done.")
		case c.Now.Before(x.NotBefore):
			c.Warn(pointer, "certificate_not_yet_valid", "Is not valid before "+day(x.NotBefore)+".")
		case !replaced:
			c.Warn(pointer, "certificate_expiring",
				"Expires on "+day(x.NotAfter)+" and no other takes over; add the provider's next certificate.")
		}
	}
}

func (s *Section) reportNoneValid(c *validation.Context, list string, certificates []*x509.Certificate) {
	code, detail := "certificate_expired", "No certificate is valid now: the last one expired on "
	latest := slices.MaxFunc(certificates, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
	date := latest.NotAfter
	if c.Now.Before(latest.NotAfter) {
		code, detail = "certificate_not_yet_valid", "No certificate is valid now: one becomes valid on "
		date = latest.NotBefore
	}
	report := c.Timely
	if !s.Enabled {
		report = c.Warn
	}
	report(list, code, detail+day(date)+". Copy the provider's current signing certificate.")
}

func anyValidAt(certificates []*x509.Certificate, t time.Time) bool {
	return slices.ContainsFunc(certificates, func(x *x509.Certificate) bool {
		return !t.Before(x.NotBefore) && !t.After(x.NotAfter)
	})
}

func weakSignature(x *x509.Certificate) bool {
	switch x.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
