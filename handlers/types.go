package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/integrations"
	"admin-api/models"
)

// typeDocuments are the catalogue's answers. What they say of a type is the
// same for everybody but for its feature and its computed values, so the rest
// is encoded once.
type typeDocuments struct {
	catalog  integrations.Catalog
	types    []string
	families []string
	static   map[string]*api.TypeEncoder
}

func newTypeDocuments(catalog integrations.Catalog) (*typeDocuments, error) {
	d := &typeDocuments{catalog: catalog, static: map[string]*api.TypeEncoder{}}
	for i := range catalog {
		def := &catalog[i]
		d.types = append(d.types, def.Type)
		if family := string(def.Family); len(d.families) == 0 || d.families[len(d.families)-1] != family {
			d.families = append(d.families, family)
		}
		encoder, err := api.NewTypeEncoder(def)
		if err != nil {
			return nil, err
		}
		d.static[def.Type] = encoder
	}
	return d, nil
}

// listTypes answers the catalogue.
//
//	@ID          listTypes
//	@Summary     List the types of integration accounts
//	@Description Needs the scope accounts:read. Types stand in the order of the documentation, grouped by family. Each tells
//	@Description its form (fields) and the JSON Schema of the properties of a new account.
//	@Tags        types
//	@Security    BearerAuth
//	@Param       If-None-Match  header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.TypePage
//	@Header      200 {string} ETag "Entity tag for If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-types [get]
func (s *Server) listTypes(x *exchange) error {
	b := []byte(`{"items":[`)
	for i, typ := range s.catalog.types {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.catalog.static[typ].Append(b, &x.principal.ContactCenter, s.public)
	}
	return x.catalogue(append(b, ']', '}'))
}

// readType answers one type.
//
//	@ID          getType
//	@Summary     Read a type of integration account
//	@Description Needs the scope accounts:read.
//	@Tags        types
//	@Security    BearerAuth
//	@Param       type           path   string true  "Type" example(zendesk)
//	@Param       If-None-Match  header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Type
//	@Header      200 {string} ETag "Entity tag for If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /integration-types/{type} [get]
func (s *Server) readType(x *exchange) error {
	typ, err := x.param("type")
	if err != nil {
		return err
	}
	encoder, ok := s.catalog.static[typ]
	if !ok {
		return models.ErrNotFound
	}
	return x.catalogue(encoder.Append(nil, &x.principal.ContactCenter, s.public))
}

// catalogue sends a part of the catalogue, or 304. Clients may keep it and ask
// each time whether it still holds.
func (x *exchange) catalogue(b []byte) error {
	sum := sha256.Sum256(b)
	x.set(echo.HeaderCacheControl, "private, no-cache")
	if done, err := x.unchanged(hex.EncodeToString(sum[:16])); done {
		return err
	}
	return x.send(http.StatusOK, jsonType, b)
}
