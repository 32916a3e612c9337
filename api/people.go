package api

import (
	"strconv"

	"admin-api/models"
)

// User is a person of a contact center. Neither password nor API secret is ever
// shown.
type User struct {
	ID          string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Username    string `json:"username" example:"ann"`
	FirstName   string `json:"firstName" example:"Ann"`
	LastName    string `json:"lastName" example:"Archer"`
	Email       string `json:"email" example:"ann@acme.example"`
	WorkPhone   string `json:"workPhone" example:"+14155550100"`
	MobilePhone string `json:"mobilePhone" example:""`
	Extension   string `json:"extension" example:"1002"`
	// ExternalID is what an identity provider calls the user; SCIM finds users by it.
	ExternalID string `json:"externalId" example:"701984"`
	TeamID     string `json:"teamId" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6b"`
	// Roles are names of roles, which give the user their privileges.
	Roles []string `json:"roles" example:"Agent"`
	// Skills are levels from 0 to 100 by the name of a skill.
	Skills   map[string]int `json:"skills"`
	Disabled bool           `json:"disabled" example:"false"`
	// ChangePassword: the user must choose a new password after the next sign-in.
	ChangePassword bool `json:"changePassword" example:"false"`
	// PasswordSet: the user can sign in by password.
	PasswordSet bool `json:"passwordSet" example:"true"`
	// APISecretSet: the user has an API secret.
	APISecretSet bool        `json:"apiSecretSet" example:"false"`
	LastSignInAt models.Time `json:"lastSignInAt,omitzero" swaggertype:"string" format:"date-time"`
	// ETag is the entity tag without its quotes.
	ETag      string      `json:"etag" example:"3"`
	Version   int64       `json:"version" example:"3"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	UpdatedAt models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	UpdatedBy string      `json:"updatedBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
}

// NewUser returns the wire form of a user.
func NewUser(u *models.User) User {
	out := User{
		ID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email,
		WorkPhone: u.WorkPhone, MobilePhone: u.MobilePhone, Extension: u.Extension,
		ExternalID: u.ExternalID, TeamID: u.TeamID,
		Roles: u.Roles, Skills: u.Skills, Disabled: u.Disabled, ChangePassword: u.ChangePassword,
		PasswordSet: u.PasswordHash != "", APISecretSet: u.APISecretHash != nil, LastSignInAt: u.LastSignInAt,
		ETag: PeopleETag(u.Version), Version: u.Version,
		CreatedAt: u.CreatedAt, CreatedBy: u.CreatedBy, UpdatedAt: u.UpdatedAt, UpdatedBy: u.UpdatedBy,
	}
	if out.Roles == nil {
		out.Roles = []string{}
	}
	if out.Skills == nil {
		out.Skills = map[string]int{}
	}
	return out
}

// PeopleETag is the entity tag of a user, team or role, without its quotes.
func PeopleETag(version int64) string { return strconv.FormatInt(version, 10) }

// UserPage is a part of a list of users.
type UserPage struct {
	Items []User `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// UserCreate is the document of a new user.
type UserCreate struct {
	// Username is unique in the contact center, upper and lower case alike.
	Username    string `json:"username" validate:"required" maxLength:"255" example:"ann"`
	FirstName   string `json:"firstName,omitempty" maxLength:"255" example:"Ann"`
	LastName    string `json:"lastName,omitempty" maxLength:"255" example:"Archer"`
	Email       string `json:"email,omitempty" maxLength:"254" example:"ann@acme.example"`
	WorkPhone   string `json:"workPhone,omitempty" maxLength:"255" example:"+14155550100"`
	MobilePhone string `json:"mobilePhone,omitempty" maxLength:"255"`
	// Extension is the next free number when absent.
	Extension string `json:"extension,omitempty" maxLength:"16" example:"1002"`
	// ExternalID is what an identity provider calls the user.
	ExternalID string `json:"externalId,omitempty" maxLength:"255"`
	// TeamID is the team that was made first when absent.
	TeamID string `json:"teamId,omitempty" format:"uuid"`
	// Roles are, when absent, those that are assigned to new users.
	Roles          []string       `json:"roles,omitempty" example:"Agent"`
	Skills         map[string]int `json:"skills,omitempty"`
	Disabled       bool           `json:"disabled,omitempty"`
	ChangePassword bool           `json:"changePassword,omitempty"`
	// Password is never shown. Without one the user cannot sign in by password.
	Password string `json:"password,omitempty" minLength:"8" maxLength:"128"`
}

// UserPatch is a merge patch (RFC 7396) of a user: members that are absent stay,
// null removes. A password that is null is taken away; teamId and extension that
// are null are chosen as for a new user.
type UserPatch struct {
	Username       *string         `json:"username,omitempty" maxLength:"255" example:"ann"`
	FirstName      *string         `json:"firstName,omitempty" maxLength:"255"`
	LastName       *string         `json:"lastName,omitempty" maxLength:"255"`
	Email          *string         `json:"email,omitempty" maxLength:"254"`
	WorkPhone      *string         `json:"workPhone,omitempty" maxLength:"255"`
	MobilePhone    *string         `json:"mobilePhone,omitempty" maxLength:"255"`
	Extension      *string         `json:"extension,omitempty" maxLength:"16"`
	ExternalID     *string         `json:"externalId,omitempty" maxLength:"255"`
	TeamID         *string         `json:"teamId,omitempty" format:"uuid"`
	Roles          []string        `json:"roles,omitempty" example:"Agent"`
	Skills         map[string]*int `json:"skills,omitempty"`
	Disabled       *bool           `json:"disabled,omitempty"`
	ChangePassword *bool           `json:"changePassword,omitempty"`
	Password       *string         `json:"password,omitempty" minLength:"8" maxLength:"128"`
}

// UserSecret is a fresh API secret of a user. It is shown this once.
type UserSecret struct {
	APISecret string      `json:"apiSecret" example:"aas_Sm9-EXAMPLE"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
}

