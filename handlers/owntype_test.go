package handlers_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// courier is an eighth type, declared here as CONTRIBUTING says: tagged
// properties, rules, a probe and a definition. Nothing else knows it.
type courier struct {
	URL  string      `json:"url" validate:"required,https_url" label:"Address" help:"Where parcels are ordered." dest:"true"`
	Key  secret.Text `json:"key" validate:"required" label:"API key"`
	Size string      `json:"size" enum:"small,large" enumLabels:"Small,Large" label:"Usual size"`
}

func (c *courier) Validate(v *validation.Context) {
	if c.Size == "large" {
		v.Warn("/size", "expensive", "Large parcels cost more.")
	}
}

func (c *courier) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("authenticate", func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: c.URL + "/whoami", Header: integrations.Bearer(c.Key)})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return f
		}
		var who struct{ Name string }
		if err := answer.JSON(&who); err != nil {
			return err
		}
		s.SetIdentity(who.Name)
		return nil
	})
}

func courierDefinition() integrations.Definition {
	return integrations.Definition{
		Type: "courier", Family: integrations.NICE, Label: "Courier", Description: "Orders parcels.",
		DocumentationURL: "https://courier.example/docs", Shape: integrations.Proposed,
		New:     func() integrations.Properties { return &courier{Size: "small"} },
		Example: `{"url":"https://api.courier.example","key":"k3y-of-the-courier"}`,
	}
}

// A type of the test's own goes all the way, with nothing of the program
// changed but the list that it is given.
func TestATypeOfItsOwn(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) {
		c.Catalog = integrations.Catalog{courierDefinition()}
		c.Accounts.Catalog = c.Catalog
	})
	var typ struct {
		Type, Family, Shape string
		Fields              []struct {
			Name, Kind, Label             string
			Required, Secret, Destination bool
			Options                       []struct{ Value, Label string }
			Default                       any
		}
		Schema struct {
			Properties map[string]map[string]any
			Required   []string
		}
		Capabilities struct{ Probe bool }
	}
	got := s.do(t, call{Method: http.MethodGet, Path: "/api/v1/integration-types/courier"})
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.NoError(t, json.Unmarshal([]byte(got.Body), &typ))
	require.True(t, typ.Capabilities.Probe)
	require.Equal(t, "NICE", typ.Family)
	require.Len(t, typ.Fields, 3)
	require.Equal(t, "Address", typ.Fields[0].Label)
	require.True(t, typ.Fields[0].Destination && typ.Fields[0].Required)
	require.True(t, typ.Fields[1].Secret && typ.Fields[1].Required)
	require.Equal(t, "Large", typ.Fields[2].Options[1].Label)
	require.Equal(t, "small", typ.Fields[2].Default)
	require.ElementsMatch(t, []string{"url", "key"}, typ.Schema.Required)
	require.Equal(t, true, typ.Schema.Properties["key"]["writeOnly"])

	refused := s.do(t, call{Method: http.MethodPost, Path: accountsPath, Body: `{"type":"courier","name":"c","properties":{"size":"huge"}}`})
	require.Equal(t, http.StatusUnprocessableEntity, refused.Status)
	for _, pointer := range []string{"#/properties/url", "#/properties/key", "#/properties/size"} {
		require.Contains(t, refused.Body, pointer)
	}

	made := s.do(t, call{
		Method: http.MethodPost, Path: accountsPath,
		Body: `{"type":"courier","name":"c","properties":{"url":"https://courier.zendesk.com","key":"open sesame","size":"large"}}`,
	})
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.Contains(t, made.Body, `"expensive"`)
	at := made.Header.Get("Location")
	read := s.do(t, call{Method: http.MethodGet, Path: at})
	require.Contains(t, read.Body, `"properties":{"url":"https://courier.zendesk.com","size":"large"}`)
	require.NotContains(t, read.Body, "sesame")

	s.Remote.play(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/whoami" || r.Header.Get("Authorization") != "Bearer open sesame" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"name":"Ali Baba"}`))
	})
	check := s.do(t, call{Method: http.MethodPost, Path: at + "/test"})
	require.Equal(t, http.StatusOK, check.Status, check.Body)
	require.Contains(t, check.Body, `"status":"passed"`)
	require.Contains(t, check.Body, `"identity":"Ali Baba"`)
	wrong := s.do(t, call{Method: http.MethodPost, Path: at + "/test", Body: `{"properties":{"key":"open barley"}}`})
	require.Contains(t, wrong.Body, `"cause":"credentials"`)
}
