package nextcaller

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
	exampleUser = "acme-api"
	examplePass = "c0rrect horse: battery"
	production  = "api.nextcaller.com"
	sandboxHost = "api.sandbox.nextcaller.com"
	mappings    = `"fieldMappings":[{"kind":"internal","target":"contact.firstName","source":"first_name"}]`
)

func account(sandbox bool) string {
	return fmt.Sprintf(`{"sandboxMode":%t,"username":%q,"password":%q,%s}`, sandbox, exampleUser, examplePass, mappings)
}

// service is a double of Next Caller as its clients describe it.
type service struct {
	host string
	// eager looks at the number before the credentials.
	eager bool
	// status and body answer known callers, when set.
	status int
	body   string
}

func (n service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	user, password, _ := r.BasicAuth()
	known := user == exampleUser && password == examplePass
	switch {
	case r.Host != n.host || r.Method != http.MethodGet || r.URL.Path != "/v2.1/records/" || r.URL.Query().Get("format") != "json":
		refuse(w, http.StatusMethodNotAllowed, "405", "Method Not Allowed")
	case !known && !n.eager:
		w.Header().Set("WWW-Authenticate", `Basic realm="API"`)
		refuse(w, http.StatusUnauthorized, "1051", "Unauthorized")
	case n.status != 0:
		w.WriteHeader(n.status)
		_, _ = fmt.Fprint(w, n.body)
	case len(r.URL.Query().Get("phone")) != 10:
		refuse(w, http.StatusBadRequest, "555", "Bad Request")
	default: // this look-up would be charged
		w.WriteHeader(http.StatusTeapot)
	}
}

func refuse(w http.ResponseWriter, status int, code, kind string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"message":%q,"code":%q,"type":%q}}`, examplePass, code, kind)
}

func TestDefinition(t *testing.T) {
	for _, host := range []string{production, sandboxHost} {
		t.Run(host, func(t *testing.T) {
			known := func(status int, body string) func(http.ResponseWriter, *http.Request) {
				return service{host: host, status: status, body: body}.ServeHTTP
			}
			integrationtest.Run(t, Definition, integrationtest.Fixture{
				Valid:    account(host == sandboxHost),
				Required: []string{"username", "password", "/fieldMappings/0/kind", "/fieldMappings/0/target", "/fieldMappings/0/source"},
				Invalid: []integrationtest.Case{
					{Name: "colon", Patch: `{"username":"a:b"}`, Pointer: "username", Code: "pattern"},
					{
						Name: "other kind", Patch: `{"fieldMappings":[{"kind":"secret","target":"x","source":"y"}]}`,
						Pointer: "/fieldMappings/0/kind", Code: "enum",
					},
					{
						Name: "odd source", Patch: `{"fieldMappings":[{"kind":"external","target":"x","source":"Y y"}]}`,
						Pointer: "/fieldMappings/0/source", Code: "pattern",
					},
				},
				Remote:   service{host: host}.ServeHTTP,
				Hosts:    []string{host},
				Identity: exampleUser,
				Custom: []integrationtest.RemoteCase{
					{Name: "nobody has the number", Handler: known(404, `{"error":{"code":404,"type":"Not Found"}}`)},
					{Name: "nobody in a list", Handler: known(200, `{"records":[]}`)},
					{Name: "number before credentials", Handler: service{host: host, eager: true}.ServeHTTP},
					{Name: "wrong password", Handler: stranger(service{host: host}), Cause: integrations.CauseCredentials, Code: "credentials_rejected"},
					{Name: "closed account", Handler: known(403, `{"error":{"code":"1"}}`), Cause: integrations.CausePermission, Code: "permission_denied"},
					{Name: "no version 2.1", Handler: known(404, `<html>`), Cause: integrations.CauseConfig, Code: "not_found"},
					{Name: "bad request of a proxy", Handler: known(400, `<html>`), Cause: integrations.CauseRemote, Code: "unexpected_status"},
					{Name: "another product", Handler: known(200, `{}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
					{Name: "too many", Handler: known(429, `{"error":{"code":"1061"}}`), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
				},
			})
		})
	}
}

// stranger garbles the credentials on their way.
func stranger(n service) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Authorization")
		n.ServeHTTP(w, r)
	}
}

func TestFieldMappings(t *testing.T) {
	internal := func(targets ...string) string {
		var list []string
		for _, target := range targets {
			list = append(list, fmt.Sprintf(`{"kind":"internal","target":%q,"source":"first_name"}`, target))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	const unknown = "/fieldMappings/0/target contact_field_unknown"
	tests := []struct {
		name, mappings string
		want           []string
	}{
		{"none", `[]`, nil},
		{
			"all sorts", internal("contact.title", "contact.status", "contact.custom.my_custom_field", "contact.addresses.home",
				"contact.phones.byType.mobile", "contact.phones.byOrder.1", "contact.emails.byOrder.10", "contact.socialLinks.byOrder.2"),
			nil,
		},
		{"external name", `[{"kind":"external","target":"lineType","source":"phone[].line_type"}]`, nil},
		{"no contact", internal("account.title"), []string{unknown}},
		{"unknown field", internal("contact.shoeSize"), []string{unknown}},
		{"order 0", internal("contact.phones.byOrder.0"), []string{unknown}},
		{"order 11", internal("contact.phones.byOrder.11"), []string{unknown}},
		{"links by type", internal("contact.socialLinks.byType.x"), []string{unknown}},
		{"custom without a name", internal("contact.custom"), []string{unknown}},
		{"twice", internal("contact.title", "contact.title"), []string{"/fieldMappings/1/target mapped_twice"}},
		{"odd target", internal("contact..title"), []string{"/fieldMappings/0/target pattern"}},
		{"too many", internal(many(101)...), []string{"/fieldMappings max"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := new(validation.Context)
			Definition.Decode(json.RawMessage(`{"username":"u","password":"p","fieldMappings":`+tt.mappings+`}`), nil, c)
			var got []string
			for _, v := range c.Errors() {
				got = append(got, v.Pointer+" "+v.Code)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func many(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("contact.custom.f%d", i))
	}
	return list
}

func TestUntilReset(t *testing.T) {
	const date = "Sun, 01 Mar 2026 12:00:00 GMT"
	tests := []struct {
		reset, date string
		want        time.Duration
	}{
		{"1772366460", date, time.Minute},
		{"1772366340", date, 0},
		{"1872366460", date, 0},
		{"soon", date, 0},
		{"1772366460", "", 0},
	}
	for _, tt := range tests {
		h := http.Header{"X-Rate-Limit-Reset": {tt.reset}, "Date": {tt.date}}
		require.Equal(t, tt.want, untilReset(&integrations.Answer{Header: h}), tt.reset)
	}
}
