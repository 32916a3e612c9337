package sso

import (
	"strings"

	"admin-api/models"
	"admin-api/sso/assertion"
)

// claims are what an identity provider says of a person besides the user name.
type claims struct{ firstName, lastName, email string }

// Names under which providers send a claim, in small letters and without their
// namespace. The first of each list is the one that the contact center's
// documentation asks for; then come those that Azure, AD FS and LDAP-like
// providers send where nobody renamed them, and the numbers that LDAP has for
// them (RFC 4519, RFC 4524), which some send alone, as urn:oid:2.5.4.42.
var (
	firstNames = []string{"firstname", "givenname", "2.5.4.42"}
	lastNames  = []string{"lastname", "surname", "sn", "2.5.4.4"}
	emails     = []string{"email", "emailaddress", "mail", "0.9.2342.19200300.100.1.3"}
)

func claimsOf(attributes []assertion.Attribute) claims {
	return claims{
		firstName: claim(attributes, firstNames), lastName: claim(attributes, lastNames), email: claim(attributes, emails),
	}
}

// stayEmpty says for which attributes of a new user nothing came that can be used: whoever
// sets a provider up is to see that a claim has another name there.
func stayEmpty(u *models.User) string {
	var names []string
	for _, one := range []struct{ name, value string }{
		{"FirstName", u.FirstName}, {"LastName", u.LastName}, {"Email", u.Email},
	} {
		if one.value == "" {
			names = append(names, one.name)
		}
	}
	if names == nil {
		return ""
	}
	return " Stays empty, because no such attribute came, or none that can be used: " + strings.Join(names, ", ") + "."
}

// claim returns the first value under the first of the names that has one.
func claim(attributes []assertion.Attribute, names []string) string {
	for _, name := range names {
		for _, a := range attributes {
			if value := firstText(a.Values); value != "" && (bareName(a.Name) == name || bareName(a.FriendlyName) == name) {
				return value
			}
		}
	}
	return ""
}

// firstText returns the first value that is not blank, trimmed.
func firstText(values []string) string {
	for _, value := range values {
		if value = strings.TrimSpace(value); value != "" {
			return value
		}
	}
	return ""
}

// bareName is a name without its namespace and in small letters: of
// "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/GivenName" the last part.
func bareName(name string) string {
	if i := strings.LastIndexAny(name, "/:#"); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(strings.TrimSpace(name))
}
