package handlers_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// id creates something below the path and returns its id.
func (s *stack) id(t testing.TB, path, body string) string {
	t.Helper()
	return decode[struct{ ID string }](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: path, Body: body})).ID
}

// make returns a preparation that creates something below path, and a request to
// what was made.
func made(path, body, method, below, change string) func(*testing.T, *sales) call {
	return func(t *testing.T, s *sales) call {
		return call{Method: method, Path: path + "/" + s.id(t, path, body) + below, Body: change}
	}
}

func plainly(method, path, body string) func(*testing.T, *sales) call {
	return func(*testing.T, *sales) call { return call{Method: method, Path: path, Body: body} }
}

// signedIn returns a preparation that signs in, and a request in that session.
func signedIn(method, path, body string) func(*testing.T, *sales) call {
	return func(t *testing.T, s *sales) call {
		return call{Method: method, Path: path, Body: body, Token: "-", Header: s.signIn(t)}
	}
}

// auditedAround are those of the operations around the accounts that must not be
// done unless they are on record.
func auditedAround() map[string]func(t *testing.T, s *sales) call {
	const (
		tokens, webhooks, centers = "/api/v1/tokens", "/api/v1/webhooks", "/api/v1/contact-centers"
		token, team, role, user   = `{"name":"ci","scopes":["accounts:read"]}`, `{"name":"EU"}`, `{"name":"Auditor"}`, `{"username":"ann"}`
		webhook, renamed          = `{"url":"https://hooks.example/in"}`, `{"name":"Renamed"}`
		oneTeam, oneRole, oneUser = teamsPath + "/{id}", rolesPath + "/{id}", usersPath + "/{id}"
	)
	return map[string]func(*testing.T, *sales) call{
		"POST " + centers:                       plainly("POST", centers, `{"domain":"new.example"}`),
		"PATCH " + centers + "/{domain}":        plainly("PATCH", centers+"/acme.example", renamed),
		"PUT " + centers + "/{domain}/features": plainly("PUT", centers+"/acme.example/features", `{"features":["aws"]}`),
		"POST " + tokens:                        plainly("POST", tokens, token),
		"PATCH " + tokens + "/{id}":             made(tokens, token, "PATCH", "", renamed),
		"DELETE " + tokens + "/{id}":            made(tokens, token, "DELETE", "", ""),
		"POST " + teamsPath:                     plainly("POST", teamsPath, team),
		"PATCH " + oneTeam:                      made(teamsPath, team, "PATCH", "", renamed),
		"DELETE " + oneTeam:                     made(teamsPath, team, "DELETE", "", ""),
		"POST " + rolesPath:                     plainly("POST", rolesPath, role),
		"PATCH " + oneRole:                      made(rolesPath, role, "PATCH", "", renamed),
		"DELETE " + oneRole:                     made(rolesPath, role, "DELETE", "", ""),
		"POST " + usersPath:                     plainly("POST", usersPath, user),
		"PATCH " + oneUser:                      made(usersPath, user, "PATCH", "", `{"lastName":"Archer"}`),
		"DELETE " + oneUser:                     made(usersPath, user, "DELETE", "", ""),
		"POST " + oneUser + "/api-secret":       made(usersPath, user, "POST", "/api-secret", ""),
		"DELETE " + oneUser + "/api-secret":     withAPISecret("DELETE", "/api-secret"),
		"POST " + oneUser + "/unlock":           made(usersPath, user, "POST", "/unlock", ""),
		"POST " + sessionPath: func(*testing.T, *sales) call {
			return call{Method: "POST", Path: sessionPath, Body: signInBody("admin", adminPassword), Token: "-"}
		},
		"DELETE " + sessionPath:                                        signedIn("DELETE", sessionPath, ""),
		"DELETE " + sessionsPath:                                       signedIn("DELETE", sessionsPath, ""),
		"PUT " + mePath + "/password":                                  signedIn("PUT", mePath+"/password", `{"currentPassword":"`+adminPassword+`","newPassword":"correct horse"}`),
		"POST /configapi/v2/oauth/token":                               clientCredentials,
		"POST " + webhooks:                                             plainly("POST", webhooks, webhook),
		"PATCH " + webhooks + "/{id}":                                  made(webhooks, webhook, "PATCH", "", `{"description":"CRM"}`),
		"DELETE " + webhooks + "/{id}":                                 made(webhooks, webhook, "DELETE", "", ""),
		"POST " + accountsPath + "/apply":                              plainly("POST", accountsPath+"/apply", `{"accounts":[`+zendeskBody("new")+`],"base":{"accounts":{},"absent":["new"]}}`),
		"POST " + webhooks + "/{id}/rotate-secret":                     made(webhooks, webhook, "POST", "/rotate-secret", ""),
		"POST " + webhooks + "/{id}/deliveries/{deliveryId}/redeliver": redelivery,
	}
}

func withAPISecret(method, below string) func(*testing.T, *sales) call {
	return func(t *testing.T, s *sales) call {
		path := usersPath + "/" + s.id(t, usersPath, `{"username":"ann"}`)
		s.must(t, http.StatusOK, call{Method: "POST", Path: path + "/api-secret"})
		return call{Method: method, Path: path + below}
	}
}

// clientCredentials makes a user with an API secret, and asks for a token by it.
func clientCredentials(t *testing.T, s *sales) call {
	path := usersPath + "/" + s.id(t, usersPath, `{"username":"crm"}`)
	made := s.must(t, http.StatusOK, call{Method: "POST", Path: path + "/api-secret"})
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(made.Body), &answer))
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"crm"}, "client_secret": {answer["apiSecret"].(string)}}
	return call{
		Method: "POST", Path: "/configapi/v2/oauth/token", Body: form.Encode(), Token: "-",
		Header: []string{"Content-Type", "application/x-www-form-urlencoded"},
	}
}

// redelivery makes a webhook and something to deliver to it.
func redelivery(t *testing.T, s *sales) call {
	path := "/api/v1/webhooks/" + s.id(t, "/api/v1/webhooks", `{"url":"https://hooks.example/in"}`) + "/deliveries"
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: s.path, Header: []string{"If-Match", "*"}, Body: `{"description":"x"}`})
	page := decode[struct{ Items []struct{ ID string } }](t, s.must(t, http.StatusOK, call{Method: "GET", Path: path}))
	return call{Method: "POST", Path: path + "/" + page.Items[0].ID + "/redeliver"}
}
