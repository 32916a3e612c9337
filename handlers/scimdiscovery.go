package handlers

import (
	"net/http"

	"admin-api/scim"
)

// readSCIMConfig answers what SCIM can do here.
//
//	@ID          getSCIMConfig
//	@Summary     What the server can do over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMProviderConfig
//	@Failure     401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/ServiceProviderConfig [get]
func (*Server) readSCIMConfig(x *exchange) error {
	return x.described(scim.ProviderConfig(x.caller().Base), nil)
}

// listSCIMSchemas answers what resources look like.
//
//	@ID          listSCIMSchemas
//	@Summary     List the schemas of SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMSchemaList
//	@Failure     401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Schemas [get]
func (*Server) listSCIMSchemas(x *exchange) error {
	return x.described(scim.Schemas(x.caller().Base), nil)
}

// readSCIMSchema answers what one kind of resource looks like.
//
//	@ID          getSCIMSchema
//	@Summary     Read a schema of SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       uri path string true "URI of the schema" example(urn:ietf:params:scim:schemas:core:2.0:User)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMSchema
//	@Failure     401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/Schemas/{uri} [get]
func (*Server) readSCIMSchema(x *exchange) error {
	uri, err := x.param("uri")
	if err != nil {
		return err
	}
	return x.described(scim.Schema(x.caller().Base, uri))
}

// listSCIMTypes answers which types of resources there are.
//
//	@ID          listSCIMTypes
//	@Summary     List the types of resources of SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMResourceTypeList
//	@Failure     401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/ResourceTypes [get]
func (*Server) listSCIMTypes(x *exchange) error {
	return x.described(scim.ResourceTypes(x.caller().Base), nil)
}

// readSCIMType answers one type of resources.
//
//	@ID          getSCIMType
//	@Summary     Read a type of resources of SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       name path string true "Name of the type" example(User)
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.SCIMResourceType
//	@Failure     401,403,404,429,500,503 {object} api.SCIMError
//	@Router      /scim/v2/ResourceTypes/{name} [get]
func (*Server) readSCIMType(x *exchange) error {
	name, err := x.param("name")
	if err != nil {
		return err
	}
	return x.described(scim.ResourceType(x.caller().Base, name))
}

// described answers a document of discovery. These cannot be searched (RFC 7644,
// section 4).
func (x *exchange) described(document any, err error) error {
	if err != nil {
		return err
	}
	if x.Request().URL.Query().Has("filter") {
		return &scim.Error{Status: http.StatusForbidden, Detail: "This list cannot be filtered."}
	}
	return x.scim(http.StatusOK, document)
}

// readSCIMMe refuses to tell who asks: a token need not be a user.
//
//	@ID          getSCIMMe
//	@Summary     Who asks, over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Not implemented: the answer is always 501.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Failure     401,403,404,429,500,501,503 {object} api.SCIMError
//	@Router      /scim/v2/Me [get]
func (*Server) readSCIMMe(*exchange) error {
	return &scim.Error{
		Status: http.StatusNotImplemented,
		Detail: "There is no /Me: a token need not be a user. GET /api/v1/me tells about it.",
	}
}

// doSCIMBulk refuses several changes in one request.
//
//	@ID          bulkSCIM
//	@Summary     Many changes at once, over SCIM
//	@Description Needs the scope scim. Needs a token: a session does not do. Not implemented: the answer is always 501.
//	@Tags        provisioning
//	@Security    BearerAuth
//	@Produce     application/scim+json
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Failure     401,403,404,429,500,501,503 {object} api.SCIMError
//	@Router      /scim/v2/Bulk [post]
func (*Server) doSCIMBulk(*exchange) error {
	return &scim.Error{Status: http.StatusNotImplemented, Detail: "There is no /Bulk: send one request for each change."}
}
