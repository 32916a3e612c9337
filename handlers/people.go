package handlers

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

// Paths of people.
const (
	usersPath = "/api/v1/users"
	teamsPath = "/api/v1/teams"
	rolesPath = "/api/v1/roles"
)

func peopleRoutes() []route {
	const write = models.ScopeUsersWrite
	page := single("pageSize", "cursor")
	filtered := single("username", "q", "role", "teamId", "disabled", "pageSize", "cursor")
	user, team, role, apiSecret := usersPath+"/{id}", teamsPath+"/{id}", rolesPath+"/{id}", usersPath+"/{id}/api-secret"
	return []route{
		{Route: Route{"user.list", http.MethodGet, usersPath, write}, do: (*Server).listUsers, query: filtered},
		{Route: Route{"user.create", http.MethodPost, usersPath, write}, do: (*Server).createUser, body: jsonBody},
		{Route: Route{"user.read", http.MethodGet, user, write}, do: (*Server).readUser},
		{Route: Route{"user.update", http.MethodPatch, user, write}, do: (*Server).patchUser, body: patchBody},
		{Route: Route{"user.delete", http.MethodDelete, user, write}, do: (*Server).deleteUser},
		{Route: Route{"user.api-secret", http.MethodPost, apiSecret, write}, do: (*Server).newAPISecret},
		{Route: Route{"user.api-secret", http.MethodDelete, apiSecret, write}, do: (*Server).deleteAPISecret},
		{Route: Route{"team.list", http.MethodGet, teamsPath, write}, do: (*Server).listTeams, query: page},
		{Route: Route{"team.create", http.MethodPost, teamsPath, write}, do: (*Server).createTeam, body: jsonBody},
		{Route: Route{"team.read", http.MethodGet, team, write}, do: (*Server).readTeam},
		{Route: Route{"team.update", http.MethodPatch, team, write}, do: (*Server).patchTeam, body: patchBody},
		{Route: Route{"team.delete", http.MethodDelete, team, write}, do: (*Server).deleteTeam},
		{Route: Route{"role.list", http.MethodGet, rolesPath, write}, do: (*Server).listRoles, query: page},
		{Route: Route{"role.create", http.MethodPost, rolesPath, write}, do: (*Server).createRole, body: jsonBody},
		{Route: Route{"role.read", http.MethodGet, role, write}, do: (*Server).readRole},
		{Route: Route{"role.update", http.MethodPatch, role, write}, do: (*Server).patchRole, body: patchBody},
		{Route: Route{"role.delete", http.MethodDelete, role, write}, do: (*Server).deleteRole},
	}
}

// personal returns what the id in the path of a route of people and credentials is
// one of, "user", "team", "role" or "token"; empty for other routes.
func (r *route) personal() string {
	for path, kind := range map[string]string{
		usersPath: "user", teamsPath: "team", rolesPath: "role", tokensPath: "token",
	} {
		if r.Path == path || strings.HasPrefix(r.Path, path+"/") {
			return kind
		}
	}
	return ""
}

// versionMatch parses If-Match for records whose entity tag is their version. A
// tag that we never made matches nothing.
func (x *exchange) versionMatch() (access.Match, error) {
	fields := x.Request().Header[headerIfMatch]
	if len(fields) == 0 {
		return access.Match{}, nil
	}
	field := strings.Join(fields, ",")
	if n, err := strconv.ParseInt(strings.TrimSpace(field), 10, 64); err == nil { // as the member etag has it
		return access.Match{Given: true, Versions: []int64{n}}, nil
	}
	tags, star, err := parseTags(field)
	if err != nil {
		return access.Match{}, badHeader(headerIfMatch, `must be the ETag of the record in quotes, as "7", or *`)
	}
	m := access.Match{Given: true, Any: star}
	for _, tag := range tags {
		if n, err := strconv.ParseInt(tag.opaque, 10, 64); err == nil && !tag.weak {
			m.Versions = append(m.Versions, n)
		}
	}
	return m, nil
}

// versioned answers a record, with its entity tag.
func (x *exchange) versioned(status int, version int64, document any) error {
	x.set("ETag", quoted(api.PeopleETag(version)))
	return x.json(status, document)
}

// readVersioned answers a record unless the client has it already.
func (x *exchange) readVersioned(version int64, document any) error {
	if done, err := x.unchanged(api.PeopleETag(version)); done {
		return err
	}
	return x.json(http.StatusOK, document)
}

// target reads the path and the condition of a change.
func (x *exchange) target() (string, access.Match, error) {
	id, err := x.accountID()
	if err != nil {
		return "", access.Match{}, err
	}
	m, err := x.versionMatch()
	return id, m, err
}

// patched carries out a merge patch of one record.
func patched[T any](
	x *exchange, do func(context.Context, *access.Principal, string, access.Match, []byte) (*T, error),
) (*T, error) {
	id, m, err := x.target()
	if err != nil {
		return nil, err
	}
	return do(x.Request().Context(), x.principal, id, m, x.body)
}

// removed carries out the deletion of one record.
func (x *exchange) removed(do func(context.Context, *access.Principal, string, access.Match) error) error {
	id, m, err := x.target()
	if err != nil {
		return err
	}
	if err := do(x.Request().Context(), x.principal, id, m); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// found reads one record.
func found[T any](x *exchange, get func(context.Context, *access.Principal, string) (*T, error)) (*T, error) {
	id, err := x.accountID()
	if err != nil {
		return nil, err
	}
	return get(x.Request().Context(), x.principal, id)
}

// listed reads a page of a list without filters, in its wire form.
func listed[T, W any](
	x *exchange, list func(context.Context, *access.Principal, paging.Query) (*access.Page[T], error), wire func(*T) W,
) ([]W, string, error) {
	q, err := pageQuery(x.query)
	if err != nil {
		return nil, "", err
	}
	page, err := list(x.Request().Context(), x.principal, q)
	if err != nil {
		return nil, "", err
	}
	x.linkNext(page.NextCursor)
	return wired(page.Items, wire), page.NextCursor, nil
}

func wired[T, W any](rows []T, wire func(*T) W) []W {
	out := make([]W, len(rows))
	for i := range rows {
		out[i] = wire(&rows[i])
	}
	return out
}
