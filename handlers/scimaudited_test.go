package handlers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// provisioned puts an account of the type scim into the contact center.
func (s *stack) provisioned(t testing.TB, domain, team string) {
	t.Helper()
	center, err := s.Store.ContactCenterByDomain(t.Context(), domain)
	require.NoError(t, err)
	at := models.NewTime(s.Clock.now())
	require.NoError(t, s.Store.InsertAccount(t.Context(), &models.Account{
		ContactCenterID: center.ID, ID: models.NewID(s.Clock.now()), Type: "scim", Family: "SCIM", Name: "Entra", NameKey: "entra",
		Enabled: true, Properties: models.JSON(`{"defaultTeamId":"` + team + `"}`), Version: 1, HealthStatus: models.HealthUnknown,
		CreatedAt: at, CreatedBy: "system", UpdatedAt: at, UpdatedBy: "system",
	}))
}

// provision makes a default team and the account of the type scim.
func (s *stack) provision(t testing.TB) string {
	t.Helper()
	team := s.id(t, teamsPath, `{"name":"Newcomers"}`)
	s.provisioned(t, s.Domain, team)
	return team
}

// auditedSCIM are the changes over SCIM.
func auditedSCIM() map[string]func(t *testing.T, s *sales) call {
	documents := scimDocuments()
	on := func(method, path, existing string) func(*testing.T, *sales) call {
		return func(t *testing.T, s *sales) call {
			s.provision(t)
			c := call{Method: method, Path: path, Body: documents[method+" "+path]}
			if existing != "" {
				c.Path = path + "/" + s.id(t, path, existing)
				c.Body = documents[method+" "+path+"/{id}"]
			}
			return c
		}
	}
	const users, groups = "/scim/v2/Users", "/scim/v2/Groups"
	ann := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann"}`
	eu := `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"EU"}`
	return map[string]func(*testing.T, *sales) call{
		"POST " + users: on("POST", users, ""), "PUT " + users + "/{id}": on("PUT", users, ann),
		"PATCH " + users + "/{id}": on("PATCH", users, ann), "DELETE " + users + "/{id}": on("DELETE", users, ann),
		"POST " + groups: on("POST", groups, ""), "PUT " + groups + "/{id}": on("PUT", groups, eu),
		"PATCH " + groups + "/{id}": on("PATCH", groups, eu), "DELETE " + groups + "/{id}": on("DELETE", groups, eu),
	}
}
