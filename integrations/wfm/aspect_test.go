package wfm

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

const (
	overTCP  = `{"host":"rta.acme.com","port":6996,"recordFieldSizes":{"agentId":10}}`
	overHTTP = `{"protocol":"httpPost","url":"https://wfm.acme.com/states","authMethod":"basic","username":"acme","password":"s3cr3t-word"}`
)

// silence takes a connection and waits until the other side goes; a word would
// pass for a record.
func silence(t *testing.T) func(net.Conn) {
	t.Helper()
	return func(conn net.Conn) {
		if said, _ := io.ReadAll(conn); len(said) > 0 {
			t.Errorf("a test sent %q", said)
		}
	}
}

func TestAspectOverTCP(t *testing.T) {
	integrationtest.Run(t, Aspect, integrationtest.Fixture{
		Valid:    overTCP,
		Required: []string{"host", "port"},
		Invalid: []integrationtest.Case{
			{Name: "interval", Patch: `{"periodicUpdateIntervalSeconds":3601}`, Pointer: "/periodicUpdateIntervalSeconds", Code: "max"},
			{Name: "address", Patch: `{"host":"tcp://rta.acme.com"}`, Pointer: "/host", Code: "host"},
			{Name: "port", Patch: `{"port":0}`, Pointer: "/port", Code: "min"},
			{Name: "size", Patch: `{"recordFieldSizes":{"group":256}}`, Pointer: "/recordFieldSizes/group", Code: "max"},
			{Name: "unknown field", Patch: `{"recordFieldSizes":{"colour":1}}`, Pointer: "/recordFieldSizes/colour", Code: "unknown_member"},
			{Name: "protocol", Patch: `{"protocol":"udp"}`, Pointer: "/protocol", Code: "enum"},
		},
		Serve: silence(t),
		Hosts: []string{"rta.acme.com"},
	})
}

// receiver takes what is posted and does not show itself to readers.
func receiver(w http.ResponseWriter, r *http.Request) {
	if name, password, ok := r.BasicAuth(); !ok || name != "acme" || password != "s3cr3t-word" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodGet || r.URL.Path != "/states" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusMethodNotAllowed)
}

// readable are answers that count as reached, though they may be any page.
var readable = map[string]integrationtest.Outcome{integrationtest.HTML: {}}

func TestAspectOverHTTP(t *testing.T) {
	answering := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	integrationtest.Run(t, Aspect, integrationtest.Fixture{
		Valid:    overHTTP,
		Required: []string{"url", "username", "password"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://wfm.acme.com"}`, Pointer: "/url", Code: "https_url"},
			{Name: "colon", Patch: `{"username":"a:b"}`, Pointer: "/username", Code: "pattern"},
			{Name: "no token", Patch: `{"authMethod":"bearer","username":null,"password":null}`, Pointer: "/token", Code: "required"},
			{Name: "token of two words", Patch: `{"authMethod":"bearer","username":null,"password":null,"token":"a b"}`, Pointer: "/token", Code: "pattern"},
			{Name: "host", Patch: `{"host":"rta.acme.com"}`, Pointer: "/host", Code: "not_applicable"},
		},
		Remote: receiver,
		Hosts:  []string{"wfm.acme.com"},
		Expect: readable,
		Custom: []integrationtest.RemoteCase{
			{Name: "moved", Handler: answering(http.StatusFound), Cause: integrations.CauseConfig, Code: "redirected"},
			{Name: "gone", Handler: answering(http.StatusGone), Cause: integrations.CauseConfig, Code: "not_found"},
			{Name: "teapot", Handler: answering(http.StatusTeapot), Cause: integrations.CauseRemote, Code: "unexpected_status"},
		},
	})
}

func TestAspectConnections(t *testing.T) {
	const unproven = "reach passed,records warning records_not_verifiable"
	tests := []struct {
		name string
		play func(net.Conn)
		want string
	}{
		{"silent", silence(t), unproven},
		{"talkative", func(conn net.Conn) { _, _ = io.WriteString(conn, "welcome") }, unproven},
		{"closed at once", hangUp, "reach failed closed_at_once,records skipped"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, steps(t, Aspect, overTCP, line(tt.play)))
		})
	}
}

func TestAspectCredentials(t *testing.T) {
	tests := []struct {
		members  string
		header   http.Header
		errors   string
		warnings string
	}{
		{members: ``, warnings: "/authMethod no_credentials"},
		{members: `,"authMethod":"bearer","token":"t0ken"`, header: http.Header{"Authorization": {"Bearer t0ken"}}},
		{members: `,"authMethod":"header","token":"t0ken"`, header: http.Header{"X-Api-Key": {"t0ken"}}},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"x-acme"`, header: http.Header{"X-Acme": {"t0ken"}}},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"Host"`, errors: "/headerName header_name"},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"Content-Length"`, errors: "/headerName header_name"},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"if-match"`, errors: "/headerName header_name"},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"Expect"`, errors: "/headerName header_name"},
		{members: `,"authMethod":"header","token":"t0ken","headerName":"x y"`, errors: "/headerName header_name"},
	}
	for _, tt := range tests {
		t.Run(tt.members, func(t *testing.T) {
			p, c := decode(t, Aspect, `{"protocol":"httpPost","url":"https://wfm.acme.com/states"`+tt.members+`}`)
			require.Equal(t, tt.errors, codes(c.Errors()))
			require.Equal(t, tt.warnings, codes(c.Warnings()))
			if tt.errors == "" {
				require.Equal(t, tt.header, p.(*AspectProperties).header())
			}
		})
	}
	require.ElementsMatch(t, []string{"/protocol", "/host", "/port", "/url", "/authMethod", "/headerName"}, Aspect.Destinations())
	p, _ := decode(t, Aspect, `{"host":"[2001:DB8::1]","port":1}`)
	require.Equal(t, "[2001:db8::1]:1", addressOf(p.(*AspectProperties).Host, p.(*AspectProperties).Port))
}
