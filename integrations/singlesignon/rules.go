package singlesignon

import (
	"slices"
	"strings"

	"admin-api/validation"
)

// roles are what a template user of a section must hold one of. The names are
// those of the built-in roles.
type roles struct {
	any  []string
	text string
}

var (
	agentRoles = roles{any: []string{"Agent", "Supervisor"}, text: "an agent or a supervisor"}
	adminRoles = roles{any: []string{"Administrator"}, text: "an administrator"}
)

// checkProvisioning: users can be created only where people sign in through the
// provider, and only after a template's likeness. A section that is off may have all
// that ready, so that a test sign-in shows what it would lead to.
func (s *Section) checkProvisioning(c *validation.Context, at string) {
	if !s.JITProvisioningEnabled {
		return
	}
	if !s.Enabled {
		c.Warn(at+"/jitProvisioningEnabled", "jit_requires_sso",
			"Just-in-time provisioning makes nobody while single sign-on is off in the same section.")
	}
	if !s.UseTemplate {
		c.Violate(at+"/useTemplate", "jit_requires_template",
			"Just-in-time provisioning needs a template, which gives new users their team, roles and skills.")
	}
	if user := at + "/templateUserId"; s.TemplateUserID == "" && !c.Broken(user) {
		c.Violate(user, "jit_requires_template", "Choose the user whose assignments new users get.")
	}
}

// checkTemplateUser: the user must exist and hold a role of the section.
func (s *Section) checkTemplateUser(c *validation.Context, at string, r roles) {
	pointer := at + "/templateUserId"
	if s.TemplateUserID == "" || c.Directory == nil || c.Broken(pointer) {
		return
	}
	held, ok := c.Directory.Roles(s.TemplateUserID)
	switch {
	case !ok:
		c.Timely(pointer, "template_user_unknown", "No user of this contact center has this id, or the user is disabled.")
	case !slices.ContainsFunc(held, r.holds):
		c.Timely(pointer, "template_user_role", "The template user must be "+r.text+"; choose another one or grant the role.")
	}
}

func (r roles) holds(role string) bool {
	return slices.ContainsFunc(r.any, func(wanted string) bool { return strings.EqualFold(wanted, role) })
}
