package rightnow

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

const (
	host        = "acme.custhelp.com"
	exampleUser = "contact_center"
	examplePass = "c0rrect horse: battery"
	complete    = `{"url":"https://` + host + `","username":"` + exampleUser + `","password":"` + examplePass + `"}`
)

// site is a double of one RightNow site.
type site struct {
	// code refuses the list, with status.
	status int
	code   string
	// body is the list, when set.
	body string
}

func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	user, password, _ := r.BasicAuth()
	switch {
	case r.Host != host || r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "OSC-CREST-00002")
	case user != exampleUser || password != examplePass:
		w.Header().Set("WWW-Authenticate", `Basic realm="Oracle RightNow"`)
		refuse(w, http.StatusUnauthorized, "OSC-CREST-00099")
	case r.Header.Get("OSvC-CREST-Application-Context") == "" || len(r.Header.Get("OSvC-CREST-Application-Context")) > 40:
		refuse(w, http.StatusBadRequest, "OSC-CREST-00035")
	case s.code != "":
		refuse(w, s.status, s.code)
	case r.URL.RequestURI() != "/services/rest/connect/v1.4/accounts?limit=1":
		refuse(w, http.StatusNotFound, "OSC-CREST-00013")
	case s.body != "":
		_, _ = fmt.Fprint(w, s.body)
	default:
		_, _ = fmt.Fprint(w, `{"items":[{"id":1,"lookupName":"Ann Administrator"}],"hasMore":true}`)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"type":"x","title":%q,"status":%d,"detail":%q,"o:errorCode":%q}`, examplePass, status, examplePass, code)
}

func TestDefinition(t *testing.T) {
	refused := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return site{status: status, code: code}.ServeHTTP
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    complete,
		Required: []string{"url", "username", "password"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://acme.custhelp.com"}`, Pointer: "url", Code: "https_url"},
			{Name: "colon", Patch: `{"username":"a:b"}`, Pointer: "username", Code: "pattern"},
			{Name: "long user", Patch: `{"username":"` + strings.Repeat("u", 256) + `"}`, Pointer: "username", Code: "max"},
		},
		Remote:   site{}.ServeHTTP,
		Hosts:    []string{host},
		Identity: exampleUser,
		Custom: []integrationtest.RemoteCase{
			{Name: "not on this site", Handler: refused(403, "OSC-CREST-00014"), Cause: integrations.CausePermission, Code: "site_refused"},
			{Name: "switched off", Handler: refused(403, "OSC-CREST-00015"), Cause: integrations.CausePermission, Code: "api_disabled"},
			{Name: "old site", Handler: refused(400, "OSC-CREST-00003"), Cause: integrations.CauseConfig, Code: "api_version_unsupported"},
			{Name: "may not read accounts", Handler: refused(403, "OSC-CREST-00005")},
			{
				Name: "a stranger may not read accounts", Handler: refused(401, "OSC-CREST-00005"),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{Name: "another code", Handler: refused(403, "OSC-CREST-00033"), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "another product", Handler: site{body: `{}`}.ServeHTTP, Cause: integrations.CauseRemote, Code: "unexpected_answer"},
			{Name: "no accounts", Handler: site{body: `{"items":[]}`}.ServeHTTP},
		},
	})
}

func TestURL(t *testing.T) {
	const origin = "https://" + host
	tests := []struct{ in, want, code, warning string }{
		{origin, origin, "", ""},
		{" ACME.custhelp.com/app/home ", origin, "", ""},
		{"https://acme.custhelp.com:443/cgi-bin/acme.cfg/php/admin/launch.php?x=1", origin, "", ""},
		{"https://demo.rightnowdemo.com", "https://demo.rightnowdemo.com", "", ""},
		{"https://service.acme.com/", "https://service.acme.com", "", "unusual_host"},
		{"https://service.acme.com/app", "https://service.acme.com/app", "https_origin", ""},
		{"https://custhelp.com.evil.example", "https://custhelp.com.evil.example", "", "unusual_host"},
		{"https://ann:pw@acme.custhelp.com", "https://ann:pw@acme.custhelp.com", "https_url", ""},
		{"not an address", "not an address", "https_url", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			document, err := json.Marshal(map[string]any{"url": tt.in, "username": "u", "password": "p"})
			require.NoError(t, err)
			c := new(validation.Context)
			p, ok := Definition.Decode(document, nil, c).(*Properties)
			require.True(t, ok)
			require.Equal(t, tt.want, p.URL)
			require.Equal(t, codes(tt.code), lines(c.Errors()))
			require.Equal(t, codes(tt.warning), lines(c.Warnings()))
		})
	}
}

func codes(code string) []string {
	if code == "" {
		return nil
	}
	return []string{"/url " + code}
}

func lines(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

func TestNextRequest(t *testing.T) {
	tests := map[string]time.Duration{
		"1500": 1500 * time.Millisecond, "4294967295": 24 * time.Hour, "18446744073709551615": 0, "-1": 0, "soon": 0, "": 0,
	}
	for header, want := range tests {
		answer := &integrations.Answer{Status: http.StatusTooManyRequests, Header: http.Header{}}
		answer.Header.Set("OSvC-CREST-Next-Request-After", header)
		_, err := refusal(answer, answer.Failure())
		var f *integrations.Failure
		require.ErrorAs(t, err, &f)
		require.Equal(t, want, f.RetryAfter, header)
	}
}
