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
	const user, group = scimUsersPath + "/{id}", scimGroupsPath + "/{id}"
	const schemas, types = scimPath + "/Schemas", scimPath + "/ResourceTypes"
	const get, post, put = http.MethodGet, http.MethodPost, http.MethodPut
	const patch, remove = http.MethodPatch, http.MethodDelete
	return []route{
		scimRoute("user.list", get, scimUsersPath, (*Server).listSCIMUsers),
		scimRoute("user.list", post, scimUsersPath+"/.search", (*Server).searchSCIMUsers),
		scimRoute("user.create", post, scimUsersPath, (*Server).createSCIMUser),
		scimRoute("user.read", get, user, (*Server).readSCIMUser),
		scimRoute("user.update", put, user, (*Server).replaceSCIMUser),
		scimRoute("user.update", patch, user, (*Server).patchSCIMUser),
		scimRoute("user.delete", remove, user, (*Server).deleteSCIMUser),
		scimRoute("team.list", get, scimGroupsPath, (*Server).listSCIMGroups),
		scimRoute("team.list", post, scimGroupsPath+"/.search", (*Server).searchSCIMGroups),
		scimRoute("team.create", post, scimGroupsPath, (*Server).createSCIMGroup),
		scimRoute("team.read", get, group, (*Server).readSCIMGroup),
		scimRoute("team.update", put, group, (*Server).replaceSCIMGroup),
		scimRoute("team.update", patch, group, (*Server).patchSCIMGroup),
		scimRoute("team.delete", remove, group, (*Server).deleteSCIMGroup),
		scimRoute("scim.config", get, scimPath+"/ServiceProviderConfig", (*Server).readSCIMConfig),
		scimRoute("scim.schemas", get, schemas, (*Server).listSCIMSchemas),
		scimRoute("scim.schema", get, schemas+"/{uri}", (*Server).readSCIMSchema),
		scimRoute("scim.types", get, types, (*Server).listSCIMTypes),
		scimRoute("scim.type", get, types+"/{name}", (*Server).readSCIMType),
		scimRoute("scim.me", get, scimPath+"/Me", (*Server).readSCIMMe),
		scimRoute("scim.bulk", post, scimPath+"/Bulk", (*Server).doSCIMBulk),
	}
}

func scimRoute(name, method, path string, do func(*Server, *exchange) error) route {
	r := route{Route: Route{name, method, path, models.ScopeSCIM}, do: do, query: anyParams, token: true}
	if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		r.body = scimBody
	}
	return r
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
	// Base addresses are entered with a slash at the end, and without.
	word, tail, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	for _, known := range scimWords {
		if strings.EqualFold(known, word) {
			rest = known
			if tail = strings.Trim(tail, "/"); tail != "" {
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
