package messenger

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const exampleViberToken = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"

// viberDouble is a double of Viber's bot API. It answers 200 whatever happens, as
// Viber does.
type viberDouble struct{ account string }

// ServeHTTP implements http.Handler.
func (d viberDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	token := r.Header.Get("X-Viber-Auth-Token")
	switch {
	case r.Host != "chatapi.viber.com" || r.Method != http.MethodGet || r.URL.Path != "/pa/get_account_info":
		w.WriteHeader(http.StatusNotFound)
	case token == "":
		_, _ = fmt.Fprint(w, `{"status":2,"status_message":"missing_auth_token"}`)
	case token != exampleViberToken:
		_, _ = fmt.Fprint(w, `{"status":2,"status_message":"invalidAuthToken"}`)
	case d.account != "":
		_, _ = fmt.Fprint(w, d.account)
	default:
		_, _ = fmt.Fprint(w, `{"status":0,"status_message":"ok","id":"pa:75346594275468546724","name":"Acme","uri":"acme",`+
			`"webhook":"https://acme.example/viber","event_types":["message"],"subscribers_count":35,"members":[{"name":"Ann"}]}`)
	}
}

func TestViber(t *testing.T) {
	t.Parallel()
	refused := func(status int) func(http.ResponseWriter, *http.Request) {
		return viberDouble{fmt.Sprintf(`{"status":%d,"status_message":"refused","chat_hostname":"SN-CHAT-04_"}`, status)}.ServeHTTP
	}
	integrationtest.Run(t, Viber, integrationtest.Fixture{
		Valid:    `{"token":"` + exampleViberToken + `"}`,
		Required: []string{"token"},
		Invalid: []integrationtest.Case{
			{Name: "short token", Patch: `{"token":"abc"}`, Pointer: "/token", Code: "min"},
			{Name: "two words", Patch: `{"token":"445da6az1s345z78 dazcczb2542zv51a"}`, Pointer: "/token", Code: "pattern"},
		},
		Remote:   viberDouble{}.ServeHTTP,
		Hosts:    []string{"chatapi.viber.com"},
		Identity: "Acme (pa:75346594275468546724)",
		Custom: []integrationtest.RemoteCase{
			{Name: "wrong token", Handler: refused(2), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
			{Name: "blocked", Handler: refused(7), Cause: integrations.CausePermission, Code: "bot_blocked"},
			{Name: "gone", Handler: refused(8), Cause: integrations.CauseConfig, Code: "bot_not_found"},
			{Name: "suspended", Handler: refused(9), Cause: integrations.CausePermission, Code: "bot_blocked"},
			{Name: "too many requests", Handler: refused(12), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "not authorized", Handler: refused(15), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "bad data", Handler: refused(3), Cause: integrations.CauseRemote, Code: "remote_error"},
			{Name: "no status", Handler: viberDouble{`{"id":"pa:1"}`}.ServeHTTP, Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "no bot", Handler: viberDouble{`{"status":0}`}.ServeHTTP, Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestViberWithoutWebhook(t *testing.T) {
	p := valid(t, Viber, `{"token":"`+exampleViberToken+`"}`)
	s, f := try(t, p, viberDouble{`{"status":0,"id":"pa:7","name":"A\u0001cme"}`})
	require.Nil(t, f)
	require.Equal(t, []string{"webhook webhook_missing"}, warnings(s))
	require.Equal(t, "pa:7", s.Identity(), "an odd name is not passed on")
}

func TestViberToken(t *testing.T) {
	p, violations, found := decoded(t, Viber, `{"token":" `+exampleViberToken+` "}`)
	require.Empty(t, violations)
	require.Empty(t, found)
	require.Equal(t, exampleViberToken, p.(*ViberProperties).Token.Reveal())
	_, violations, found = decoded(t, Viber, `{"token":"445da6az1s345z78-dazcczb2542zv51a"}`)
	require.Empty(t, violations)
	require.Equal(t, []string{"/token unusual_token"}, found)
	_, _, found = decoded(t, Viber, `{}`, "/token")
	require.Empty(t, found)
}
