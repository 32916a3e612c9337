package ibm_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/ibm"
	"admin-api/integrations/platform/ibm/ibmtest"
	"admin-api/secret"
	"admin-api/validation"
)

const modelsURL = "https://api.us-south.speech-to-text.watson.cloud.ibm.com/v1/models"

// ask returns the steps, "name status code", and the hosts that were called.
func ask(t *testing.T, handler http.HandlerFunc, address string, login ibm.Login) (steps, hosts []string) {
	t.Helper()
	s := integrationtest.Session(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts = append(hosts, r.Host)
		handler(w, r)
	}), time.Time{})
	_ = ibm.Ask(t.Context(), s, ibm.Question{Step: "models", URL: address, Login: login, Judge: func(a *integrations.Answer) error {
		if strings.Contains(string(a.Body), "models") {
			return nil
		}
		return ibm.Unexpected(a)
	}})
	for _, step := range s.Steps() {
		text := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			text += " " + step.Failure.Code
			require.NotContains(t, step.Failure.Detail+step.Failure.Hint, ibmtest.APIKey)
		}
		steps = append(steps, text)
	}
	return steps, hosts
}

// service is IAM and a service that answers callers who are let in.
func service(refuse http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host == ibmtest.TokenHost:
			ibmtest.ServeToken(w, r)
		case !ibmtest.Authorized(w, r):
		case refuse != nil:
			refuse(w, r)
		default:
			ibmtest.Say(w, http.StatusOK, `{"models":[]}`)
		}
	}
}

func TestAsk(t *testing.T) {
	key := ibm.Login{APIKey: secret.New(ibmtest.APIKey)}
	say := func(status int, document string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { ibmtest.Say(w, status, document) }
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		login   ibm.Login
		steps   []string
	}{
		{"accepted", service(nil), key, []string{"authenticate passed", "models passed"}},
		{
			"unknown key", service(nil),
			ibm.Login{APIKey: secret.New("other")},
			[]string{"authenticate failed api_key_rejected", "models skipped"},
		},
		{"request refused", ibmtest.RefuseKey("BXNIM0106E"), key, []string{"authenticate failed api_key_rejected", "models skipped"}},
		{
			"refusal that is not IAM's", say(http.StatusBadRequest, `{"errorCode":"E1"}`), key,
			[]string{"authenticate failed unexpected_status", "models skipped"},
		},
		{
			"IAM out of order", say(http.StatusServiceUnavailable, `{"errorCode":"BXNIM0415E"}`), key,
			[]string{"authenticate failed remote_error", "models skipped"},
		},
		{"no token", say(http.StatusOK, `{"token_type":"Bearer"}`), key, []string{"authenticate failed unexpected_answer", "models skipped"}},
		{"no JSON", say(http.StatusOK, `x`), key, []string{"authenticate failed unexpected_answer", "models skipped"}},
		{
			"key of another account", service(ibmtest.Refuse(http.StatusForbidden, "Forbidden")), key,
			[]string{"authenticate passed", "models failed permission_denied"},
		},
		{
			"key of another region", service(ibmtest.Refuse(http.StatusUnauthorized, "Unauthorized")), key,
			[]string{"authenticate passed", "models failed credentials_rejected"},
		},
		{
			"no instance", service(ibmtest.Refuse(http.StatusNotFound, "Not Found")), key,
			[]string{"authenticate passed", "models failed not_found"},
		},
		{"other answer", service(say(http.StatusOK, `{}`)), key, []string{"authenticate passed", "models failed unexpected_answer"}},
		{
			"password", service(nil),
			ibm.Login{Username: "ann", Password: secret.New("s3cr3t")},
			[]string{"models failed credentials_rejected"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			steps, _ := ask(t, tt.handler, modelsURL, tt.login)
			require.Equal(t, tt.steps, steps)
		})
	}
}

// TestAdvice: hints name IBM Cloud only where it has a say, and are about the
// credential that was sent.
func TestAdvice(t *testing.T) {
	const own = "https://watson.acme.example/v1/models"
	key, password := ibm.Login{APIKey: secret.New(ibmtest.APIKey)}, ibm.Login{Username: "u", Password: secret.New("p-w")}
	tests := []struct {
		status  int
		address string
		login   ibm.Login
		hint    string
	}{
		{http.StatusUnauthorized, modelsURL, key, "same credentials of the service in IBM Cloud"},
		{http.StatusUnauthorized, modelsURL, password, "create an API key"},
		{http.StatusForbidden, modelsURL, key, "the role Reader"},
		{http.StatusNotFound, modelsURL, key, "the ids in it"},
		{http.StatusUnauthorized, own, key, "whoever runs the service"},
		{http.StatusUnauthorized, own, password, "whoever runs the service"},
		{http.StatusForbidden, own, key, "rights"},
		{http.StatusNotFound, own, key, "Check the address"},
	}
	for _, tt := range tests {
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Host == ibmtest.TokenHost {
				ibmtest.ServeToken(w, r)
				return
			}
			ibmtest.Refuse(tt.status, "No")(w, r)
		})
		s := integrationtest.Session(handler, time.Time{})
		err := ibm.Ask(t.Context(), s, ibm.Question{Step: "models", URL: tt.address, Login: tt.login})
		var f *integrations.Failure
		require.ErrorAs(t, err, &f)
		require.Contains(t, f.Hint, tt.hint)
		require.False(t, tt.address == own && strings.Contains(f.Hint, "IBM Cloud"))
	}
}

