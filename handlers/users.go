package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

// listUsers answers a page of users.
//
//	@ID          listUsers
//	@Summary     List users
//	@Description Needs the scope users:write. In the order of their names.
//	@Description Parameters that are not known are refused.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       username query string false "User name, upper and lower case alike" maxlength(256)
//	@Param       q query string false "Words; each must begin a word of user name, names or e-mail address" maxlength(256)
//	@Param       role query string false "Name of a role" maxlength(256)
//	@Param       teamId query string false "Team" Format(uuid)
//	@Param       disabled query bool false "Disabled or not"
//	@Param       pageSize       query  int    false "Users per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.UserPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /users [get]
func (s *Server) listUsers(x *exchange) error {
	q, err := userQuery(x)
	if err != nil {
		return err
	}
	page, err := s.access.Users(x.Request().Context(), x.principal, q)
	if err != nil {
		return err
	}
	x.linkNext(page.NextCursor)
	return x.json(http.StatusOK, api.UserPage{Items: wired(page.Items, api.NewUser), NextCursor: page.NextCursor})
}

// userQuery reads the filters of the list of users.
func userQuery(x *exchange) (access.UserQuery, error) {
	f := &filters{query: x.query}
	username, _ := f.get("username")
	role, _ := f.get("role")
	team, _ := f.get("teamId")
	if team != "" && !models.ValidID(team) {
		f.refuse("teamId", "must be the id of a team")
	}
	for _, name := range []string{"username", "role"} {
		f.text(name)
	}
	q := access.UserQuery{
		Username: username, Q: f.text("q"), Page: paging.Query{Size: f.size(), Cursor: f.cursor()},
		Filter: models.UserFilter{Role: role, TeamID: team, Disabled: f.flag("disabled")},
	}
	return q, f.err
}

// createUser adds a user.
//
//	@ID          createUser
//	@Summary     Create a user
//	@Description Needs the scope users:write.
//	@Description Without roles the user gets those that are assigned to new users, without
//	@Description a team the one that was made first, without an extension the next free number. Whoever gives roles must have the
//	@Description right to grant every privilege of theirs.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       user body api.UserCreate true "User to create"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.User
//	@Header      201 {string} Location "Address of the user"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /users [post]
func (s *Server) createUser(x *exchange) error {
	u, err := s.access.CreateUser(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	x.set(echo.HeaderLocation, usersPath+"/"+u.ID)
	return x.versioned(http.StatusCreated, u.Version, api.NewUser(u))
}

// readUser answers one user.
//
//	@ID          getUser
//	@Summary     Read a user
//	@Description Needs the scope users:write.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "User id" Format(uuid)
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.User
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /users/{id} [get]
func (s *Server) readUser(x *exchange) error {
	u, err := found(x, s.access.User)
	if err != nil {
		return err
	}
	return x.readVersioned(u.Version, api.NewUser(u))
}

// patchUser applies a merge patch to a user.
//
//	@ID          patchUser
//	@Summary     Change a user
//	@Description Needs the scope users:write. A JSON merge patch (RFC 7396); the outcome is judged as a whole.
//	@Description To give or take roles needs the right to grant
//	@Description every privilege of theirs; to change user name, e-mail address, password, or whether the user is disabled or must
//	@Description change the password, the right to grant every privilege that the user has. The last administrator stays one, and a
//	@Description user whom an account names can neither be disabled nor lose a built-in role.
//	@Tags        people
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id            path   string true  "User id" Format(uuid)
//	@Param       patch body api.UserPatch true "Merge patch"
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.User
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /users/{id} [patch]
func (s *Server) patchUser(x *exchange) error {
	u, err := patched(x, s.access.UpdateUser)
	if err != nil {
		return err
	}
	return x.versioned(http.StatusOK, u.Version, api.NewUser(u))
}

// deleteUser removes a user for good.
//
//	@ID          deleteUser
//	@Summary     Delete a user
//	@Description Needs the scope users:write.
//	@Description Needs the right to grant every privilege that the user has. The last administrator
//	@Description cannot be deleted, nor a user whom an account names, for example as the template of new users.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "User id" Format(uuid)
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.Problem
//	@Router      /users/{id} [delete]
func (s *Server) deleteUser(x *exchange) error { return x.removed(s.access.DeleteUser) }

// newAPISecret gives a user a fresh API secret.
//
//	@ID          createAPISecret
//	@Summary     Make a new API secret of a user
//	@Description Needs the scope users:write, and the right to grant every privilege that the user has. The secret is shown
//	@Description this once; the one before, and the access tokens got by it, are worthless at once.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id             path   string true  "User id" Format(uuid)
//	@Param       If-Match       header string false "Entity tag of the user as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.UserSecret
//	@Header      200 {string} ETag "Entity tag of the user"
//	@Failure     400,401,403,404,412,429,500,503 {object} api.Problem
//	@Router      /users/{id}/api-secret [post]
func (s *Server) newAPISecret(x *exchange) error {
	id, m, err := x.target()
	if err != nil {
		return err
	}
	u, text, err := s.access.NewAPISecret(x.Request().Context(), x.principal, id, m)
	if err != nil {
		return err
	}
	return x.versioned(http.StatusOK, u.Version, api.UserSecret{APISecret: text.Reveal(), CreatedAt: u.APISecretAt})
}

// deleteAPISecret takes the API secret of a user away.
//
//	@ID          deleteAPISecret
//	@Summary     Take the API secret of a user away
//	@Description Needs the scope users:write, and the right to grant every privilege that the user has. Where there is none,
//	@Description nothing changes.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id             path   string true  "User id" Format(uuid)
//	@Param       If-Match       header string false "Entity tag of the user as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "There is none"
//	@Failure     400,401,403,404,412,429,500,503 {object} api.Problem
//	@Router      /users/{id}/api-secret [delete]
func (s *Server) deleteAPISecret(x *exchange) error { return x.removed(s.access.DeleteAPISecret) }
