package remoteassistance

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
)

const (
	usHost = "secure.logmeinrescue.com"
	euHost = "secure.logmeinrescue.eu"
)

func TestDefinition(t *testing.T) {
	for dataCenter, host := range map[string]string{"us": usHost, "eu": euHost} {
		t.Run(dataCenter, func(t *testing.T) {
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid:    `{"username":"` + exampleUser + `","password":"` + examplePassword + `","dataCenter":"` + dataCenter + `"}`,
				Required: []string{"username", "password"},
				Invalid: []integrationtest.Case{
					{Name: "user is no address", Patch: `{"username":"ann"}`, Pointer: "/username", Code: "email"},
					{Name: "other data center", Patch: `{"dataCenter":"asia"}`, Pointer: "/dataCenter", Code: "enum"},
				},
				Remote:   rescueDouble{host: host}.ServeHTTP,
				Hosts:    []string{host},
				Identity: exampleUser,
				Custom:   refusals(host),
			})
		})
	}
}

// refusals are what only Rescue answers, all of it with status 200.
func refusals(host string) []integrationtest.RemoteCase {
	login := func(text string) func(http.ResponseWriter, *http.Request) {
		return rescueDouble{host: host, login: text}.ServeHTTP
	}
	described := func(text string) func(http.ResponseWriter, *http.Request) {
		return rescueDouble{host: host, account: text}.ServeHTTP
	}
	return []integrationtest.RemoteCase{
		{Name: "wrong password", Handler: login("INVALID"), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
		{Name: "too many sign-ins", Handler: login("LIMITREACHED\r\n"), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
		{Name: "error at sign-in", Handler: login("ERROR"), Cause: integrations.CauseRemote, Code: "remote_error"},
		{Name: "address refused", Handler: login("GLOBALIPRESTRICTED"), Cause: integrations.CausePermission, Code: "ip_restricted"},
		{Name: "another word", Handler: login("MAYBE"), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		{Name: "nothing", Handler: login(" "), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		{
			Name: "no session", Handler: rescueDouble{host: host, noCookies: true}.ServeHTTP,
			Cause: integrations.CauseRemote, Code: "session_lost",
		},
		{Name: "signed out", Handler: described("NOTLOGGEDIN"), Cause: integrations.CauseRemote, Code: "session_lost"},
		{Name: "error later", Handler: described("ERROR"), Cause: integrations.CauseRemote, Code: "remote_error"},
		{
			Name: "disabled", Handler: described("USER_DELETED_OR_DISABLED"),
			Cause: integrations.CausePermission, Code: "user_inactive",
		},
		{
			Name: "code refused", Handler: described("INVALID_SECRETAUTHCODE"),
			Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		},
		{
			Name: "technician too", Handler: described(account("Acme", "337365", "337366")),
			Cause: integrations.CauseConfig, Code: "also_technician",
		},
		{
			Name: "technician only", Handler: described(account("Acme", "0", "337366")),
			Cause: integrations.CauseConfig, Code: "not_administrator",
		},
		{Name: "no ids", Handler: described("OK"), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
	}
}

// recorder is a transport that calls a handler and remembers the addresses.
type recorder struct {
	handler http.Handler
	urls    *[]string
}

func (r recorder) Do(req *http.Request) (*http.Response, error) {
	*r.urls = append(*r.urls, req.Method+" "+req.URL.String())
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header = req.Header
	r.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

func (recorder) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

func probe(t *testing.T, handler http.Handler) ([]string, []integrations.Step, *integrations.Failure) {
	t.Helper()
	var urls []string
	s := &integrations.Session{Transport: recorder{handler, &urls}}
	p := &Properties{Username: exampleUser, Password: secret.New(examplePassword)}
	p.Normalize()
	err := p.Probe(t.Context(), s)
	var f *integrations.Failure
	if err != nil {
		require.True(t, errors.As(err, &f))
	}
	return urls, s.Steps(), f
}

// TestRequests: only forms, no address with a credential, and nothing that asks
// for an authentication code.
func TestRequests(t *testing.T) {
	urls, steps, f := probe(t, rescueDouble{host: usHost})
	require.Nil(t, f)
	require.Equal(t, []string{
		"POST https://secure.logmeinrescue.com/API/login.aspx", "POST https://secure.logmeinrescue.com/API/getAccount.aspx",
	}, urls)
	require.Len(t, steps, 2)
}

func TestLimitReached(t *testing.T) {
	urls, steps, f := probe(t, rescueDouble{host: usHost, login: "LIMITREACHED"})
	require.Len(t, urls, 1)
	require.True(t, f.Retryable)
	require.Equal(t, 3*time.Minute, f.RetryAfter)
	require.Equal(t, http.StatusOK, f.HTTPStatus)
	require.Equal(t, integrations.StepSkipped, steps[1].Status)
	require.Equal(t, 3, Definition.ProbesPerMinute)
}
