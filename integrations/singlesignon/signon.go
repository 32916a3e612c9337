package singlesignon

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"

	"admin-api/integrations"
)

// Fingerprint identifies the values by which the section tells the identity
// provider: two sections with the same one send people there the same way and accept
// the same answers. What happens after a sign-in, and where it may start, is not part
// of it.
func (s *Section) Fingerprint() string {
	certificates := slices.Sorted(slices.Values(s.IdentityProviderCertificates))
	values := []any{
		s.IdentityProviderSSOURL, s.IdentityProviderIssuer, s.IdentityProviderEntityID, slices.Compact(certificates),
	}
	if s.TakesPost() != s.looksLikePost() { // what only repeats the address changes nothing
		values = append(values, s.RequestBinding)
	}
	text, _ := json.Marshal(values) //nolint:errchkjson // texts can always be encoded
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// AdminSignOn implements integrations.AdminSignOn.
func (p *Properties) AdminSignOn() (pointer, fingerprint string) {
	if !p.Admin.Enabled {
		return "", ""
	}
	return "/admin/enabled", p.Admin.Fingerprint()
}

// KeepsAdminSignOn implements integrations.AdminSignOn: certificates may be added,
// as before a roll-over.
func (p *Properties) KeepsAdminSignOn(before integrations.Properties) bool {
	old, ok := before.(*Properties)
	if !ok || !old.Admin.Enabled {
		return false
	}
	now, was := p.Admin, old.Admin
	if !holdsAll(now.IdentityProviderCertificates, was.IdentityProviderCertificates) {
		return false
	}
	now.IdentityProviderCertificates, was.IdentityProviderCertificates = nil, nil
	return now.Fingerprint() == was.Fingerprint()
}

// AdmitsNoMore implements integrations.AdminSignOn: certificates may go, and the
// address of the logout and the binding of requests change. Whatever else differs may
// let somebody in.
func (p *Properties) AdmitsNoMore(before integrations.Properties) bool {
	old, ok := before.(*Properties)
	if !ok || !old.Admin.Enabled {
		return false
	}
	now, was := p.Admin, old.Admin
	if !holdsAll(was.IdentityProviderCertificates, now.IdentityProviderCertificates) {
		return false
	}
	now.IdentityProviderCertificates, was.IdentityProviderCertificates = nil, nil
	now.IdentityProviderLogoutURL, now.RequestBinding = was.IdentityProviderLogoutURL, was.RequestBinding
	return reflect.DeepEqual(now, was)
}

func holdsAll(list, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(one string) bool { return !slices.Contains(list, one) })
}
