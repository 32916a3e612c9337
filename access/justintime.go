package access

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// provisioner is who makes the users of first sign-ins.
func provisioner(f *Federated) *Principal {
	return &Principal{
		ID: "system", Name: "single sign-on", ContactCenter: *f.Center, Address: f.From.Address, RequestID: f.From.RequestID,
	}
}

// provision stores the draft of a new user and records it. The people of the
// contact center are locked.
func (s *Service) provision(ctx context.Context, tx *store.Store, f *Federated, u *models.User) error {
	now := s.now()
	at := models.NewTime(now)
	d := &deed{p: provisioner(f), op: "user.create", kind: "user", id: models.NewID(now)}
	u.ID, u.Version, u.CreatedAt, u.UpdatedAt, u.CreatedBy, u.UpdatedBy = d.id, 1, at, at, d.p.ID, d.p.ID
	if err := s.assignExtension(ctx, tx, u); err != nil {
		return err
	}
	if err := tx.CreateUser(ctx, u); err != nil {
		return err
	}
	if err := s.rosterChanged(ctx, tx, nil, u); err != nil {
		return err
	}
	changes, err := differences(nil, recordOf(u), nil)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, d, "first sign-in through "+f.Issuer+", like the user "+f.TemplateID, changes)
}

// likeness returns the draft of a new user: who the provider says it is, with the
// team, the roles and the skills of the template.
func (s *Service) likeness(ctx context.Context, from *store.Store, f *Federated) (*models.User, error) {
	template, err := fitTemplate(ctx, from, f)
	if err != nil {
		return nil, err
	}
	in := userInput{
		Username: f.Username, FirstName: strings.TrimSpace(f.FirstName), LastName: strings.TrimSpace(f.LastName),
		Email: strings.TrimSpace(f.Email), TeamID: template.TeamID, Skills: maps.Clone(template.Skills),
	}
	c := &validation.Context{Now: s.now()}
	validation.Struct(&in, c, c.Broken)
	in.judge(c)
	if c.Broken("/email") || !utf8.ValidString(in.Email) {
		in.Email = "" // not worth to keep somebody out
	}
	if err := judgeClaims(&in, c); err != nil {
		return nil, err
	}
	team, err := in.team(ctx, from, f.Center.ID, nil, c)
	if err != nil {
		return nil, err
	}
	if c.Broken("/teamId") {
		return nil, unfit("The team of the template is disabled or gone.", "Give the template another team.")
	}
	u := &models.User{ContactCenterID: f.Center.ID}
	in.lay(u, team, slices.Clone(template.Roles))
	return u, nil
}

// judgeClaims refuses what the rules of users refuse. A name that is missing is
// no reason: users need none.
func judgeClaims(in *userInput, c *validation.Context) error {
	if why := broken(c, "/username", in.Username); why != "" {
		return &FederatedError{
			Reason: FederatedRefused, Detail: "The NameID cannot be a user name. " + why,
			Cure: "Let the identity provider send another NameID, or create the user by hand.",
		}
	}
	for _, claim := range []struct{ pointer, name, value string }{
		{"/firstName", "FirstName", in.FirstName}, {"/lastName", "LastName", in.LastName},
	} {
		if why := broken(c, claim.pointer, claim.value); why != "" {
			return &FederatedError{
				Reason: FederatedIncomplete, Detail: "The claim " + claim.name + " cannot be a name. " + why,
				Cure: "Correct what the identity provider sends as " + claim.name + ", or leave the claim out.",
			}
		}
	}
	return nil
}

// broken returns what is wrong with the value at the pointer.
func broken(c *validation.Context, pointer, value string) string {
	for _, v := range c.Errors() {
		if v.Pointer == pointer {
			return v.Detail
		}
	}
	if !utf8.ValidString(value) {
		return "The text is not UTF-8."
	}
	return ""
}

// fitTemplate returns the template, if new users of the section can be like it.
func fitTemplate(ctx context.Context, from *store.Store, f *Federated) (*models.User, error) {
	gone := unfit("There is no user with the id "+strconv.Quote(f.TemplateID)+" to be the template.",
		"Choose another template in the account of single sign-on.")
	if !models.ValidID(f.TemplateID) {
		return nil, gone
	}
	template, err := from.User(ctx, f.Center.ID, f.TemplateID)
	if isNotFound(err) {
		return nil, gone
	}
	if err != nil {
		return nil, err
	}
	name := strconv.Quote(template.Username)
	if template.Disabled {
		return nil, unfit("The template "+name+" is disabled.", "Enable it, or choose another.")
	}
	roles := []string{models.RoleAgent, models.RoleSupervisor}
	if f.Section == models.SectionAdmin {
		roles = []string{models.RoleAdministrator}
	}
	if !template.HasRole(roles...) {
		return nil, unfit("The template "+name+" has not the role "+strings.Join(roles, " or ")+".",
			"Give it the role, or choose another.")
	}
	if f.Section == models.SectionAdmin {
		return template, nil
	}
	return template, onlyDesk(ctx, from, template)
}

// onlyDesk refuses a template with more than agents and supervisors have: who lets
// people in to Agent Desktop makes no administrators.
func onlyDesk(ctx context.Context, from *store.Store, template *models.User) error {
	may, err := rightsOf(ctx, from, template)
	if err != nil {
		return err
	}
	more := without(union(may.has, may.grantable), models.DeskPrivileges())
	if len(more) == 0 {
		return nil
	}
	return unfit("The template "+strconv.Quote(template.Username)+" may do more than agents and supervisors: "+
		strings.Join(more, ", ")+".", "Choose a template that has only the roles that new agents are to have.")
}

func unfit(detail, cure string) error {
	return &FederatedError{Reason: FederatedTemplateUnfit, Detail: detail, Cure: cure}
}
