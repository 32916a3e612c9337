package models

import "slices"

// Role is a set of privileges that users have together.
type Role struct {
	ContactCenterID string `gorm:"primaryKey"`
	ID              string `gorm:"primaryKey"`
	Name            string
	NameKey         string // NameKey(Name), unique
	Description     string
	Privileges      Strings
	// Grantable are what who has the role may give to others, and take from them:
	// some of the privileges, and in the built-in role Administrator ScopeSSOBypass,
	// which it does not have itself.
	Grantable Strings
	// AssignToNewUsers: users who are made without roles get this one.
	AssignToNewUsers bool
	Version          int64
	CreatedAt        Time
	CreatedBy        string
	UpdatedAt        Time
	UpdatedBy        string
}

// TableName names the table for GORM.
func (Role) TableName() string { return "roles" }

// Built-in roles. Who has one of them is what single sign-on calls an agent, a
// supervisor or an administrator.
const (
	RoleAgent         = "Agent"
	RoleSupervisor    = "Supervisor"
	RoleAdministrator = "Administrator"
)

// BuiltInRoles returns the roles that every contact center has and nobody can
// change. Their ids are the same everywhere; they are not stored.
//
// None has ScopeSSOBypass, or single sign-on would oblige nobody. Administrators may
// give it: they can switch single sign-on off, which comes to more.
func BuiltInRoles() []Role {
	grantable := slices.DeleteFunc(AllScopes(), func(scope string) bool { return scope == ScopeProvider })
	administrator := slices.DeleteFunc(slices.Clone(grantable), func(scope string) bool { return scope == ScopeSSOBypass })
	roles := []Role{
		{
			ID: "00000000-0000-7000-8000-000000000001", Name: RoleAgent,
			Description: "Works in Agent Desktop; administers nothing.",
		},
		{
			ID: "00000000-0000-7000-8000-000000000002", Name: RoleSupervisor,
			Description: "Looks at accounts and tests them.",
			Privileges:  Strings{ScopeAccountsRead, ScopeAccountsTest},
		},
		{
			ID: "00000000-0000-7000-8000-000000000003", Name: RoleAdministrator,
			Description: "Administers the contact center.",
			Privileges:  administrator, Grantable: grantable,
		},
	}
	for i := range roles {
		roles[i].NameKey, roles[i].Version = NameKey(roles[i].Name), 1
	}
	return roles
}

// BuiltInRole returns the built-in role with the name, as users have it.
func BuiltInRole(name string) (Role, bool) {
	for _, r := range BuiltInRoles() {
		if r.Name == name {
			return r, true
		}
	}
	return Role{}, false
}
