package handlers_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
)

func TestTypes(t *testing.T) {
	s := newStack(t)
	list := s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath})
	page := decode[api.TypePage](t, list)
	require.Len(t, page.Items, 4)
	require.Equal(t, "private, no-cache", list.Header.Get("Cache-Control"))
	for i, item := range page.Items {
		t.Run(item.Type, func(t *testing.T) {
			one := s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath + "/" + item.Type})
			var raw struct{ Items []json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(list.Body), &raw))
			require.Equal(t, string(raw.Items[i]), one.Body, "the same document in both places")
			again, err := api.Encode(decode[api.Type](t, one))
			require.NoError(t, err)
			require.Equal(t, one.Body, string(again), "the documented struct and nothing else")
			require.Equal(t, item.Capabilities.Probe, item.Capabilities.NoProbeReason == "")
			require.NotEmpty(t, item.Fields)
			s.must(t, http.StatusNotModified, call{
				Method: "GET", Path: typesPath + "/" + item.Type, Header: []string{"If-None-Match", one.Header.Get("ETag")},
			})
		})
	}
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: typesPath + "/nope"})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: typesPath + "?family=Zendesk"})
}

func TestTypesDependOnTheContactCenter(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "plain.example")
	path := typesPath + "/sso"
	on := s.must(t, http.StatusOK, call{Method: "GET", Path: path})
	off := s.must(t, http.StatusOK, call{Method: "GET", Path: path, Token: other, Header: []string{"If-None-Match", on.Header.Get("ETag")}})
	require.Equal(t, &api.Feature{Key: "single_sign_on", Enabled: true}, decode[api.Type](t, on).Feature)
	require.Equal(t, &api.Feature{Key: "single_sign_on"}, decode[api.Type](t, off).Feature)

	zendesk := decode[api.Type](t, s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath + "/zendesk", Token: other}))
	require.Equal(t, "https://plain.example/agentdesktop?zin=true", zendesk.Computed[0].Value)
	require.Nil(t, zendesk.Feature)
}

// What is entered at a vendor is where browsers see this service, in the catalogue and
// at the accounts.
func TestComputedValuesHaveThePublicAddress(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.PublicURL = "https://{domain}:8443" })
	const want = "https://acme.example:8443/agentdesktop/sso/redirect"
	typ := decode[api.Type](t, s.must(t, http.StatusOK, call{Method: "GET", Path: typesPath + "/sso"}))
	require.Contains(t, typ.Computed, api.Computed{Name: "agentDesktopReplyUrl", Label: "Agent Desktop: Reply URL", Value: want})
	account := decode[api.Account](t, s.must(t, http.StatusCreated, call{
		Method: "POST", Path: accountsPath, Body: `{"type":"sso","name":"IdP","properties":{}}`,
	}))
	require.Equal(t, want, account.Computed["agentDesktopReplyUrl"])
}