// Team is a group of users; each user is in exactly one.
type Team struct {
	ID   string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6b"`
	Name string `json:"name" example:"Support"`
	// ExternalID is what an identity provider calls the team; SCIM finds groups by it.
	ExternalID string `json:"externalId" example:""`
	// Disabled: nobody can be put into the team.
	Disabled bool `json:"disabled" example:"false"`
	// ETag is the entity tag without its quotes.
	ETag      string      `json:"etag" example:"1"`
	Version   int64       `json:"version" example:"1"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy" example:"system"`
	UpdatedAt models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	UpdatedBy string      `json:"updatedBy" example:"system"`
}

// NewTeam returns the wire form of a team.
func NewTeam(t *models.Team) Team {
	return Team{
		ID: t.ID, Name: t.Name, ExternalID: t.ExternalID, Disabled: t.Disabled,
		ETag: PeopleETag(t.Version), Version: t.Version,
		CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy, UpdatedAt: t.UpdatedAt, UpdatedBy: t.UpdatedBy,
	}
}

// TeamPage is a part of a list of teams.
type TeamPage struct {
	Items []Team `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// TeamCreate is the document of a new team.
type TeamCreate struct {
	Name string `json:"name" validate:"required" maxLength:"255" example:"Support"`
	// ExternalID is what an identity provider calls the team.
	ExternalID string `json:"externalId,omitempty" maxLength:"255"`
	Disabled   bool   `json:"disabled,omitempty"`
}

// TeamPatch is a merge patch (RFC 7396) of a team.
type TeamPatch struct {
	Name       *string `json:"name,omitempty" maxLength:"255" example:"Support"`
	ExternalID *string `json:"externalId,omitempty" maxLength:"255"`
	Disabled   *bool   `json:"disabled,omitempty"`
}

// Role is a set of privileges that users have together.
type Role struct {
	ID          string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6c"`
	Name        string `json:"name" example:"Integrator"`
	Description string `json:"description" example:""`
	// Privileges are the same words as the scopes of tokens.
	Privileges []string `json:"privileges" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider" example:"accounts:read"`
	// Grantable is what who has the role may give to others, and take from them:
	// some of the privileges; in the built-in role Administrator also sso:bypass.
	Grantable []string `json:"grantable" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	// AssignToNewUsers: users who are made without roles get this one.
	AssignToNewUsers bool `json:"assignToNewUsers" example:"false"`
	// BuiltIn: every contact center has the role, and nobody can change it.
	BuiltIn bool `json:"builtIn" example:"false"`
	// ETag is the entity tag without its quotes.
	ETag    string `json:"etag" example:"1"`
	Version int64  `json:"version" example:"1"`
	// Who made and changed a role, and when, is absent from built-in ones.
	CreatedAt models.Time `json:"createdAt,omitzero" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy,omitempty" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	UpdatedAt models.Time `json:"updatedAt,omitzero" swaggertype:"string" format:"date-time"`
	UpdatedBy string      `json:"updatedBy,omitempty" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
}

// NewRole returns the wire form of a role.
func NewRole(r *models.Role, builtIn bool) Role {
	out := Role{
		ID: r.ID, Name: r.Name, Description: r.Description, Privileges: r.Privileges, Grantable: r.Grantable,
		AssignToNewUsers: r.AssignToNewUsers, BuiltIn: builtIn, ETag: PeopleETag(r.Version), Version: r.Version,
		CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}
	if out.Privileges == nil {
		out.Privileges = []string{}
	}
	if out.Grantable == nil {
		out.Grantable = []string{}
	}
	return out
}

// RolePage is a part of a list of roles.
type RolePage struct {
	Items []Role `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// RoleCreate is the document of a new role.
type RoleCreate struct {
	// Name is unique in the contact center and holds no comma.
	Name        string   `json:"name" validate:"required" maxLength:"255" example:"Integrator"`
	Description string   `json:"description,omitempty" maxLength:"1024"`
	Privileges  []string `json:"privileges,omitempty" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider" example:"accounts:read"`
	// Grantable is a part of the privileges.
	Grantable        []string `json:"grantable,omitempty" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	AssignToNewUsers bool     `json:"assignToNewUsers,omitempty"`
}

// RolePatch is a merge patch (RFC 7396) of a role. Lists are replaced as a whole.
type RolePatch struct {
	Name             *string  `json:"name,omitempty" maxLength:"255" example:"Integrator"`
	Description      *string  `json:"description,omitempty" maxLength:"1024"`
	Privileges       []string `json:"privileges,omitempty" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider" example:"accounts:read"`
	Grantable        []string `json:"grantable,omitempty" enums:"accounts:read,accounts:write,accounts:test,credentials:read,references:write,events:read,audit:read,users:write,sso:bypass,scim,metrics,admin,provider"`
	AssignToNewUsers *bool    `json:"assignToNewUsers,omitempty"`
}