// TestAskElsewhere: outside IBM Cloud a key goes to the service alone, and to a
// host that is switched off nothing goes.
func TestAskElsewhere(t *testing.T) {
	own := func(w http.ResponseWriter, r *http.Request) {
		if ibmtest.Signed(w, r, "apikey", ibmtest.APIKey) {
			ibmtest.Say(w, http.StatusOK, `{"models":[]}`)
		}
	}
	key := ibm.Login{APIKey: secret.New(ibmtest.APIKey)}
	for _, host := range []string{"watson.acme.example", "evil-cloud.ibm.com.acme.example", "evilcloud.ibm.com"} {
		steps, hosts := ask(t, own, "https://"+host+"/v1/models", key)
		require.Equal(t, []string{"models passed"}, steps)
		require.Equal(t, []string{host}, hosts)
	}
	steps, hosts := ask(t, own, "https://gateway.watsonplatform.net/v1/models", key)
	require.Equal(t, []string{"models failed endpoint_retired"}, steps)
	require.Empty(t, hosts)
}

func TestCheckURL(t *testing.T) {
	strict := ibm.Service{Host: "assistant", Label: "Watson Assistant", Strict: true, Gateway: true}
	loose := ibm.Service{Host: "speech-to-text", Label: "Watson Speech to Text"}
	tests := []struct {
		service       ibm.Service
		address       string
		refused, warn string
	}{
		{strict, "https://api.us-south.assistant.watson.cloud.ibm.com", "", ""},
		{strict, "https://api.private.eu-de.assistant.watson.cloud.ibm.com/instances/x", "", ""},
		{strict, "https://gateway-fra.watsonplatform.net/assistant/api", "", "endpoint_retired"},
		{strict, "https://api.us-south.speech-to-text.watson.cloud.ibm.com", "other_service", ""},
		{strict, "https://console.cloud.ibm.com", "ibm_host", ""},
		{strict, "https://assistant.watson.cloud.ibm.com.evil.example", "ibm_host", ""},
		{loose, "wss://api.us-south.speech-to-text.watson.cloud.ibm.com", "", ""},
		{loose, "wss://stream.watsonplatform.net/speech-to-text/api", "endpoint_retired", ""},
		{loose, "wss://api.us-south.text-to-speech.watson.cloud.ibm.com", "other_service", ""},
		{loose, "https://watson.acme.example", "", "unusual_host"},
		{loose, "https://stt.cloud.ibm.com", "", ""},
		{loose, "wss://watson.acme.example:8443", "", "unusual_host"},
		{loose, "wss://watson.acme.example:0", "port", ""},
		{loose, "wss://watson.acme.example:65536", "port", ""},
		{loose, "", "", ""},
		{loose, "https://%", "", ""},
	}
	for _, tt := range tests {
		c := new(validation.Context)
		tt.service.CheckURL(c, "/url", tt.address)
		require.Equal(t, tt.refused, first(t, c.Errors()), tt.address)
		require.Equal(t, tt.warn, first(t, c.Warnings()), tt.address)
	}
}

func first(t *testing.T, list validation.Errors) string {
	t.Helper()
	for _, v := range list {
		require.Regexp(t, `^[A-Z].*\.$`, v.Detail)
		return v.Code
	}
	return ""
}

func TestTidyURL(t *testing.T) {
	for raw, want := range map[string]string{
		"": "",
		" WSS://API.us-south.speech-to-text.watson.cloud.ibm.com:443/ ": "wss://api.us-south.speech-to-text.watson.cloud.ibm.com",
		"https://api.example/instances/X/v1/analyze?version=2022-04-07": "https://api.example/instances/X/v1/analyze?version=2022-04-07",
		"https://ann@api.example/":                                      "https://ann@api.example/",
		"api.example":                                                   "api.example",
	} {
		require.Equal(t, want, ibm.TidyURL(raw))
		require.Equal(t, want, ibm.TidyURL(want))
	}
	require.Equal(t, "https://a.example/x", ibm.HTTPS("wss://a.example/x"))
	require.Equal(t, "https://a.example/x", ibm.HTTPS("https://a.example/x"))
}
