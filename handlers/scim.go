package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/models"
	"admin-api/scim"
)

// Paths of SCIM.
const (
	scimPath       = "/scim/v2"
	scimUsersPath  = scimPath + "/Users"
	scimGroupsPath = scimPath + "/Groups"
	// compatibleSCIMPath is where the documented service has it.
	compatibleSCIMPath = "/configapi/v2/scim"
)

// scimRoutes are for identity providers, so for tokens only. Query parameters that
// are not known are passed over: providers add their own.
func scimRoutes() []route {
	user, group := scimUsersPath+"/{id}", scimGroupsPath+"/{id}"
	routes := []route{
		{Route: Route{Name: "user.list", Method: http.MethodGet, Path: scimUsersPath}, do: (*Server).listSCIMUsers},
		{Route: Route{Name: "user.list", Method: http.MethodPost, Path: scimUsersPath + "/.search"}, do: (*Server).searchSCIMUsers, body: scimBody},
		{Route: Route{Name: "user.create", Method: http.MethodPost, Path: scimUsersPath}, do: (*Server).createSCIMUser, body: scimBody},
		{Route: Route{Name: "user.read", Method: http.MethodGet, Path: user}, do: (*Server).readSCIMUser},
		{Route: Route{Name: "user.update", Method: http.MethodPut, Path: user}, do: (*Server).replaceSCIMUser, body: scimBody},
		{Route: Route{Name: "user.update", Method: http.MethodPatch, Path: user}, do: (*Server).patchSCIMUser, body: scimBody},
		{Route: Route{Name: "user.delete", Method: http.MethodDelete, Path: user}, do: (*Server).deleteSCIMUser},
		{Route: Route{Name: "team.list", Method: http.MethodGet, Path: scimGroupsPath}, do: (*Server).listSCIMGroups},
		{Route: Route{Name: "team.list", Method: http.MethodPost, Path: scimGroupsPath + "/.search"}, do: (*Server).searchSCIMGroups, body: scimBody},
		{Route: Route{Name: "team.create", Method: http.MethodPost, Path: scimGroupsPath}, do: (*Server).createSCIMGroup, body: scimBody},
		{Route: Route{Name: "team.read", Method: http.MethodGet, Path: group}, do: (*Server).readSCIMGroup},
		{Route: Route{Name: "team.update", Method: http.MethodPut, Path: group}, do: (*Server).replaceSCIMGroup, body: scimBody},
		{Route: Route{Name: "team.update", Method: http.MethodPatch, Path: group}, do: (*Server).patchSCIMGroup, body: scimBody},
		{Route: Route{Name: "team.delete", Method: http.MethodDelete, Path: group}, do: (*Server).deleteSCIMGroup},
		{Route: Route{Name: "scim.config", Method: http.MethodGet, Path: scimPath + "/ServiceProviderConfig"}, do: (*Server).readSCIMConfig},
		{Route: Route{Name: "scim.schemas", Method: http.MethodGet, Path: scimPath + "/Schemas"}, do: (*Server).listSCIMSchemas},
		{Route: Route{Name: "scim.schema", Method: http.MethodGet, Path: scimPath + "/Schemas/{uri}"}, do: (*Server).readSCIMSchema},
		{Route: Route{Name: "scim.types", Method: http.MethodGet, Path: scimPath + "/ResourceTypes"}, do: (*Server).listSCIMTypes},
		{Route: Route{Name: "scim.type", Method: http.MethodGet, Path: scimPath + "/ResourceTypes/{name}"}, do: (*Server).readSCIMType},
		{Route: Route{Name: "scim.me", Method: http.MethodGet, Path: scimPath + "/Me"}, do: (*Server).readSCIMMe},
		{Route: Route{Name: "scim.bulk", Method: http.MethodPost, Path: scimPath + "/Bulk"}, do: (*Server).doSCIMBulk},
	}
	for i := range routes {
		routes[i].Scope, routes[i].token, routes[i].query = models.ScopeSCIM, true, anyParams
	}
	return routes
}

// scimWords are the first parts of paths below SCIM's, as the routes have them.
var scimWords = []string{"Users", "Groups", "Schemas", "ResourceTypes", "ServiceProviderConfig", "Me", "Bulk"}

// compatible sends the documented addresses of SCIM, which write "users", to the
// routes that RFC 7644 asks for.
func compatible(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if path, changed := scimAddress(u.Path); changed {
			u.Path = path
			if u.RawPath != "" {
				u.RawPath, _ = scimAddress(u.RawPath)
			}
		}
		return next(c)
	}
}

// scimAddress returns the path of the route that a path of SCIM means.
func scimAddress(path string) (string, bool) {
	rest, ours := strings.CutPrefix(path, compatibleSCIMPath+"/")
	if !ours {
		if rest, ours = strings.CutPrefix(path, scimPath+"/"); !ours {
			return path, false
		}
	}
	word, tail, _ := strings.Cut(rest, "/")
	for _, known := range scimWords {
		if strings.EqualFold(known, word) {
			rest = known
			if tail != "" {
				rest += "/" + tail
			}
			break
		}
	}
	address := scimPath + "/" + rest
	return address, address != path
}

// speaksSCIM reports whether the request is one of SCIM, whatever becomes of it.
func (x *exchange) speaksSCIM() bool {
	return strings.HasPrefix(x.Request().URL.Path, scimPath+"/")
}

// caller is who asks over SCIM. The address of resources is that of the contact
// center, not the one that the request names.
func (x *exchange) caller() scim.Caller {
	return scim.Caller{Principal: x.principal, Base: x.server.origin(x.principal.ContactCenter.Domain) + scimPath}
}
