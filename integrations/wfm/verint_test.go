package wfm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
)

func TestVerintOverHTTPS(t *testing.T) {
	integrationtest.Run(t, Verint, integrationtest.Fixture{
		Valid:    `{"url":"https://wfm.acme.com/states","username":"acme","password":"s3cr3t-word"}`,
		Required: []string{"url", "username", "password"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://wfm.acme.com"}`, Pointer: "/url", Code: "https_url"},
			{Name: "host as well", Patch: `{"host":"rta.acme.com"}`, Pointer: "/host", Code: "not_applicable"},
			{Name: "port as well", Patch: `{"port":6996}`, Pointer: "/port", Code: "not_applicable"},
			{Name: "interval", Patch: `{"updateIntervalSeconds":-1}`, Pointer: "/updateIntervalSeconds", Code: "min"},
			{Name: "files to nowhere", Patch: `{"historicalFeed":{"enabled":true}}`, Pointer: "/historicalFeed/delivery", Code: "required"},
		},
		Remote: receiver,
		Hosts:  []string{"wfm.acme.com"},
		Expect: readable,
	})
}

func TestVerintOverTCP(t *testing.T) {
	server, pin := sftp(t)
	files := `"historicalFeed":{"enabled":true,"delivery":{"host":"files.acme.com","username":"` + filetransfertest.User +
		`","password":"` + filetransfertest.Password + `",` + pin + `}}`
	valid := `{"protocol":"tcp","host":"rta.acme.com","port":6996,` + files + `}`
	integrationtest.Run(t, Verint, integrationtest.Fixture{
		Valid:    valid,
		Required: []string{"host", "port"},
		Invalid: []integrationtest.Case{
			{Name: "user without a URL", Patch: `{"username":"acme","password":"s3cr3t"}`, Pointer: "/username", Code: "not_applicable"},
			{Name: "URL as well", Patch: `{"url":"https://wfm.acme.com"}`, Pointer: "/url", Code: "not_applicable"},
		},
		Serve:    server.Serve,
		Hosts:    []string{"rta.acme.com", "files.acme.com"},
		Identity: filetransfertest.User,
	})
	require.Equal(t, "reach failed closed_at_once,records skipped,"+
		"host_key failed connection_reset,authenticate skipped,open skipped,directory skipped",
		steps(t, Verint, valid, line(hangUp)))
}

func TestVerintWithoutCredentials(t *testing.T) {
	_, c := decode(t, Verint, `{"url":"https://wfm.acme.com/states"}`)
	require.NoError(t, c.Err())
	require.ElementsMatch(t, []string{
		"/protocol", "/url", "/host", "/port", "/historicalFeed/delivery/protocol", "/historicalFeed/delivery/host", "/historicalFeed/delivery/port",
		"/historicalFeed/delivery/tlsMode", "/historicalFeed/delivery/hostKeyFingerprint", "/historicalFeed/delivery/hostKey",
		"/historicalFeed/delivery/caCertificatePem",
	}, Verint.Destinations())
}
