package handlers

import "net/http"

// listSCIMUsers answers a page of users.
//
//	@ID          listSCIMUsers
//	@Summary     Find users over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description In the order in which they were made. userName and externalId are compared ignoring case.
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
//	@Success     200 {object} api.SCIMUserList
//	@Failure     400,401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users [get]
func (s *Server) listSCIMUsers(x *exchange) error {
	return x.listResources(s.scim.Users)
}

// searchSCIMUsers answers a page of users to a query in the body.
//
//	@ID          searchSCIMUsers
//	@Summary     Find users over SCIM, by POST
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403. What stands in query parameters elsewhere stands in the body.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       query body api.SCIMSearch true "Query"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMUserList
//	@Failure     400,401,403,404,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users/.search [post]
func (s *Server) searchSCIMUsers(x *exchange) error {
	return x.searchResources(s.scim.Users)
}

// createSCIMUser makes a user.
//
//	@ID          createSCIMUser
//	@Summary     Create a user over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description The user gets the default team of the account, the roles of the attribute roles or else those that are assigned to
//	@Description new users, and the next free extension. Whoever gives roles must have the right to grant every privilege of theirs:
//	@Description a token with no other scope than scim gives roles without privileges, such as Agent.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       user body api.SCIMUserInput true "User to create"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.SCIMUser
//	@Header      201 {string} Location "Address of the user"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users [post]
func (s *Server) createSCIMUser(x *exchange) error {
	return x.changeResource(http.StatusCreated, s.scim.CreateUser)
}

// readSCIMUser answers one user.
//
//	@ID          getSCIMUser
//	@Summary     Read a user over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the user" Format(uuid)
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       If-None-Match header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMUser
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users/{id} [get]
func (s *Server) readSCIMUser(x *exchange) error {
	return x.readResource(s.scim.User)
}

// replaceSCIMUser makes a user what the body says.
//
//	@ID          putSCIMUser
//	@Summary     Replace a user over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description Attributes that are absent lose their value, but externalId, active, roles, the extension and the password stay.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the user" Format(uuid)
//	@Param       user body api.SCIMUserInput true "User as it is to be"
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMUser
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users/{id} [put]
func (s *Server) replaceSCIMUser(x *exchange) error {
	return x.changeResource(http.StatusOK, s.scim.ReplaceUser)
}

// patchSCIMUser changes a user step by step.
//
//	@ID          patchSCIMUser
//	@Summary     Change a user over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description All operations are carried out, or none. What changes nothing leaves the version as it is.
//	@Description To change user name, e-mail address, password or active of a user needs the right to grant every privilege that the user
//	@Description has.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Accept      application/scim+json,json
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the user" Format(uuid)
//	@Param       patch body api.SCIMPatch true "Operations"
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       attributes query string false "Attributes to show, separated by commas"
//	@Param       excludedAttributes query string false "Attributes to leave out, separated by commas"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMUser
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users/{id} [patch]
func (s *Server) patchSCIMUser(x *exchange) error {
	return x.changeResource(http.StatusOK, s.scim.PatchUser)
}

// deleteSCIMUser removes a user.
//
//	@ID          deleteSCIMUser
//	@Summary     Delete a user over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Without an enabled account of the type scim the answer is 403.
//	@Description Needs the right to grant every privilege that the user has. The last administrator cannot be deleted, nor a user whom an
//	@Description account names.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       id path string true "Id of the user" Format(uuid)
//	@Param       If-Match header string false "Version of the resource as it was read; without it whatever is stored is changed"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     204 "Deleted"
//	@Failure     400,401,403,404,409,412,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Users/{id} [delete]
func (s *Server) deleteSCIMUser(x *exchange) error {
	return x.deleteResource(s.scim.DeleteUser)
}
