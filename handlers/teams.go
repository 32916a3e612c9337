package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/api"
)

// listTeams answers a page of teams.
//
//	@ID          listTeams
//	@Summary     List teams
//	@Description Needs the scope users:write. In the order of their names.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       pageSize       query  int    false "Teams per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.TeamPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /teams [get]
func (s *Server) listTeams(x *exchange) error {
	items, next, err := listed(x, s.access.Teams, api.NewTeam)
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, api.TeamPage{Items: items, NextCursor: next})
}

// createTeam adds a team.
//
//	@ID          createTeam
//	@Summary     Create a team
//	@Description Needs the scope users:write.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       team body api.TeamCreate true "Team to create"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.Team
//	@Header      201 {string} Location "Address of the team"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /teams [post]
func (s *Server) createTeam(x *exchange) error {
	t, err := s.access.CreateTeam(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	x.set(echo.HeaderLocation, teamsPath+"/"+t.ID)
	return x.versioned(http.StatusCreated, t.Version, api.NewTeam(t))
}

// readTeam answers one team.
//
//	@ID          getTeam
//	@Summary     Read a team
//	@Description Needs the scope users:write.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "Team id" Format(uuid)
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Team
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /teams/{id} [get]
func (s *Server) readTeam(x *exchange) error {
	t, err := found(x, s.access.Team)
	if err != nil {
		return err
	}
	return x.readVersioned(t.Version, api.NewTeam(t))
}

// patchTeam applies a merge patch to a team.
//
//	@ID          patchTeam
//	@Summary     Change a team
//	@Description Needs the scope users:write. A JSON merge patch (RFC 7396); the outcome is judged as a whole.
//	@Description A team that users are in or an account
//	@Description names cannot be disabled.
//	@Tags        people
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       id            path   string true  "Team id" Format(uuid)
//	@Param       patch body api.TeamPatch true "Merge patch"
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Team
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /teams/{id} [patch]
func (s *Server) patchTeam(x *exchange) error {
	t, err := patched(x, s.access.UpdateTeam)
	if err != nil {
		return err
	}
	return x.versioned(http.StatusOK, t.Version, api.NewTeam(t))
}

// deleteTeam removes a team for good.
//
//	@ID          deleteTeam
//	@Summary     Delete a team
//	@Description Needs the scope users:write.
//	@Description A team that users are in or an account names cannot be deleted.
//	@Tags        people
//	@Security    BearerAuth
//	@Param       id            path   string true  "Team id" Format(uuid)
//	@Param       If-Match      header string false "Entity tag of the record as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.Problem
//	@Router      /teams/{id} [delete]
func (s *Server) deleteTeam(x *exchange) error { return x.removed(s.access.DeleteTeam) }
