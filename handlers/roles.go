package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

// listRoles answers a page of roles.
//
//	@ID          listRoles
//	@Summary     List roles
//	@Description Needs the scope users:write. In the order of their names.
//	@Description Built-in roles are among them.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       pageSize       query  int    false "Roles per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.RolePage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /roles [get]
func (s *Server) listRoles(x *exchange) error {
	items, next, err := listed(x, s.access.Roles, newRole)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.RolePage{Items: items, NextCursor: next})
}

// createRole adds a role.
//
//	@ID          createRole
//	@Summary     Create a role
//	@Description Needs the scope users:write.
//	@Description Needs also the right to grant every privilege of the role.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       role body api.RoleCreate true "Role to create"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.Role
//	@Header      201 {string} Location "Address of the role"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /roles [post]
func (s *Server) createRole(x *exchange) error {
	r, err := s.access.CreateRole(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	x.set(echo.HeaderLocation, rolesPath+"/"+r.ID)
	return x.versioned(http.StatusCreated, r.Version, newRole(r))
}

// readRole answers one role.
//
//	@ID          getRole
//	@Summary     Read a role
//	@Description Needs the scope users:write.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "Role id" Format(uuid)
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Role
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /roles/{id} [get]
func (s *Server) readRole(x *exchange) error {
	r, err := found(x, s.access.Role)
	if err != nil {
		return err
	}
	return x.readVersioned(r.Version, newRole(r))
}

// patchRole applies a merge patch to a role.
//
//	@ID          patchRole
//	@Summary     Change a role
//	@Description Needs the scope users:write. A JSON merge patch (RFC 7396); the outcome is judged as a whole.
//	@Description What is added or taken needs the
//	@Description right to grant it. A new name is that of the role in all users who have it. Built-in roles cannot be changed.
//	@Tags        people
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id            path   string true  "Role id" Format(uuid)
//	@Param       patch body api.RolePatch true "Merge patch"
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Role
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /roles/{id} [patch]
func (s *Server) patchRole(x *exchange) error {
	r, err := patched(x, s.access.UpdateRole)
	if err != nil {
		return err
	}
	return x.versioned(http.StatusOK, r.Version, newRole(r))
}

// deleteRole removes a role for good.
//
//	@ID          deleteRole
//	@Summary     Delete a role
//	@Description Needs the scope users:write.
//	@Description A role that users have cannot be deleted, nor a built-in one.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "Role id" Format(uuid)
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.Problem
//	@Router      /roles/{id} [delete]
func (s *Server) deleteRole(x *exchange) error { return x.removed(s.access.DeleteRole) }

// newRole returns the wire form of a role.
func newRole(r *models.Role) api.Role { return api.NewRole(r, access.IsBuiltIn(r.ID)) }
