package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"admin-api/input"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/validation"
)

// maxDescription is how many characters describe a role at most.
const maxDescription = 1024

// roleInput is what a request can say of a role.
type roleInput struct {
	Name             string         `json:"name" validate:"required"`
	Description      string         `json:"description"`
	Privileges       models.Strings `json:"privileges" validate:"max=100"`
	Grantable        models.Strings `json:"grantable" validate:"max=100"`
	AssignToNewUsers bool           `json:"assignToNewUsers"`
}

func ignoredOfRole() []string { return serverMembers("builtIn") }

func inputOfRole(r *models.Role) roleInput {
	return roleInput{
		Name: r.Name, Description: r.Description, Privileges: slices.Clone(r.Privileges),
		Grantable: slices.Clone(r.Grantable), AssignToNewUsers: r.AssignToNewUsers,
	}
}

// judge holds what p makes of the role old against the rules and puts the
// privileges in order.
func (in *roleInput) judge(p *Principal, old *models.Role, c *validation.Context) error {
	in.Name = strings.TrimSpace(in.Name)
	judgeName("/name", in.Name, c)
	if strings.Contains(in.Name, ",") { // see the store, which finds roles in lists
		c.Violate("/name", "comma", "The name must not hold a comma, which stands between roles.")
	}
	input.Text("/description", in.Description, maxDescription, "\n\t", c)
	for i, privilege := range in.Privileges {
		if !slices.Contains(models.AllScopes(), privilege) {
			c.Add(validation.Violation{
				Pointer: "/privileges/" + strconv.Itoa(i), Code: "enum",
				Detail: "There is no such privilege; the privileges are " + strings.Join(models.AllScopes(), ", ") + ".",
				Params: map[string]any{"values": models.AllScopes()},
			})
		}
	}
	for i, privilege := range in.Grantable {
		if !slices.Contains(in.Privileges, privilege) {
			c.Violate("/grantable/"+strconv.Itoa(i), "not_a_privilege",
				"Only what stands in privileges can be granted to others; add it there or leave it out.")
		}
	}
	in.judgeProvider(p, old, c)
	in.Privileges, in.Grantable = union(in.Privileges, nil), union(in.Grantable, nil)
	return c.Err()
}

// judgeProvider refuses to give the users of another contact center what would let
// them act in all of them.
func (in *roleInput) judgeProvider(p *Principal, old *models.Role, c *validation.Context) {
	i := slices.Index(in.Privileges, models.ScopeProvider)
	if i < 0 || p.Home() == p.ContactCenter.ID || slices.Contains(old.Privileges, models.ScopeProvider) {
		return
	}
	c.Violate("/privileges/"+strconv.Itoa(i), "provider_elsewhere", "Roles with the privilege provider belong to the "+
		"service provider's own contact center, because who has one may act in all; make it without the header "+
		"Contact-Center.")
}

// over returns the role as the input makes it.
func (in *roleInput) over(r models.Role) models.Role {
	r.Name, r.NameKey, r.Description = in.Name, models.NameKey(in.Name), in.Description
	r.Privileges, r.Grantable, r.AssignToNewUsers = in.Privileges, in.Grantable, in.AssignToNewUsers
	// As it will be read again: an empty list and none are no difference.
	for _, list := range []*models.Strings{&r.Privileges, &r.Grantable} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return r
}

// Roles returns a page of the roles of the contact center, built-in ones among
// them, in the order of their names. It returns models.ErrBadCursor for a cursor
// of another list.
func (s *Service) Roles(ctx context.Context, p *Principal, q paging.Query) (*Page[models.Role], error) {
	bound := paging.Bind("roles", p.ContactCenter.ID)
	page, err := paging.Start(s.Audit.Keys, q, bound)
	if err != nil {
		return nil, err
	}
	rows, err := rolesOf(ctx, s.Store, p.ContactCenter.ID, page)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	rows, next := paging.Cut(s.Audit.Keys, rows, page, bound, func(r *models.Role) string { return r.NameKey })
	return &Page[models.Role]{Items: rows, NextCursor: next}, nil
}

