package bot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/ibm/ibmtest"
	"admin-api/validation"
)

const (
	assistantHost = "api.us-south.assistant.watson.cloud.ibm.com"
	workspaceID   = "0f6c1a52-9d3e-4b78-a1c4-2e5f8d1b4c60"
	workspacePath = "/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60/v1/workspaces/" + workspaceID
	workspaceURL  = "https://" + assistantHost + workspacePath + "/message?version=2021-11-27"
)

// assistant is a double of IBM Cloud with one workspace.
type assistant struct {
	// name is the workspace's, id stands in for its own.
	name, id string
	// legacy asks for a user name and a password.
	legacy bool
	refuse http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (a assistant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == ibmtest.TokenHost:
		ibmtest.ServeToken(w, r)
	case r.Host != assistantHost:
		ibmtest.Refuse(http.StatusNotFound, "Not Found")(w, r)
	case a.legacy && !ibmtest.Signed(w, r, "legacy-user", "s3cr3t-of-old"):
	case !a.legacy && !ibmtest.Authorized(w, r):
	case a.refuse != nil:
		a.refuse(w, r)
	case r.Method != http.MethodGet:
		ibmtest.Refuse(http.StatusMethodNotAllowed, "Method Not Allowed")(w, r)
	case r.URL.Path != workspacePath || r.URL.Query().Get("export") == "true":
		ibmtest.Refuse(http.StatusNotFound, "Resource not found")(w, r)
	case r.URL.RawQuery != "version=2021-11-27":
		ibmtest.Refuse(http.StatusBadRequest, "Invalid version parameter")(w, r)
	default:
		a.describe(w)
	}
}

func (a assistant) describe(w http.ResponseWriter) {
	name, id := a.name, a.id
	if id == "" {
		id = workspaceID
	}
	ibmtest.Say(w, http.StatusOK, fmt.Sprintf(
		`{"name":%q,"language":"en","metadata":{},"workspace_id":%q,"learning_opt_out":false,"status":"Available"}`, name, id))
}

func TestWatsonAssistant(t *testing.T) {
	refusing := func(status int, text string) func(http.ResponseWriter, *http.Request) {
		return assistant{refuse: ibmtest.Refuse(status, text)}.ServeHTTP
	}
	integrationtest.Run(t, WatsonAssistant, integrationtest.Fixture{
		Valid:    `{"url":"` + workspaceURL + `","apiKey":"` + ibmtest.APIKey + `"}`,
		Required: []string{"url", "apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"` + strings.Replace(workspaceURL, "https", "http", 1) + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "no version", Patch: `{"url":"https://` + assistantHost + workspacePath + `/message"}`, Pointer: "/url", Code: "pattern"},
			{Name: "date of no form", Patch: `{"url":"` + strings.Replace(workspaceURL, "11-27", "27-11", 1) + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "user name in it", Patch: `{"url":"` + strings.Replace(workspaceURL, "https://", "https://ann@", 1) + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "other method", Patch: `{"url":"` + strings.Replace(workspaceURL, "message", "intents", 1) + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "foreign host", Patch: `{"url":"` + strings.Replace(workspaceURL, assistantHost, "acme.example", 1) + `"}`, Pointer: "/url", Code: "ibm_host"},
			{Name: "other service", Patch: `{"url":"` + strings.Replace(workspaceURL, ".assistant.", ".discovery.", 1) + `"}`, Pointer: "/url", Code: "other_service"},
			{Name: "key cut off", Patch: `{"apiKey":"abc"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "user beside a key", Patch: `{"username":"ann"}`, Pointer: "/username", Code: "not_applicable"},
			{Name: "password without user", Patch: `{"authenticationMethod":"usernamePassword","apiKey":null,"password":"x-y-z"}`, Pointer: "/username", Code: "required"},
			{Name: "method unknown", Patch: `{"authenticationMethod":"basic"}`, Pointer: "/authenticationMethod", Code: "enum"},
			{Name: "too many calls", Patch: `{"maxApiCallsPerDay":10000001}`, Pointer: "/maxApiCallsPerDay", Code: "max"},
		},
		Remote:   assistant{name: "Acme helper"}.ServeHTTP,
		Hosts:    []string{ibmtest.TokenHost, assistantHost},
		Identity: "workspace Acme helper",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "unknown key", Handler: ibmtest.RefuseKey("BXNIM0415E"),
				Cause: integrations.CauseCredentials, Code: "api_key_rejected",
			},
			{
				Name: "key of another instance", Handler: refusing(http.StatusForbidden, "Forbidden"),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "token refused", Handler: refusing(http.StatusUnauthorized, "Unauthorized"),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "no workspace", Handler: refusing(http.StatusNotFound, "Resource not found"),
				Cause: integrations.CauseConfig, Code: "not_found",
			},
			{
				Name: "too often", Handler: refusing(http.StatusTooManyRequests, "Too Many Requests"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "other workspace", Handler: assistant{id: "x"}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

func TestWatsonAssistantPassword(t *testing.T) {
	integrationtest.Run(t, WatsonAssistant, integrationtest.Fixture{
		Valid: `{"url":"` + workspaceURL + `","authenticationMethod":"usernamePassword","username":"legacy-user",` +
			`"password":"s3cr3t-of-old"}`,
		Required: []string{"username", "password"},
		Remote:   assistant{legacy: true, name: "Acme <helper>"}.ServeHTTP,
		Hosts:    []string{assistantHost},
		Identity: "workspace " + workspaceID,
	})
}

// TestWatsonAssistantRetired: documents of old stay valid, but nothing is sent
// to where they point.
func TestWatsonAssistantRetired(t *testing.T) {
	const address = "https://gateway.watsonplatform.net/assistant/api/v1/workspaces/" + workspaceID + "/message?version=2017-05-26"
	c := &validation.Context{}
	p, _ := WatsonAssistant.Decode(json.RawMessage(`{"url":"`+address+`","authenticationMethod":"usernamePassword",`+
		`"username":"u","password":"p-w"}`), nil, c).(*WatsonAssistantProperties)
	require.NoError(t, c.Err())
	var warned []string
	for _, v := range c.Warnings() {
		warned = append(warned, v.Pointer+" "+v.Code)
	}
	require.Equal(t, []string{"/url endpoint_retired", "/authenticationMethod legacy_credentials"}, warned)

	s := &integrations.Session{} // without a way out
	require.Error(t, p.Probe(t.Context(), s))
	require.Equal(t, "endpoint_retired", s.Steps()[0].Failure.Code)
}

func TestWorkspaceIdentity(t *testing.T) {
	for name, want := range map[string]string{
		"Acme helper": "workspace Acme helper", "": "workspace id", "a\nb": "workspace id", "<b>": "workspace id",
		"\xff": "workspace id", strings.Repeat("a", 101): "workspace id",
	} {
		require.Equal(t, want, workspaceIdentity(name, "id"))
	}
}
