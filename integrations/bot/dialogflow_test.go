package bot

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/google"
	"admin-api/integrations/platform/google/googletest"
	"admin-api/validation"
)

const exampleAgent = "0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60"

// dialogflow is a double of Google with one agent, which lives at one path.
type dialogflow struct {
	host, path string
	// answers stand in for the agent's description.
	refuse http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (d dialogflow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == googletest.TokenHost:
		googletest.ServeToken(w, r)
	case r.Host != d.host:
		googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "")(w, r)
	case r.Method != http.MethodGet || !googletest.Authorized(w, r):
	case d.refuse != nil:
		d.refuse(w, r)
	case r.URL.Path != d.path:
		googletest.Refuse(http.StatusNotFound, "NOT_FOUND", "")(w, r)
	default:
		googletest.Say(w, http.StatusOK, `{"name":"projects/acme/agent","displayName":"Acme helper","defaultLanguageCode":"en"}`)
	}
}

var inRegion = dialogflow{
	host: "europe-west1-dialogflow.googleapis.com",
	path: "/v3/projects/acme-contact-center/locations/europe-west1/agents/" + exampleAgent,
}

func TestDialogflow(t *testing.T) {
	agent := func(refuse http.HandlerFunc) func(http.ResponseWriter, *http.Request) {
		d := inRegion
		d.refuse = refuse
		return d.ServeHTTP
	}
	elsewhere := inRegion
	elsewhere.path = "/v3/projects/acme-contact-center/locations/europe-west1/agents/other"
	otherRegion := inRegion
	otherRegion.host = "asia-south1-dialogflow.googleapis.com"
	say := func(document string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { googletest.Say(w, http.StatusOK, document) }
	}
	integrationtest.Run(t, Dialogflow, integrationtest.Fixture{
		Valid: `{"edition":"cx","serviceAccountKey":` + google.ExampleMember() +
			`,"location":"europe-west1","agentId":"` + exampleAgent + `"}`,
		Required: []string{"edition", "serviceAccountKey", "location", "agentId"},
		Invalid: []integrationtest.Case{
			{Name: "edition unknown", Patch: `{"edition":"ccai"}`, Pointer: "/edition", Code: "enum"},
			{Name: "key of another kind", Patch: `{"serviceAccountKey":"{\"type\":\"authorized_user\"}"}`, Pointer: "/serviceAccountKey", Code: "google_key_type"},
			{Name: "project in capitals", Patch: `{"projectId":"ACME"}`, Pointer: "/projectId", Code: "pattern"},
			{Name: "location of no form", Patch: `{"location":"evil.example/"}`, Pointer: "/location", Code: "pattern"},
			{Name: "agent of no form", Patch: `{"agentId":"x"}`, Pointer: "/agentId", Code: "uuid"},
			{Name: "agent of an ES edition", Patch: `{"edition":"es"}`, Pointer: "/agentId", Code: "not_applicable"},
			{Name: "language of no form", Patch: `{"languageCode":"english!"}`, Pointer: "/languageCode", Code: "language_tag"},
			{Name: "no calls", Patch: `{"maxApiCallsPerDay":0}`, Pointer: "/maxApiCallsPerDay", Code: "min"},
		},
		Remote:   inRegion.ServeHTTP,
		Hosts:    []string{googletest.TokenHost, inRegion.host},
		Identity: googletest.ClientEmail,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key revoked", Handler: googletest.RefuseGrant("invalid_grant", "Invalid JWT Signature."),
				Cause: integrations.CauseCredentials, Code: "service_account_key_rejected",
			},
			{
				Name: "no agent", Handler: elsewhere.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "agent_not_found",
			},
			{
				Name: "other region", Handler: otherRegion.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "location_refused",
			},
			{
				Name: "no right", Handler: agent(googletest.Refuse(http.StatusForbidden, "PERMISSION_DENIED", "")),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "not enabled", Handler: agent(googletest.Refuse(http.StatusForbidden, "PERMISSION_DENIED", "SERVICE_DISABLED")),
				Cause: integrations.CausePermission, Code: "api_disabled",
			},
			{
				Name: "token refused", Handler: agent(googletest.Refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "")),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "too often", Handler: agent(googletest.Refuse(http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "")),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "agent without a name", Handler: agent(say(`{}`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "agent of no form", Handler: agent(say(`[]`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

func TestDialogflowES(t *testing.T) {
	there := dialogflow{host: "dialogflow.googleapis.com", path: "/v2/projects/acme-bots/agent"}
	refused := there
	refused.refuse = googletest.Refuse(http.StatusBadRequest, "INVALID_ARGUMENT", "")
	integrationtest.Run(t, Dialogflow, integrationtest.Fixture{
		Valid:    `{"edition":"es","serviceAccountKey":` + google.ExampleMember() + `,"projectId":"acme-bots"}`,
		Required: []string{"edition", "serviceAccountKey"},
		Remote:   there.ServeHTTP,
		Hosts:    []string{googletest.TokenHost, there.host},
		Identity: googletest.ClientEmail,
		Custom: []integrationtest.RemoteCase{{
			Name: "refused", Handler: refused.ServeHTTP, Cause: integrations.CauseRemote, Code: "unexpected_status",
		}},
	})
}

// TestDialogflowLocations: global has no host of its own; the multi-region us,
// which once meant global, does.
func TestDialogflowLocations(t *testing.T) {
	for location, host := range map[string]string{
		"global":                  "dialogflow.googleapis.com",
		"us":                      "us-dialogflow.googleapis.com",
		"northamerica-northeast1": "northamerica-northeast1-dialogflow.googleapis.com",
	} {
		c := &validation.Context{}
		p, _ := Dialogflow.Decode(json.RawMessage(`{"edition":"cx","location":"`+location+`","agentId":"`+exampleAgent+
			`","serviceAccountKey":`+google.ExampleMember()+`}`), nil, c).(*DialogflowProperties)
		require.NoError(t, c.Err())
		require.Equal(t, "https://"+host+"/v3/projects/acme.example:bots/locations/"+location+"/agents/"+exampleAgent,
			p.agentURL("acme.example:bots"))
	}
}

func TestDialogflowProject(t *testing.T) {
	for project, warned := range map[string]bool{googletest.ProjectID: false, "acme-bots": true} {
		c := &validation.Context{}
		Dialogflow.Decode(json.RawMessage(`{"edition":"es","projectId":"`+project+`","serviceAccountKey":`+
			google.ExampleMember()+`}`), nil, c)
		require.NoError(t, c.Err())
		require.Equal(t, warned, len(c.Warnings()) == 1, project)
	}
}

func TestDialogflowTidiesTheKey(t *testing.T) {
	pasted, err := json.Marshal(strings.ReplaceAll(google.ExampleKey, `,"`, ",\r\n  \""))
	require.NoError(t, err)
	c := &validation.Context{}
	p, _ := Dialogflow.Decode(json.RawMessage(`{"edition":"es","serviceAccountKey":`+string(pasted)+`}`), nil, c).(*DialogflowProperties)
	require.NoError(t, c.Err())
	require.Equal(t, google.ExampleKey, p.ServiceAccountKey.Reveal())
	require.Equal(t, "en", p.LanguageCode)
}