// rolesOf returns the roles of a contact center, built-in ones among them, in the
// order of their names.
func rolesOf(ctx context.Context, from *store.Store, center string, page models.Page) ([]models.Role, error) {
	all, err := from.ListRoles(ctx, center, page)
	if err != nil {
		return nil, err
	}
	for _, r := range models.BuiltInRoles() {
		if r.NameKey > page.Before {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b models.Role) int { return strings.Compare(a.NameKey, b.NameKey) })
	if page.Limit > 0 && len(all) > page.Limit {
		all = all[:page.Limit]
	}
	return all, nil
}

// builtIn returns the built-in role for which is true.
func builtIn(is func(models.Role) bool) (models.Role, bool) {
	roles := models.BuiltInRoles()
	if i := slices.IndexFunc(roles, is); i >= 0 {
		return roles[i], true
	}
	return models.Role{}, false
}

// IsBuiltIn reports whether the id is that of a built-in role.
func IsBuiltIn(roleID string) bool {
	_, is := builtIn(func(r models.Role) bool { return r.ID == roleID })
	return is
}

// Role returns one role, built-in ones too. It returns models.ErrNotFound for an
// unknown id and for one of another contact center.
func (s *Service) Role(ctx context.Context, p *Principal, id string) (*models.Role, error) {
	if r, is := builtIn(func(r models.Role) bool { return r.ID == id }); is {
		return &r, nil
	}
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	return s.Store.Role(ctx, p.ContactCenter.ID, id)
}

// CreateRole adds a role. Errors: *strict.SyntaxError, validation.Errors,
// models.ErrNameTaken, and models.ErrForbidden for privileges that p may not give.
func (s *Service) CreateRole(ctx context.Context, p *Principal, body []byte) (*models.Role, error) {
	d := &deed{p: p, op: "role.create", kind: "role"}
	var in roleInput
	c := &validation.Context{Now: s.now()}
	if err := input.Decode(body, &in, c, ignoredOfRole()...); err != nil {
		return nil, err
	}
	if err := in.judge(p, &models.Role{}, c); err != nil {
		return nil, err
	}
	if err := mayChangeRole(p, &models.Role{}, in); err != nil {
		return nil, s.refusal(ctx, d, err)
	}
	now := s.now()
	at := models.NewTime(now)
	r := in.over(models.Role{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(now), Version: 1,
		CreatedAt: at, CreatedBy: p.ID, UpdatedAt: at, UpdatedBy: p.ID,
	})
	d.id = r.ID
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		if err := freeOfBuiltIn(&r); err != nil {
			return err
		}
		if err := tx.CreateRole(ctx, &r); err != nil {
			return err
		}
		return s.recordRole(ctx, tx, d, "", nil, &r)
	})
	if err != nil {
		return nil, s.roleHolder(ctx, &r, err)
	}
	return &r, nil
}

// mayChangeRole refuses to add to a role, or to take from it, what p may not give,
// and to have new users get what p may not give.
func mayChangeRole(p *Principal, old *models.Role, in roleInput) error {
	concerned := slices.Concat(symmetric(old.Privileges, in.Privileges), symmetric(old.Grantable, in.Grantable))
	if in.AssignToNewUsers && !old.AssignToNewUsers {
		concerned = slices.Concat(concerned, in.Privileges)
	}
	return mustGrant(p, "To change these privileges", union(concerned, nil))
}

// freeOfBuiltIn refuses the name of a built-in role.
func freeOfBuiltIn(r *models.Role) error {
	if same, is := builtIn(func(b models.Role) bool { return b.NameKey == r.NameKey }); is {
		return nameTaken("role", same.ID)
	}
	return nil
}

