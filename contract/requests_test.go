package contract_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	adminapi "admin-api"
)

// example is an Example Object; one that refers to another has no value.
type example struct{ Value any }

// TestExamplesOfRequestsAreTaken sends what the reference fills in for people who try
// an operation. Examples of accounts have a test of their own.
func TestExamplesOfRequestsAreTaken(t *testing.T) {
	var doc struct {
		Paths map[string]map[string]struct {
			RequestBody struct {
				Content map[string]struct{ Examples map[string]example }
			} `yaml:"requestBody"`
		}
	}
	require.NoError(t, yaml.Unmarshal(adminapi.OpenAPI, &doc))
	sent := 0
	for path, methods := range doc.Paths {
		for method, op := range methods {
			media := slices.Sorted(maps.Keys(op.RequestBody.Content))
			if len(media) == 0 {
				continue
			}
			// Each kind of media has the same ones.
			examples := op.RequestBody.Content[media[len(media)-1]].Examples
			maps.DeleteFunc(examples, func(_ string, one example) bool { return one.Value == nil })
			if len(examples) == 0 {
				continue
			}
			sent += len(examples)
			t.Run(method+" "+path, func(t *testing.T) {
				requireTaken(t, strings.ToUpper(method), path, media[len(media)-1], examples)
			})
		}
	}
	require.Greater(t, sent, 15)
}

// requireTaken sends examples to a new server, about a user or a group that is there.
func requireTaken(t *testing.T, method, path, media string, examples map[string]example) {
	t.Helper()
	s := newStack(t)
	made := func(path, body string) string {
		status, answer := s.send(t, http.MethodPost, path, body)
		require.Equal(t, http.StatusCreated, status, "%s", answer)
		var one struct{ ID string }
		require.NoError(t, json.Unmarshal(answer, &one))
		return one.ID
	}
	user, team := made("/api/v1/users", `{"username":"somebody"}`), made("/api/v1/teams", `{"name":"Some"}`)
	made("/api/v1/integration-accounts", `{"type":"scim","name":"SCIM","properties":{"defaultTeamId":"`+team+`"}}`)
	group := made("/api/v1/teams", `{"name":"Other"}`)
	id := user
	if strings.Contains(path, "/Groups") {
		id = group
	}
	for name, one := range examples {
		body, err := json.Marshal(one.Value)
		require.NoError(t, err)
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+strings.Replace(path, "{id}", id, 1),
			strings.NewReader(strings.ReplaceAll(string(body), "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", user)))
		require.NoError(t, err)
		s.authorize(r)
		r.Header.Set("Content-Type", media)
		resp, err := s.Client.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		if name == "address" { // nothing leads out of these tests
			require.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode)
			continue
		}
		require.Less(t, resp.StatusCode, 300, name)
	}
}
