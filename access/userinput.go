package access

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"admin-api/input"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/strict"
	"admin-api/validation"
)

// Bounds of what is known of a user.
const (
	maxText   = 255
	maxRoles  = 100
	maxSkills = 200
)

// userInput is what a request can say of a user.
type userInput struct {
	Username       string         `json:"username" validate:"required"`
	FirstName      string         `json:"firstName"`
	LastName       string         `json:"lastName"`
	DisplayName    string         `json:"-"` // said by identity providers only
	Email          string         `json:"email" validate:"email"`
	WorkPhone      string         `json:"workPhone"`
	MobilePhone    string         `json:"mobilePhone"`
	Extension      string         `json:"extension" validate:"number,max=16"`
	ExternalID     string         `json:"externalId"`
	TeamID         string         `json:"teamId"`
	Roles          []string       `json:"roles" validate:"max=100"`
	Skills         map[string]int `json:"skills" validate:"max=200,dive,min=0,max=100"`
	Disabled       bool           `json:"disabled"`
	ChangePassword bool           `json:"changePassword"`
	Password       givenSecret    `json:"password"`
}

// givenSecret is a secret that a request may give; null and absent are none.
type givenSecret struct {
	text  secret.Text
	given bool
}

// UnmarshalJSON reads a string.
func (g *givenSecret) UnmarshalJSON(b []byte) error {
	g.given = true
	return g.text.UnmarshalJSON(b)
}

func ignoredOfUser() []string { return serverMembers("passwordSet", "apiSecretSet", "lastSignInAt") }

// inputOf is what a request would say to leave the user as it is.
func inputOf(u *models.User) userInput {
	return userInput{
		Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.DisplayName,
		Email: u.Email, WorkPhone: u.WorkPhone, MobilePhone: u.MobilePhone, Extension: u.Extension,
		ExternalID: u.ExternalID, TeamID: u.TeamID,
		Roles: slices.Clone(u.Roles), Skills: maps.Clone(u.Skills), Disabled: u.Disabled, ChangePassword: u.ChangePassword,
	}
}

// lay puts over the user what the input says, but for the password; team and roles
// are those that it comes to.
func (in *userInput) lay(u *models.User, team string, roles models.Strings) {
	u.Username, u.UsernameKey = in.Username, models.NameKey(in.Username)
	u.FirstName, u.LastName, u.DisplayName = in.FirstName, in.LastName, in.DisplayName
	u.Email, u.WorkPhone, u.MobilePhone, u.Extension = in.Email, in.WorkPhone, in.MobilePhone, in.Extension
	u.ExternalID = in.ExternalID
	u.TeamID, u.Roles, u.Skills = team, roles, in.Skills
	u.Disabled, u.ChangePassword = in.Disabled, in.ChangePassword
}

// judge holds what needs nobody else against the rules.
func (in *userInput) judge(c *validation.Context) {
	in.Username = strings.TrimSpace(in.Username)
	judgeName("/username", in.Username, c)
	for _, text := range []struct{ pointer, value string }{
		{"/firstName", in.FirstName},
		{"/lastName", in.LastName},
		{"/displayName", in.DisplayName},
		{"/workPhone", in.WorkPhone},
		{"/mobilePhone", in.MobilePhone},
		{"/externalId", in.ExternalID},
	} {
		input.Text(text.pointer, text.value, maxText, "", c)
	}
	if len(in.Skills) <= maxSkills {
		for _, name := range slices.Sorted(maps.Keys(in.Skills)) {
			judgeName(strict.Pointer("skills", name), name, c)
		}
	}
	if in.Password.given && !c.Broken("/password") {
		CheckPassword("/password", in.Password.text.Reveal(), in.Username, c)
	}
}

// judgeName refuses what cannot be seen or read as it is written.
func judgeName(pointer, name string, c *validation.Context) {
	if secret.Blank(name) {
		if !c.Broken(pointer) {
			c.Violate(pointer, "invisible", "Give a name that can be seen.")
		}
		return
	}
	input.Text(pointer, name, maxText, "", c)
}

// roles returns the roles of the request as they are written where they are
// defined, each once; those that do not exist are violations.
func (in *userInput) roles(
	ctx context.Context, from *store.Store, center string, c *validation.Context,
) (models.Strings, error) {
	if len(in.Roles) == 0 || len(in.Roles) > maxRoles {
		return nil, nil
	}
	known, err := rolesOf(ctx, from, center, models.Page{})
	if err != nil {
		return nil, err
	}
	byKey, names := map[string]string{}, models.Strings{}
	for _, r := range known {
		byKey[r.NameKey] = r.Name
		names = append(names, r.Name)
	}
	var out models.Strings
	for i, given := range in.Roles {
		name, ok := byKey[models.NameKey(given)]
		if !ok {
			c.Add(validation.Violation{
				Pointer: "/roles/" + strconv.Itoa(i), Code: "unknown_role", Params: map[string]any{"roles": names},
				Detail: "There is no such role; the roles are " + strings.Join(names, ", ") + ".",
			})
		} else if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

// team returns the id of the team of the request; without one, that of the first
// team. A team that is unknown is a violation, and so is a disabled one that the
// user is not in yet.
func (in *userInput) team(
	ctx context.Context, from *store.Store, center string, old *models.User, c *validation.Context,
) (string, error) {
	if in.TeamID == "" {
		t, err := from.FirstTeam(ctx, center)
		if isNotFound(err) {
			c.Violate("/teamId", "required", "The contact center has no team that is not disabled; make one first.")
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return t.ID, nil
	}
	if old != nil && old.TeamID == in.TeamID {
		return in.TeamID, nil
	}
	unknown := !models.ValidID(in.TeamID)
	if !unknown {
		t, err := from.Team(ctx, center, in.TeamID)
		if err != nil && !isNotFound(err) {
			return "", err
		}
		unknown = err != nil || t.Disabled
	}
	if unknown && !c.Broken("/teamId") {
		c.Violate("/teamId", "team_unknown", "No team of this contact center has this id, or the team is disabled.")
	}
	return in.TeamID, nil
}
