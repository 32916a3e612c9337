package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

const (
	centersPath = "/api/v1/contact-centers"
	centerPath  = centersPath + "/{domain}"
)

func centerRoutes() []route {
	const scope = models.ScopeProvider
	return []route{
		{
			Route: Route{"contact-center.list", http.MethodGet, centersPath, scope},
			do:    (*Server).listContactCenters, query: single("q", "suspended", "pageSize", "cursor"),
		},
		{
			Route: Route{"contact-center.create", http.MethodPost, centersPath, scope},
			do:    (*Server).createContactCenter, body: jsonBody,
		},
		{Route: Route{"contact-center.read", http.MethodGet, centerPath, scope}, do: (*Server).readContactCenter},
		{
			Route: Route{"contact-center.update", http.MethodPatch, centerPath, scope},
			do:    (*Server).patchContactCenter, body: patchBody,
		},
		{Route: Route{"contact-center.read", http.MethodGet, centerPath + "/features", scope}, do: (*Server).readFeatures},
		{
			Route: Route{"contact-center.update", http.MethodPut, centerPath + "/features", scope},
			do:    (*Server).replaceFeatures, body: jsonBody,
		},
	}
}

// listContactCenters answers a page of the contact centers.
//
//	@ID          listContactCenters
//	@Summary     List contact centers
//	@Description Needs the scope provider. In the order of their domains.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Param       q              query  string false "Words; each must begin the domain, a part of it between dots, or a word of the name" maxlength(256)
//	@Param       suspended      query  bool   false "Suspended or not"
//	@Param       pageSize       query  int    false "Contact centers per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before, with the same filters"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.ContactCenterPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /contact-centers [get]
func (s *Server) listContactCenters(x *exchange) error {
	f := &filters{query: x.query}
	q := access.ContactCenterQuery{
		Query: paging.Query{Size: f.size(), Cursor: f.cursor()}, Q: f.text("q"), Suspended: f.flag("suspended"),
	}
	if f.err != nil {
		return f.err
	}
	centers, next, err := s.access.ContactCenters(x.Request().Context(), q)
	if err != nil {
		return err
	}
	page := api.ContactCenterPage{Items: make([]api.ContactCenter, len(centers)), NextCursor: next}
	for i := range centers {
		page.Items[i] = api.NewContactCenter(&centers[i])
	}
	x.linkNext(next)
	return x.json(http.StatusOK, page)
}

// createContactCenter makes a contact center.
//
//	@ID          createContactCenter
//	@Summary     Create a contact center
//	@Description Needs the scope provider. The contact center begins with a team and, if asked for, an administrator, whose
//	@Description password is made and answered once where none is given.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Param       contactCenter  body   api.ContactCenterCreate true "Contact center to create"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     201 {object} api.ContactCenter
//	@Header      201 {string} Location "Address of the contact center"
//	@Header      201 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,413,415,422,429,500,503 {object} api.Problem
//	@Router      /contact-centers [post]
func (s *Server) createContactCenter(x *exchange) error {
	made, err := s.access.CreateContactCenter(x.Request().Context(), x.principal, x.body)
	if err != nil {
		return err
	}
	doc := api.NewContactCenter(&made.ContactCenter)
	if made.Administrator != nil {
		doc.Administrator = &api.ContactCenterAdministrator{ID: made.Administrator.ID, Username: made.Administrator.Username}
		doc.GeneratedPassword = made.Password.Reveal()
	}
	x.set(echo.HeaderLocation, centersPath+"/"+made.Domain)
	x.set("ETag", quoted(doc.ETag))
	return x.json(http.StatusCreated, doc)
}

// readContactCenter answers one contact center.
//
//	@ID          getContactCenter
//	@Summary     Read a contact center
//	@Description Needs the scope provider.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Param       domain         path   string true  "Domain of the contact center" example(mycompany.example)
//	@Param       If-None-Match  header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.ContactCenter
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /contact-centers/{domain} [get]
func (s *Server) readContactCenter(x *exchange) error {
	center, err := s.center(x)
	if err != nil {
		return err
	}
	if done, err := x.unchanged(center.ETag()); done {
		return err
	}
	return x.json(http.StatusOK, api.NewContactCenter(center))
}

// center returns the contact center in the path.
func (s *Server) center(x *exchange) (*models.ContactCenter, error) {
	domain, err := x.param("domain")
	if err != nil {
		return nil, err
	}
	return s.access.ContactCenter(x.Request().Context(), domain)
}

// patchContactCenter changes a contact center.
//
//	@ID          patchContactCenter
//	@Summary     Change a contact center
//	@Description Needs the scope provider. A JSON merge patch (RFC 7396): name, features, suspended, and domain, which renames
//	@Description it. Suspending refuses the contact center's own credentials with their next request, everywhere, and
//	@Description stops what runs for it in the background; nobody can suspend the contact center of their own credential.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Accept      application/merge-patch+json
//	@Param       domain         path   string true  "Domain of the contact center" example(mycompany.example)
//	@Param       patch          body   api.ContactCenterPatch true "Merge patch"
//	@Param       If-Match       header string false "Entity tag of the contact center as it was read"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.ContactCenter
//	@Header      200 {string} ETag "Entity tag for If-Match and If-None-Match"
//	@Failure     400,401,403,404,409,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /contact-centers/{domain} [patch]
func (s *Server) patchContactCenter(x *exchange) error {
	center, err := x.changeCenter(s.access.UpdateContactCenter)
	if err != nil {
		return err
	}
	x.set("ETag", quoted(center.ETag()))
	return x.json(http.StatusOK, api.NewContactCenter(center))
}

// readFeatures answers what is switched on for a contact center.
//
//	@ID          getFeatures
//	@Summary     Read the features of a contact center
//	@Description Needs the scope provider.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Param       domain         path   string true  "Domain of the contact center" example(mycompany.example)
//	@Param       If-None-Match  header string false "Entity tags; 304 where one is current"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Features
//	@Header      200 {string} ETag "Entity tag of the contact center"
//	@Success     304 "Not modified"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /contact-centers/{domain}/features [get]
func (s *Server) readFeatures(x *exchange) error {
	center, err := s.center(x)
	if err != nil {
		return err
	}
	if done, err := x.unchanged(center.ETag()); done {
		return err
	}
	return x.json(http.StatusOK, api.NewFeatures(center))
}

// replaceFeatures switches features on and off.
//
//	@ID          putFeatures
//	@Summary     Switch features of a contact center on and off
//	@Description Needs the scope provider. Those listed are on, all others off. Accounts of a type that goes off can still be
//	@Description read, disabled and deleted.
//	@Tags        contact centers
//	@Security    BearerAuth
//	@Param       domain         path   string true  "Domain of the contact center" example(mycompany.example)
//	@Param       features       body   api.FeaturesInput true "Features that are to be on"
//	@Param       If-Match       header string false "Entity tag of the contact center as it was read"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.Features
//	@Header      200 {string} ETag "Entity tag of the contact center"
//	@Failure     400,401,403,404,412,413,415,422,429,500,503 {object} api.Problem
//	@Router      /contact-centers/{domain}/features [put]
func (s *Server) replaceFeatures(x *exchange) error {
	center, err := x.changeCenter(s.access.SetFeatures)
	if err != nil {
		return err
	}
	x.set("ETag", quoted(center.ETag()))
	return x.json(http.StatusOK, api.NewFeatures(center))
}
