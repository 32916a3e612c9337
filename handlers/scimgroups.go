package handlers

import "net/http"

// listSCIMGroups answers a page of groups.
//
//	@ID          listSCIMGroups
//	@Summary     Find groups over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description Groups are the teams, in the order in which they were made.
//	@Description Query parameters that are not known are passed over.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       filter query string false "Condition (RFC 7644, section 3.4.2.2)" maxlength(4096) example(externalId eq "00u1a2b3")
//	@Param       startIndex query int false "Place of the first, from 1" default(1)
//	@Param       count query int false "How many at most, up to 200" default(100)
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMGroupList
//	@Failure     400,401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups [get]
func (s *Server) listSCIMGroups(x *exchange) error {
	return x.listResources(s.scim.Groups)
}

// searchSCIMGroups answers a page of groups to a query in the body.
//
//	@ID          searchSCIMGroups
//	@Summary     Find groups over SCIM, by POST
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403. What stands in query parameters elsewhere stands in the body.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       query body api.SCIMSearch true "Query"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMGroupList
//	@Failure     400,401,403,404,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups/.search [post]
func (s *Server) searchSCIMGroups(x *exchange) error {
	return x.searchResources(s.scim.Groups)
}

// createSCIMGroup makes a group.
//
//	@ID          createSCIMGroup
//	@Summary     Create a group over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description Makes a team. Each user is in exactly one team: members are moved to it.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       group body api.SCIMGroupInput true "Group to create"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.SCIMGroup
//	@Header      201 {string} Location "Address of the group"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups [post]
func (s *Server) createSCIMGroup(x *exchange) error {
	return x.changeResource(http.StatusCreated, s.scim.CreateGroup)
}

// readSCIMGroup answers one group.
//
//	@ID          getSCIMGroup
//	@Summary     Read a group over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the group" Format(uuid)
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMGroup
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups/{id} [get]
func (s *Server) readSCIMGroup(x *exchange) error {
	return x.readResource(s.scim.Group)
}

// replaceSCIMGroup makes a group what the body says.
//
//	@ID          putSCIMGroup
//	@Summary     Replace a group over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description Without the attributes externalId and members these stay. Who is a member no more goes to the default team of the account.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the group" Format(uuid)
//	@Param       group body api.SCIMGroupInput true "Group as it is to be"
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMGroup
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups/{id} [put]
func (s *Server) replaceSCIMGroup(x *exchange) error {
	return x.changeResource(http.StatusOK, s.scim.ReplaceGroup)
}

// patchSCIMGroup changes a group step by step.
//
//	@ID          patchSCIMGroup
//	@Summary     Change a group over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description All operations are carried out, or none. Adding a member moves the user here; removing moves the user to the default
//	@Description team of the account, and does nothing in that team itself. The answer has a body where the request names attributes.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the group" Format(uuid)
//	@Param       patch body api.SCIMPatch true "Operations"
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMGroup
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     204 "Changed"
//	@Header      204 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups/{id} [patch]
func (s *Server) patchSCIMGroup(x *exchange) error {
	c, err := x.scimChange(false)
	if err != nil {
		return err
	}
	chosen := c.Chosen()
	if !chosen { // nobody sees the members, so they need not be read
		c.Without = []string{"members"}
	}
	r, err := s.scim.PatchGroup(x.Request().Context(), c)
	if err != nil {
		return err
	}
	if !chosen {
		x.set("ETag", weak(r.Tag))
		return x.NoContent(http.StatusNoContent)
	}
	return x.resource(http.StatusOK, r)
}

// deleteSCIMGroup removes a group.
//
//	@ID          deleteSCIMGroup
//	@Summary     Delete a group over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description The members go to the default team of the account. That team cannot be deleted, nor one that another account names.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the group" Format(uuid)
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Groups/{id} [delete]
func (s *Server) deleteSCIMGroup(x *exchange) error {
	return x.deleteResource(s.scim.DeleteGroup)
}
