package models

import "slices"

// Sections of single sign-on: the application that somebody signs in to. The
// words are those of the properties of an account of the type sso.
const (
	SectionAgentDesktop = "agentDesktop"
	SectionAdmin        = "admin"
)

// SectionOf returns the section that somebody with the privileges signs in to:
// SectionAdmin with any that neither agents nor supervisors have. ScopeSSOBypass
// says how somebody may sign in, and administers nothing.
func SectionOf(privileges Strings) string {
	desk := Strings{ScopeSSOBypass}
	for _, role := range BuiltInRoles() {
		if role.Name != RoleAdministrator {
			desk = append(desk, role.Privileges...)
		}
	}
	if slices.ContainsFunc(privileges, func(scope string) bool { return !slices.Contains(desk, scope) }) {
		return SectionAdmin
	}
	return SectionAgentDesktop
}