// UpdateRole applies a JSON merge patch to a custom role; users who have it keep it
// under another name. Errors are those of CreateRole, models.ErrNotFound,
// models.ErrVersionMismatch where m asks for another version, and
// models.ErrBuiltIn.
func (s *Service) UpdateRole(ctx context.Context, p *Principal, id string, m Match, body []byte) (*models.Role, error) {
	d := &deed{p: p, op: "role.update", kind: "role", id: id}
	var r models.Role
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		old, err := customRole(ctx, tx, p, id, m)
		if err != nil {
			return err
		}
		in, c := inputOfRole(old), &validation.Context{Now: s.now()}
		if _, err := input.Patch(body, &in, c, ignoredOfRole()...); err != nil {
			return err
		}
		if err := in.judge(p, old, c); err != nil {
			return err
		}
		if err := mayChangeRole(p, old, in); err != nil {
			return err
		}
		r = in.over(*old)
		return s.writeRole(ctx, tx, d, old, &r)
	})
	if err != nil {
		return nil, s.roleHolder(ctx, &r, err)
	}
	return &r, nil
}

// customRole reads a role that can be changed.
func customRole(ctx context.Context, tx *store.Store, p *Principal, id string, m Match) (*models.Role, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	if IsBuiltIn(id) {
		return nil, &models.RefusalError{
			Err: models.ErrBuiltIn, Detail: "Built-in roles stay as they are; make a role of your own instead.",
		}
	}
	r, err := tx.Role(ctx, p.ContactCenter.ID, id)
	if err != nil {
		return nil, err
	}
	return r, m.check(r.Version)
}

func (s *Service) writeRole(ctx context.Context, tx *store.Store, d *deed, old, r *models.Role) error {
	changes, err := differences(inputOfRole(old), inputOfRole(r), nil)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := freeOfBuiltIn(r); err != nil {
		return err
	}
	r.UpdatedAt, r.UpdatedBy = models.NewTime(s.now()), d.p.ID
	if err := tx.UpdateRole(ctx, r, old.Version); err != nil {
		return err
	}
	detail := ""
	if r.Name != old.Name {
		n, err := tx.RenameRoleOfUsers(ctx, r.ContactCenterID, old.Name, r.Name, r.UpdatedAt, d.p.ID)
		if err != nil {
			return err
		}
		detail = "renamed in " + strconv.Itoa(n) + " users"
	}
	return s.recordRole(ctx, tx, d, detail, old, r)
}

// DeleteRole removes a custom role that nobody has. Errors are models.ErrNotFound,
// models.ErrVersionMismatch, models.ErrBuiltIn and models.ErrInUse.
func (s *Service) DeleteRole(ctx context.Context, p *Principal, id string, m Match) error {
	d := &deed{p: p, op: "role.delete", kind: "role", id: id}
	return s.carryOut(ctx, d, func(tx *store.Store) error {
		old, err := customRole(ctx, tx, p, id, m)
		if err != nil {
			return err
		}
		have := models.UserFilter{ContactCenterID: old.ContactCenterID, Role: old.Name}
		if err := s.occupied(ctx, tx, have, "Users have this role"); err != nil {
			return err
		}
		if err := tx.DeleteRole(ctx, old.ContactCenterID, id); err != nil {
			return err
		}
		return s.recordRole(ctx, tx, d, "", old, nil)
	})
}

// recordRole records the change between two states, one of which may be nil.
func (s *Service) recordRole(
	ctx context.Context, tx *store.Store, d *deed, detail string, before, after *models.Role,
) error {
	state := func(r *models.Role) any {
		if r == nil {
			return nil
		}
		return inputOfRole(r)
	}
	changes, err := differences(state(before), state(after), nil)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, d, detail, changes)
}

// roleHolder says who has a name that is taken.
func (s *Service) roleHolder(ctx context.Context, r *models.Role, err error) error {
	if !errors.Is(err, models.ErrNameTaken) {
		return err
	}
	if same, is := builtIn(func(b models.Role) bool { return b.NameKey == r.NameKey }); is {
		return nameTaken("role", same.ID)
	}
	others, findErr := s.Store.RolesByName(ctx, r.ContactCenterID, []string{r.Name})
	if findErr != nil || len(others) == 0 {
		return nameTaken("role", "")
	}
	return nameTaken("role", others[0].ID)
}
