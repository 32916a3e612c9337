package naturallanguage

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/ibm/ibmtest"
	"admin-api/validation"
)

const (
	host     = "api.us-south.natural-language-understanding.watson.cloud.ibm.com"
	instance = "/instances/4b7c1f52-9d3e-4b78-a1c4-2e5f8d1b4c60"
	address  = "https://" + host + instance
)

// service is a double of IBM Cloud with one instance.
type service struct {
	// version is the date that must be asked for; list is the answer.
	version, list string
	legacy        bool
	refuse        http.HandlerFunc
}

// ServeHTTP implements http.Handler.
func (v service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host == ibmtest.TokenHost:
		ibmtest.ServeToken(w, r)
	case v.legacy && !ibmtest.Signed(w, r, "legacy-user", "s3cr3t-of-old"):
	case !v.legacy && !ibmtest.Authorized(w, r):
	case v.refuse != nil:
		v.refuse(w, r)
	case r.Host != host || r.Method != http.MethodGet || r.URL.Path != instance+"/v1/models":
		ibmtest.Refuse(http.StatusNotFound, "Not Found")(w, r)
	case r.URL.RawQuery != "version="+v.version:
		ibmtest.Refuse(http.StatusBadRequest, "invalid version")(w, r)
	default:
		ibmtest.Say(w, http.StatusOK, v.list)
	}
}

var there = service{version: "2022-08-10", list: `{"models":[]}`}

func TestWatson(t *testing.T) {
	refusing := func(status int, text string) func(http.ResponseWriter, *http.Request) {
		return service{refuse: ibmtest.Refuse(status, text)}.ServeHTTP
	}
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid:    `{"url":"` + address + `","apiKey":"` + ibmtest.APIKey + `"}`,
		Required: []string{"url", "apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://` + host + instance + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "no instance", Patch: `{"url":"https://` + host + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "more in the query", Patch: `{"url":"` + address + `?version=2017-02-27&x=y"}`, Pointer: "/url", Code: "pattern"},
			{Name: "other query", Patch: `{"url":"` + address + `?features=x"}`, Pointer: "/url", Code: "pattern"},
			{Name: "user name in it", Patch: `{"url":"https://ann@` + host + instance + `"}`, Pointer: "/url", Code: "pattern"},
			{Name: "foreign host", Patch: `{"url":"https://acme.example` + instance + `"}`, Pointer: "/url", Code: "ibm_host"},
			{Name: "other service", Patch: `{"url":"https://api.eu-de.assistant.watson.cloud.ibm.com` + instance + `"}`, Pointer: "/url", Code: "other_service"},
			{Name: "other verb", Patch: `{"method":"GET"}`, Pointer: "/method", Code: "enum"},
			{Name: "key cut off", Patch: `{"apiKey":"abc"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "user beside a key", Patch: `{"username":"ann"}`, Pointer: "/username", Code: "not_applicable"},
			{Name: "no user", Patch: `{"authenticationMethod":"usernamePassword","apiKey":null,"password":"x-y-z"}`, Pointer: "/username", Code: "required"},
			{Name: "no calls", Patch: `{"maxApiCallsPerDay":0}`, Pointer: "/maxApiCallsPerDay", Code: "min"},
			{Name: "date of no form", Patch: `{"version":"2022-13-01"}`, Pointer: "/version", Code: "pattern"},
		},
		Remote: there.ServeHTTP,
		Hosts:  []string{ibmtest.TokenHost, host},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "unknown key", Handler: ibmtest.RefuseKey("BXNIM0415E"),
				Cause: integrations.CauseCredentials, Code: "api_key_rejected",
			},
			{
				Name: "token refused", Handler: refusing(http.StatusUnauthorized, "Unauthorized"),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "key of another instance", Handler: refusing(http.StatusForbidden, "Forbidden"),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "no instance", Handler: refusing(http.StatusNotFound, "Not Found"),
				Cause: integrations.CauseConfig, Code: "not_found",
			},
			{
				Name: "too often", Handler: refusing(http.StatusTooManyRequests, "Too Many Requests"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "out of order", Handler: refusing(http.StatusServiceUnavailable, "Service Unavailable"),
				Cause: integrations.CauseRemote, Code: "remote_error",
			},
			{
				Name: "no list", Handler: service{version: "2022-08-10", list: `{}`}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "list of no form", Handler: service{version: "2022-08-10", list: `{"models":"x"}`}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "models", Handler: service{version: "2022-08-10", list: `{"models":[{"status":"available","model_id":"x"}]}`}.ServeHTTP,
			},
		},
	})
}

// TestWatsonPassword: what was pasted from documents of old names its version.
func TestWatsonPassword(t *testing.T) {
	integrationtest.Run(t, Watson, integrationtest.Fixture{
		Valid: `{"url":"` + address + `/v1/analyze?version=2017-02-27","authenticationMethod":"usernamePassword",` +
			`"username":"legacy-user","password":"s3cr3t-of-old"}`,
		Required: []string{"username", "password"},
		Remote:   service{version: "2017-02-27", list: `{"models":[]}`, legacy: true}.ServeHTTP,
		Hosts:    []string{host},
	})
}

func TestNormalize(t *testing.T) {
	tests := []struct{ url, version, wantURL, wantVersion string }{
		{address, "", address, "2022-08-10"},
		{address + "/", "2021-08-01", address, "2021-08-01"},
		{" HTTPS://" + host + ":443" + instance + "/v1/analyze?version=2017-02-27 ", "", address, "2017-02-27"},
		{address + "/v1/analyze?version=2017-02-27", "2022-08-10", address, "2022-08-10"},
		{address + "?version=2017-02-27&x=y", "", address + "?version=2017-02-27&x=y", "2022-08-10"},
		{address + "/v1/analyze", "", address, "2022-08-10"},
		{address + "?x=y", "", address + "?x=y", "2022-08-10"},
		{"", "", "", "2022-08-10"},
	}
	for _, tt := range tests {
		p := WatsonProperties{URL: tt.url, Version: tt.version}
		for range 2 {
			p.Normalize()
			require.Equal(t, tt.wantURL, p.URL)
			require.Equal(t, tt.wantVersion, p.Version)
		}
	}
}

// TestRetired: documents of old stay valid, but nothing is sent to where they
// point.
func TestRetired(t *testing.T) {
	c := &validation.Context{}
	p, _ := Watson.Decode(json.RawMessage(`{"url":"https://gateway.watsonplatform.net/natural-language-understanding/api",`+
		`"authenticationMethod":"usernamePassword","username":"u","password":"p-w"}`), nil, c).(*WatsonProperties)
	require.NoError(t, c.Err())
	require.Len(t, c.Warnings(), 2)
	s := &integrations.Session{} // without a way out
	require.Error(t, p.Probe(t.Context(), s))
	require.Equal(t, "endpoint_retired", s.Steps()[0].Failure.Code)
}
